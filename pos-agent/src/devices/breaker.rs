//! After five failures within a minute nobody new is kept waiting for a device (`devices.md` 4, "breaker").
//!
//! Invariants: it concerns new sales only, what was begun is still asked about; it closes by itself once the line has held for a
//! moment; what it remembers is bounded. Not here: the pauses between tries ([`super::pause`]).

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// Failures that open it.
pub const BREAKER_FAILURES: usize = 5;
/// Within so many milliseconds.
pub const BREAKER_WINDOW_MS: u64 = 60_000;
/// How long the line must hold before new sales are taken again, in milliseconds.
pub const BREAKER_CALM_MS: u64 = 3_000;

/// Failures of the last minute, and whether they are too many.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: VecDeque<Instant>,
    open: bool,
}

impl Breaker {
    /// Something failed.
    pub fn failed(&mut self, now: Instant) {
        let window = Duration::from_millis(BREAKER_WINDOW_MS);
        self.failures.retain(|at| now.duration_since(*at) < window);
        if self.failures.len() == BREAKER_FAILURES {
            self.failures.pop_front();
        }
        self.failures.push_back(now);
        self.open |= self.failures.len() == BREAKER_FAILURES;
    }

    /// The line is there at this moment.
    pub fn holds(&mut self, now: Instant) {
        let calm = Duration::from_millis(BREAKER_CALM_MS);
        if self.failures.back().is_none_or(|last| now.duration_since(*last) >= calm) {
            self.open = false;
            self.failures.clear();
        }
    }

    /// Whether new sales are turned away at once.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_in_a_minute_open_it_and_a_line_that_holds_closes_it() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut breaker = Breaker::default();
        for ms in [0, 500, 1_500, 3_500] {
            breaker.failed(at(ms));
        }
        assert!(!breaker.is_open(), "four");
        breaker.failed(at(7_500));
        assert!(breaker.is_open(), "five");
        breaker.holds(at(8_000));
        assert!(breaker.is_open(), "back for half a second only");
        breaker.holds(at(10_500));
        assert!(!breaker.is_open());
    }

    #[test]
    fn failures_far_apart_do_not_count_together() {
        let start = Instant::now();
        let mut breaker = Breaker::default();
        for minute in 0..20 {
            breaker.failed(start + Duration::from_millis(minute * 16_000));
        }
        assert!(!breaker.is_open(), "never more than four within a minute");
    }
}
