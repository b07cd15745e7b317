//! The rules of a wish, each a function of values.
//!
//! Invariant: pure; nothing here reads the store or a clock.

use domain::{
    text::{self, TextFault},
    time::CivilDate,
};
use store::controls::{ControlAction, ControlDecision, ControlRow, ControlTopic};

use super::{ControlRefusal, Document, NewControl};
use crate::jobs::second_person::Decision;

/// Why it is asked for, trimmed.
pub fn reason(text: &str) -> Result<String, ControlRefusal> {
    text::free_text(text).map_err(|fault| guarded(fault, ControlRefusal::Reason))
}

/// The remark, trimmed; may be empty where it approves.
pub fn note(word: &Decision) -> Result<String, ControlRefusal> {
    word.note().map_err(|fault| guarded(fault, ControlRefusal::Note))
}

fn guarded(fault: TextFault, other: ControlRefusal) -> ControlRefusal {
    match fault {
        TextFault::CardNumber => ControlRefusal::CardNumber,
        TextFault::Empty | TextFault::TooLong | TextFault::Control => other,
    }
}

/// Periods are opened again, and nothing else is; approved charges are not taken back but replaced by a further version.
pub fn fits(topic: ControlTopic, action: ControlAction) -> Result<(), ControlRefusal> {
    let fits = (topic == ControlTopic::Period) == (action == ControlAction::Reopen)
        && (topic, action) != (ControlTopic::Terms, ControlAction::Revoke);
    if fits { Ok(()) } else { Err(ControlRefusal::NothingToRevoke) }
}

/// Who asked does not approve, and does not send back either: a decision has two persons.
pub fn other_person(row: &ControlRow, actor: &str) -> Result<(), ControlRefusal> {
    if row.requested_by == actor { Err(ControlRefusal::SamePerson) } else { Ok(()) }
}

/// One wish about a subject at a time.
pub fn nobody_waits(rows: &[ControlRow], topic: ControlTopic, subject: &str) -> Result<(), ControlRefusal> {
    let waits = |row: &ControlRow| row.topic == topic && row.subject == subject && row.decision.is_none();
    if rows.iter().any(waits) { Err(ControlRefusal::Waiting) } else { Ok(()) }
}

/// The proposal as it stands now, with the day from which a name counts; nothing may have been decided about it.
pub fn proposal(
    proposed: Option<Document>,
    standing: Option<&ControlRow>,
    wanted_from: Option<CivilDate>,
    today: CivilDate,
) -> Result<Document, ControlRefusal> {
    if standing.is_some() {
        return Err(ControlRefusal::Decided);
    }
    match proposed.ok_or(ControlRefusal::Gone)? {
        Document::Alias { proposal, valid_from } => {
            let valid_from = wanted_from.unwrap_or(valid_from);
            if valid_from > today {
                return Err(ControlRefusal::ValidFrom(today));
            }
            Ok(Document::Alias { proposal, valid_from })
        }
        other => Ok(other),
    }
}

/// The first wish again, or another one under its id.
pub fn same_request(first: ControlRow, actor: &str, new: &NewControl) -> Result<ControlRow, ControlRefusal> {
    let same = first.requested_by == actor
        && (first.topic, first.action) == (new.topic, new.action)
        && first.subject == new.subject
        && first.reason == new.reason.trim();
    if same { Ok(first) } else { Err(ControlRefusal::OtherRequest) }
}

/// The first decision again, or another one.
pub fn same_decision(
    first: &ControlDecision,
    by: &str,
    approved: bool,
    note: &str,
) -> Result<(), ControlRefusal> {
    let same = first.by == by && first.approved == approved && first.note == note;
    if same { Ok(()) } else { Err(ControlRefusal::AlreadyDecided) }
}
