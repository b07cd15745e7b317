//! Signed periods for the engine: the locks in force with the sheets that they signed, and what was corrected behind them.
//!
//! Invariants: a lock is in force from its row to the row that ends it; a correction is what the rows of a signed day say now against what
//! they said up to the watermark of the newest lock that holds them, so that signing the next period takes the correction in.
//! Not here: who locks and reopens ([`crate::jobs::period`]).

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use domain::{
    id::{ContractId, TenantId},
    money::Yen,
    time::CivilDate,
};
use engine::{Contract, PeriodLock, calendar::period_of, facts::Row, locks::Frozen, notices::Revision};
use store::{
    UnitOfWork,
    controls::{LockRow, LockState},
};

use super::facts;
use crate::jobs::JobError;

/// Under this name a lock keeps what it froze for the engine.
pub const FROZEN_PAPER: &str = "frozen";

/// Locks that nobody has ended, oldest first.
#[must_use]
pub fn in_force(rows: &[LockRow]) -> Vec<&LockRow> {
    let mut standing: Vec<&LockRow> = Vec::new();
    for row in rows {
        match row.state {
            LockState::Locked => standing.push(row),
            LockState::Reopened => {
                standing.retain(|lock| (&lock.contract, lock.through) != (&row.contract, row.through));
            }
        }
    }
    standing
}

/// The lock that took in what was known of a closing last: that of the latest period, and of several that end with it the first.
pub fn newest<'a>(
    standing: &[&'a LockRow],
    contract: &ContractId,
    closing: CivilDate,
) -> Option<&'a LockRow> {
    let holds = |lock: &&&LockRow| {
        closing <= lock.through && lock.contract.as_ref().is_none_or(|own| own == contract)
    };
    standing.iter().filter(holds).max_by_key(|lock| (lock.through, Reverse(lock.number))).copied()
}

/// The locks as the engine knows them; what lies before the scope says nothing any more.
pub async fn locks(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    standing: &[&LockRow],
    from: CivilDate,
) -> Result<Vec<PeriodLock>, JobError> {
    let mut locks = Vec::new();
    for row in standing.iter().filter(|row| row.through >= from) {
        let frozen = match unit.signed_paper(tenant, row.number, FROZEN_PAPER).await? {
            Some(text) => serde_json::from_str(&text)
                .map_err(|source| JobError::Json { what: "sheets of a lock", source })?,
            None => Frozen::default(),
        };
        let (contract, through) = (row.contract.clone(), row.through);
        locks.push(PeriodLock { contract, through, facts_from: Some(from), frozen });
    }
    Ok(locks)
}

/// Corrections behind signed periods: rows whose yen are others than when the period was signed, new rows, rows that moved away.
pub async fn revisions(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    standing: &[&LockRow],
    (rows, contracts): (&[Row], &[Contract]),
    from: CivilDate,
) -> Result<Vec<Revision>, JobError> {
    let Some(last) = standing.iter().map(|lock| lock.through).max() else { return Ok(Vec::new()) };
    let watermarks: BTreeSet<u64> = standing.iter().map(|lock| lock.watermark).collect();
    let mut signed: BTreeMap<u64, BTreeMap<String, Row>> = BTreeMap::new();
    for watermark in watermarks {
        let stored = unit.statement_lines(tenant, from, last, watermark).await?;
        let read = stored.iter().map(|row| facts::row(row, "").map(|row| (row.id.clone(), row)));
        signed.insert(watermark, read.collect::<Result<_, JobError>>()?);
    }
    let now: BTreeMap<&str, &Row> = rows.iter().map(|row| (row.id.as_str(), row)).collect();
    let mut found = Vec::new();
    // A closing that ends behind the lock is not signed yet, whatever its first days are (`PeriodLock::holds`).
    let closing_of = |row: &Row| {
        let contract = contracts.iter().find(|contract| contract.id == row.contract)?;
        Some(period_of(&contract.closing, row.closing_date()).to)
    };
    let lock_of = |row: &Row| newest(standing, &row.contract, closing_of(row)?);
    for row in rows {
        let Some(lock) = lock_of(row) else { continue };
        let before = signed.get(&lock.watermark).and_then(|known| known.get(&row.id));
        found.extend(revision(row, before.map_or(Yen::ZERO, |row| row.amount), row.amount));
    }
    for row in signed.values().flat_map(BTreeMap::values) {
        let own = lock_of(row).is_some_and(|lock| {
            signed.get(&lock.watermark).and_then(|known| known.get(&row.id)) == Some(row)
        });
        let moved = now.get(row.id.as_str()).is_none_or(|new| lock_of(new).is_none());
        if own && moved {
            found.extend(revision(row, row.amount, Yen::ZERO));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn revision(row: &Row, before: Yen, after: Yen) -> Option<Revision> {
    (before != after).then(|| Revision {
        row: row.id.clone(),
        contract: row.contract.clone(),
        day: row.closing_date(),
        before,
        after,
    })
}
