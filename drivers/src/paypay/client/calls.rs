//! Each question to the operator, and what its answer amounts to.
//!
//! Invariants: nothing is repeated here; an amount or an id that is not ours makes an answer unreadable, never an approval.

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{Approval, NotStartedWhy, Outcome},
    time::Timestamp,
};

use super::{
    PayPay,
    wire::{Answer, Ask, NoAnswer},
};
use crate::paypay::{
    message::{self, CodeId, CodeMade, Payment, RefundSeen},
    result_code::{Call, Meaning, refusal},
};

/// The brand of every result.
const BRAND: &str = "paypay";

/// What came of asking for a code.
#[derive(Debug)]
pub(super) enum Created {
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
pub(super) enum Look {
    Seen(Payment),
    NotThere,
    /// No answer, or none that says anything; asked again.
    Silent(String),
    /// An answer that no list names; asked again it would say the same.
    Unlisted(String),
}

/// What came of deleting a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deleted {
    Yes,
    AlreadyPaid,
    /// Not there, refused, unlisted, no answer: no proof that it cannot be paid.
    Unproven(String),
}

/// What came of a cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cancelled {
    /// The operator guarantees that money which comes goes back (help page 4414069180943 for developers).
    Accepted,
    Refused(String),
    /// To be repeated.
    Again(String),
}

/// What came of a refund, or of asking about one.
#[derive(Debug)]
pub(super) enum Refunded {
    Seen(RefundSeen),
    Ended(Outcome, String),
    NotThere,
    Ask(String),
    Unlisted(String),
}

impl PayPay {
    /// A refusal with its proof; a clock that is off has its own remedy.
    fn refused(answer: &Answer) -> Option<Outcome> {
        match (answer.meaning, answer.clock_off_seconds) {
            (Meaning::NotAuthorised, Some(off)) => Some(clock_off(off)),
            _ => refusal(answer.meaning, &answer.reply.code),
        }
    }

    pub(super) async fn create(&self, attempt: AttemptId, amount: Yen) -> Created {
        let now = self.wire.clock.now();
        let Ok(body) = message::create_code(&self.wire.config, attempt, amount, now) else {
            return Created::Ended(nothing_left("the request could not be written"));
        };
        let ask = Ask { call: Call::Create, path: "/v2/codes".to_owned(), query: None, body: Some(body) };
        let answer = match self.ask(ask).await {
            Ok(answer) => answer,
            Err(NoAnswer::NotSent(words)) => return Created::Ended(unreachable(&words)),
            Err(NoAnswer::Lost(_)) => return Created::Ask,
        };
        if let Some(outcome) = Self::refused(&answer) {
            return Created::Ended(outcome);
        }
        match (answer.meaning, answer.reply.code()) {
            (Meaning::Good, Some(made)) => Created::Code(made),
            // Made, but not to be shown: the operator knows it under our id.
            (Meaning::Good | Meaning::Ask, _) => Created::Ask,
            _ => Created::Unlisted(answer.reply.code),
        }
    }

    pub(super) async fn look(&self, attempt: AttemptId) -> Look {
        let path = format!("/v2/codes/payments/{attempt}");
        let answer = match self.ask(Ask { call: Call::Details, path, query: None, body: None }).await {
            Ok(answer) => answer,
            Err(silence) => return Look::Silent(silence.words().to_owned()),
        };
        match answer.meaning {
            Meaning::Good => match answer.reply.payment(attempt) {
                Some(payment) => Look::Seen(payment),
                None => Look::Unlisted("an answer that is not about this order".to_owned()),
            },
            Meaning::NotThere => Look::NotThere,
            Meaning::NotAuthorised if answer.clock_off_seconds.is_some() => {
                Look::Silent("this computer's clock is off".to_owned())
            }
            Meaning::Later | Meaning::Ask | Meaning::NotAuthorised => Look::Silent(answer.reply.code),
            Meaning::Refused | Meaning::Declined(_) | Meaning::AlreadyPaid | Meaning::Unlisted => {
                Look::Unlisted(answer.reply.code)
            }
        }
    }

    pub(super) async fn delete(&self, code: &CodeId) -> Deleted {
        let path = format!("/v2/codes/{}", code.expose());
        match self.ask(Ask { call: Call::Delete, path, query: None, body: None }).await {
            Ok(answer) => match answer.meaning {
                Meaning::Good => Deleted::Yes,
                Meaning::AlreadyPaid => Deleted::AlreadyPaid,
                _ => Deleted::Unproven(answer.reply.code),
            },
            Err(silence) => Deleted::Unproven(silence.words().to_owned()),
        }
    }

    pub(super) async fn cancel(&self, attempt: AttemptId) -> Cancelled {
        let path = format!("/v2/payments/{attempt}");
        match self.ask(Ask { call: Call::Cancel, path, query: None, body: None }).await {
            Ok(answer) => match answer.meaning {
                Meaning::Good => Cancelled::Accepted,
                Meaning::Later | Meaning::Ask => Cancelled::Again(answer.reply.code),
                _ => Cancelled::Refused(answer.reply.code),
            },
            Err(silence) => Cancelled::Again(silence.words().to_owned()),
        }
    }

    pub(super) async fn refund(&self, attempt: AttemptId, payment_id: &str, amount: Yen) -> Refunded {
        let now = self.wire.clock.now();
        let Ok(body) = message::refund(attempt, payment_id, amount, now) else {
            return Refunded::Ended(nothing_left("the request could not be written"), String::new());
        };
        let ask = Ask { call: Call::Refund, path: "/v2/refunds".to_owned(), query: None, body: Some(body) };
        match self.ask(ask).await {
            Ok(answer) => self.refund_answer(answer, attempt),
            Err(NoAnswer::NotSent(words)) => Refunded::Ended(unreachable(&words), String::new()),
            Err(NoAnswer::Lost(words)) => Refunded::Ask(words),
        }
    }

    pub(super) async fn look_at_refund(&self, attempt: AttemptId, payment_id: &str) -> Refunded {
        let path = format!("/v2/refunds/{attempt}");
        let query = Some(("paymentId", payment_id));
        match self.ask(Ask { call: Call::RefundDetails, path, query, body: None }).await {
            Ok(answer) if matches!(answer.meaning, Meaning::Good | Meaning::NotThere | Meaning::Ask) => {
                self.refund_answer(answer, attempt)
            }
            Ok(answer) if matches!(answer.meaning, Meaning::Unlisted) => {
                Refunded::Unlisted(answer.reply.code)
            }
            // A question that is refused says nothing of what was asked about.
            Ok(answer) => Refunded::Ask(answer.reply.code),
            Err(silence) => Refunded::Ask(silence.words().to_owned()),
        }
    }

    fn refund_answer(&self, answer: Answer, attempt: AttemptId) -> Refunded {
        if let Some(outcome) = Self::refused(&answer) {
            return Refunded::Ended(outcome, answer.reply.code);
        }
        match answer.meaning {
            Meaning::Good => match answer.reply.refund(attempt) {
                Some(seen) => Refunded::Seen(seen),
                None => Refunded::Unlisted("an answer that is not about this refund".to_owned()),
            },
            Meaning::NotThere => Refunded::NotThere,
            Meaning::Ask => Refunded::Ask(answer.reply.code),
            _ => Refunded::Unlisted(answer.reply.code),
        }
    }

    /// What is kept of a payment. The operator's number of it is the number that the citizen sees too.
    pub(super) fn approval(
        &self,
        amount: Option<Yen>,
        payment_id: Option<String>,
        at: Option<Timestamp>,
    ) -> Approval {
        Approval {
            settled_amount: amount,
            brand: BRAND.parse().ok(),
            terminal_id: self.wire.config.terminal_id.clone(),
            slip_number: payment_id,
            terminal_time: at.map(Timestamp::to_paper),
            ..Approval::default()
        }
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

fn unreachable(words: &str) -> Outcome {
    Outcome::NotStarted {
        why: NotStartedWhy::DeviceUnavailable,
        detail: format!("no connection to the operator: {words}"),
    }
}

pub(super) fn nothing_left(detail: &str) -> Outcome {
    Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, detail: detail.to_owned() }
}
