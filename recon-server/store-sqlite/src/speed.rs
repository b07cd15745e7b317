//! What differs from PostgreSQL for the sake of locks and speed.

use sqlx::query_file;

use crate::db::Tx;

/// Whether the counter is registered. Nothing to lock: a unit that writes is the only one (`BEGIN IMMEDIATE`).
pub async fn lock_counter(tx: &mut Tx, tenant: &str, counter: &str) -> Result<bool, sqlx::Error> {
    let row = query_file!("src/lock_counter.sql", tenant, counter).fetch_optional(&mut **tx).await?;
    Ok(row.is_some())
}
