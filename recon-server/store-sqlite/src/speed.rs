//! What differs from PostgreSQL for the sake of locks and speed.
//!
//! Each statement costs a turn of the connection's own thread: a statement's rows travel many at a time (`rows.rs`), a bank's few as one
//! JSON text, which the database takes apart. The look-up of many rows joins by `CROSS JOIN`, which SQLite takes as
//! an order: keys first, then the index. Left to itself it reads the source whole and searches the keys for each of its rows.

use sqlx::{query_file, query_file_as};
use store::words;

use crate::{
    db::Tx,
    fact_rows::{BankRow, Known, Origin, Wanted},
};

pub use crate::rows::{
    insert_compared, insert_exceptions, insert_links, insert_members, insert_report_lines, insert_statements,
};

/// Whether the counter is registered. Nothing to lock: a unit that writes is the only one (`BEGIN IMMEDIATE`).
pub async fn lock_counter(tx: &mut Tx, tenant: &str, counter: &str) -> Result<bool, sqlx::Error> {
    let row = query_file!("src/lock_counter.sql", tenant, counter).fetch_optional(&mut **tx).await?;
    Ok(row.is_some())
}

/// Nothing to prepare: the order of the look-up is written into it.
pub fn begin_bulk(_tx: &mut Tx) -> std::future::Ready<Result<(), sqlx::Error>> {
    std::future::ready(Ok(()))
}

/// Stored revisions of statement rows.
pub async fn known_statements(
    tx: &mut Tx,
    origin: Origin<'_>,
    wanted: &Wanted<'_>,
) -> Result<Vec<Known>, sqlx::Error> {
    let (tenant, source, keys) = (origin.tenant.as_str(), origin.source, json(&wanted.keys)?);
    let (first, last) = wanted.occurrences;
    query_file_as!(Known, "src/known_statement.sql", tenant, source, keys, first, last)
        .fetch_all(&mut **tx)
        .await
}

/// Stored revisions of bank rows.
pub async fn known_bank_entries(
    tx: &mut Tx,
    origin: Origin<'_>,
    wanted: &Wanted<'_>,
) -> Result<Vec<Known>, sqlx::Error> {
    let (tenant, source, keys) = (origin.tenant.as_str(), origin.source, json(&wanted.keys)?);
    let (first, last) = wanted.occurrences;
    query_file_as!(Known, "src/known_bank.sql", tenant, source, keys, first, last).fetch_all(&mut **tx).await
}

/// Inserts bank rows. Returns how many.
pub async fn insert_bank_entries(
    tx: &mut Tx,
    origin: Origin<'_>,
    rows: &[BankRow<'_>],
) -> Result<u64, sqlx::Error> {
    let cells = |row| {
        let row: &BankRow<'_> = row;
        (
            &row.head.key,
            row.head.occurrence,
            row.head.revision,
            row.head.row,
            words::hex(row.head.content_sha256),
            &row.account,
            &row.booked_on,
            &row.value_date,
            row.amount,
            &row.class,
            &row.remitter_code,
            &row.remitter_name,
            &row.inquiry_number,
            &row.document,
        )
    };
    let (tenant, source, rows) =
        (origin.tenant.as_str(), origin.source, json(&rows.iter().map(cells).collect::<Vec<_>>())?);
    query_file!("src/insert_bank.sql", tenant, source, origin.file_number, rows)
        .execute(&mut **tx)
        .await
        .map(|done| done.rows_affected())
}

/// A value as JSON text.
fn json<T: serde::Serialize>(value: &T) -> Result<String, sqlx::Error> {
    words::to_json(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}
