//! Reading sales and their voids.

use std::collections::BTreeMap;

use domain::{
    id::{AttemptId, CounterId, ReceiptNumber, SaleId, TenantId},
    method::Method,
    money::Yen,
    sale::Payment,
    time::{CivilDate, Timestamp},
};
use sqlx::query_file_as;
use store::{
    Fault, JournalStore,
    journal::{EntryKey, StoredEntry},
    projection::{SaleFact, VoidFact},
    reports::{Keyed, SaleDetail, SaleRow},
    words,
};
use uuid::Uuid;

use crate::{
    journal::entry_key,
    support::{Unit, fault},
};

/// A sale as the database has it.
struct SaleRecord {
    counter_id: String,
    incarnation: i64,
    sequence_number: i64,
    sale_id: Uuid,
    receipt_counter: String,
    receipt_incarnation: i64,
    receipt_number: i64,
    business_day: String,
    payment_date: String,
    paid_at: i64,
    total: i64,
    method: String,
    route: String,
    brand: Option<String>,
    contract_id: Option<String>,
    attempt_id: Option<Uuid>,
    amount: i64,
    tendered: Option<i64>,
    change_given: Option<i64>,
    standing: String,
    terminal_id: Option<String>,
    slip_number: Option<String>,
    approval_code: Option<String>,
    sheet_number: Option<String>,
    payer_digits: Option<String>,
    lines: String,
    operator: Option<String>,
    recorded_at: i64,
}

/// A void as the database has it.
struct VoidRecord {
    counter_id: String,
    incarnation: i64,
    sequence_number: i64,
    sale_id: Uuid,
    receipt_counter: String,
    receipt_incarnation: i64,
    receipt_number: i64,
    business_day: String,
    amount: i64,
    method: String,
    reason: String,
    attempt_id: Option<Uuid>,
    operator: Option<String>,
    recorded_at: i64,
}

/// A method of its stable word.
pub fn method(word: &str) -> Result<Method, Fault> {
    Method::from_code(word).ok_or_else(|| Fault::unreadable("method", word))
}

fn receipt(counter: &str, incarnation: i64, number: i64) -> Result<ReceiptNumber, Fault> {
    Ok(ReceiptNumber {
        counter: words::parse("counter", counter)?,
        incarnation: words::incarnation(incarnation)?,
        number: words::to_u32("receipt number", number)?,
    })
}

impl TryFrom<SaleRecord> for Keyed<SaleFact> {
    type Error = Fault;

    fn try_from(row: SaleRecord) -> Result<Self, Fault> {
        let payment = Payment {
            method: method(&row.method)?,
            route: words::parse("route", &row.route)?,
            brand: words::parse_opt("brand", row.brand.as_deref())?,
            contract: words::parse_opt("contract", row.contract_id.as_deref())?,
            attempt: row.attempt_id.map(AttemptId),
            amount: Yen::new(row.amount),
            tendered: row.tendered.map(Yen::new),
            change: row.change_given.map(Yen::new),
            standing: words::from_word("standing", &row.standing)?,
            terminal_id: row.terminal_id,
            slip_number: row.slip_number,
            approval_code: row.approval_code,
            sheet_number: row.sheet_number,
            payer_digits: row.payer_digits,
        };
        Ok(Self {
            key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
            fact: SaleFact {
                sale: SaleId(row.sale_id),
                receipt_number: receipt(&row.receipt_counter, row.receipt_incarnation, row.receipt_number)?,
                business_day: words::parse("day", &row.business_day)?,
                payment_date: words::parse("day", &row.payment_date)?,
                paid_at: Timestamp::from_micros(row.paid_at),
                total: Yen::new(row.total),
                payment,
                lines: words::from_json("lines of a sale", &row.lines)?,
                operator: words::parse_opt("operator", row.operator.as_deref())?,
                recorded_at: Timestamp::from_micros(row.recorded_at),
            },
        })
    }
}

impl TryFrom<VoidRecord> for Keyed<VoidFact> {
    type Error = Fault;

    fn try_from(row: VoidRecord) -> Result<Self, Fault> {
        Ok(Self {
            key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
            fact: VoidFact {
                sale: SaleId(row.sale_id),
                receipt_number: receipt(&row.receipt_counter, row.receipt_incarnation, row.receipt_number)?,
                business_day: words::parse("day", &row.business_day)?,
                amount: Yen::new(row.amount),
                method: method(&row.method)?,
                reason: row.reason,
                attempt: row.attempt_id.map(AttemptId),
                operator: words::parse_opt("operator", row.operator.as_deref())?,
                recorded_at: Timestamp::from_micros(row.recorded_at),
            },
        })
    }
}

/// Sales with their voids; of several voids of one sale the first counts.
fn join(sales: Vec<SaleRecord>, voids: Vec<VoidRecord>) -> Result<Vec<SaleRow>, Fault> {
    let mut by_sale: BTreeMap<SaleId, Keyed<VoidFact>> = BTreeMap::new();
    for record in voids {
        let void = Keyed::<VoidFact>::try_from(record)?;
        by_sale.entry(void.fact.sale).or_insert(void);
    }
    sales
        .into_iter()
        .map(|record| {
            let Keyed { key, fact } = record.try_into()?;
            let void = by_sale.get(&fact.sale).cloned();
            Ok(SaleRow { key, sale: fact, void })
        })
        .collect()
}

impl Unit {
    /// Sales by 取扱日, of one counter or of all.
    pub async fn read_sales_booked(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        counter: Option<&CounterId>,
    ) -> Result<Vec<SaleRow>, Fault> {
        let (team, from, to) = (tenant.as_str(), words::date_text(from), words::date_text(to));
        // No counter has an empty id: it stands for all of them.
        let desk = counter.map_or("", CounterId::as_str);
        let sales = query_file_as!(SaleRecord, "../sql/sales/booked.sql", team, from, to, desk)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?;
        let voids = query_file_as!(VoidRecord, "../sql/sales/voids_booked.sql", team, from, to, desk)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?;
        join(sales, voids)
    }

    /// Sales by 領収日.
    pub async fn read_sales_paid(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<SaleRow>, Fault> {
        let (team, from, to) = (tenant.as_str(), words::date_text(from), words::date_text(to));
        let sales = query_file_as!(SaleRecord, "../sql/sales/paid.sql", team, from, to)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?;
        let voids = query_file_as!(VoidRecord, "../sql/sales/voids_paid.sql", team, from, to)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?;
        join(sales, voids)
    }

    async fn stored_entry(&mut self, tenant: &TenantId, key: &EntryKey) -> Result<StoredEntry, Fault> {
        let found = self.entry(tenant, key).await.map_err(|error| Fault::Database(Box::new(error)))?;
        found.ok_or(Fault::Missing("entry of the projection"))
    }

    /// One sale with its frozen entries.
    pub async fn read_sale(&mut self, tenant: &TenantId, sale: SaleId) -> Result<Option<SaleDetail>, Fault> {
        let team = tenant.as_str();
        let sales = query_file_as!(SaleRecord, "../sql/sales/find.sql", team, sale.0)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?;
        let voids = query_file_as!(VoidRecord, "../sql/sales/voids_find.sql", team, sale.0)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?;
        let Some(row) = join(sales, voids)?.into_iter().next() else { return Ok(None) };
        let entry = self.stored_entry(tenant, &row.key).await?;
        let void_entry = match &row.void {
            Some(void) => Some(self.stored_entry(tenant, &void.key).await?),
            None => None,
        };
        Ok(Some(SaleDetail { row, entry, void_entry }))
    }
}
