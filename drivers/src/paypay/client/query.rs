//! What became of a sale or of a refund, asked under its own id.
//!
//! Invariants: an order that was being taken back is taken back further, everything else is only read; "not paid" counts only when the
//! code cannot be paid any more: deleted, never seen, or older than any code lives; another amount is for a person.

use domain::payment::{Outcome, QueryAnswer};
use tokio::time::{Instant, sleep};

use super::{
    PayPay,
    reading::{Look, Refunded},
};
use crate::{
    cat::{AttemptEvidence, CatKind},
    code_payment::CodeSale,
    paypay::message::{Payment, PaymentState},
};

/// How often a reading question is asked before it is left for the next time.
const LOOKS_MAX: u32 = 3;

impl PayPay {
    pub(super) async fn what_became_of(&self, evidence: &AttemptEvidence) -> QueryAnswer {
        match evidence.kind {
            CatKind::Sales => self.what_became_of_sale(evidence).await,
            CatKind::Void { original } | CatKind::Refund { original } => {
                let Some(payment_id) = self.payment_id(original).await else {
                    return cannot_tell("the operator does not say the number of the payment");
                };
                self.what_became_of_refund(evidence, &payment_id).await
            }
        }
    }

    async fn what_became_of_sale(&self, evidence: &AttemptEvidence) -> QueryAnswer {
        let order = self.orders().get(evidence.attempt);
        if let Some(why) = order.closing {
            let sale = CodeSale { attempt: evidence.attempt, amount: evidence.amount, code: None };
            return said(self.close(&sale, why, None).await.outcome);
        }
        let dead = order.deleted || Instant::now() >= order.dead_at;
        match self.look_again(evidence).await {
            Look::Seen(payment) => self.weigh_payment(payment, evidence, dead),
            Look::NotThere if dead => {
                did_not_happen("the operator has no payment of this order, and its code is too old")
            }
            Look::NotThere => QueryAnswer::StillRunning,
            Look::Silent(word) | Look::Unlisted(word) => {
                cannot_tell(&format!("the operator answered the question with {word}"))
            }
        }
    }

    fn weigh_payment(&self, payment: Payment, evidence: &AttemptEvidence, dead: bool) -> QueryAnswer {
        match payment.state {
            PaymentState::Completed if payment.amount != Some(evidence.amount) => {
                cannot_tell("the operator settled another amount under this id")
            }
            PaymentState::Completed => QueryAnswer::Happened {
                approval: self.approval(payment.amount, payment.payment_id, payment.accepted_at),
                detail: "the operator has this order as paid, under our id and with our amount".to_owned(),
            },
            PaymentState::Canceled | PaymentState::Expired | PaymentState::Refunded => {
                did_not_happen(&format!("the operator says {} of this order", payment.word))
            }
            // While the code lives the citizen may try again.
            PaymentState::Failed | PaymentState::Created if dead => did_not_happen(&format!(
                "the operator says {} of this order, and its code cannot be paid any more",
                payment.word
            )),
            PaymentState::Failed | PaymentState::Created => QueryAnswer::StillRunning,
            PaymentState::Authorized => QueryAnswer::StillRunning,
            PaymentState::Unlisted => {
                cannot_tell(&format!("the operator says {}, which no list names", payment.word))
            }
        }
    }

    /// A reading question, with pauses while nobody answers.
    async fn look_again(&self, evidence: &AttemptEvidence) -> Look {
        let mut tries = 0;
        loop {
            let look = self.look(evidence.attempt).await;
            tries += 1;
            if !matches!(look, Look::Silent(_)) || tries >= LOOKS_MAX {
                return look;
            }
            sleep(self.pause(tries)).await;
        }
    }

    /// The operator's number of a payment, by our id of it.
    pub(super) async fn payment_id(&self, attempt: domain::id::AttemptId) -> Option<String> {
        match self.look(attempt).await {
            Look::Seen(payment) => payment.payment_id,
            Look::NotThere | Look::Silent(_) | Look::Unlisted(_) => None,
        }
    }

    async fn what_became_of_refund(&self, evidence: &AttemptEvidence, payment_id: &str) -> QueryAnswer {
        match self.look_at_refund(evidence.attempt, payment_id).await {
            Refunded::Seen(seen) if seen.taken && seen.amount == Some(evidence.amount) => {
                QueryAnswer::Happened {
                    approval: self.approval(seen.amount, seen.payment_id, seen.accepted_at),
                    detail: "the operator has this refund, under our id and with our amount".to_owned(),
                }
            }
            Refunded::Seen(seen) => {
                cannot_tell(&format!("the operator says {} of this refund, or another amount", seen.word))
            }
            // A request that was late may still arrive.
            Refunded::NotThere if Instant::now() < self.refund_late_until(evidence.attempt) => {
                QueryAnswer::StillRunning
            }
            Refunded::NotThere => did_not_happen("the operator has no refund under this id"),
            Refunded::Ended(_, word) | Refunded::Ask(word) | Refunded::Unlisted(word) => {
                cannot_tell(&format!("the operator answered the question with {word}"))
            }
        }
    }

    fn refund_late_until(&self, attempt: domain::id::AttemptId) -> Instant {
        self.orders().refund_sent(attempt) + self.wire.config.timers.last_word
    }
}

/// What a closing has come to, as the answer to a question.
fn said(outcome: Outcome) -> QueryAnswer {
    match outcome {
        Outcome::Approved(approval) => QueryAnswer::Happened {
            approval,
            detail: "the operator has this order as paid; no cancel of ours was accepted".to_owned(),
        },
        Outcome::Declined(decline) => did_not_happen(&format!("the order is taken back: {}", decline.code)),
        Outcome::NotStarted { detail, .. } => QueryAnswer::DidNotHappen { detail },
        Outcome::Unknown(doubt) => QueryAnswer::CannotTell { detail: doubt.detail },
    }
}

fn did_not_happen(detail: &str) -> QueryAnswer {
    QueryAnswer::DidNotHappen { detail: detail.to_owned() }
}

fn cannot_tell(detail: &str) -> QueryAnswer {
    QueryAnswer::CannotTell { detail: detail.to_owned() }
}
