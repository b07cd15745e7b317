//! The town's one clock. It stands still until somebody moves it, or runs from where it was set.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use domain::time::{Clock, Timestamp};

/// A clock that tests and the demo move by hand. All of the town shares it.
#[derive(Debug, Clone)]
pub struct TownClock(Arc<AtomicI64>);

impl TownClock {
    /// Stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_micros())))
    }

    /// Moves on by `ms` milliseconds (back when negative) and says what it is then.
    pub fn advance_ms(&self, ms: i64) -> Timestamp {
        let after = self
            .0
            .fetch_add(ms.saturating_mul(1_000), Ordering::SeqCst)
            .saturating_add(ms.saturating_mul(1_000));
        Timestamp::from_micros(after)
    }

    /// Stands at `now` from here on.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for TownClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
