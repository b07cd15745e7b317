//! Captured bytes in words: a field engineer's first tool (`pos-agent devices decode`). Pure.
//!
//! Each protocol has its function from bytes to an [`Explanation`]: pieces in the order of the bytes, and the first place at which
//! the bytes break the protocol. Invariants: nothing that pays and no card number is shown; a place lies within the bytes; input and
//! output are bounded; no input panics. Not here: reading files, printing, and deciding what is wrong with a machine.

mod escpos;
mod escpos_command;
mod escpos_extended;
mod escpos_status;
mod jpqr_cpm;
mod jpqr_mpm;
#[cfg(test)]
mod tests;
mod zvt;
mod zvt_fields;

use std::{fmt, str::FromStr};

use serde::Serialize;

/// Most bytes of a capture that are explained.
pub const CAPTURE_MAX_BYTES: usize = 1_048_576;
/// Most pieces of one explanation.
pub const PIECES_MAX: usize = 20_000;
/// Most characters of one piece's words.
const WORDS_MAX_CHARS: usize = 2_000;

/// A protocol that can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// A merchant's code.
    JpqrMpm,
    /// A payer's code.
    JpqrCpm,
    /// ZVT over TCP.
    Zvt,
    /// ZVT in checked blocks.
    ZvtSerial,
    /// What a printer is told.
    Escpos,
    /// What a printer answers.
    EscposStatus,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Self; 6] =
        [Self::JpqrMpm, Self::JpqrCpm, Self::Zvt, Self::ZvtSerial, Self::Escpos, Self::EscposStatus];

    /// Its word on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::JpqrMpm => "jpqr-mpm",
            Self::JpqrCpm => "jpqr-cpm",
            Self::Zvt => "zvt",
            Self::ZvtSerial => "zvt-serial",
            Self::Escpos => "escpos",
            Self::EscposStatus => "escpos-status",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that names no protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?}: expected jpqr-mpm, jpqr-cpm, zvt, zvt-serial, escpos or escpos-status")]
pub struct NoProtocol(pub String);

impl FromStr for Protocol {
    type Err = NoProtocol;
    fn from_str(word: &str) -> Result<Self, NoProtocol> {
        let found = Self::ALL.into_iter().find(|protocol| protocol.word() == word);
        found.ok_or_else(|| NoProtocol(word.chars().take(40).collect()))
    }
}

/// One piece of the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// Bytes before it.
    pub offset: usize,
    /// Its bytes.
    pub length: usize,
    /// How deep it stands within other pieces, from 0.
    pub depth: u8,
    /// What it is.
    pub words: String,
    /// The rule that is worth reading here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
}

/// The first place at which the bytes break the protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Bytes before the place.
    pub offset: usize,
    /// What must be, and which document says so.
    pub rule: String,
}

/// Bytes in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// As what they were read.
    pub protocol: Protocol,
    /// How many bytes were read.
    pub bytes: usize,
    /// What they are.
    pub pieces: Vec<Piece>,
    /// Where they break the protocol, if they do.
    pub breach: Option<Broken>,
}

impl Explanation {
    /// One line a piece, and one for the breach.
    #[must_use]
    pub fn to_lines(&self) -> Vec<String> {
        let piece = |piece: &Piece| {
            let rule = piece.rule.map_or_else(String::new, |rule| format!("  [{rule}]"));
            let indent = "  ".repeat(usize::from(piece.depth));
            format!("{:06} {:5}  {indent}{}{rule}", piece.offset, piece.length, piece.words)
        };
        let breach = |breach: &Broken| format!("{:06}  broken: {}", breach.offset, breach.rule);
        self.pieces.iter().map(piece).chain(self.breach.iter().map(breach)).collect()
    }
}

/// Explains captured bytes.
#[must_use]
pub fn explain(protocol: Protocol, bytes: &[u8]) -> Explanation {
    let mut notes = Notes { pieces: Vec::new(), breach: None };
    let read = &bytes[..bytes.len().min(CAPTURE_MAX_BYTES)];
    match protocol {
        Protocol::JpqrMpm => jpqr_mpm::explain(read, &mut notes),
        Protocol::JpqrCpm => jpqr_cpm::explain(read, &mut notes),
        Protocol::Zvt => zvt::explain_tcp(read, &mut notes),
        Protocol::ZvtSerial => zvt::explain_serial(read, &mut notes),
        Protocol::Escpos => escpos::explain(read, &mut notes),
        Protocol::EscposStatus => escpos_status::explain(read, &mut notes),
    }
    if bytes.len() > CAPTURE_MAX_BYTES {
        notes.breach(CAPTURE_MAX_BYTES, format!("a capture has at most {CAPTURE_MAX_BYTES} bytes here"));
    }
    Explanation { protocol, bytes: read.len(), pieces: notes.pieces, breach: notes.breach }
}

/// The bytes of a hex dump: pairs of hex digits, with or without spaces between them. `None` when it is none.
#[must_use]
pub fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// What is being written down.
struct Notes {
    pieces: Vec<Piece>,
    breach: Option<Broken>,
}

impl Notes {
    fn piece(&mut self, offset: usize, length: usize, depth: u8, words: impl Into<String>) {
        self.push(Piece { offset, length, depth, words: words.into(), rule: None });
    }

    fn ruled(&mut self, place: (usize, usize, u8), words: impl Into<String>, rule: &'static str) {
        let (offset, length, depth) = place;
        self.push(Piece { offset, length, depth, words: words.into(), rule: Some(rule) });
    }

    fn push(&mut self, mut piece: Piece) {
        if let Some((end, _)) = piece.words.char_indices().nth(WORDS_MAX_CHARS) {
            piece.words.truncate(end);
            piece.words.push('…');
        }
        match self.pieces.len() {
            PIECES_MAX.. => {}
            full if full + 1 == PIECES_MAX => self.pieces.push(Piece {
                words: "more pieces follow, which are not shown".to_owned(),
                rule: None,
                ..piece
            }),
            _ => self.pieces.push(piece),
        }
    }

    /// Only the first in order of the reading is kept.
    fn breach(&mut self, offset: usize, rule: impl Into<String>) {
        if self.breach.is_none() {
            self.breach = Some(Broken { offset, rule: rule.into() });
        }
    }
}
