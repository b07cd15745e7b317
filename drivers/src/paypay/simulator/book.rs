//! The operator's book: orders, payments, refunds, and the rules by which they change.
//!
//! Invariants: an id is used once, for ever; money moves from `CREATED` to `COMPLETED`, and from there to `FAILED` (cancel) or
//! `REFUNDED`; a deleted or old code is paid by nobody; more than was paid is never given back. Pure but for the pace of a cancel.

use std::time::Duration;

use domain::{money::Yen, time::Timestamp};
use tokio::time::Instant;

/// Most orders; an operator in software that lives so long takes no more.
pub(super) const CHARGES_MAX: usize = 100_000;

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChargeState {
    /// Nobody has paid.
    Created,
    /// Paid.
    Completed,
    /// Not paid, or paid and taken back by a cancel.
    Failed,
    /// Paid and given back.
    Refunded,
    /// Its code is too old.
    Expired,
}

impl ChargeState {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Refunded => "REFUNDED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// One order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The merchant's id: the attempt.
    pub merchant_payment_id: String,
    /// The operator's number.
    pub payment_id: String,
    /// Name of the code.
    pub code_id: String,
    /// What was asked for.
    pub amount: Yen,
    /// What was paid.
    pub settled: Yen,
    /// What was given back of it.
    pub refunded: Yen,
    /// What became of it.
    pub state: ChargeState,
    /// When the code stops being good.
    pub expires_at: Timestamp,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// The code was deleted.
    pub code_deleted: bool,
    /// A cancel was accepted: money that comes goes back.
    pub cancelled: bool,
    /// What the script lets it say instead of its state.
    pub(super) says: Option<String>,
    failing_at: Option<Instant>,
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The merchant's id: the attempt of the void.
    pub merchant_refund_id: String,
    /// Whose money.
    pub payment_id: String,
    /// How much.
    pub amount: Yen,
    /// When.
    pub at: Timestamp,
}

/// Why something is not done: status and word.
pub(super) type Refused = (u16, &'static str);

/// The book.
#[derive(Debug, Default)]
pub(super) struct Book {
    charges: Vec<Charge>,
    refunds: Vec<Refund>,
    /// The next payment settles this amount instead.
    pub settles_instead: Option<Yen>,
}

impl Book {
    pub fn charges(&self) -> &[Charge] {
        &self.charges
    }

    pub fn refunds(&self) -> &[Refund] {
        &self.refunds
    }

    /// What time does by itself.
    pub fn ages(&mut self, now: Timestamp) {
        for charge in &mut self.charges {
            if charge.failing_at.is_some_and(|at| Instant::now() >= at) {
                charge.failing_at = None;
                charge.state = ChargeState::Failed;
            }
            if charge.state == ChargeState::Created && now >= charge.expires_at {
                charge.state = ChargeState::Expired;
            }
        }
    }

    /// A new order, or the same one again.
    pub fn create(&mut self, id: &str, amount: Yen, expires_at: Timestamp) -> Result<Charge, Refused> {
        if let Some(earlier) = self.find(id) {
            let same = earlier.amount == amount;
            return if same { Ok(earlier.clone()) } else { Err((400, "DUPLICATE_DYNAMIC_QR_REQUEST")) };
        }
        if self.charges.len() >= CHARGES_MAX {
            return Err((503, "MAINTENANCE_MODE"));
        }
        let number = self.charges.len() + 1;
        let charge = Charge {
            merchant_payment_id: id.to_owned(),
            payment_id: format!("{number:020}"),
            code_id: format!("04-{number:018}"),
            amount,
            settled: Yen::ZERO,
            refunded: Yen::ZERO,
            state: ChargeState::Created,
            expires_at,
            paid_at: None,
            code_deleted: false,
            cancelled: false,
            says: None,
            failing_at: None,
        };
        self.charges.push(charge.clone());
        Ok(charge)
    }

    pub fn find(&self, id: &str) -> Option<&Charge> {
        self.charges.iter().find(|charge| charge.merchant_payment_id == id)
    }

    /// The citizen pays a code.
    pub fn pay(&mut self, code_id: &str, now: Timestamp, cancel_pace: Duration) -> bool {
        self.ages(now);
        let settles = self.settles_instead;
        let open = |charge: &&mut Charge| {
            charge.code_id == code_id && charge.state == ChargeState::Created && !charge.code_deleted
        };
        let Some(charge) = self.charges.iter_mut().find(open) else { return false };
        charge.state = ChargeState::Completed;
        charge.settled = settles.unwrap_or(charge.amount);
        charge.paid_at = Some(now);
        if charge.cancelled {
            charge.failing_at = Some(Instant::now() + cancel_pace);
        }
        self.settles_instead = None;
        true
    }

    /// The citizen pays the newest code that can be paid.
    pub fn pay_newest(&mut self, now: Timestamp, cancel_pace: Duration) -> bool {
        self.ages(now);
        let open = |charge: &&Charge| charge.state == ChargeState::Created && !charge.code_deleted;
        let code_id = self.charges.iter().rev().find(open).map(|charge| charge.code_id.clone());
        code_id.is_some_and(|code_id| self.pay(&code_id, now, cancel_pace))
    }

    /// The citizen's payment is refused.
    pub fn fail_newest(&mut self) {
        if let Some(charge) =
            self.charges.iter_mut().rev().find(|charge| charge.state == ChargeState::Created)
        {
            charge.state = ChargeState::Failed;
        }
    }

    /// The newest order says another word than its state.
    pub fn newest_says(&mut self, word: &str) {
        if let Some(charge) = self.charges.last_mut() {
            charge.says = Some(word.to_owned());
        }
    }

    /// Deletes a code: at once, and only of an order that nobody has paid.
    pub fn delete(&mut self, code_id: &str) -> Result<(), Refused> {
        let found = self.charges.iter_mut().find(|charge| charge.code_id == code_id && !charge.code_deleted);
        let Some(charge) = found else { return Err((404, "DYNAMIC_QR_NOT_FOUND")) };
        match charge.state {
            ChargeState::Completed | ChargeState::Refunded => Err((400, "DYNAMIC_QR_ALREADY_PAID")),
            ChargeState::Expired => Err((404, "DYNAMIC_QR_NOT_FOUND")),
            ChargeState::Created | ChargeState::Failed => {
                charge.code_deleted = true;
                Ok(())
            }
        }
    }

    /// Takes a cancel: of an order that nobody has paid it is kept for the moment when somebody does.
    pub fn cancel(&mut self, id: &str, now: Timestamp, pace: Duration) -> Result<(), Refused> {
        let Some(charge) = self.charges.iter_mut().find(|charge| charge.merchant_payment_id == id) else {
            return Err((400, "DYNAMIC_QR_PAYMENT_NOT_FOUND"));
        };
        if charge.paid_at.is_some_and(|paid_at| now >= last_cancel(paid_at)) {
            return Err((400, "ORDER_NOT_REVERSIBLE"));
        }
        match charge.state {
            ChargeState::Created | ChargeState::Expired => charge.cancelled = true,
            ChargeState::Completed if charge.cancelled => {}
            ChargeState::Completed => {
                charge.cancelled = true;
                charge.failing_at = Some(Instant::now() + pace);
            }
            ChargeState::Failed | ChargeState::Refunded => return Err((400, "ORDER_NOT_REVERSIBLE")),
        }
        Ok(())
    }

    pub fn find_refund(&self, id: &str, payment_id: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.merchant_refund_id == id && refund.payment_id == payment_id)
    }

    /// A new refund, or the same one again.
    pub fn refund(
        &mut self,
        id: &str,
        payment_id: &str,
        amount: Yen,
        now: Timestamp,
    ) -> Result<Refund, Refused> {
        if let Some(earlier) = self.find_refund(id, payment_id) {
            let same = earlier.amount == amount;
            return if same { Ok(earlier.clone()) } else { Err((400, "INVALID_PARAMS")) };
        }
        let Some(charge) = self.charges.iter_mut().find(|charge| charge.payment_id == payment_id) else {
            return Err((404, "RESOURCE_NOT_FOUND"));
        };
        match charge.state {
            ChargeState::Completed if !charge.cancelled && amount <= charge.settled => {}
            ChargeState::Completed if !charge.cancelled => return Err((400, "INVALID_PARAMS")),
            _ => return Err((400, "UNACCEPTABLE_OP")),
        }
        charge.state = ChargeState::Refunded;
        charge.refunded = amount;
        let refund =
            Refund { merchant_refund_id: id.to_owned(), payment_id: payment_id.to_owned(), amount, at: now };
        self.refunds.push(refund.clone());
        Ok(refund)
    }
}

/// Until 00:14:59 of the day after the payment (`protocols.md` 2.2).
fn last_cancel(paid_at: Timestamp) -> Timestamp {
    Timestamp::from_jst(paid_at.date().plus_days(1), 0, 15, 0).unwrap_or(paid_at)
}
