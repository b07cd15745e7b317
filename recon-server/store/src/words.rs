//! Between rows of primitives and the vocabulary: dates, ids, numbers, and enums by their stable serde words.
//!
//! Invariant: what is written here is read back equal; a value that nobody wrote is [`Fault::Unreadable`], never a default.

use std::borrow::Cow;

use domain::{
    id::{Incarnation, SequenceNumber},
    time::CivilDate,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::Fault;

/// The stable word of a plain enum (`"confirmed"`, `"taxable10"`, …), as serde writes it.
///
/// # Errors
/// When the value is not a plain word.
pub fn to_word<T: Serialize>(value: &T) -> Result<String, Fault> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(Fault::Unreadable { what: "word", value: std::any::type_name::<T>().to_owned() }),
    }
}

/// The plain enum of a stable word.
///
/// # Errors
/// When no variant has this word.
pub fn from_word<T: DeserializeOwned>(what: &'static str, word: &str) -> Result<T, Fault> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|_| Fault::unreadable(what, word))
}

/// JSON text of a value.
///
/// # Errors
/// When the value has no JSON form.
pub fn to_json<T: Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Database(Box::new(error)))
}

/// A value of JSON text.
///
/// # Errors
/// When the text is not JSON of this shape.
pub fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::unreadable(what, text))
}

/// A value of its text form: identities, dates.
///
/// # Errors
/// When the text is not of that form.
pub fn parse<T: std::str::FromStr>(what: &'static str, text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| Fault::unreadable(what, text))
}

/// Like [`parse`], where there may be none.
///
/// # Errors
/// When there is a text and it is not of that form.
pub fn parse_opt<T: std::str::FromStr>(what: &'static str, text: Option<&str>) -> Result<Option<T>, Fault> {
    text.map(|text| parse(what, text)).transpose()
}

/// Free text as both databases can keep it: PostgreSQL has no NUL character in text, so it becomes U+FFFD. The frozen bytes keep
/// what was really written.
#[must_use]
pub fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Like [`plain`], without a copy where there is nothing to replace: for rows in bulk.
#[must_use]
pub fn plain_ref(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(plain(text)) } else { Cow::Borrowed(text) }
}

/// Like [`plain`], where there may be none.
#[must_use]
pub fn plain_opt(text: Option<&str>) -> Option<String> {
    text.map(plain)
}

/// A date as the database keeps it.
#[must_use]
pub fn date_text(date: CivilDate) -> String {
    date.to_string()
}

/// A 32-bit count.
///
/// # Errors
/// When it is negative or too large.
pub fn to_u32(what: &'static str, number: i64) -> Result<u32, Fault> {
    u32::try_from(number).map_err(|_| Fault::OutOfRange(what))
}

/// A 64-bit position.
///
/// # Errors
/// When it is negative.
pub fn to_u64(what: &'static str, number: i64) -> Result<u64, Fault> {
    u64::try_from(number).map_err(|_| Fault::OutOfRange(what))
}

/// A position as the database keeps it.
///
/// # Errors
/// When it is over 2⁶³ − 1.
pub fn to_i64(what: &'static str, number: u64) -> Result<i64, Fault> {
    i64::try_from(number).map_err(|_| Fault::OutOfRange(what))
}

/// An incarnation as it is read.
///
/// # Errors
/// When it is out of range.
pub fn incarnation(number: i64) -> Result<Incarnation, Fault> {
    to_u32("incarnation", number).map(Incarnation)
}

/// A sequence number as it is read.
///
/// # Errors
/// When it is negative.
pub fn sequence_number(number: i64) -> Result<SequenceNumber, Fault> {
    to_u64("sequence number", number).map(SequenceNumber)
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 0x0f)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(*byte));
    }
    text
}

/// 32 bytes of a digest.
///
/// # Errors
/// When the stored value has another length.
pub fn digest(what: &'static str, bytes: &[u8]) -> Result<[u8; 32], Fault> {
    bytes.try_into().map_err(|_| Fault::Unreadable { what, value: format!("{} bytes", bytes.len()) })
}

#[cfg(test)]
mod tests {
    use domain::{catalogue::TaxClass, sale::Standing};

    use super::*;

    #[test]
    fn words_are_read_back() {
        for (standing, word) in [(Standing::Confirmed, "confirmed"), (Standing::Provisional, "provisional")] {
            assert_eq!(to_word(&standing).unwrap(), word);
            assert_eq!(from_word::<Standing>("standing", word).unwrap(), standing);
        }
        assert!(
            from_word::<TaxClass>("tax", "taxable11").is_err(),
            "no default for a word that nobody wrote"
        );
        assert!(to_word(&vec![1]).is_err(), "only plain words");
    }

    #[test]
    fn numbers_out_of_range_are_errors() {
        assert!(to_u32("n", -1).is_err());
        assert!(to_i64("n", u64::MAX).is_err());
        assert!(digest("d", &[0; 31]).is_err());
        assert_eq!(hex(&[0x00, 0x0f, 0xa5, 0xff]), "000fa5ff");
        assert_eq!(incarnation(7).unwrap(), Incarnation(7));
    }

    #[test]
    fn text_has_no_nul() {
        assert_eq!(plain("a\0b"), "a\u{fffd}b");
        assert_eq!(plain_opt(None), None);
        for text in ["", "ab", "a\0b"] {
            assert_eq!(plain_ref(text), plain(text), "{text:?}");
        }
    }
}
