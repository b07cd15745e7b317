//! A field of a fixed-width record: where it is, what it may hold, and the two directions.
//!
//! Invariants: N is digits, right-aligned, zero-filled; C is CP932, left-aligned, space-filled. Written text is single bytes only
//! (JIS X 0201); read text may be wider and is then said.

use crate::{Text, cp932, refusal::Refusal};

/// What a field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Digits; all blanks mean "not given".
    N,
    /// Text.
    C,
}

/// One field of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldSpec {
    /// Name in the standard.
    pub name: &'static str,
    /// First byte, from 1 as the standard counts.
    pub start: usize,
    /// Bytes.
    pub len: usize,
    /// What it may hold.
    pub kind: Kind,
}

/// A field with its place.
pub(super) const fn field(name: &'static str, start: usize, len: usize, kind: Kind) -> FieldSpec {
    FieldSpec { name, start, len, kind }
}

/// A printable byte of JIS X 0201.
pub(super) const fn is_single(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7E | 0xA1..=0xDF)
}

/// Whether all are such bytes. Every byte is looked at, which is quicker than to stop at the first that is none.
pub(super) fn are_single(raw: &[u8]) -> bool {
    raw.iter().fold(true, |all, byte| all & is_single(*byte))
}

/// The character of such a byte: ASCII, or half-width kana from U+FF61 on.
pub(super) const fn single(byte: u8) -> char {
    match byte {
        0xA1..=0xDF => match char::from_u32(0xFF61 + (byte - 0xA1) as u32) {
            Some(kana) => kana,
            None => char::REPLACEMENT_CHARACTER,
        },
        _ => byte as char,
    }
}

/// Bytes in UTF-8 that a half-width kana takes.
const KANA_UTF8_BYTES: usize = 3;

/// What is said of a field that must not be blank.
pub(super) const BLANK: &str = "空欄にできない欄です。銀行に確かめてください。";

/// Digits that fit into a number whatever they are.
const DIGITS_READ_AT_ONCE: usize = 18;

/// The text of such bytes, without its padding.
pub(super) fn singles(raw: &[u8]) -> Text {
    let end = raw.iter().rposition(|b| *b != b' ').map_or(0, |at| at + 1);
    let raw = raw.get(..end).unwrap_or_default();
    match std::str::from_utf8(raw) {
        Ok(ascii) if ascii.is_ascii() => Text::new(ascii),
        _ => {
            let mut text = String::with_capacity(raw.len() * KANA_UTF8_BYTES);
            text.extend(raw.iter().map(|b| single(*b)));
            text.into()
        }
    }
}

/// Bytes that are looked at together.
const CHUNK_BYTES: usize = 8;
/// Bytes of which each has a bit.
const BITS: usize = 128;
/// Gathers the lowest bit of each byte in the highest byte.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// The numbers of a record, all of which are looked at together.
#[derive(Debug)]
pub(super) struct Numbers {
    fields: &'static [FieldSpec],
    /// 1 for each byte of a number.
    are: [u8; BITS],
    /// A bit for each byte of a number that the same number's next byte follows.
    followed: u128,
    /// Bytes that hold all of them.
    end: usize,
}

impl Numbers {
    /// The numbers among the fields of a record. Only where all lie in its first 128 bytes are they looked at together.
    pub fn of(fields: &'static [FieldSpec]) -> Self {
        let mut numbers = Self { fields, are: [0; BITS], followed: 0, end: 0 };
        for spec in fields.iter().filter(|spec| spec.kind == Kind::N) {
            let place = spec.start - 1..spec.start - 1 + spec.len;
            numbers.end = numbers.end.max(place.end);
            numbers.followed |= (place.start..place.end - 1).fold(0, |bits, at| bits | bit(at));
            numbers.are.get_mut(place).unwrap_or_default().fill(1);
        }
        numbers
    }

    /// Whether each number holds digits, or nothing.
    fn hold(&self, record: &[u8]) -> bool {
        let Some(head) = record.first_chunk::<BITS>().filter(|_| self.end <= BITS) else { return false };
        // All bytes at once: a loop without branches, of which the compiler makes vectors.
        let (mut digits, mut other) = ([0_u8; BITS], 0);
        for ((digit, byte), number) in digits.iter_mut().zip(head).zip(&self.are) {
            *digit = u8::from(byte.wrapping_sub(b'0') < 10);
            other |= number & (1 ^ (*digit | u8::from(*byte == b' ')));
        }
        let gathered = |chunk: &[u8; CHUNK_BYTES]| {
            u64::from_le_bytes(*chunk).wrapping_mul(GATHER) >> (u64::BITS - u8::BITS)
        };
        let bits = |half: &[[u8; CHUNK_BYTES]]| {
            half.iter().rev().fold(0, |bits, chunk| bits << CHUNK_BYTES | gathered(chunk))
        };
        let (low, high) = digits.as_chunks().0.split_at(BITS / CHUNK_BYTES / 2);
        let digits = u128::from(bits(high)) << u64::BITS | u128::from(bits(low));
        // No digit beside a blank in one number.
        other == 0 && (digits ^ (digits >> 1)) & self.followed == 0
    }
}

/// A bit in its place; none beyond the last.
fn bit(at: usize) -> u128 {
    u32::try_from(at).ok().and_then(|at| 1_u128.checked_shl(at)).unwrap_or_default()
}

/// The numbers of a record in which each is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    /// The beginning of the record, with all of them.
    text: &'a str,
}

impl<'a> Given<'a> {
    /// The digits of a number; none where it is blank.
    pub fn digits(self, spec: FieldSpec) -> Option<&'a str> {
        self.text.get(spec.start - 1..spec.start - 1 + spec.len).filter(|text| !text.starts_with(' '))
    }
}

/// One record of a file, with what is needed to refuse it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    /// Name of the file.
    pub file: &'a str,
    /// Record number from 1.
    pub row: u32,
    /// Exactly one record.
    pub bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// The bytes of a field; a record always has its full length here.
    pub fn raw(&self, spec: FieldSpec) -> &'a [u8] {
        self.bytes.get(spec.start - 1..spec.start - 1 + spec.len).unwrap_or_default()
    }

    /// A refusal of this field.
    pub fn refuse(&self, spec: FieldSpec, remedy: impl Into<String>) -> Refusal {
        let raw = cp932::decode(self.raw(spec)).unwrap_or_else(|_| hex::encode(self.raw(spec)));
        // Without the padding, so that an amount is read as one and not masked like a card number.
        let found = match (spec.kind, raw.trim_start_matches('0')) {
            (Kind::N, "") => raw,
            (Kind::N, digits) => digits.to_owned(),
            (Kind::C, _) => raw,
        };
        Refusal::new(self.file, Some(self.row), spec.name, found, remedy)
    }

    /// Every field holds what its kind allows.
    pub fn conforms(&self, fields: &[FieldSpec]) -> Result<(), Refusal> {
        fields.iter().try_for_each(|spec| match spec.kind {
            Kind::N => self.digits(*spec).map(drop),
            // Nothing to decode in the common case.
            Kind::C if are_single(self.raw(*spec)) => Ok(()),
            Kind::C => self.text(*spec).map(drop),
        })
    }

    /// The numbers of a record that begins with all of them, each of which must be one.
    pub fn numbers(&self, numbers: &Numbers) -> Result<Given<'a>, Refusal> {
        if !numbers.hold(self.bytes) {
            let fields = numbers.fields.iter().filter(|spec| spec.kind == Kind::N);
            fields.copied().try_for_each(|spec| self.digits(spec).map(drop))?;
        }
        let text = self.bytes.get(..numbers.end).and_then(|head| std::str::from_utf8(head).ok());
        Ok(Given { text: text.unwrap_or_default() })
    }

    /// Text without its padding. Single bytes by the standard; CP932 characters of two bytes are read too (some banks write them),
    /// and said by [`super::charset`]. Control bytes and half characters are refused.
    pub fn text(&self, spec: FieldSpec) -> Result<Text, Refusal> {
        let raw = self.raw(spec);
        if are_single(raw) {
            return Ok(singles(raw));
        }
        let remedy = "半角の英数字とカナ（JIS X 0201）の欄です。読めないバイトがあります。銀行から受け取ったままのファイルを入れ直してください。";
        if raw.iter().any(|b| *b < 0x20 || *b == 0x7F) {
            return Err(self.refuse(spec, remedy));
        }
        let text = cp932::decode(raw).map_err(|_| self.refuse(spec, remedy))?;
        if text.chars().any(char::is_control) {
            return Err(self.refuse(spec, remedy));
        }
        Ok(Text::new(text.trim_end_matches(' ')))
    }

    /// The digits of a field; none where it is all blanks.
    pub fn digits(&self, spec: FieldSpec) -> Result<Option<&'a str>, Refusal> {
        let raw = self.raw(spec);
        // A field that begins with a digit is none of all blanks.
        if raw.first().is_none_or(|b| *b == b' ') && raw.iter().all(|b| *b == b' ') {
            return Ok(None);
        }
        let digits = raw.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(raw).ok().filter(|_| digits).map(Some).ok_or_else(|| {
            self.refuse(spec, "数字だけが入る欄です（右詰め、前ゼロ）。銀行から受け取ったままのファイルを入れ直してください。")
        })
    }

    /// Digits that must be there.
    pub fn required_digits(&self, spec: FieldSpec) -> Result<&'a str, Refusal> {
        self.digits(spec)?.ok_or_else(|| self.refuse(spec, BLANK))
    }

    /// A number that must be there. Fields are at most 14 digits, so every value fits.
    pub fn number(&self, spec: FieldSpec) -> Result<i64, Refusal> {
        match self.optional_number(spec)? {
            Some(number) => Ok(number),
            None => self.required_digits(spec).map(|_| 0),
        }
    }

    /// A number that may be blank.
    pub fn optional_number(&self, spec: FieldSpec) -> Result<Option<i64>, Refusal> {
        let raw = self.raw(spec);
        if raw.len() <= DIGITS_READ_AT_ONCE && raw.iter().all(u8::is_ascii_digit) {
            return Ok(Some(raw.iter().fold(0, |number, b| number * 10 + i64::from(b - b'0'))));
        }
        self.digits(spec)?
            .map(|d| d.parse().map_err(|_| self.refuse(spec, "数として大きすぎます。")))
            .transpose()
    }
}

/// A value that does not fit its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}「{value}」は{bytes}バイトの欄に入りません。")]
pub struct DoesNotFit {
    /// Name of the field.
    pub field: &'static str,
    /// The value.
    pub value: String,
    /// Size of the field in bytes.
    pub bytes: usize,
}

/// Puts a value into its place in a record of spaces.
pub(super) fn put(record: &mut [u8], spec: FieldSpec, value: &str) -> Result<(), DoesNotFit> {
    let refuse = || DoesNotFit { field: spec.name, value: value.to_owned(), bytes: spec.len };
    let bytes = cp932::encode(value).map_err(|_| refuse())?;
    let single = bytes.iter().all(|b| (0x20..0x7F).contains(b) || (0xA1..=0xDF).contains(b));
    let digits = bytes.iter().all(u8::is_ascii_digit);
    if bytes.len() > spec.len || !single || (spec.kind == Kind::N && !digits) {
        return Err(refuse());
    }
    let place = record.get_mut(spec.start - 1..spec.start - 1 + spec.len).ok_or_else(refuse)?;
    match spec.kind {
        Kind::N if bytes.is_empty() => place.fill(b' '),
        Kind::N => {
            place.fill(b'0');
            place[spec.len - bytes.len()..].copy_from_slice(&bytes);
        }
        Kind::C => place[..bytes.len()].copy_from_slice(&bytes),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zengin::layout::data;

    /// Looked at together and one by one: every byte in every place of an entry of zeros, and of one of blanks.
    #[test]
    fn numbers_together_are_numbers_one_by_one() {
        let numbers = Numbers::of(data::ALL);
        let one_by_one = |bytes: &[u8]| {
            let record = Record { file: "f", row: 1, bytes };
            let mut fields = data::ALL.iter().filter(|spec| spec.kind == Kind::N);
            fields.all(|spec| record.digits(*spec).is_ok())
        };
        for filled in [b'0', b'9', b' '] {
            for at in 0..200 {
                for byte in 0..=u8::MAX {
                    let mut bytes = [filled; 200];
                    bytes[at] = byte;
                    assert_eq!(numbers.hold(&bytes), one_by_one(&bytes), "{filled} {at} {byte}");
                }
            }
        }
    }

    /// The short way for single bytes and the decoder agree on every byte.
    #[test]
    fn single_bytes_are_cp932() {
        for byte in (0..=u8::MAX).filter(|byte| is_single(*byte)) {
            assert_eq!(cp932::decode(&[byte]), Ok(single(byte).to_string()), "{byte:02X}");
        }
    }
}
