//! What differs from SQLite for the sake of locks and speed.
//!
//! Rows in bulk travel as one array a column, so that a thousand of them are one statement and one answer. Their look-up is planned
//! anew each time ([`begin_bulk`]): a plan kept since the table was small would read it whole for each part of a file.

use std::ops::Deref;

use sqlx::{query_file, query_file_as};

use crate::{
    db::Tx,
    fact_rows::{BankRow, Known, Origin, StatementRow, Wanted},
};

pub use crate::rows::{
    insert_compared, insert_exceptions, insert_links, insert_members, insert_report_lines,
};

/// Locks the counter's row until the commit; whether the counter is registered.
pub async fn lock_counter(tx: &mut Tx, tenant: &str, counter: &str) -> Result<bool, sqlx::Error> {
    let row = query_file!("src/lock_counter.sql", tenant, counter).fetch_optional(&mut **tx).await?;
    Ok(row.is_some())
}

/// Has the statements of this unit planned by what the tables hold now.
pub async fn begin_bulk(tx: &mut Tx) -> Result<(), sqlx::Error> {
    sqlx::query("SET LOCAL plan_cache_mode = force_custom_plan").execute(&mut **tx).await.map(|_| ())
}

/// Stored revisions of statement rows.
pub async fn known_statements(
    tx: &mut Tx,
    origin: Origin<'_>,
    wanted: &Wanted<'_>,
) -> Result<Vec<Known>, sqlx::Error> {
    let (tenant, source, keys) = (origin.tenant.as_str(), origin.source, column(&wanted.keys, Deref::deref));
    let (first, last) = wanted.occurrences;
    query_file_as!(Known, "src/known_statement.sql", tenant, source, &keys as _, first, last)
        .fetch_all(&mut **tx)
        .await
}

/// Stored revisions of bank rows.
pub async fn known_bank_entries(
    tx: &mut Tx,
    origin: Origin<'_>,
    wanted: &Wanted<'_>,
) -> Result<Vec<Known>, sqlx::Error> {
    let (tenant, source, keys) = (origin.tenant.as_str(), origin.source, column(&wanted.keys, Deref::deref));
    let (first, last) = wanted.occurrences;
    query_file_as!(Known, "src/known_bank.sql", tenant, source, &keys as _, first, last)
        .fetch_all(&mut **tx)
        .await
}

/// One column of many rows.
pub fn column<'a, T, V>(rows: &'a [T], value: impl Fn(&'a T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

/// Inserts statement rows. Returns how many.
pub async fn insert_statements(
    tx: &mut Tx,
    origin: Origin<'_>,
    rows: &[StatementRow<'_>],
) -> Result<u64, sqlx::Error> {
    query_file!(
        "src/insert_statement.sql",
        origin.tenant.as_str(),
        origin.source,
        origin.file_number,
        &column(rows, |row| &*row.head.key) as _,
        &column(rows, |row| row.head.occurrence),
        &column(rows, |row| row.head.revision),
        &column(rows, |row| row.head.row),
        &column(rows, |row| row.head.content_sha256) as _,
        &column(rows, |row| &*row.class) as _,
        &column(rows, |row| row.contract) as _,
        &column(rows, |row| row.brand) as _,
        &column(rows, |row| row.terminal_id.as_deref()) as _,
        &column(rows, |row| row.slip_number.as_deref()) as _,
        &column(rows, |row| row.approval_code.as_deref()) as _,
        &column(rows, |row| row.transaction_id.as_deref()) as _,
        &column(rows, |row| row.amount),
        &column(rows, |row| &*row.day) as _,
        &column(rows, |row| row.payout_date.as_deref()) as _,
        &column(rows, |row| row.paid_at),
        &column(rows, |row| &*row.status_word) as _,
        &column(rows, |row| &*row.brand_word) as _,
        &column(rows, |row| row.reference.as_deref()) as _,
        &column(rows, |row| row.payer_digits.as_deref()) as _
    )
    .execute(&mut **tx)
    .await
    .map(|done| done.rows_affected())
}

/// Inserts bank rows. Returns how many.
pub async fn insert_bank_entries(
    tx: &mut Tx,
    origin: Origin<'_>,
    rows: &[BankRow<'_>],
) -> Result<u64, sqlx::Error> {
    query_file!(
        "src/insert_bank.sql",
        origin.tenant.as_str(),
        origin.source,
        origin.file_number,
        &column(rows, |row| &*row.head.key) as _,
        &column(rows, |row| row.head.occurrence),
        &column(rows, |row| row.head.revision),
        &column(rows, |row| row.head.row),
        &column(rows, |row| row.head.content_sha256) as _,
        &column(rows, |row| &*row.account) as _,
        &column(rows, |row| &*row.booked_on) as _,
        &column(rows, |row| row.value_date.as_deref()) as _,
        &column(rows, |row| row.amount),
        &column(rows, |row| &*row.class) as _,
        &column(rows, |row| row.remitter_code.as_deref()) as _,
        &column(rows, |row| row.remitter_name.as_deref()) as _,
        &column(rows, |row| row.inquiry_number.as_deref()) as _,
        &column(rows, |row| &*row.document) as _
    )
    .execute(&mut **tx)
    .await
    .map(|done| done.rows_affected())
}
