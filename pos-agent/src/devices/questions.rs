//! Which attempt in doubt a terminal is asked about next (`devices.md` 4: every open attempt before Ready).
//!
//! Invariants: on a fresh line every doubt is asked once, without a pause, before anything else; what stays unanswered is asked again
//! in turn, after growing pauses, so that one dead question never hides another. Pure: time is handed in.

use std::collections::BTreeSet;

use domain::id::AttemptId;
use tokio::time::Instant;

use super::pause::Pause;

/// The questions on one terminal.
#[derive(Debug)]
pub struct Questions {
    asked_on_this_line: BTreeSet<AttemptId>,
    last: Option<AttemptId>,
    pause: Pause,
    again_at: Instant,
}

impl Questions {
    /// Nothing asked yet.
    #[must_use]
    pub const fn new(now: Instant) -> Self {
        Self { asked_on_this_line: BTreeSet::new(), last: None, pause: Pause::new(), again_at: now }
    }

    /// The line was opened anew: what the terminal could not say before it may say now.
    pub fn fresh_line(&mut self, now: Instant) {
        self.asked_on_this_line.clear();
        self.pause.reset();
        self.again_at = now;
    }

    /// Whether a doubt was not asked about on this line yet.
    #[must_use]
    pub fn is_open(&self, doubts: &[AttemptId]) -> bool {
        doubts.iter().any(|doubt| !self.asked_on_this_line.contains(doubt))
    }

    /// The doubt to ask about now, if any.
    #[must_use]
    pub fn next(&self, doubts: &[AttemptId], now: Instant) -> Option<AttemptId> {
        let unasked = doubts.iter().find(|doubt| !self.asked_on_this_line.contains(doubt));
        let in_turn = || {
            let after = doubts.iter().find(|doubt| self.last.is_none_or(|last| **doubt > last));
            after.or(doubts.first()).filter(|_| now >= self.again_at)
        };
        unasked.or_else(in_turn).copied()
    }

    /// It was asked about; without an answer it is asked again after a pause.
    pub fn asked(&mut self, doubt: AttemptId, answered: bool, now: Instant, permille: u16) {
        self.asked_on_this_line.insert(doubt);
        self.last = Some(doubt);
        if answered {
            self.asked_on_this_line.remove(&doubt);
            self.pause.reset();
        } else {
            self.again_at = now + self.pause.next(permille);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn doubts(count: u128) -> Vec<AttemptId> {
        (1..=count).map(|n| AttemptId(uuid::Uuid::from_u128(n))).collect()
    }

    #[test]
    fn every_doubt_is_asked_once_then_in_turn_after_a_pause() {
        let start = Instant::now();
        let (mut questions, open) = (Questions::new(start), doubts(3));
        for doubt in &open {
            assert!(questions.is_open(&open));
            assert_eq!(questions.next(&open, start), Some(*doubt));
            questions.asked(*doubt, false, start, 0);
        }
        assert!(!questions.is_open(&open), "nothing holds the terminal back any more");
        assert_eq!(questions.next(&open, start), None, "a pause first");
        let mut now = start;
        for turn in 0..6 {
            now += Duration::from_secs(60);
            let asked = questions.next(&open, now);
            assert_eq!(asked, Some(open[turn % 3]), "one dead question hides no other");
            questions.asked(open[turn % 3], false, now, 0);
        }
        questions.fresh_line(now);
        assert!(questions.is_open(&open) && questions.next(&open, now) == Some(open[0]));
    }

    #[test]
    fn an_answered_doubt_is_forgotten() {
        let start = Instant::now();
        let (mut questions, open) = (Questions::new(start), doubts(1));
        questions.asked(open[0], true, start, 0);
        assert_eq!(questions.next(&[], start), None);
        assert!(!questions.is_open(&[]));
    }
}
