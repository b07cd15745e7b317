//! What is a scan, and what is typing, pasting, noise, or the same scan twice. Pure.
//!
//! Invariants: a frame with a pause longer than a scanner makes is refused; a code that comes again within the repeat time is one
//! scan; nothing that is refused is shown or kept. Not here: whose code it is (`recognise.rs`).

use encoding_rs::SHIFT_JIS;
use serde::Deserialize;

use super::{
    aim::{self, Aim},
    split::Frame,
};
use crate::codes::{PaymentCode, secret::Trace};

/// Longest pause between two characters of a scanner, in milliseconds (`protocols.md` 7).
pub const KEY_GAP_MAX_MS: u64 = 50;
/// How long the same code is taken for the same scan, in milliseconds: a finger on the trigger reads twice.
pub const REPEAT_MS: u64 = 1_500;
/// GS1 separates fields with it.
const FNC1: char = '\u{1d}';

/// What the guard asks of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GuardRules {
    /// Longest pause within a scan, in milliseconds.
    pub gap_max_ms: u64,
    /// How long the same code is the same scan, in milliseconds; 0 takes each.
    pub repeat_ms: u64,
    /// Fewest characters of a code.
    pub chars_min: usize,
    /// Whether the scanner is set to send the symbology.
    pub symbology_required: bool,
    /// Whether the scanner sends kanji as CP932: then a damaged byte may pass for a half-width katakana.
    pub shift_jis: bool,
}

impl Default for GuardRules {
    fn default() -> Self {
        Self {
            gap_max_ms: KEY_GAP_MAX_MS,
            repeat_ms: REPEAT_MS,
            chars_min: 4,
            symbology_required: false,
            shift_jis: false,
        }
    }
}

/// One scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// What was read, without the prefix.
    pub code: PaymentCode,
    /// What it was read from, where the scanner says so.
    pub aim: Option<Aim>,
}

/// Why a frame is no scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// A person typed it.
    #[error("pauses as of a person who types")]
    Typed,
    /// The same code again.
    #[error("the same code again at once")]
    Repeated,
    /// Bytes that are no text, or control characters within.
    #[error("no text, or control characters within")]
    NotText,
    /// Too few characters.
    #[error("too short for a code")]
    TooShort,
    /// Longer than any code.
    #[error("longer than any code")]
    TooLong,
    /// The scanner does not send the symbology although it should.
    #[error("without the symbology prefix that this scanner should send")]
    NoSymbology,
    /// The frame stopped in the middle, or may be the tail of one that did.
    #[error("stopped in the middle, or its tail")]
    Broken,
}

/// Judges frame after frame.
#[derive(Debug)]
pub struct Guard {
    rules: GuardRules,
    last: Option<(u64, Trace)>,
    broken_ms: Option<u64>,
}

impl Guard {
    /// A guard that has seen nothing.
    #[must_use]
    pub const fn new(rules: GuardRules) -> Self {
        Self { rules, last: None, broken_ms: None }
    }

    /// A frame stopped in the middle. What comes at once behind it without a prefix may be its tail.
    pub const fn broken(&mut self, now_ms: u64) {
        self.broken_ms = Some(now_ms);
    }

    /// Judges a frame that ended at this moment.
    ///
    /// # Errors
    /// Why it is no scan.
    pub fn judge(&mut self, now_ms: u64, frame: &Frame) -> Result<Scan, Reject> {
        if frame.largest_gap_ms > self.rules.gap_max_ms {
            return Err(Reject::Typed);
        }
        let text = text(&frame.bytes, self.rules.shift_jis).ok_or(Reject::NotText)?;
        let (aim, data) = aim::strip(&text);
        if aim.is_none() && self.rules.symbology_required {
            return Err(Reject::NoSymbology);
        }
        let after_a_break =
            self.broken_ms.is_some_and(|broken| now_ms.saturating_sub(broken) < self.rules.repeat_ms);
        if aim.is_none() && after_a_break {
            return Err(Reject::Broken);
        }
        let data = data.trim_matches(FNC1);
        if data.chars().any(|c| c.is_control() && c != FNC1) {
            return Err(Reject::NotText);
        }
        if data.chars().count() < self.rules.chars_min.max(1) {
            return Err(Reject::TooShort);
        }
        let code = PaymentCode::new(data).map_err(|_| Reject::TooLong)?;
        let trace = code.trace();
        let again = self
            .last
            .as_ref()
            .is_some_and(|(at, last)| *last == trace && now_ms.saturating_sub(*at) < self.rules.repeat_ms);
        // A repeat prolongs the time: the scanner still looks at the same phone.
        self.last = Some((now_ms, trace));
        if again { Err(Reject::Repeated) } else { Ok(Scan { code, aim }) }
    }
}

/// UTF-8, or CP932 where the scanner is set so.
fn text(bytes: &[u8], shift_jis: bool) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) if shift_jis => {
            let (text, damaged) = SHIFT_JIS.decode_without_bom_handling(bytes);
            (!damaged).then(|| text.into_owned())
        }
        Err(_) => None,
    }
}

/// How a text came into a field of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Key by key, as fast as a scanner.
    Scanned,
    /// Key by key, with a person's pauses.
    Typed,
    /// More than one character at once.
    Pasted,
}

/// Tells scanning from typing and pasting by the pauses between the input events of a field that got `chars` characters.
#[must_use]
pub fn arrival(chars: usize, gaps_ms: &[u64]) -> Arrival {
    if gaps_ms.len().saturating_add(1) < chars {
        Arrival::Pasted
    } else if gaps_ms.iter().any(|gap| *gap > KEY_GAP_MAX_MS) {
        Arrival::Typed
    } else {
        Arrival::Scanned
    }
}
