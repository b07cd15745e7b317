//! What is remembered of the orders of this run: whether a code may still be paid.
//!
//! Invariants: bounded, the oldest is forgotten first; what is forgotten counts as a code that lives for
//! [`PayPayTimers::code_life`](crate::paypay::PayPayTimers) from the start of this run, for the run before may have shown it. Time is a
//! parameter.

use std::{collections::VecDeque, time::Duration};

use domain::id::AttemptId;
use tokio::time::Instant;

use crate::paypay::message::CodeId;

/// Orders that are remembered.
const ORDERS_MAX: usize = 64;

/// Why an order is being taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// The clerk's wish, or the agent's stop.
    Stopped,
    /// The citizen's time is over.
    TooLate,
    /// The operator said that it was not paid: its word.
    Ended(String),
    /// The operator said a word that no list names.
    Unlisted(String),
    /// Its creation was not answered, so nobody has seen its code.
    NeverShown,
}

/// One order at the operator.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub code_id: Option<CodeId>,
    /// When its code cannot be paid any more by age alone.
    pub dead_at: Instant,
    /// Set once the order is being taken back.
    pub closing: Option<Why>,
    /// The operator said that the code is deleted.
    pub deleted: bool,
    /// The operator took the cancel.
    pub cancel_accepted: bool,
}

impl Order {
    pub fn new(dead_at: Instant) -> Self {
        Self { code_id: None, dead_at, closing: None, deleted: false, cancel_accepted: false }
    }

    /// Nobody has seen its code.
    pub fn never_shown(&self) -> bool {
        self.closing == Some(Why::NeverShown)
    }
}

/// The orders and refunds of this run.
#[derive(Debug)]
pub(super) struct Orders {
    began: Instant,
    life: Duration,
    orders: VecDeque<(AttemptId, Order)>,
    refunds: VecDeque<(AttemptId, Instant)>,
}

impl Orders {
    pub const fn new(began: Instant, life: Duration) -> Self {
        Self { began, life, orders: VecDeque::new(), refunds: VecDeque::new() }
    }

    /// What is known of an order; of one of an earlier run only its age.
    pub fn get(&self, attempt: AttemptId) -> Order {
        let known = self.orders.iter().find(|(id, _)| *id == attempt);
        known.map_or_else(|| Order::new(self.began + self.life), |(_, order)| order.clone())
    }

    pub fn put(&mut self, attempt: AttemptId, order: Order) {
        self.forget(attempt);
        if self.orders.len() == ORDERS_MAX {
            self.orders.pop_front();
        }
        self.orders.push_back((attempt, order));
    }

    pub fn forget(&mut self, attempt: AttemptId) {
        self.orders.retain(|(id, _)| *id != attempt);
    }

    /// A refund is about to be sent.
    pub fn refund_begins(&mut self, attempt: AttemptId, now: Instant) {
        if self.refunds.len() == ORDERS_MAX {
            self.refunds.pop_front();
        }
        self.refunds.push_back((attempt, now));
    }

    /// When a refund was sent at the latest.
    pub fn refund_sent(&self, attempt: AttemptId) -> Instant {
        self.refunds.iter().find(|(id, _)| *id == attempt).map_or(self.began, |(_, at)| *at)
    }
}
