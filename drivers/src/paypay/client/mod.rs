//! The till's side of the operator, behind [`CodePayment`].
//!
//! [`wire`] (HTTPS), [`calls`] (one question each), [`reading`] (what an answer amounts to), [`settle`] (waiting for the citizen),
//! [`close`] (taking an order back: the cancel race), [`query`] and [`take_back`]; [`weigh`] weighs one answer by itself. Invariants: an
//! order is created once; `Approved` needs the operator's `COMPLETED` with our amount, and no cancel of ours that was accepted before;
//! a clean end of a shown code needs its deletion and the operator's word that it was not paid.

mod calls;
mod close;
mod orders;
mod query;
mod reading;
mod settle;
mod take_back;
pub mod weigh;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{
    payment::{Doubt, DoubtCause, Outcome, Phase, QueryAnswer},
    time::Clock,
};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use self::{
    orders::{Order, Orders, Why},
    reading::Created,
    wire::{Answer, Ask, NoAnswer, Wire},
};
use super::{
    config::{ApiSecret, ConfigError, PayPayConfig},
    result_code::{Call, Meaning},
};
use crate::{
    cat::{AttemptEvidence, CodeToShow, Fut, LinkState, Recorder},
    code_payment::{CodeCapabilities, CodePayment, CodeSale, Presented, Settled, TakeBack},
};

/// An id that no order has: asking for it shows that the operator answers and knows us.
const NO_ORDER: &str = "madoguchi-link-check";

/// Where the texts come from that make each request another one. Tests count.
pub trait Nonces: Send + Sync {
    /// Never the same twice within some minutes.
    fn nonce(&self) -> u32;
}

impl<F: Fn() -> u32 + Send + Sync> Nonces for F {
    fn nonce(&self) -> u32 {
        self()
    }
}

/// A till at PayPay.
pub struct PayPay {
    wire: Wire,
    orders: Mutex<Orders>,
    link: watch::Sender<LinkState>,
}

impl std::fmt::Debug for PayPay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayPay").field("base_url", &self.wire.config.base_url).finish_non_exhaustive()
    }
}

impl PayPay {
    /// A till; nothing is sent until something is asked.
    ///
    /// # Errors
    /// When the configuration cannot be used.
    pub fn new(
        config: PayPayConfig,
        secret: ApiSecret,
        clock: Arc<dyn Clock>,
        nonces: Arc<dyn Nonces>,
    ) -> Result<Self, ConfigError> {
        let orders = Mutex::new(Orders::new(Instant::now(), config.timers.code_life));
        let (link, _) = watch::channel(LinkState::Opening);
        Ok(Self { wire: Wire::new(config, secret, clock, nonces)?, orders, link })
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, and keeps what it shows of the link.
    async fn ask(&self, ask: Ask<'_>) -> Result<Answer, NoAnswer> {
        let answered = self.wire.ask(ask).await;
        self.link.send_replace(match &answered {
            Ok(_) => LinkState::Ready,
            Err(silence) => LinkState::Lost(silence.words().to_owned()),
        });
        answered
    }

    async fn look_at_the_link(&self) -> LinkState {
        let path = format!("/v2/codes/payments/{NO_ORDER}");
        let answered = self.ask(Ask { call: Call::Details, path, query: None, body: None }).await;
        let state = match answered.as_ref().map(|answer| (answer.meaning, answer.clock_off_seconds)) {
            Err(silence) => LinkState::Lost(silence.words().to_owned()),
            // The next sale says what is wrong, with the remedy; nothing of it reaches the operator's book.
            Ok((Meaning::NotAuthorised, Some(_))) => LinkState::Ready,
            Ok((Meaning::NotAuthorised | Meaning::Refused, None | Some(_))) => LinkState::Faulted(
                "the operator does not know the key or does not allow this call".to_owned(),
            ),
            Ok((Meaning::NotThere | Meaning::Good, _)) => LinkState::Ready,
            Ok((Meaning::Later | Meaning::Ask, _)) => {
                LinkState::Lost("the operator is not at work".to_owned())
            }
            Ok(_) => LinkState::Lost("something else than the operator answers at its address".to_owned()),
        };
        self.link.send_replace(state.clone());
        state
    }

    async fn create_order(&self, sale: &CodeSale) -> Presented {
        let timers = self.wire.config.timers;
        let mut order = Order::new(Instant::now() + timers.code_life);
        let created = self.create(sale.attempt, sale.amount).await;
        let presented = match created {
            Created::Ended(outcome) => return Presented::Ended(outcome),
            Created::Ask => {
                order.closing = Some(Why::NeverShown);
                Presented::Unanswered
            }
            Created::Unlisted(word) => {
                order.closing = Some(Why::NeverShown);
                let detail = format!("the operator answered the order with {word}");
                Presented::Ended(unknown(Phase::Sent, DoubtCause::UnlistedCode, detail, None))
            }
            Created::Code(made) => {
                order.code_id = Some(made.code_id);
                let life = i64::try_from(timers.code_life.as_millis()).unwrap_or(i64::MAX);
                let expires_at = made.expires_at.unwrap_or_else(|| self.wire.clock.now().plus_ms(life));
                Presented::Show(CodeToShow { payload: made.payload, amount: sale.amount, expires_at })
            }
        };
        self.orders().put(sale.attempt, order);
        presented
    }
}

/// An outcome in doubt.
fn unknown(
    phase: Phase,
    cause: DoubtCause,
    detail: String,
    partial: Option<domain::payment::Approval>,
) -> Outcome {
    Outcome::Unknown(Doubt { phase, cause, detail, partial })
}

impl CodePayment for PayPay {
    fn capabilities(&self) -> CodeCapabilities {
        // The payer's code (CPM) is not in the public interface (`protocols.md` 2.4).
        CodeCapabilities { show_code: true, accept_code: false, take_back: true, query: true }
    }

    fn link(&self) -> LinkState {
        self.link.borrow().clone()
    }

    fn connect(&self) -> Fut<'_, LinkState> {
        Box::pin(self.look_at_the_link())
    }

    fn present<'a>(&'a self, sale: &'a CodeSale) -> Fut<'a, Presented> {
        Box::pin(self.create_order(sale))
    }

    fn settle<'a>(
        &'a self,
        sale: &'a CodeSale,
        presented: Presented,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Fut<'a, Settled> {
        Box::pin(self.follow(sale, presented, recorder, stop))
    }

    fn query(&self, evidence: AttemptEvidence) -> Fut<'_, QueryAnswer> {
        Box::pin(async move { self.what_became_of(&evidence).await })
    }

    fn take_back<'a>(&'a self, wish: &'a TakeBack) -> Fut<'a, Settled> {
        Box::pin(self.give_back(wish))
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! What the tests of the answers look at.
    pub(in crate::paypay) use super::{
        reading::{Cancelled, Created, Deleted, Look, Refunded},
        wire::Answer,
    };
}
