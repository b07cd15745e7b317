//! Rows of 移行時の未収: one file of a few thousand at most, so that they are looked up by source and inserted one by one.

use domain::{
    id::TenantId,
    money::Yen,
    time::{CivilDate, Timestamp},
};
use sqlx::{query_file, query_file_as};
use store::{
    Fault,
    facts::{OpeningItem, RowIdentity, Stored},
    words,
};

use crate::{
    db::Tx,
    fact_rows::{Known, Origin, Wanted, identity},
    facts::{Fact, Fresh},
    support::{Unit, fault},
};

/// A row of `opening_item` as it is read.
struct OpeningRecord {
    source: String,
    record_key: String,
    occurrence: i64,
    revision: i64,
    file_number: i64,
    row_number: i64,
    content_sha256: Vec<u8>,
    contract_id: String,
    method: String,
    brand: Option<String>,
    terminal_id: Option<String>,
    slip_number: Option<String>,
    approval_code: Option<String>,
    paid_at: i64,
    day: String,
    amount: i64,
    note: String,
}

impl TryFrom<OpeningRecord> for Stored<OpeningItem> {
    type Error = Fault;

    fn try_from(row: OpeningRecord) -> Result<Self, Fault> {
        Ok(Self {
            source: row.source,
            revision: words::to_u32("revision", row.revision)?,
            file: words::to_u64("file number", row.file_number)?,
            fact: OpeningItem {
                identity: identity(row.record_key, row.occurrence, &row.content_sha256, row.row_number)?,
                contract: words::parse("contract", &row.contract_id)?,
                method: words::from_word("method", &row.method)?,
                brand: words::parse_opt("brand", row.brand.as_deref())?,
                terminal_id: row.terminal_id,
                slip_number: row.slip_number,
                approval_code: row.approval_code,
                at: Timestamp::from_micros(row.paid_at),
                day: words::parse("day", &row.day)?,
                amount: Yen::new(row.amount),
                note: row.note,
            },
        })
    }
}

impl Fact for OpeningItem {
    fn identity(&self) -> &RowIdentity {
        &self.identity
    }

    async fn any(tx: &mut Tx, origin: Origin<'_>) -> Result<bool, sqlx::Error> {
        let row = query_file!("../sql/facts/any_opening.sql", origin.tenant.as_str(), origin.source);
        Ok(row.fetch_optional(&mut **tx).await?.is_some())
    }

    async fn known(tx: &mut Tx, origin: Origin<'_>, _wanted: &Wanted<'_>) -> Result<Vec<Known>, sqlx::Error> {
        query_file_as!(Known, "../sql/facts/known_openings.sql", origin.tenant.as_str(), origin.source)
            .fetch_all(&mut **tx)
            .await
    }

    async fn insert(tx: &mut Tx, origin: Origin<'_>, rows: &[Fresh<'_, Self>]) -> Result<u64, sqlx::Error> {
        let mut inserted = 0;
        for row in rows {
            let (fact, identity) = (row.fact, &row.fact.identity);
            let method =
                words::to_word(&fact.method).map_err(|fault| sqlx::Error::Encode(Box::new(fault)))?;
            let done = query_file!(
                "../sql/facts/insert_opening.sql",
                origin.tenant.as_str(),
                origin.source,
                words::plain(&identity.record_key),
                i64::from(identity.occurrence),
                row.revision,
                origin.file_number,
                i64::from(identity.row),
                &identity.content_sha256[..],
                fact.contract.as_str(),
                method,
                fact.brand.as_ref().map(|brand| brand.as_str()),
                words::plain_opt(fact.terminal_id.as_deref()),
                words::plain_opt(fact.slip_number.as_deref()),
                words::plain_opt(fact.approval_code.as_deref()),
                fact.at.as_micros(),
                words::date_text(fact.day),
                fact.amount.get(),
                words::plain(&fact.note)
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
            OpeningRecord,
            "../sql/facts/opening.sql",
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
    /// 移行時の未収 with 領収日 from `from` to `to`, as of file `watermark`.
    pub async fn read_opening_items(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<OpeningItem>>, Fault> {
        let (from, to) = (words::date_text(from), words::date_text(to));
        let file = words::to_i64("file number", watermark)?;
        query_file_as!(OpeningRecord, "../sql/facts/openings.sql", tenant.as_str(), from, to, file)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(Stored::try_from)
            .collect()
    }
}
