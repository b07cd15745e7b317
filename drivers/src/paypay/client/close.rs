//! Taking an order back: the cancel race of `devices.md` 3.
//!
//! Delete the code, ask, cancel until it is accepted, ask again. Invariants: an approval that arrives before the cancel was accepted wins;
//! after it a `COMPLETED` is on its way to `FAILED` and is no approval (help page 4414069180943 for developers); the end is clean only
//! when the code was deleted, or nobody has ever seen it, and the operator says that it was not paid; everything else is `Unknown` and is
//! taken up again by the next question, which also believes an accepted cancel (the operator guarantees that money which comes goes back).

use domain::payment::{Decline, DoubtCause, NotStartedWhy, Outcome, Phase};
use tokio::time::{Instant, sleep};

use super::{
    PayPay,
    orders::{Order, Why},
    reading::{Cancelled, Deleted, Look},
    settle::Teller,
    unknown,
};
use crate::{
    code_payment::{CodeSale, PROGRESS_CANCELLING, Settled},
    paypay::message::PaymentState,
};

/// Our own word for an end that began with the deletion of the code.
const CODE_DELETED: &str = "CODE_DELETED";

/// What an order's state is worth while it is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Paid,
    /// The operator's last word: not paid, or given back.
    Over,
    /// Not paid so far.
    NotYet,
    /// Somebody is paying.
    UnderWay,
    Silent,
    Unlisted,
}

const fn weigh(look: &Look) -> Weight {
    match look {
        Look::NotThere => Weight::NotYet,
        Look::Silent(_) => Weight::Silent,
        Look::Unlisted(_) => Weight::Unlisted,
        Look::Seen(payment) => match payment.state {
            PaymentState::Completed => Weight::Paid,
            PaymentState::Created => Weight::NotYet,
            PaymentState::Authorized => Weight::UnderWay,
            PaymentState::Failed
            | PaymentState::Canceled
            | PaymentState::Expired
            | PaymentState::Refunded => Weight::Over,
            PaymentState::Unlisted => Weight::Unlisted,
        },
    }
}

/// A last word that no second try of the citizen can follow.
const fn is_for_good(look: &Look) -> bool {
    match look {
        Look::Seen(payment) => {
            matches!(payment.state, PaymentState::Canceled | PaymentState::Expired | PaymentState::Refunded)
        }
        Look::NotThere | Look::Silent(_) | Look::Unlisted(_) => false,
    }
}

/// One taking back under way.
struct Closing<'a> {
    paypay: &'a PayPay,
    sale: &'a CodeSale,
    order: Order,
    why: Why,
    /// When the last word is no longer waited for.
    by: Instant,
    /// The deletion was answered with "paid": the last word is `COMPLETED`, and nothing is cancelled.
    paid: bool,
    /// The operator does not cancel: its word.
    cancel_refused: Option<String>,
    /// A later question, not the attempt itself: what the operator guarantees counts as evidence too.
    is_question: bool,
}

impl PayPay {
    /// Takes an order back, or finds that it was paid.
    pub(super) async fn close(&self, sale: &CodeSale, why: Why, teller: Option<&Teller<'_>>) -> Settled {
        if let Some(teller) = teller
            && why != Why::NeverShown
        {
            teller.say(PROGRESS_CANCELLING, "PayPayの注文を取り下げています。まだ支払われることがあります");
        }
        let mut order = self.orders().get(sale.attempt);
        order.closing = Some(why.clone());
        self.orders().put(sale.attempt, order.clone());
        let by = Instant::now() + self.wire.config.timers.last_word;
        let is_question = teller.is_none();
        let mut closing =
            Closing { paypay: self, sale, order, why, by, paid: false, cancel_refused: None, is_question };
        let settled = closing.run().await;
        match &settled.outcome {
            Outcome::Unknown(_) => self.orders().put(sale.attempt, closing.order),
            _ => self.orders().forget(sale.attempt),
        }
        settled
    }
}

impl Closing<'_> {
    async fn run(&mut self) -> Settled {
        self.delete().await;
        let mut look = self.ask_until(|weight| weight != Weight::Silent).await;
        if self.paid && weigh(&look) != Weight::Paid {
            // The list of orders may be behind the list of codes.
            look = self.ask_until(|weight| weight == Weight::Paid).await;
            return self.judge(look);
        }
        let over = matches!(weigh(&look), Weight::Over) || self.is_paid(&look);
        if !over && !self.order.cancel_accepted {
            self.cancel().await;
        }
        if !over {
            let final_word = |weight: Weight, accepted: bool| match weight {
                Weight::Paid => !accepted,
                Weight::Over | Weight::NotYet | Weight::Unlisted => true,
                Weight::UnderWay | Weight::Silent => false,
            };
            let accepted = self.order.cancel_accepted;
            look = self.ask_until(|weight| final_word(weight, accepted)).await;
        }
        self.judge(look)
    }

    /// Paid, and not about to be taken back by a cancel of ours.
    fn is_paid(&self, look: &Look) -> bool {
        weigh(look) == Weight::Paid && !self.order.cancel_accepted
    }

    /// Once: a second deletion would be answered as if there had never been a code.
    async fn delete(&mut self) {
        let Some(code) = self.order.code_id.clone().filter(|_| !self.order.deleted) else { return };
        match self.paypay.delete(&code).await {
            Deleted::Yes => self.order.deleted = true,
            Deleted::AlreadyPaid => self.paid = true,
            Deleted::Unproven(word) => tracing::warn!(word, "paypay: the code may still be paid"),
        }
    }

    /// Repeats the question until the answer is good enough or the time is over.
    async fn ask_until(&self, enough: impl Fn(Weight) -> bool) -> Look {
        let mut silent = 0;
        loop {
            let look = self.paypay.look(self.sale.attempt).await;
            let weight = weigh(&look);
            silent = if weight == Weight::Silent { silent + 1 } else { 0 };
            let pause = self.paypay.pause(silent);
            if enough(weight) || Instant::now() + pause >= self.by {
                return look;
            }
            sleep(pause).await;
        }
    }

    async fn cancel(&mut self) {
        let mut tries = 0;
        loop {
            match self.paypay.cancel(self.sale.attempt).await {
                Cancelled::Accepted => self.order.cancel_accepted = true,
                Cancelled::Refused(word) => self.cancel_refused = Some(word),
                Cancelled::Again(word) => {
                    tries += 1;
                    let pause = self.paypay.pause(tries);
                    if Instant::now() + pause < self.by {
                        sleep(pause).await;
                        continue;
                    }
                    tracing::warn!(word, "paypay: the cancel was not accepted in time");
                }
            }
            return;
        }
    }

    fn judge(&self, look: Look) -> Settled {
        let weight = weigh(&look);
        let word = match &look {
            Look::Seen(payment) => payment.word.clone(),
            Look::NotThere => "DYNAMIC_QR_PAYMENT_NOT_FOUND".to_owned(),
            Look::Silent(word) | Look::Unlisted(word) => word.clone(),
        };
        if self.is_paid(&look)
            && let Look::Seen(payment) = look
        {
            return self.paypay.completed(self.sale, payment);
        }
        // Nobody can pay it any more, or nobody ever could. A question also believes what the operator guarantees or says for good,
        // and the age of the code.
        let guaranteed = self.order.cancel_accepted || Instant::now() >= self.order.dead_at;
        let proven = guaranteed || is_for_good(&look);
        let sealed = self.order.deleted || self.order.never_shown() || (self.is_question && proven);
        let contradicted = self.paid && weight != Weight::Over;
        let withdrawn = match weight {
            Weight::Over => true,
            Weight::NotYet => guaranteed || (self.cancel_refused.is_some() && look == Look::NotThere),
            Weight::Paid | Weight::UnderWay | Weight::Silent | Weight::Unlisted => false,
        };
        let clean = sealed && withdrawn && !contradicted;
        let outcome = clean.then(|| self.clean_end(&word)).flatten();
        Settled { outcome: outcome.unwrap_or_else(|| self.doubt(weight, &word, look)), code: word }
    }

    /// The words of a clean end; right after a word that no list names there is none.
    fn clean_end(&self, word: &str) -> Option<Outcome> {
        let declined = |code: &str, text: &str| {
            Some(Outcome::Declined(Decline { code: code.to_owned(), text: text.to_owned() }))
        };
        match &self.why {
            Why::NeverShown => Some(Outcome::NotStarted {
                why: NotStartedWhy::DeviceUnavailable,
                detail: format!(
                    "the operator did not answer the order; asked under the same id it says {word}, and nobody has seen a code"
                ),
            }),
            Why::Stopped => {
                declined(CODE_DELETED, "やめました。支払いは成立していません。コードは取り下げました。")
            }
            Why::TooLate => declined(CODE_DELETED, "時間内に支払われませんでした。コードは取り下げました。"),
            Why::Ended(ended) if ended == "REFUNDED" => declined(ended, "PayPayの側で返金されています。"),
            Why::Ended(ended) => {
                declined(ended, "PayPayで支払いができませんでした。支払いは成立していません。")
            }
            Why::Unlisted(ended) if self.is_question => declined(ended, "支払いは成立していません。"),
            Why::Unlisted(_) => None,
        }
    }

    fn doubt(&self, weight: Weight, word: &str, look: Look) -> Outcome {
        let cause = match (&self.why, weight) {
            (Why::Unlisted(_), _) | (_, Weight::Unlisted) => DoubtCause::UnlistedCode,
            _ => DoubtCause::Silence,
        };
        let first = match &self.why {
            Why::Unlisted(ended) => format!("the operator said {ended}; "),
            _ => String::new(),
        };
        let refused = self.cancel_refused.as_deref().unwrap_or("none");
        let detail = format!(
            "{first}the order is not proven over: code deleted {}, cancel accepted {}, cancel refused {refused}, the operator says {word}",
            self.order.deleted, self.order.cancel_accepted
        );
        let partial = match look {
            Look::Seen(payment) if weight == Weight::Paid => {
                Some(self.paypay.approval(payment.amount, payment.payment_id, payment.accepted_at))
            }
            _ => None,
        };
        let phase = if self.order.never_shown() { Phase::Sent } else { Phase::AtCentre };
        unknown(phase, cause, detail, partial)
    }
}
