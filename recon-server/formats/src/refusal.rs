//! Why a file is not taken, in words that the person who has to get a better file can use.
//!
//! Invariant: a refusal always names what to do next. Texts are everyday Japanese; nothing of a card number is quoted, because
//! what was found is cut to [`FOUND_CHARS_MAX`] characters and long digit runs are masked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most characters of a refused cell that are shown.
pub const FOUND_CHARS_MAX: usize = 40;
/// Digits in a row from which a run is masked, leaving the last four.
const MASKED_DIGITS_MIN: usize = 13;

/// A file refused as a whole (or, in a preview, one row of it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The file's name as it was handed in.
    pub file: String,
    /// Row or record in the file, from 1 (in a CSV the header is row 1, as a spreadsheet counts); none when the file as a whole is meant.
    pub row: Option<u32>,
    /// The field, in Japanese.
    pub field: String,
    /// What was found there.
    pub found: String,
    /// What to do about it, one Japanese sentence.
    pub remedy: String,
}

impl Refusal {
    /// A refusal of a row (or, without a row, of the whole file).
    pub(crate) fn new(
        file: &str,
        row: Option<u32>,
        field: impl Into<String>,
        found: impl AsRef<str>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            file: file.to_owned(),
            row,
            field: field.into(),
            found: shown(found.as_ref()),
            remedy: remedy.into(),
        }
    }
}

/// `入金.txt 3件目 金額「…」: …`, ready for a screen.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(row) = self.row {
            write!(f, " {row}行目")?;
        }
        write!(f, " {}「{}」: {}", self.field, self.found, self.remedy)
    }
}

impl std::error::Error for Refusal {}

/// Something that a person should know of a file that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Row or record from 1, where one is meant.
    pub row: Option<u32>,
    /// The field, in Japanese.
    pub field: String,
    /// One Japanese sentence.
    pub sentence_ja: String,
}

/// A cell as it may be shown: cut, and with long digit runs masked but for the last four.
#[must_use]
pub fn shown(text: &str) -> String {
    let chars: Vec<char> = text.chars().map(|c| if c.is_control() { '␣' } else { c }).collect();
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let run = chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        if run >= MASKED_DIGITS_MIN {
            out.extend(std::iter::repeat_n('*', run - 4));
            out.extend(&chars[at + run - 4..at + run]);
            at += run;
        } else {
            out.extend(&chars[at..=at]);
            at += 1;
        }
    }
    if out.chars().count() > FOUND_CHARS_MAX {
        out = out.chars().take(FOUND_CHARS_MAX).collect();
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_short_and_carries_no_long_number() {
        for (text, expected) in [
            ("1,200", "1,200"),
            ("4111111111111111", "************1111"),
            ("a\tb", "a␣b"),
            ("x 1234567890123 y", "x *********0123 y"),
        ] {
            assert_eq!(shown(text), expected);
        }
        assert_eq!(shown(&"あ".repeat(50)).chars().count(), FOUND_CHARS_MAX + 1);
    }

    #[test]
    fn reads_as_a_sentence() {
        let refusal =
            Refusal::new("a.csv", Some(3), "取引金額", "1,200", "桁区切りのない数字にしてください。");
        assert_eq!(refusal.to_string(), "a.csv 3行目 取引金額「1,200」: 桁区切りのない数字にしてください。");
    }
}
