//! 確認: what the matching only proposes takes two persons before it counts (reconciliation.md 5.9).
//!
//! A proposed match (PROPOSED_MATCH) is confirmed or refused; an unregistered remitter name is added to a contract from a day on; either
//! word can be taken back. One person asks, another approves, and the next run takes it. Invariants: nobody approves what they asked
//! for; the newest approved word about a subject is in force; a wish keeps what its author saw; the audit line is written in the
//! transaction that it tells of. Not here: signing and reopening of periods ([`super::period`], under the same rule).

mod check;
mod list;
mod refusal;

use std::collections::BTreeMap;

use domain::time::CivilDate;
use engine::{
    Contract,
    ident::stable_id,
    notices::{HeldPair, Notices},
    outcome::{AliasProposal, Exception},
};
use serde::{Deserialize, Serialize};
use store::{
    UnitOfWork,
    controls::{ControlAction, ControlDecision, ControlId, ControlRow, ControlTopic},
    users::AuditEntry,
};

pub use list::{Desk, Proposal, about, desk};
pub use refusal::{ControlError, ControlRefusal};

use super::{
    JobError,
    hand::{self, HandEntry},
    period,
    second_person::Decision,
    terms::TermsChange,
};
use crate::{
    app::AppState,
    random::{self, RandomError},
};

/// What a person saw when asking; kept as JSON with the wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Document {
    /// 突合の提案
    Match {
        /// As the run had it.
        exception: Box<Exception>,
    },
    /// 振込名義
    Alias {
        /// As the run had it.
        proposal: Box<AliasProposal>,
        /// First day on which the name counts.
        valid_from: CivilDate,
    },
    /// 手数料の決まりの変更
    Terms {
        /// What changes.
        change: Box<TermsChange>,
    },
    /// 処理済とすること, or what becomes of a chargeback
    Settle {
        /// As the run had it.
        exception: Box<Exception>,
    },
    /// 手入力
    Hand {
        /// What was typed, with its scan.
        entry: Box<HandEntry>,
    },
    /// 締めを戻す
    Period {
        /// The lock, by its number.
        lock: u64,
        /// Last day of the period.
        through: CivilDate,
    },
}

/// A wish as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewControl {
    /// Made with the form ([`new_id`]): a repeated id returns the first answer.
    pub id: ControlId,
    /// What it is about.
    pub topic: ControlTopic,
    /// What is wished.
    pub action: ControlAction,
    /// Id of the proposal ([`alias_id`] of a name).
    pub subject: String,
    /// Why.
    pub reason: String,
    /// Of a name: first day on which it counts; the day of the first deposit under it where none is said.
    pub valid_from: Option<CivilDate>,
}

/// The id of a new form.
///
/// # Errors
/// When there is no randomness.
pub fn new_id(state: &AppState) -> Result<ControlId, RandomError> {
    let random = random::bytes(&*state.random)?;
    Ok(ControlId(uuid::Builder::from_random_bytes(random).into_uuid()))
}

/// The id of a remitter's name under a contract.
#[must_use]
pub fn alias_id(proposal: &AliasProposal) -> String {
    stable_id("alias", &[proposal.contract.as_str(), &proposal.remitter_kana])
}

/// A reason as it is kept, or why it cannot be.
pub(super) fn reason(text: &str) -> Result<String, ControlRefusal> {
    check::reason(text)
}

/// What a wish was about, as its author saw it.
///
/// # Errors
/// When it cannot be read.
pub fn document(row: &ControlRow) -> Result<Document, JobError> {
    serde_json::from_str(&row.document)
        .map_err(|source| JobError::Json { what: "document of a control", source })
}

/// The newest approved word about each subject; what was taken back is not in force.
#[must_use]
pub fn in_force(rows: &[ControlRow], topic: ControlTopic) -> BTreeMap<&str, &ControlRow> {
    let mut approved: Vec<&ControlRow> =
        rows.iter().filter(|row| row.topic == topic && row.is_approved()).collect();
    approved.sort_by_key(|row| row.decision.as_ref().map(|decision| decision.number));
    let mut newest: BTreeMap<&str, &ControlRow> =
        approved.into_iter().map(|row| (row.subject.as_str(), row)).collect();
    newest.retain(|_, row| row.action != ControlAction::Revoke);
    newest
}

/// What the engine hears of the decisions about proposed matches.
///
/// # Errors
/// When a stored wish cannot be read.
pub fn notices(rows: &[ControlRow]) -> Result<Notices, JobError> {
    let mut notices = Notices::default();
    for (subject, row) in in_force(rows, ControlTopic::Match) {
        match row.action {
            ControlAction::Confirm => {
                notices.confirmed.push(subject.to_owned());
                notices.held.extend(pair(&document(row)?));
            }
            ControlAction::Refuse => notices.refused.push(subject.to_owned()),
            ControlAction::Revoke | ControlAction::Reopen => {}
        }
    }
    Ok(notices)
}

/// The sale and the row of a proposal that is about one of each: sales are UUIDs with hyphens, rows are the engine's own hexadecimal ids.
fn pair(document: &Document) -> Option<HeldPair> {
    let Document::Match { exception } = document else { return None };
    let [one, other] = exception.members.as_slice() else { return None };
    let (sale, row) = if one.contains('-') { (one, other) } else { (other, one) };
    (sale.contains('-') && !row.contains('-')).then(|| HeldPair { sale: sale.clone(), row: row.clone() })
}

/// Adds the names that two persons confirmed to their contracts, each from its day on.
///
/// # Errors
/// When a stored wish cannot be read.
pub fn name_payers(
    contracts: &mut [Contract],
    rows: &[ControlRow],
    as_of: CivilDate,
) -> Result<(), JobError> {
    let said = in_force(rows, ControlTopic::Alias);
    for row in said.values().filter(|row| row.action == ControlAction::Confirm) {
        let Document::Alias { proposal, valid_from } = document(row)? else { continue };
        let contract = contracts.iter_mut().find(|contract| contract.id == proposal.contract);
        let Some(contract) = contract.filter(|_| valid_from <= as_of) else { continue };
        if !contract.payer_kana.contains(&proposal.remitter_kana) {
            contract.payer_kana.push(proposal.remitter_kana);
        }
    }
    Ok(())
}

/// Asks for a word about a proposal. It takes effect when another person approves it ([`decide`]).
///
/// # Errors
/// With a Japanese sentence where a rule refuses it; when the store fails.
pub async fn request(state: &AppState, actor: &str, new: NewControl) -> Result<ControlRow, ControlError> {
    let reason = check::reason(&new.reason)?;
    check::fits(new.topic, new.action)?;
    if let Some(first) = find(state, new.id).await? {
        return Ok(check::same_request(first, actor, &new)?);
    }
    // Proposals are read before the unit begins: looking at them may record a run, which writes.
    let proposed = match new.action {
        ControlAction::Confirm | ControlAction::Refuse => {
            list::proposed(state, new.topic, &new.subject).await?
        }
        ControlAction::Revoke | ControlAction::Reopen => None,
    };
    let mut unit = state.store.begin().await?;
    let number = unit.next_control(state.tenant()).await?;
    let rows = unit.controls(state.tenant()).await?;
    if let Some(first) = rows.iter().find(|row| row.id == new.id) {
        return Ok(check::same_request(first.clone(), actor, &new)?);
    }
    check::nobody_waits(&rows, new.topic, &new.subject)?;
    let standing = in_force(&rows, new.topic).remove(new.subject.as_str());
    let document = match new.action {
        ControlAction::Confirm | ControlAction::Refuse => {
            json(&check::proposal(proposed, standing, new.valid_from, state.today())?)?
        }
        ControlAction::Revoke => standing.ok_or(ControlRefusal::NothingToRevoke)?.document.clone(),
        ControlAction::Reopen => {
            json(&period::reopenable(&unit.locks(state.tenant()).await?, &new.subject)?)?
        }
    };
    let row = ControlRow {
        id: new.id,
        number,
        topic: new.topic,
        action: new.action,
        subject: new.subject,
        document,
        reason,
        requested_by: actor.to_owned(),
        requested_at: state.now(),
        decision: None,
    };
    unit.request_control(state.tenant(), &row).await?;
    audit(&mut *unit, state, actor, "control.requested", &row).await?;
    unit.commit().await?;
    Ok(row)
}

/// Approves a wish, which then counts, or sends it back. The first decision stays.
///
/// # Errors
/// With a Japanese sentence where a rule refuses it; when the store fails.
pub async fn decide(
    state: &AppState,
    actor: &str,
    id: ControlId,
    word: Decision,
) -> Result<ControlRow, ControlError> {
    let note = check::note(&word)?;
    let asked = find(state, id).await?.ok_or(ControlRefusal::NoControl)?;
    let gone = word.approved && asked.decision.is_none() && list::gone(state, &asked).await?;
    let mut unit = state.store.begin().await?;
    let number = unit.next_control(state.tenant()).await?;
    let mut row = unit.control(state.tenant(), id).await?.ok_or(ControlRefusal::NoControl)?;
    if let Some(first) = &row.decision {
        check::same_decision(first, actor, word.approved, &note)?;
        return Ok(row);
    }
    check::other_person(&row, actor)?;
    if gone {
        return Err(ControlRefusal::Gone.into());
    }
    let decision =
        ControlDecision { number, approved: word.approved, note, by: actor.to_owned(), at: state.now() };
    unit.decide_control(state.tenant(), id, &decision).await?;
    row.decision = Some(decision);
    if row.is_approved() && row.action == ControlAction::Reopen {
        period::reopened(&mut *unit, state, &row, actor).await?;
    }
    if row.is_approved() && row.topic == ControlTopic::Hand {
        hand::record(&mut *unit, state, &row).await?;
    }
    let action = if word.approved { "control.approved" } else { "control.rejected" };
    audit(&mut *unit, state, actor, action, &row).await?;
    unit.commit().await?;
    Ok(row)
}

/// One wish.
///
/// # Errors
/// When the store fails.
pub async fn find(state: &AppState, id: ControlId) -> Result<Option<ControlRow>, ControlError> {
    Ok(state.store.snapshot().await?.control(state.tenant(), id).await?)
}

pub(super) fn json(document: &Document) -> Result<String, JobError> {
    serde_json::to_string(document).map_err(|source| JobError::Json { what: "document of a control", source })
}

/// The free texts stay in their own rows: the trail names what was done and to what.
pub(super) async fn audit(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    actor: &str,
    action: &str,
    row: &ControlRow,
) -> Result<(), store::StoreError> {
    let detail = serde_json::json!({ "topic": row.topic, "action": row.action, "subject": row.subject });
    let entry = AuditEntry {
        at: state.now(),
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: row.id.to_string(),
        detail: detail.to_string(),
    };
    unit.record_audit(state.tenant(), &entry).await.map(|_| ())
}

#[cfg(test)]
mod tests;
