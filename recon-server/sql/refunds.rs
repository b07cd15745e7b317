//! Refunds after the close: a request, its decision, reading both as one.

use async_trait::async_trait;
use domain::{
    id::{CounterId, SaleId, TenantId},
    money::Yen,
    time::{CivilDate, Timestamp},
};
use sqlx::{query_file, query_file_as};
use store::{
    Fault, RefundStore, Result, StoreError,
    refunds::{RefundDecision, RefundId, RefundRow},
    words,
};
use uuid::Uuid;

use crate::{
    sales::method,
    support::{During, OneRow, Unit, fault},
};

/// A refund as the database has it.
struct RefundRecord {
    refund_id: Uuid,
    sale_id: Uuid,
    counter_id: String,
    contract_id: Option<String>,
    method: String,
    brand: Option<String>,
    original_payment_date: String,
    amount: i64,
    ground: String,
    way: String,
    refunded_on: String,
    requested_by: String,
    requested_at: i64,
    approved: Option<bool>,
    note: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    refund_number: Option<i64>,
}

impl TryFrom<RefundRecord> for RefundRow {
    type Error = Fault;

    fn try_from(row: RefundRecord) -> Result<Self, Fault> {
        let decision = match (row.approved, row.note, row.decided_by, row.decided_at) {
            (Some(approved), Some(note), Some(by), Some(at)) => {
                Some(RefundDecision { approved, note, by, at: Timestamp::from_micros(at) })
            }
            _ => None,
        };
        Ok(Self {
            refund: RefundId(row.refund_id),
            sale: SaleId(row.sale_id),
            counter: words::parse("counter", &row.counter_id)?,
            contract: words::parse_opt("contract", row.contract_id.as_deref())?,
            method: method(&row.method)?,
            brand: words::parse_opt("brand", row.brand.as_deref())?,
            original_payment_date: words::parse("day", &row.original_payment_date)?,
            amount: Yen::new(row.amount),
            ground: row.ground,
            way: words::from_word("way of a refund", &row.way)?,
            refunded_on: words::parse("day", &row.refunded_on)?,
            number: row.refund_number.map(|number| words::to_u32("refund number", number)).transpose()?,
            requested_by: row.requested_by,
            requested_at: Timestamp::from_micros(row.requested_at),
            decision,
        })
    }
}

fn rows(records: Vec<RefundRecord>) -> Result<Vec<RefundRow>> {
    records.into_iter().map(RefundRow::try_from).collect::<Result<_, Fault>>().during(StoreError::ReadRefunds)
}

impl Unit {
    async fn insert_request(&mut self, tenant: &TenantId, request: &RefundRow) -> Result<(), Fault> {
        if request.decision.is_some() || request.number.is_some() {
            return Err(Fault::Repeated("decision of a refund"));
        }
        query_file!(
            "../sql/refunds/insert_request.sql",
            tenant.as_str(),
            request.refund.0,
            request.sale.0,
            request.counter.as_str(),
            request.contract.as_ref().map(|contract| contract.as_str()),
            request.method.code(),
            request.brand.as_ref().map(|brand| brand.as_str()),
            words::date_text(request.original_payment_date),
            request.amount.get(),
            words::plain(&request.ground),
            words::to_word(&request.way)?,
            words::date_text(request.refunded_on),
            request.requested_by,
            request.requested_at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
    }

    async fn insert_decision(
        &mut self,
        tenant: &TenantId,
        refund: RefundId,
        decision: &RefundDecision,
    ) -> Result<Option<u32>, Fault> {
        let year = decision.at.date().fiscal_year();
        let number = if decision.approved {
            Some(self.next_number(tenant, &format!("refund/{}", year.0)).await?)
        } else {
            None
        };
        query_file!(
            "../sql/refunds/insert_decision.sql",
            tenant.as_str(),
            refund.0,
            decision.approved,
            words::plain(&decision.note),
            decision.by,
            decision.at.as_micros(),
            i64::from(year.0),
            number
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        number.map(|number| words::to_u32("refund number", number)).transpose()
    }
}

#[async_trait]
impl RefundStore for Unit {
    async fn lock_refunds(&mut self, tenant: &TenantId, counter: &CounterId) -> Result<()> {
        self.lock_counter(tenant, counter).await.during(StoreError::ChangeRefund)
    }

    async fn request_refund(&mut self, tenant: &TenantId, request: &RefundRow) -> Result<()> {
        self.insert_request(tenant, request).await.during(StoreError::ChangeRefund)
    }

    async fn decide_refund(
        &mut self,
        tenant: &TenantId,
        refund: RefundId,
        decision: &RefundDecision,
    ) -> Result<Option<u32>> {
        self.insert_decision(tenant, refund, decision).await.during(StoreError::ChangeRefund)
    }

    async fn refund(&mut self, tenant: &TenantId, refund: RefundId) -> Result<Option<RefundRow>> {
        query_file_as!(RefundRecord, "../sql/refunds/find.sql", tenant.as_str(), refund.0)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)
            .and_then(|row| row.map(RefundRow::try_from).transpose())
            .during(StoreError::ReadRefunds)
    }

    async fn refunds(&mut self, tenant: &TenantId, from: CivilDate, to: CivilDate) -> Result<Vec<RefundRow>> {
        let (from, to) = (words::date_text(from), words::date_text(to));
        query_file_as!(RefundRecord, "../sql/refunds/between.sql", tenant.as_str(), from, to)
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadRefunds)
            .and_then(rows)
    }

    async fn refunds_of_sale(&mut self, tenant: &TenantId, sale: SaleId) -> Result<Vec<RefundRow>> {
        query_file_as!(RefundRecord, "../sql/refunds/of_sale.sql", tenant.as_str(), sale.0)
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadRefunds)
            .and_then(rows)
    }

    async fn undecided_refunds(&mut self, tenant: &TenantId) -> Result<Vec<RefundRow>> {
        query_file_as!(RefundRecord, "../sql/refunds/undecided.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadRefunds)
            .and_then(rows)
    }
}
