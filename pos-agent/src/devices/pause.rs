//! Pauses between tries: from half a second, doubled, to half a minute, spread (`devices.md` 4).

use std::time::Duration;

/// First pause, in milliseconds.
const FIRST_MS: u64 = 500;
/// Longest pause, in milliseconds.
const LAST_MS: u64 = 30_000;

/// Failures in a row and the pause that follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pause {
    failures: u32,
}

impl Pause {
    /// Nothing failed yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { failures: 0 }
    }

    /// It worked.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }

    /// It failed again: how long to wait. `permille` below 1,000 spreads it over its upper half.
    pub fn next(&mut self, permille: u16) -> Duration {
        let whole = (FIRST_MS << self.failures.min(10)).min(LAST_MS);
        self.failures = self.failures.saturating_add(1);
        Duration::from_millis(whole / 2 + whole / 2 * u64::from(permille.min(1_000)) / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_half_a_minute() {
        let mut pause = Pause::default();
        let waits: Vec<u128> = (0..8).map(|_| pause.next(1_000).as_millis()).collect();
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        pause.reset();
        assert_eq!(pause.next(0).as_millis(), 250, "spread over the upper half");
    }
}
