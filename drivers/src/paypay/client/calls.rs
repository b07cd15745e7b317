//! Each question to the operator, once.
//!
//! Invariants: nothing is repeated here. What an answer amounts to stands in [`super::reading`].

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{Approval, NotStartedWhy, Outcome},
    time::Timestamp,
};

use super::{
    PayPay,
    reading::{Cancelled, Created, Deleted, Look, Refunded, unreachable},
    wire::Ask,
};
use crate::paypay::{
    message::{self, CodeId},
    result_code::Call,
};

/// The brand of every result.
const BRAND: &str = "paypay";

impl PayPay {
    pub(super) async fn create(&self, attempt: AttemptId, amount: Yen) -> Created {
        let now = self.wire.clock.now();
        let Ok(body) = message::create_code(&self.wire.config, attempt, amount, now) else {
            return Created::Ended(not_written());
        };
        let ask = Ask { call: Call::Create, path: "/v2/codes".to_owned(), query: None, body: Some(body) };
        match self.ask(ask).await {
            Ok(answer) => answer.created(),
            Err(silence) => unreachable(&silence).map_or(Created::Ask, Created::Ended),
        }
    }

    pub(super) async fn look(&self, attempt: AttemptId) -> Look {
        let path = format!("/v2/codes/payments/{attempt}");
        match self.ask(Ask { call: Call::Details, path, query: None, body: None }).await {
            Ok(answer) => answer.looked(attempt),
            Err(silence) => Look::Silent(silence.words().to_owned()),
        }
    }

    pub(super) async fn delete(&self, code: &CodeId) -> Deleted {
        let path = format!("/v2/codes/{}", code.expose());
        match self.ask(Ask { call: Call::Delete, path, query: None, body: None }).await {
            Ok(answer) => answer.deleted(),
            Err(silence) => Deleted::Unproven(silence.words().to_owned()),
        }
    }

    pub(super) async fn cancel(&self, attempt: AttemptId) -> Cancelled {
        let path = format!("/v2/payments/{attempt}");
        match self.ask(Ask { call: Call::Cancel, path, query: None, body: None }).await {
            Ok(answer) => answer.cancelled(),
            Err(silence) => Cancelled::Again(silence.words().to_owned()),
        }
    }

    pub(super) async fn refund(&self, attempt: AttemptId, payment_id: &str, amount: Yen) -> Refunded {
        let now = self.wire.clock.now();
        let Ok(body) = message::refund(attempt, payment_id, amount, now) else {
            return Refunded::Ended(not_written(), String::new());
        };
        let ask = Ask { call: Call::Refund, path: "/v2/refunds".to_owned(), query: None, body: Some(body) };
        match self.ask(ask).await {
            Ok(answer) => answer.refunded(attempt),
            Err(silence) => match unreachable(&silence) {
                Some(outcome) => Refunded::Ended(outcome, String::new()),
                None => Refunded::Ask(silence.words().to_owned()),
            },
        }
    }

    pub(super) async fn look_at_refund(&self, attempt: AttemptId, payment_id: &str) -> Refunded {
        let path = format!("/v2/refunds/{attempt}");
        let query = Some(("paymentId", payment_id));
        match self.ask(Ask { call: Call::RefundDetails, path, query, body: None }).await {
            // A question that is refused says nothing of what was asked about.
            Ok(answer) => match answer.refunded(attempt) {
                Refunded::Ended(_, word) => Refunded::Ask(word),
                said => said,
            },
            Err(silence) => Refunded::Ask(silence.words().to_owned()),
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

fn not_written() -> Outcome {
    let detail = "the request could not be written".to_owned();
    Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, detail }
}
