//! Giving a sale back: a refund under the id of the void.
//!
//! A refund, not a cancel: the cancel is for orders whose state is not known, the refund for those that were accepted (help page
//! 4414061824399 for developers), and only a refund has an id of its own under which it can be asked about. Invariants: it is sent
//! once; without an answer the operator is asked under the same id; another amount than asked is for a person.

use domain::payment::{DoubtCause, NotStartedWhy, Outcome, Phase};
use tokio::time::{Instant, sleep};

use super::{PayPay, reading::Refunded, unknown};
use crate::{
    code_payment::{Settled, TakeBack},
    paypay::message::RefundSeen,
};

impl PayPay {
    pub(super) async fn give_back(&self, wish: &TakeBack) -> Settled {
        let known = wish.approval.as_ref().and_then(|approval| approval.slip_number.clone());
        let payment_id = match known {
            Some(known) => Some(known),
            None => self.payment_id(wish.original).await,
        };
        let Some(payment_id) = payment_id else {
            let outcome = Outcome::NotStarted {
                why: NotStartedWhy::DeviceUnavailable,
                detail: "the operator does not say the number of the payment that is to be given back"
                    .to_owned(),
            };
            return Settled { outcome, code: String::new() };
        };
        self.orders().refund_begins(wish.attempt, Instant::now());
        let by = Instant::now() + self.wire.config.timers.last_word;
        let mut said = self.refund(wish.attempt, &payment_id, wish.amount).await;
        let mut silent = 0;
        while matches!(said, Refunded::Ask(_) | Refunded::NotThere) {
            silent += 1;
            let pause = self.pause(silent);
            if Instant::now() + pause >= by {
                break;
            }
            sleep(pause).await;
            said = self.look_at_refund(wish.attempt, &payment_id).await;
        }
        self.judge_refund(wish, said)
    }

    fn judge_refund(&self, wish: &TakeBack, said: Refunded) -> Settled {
        let doubt = |cause, word: &str| {
            let detail = format!("the refund is not proven: the operator says {word}");
            Settled { outcome: unknown(Phase::AtCentre, cause, detail, None), code: word.to_owned() }
        };
        match said {
            Refunded::Seen(seen) if seen.taken => self.given_back(wish, seen),
            Refunded::Seen(seen) => doubt(DoubtCause::UnlistedCode, &seen.word),
            Refunded::Ended(outcome, word) => Settled { outcome, code: word },
            Refunded::NotThere => doubt(DoubtCause::Silence, "that there is none"),
            Refunded::Ask(word) => doubt(DoubtCause::Silence, &word),
            Refunded::Unlisted(word) => doubt(DoubtCause::UnlistedCode, &word),
        }
    }

    fn given_back(&self, wish: &TakeBack, seen: RefundSeen) -> Settled {
        let approval = self.approval(seen.amount, seen.payment_id, seen.accepted_at);
        let outcome = if seen.amount == Some(wish.amount) {
            Outcome::Approved(approval)
        } else {
            let detail = format!("the operator gave back another amount than {}", wish.amount);
            unknown(Phase::AtCentre, DoubtCause::AmountDiffers, detail, Some(approval))
        };
        Settled { outcome, code: seen.word }
    }
}
