//! 処理済: exceptions about which two persons have decided although no evidence explains them (reconciliation.md 5.9), and chargebacks
//! that were accepted or contested (5.5).
//!
//! Invariants: a decision takes an exception from the list of what is open and nothing else: residual, verdict and gross of the breaks
//! stay, the 照合書 shows it as a line of its own with the approvers, and the 収納日計表 says how many and how many yen; a decision is
//! about the yen that its author saw, so that it dies with a correction. What the loss is in the books the city decides. Not here: the
//! rule of the two persons ([`super::controls`]).

use std::collections::BTreeMap;

use domain::{money::Yen, time::Timestamp};
use engine::{ExceptionClass, outcome::Exception};
use serde::{Deserialize, Serialize};
use store::controls::{ControlAction, ControlRow, ControlTopic};

use super::{
    JobError,
    controls::{self, Document},
};

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettledWord {
    /// 処理済: the amount is done with.
    WrittenOff,
    /// 受入れ: a chargeback is not objected to.
    Accepted,
    /// 反証: a chargeback is objected to; what the company answers comes in its statement.
    Contested,
}

impl SettledWord {
    /// The words on papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::WrittenOff => "処理済(二人の承認)",
            Self::Accepted => "受入れ(二人の承認)",
            Self::Contested => "反証(二人の承認)",
        }
    }
}

/// A decision in force about an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// What.
    pub word: SettledWord,
    /// Theirs less ours, as its author saw it.
    pub amount: Yen,
    /// Yen of the thing, as its author saw it.
    pub gross: Yen,
    /// Why.
    pub reason: String,
    /// Who asked, user id.
    pub asked_by: String,
    /// Who approved, user id.
    pub approved_by: String,
    /// When that was.
    pub at: Timestamp,
}

impl Settled {
    /// `処理済(二人の承認) kaikei-1・kaikei-2 2026-08-05`.
    #[must_use]
    pub fn words_ja(&self) -> String {
        format!("{} {}・{} {}", self.word.label_ja(), self.asked_by, self.approved_by, self.at.date())
    }

    fn is_about(&self, exception: &Exception) -> bool {
        (self.amount, self.gross) == (exception.amount, exception.gross)
    }
}

/// Decisions in force, by the id of their exception.
#[derive(Debug, Clone, Default)]
pub struct Decisions(BTreeMap<String, Settled>);

impl Decisions {
    /// The decisions among everything that two persons decided.
    ///
    /// # Errors
    /// When a wish cannot be read.
    pub fn of(rows: &[ControlRow]) -> Result<Self, JobError> {
        let mut found = BTreeMap::new();
        for topic in [ControlTopic::WriteOff, ControlTopic::Chargeback] {
            for (subject, row) in controls::in_force(rows, topic) {
                let Document::Settle { exception } = controls::document(row)? else { continue };
                let word = match (topic, row.action) {
                    (ControlTopic::WriteOff, ControlAction::Confirm) => SettledWord::WrittenOff,
                    (ControlTopic::Chargeback, ControlAction::Confirm) => SettledWord::Accepted,
                    (ControlTopic::Chargeback, ControlAction::Refuse) => SettledWord::Contested,
                    _ => continue,
                };
                let Some(decision) = &row.decision else { continue };
                let settled = Settled {
                    word,
                    amount: exception.amount,
                    gross: exception.gross,
                    reason: row.reason.clone(),
                    asked_by: row.requested_by.clone(),
                    approved_by: decision.by.clone(),
                    at: decision.at,
                };
                found.insert(subject.to_owned(), settled);
            }
        }
        Ok(Self(found))
    }

    /// One decision, for tests of papers.
    #[cfg(test)]
    pub(super) fn one(exception: &str, settled: Settled) -> Self {
        Self(BTreeMap::from([(exception.to_owned(), settled)]))
    }

    /// The decision about an exception as it stands now.
    #[must_use]
    pub fn about(&self, exception: &Exception) -> Option<&Settled> {
        self.0.get(&exception.id).filter(|settled| settled.is_about(exception))
    }
}

/// Under which topic an exception may be decided about; none for what waits, is proposed, or is settled by evidence alone.
#[must_use]
pub fn topic_of(exception: &Exception) -> Option<ControlTopic> {
    match exception.class {
        ExceptionClass::Chargeback => Some(ControlTopic::Chargeback),
        _ if exception.breaks() != Yen::ZERO => Some(ControlTopic::WriteOff),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exception(class: &str, gross: i64) -> Exception {
        let json = serde_json::json!({ "id": "x", "class": class, "verdict": "differences", "members": [], "contract": null,
            "counter": null, "day": "2026-07-31", "amount": gross, "gross": gross, "days": 1, "sentence_ja": "", "near": [] });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn only_a_break_of_yen_can_be_done_with() {
        for (class, topic) in [
            ("J_ONLY", Some(ControlTopic::WriteOff)),
            ("DEPOSIT_AMOUNT_DIFF", Some(ControlTopic::WriteOff)),
            ("CHARGEBACK", Some(ControlTopic::Chargeback)),
            ("MISSING_FILE", None),
            ("UNKNOWN_PENDING", None),
            ("PROPOSED_MATCH", None),
            ("PAYOUT_NO_DEPOSIT", None),
        ] {
            assert_eq!(topic_of(&exception(class, 300)), topic, "{class}");
        }
        assert_eq!(topic_of(&exception("J_ONLY", 0)), None);
    }

    #[test]
    fn a_decision_dies_with_a_correction() {
        let settled = Settled {
            word: SettledWord::WrittenOff,
            amount: Yen::new(300),
            gross: Yen::new(300),
            reason: String::new(),
            asked_by: "a".to_owned(),
            approved_by: "b".to_owned(),
            at: Timestamp::from_micros(0),
        };
        let decisions = Decisions::one("x", settled);
        assert!(decisions.about(&exception("J_ONLY", 300)).is_some());
        assert!(decisions.about(&exception("J_ONLY", 450)).is_none(), "other yen than were decided about");
    }
}
