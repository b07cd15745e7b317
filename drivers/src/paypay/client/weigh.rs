//! What one answer proves by itself, without a conversation: for whoever holds an answer in hand, and for the fuzz target.
//!
//! Invariants: pure, for any status and any bytes; an answer that no list names leaves everything [`Proof::Open`]; the word is a word.
//! Not here: what follows for the sale, which also depends on what was asked before ([`super`]).

use domain::id::AttemptId;

use super::{
    reading::{Cancelled, Created, Deleted, Look, Refunded},
    wire::Answer,
};
use crate::paypay::{
    message::{ANSWER_LENGTH_MAX_BYTES, PaymentState, Reply, UNREADABLE},
    result_code::{Call, Meaning, meaning},
};

/// What was asked of the operator (`protocols.md` 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// For a code.
    Create,
    /// What became of an order.
    Details,
    /// To delete a code.
    Delete,
    /// To cancel an order.
    Cancel,
    /// For a refund.
    Refund,
    /// What became of a refund.
    RefundDetails,
}

impl Asked {
    /// Every question.
    pub const ALL: [Self; 6] =
        [Self::Create, Self::Details, Self::Delete, Self::Cancel, Self::Refund, Self::RefundDetails];

    const fn call(self) -> Call {
        match self {
            Self::Create => Call::Create,
            Self::Details => Call::Details,
            Self::Delete => Call::Delete,
            Self::Cancel => Call::Cancel,
            Self::Refund => Call::Refund,
            Self::RefundDetails => Call::RefundDetails,
        }
    }
}

/// What is proven of the thing that was asked for or about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It is so: a code was made, an order paid, a code deleted, a cancel or a refund taken.
    Done,
    /// It is not so and will not be.
    NotDone,
    /// Nothing is proven.
    Open,
}

/// An answer, weighed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// `resultInfo.code`, or `UNREADABLE`.
    pub word: String,
    /// Whether the operator's lists name this word with this status for this question.
    pub listed: bool,
    /// What it proves.
    pub proof: Proof,
}

/// Weighs an answer to a question about an attempt. A body longer than the driver reads is not read.
#[must_use]
pub fn weigh(asked: Asked, status: u16, body: &[u8], attempt: AttemptId) -> Weighed {
    if body.len() > ANSWER_LENGTH_MAX_BYTES {
        return Weighed { word: UNREADABLE.to_owned(), listed: false, proof: Proof::Open };
    }
    let reply = Reply::read(body);
    let meaning = meaning(asked.call(), status, &reply.code);
    let (word, listed) = (reply.code.clone(), meaning != Meaning::Unlisted);
    let answer = Answer { reply, meaning, clock_off_seconds: None };
    Weighed { word, listed, proof: proof(asked, answer, attempt) }
}

fn proof(asked: Asked, answer: Answer, attempt: AttemptId) -> Proof {
    match asked {
        Asked::Create => match answer.created() {
            Created::Code(_) => Proof::Done,
            Created::Ended(_) => Proof::NotDone,
            Created::Ask | Created::Unlisted(_) => Proof::Open,
        },
        Asked::Details => match answer.looked(attempt) {
            Look::Seen(payment) => of_state(payment.state),
            // A code that nobody has read yet may be answered like this.
            Look::NotThere | Look::Silent(_) | Look::Unlisted(_) => Proof::Open,
        },
        Asked::Delete => match answer.deleted() {
            Deleted::Yes => Proof::Done,
            Deleted::AlreadyPaid => Proof::NotDone,
            Deleted::Unproven(_) => Proof::Open,
        },
        Asked::Cancel => match answer.cancelled() {
            Cancelled::Accepted => Proof::Done,
            Cancelled::Refused(_) | Cancelled::Again(_) => Proof::Open,
        },
        Asked::Refund | Asked::RefundDetails => match answer.refunded(attempt) {
            Refunded::Seen(seen) if seen.taken => Proof::Done,
            Refunded::Ended(..) => Proof::NotDone,
            // A request that was late may still arrive.
            Refunded::Seen(_) | Refunded::NotThere | Refunded::Ask(_) | Refunded::Unlisted(_) => Proof::Open,
        },
    }
}

const fn of_state(state: PaymentState) -> Proof {
    match state {
        PaymentState::Completed => Proof::Done,
        PaymentState::Canceled | PaymentState::Expired | PaymentState::Refunded => Proof::NotDone,
        // While the code lives the citizen may try again.
        PaymentState::Failed | PaymentState::Created | PaymentState::Authorized | PaymentState::Unlisted => {
            Proof::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_proves_what_its_list_says_and_nothing_without_one() {
        let attempt: AttemptId = "00000000-0000-7000-8000-000000000001".parse().unwrap();
        let body = |code: &str, status: &str| {
            format!(
                r#"{{"resultInfo":{{"code":"{code}"}},"data":{{"status":"{status}","amount":{{"amount":300,"currency":"JPY"}}}}}}"#
            )
        };
        let weighed = |asked, http, code, status| weigh(asked, http, body(code, status).as_bytes(), attempt);
        for (asked, http, code, status, listed, proof) in [
            (Asked::Details, 200, "SUCCESS", "COMPLETED", true, Proof::Done),
            (Asked::Details, 200, "SUCCESS", "EXPIRED", true, Proof::NotDone),
            (Asked::Details, 200, "SUCCESS", "ON_THE_MOON", true, Proof::Open),
            (Asked::Details, 200, "SUCCEEDED", "COMPLETED", false, Proof::Open),
            (Asked::Details, 202, "SUCCESS", "COMPLETED", false, Proof::Open),
            (Asked::Create, 400, "INVALID_REQUEST_PARAMS", "", true, Proof::NotDone),
            (Asked::Create, 500, "INTERNAL_SERVER_ERROR", "", true, Proof::Open),
            (Asked::Delete, 400, "DYNAMIC_QR_ALREADY_PAID", "", true, Proof::NotDone),
            (Asked::Cancel, 202, "REQUEST_ACCEPTED", "", true, Proof::Done),
            (Asked::Refund, 201, "SUCCESS", "CREATED", true, Proof::Done),
        ] {
            let found = weighed(asked, http, code, status);
            assert_eq!((found.listed, found.proof), (listed, proof), "{asked:?} {http} {code} {status}");
        }
        let long = vec![b' '; ANSWER_LENGTH_MAX_BYTES + 1];
        assert_eq!(weigh(Asked::Create, 200, &long, attempt).proof, Proof::Open);
    }
}
