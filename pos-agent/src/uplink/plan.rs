//! What to ask the centre next: a pure state machine. Time, jitter and answers enter as parameters.
//!
//! Invariants: a head is believed only where its hash equals our own at that number; a head that goes back makes us send again
//! and raise an alarm; no answer of the centre deletes anything; between failures the pause grows to a bound.

use domain::{
    id::{Incarnation, SequenceNumber},
    time::Timestamp,
};
use journal::{
    chain::Head,
    entry::EntryHash,
    frames::BATCH_ENTRIES_MAX,
    wire::{HeadReply, ProblemCode},
};

pub use super::alarm::Alarm;

/// First pause after a failure, in milliseconds.
pub const BACK_OFF_FIRST_MS: i64 = 1_000;
/// Doublings after which the pause no longer grows, whatever its bound.
const BACK_OFF_DOUBLINGS_MAX: u32 = 16;
/// How long a head that went back stays on the screen, in milliseconds: sending again takes moments, a person must still see it.
pub const WENT_BACK_SHOWN_MS: i64 = 24 * 3_600 * 1_000;
/// Milliseconds of a second.
const SECOND_MS: i64 = 1_000;

/// What is asked of the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// How far it has our journal.
    Head,
    /// To take what stands after a position.
    Batch {
        /// The last entry that it has.
        after: SequenceNumber,
        /// How many at most.
        entries_max: usize,
    },
    /// What it has for us.
    Inbox {
        /// The last number that we journalled.
        after: u64,
    },
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask.
    Ask(Ask),
    /// Nothing before this instant, unless the journal grows.
    Wait(Timestamp),
}

/// What we have ourselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own {
    /// 世代
    pub incarnation: Incarnation,
    /// The journal's end.
    pub head: Head,
    /// Highest inbox number journalled.
    pub inbox_number: u64,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The centre's head, after a batch or when asked.
    Head {
        /// What it says.
        reply: HeadReply,
        /// Our own hash at that number, if we have it.
        ours: Option<EntryHash>,
    },
    /// The inbox; how many items were journalled.
    Inbox {
        /// Items journalled.
        journalled: usize,
    },
    /// A problem document, or a status without one.
    Problem {
        /// HTTP status.
        status: u16,
        /// The code, where the body was a problem document.
        code: Option<ProblemCode>,
        /// The centre's time in seconds, where it says so.
        server_time: Option<i64>,
    },
    /// No answer.
    Silence,
}

/// Pauses of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks into the inbox, in milliseconds.
    pub inbox_interval_ms: i64,
    /// Longest pause after failures, in milliseconds.
    pub back_off_max_ms: i64,
}

/// The line's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pace: Pace,
    delivered: u64,
    head_known: bool,
    clock_offset_seconds: i64,
    failures: u32,
    not_before: Timestamp,
    inbox_due: Timestamp,
    entries_max: usize,
    last_heard: Option<Timestamp>,
    alarm: Option<Alarm>,
    /// Until when an alarm stays although the line works again.
    alarm_until: Timestamp,
    /// The centre follows another chain: up to here ours was sent all the same, to be kept aside there (DESIGN 5).
    fork_sent: Option<u64>,
}

impl Plan {
    /// A line that has not spoken yet; `delivered` is what was noted before the start.
    #[must_use]
    pub const fn new(pace: Pace, delivered: u64, now: Timestamp) -> Self {
        Self {
            pace,
            delivered,
            head_known: false,
            clock_offset_seconds: 0,
            failures: 0,
            not_before: now,
            inbox_due: now,
            entries_max: BATCH_ENTRIES_MAX,
            last_heard: None,
            alarm: None,
            alarm_until: now,
            fork_sent: None,
        }
    }

    /// Up to where the centre has our journal, as far as is believed.
    #[must_use]
    pub const fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Failures in a row.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// The last time the centre answered.
    #[must_use]
    pub const fn last_heard(&self) -> Option<Timestamp> {
        self.last_heard
    }

    /// Something that a person must look at.
    #[must_use]
    pub const fn alarm(&self) -> Option<&Alarm> {
        self.alarm.as_ref()
    }

    /// `created` of a signature: our clock on the centre's scale. It never sets journal time.
    #[must_use]
    pub const fn signing_time(&self, now: Timestamp) -> i64 {
        now.as_seconds().saturating_add(self.clock_offset_seconds)
    }

    /// What to do now.
    #[must_use]
    pub fn next(&self, now: Timestamp, own: &Own) -> Next {
        if now < self.not_before {
            return Next::Wait(self.not_before);
        }
        if !self.head_known {
            return Next::Ask(match self.fork_sent {
                Some(after) if after < own.head.sequence_number.0 => {
                    Ask::Batch { after: SequenceNumber(after), entries_max: self.entries_max }
                }
                _ => Ask::Head,
            });
        }
        if own.head.sequence_number.0 > self.delivered {
            let after = SequenceNumber(self.delivered);
            return Next::Ask(Ask::Batch { after, entries_max: self.entries_max });
        }
        if now >= self.inbox_due {
            return Next::Ask(Ask::Inbox { after: own.inbox_number });
        }
        Next::Wait(self.inbox_due)
    }

    /// What came back for the last question. `jitter_permille` from 0 to 1,000 spreads the pauses of many counters.
    pub fn heard(&mut self, now: Timestamp, own: &Own, asked: Ask, heard: Heard, jitter_permille: u16) {
        if heard != Heard::Silence {
            self.last_heard = Some(now);
        }
        match heard {
            Heard::Head { reply, ours } => self.heard_head(now, own, asked, &reply, ours, jitter_permille),
            Heard::Inbox { journalled } => {
                self.failures = 0;
                // More may wait behind a full answer; an empty one ends the look.
                self.inbox_due = if journalled > 0 { now } else { now.plus_ms(self.pace.inbox_interval_ms) };
            }
            Heard::Problem { status, code, server_time } => {
                self.heard_problem(now, own, asked, (status, code, server_time), jitter_permille);
            }
            Heard::Silence => {
                // A batch without an answer may have arrived: the centre's head says so.
                self.head_known = false;
                self.pause(now, jitter_permille);
            }
        }
    }

    fn heard_head(
        &mut self,
        now: Timestamp,
        own: &Own,
        asked: Ask,
        reply: &HeadReply,
        ours: Option<EntryHash>,
        jitter: u16,
    ) {
        self.learn_time(now, reply.server_time);
        let theirs = reply.head();
        let same_hash = theirs.is_some_and(|head| ours == Some(head.hash));
        let at = reply.sequence_number;
        if reply.incarnation != own.incarnation {
            return self.doubt(now, Alarm::WrongJournal, jitter);
        }
        // A position that we do not have has no hash of ours. `own` may be older than the batch that was just sent.
        if !same_hash {
            self.fork_sent.get_or_insert(self.delivered);
            self.fork_batch_sent(own, asked);
            return self.doubt(now, Alarm::Forked { at }, jitter);
        }
        self.fork_sent = None;
        let before = std::mem::replace(&mut self.delivered, at);
        self.head_known = true;
        if at < before {
            self.alarm = Some(Alarm::WentBack { from: before, to: at });
            self.alarm_until = now.plus_ms(WENT_BACK_SHOWN_MS);
        } else if now >= self.alarm_until {
            self.alarm = None;
        }
        if matches!(asked, Ask::Batch { .. }) && at <= before {
            // It answered and has no more than before: ask again, but not in a hot loop.
            return self.pause(now, jitter);
        }
        self.failures = 0;
        self.not_before = now;
        self.entries_max = (self.entries_max * 2).min(BATCH_ENTRIES_MAX);
    }

    fn heard_problem(
        &mut self,
        now: Timestamp,
        own: &Own,
        asked: Ask,
        (status, code, server_time): (u16, Option<ProblemCode>, Option<i64>),
        jitter: u16,
    ) {
        if let Some(time) = server_time {
            self.learn_time(now, time);
        }
        match code {
            Some(ProblemCode::ClockOff) if self.failures == 0 && server_time.is_some() => {
                // Signed again by the centre's clock, at once; a second refusal pauses.
                self.failures = 1;
            }
            Some(ProblemCode::ChainGap) => {
                self.head_known = false;
                // A fork is told by where the chains part: sent from the beginning, what is known there does no harm.
                self.fork_sent = self.fork_sent.map(|_| 0);
                self.pause(now, jitter);
            }
            Some(ProblemCode::TooLarge) => {
                self.entries_max = (self.entries_max / 2).max(1);
                self.pause(now, jitter);
            }
            Some(ProblemCode::Fork) => {
                let at = self.delivered.saturating_add(1).min(own.head.sequence_number.0);
                self.fork_batch_sent(own, asked);
                self.doubt(now, Alarm::Forked { at }, jitter);
            }
            Some(ProblemCode::WrongJournal) => self.doubt(now, Alarm::WrongJournal, jitter),
            Some(ProblemCode::BadSignature) => self.doubt(now, Alarm::NotBelieved, jitter),
            Some(ProblemCode::Unavailable | ProblemCode::ClockOff) => self.pause(now, jitter),
            _ if status >= 500 || status == 429 => self.pause(now, jitter),
            _ => self.doubt(now, Alarm::Refused { status }, jitter),
        }
    }

    /// A batch of a forked chain was kept aside: the next one follows, each once.
    fn fork_batch_sent(&mut self, own: &Own, asked: Ask) {
        if let (Some(sent), Ask::Batch { after, entries_max }) = (&mut self.fork_sent, asked) {
            let batch = u64::try_from(entries_max).unwrap_or(u64::MAX);
            *sent = after.0.saturating_add(batch).min(own.head.sequence_number.0);
        }
    }

    /// A person must look; meanwhile everything is kept and tried again at the longest pause.
    fn doubt(&mut self, now: Timestamp, alarm: Alarm, jitter: u16) {
        self.alarm = Some(alarm);
        self.alarm_until = now;
        self.failures = BACK_OFF_DOUBLINGS_MAX;
        self.pause(now, jitter);
    }

    const fn learn_time(&mut self, now: Timestamp, server_time: i64) {
        self.clock_offset_seconds = server_time.saturating_sub(now.as_seconds());
    }

    /// From half of the pause to all of it, so that many counters do not come back at once.
    fn pause(&mut self, now: Timestamp, jitter_permille: u16) {
        let doublings = self.failures.min(BACK_OFF_DOUBLINGS_MAX);
        let whole = (BACK_OFF_FIRST_MS << doublings).min(self.pace.back_off_max_ms.max(SECOND_MS));
        let spread = whole / 2 * i64::from(jitter_permille.min(1_000)) / 1_000;
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.plus_ms(whole / 2 + spread);
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
