//! Where a device stands, in the states of `devices.md` 4, and when it is looked for again. Pure: time is handed in.
//!
//! Absent → Opening → Recovering → Ready ⇄ Busy; Suspect → Ready or Lost; Faulted until a person has looked. Identifying and
//! configuring are one conversation of the driver (ZVT 06 00, ESC/POS set-up of each job) and pass within Opening.
//! Invariants: a device is Ready only after everything begun on it was asked about; a line that breaks once is Suspect and looked
//! for at once, then after growing pauses, for ever; [`Standing`] never decides about money.

use tokio::time::Instant;

use super::{breaker::Breaker, pause::Pause};

/// The states of `devices.md` 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Never there since this start.
    Absent,
    /// Being opened, identified and configured.
    Opening,
    /// There; what was begun on it is being asked about.
    Recovering,
    /// Idle.
    Ready,
    /// At work.
    Busy,
    /// It missed; being looked for.
    Suspect,
    /// It was there and is gone; being looked for.
    Lost,
    /// A person is needed.
    Faulted,
}

impl Stage {
    /// The stable word, for logs and tests.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Opening => "opening",
            Self::Recovering => "recovering",
            Self::Ready => "ready",
            Self::Busy => "busy",
            Self::Suspect => "suspect",
            Self::Lost => "lost",
            Self::Faulted => "faulted",
        }
    }

    /// The word on screens.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Absent => "見つかりません",
            Self::Opening => "接続中",
            Self::Recovering => "前回の結果を確認中",
            Self::Ready => "使えます",
            Self::Busy => "動作中",
            Self::Suspect => "応答待ち",
            Self::Lost => "つながりません",
            Self::Faulted => "確認が必要",
        }
    }
}

/// How many misses make a device Lost: a terminal after one failed exchange, what is polled after three (`devices.md` 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misses {
    /// One failed exchange is suspicious; the next is a loss.
    Exchange,
    /// Three missed polls are suspicious; the next is a loss.
    Polls,
}

impl Misses {
    const fn suspect_from(self) -> u32 {
        match self {
            Self::Exchange => 1,
            Self::Polls => 3,
        }
    }
}

/// One device's standing.
#[derive(Debug)]
pub struct Standing {
    stage: Stage,
    rule: Misses,
    misses: u32,
    answered_before: bool,
    pause: Pause,
    try_at: Instant,
    breaker: Breaker,
}

impl Standing {
    /// A device that nobody has looked for yet.
    #[must_use]
    pub fn new(rule: Misses, now: Instant) -> Self {
        Self {
            stage: Stage::Opening,
            rule,
            misses: 0,
            answered_before: false,
            pause: Pause::default(),
            try_at: now,
            breaker: Breaker::default(),
        }
    }

    /// Where it stands.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether it is time to look for it again.
    #[must_use]
    pub fn is_due(&self, now: Instant) -> bool {
        now >= self.try_at
    }

    /// When it is looked for again.
    #[must_use]
    pub const fn try_at(&self) -> Instant {
        self.try_at
    }

    /// Whether a new sale may wait for it.
    #[must_use]
    pub const fn takes_new_sales(&self) -> bool {
        !self.breaker.is_open()
    }

    /// A person asks for it: it is looked for now.
    pub fn look_now(&mut self, now: Instant) {
        self.pause.reset();
        self.try_at = now;
        if !matches!(self.stage, Stage::Ready | Stage::Busy | Stage::Recovering) {
            self.stage = Stage::Opening;
        }
    }

    /// It answers; `doubts` says whether something begun on it still has to be asked about.
    pub fn answers(&mut self, now: Instant, doubts: bool) {
        self.misses = 0;
        self.answered_before = true;
        self.pause.reset();
        self.breaker.holds(now);
        self.stage = if doubts { Stage::Recovering } else { Stage::Ready };
    }

    /// It is given work.
    pub const fn works(&mut self) {
        self.stage = Stage::Busy;
    }

    /// It did not answer, or its line broke. `permille` spreads the pause.
    pub fn misses(&mut self, now: Instant, permille: u16) {
        self.breaker.failed(now);
        self.misses = self.misses.saturating_add(1);
        let known = self.answered_before;
        self.stage = match self.misses {
            _ if !known => Stage::Absent,
            n if n <= self.rule.suspect_from() => Stage::Suspect,
            _ => Stage::Lost,
        };
        // A line that has just broken is looked for at once; one that is away, after growing pauses.
        self.try_at = if self.stage == Stage::Suspect && self.rule == Misses::Exchange {
            now
        } else {
            now + self.pause.next(permille)
        };
    }

    /// It says that a person is needed. It is still looked for, but what only a person can put right stays so until then.
    pub fn needs_a_person(&mut self, now: Instant, permille: u16) {
        self.stage = Stage::Faulted;
        self.try_at = now + self.pause.next(permille);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn a_terminal_is_suspect_once_then_lost_and_looked_for_for_ever() {
        let start = Instant::now();
        let mut terminal = Standing::new(Misses::Exchange, start);
        assert!(terminal.stage() == Stage::Opening && terminal.is_due(start));
        terminal.answers(start, true);
        assert_eq!(terminal.stage(), Stage::Recovering, "what was begun is asked about first");
        terminal.answers(start, false);
        terminal.works();
        assert_eq!(terminal.stage(), Stage::Busy);
        terminal.misses(start, 0);
        assert!(terminal.stage() == Stage::Suspect && terminal.is_due(start), "looked for at once");
        let mut now = start;
        for _ in 0..40 {
            terminal.misses(now, 1_000);
            assert_eq!(terminal.stage(), Stage::Lost);
            assert!(!terminal.is_due(now) && terminal.is_due(at(now, 30_000)), "at most half a minute");
            now = terminal.try_at();
        }
        terminal.answers(now, false);
        assert_eq!(terminal.stage(), Stage::Ready);
    }

    #[test]
    fn what_was_never_there_is_absent_and_what_was_is_lost() {
        let start = Instant::now();
        let mut printer = Standing::new(Misses::Polls, start);
        printer.misses(start, 0);
        assert_eq!(printer.stage(), Stage::Absent);
        printer.answers(start, false);
        let stages: Vec<Stage> = (0..4)
            .map(|_| {
                printer.misses(start, 0);
                printer.stage()
            })
            .collect();
        assert_eq!(stages, [Stage::Suspect, Stage::Suspect, Stage::Suspect, Stage::Lost]);
    }

    #[test]
    fn a_person_is_answered_at_once() {
        let start = Instant::now();
        let mut terminal = Standing::new(Misses::Exchange, start);
        terminal.needs_a_person(start, 1_000);
        assert!(terminal.stage() == Stage::Faulted && !terminal.is_due(start));
        terminal.look_now(start);
        assert!(terminal.stage() == Stage::Opening && terminal.is_due(start));
        terminal.answers(start, false);
        terminal.look_now(start);
        assert_eq!(terminal.stage(), Stage::Ready, "what works is not taken away");
    }

    #[test]
    fn the_breaker_turns_new_sales_away_until_the_line_holds() {
        let start = Instant::now();
        let mut terminal = Standing::new(Misses::Exchange, start);
        for ms in [0, 1_000, 2_000, 3_000, 4_000] {
            assert!(terminal.takes_new_sales());
            terminal.misses(at(start, ms), 0);
        }
        assert!(!terminal.takes_new_sales());
        terminal.answers(at(start, 5_000), false);
        assert!(
            !terminal.takes_new_sales() && terminal.stage() == Stage::Ready,
            "asked, but not yet sold on"
        );
        terminal.answers(at(start, 7_000), false);
        assert!(terminal.takes_new_sales());
    }
}
