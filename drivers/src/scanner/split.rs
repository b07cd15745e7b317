//! Bytes of a serial scanner as frames. Pure: time enters as milliseconds.
//!
//! Invariants: any split of the same bytes within the idle time reads the same; a frame that stops in the middle is given up and
//! reported, and what follows begins a new one; memory is bounded by one frame. Not here: what a frame means.

use serde::Deserialize;

use crate::codes::secret::CODE_LENGTH_MAX_BYTES;

/// Longest frame: the longest code with prefix and FNC1 marks, in bytes.
pub const FRAME_MAX_BYTES: usize = CODE_LENGTH_MAX_BYTES + 16;

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const LF: u8 = 0x0A;
const CR: u8 = 0x0D;

/// What ends a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Terminator {
    /// CR, LF or ETX, whichever comes; empty frames between them are none.
    #[default]
    Any,
    /// CR
    Cr,
    /// LF
    Lf,
    /// CR and LF, together
    CrLf,
    /// ETX; an STX at the beginning is not part of the frame
    Etx,
    /// Silence for the idle time
    Idle,
}

/// One frame.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// Without terminator, at least one byte.
    pub bytes: Vec<u8>,
    /// Longest silence within it, in milliseconds.
    pub largest_gap_ms: u64,
}

/// Only the length is shown: a frame is a code.
impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({} bytes, gap {} ms)", self.bytes.len(), self.largest_gap_ms)
    }
}

/// What the bytes gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A whole frame.
    Frame(Frame),
    /// A frame that was begun and not ended within the idle time: so many bytes were given up.
    Broken(usize),
    /// A frame longer than [`FRAME_MAX_BYTES`]: skipped up to its end.
    TooLong,
}

/// Splits what comes.
#[derive(Debug)]
pub struct Splitter {
    terminator: Terminator,
    idle_ms: u64,
    pending: Vec<u8>,
    skipping: bool,
    last_ms: u64,
    largest_gap_ms: u64,
}

impl Splitter {
    /// A splitter at the start of a line.
    #[must_use]
    pub const fn new(terminator: Terminator, idle_ms: u64) -> Self {
        Self { terminator, idle_ms, pending: Vec::new(), skipping: false, last_ms: 0, largest_gap_ms: 0 }
    }

    /// When [`Splitter::tick`] has something to say, if nothing comes before.
    #[must_use]
    pub fn due_ms(&self) -> Option<u64> {
        self.is_within().then(|| self.last_ms.saturating_add(self.idle_ms))
    }

    /// Nothing came until now.
    #[must_use]
    pub fn tick(&mut self, now_ms: u64) -> Option<Event> {
        if self.due_ms().is_none_or(|due| now_ms < due) {
            return None;
        }
        if std::mem::take(&mut self.skipping) {
            self.pending.clear();
            return None;
        }
        if self.terminator == Terminator::Idle {
            return self.close();
        }
        let given_up = std::mem::take(&mut self.pending).len();
        self.largest_gap_ms = 0;
        Some(Event::Broken(given_up))
    }

    /// Takes bytes in that came at this moment.
    #[must_use]
    pub fn push(&mut self, now_ms: u64, bytes: &[u8]) -> Vec<Event> {
        let mut events: Vec<Event> = self.tick(now_ms).into_iter().collect();
        if self.is_within() {
            self.largest_gap_ms = self.largest_gap_ms.max(now_ms.saturating_sub(self.last_ms));
        }
        self.last_ms = now_ms;
        for &byte in bytes {
            events.extend(self.take(byte));
        }
        events
    }

    const fn is_within(&self) -> bool {
        self.skipping || !self.pending.is_empty()
    }

    fn take(&mut self, byte: u8) -> Option<Event> {
        if self.ends(byte) {
            if std::mem::take(&mut self.skipping) {
                self.pending.clear();
                return None;
            }
            if self.terminator == Terminator::CrLf {
                self.pending.pop();
            }
            return self.close();
        }
        if self.skipping {
            // The last byte is kept, since a terminator may have two.
            self.pending.clear();
            self.pending.push(byte);
            return None;
        }
        if self.pending.len() == FRAME_MAX_BYTES {
            self.pending.clear();
            self.pending.push(byte);
            self.skipping = true;
            return Some(Event::TooLong);
        }
        let opens = byte == STX && self.pending.is_empty();
        if !(opens && matches!(self.terminator, Terminator::Etx | Terminator::Any)) {
            self.pending.push(byte);
        }
        None
    }

    fn ends(&self, byte: u8) -> bool {
        match self.terminator {
            Terminator::Any => matches!(byte, CR | LF | ETX),
            Terminator::Cr => byte == CR,
            Terminator::Lf => byte == LF,
            Terminator::CrLf => byte == LF && self.pending.last() == Some(&CR),
            Terminator::Etx => byte == ETX,
            Terminator::Idle => false,
        }
    }

    /// The frame, unless it is empty.
    fn close(&mut self) -> Option<Event> {
        let (bytes, largest_gap_ms) =
            (std::mem::take(&mut self.pending), std::mem::take(&mut self.largest_gap_ms));
        (!bytes.is_empty()).then_some(Event::Frame(Frame { bytes, largest_gap_ms }))
    }
}
