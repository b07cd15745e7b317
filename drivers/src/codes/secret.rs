//! The guard type of codes that are as good as money: it is printed nowhere.
//!
//! Invariants: `Debug` shows length and nothing else; there is no `Display` and no `Serialize`; what may be kept of a code is its
//! [`Trace`]: the last four characters and a digest (`protocols.md` 1.4). Not here: wiping memory; codes live for five minutes.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Longest code that any symbol on a counter carries, in bytes.
pub const CODE_LENGTH_MAX_BYTES: usize = 4_096;
/// Characters of a code that may be shown.
const SHOWN_CHARS: usize = 4;
/// A code shorter than this shows nothing: four characters of it would be too much of the whole.
const SHOWN_FROM_CHARS: usize = 12;

/// A code as it was scanned.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentCode(String);

/// A text that is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCode {
    /// Nothing was scanned.
    #[error("an empty code")]
    Empty,
    /// Longer than [`CODE_LENGTH_MAX_BYTES`].
    #[error("a code longer than {CODE_LENGTH_MAX_BYTES} bytes")]
    TooLong,
}

/// What may be kept of a code: enough to find it again, too little to use it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Trace {
    /// The last four characters, or nothing of a short code.
    pub last: String,
    /// SHA-256 of the whole code, hexadecimal.
    pub sha256: String,
    /// Its length in characters.
    pub chars: usize,
}

impl PaymentCode {
    /// Takes a scanned text under guard.
    ///
    /// # Errors
    /// When there is none, or it is longer than any code.
    pub fn new(text: impl Into<String>) -> Result<Self, NoCode> {
        let text = text.into();
        match text.len() {
            0 => Err(NoCode::Empty),
            1..=CODE_LENGTH_MAX_BYTES => Ok(Self(text)),
            _ => Err(NoCode::TooLong),
        }
    }

    /// The code itself: for a decoder, or for the operator over an encrypted line.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What a journal or a log may hold.
    #[must_use]
    pub fn trace(&self) -> Trace {
        let chars = self.0.chars().count();
        let hidden = if chars < SHOWN_FROM_CHARS { chars } else { chars - SHOWN_CHARS };
        let digest = Sha256::digest(self.0.as_bytes());
        Trace {
            last: self.0.chars().skip(hidden).collect(),
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            chars,
        }
    }
}

impl fmt::Debug for PaymentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaymentCode({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_shows_itself_nowhere() {
        let code = PaymentCode::new("281234567890123456").unwrap();
        assert_eq!(
            format!("{code:?} {:?}", Some(&code)),
            "PaymentCode(18 bytes) Some(PaymentCode(18 bytes))"
        );
        assert_eq!(code.trace().last, "3456");
        assert_eq!(code.expose(), "281234567890123456");
        // Test vector of FIPS 180-2, appendix B.1.
        let short = PaymentCode::new("abc").unwrap().trace();
        assert_eq!((short.last.as_str(), short.chars), ("", 3));
        assert_eq!(short.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn bounds() {
        assert_eq!(PaymentCode::new(""), Err(NoCode::Empty));
        assert!(PaymentCode::new("x".repeat(CODE_LENGTH_MAX_BYTES)).is_ok());
        assert_eq!(PaymentCode::new("x".repeat(CODE_LENGTH_MAX_BYTES + 1)), Err(NoCode::TooLong));
    }
}
