//! What differs from SQLite for the sake of locks and speed.

use sqlx::query_file;

use crate::db::Tx;

/// Locks the counter's row until the commit; whether the counter is registered.
pub async fn lock_counter(tx: &mut Tx, tenant: &str, counter: &str) -> Result<bool, sqlx::Error> {
    let row = query_file!("src/lock_counter.sql", tenant, counter).fetch_optional(&mut **tx).await?;
    Ok(row.is_some())
}
