//! 締め: a month is signed by one person and opened again by two (reconciliation.md 5.2 `period_lock`, 5.9; DESIGN 3.10).
//!
//! What is signed is kept: the month's report, the reports and papers of its days, its 照合書 and the list of deposits as values ([`sign`]),
//! and the sheets of its closings for the engine. From then on these papers are served as they were signed ([`signed`]), byte for byte;
//! a correction that comes later is shown in the open month.
//! Invariants: months are signed in their order and opened again in the reverse order; a lock and its papers are written in one
//! transaction, and only while nothing has moved since the papers were made. Not here: what the engine makes of a lock.

mod sign;
mod signed;

use domain::{
    id::{ContractId, TenantId},
    time::CivilDate,
};
use engine::Verdict;
use serde::Serialize;
use store::{
    UnitOfWork,
    controls::{ControlAction, ControlRow, ControlTopic, LockRow, LockState},
    users::AuditEntry,
};

use super::{
    JobError,
    controls::{self, ControlError, ControlRefusal, Document},
    month::YearMonth,
    papers::{as_of_of_month, deposits_as_of},
    reconcile::{self, StateKey, locked},
};
use crate::app::AppState;

pub use sign::{DayPapers, Scope};
pub(super) use sign::{papers, title_ja};
pub use signed::{
    lock_of, signed_cashless, signed_day, signed_day_sheet, signed_deposits, signed_documents, signed_month,
    signed_sheet,
};

/// A month to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLock {
    /// Which.
    pub month: YearMonth,
    /// Of one contract only: its closings are signed, the month's own papers stay open.
    pub contract: Option<ContractId>,
    /// Why, where the month is not 一致; may be empty otherwise.
    pub reason: String,
}

/// A lock with its place in the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lock {
    /// As it is kept.
    #[serde(flatten)]
    pub row: LockRow,
    /// 年月
    pub month: YearMonth,
    /// Nobody has ended it.
    pub in_force: bool,
    /// It can be opened again: nothing newer is signed.
    pub newest: bool,
    /// The wish to open it again that waits for a second person.
    pub waiting: Option<store::controls::ControlId>,
}

/// Every lock and every end, newest first.
///
/// # Errors
/// When the store fails.
pub async fn list(state: &AppState) -> Result<Vec<Lock>, ControlError> {
    let mut unit = state.store.snapshot().await?;
    let rows = unit.locks(state.tenant()).await?;
    let controls = unit.controls(state.tenant()).await?;
    let standing: Vec<u64> = locked::in_force(&rows).iter().map(|row| row.number).collect();
    let waits = |number: u64| {
        let asked = controls.iter().filter(|row| row.topic == ControlTopic::Period && row.decision.is_none());
        asked.filter(|row| row.subject == number.to_string()).map(|row| row.id).next()
    };
    let lock = |row: &LockRow| Lock {
        month: YearMonth::of(row.through),
        in_force: row.state == LockState::Locked && standing.contains(&row.number),
        newest: reopenable(&rows, &row.number.to_string()).is_ok(),
        waiting: waits(row.number),
        row: row.clone(),
    };
    Ok(rows.iter().rev().map(lock).collect())
}

/// The month that comes next: after the newest lock of everything, else the last month that is over.
#[must_use]
pub fn next_month(rows: &[LockRow], today: CivilDate) -> YearMonth {
    let last =
        locked::in_force(rows).into_iter().filter(|row| row.contract.is_none()).map(|row| row.through).max();
    last.map_or_else(|| YearMonth::of(today).before(), |through| YearMonth::of(through).after())
}

/// Signs a month: what is known now becomes what was signed.
///
/// # Errors
/// With a Japanese sentence where a rule refuses it; when the store fails or a result cannot be read.
pub async fn lock(state: &AppState, actor: &str, new: NewLock) -> Result<LockRow, ControlError> {
    let rows = state.store.snapshot().await?.locks(state.tenant()).await?;
    check_order(&rows, &new, state.today())?;
    let as_of = as_of_of_month(state, new.month, None);
    if new.contract.is_none() {
        // The list of the month's last day has a run of its own; it is recorded first, so that nothing moves any more.
        deposits_as_of(state, Some(new.month.last())).await?;
    }
    let receipt = reconcile::reconcile(state, as_of, actor).await?;
    let seen = key(state, as_of).await?;
    let scope = Scope { month: new.month, contract: new.contract.clone() };
    let papers = papers(state, &scope, as_of, receipt.run).await?;
    let reason = reason(&new, papers.verdict)?;
    let mut unit = state.store.begin().await?;
    let number = unit.next_lock(state.tenant()).await?;
    check_order(&unit.locks(state.tenant()).await?, &new, state.today())?;
    if StateKey::read(&mut *unit, state.tenant(), as_of).await? != seen {
        return Err(ControlRefusal::Moved.into());
    }
    let row = LockRow {
        number,
        contract: new.contract,
        through: new.month.last(),
        state: LockState::Locked,
        reason,
        run: receipt.run,
        watermark: unit.last_file(state.tenant()).await?,
        actor: actor.to_owned(),
        approver: None,
        at: state.now(),
    };
    unit.put_lock(state.tenant(), &row).await?;
    for (paper, document) in &papers.documents {
        unit.put_signed_paper(state.tenant(), number, paper, document).await?;
    }
    let signed = (row.run, actor, row.at);
    super::audit::record_signed(&mut *unit, state, signed, &scope, &papers.documents).await?;
    audit(&mut *unit, state, actor, "period.locked", &row).await?;
    unit.commit().await?;
    Ok(row)
}

async fn key(state: &AppState, as_of: CivilDate) -> Result<StateKey, ControlError> {
    let mut unit = state.store.snapshot().await?;
    Ok(StateKey::read(&mut *unit, state.tenant(), as_of).await?)
}

fn check_order(rows: &[LockRow], new: &NewLock, today: CivilDate) -> Result<(), ControlRefusal> {
    if today <= new.month.last() {
        return Err(ControlRefusal::MonthOpen(new.month.last()));
    }
    let standing = locked::in_force(rows);
    let holds = |row: &&&LockRow| row.contract.is_none() || row.contract == new.contract;
    let last = standing.iter().filter(holds).map(|row| row.through).max();
    let Some(last) = last.map(YearMonth::of) else { return Ok(()) };
    if new.month <= last {
        return Err(ControlRefusal::Locked);
    }
    let next = last.after();
    if new.month == next { Ok(()) } else { Err(ControlRefusal::NotInOrder(next.to_japanese())) }
}

/// A month that is green needs no word; any other needs one.
fn reason(new: &NewLock, verdict: Verdict) -> Result<String, ControlRefusal> {
    if new.reason.trim().is_empty() {
        return match verdict {
            Verdict::Matched => Ok(String::new()),
            other => Err(ControlRefusal::NeedsReason(other.label_ja())),
        };
    }
    controls::reason(&new.reason)
}

/// The first month that is open, where any is signed: there corrections of signed months are shown.
///
/// # Errors
/// When the store fails.
pub async fn first_open(unit: &mut dyn UnitOfWork, tenant: &TenantId) -> Result<Option<YearMonth>, JobError> {
    let rows = unit.locks(tenant).await?;
    let through = locked::in_force(&rows).into_iter().map(|row| row.through).max();
    Ok(through.map(|day| YearMonth::of(day).after()))
}

/// What a wish to open a lock again is about: only the newest of its scope can be.
pub(super) fn reopenable(rows: &[LockRow], subject: &str) -> Result<Document, ControlRefusal> {
    let standing = locked::in_force(rows);
    let lock = standing.iter().find(|row| row.number.to_string() == subject).ok_or(ControlRefusal::NoLock)?;
    let newer = |row: &&LockRow| row.contract == lock.contract && row.through > lock.through;
    if standing.iter().copied().any(|row| newer(&row)) {
        return Err(ControlRefusal::NotNewest);
    }
    Ok(Document::Period { lock: lock.number, through: lock.through })
}

/// Ends a lock, in the unit that keeps the second person's word.
pub(super) async fn reopened(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    wish: &ControlRow,
    approver: &str,
) -> Result<(), ControlError> {
    debug_assert_eq!(wish.action, ControlAction::Reopen, "only a reopening ends a lock");
    let rows = unit.locks(state.tenant()).await?;
    reopenable(&rows, &wish.subject)?;
    let lock =
        rows.iter().find(|row| row.number.to_string() == wish.subject).ok_or(ControlRefusal::NoLock)?;
    let row = LockRow {
        number: unit.next_lock(state.tenant()).await?,
        state: LockState::Reopened,
        reason: wish.reason.clone(),
        actor: wish.requested_by.clone(),
        approver: Some(approver.to_owned()),
        at: state.now(),
        ..lock.clone()
    };
    unit.put_lock(state.tenant(), &row).await?;
    audit(unit, state, approver, "period.reopened", &row).await
}

async fn audit(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    actor: &str,
    action: &str,
    row: &LockRow,
) -> Result<(), ControlError> {
    let detail = serde_json::json!({ "through": row.through, "contract": row.contract, "run": row.run });
    let entry = AuditEntry {
        at: state.now(),
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: row.number.to_string(),
        detail: detail.to_string(),
    };
    unit.record_audit(state.tenant(), &entry).await?;
    Ok(())
}
