//! Waiting for the citizen: the operator is asked until it says the last word, the clerk cancels, or the time is over.
//!
//! Invariants: questions have a pace and a pause that grows while nobody answers; the code's own life is never waited out, so that the
//! deletion meets a living code; every end but a payment goes through [`super::close`].

use std::{sync::Arc, time::Duration};

use domain::payment::{DoubtCause, Outcome, Phase};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{PayPay, orders::Why, reading::Look, unknown};
use crate::{
    cat::{Progress, Recorder},
    code_payment::{CodeSale, PROGRESS_ASKING, PROGRESS_PAYING, PROGRESS_WAITING, Presented, Settled},
    paypay::message::{Payment, PaymentState},
};

/// Questions without an answer before the clerk is told.
const SILENT_SHOWN_FROM: u32 = 2;
/// The longest pause between two questions, as a multiple of the pace.
const PAUSE_FACTOR_MAX: u32 = 4;

/// Tells the clerk where a sale stands.
pub(super) struct Teller<'a> {
    pub sale: &'a CodeSale,
    pub recorder: Arc<dyn Recorder>,
}

impl Teller<'_> {
    pub fn say(&self, code: u8, text_ja: &str) {
        self.recorder.progress(self.sale.attempt, Progress { code, text_ja: text_ja.to_owned() });
    }
}

impl PayPay {
    /// Follows an order to its end.
    pub(super) async fn follow(
        &self,
        sale: &CodeSale,
        presented: Presented,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Settled {
        let teller = Teller { sale, recorder };
        match presented {
            Presented::Ended(outcome) => Settled { code: outcome.word().to_owned(), outcome },
            Presented::Unanswered => {
                teller.say(PROGRESS_ASKING, "PayPayの返事がありません。どうなったかを問い合わせています");
                self.close(sale, Why::NeverShown, Some(&teller)).await
            }
            Presented::Show(code) => {
                let left = code.expires_at.ms_since(self.wire.clock.now());
                let left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
                let timers = self.wire.config.timers;
                let patience = timers.patience.min(left.saturating_sub(timers.read));
                self.wait_for_citizen(&teller, Instant::now() + patience, &stop).await
            }
            Presented::HandedOver => {
                let by = Instant::now() + self.wire.config.timers.patience;
                self.wait_for_citizen(&teller, by, &stop).await
            }
        }
    }

    async fn wait_for_citizen(&self, teller: &Teller<'_>, by: Instant, stop: &CancellationToken) -> Settled {
        let sale = teller.sale;
        teller.say(PROGRESS_WAITING, "画面のコードをお客様に読み取ってもらってください");
        let mut silent = 0_u32;
        loop {
            let next = Instant::now() + self.pause(silent);
            tokio::select! {
                biased;
                () = stop.cancelled() => return self.close(sale, Why::Stopped, Some(teller)).await,
                () = sleep_until(next.min(by)) => {}
            }
            let look = self.look(sale.attempt).await;
            silent = if matches!(look, Look::Silent(_)) { silent.saturating_add(1) } else { 0 };
            match look {
                Look::Seen(payment) => match payment.state {
                    PaymentState::Completed => return self.completed(sale, payment),
                    PaymentState::Created => {}
                    PaymentState::Authorized => {
                        teller.say(PROGRESS_PAYING, "お客様がPayPayで支払っています");
                    }
                    PaymentState::Failed
                    | PaymentState::Canceled
                    | PaymentState::Expired
                    | PaymentState::Refunded => {
                        return self.close(sale, Why::Ended(payment.word), Some(teller)).await;
                    }
                    PaymentState::Unlisted => {
                        return self.close(sale, Why::Unlisted(payment.word), Some(teller)).await;
                    }
                },
                // A code that nobody has read yet may be answered like this.
                Look::NotThere => {}
                Look::Silent(_) if silent == SILENT_SHOWN_FROM => {
                    teller.say(PROGRESS_ASKING, "PayPayの返事が途切れました。問い合わせを続けています");
                }
                Look::Silent(_) => {}
                Look::Unlisted(word) => return self.close(sale, Why::Unlisted(word), Some(teller)).await,
            }
            if Instant::now() >= by {
                return self.close(sale, Why::TooLate, Some(teller)).await;
            }
        }
    }

    /// The pause before the next question, after so many without an answer.
    pub(super) fn pause(&self, silent: u32) -> Duration {
        let timers = self.wire.config.timers;
        if silent == 0 {
            return timers.poll;
        }
        let grown = timers.retry.saturating_mul(2_u32.saturating_pow(silent.saturating_sub(1).min(16)));
        grown.min(timers.poll.saturating_mul(PAUSE_FACTOR_MAX))
    }

    /// The operator has the money. It is ours only if it is what we asked for.
    pub(super) fn completed(&self, sale: &CodeSale, payment: Payment) -> Settled {
        let approval = self.approval(payment.amount, payment.payment_id, payment.accepted_at);
        let outcome = if payment.amount == Some(sale.amount) {
            Outcome::Approved(approval)
        } else {
            let detail = format!("the operator settled another amount for {}", sale.amount);
            unknown(Phase::AtCentre, DoubtCause::AmountDiffers, detail, Some(approval))
        };
        self.orders().forget(sale.attempt);
        Settled { outcome, code: payment.word }
    }
}
