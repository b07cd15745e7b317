//! What each answer amounts to.
//!
//! Invariants: pure; an amount or an id that is not ours makes an answer unreadable, never an approval; what no list names is told apart
//! from silence, which is asked again.

use domain::{
    id::AttemptId,
    payment::{NotStartedWhy, Outcome},
};

use super::wire::{Answer, NoAnswer};
use crate::paypay::{
    message::{CodeMade, Payment, RefundSeen},
    result_code::{Meaning, refusal},
};

/// What came of asking for a code.
#[derive(Debug)]
pub(in crate::paypay) enum Created {
    Code(CodeMade),
    /// Proven that nothing came of it.
    Ended(Outcome),
    /// It may exist; the operator knows.
    Ask,
    /// A word that no list names.
    Unlisted(String),
}

/// What the operator says of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::paypay) enum Look {
    Seen(Payment),
    NotThere,
    /// No answer, or none that says anything; asked again.
    Silent(String),
    /// An answer that no list names; asked again it would say the same.
    Unlisted(String),
}

/// What came of deleting a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::paypay) enum Deleted {
    Yes,
    AlreadyPaid,
    /// Not there, refused, unlisted, no answer: no proof that it cannot be paid.
    Unproven(String),
}

/// What came of a cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::paypay) enum Cancelled {
    /// The operator guarantees that money which comes goes back (help page 4414069180943 for developers).
    Accepted,
    Refused(String),
    /// To be repeated.
    Again(String),
}

/// What came of a refund, or of asking about one.
#[derive(Debug)]
pub(in crate::paypay) enum Refunded {
    Seen(RefundSeen),
    Ended(Outcome, String),
    NotThere,
    Ask(String),
    Unlisted(String),
}

impl Answer {
    /// A refusal with its proof; a clock that is off has its own remedy.
    fn refused(&self) -> Option<Outcome> {
        match (self.meaning, self.clock_off_seconds) {
            (Meaning::NotAuthorised, Some(off)) => Some(clock_off(off)),
            _ => refusal(self.meaning, &self.reply.code),
        }
    }

    /// As the answer to a create.
    pub fn created(self) -> Created {
        if let Some(outcome) = self.refused() {
            return Created::Ended(outcome);
        }
        match (self.meaning, self.reply.code()) {
            (Meaning::Good, Some(made)) => Created::Code(made),
            // Made, but not to be shown: the operator knows it under our id.
            (Meaning::Good | Meaning::Ask, _) => Created::Ask,
            _ => Created::Unlisted(self.reply.code),
        }
    }

    /// As the answer to a question about an order.
    pub fn looked(self, attempt: AttemptId) -> Look {
        match self.meaning {
            Meaning::Good => match self.reply.payment(attempt) {
                Some(payment) => Look::Seen(payment),
                None => Look::Unlisted("an answer that is not about this order".to_owned()),
            },
            Meaning::NotThere => Look::NotThere,
            Meaning::NotAuthorised if self.clock_off_seconds.is_some() => {
                Look::Silent("this computer's clock is off".to_owned())
            }
            Meaning::Later | Meaning::Ask | Meaning::NotAuthorised => Look::Silent(self.reply.code),
            Meaning::Refused | Meaning::Declined(_) | Meaning::AlreadyPaid | Meaning::Unlisted => {
                Look::Unlisted(self.reply.code)
            }
        }
    }

    /// As the answer to a deletion.
    pub fn deleted(self) -> Deleted {
        match self.meaning {
            Meaning::Good => Deleted::Yes,
            Meaning::AlreadyPaid => Deleted::AlreadyPaid,
            _ => Deleted::Unproven(self.reply.code),
        }
    }

    /// As the answer to a cancel.
    pub fn cancelled(self) -> Cancelled {
        match self.meaning {
            Meaning::Good => Cancelled::Accepted,
            Meaning::Later | Meaning::Ask => Cancelled::Again(self.reply.code),
            _ => Cancelled::Refused(self.reply.code),
        }
    }

    /// As the answer to a refund, or to a question about one.
    pub fn refunded(self, attempt: AttemptId) -> Refunded {
        if let Some(outcome) = self.refused() {
            return Refunded::Ended(outcome, self.reply.code);
        }
        match self.meaning {
            Meaning::Good => match self.reply.refund(attempt) {
                Some(seen) => Refunded::Seen(seen),
                None => Refunded::Unlisted("an answer that is not about this refund".to_owned()),
            },
            Meaning::NotThere => Refunded::NotThere,
            Meaning::Ask => Refunded::Ask(self.reply.code),
            _ => Refunded::Unlisted(self.reply.code),
        }
    }
}

/// What no answer to a request about money amounts to; `None` when it may have arrived.
pub(super) fn unreachable(silence: &NoAnswer) -> Option<Outcome> {
    match silence {
        NoAnswer::Lost(_) => None,
        NoAnswer::NotSent(words) => Some(Outcome::NotStarted {
            why: NotStartedWhy::DeviceUnavailable,
            detail: format!("no connection to the operator: {words}"),
        }),
    }
}

/// The clock is named with its remedy, in the words that the clerk reads (`devices.md` 5, script 12).
fn clock_off(off: u64) -> Outcome {
    Outcome::NotStarted {
        why: NotStartedWhy::ClockOff,
        detail: format!(
            "このパソコンの時計が{off}秒ずれているため、PayPayが受け付けませんでした。日付と時刻を合わせてから、もう一度お試しください。"
        ),
    }
}
