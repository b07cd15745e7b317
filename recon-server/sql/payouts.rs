//! Rows of payout statements: a few a month, so that they are looked up by source and inserted one by one.

use domain::{id::TenantId, money::Yen, time::CivilDate};
use sqlx::{query_file, query_file_as};
use store::{
    Fault,
    facts::{PayoutLine, RowIdentity, Stored},
    words,
};

use crate::{
    db::Tx,
    fact_rows::{Known, Origin, Wanted, identity},
    facts::{Fact, Fresh},
    support::{Unit, fault},
};

/// A row of `payout_line` as it is read.
struct PayoutRecord {
    source: String,
    record_key: String,
    occurrence: i64,
    revision: i64,
    file_number: i64,
    row_number: i64,
    content_sha256: Vec<u8>,
    contract_id: String,
    from_day: String,
    to_day: String,
    paid_on: Option<String>,
    gross: i64,
    fee: i64,
    net: i64,
    document: String,
}

impl TryFrom<PayoutRecord> for Stored<PayoutLine> {
    type Error = Fault;

    fn try_from(row: PayoutRecord) -> Result<Self, Fault> {
        Ok(Self {
            source: row.source,
            revision: words::to_u32("revision", row.revision)?,
            file: words::to_u64("file number", row.file_number)?,
            fact: PayoutLine {
                identity: identity(row.record_key, row.occurrence, &row.content_sha256, row.row_number)?,
                contract: words::parse("contract", &row.contract_id)?,
                from: words::parse("day", &row.from_day)?,
                to: words::parse("day", &row.to_day)?,
                paid_on: words::parse_opt("day", row.paid_on.as_deref())?,
                gross: Yen::new(row.gross),
                fee: Yen::new(row.fee),
                net: Yen::new(row.net),
                document: row.document,
            },
        })
    }
}

impl Fact for PayoutLine {
    fn identity(&self) -> &RowIdentity {
        &self.identity
    }

    async fn any(tx: &mut Tx, origin: Origin<'_>) -> Result<bool, sqlx::Error> {
        let row = query_file!("../sql/facts/any_payout.sql", origin.tenant.as_str(), origin.source);
        Ok(row.fetch_optional(&mut **tx).await?.is_some())
    }

    async fn known(tx: &mut Tx, origin: Origin<'_>, _wanted: &Wanted<'_>) -> Result<Vec<Known>, sqlx::Error> {
        query_file_as!(Known, "../sql/facts/known_payouts.sql", origin.tenant.as_str(), origin.source)
            .fetch_all(&mut **tx)
            .await
    }

    async fn insert(tx: &mut Tx, origin: Origin<'_>, rows: &[Fresh<'_, Self>]) -> Result<u64, sqlx::Error> {
        let mut inserted = 0;
        for row in rows {
            let (fact, identity) = (row.fact, &row.fact.identity);
            let done = query_file!(
                "../sql/facts/insert_payout.sql",
                origin.tenant.as_str(),
                origin.source,
                words::plain(&identity.record_key),
                i64::from(identity.occurrence),
                row.revision,
                origin.file_number,
                i64::from(identity.row),
                &identity.content_sha256[..],
                fact.contract.as_str(),
                words::date_text(fact.from),
                words::date_text(fact.to),
                fact.paid_on.map(words::date_text),
                fact.gross.get(),
                fact.fee.get(),
                fact.net.get(),
                words::plain(&fact.document)
            )
            .execute(&mut **tx)
            .await?;
            inserted += done.rows_affected();
        }
        Ok(inserted)
    }

    async fn revision(
        tx: &mut Tx,
        origin: Origin<'_>,
        identity: &RowIdentity,
        revision: i64,
    ) -> Result<Self, Fault> {
        let (tenant, source, key) =
            (origin.tenant.as_str(), origin.source, words::plain(&identity.record_key));
        let occurrence = i64::from(identity.occurrence);
        let row = query_file_as!(
            PayoutRecord,
            "../sql/facts/payout.sql",
            tenant,
            source,
            key,
            occurrence,
            revision
        )
        .fetch_one(&mut **tx)
        .await
        .map_err(fault)?;
        Ok(Stored::try_from(row)?.fact)
    }
}

impl Unit {
    /// Payout rows whose last day of sales is from `from` to `to`, as of file `watermark`.
    pub async fn read_payout_lines(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<PayoutLine>>, Fault> {
        let (from, to) = (words::date_text(from), words::date_text(to));
        let file = words::to_i64("file number", watermark)?;
        query_file_as!(PayoutRecord, "../sql/facts/payouts.sql", tenant.as_str(), from, to, file)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(Stored::try_from)
            .collect()
    }
}
