//! Rows that a file withdrew: kept, and marked by a row of their own.
//!
//! Invariant: a mark is inserted, never updated nor taken back; a row that comes again becomes a further revision, which no mark names.

use std::collections::HashSet;

use domain::id::TenantId;
use sqlx::{query_file, query_file_as};
use store::{Fault, facts::RowRevision, words};

use crate::{
    db::Tx,
    fact_rows::Origin,
    support::{OneRow, Unit, fault},
};

/// A mark as the database has it.
struct WithdrawnRecord {
    record_key: String,
    occurrence: i64,
    revision: i64,
}

/// The withdrawn revisions of a source: key, occurrence, revision.
pub type Withdrawn = HashSet<(String, i64, i64)>;

/// Every mark of a source: none for one whose files only add.
pub async fn withdrawn(tx: &mut Tx, origin: Origin<'_>) -> Result<Withdrawn, Fault> {
    let rows =
        query_file_as!(WithdrawnRecord, "../sql/facts/withdrawn.sql", origin.tenant.as_str(), origin.source);
    let rows = rows.fetch_all(&mut **tx).await.map_err(fault)?;
    Ok(rows.into_iter().map(|row| (row.record_key, row.occurrence, row.revision)).collect())
}

impl Unit {
    /// Marks rows as withdrawn by a file, and counts them in its receipt.
    pub async fn insert_withdrawn(
        &mut self,
        tenant: &TenantId,
        source: &str,
        file: u64,
        rows: &[RowRevision],
    ) -> Result<(), Fault> {
        let number = words::to_i64("file number", file)?;
        for row in rows {
            query_file!(
                "../sql/facts/insert_withdrawn.sql",
                tenant.as_str(),
                source,
                words::plain(&row.record_key),
                i64::from(row.occurrence),
                i64::from(row.revision),
                number
            )
            .execute(&mut *self.tx)
            .await
            .one_row()?;
        }
        let count = i64::try_from(rows.len()).map_err(|_| Fault::OutOfRange("rows"))?;
        query_file!("../sql/files/set_withdrawn.sql", tenant.as_str(), number, count)
            .execute(&mut *self.tx)
            .await
            .one_row()
    }
}
