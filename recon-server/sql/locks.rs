//! Periods that are signed: locks and their ends, in order.

use domain::{id::TenantId, time::Timestamp};
use sqlx::{query_file, query_file_as};
use store::{Fault, Result, controls::LockRow, words};

use crate::support::{OneRow, Unit, fault};

/// A lock as the database has it.
struct LockRecord {
    lock_number: i64,
    contract_id: Option<String>,
    through_day: String,
    state: String,
    reason: String,
    run_number: i64,
    watermark: i64,
    actor: String,
    approver: Option<String>,
    at: i64,
}

impl TryFrom<LockRecord> for LockRow {
    type Error = Fault;

    fn try_from(row: LockRecord) -> Result<Self, Fault> {
        Ok(Self {
            number: words::to_u64("lock number", row.lock_number)?,
            contract: words::parse_opt("contract", row.contract_id.as_deref())?,
            through: words::parse("day", &row.through_day)?,
            state: words::from_word("state of a lock", &row.state)?,
            reason: row.reason,
            run: words::to_u64("run number", row.run_number)?,
            watermark: words::to_u64("file number", row.watermark)?,
            actor: row.actor,
            approver: row.approver,
            at: Timestamp::from_micros(row.at),
        })
    }
}

impl Unit {
    pub(crate) async fn insert_lock(&mut self, tenant: &TenantId, lock: &LockRow) -> Result<(), Fault> {
        query_file!(
            "../sql/locks/insert.sql",
            tenant.as_str(),
            words::to_i64("lock number", lock.number)?,
            lock.contract.as_ref().map(|contract| contract.as_str()),
            words::date_text(lock.through),
            words::to_word(&lock.state)?,
            words::plain(&lock.reason),
            words::to_i64("run number", lock.run)?,
            words::to_i64("file number", lock.watermark)?,
            lock.actor,
            lock.approver,
            lock.at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
    }

    pub(crate) async fn read_locks(&mut self, tenant: &TenantId) -> Result<Vec<LockRow>, Fault> {
        query_file_as!(LockRecord, "../sql/locks/list.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(LockRow::try_from)
            .collect()
    }
}
