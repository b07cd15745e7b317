//! The data fields (BMPs) of ZVT messages: a number, then a value whose length only the table knows (`protocols.md` 4.2, `devices.md` M1).
//!
//! Invariants: a BMP that is not in the table ends the reading, since it carries no length: what came before is kept and the rest
//! is counted; amounts are whole minor units in packed BCD, twelve digits.

use super::tlv;

/// Number of the amount field.
pub const AMOUNT: u8 = 0x04;
/// Number of the TLV container.
pub const TLV: u8 = 0x06;
/// Number of the trace field.
pub const TRACE: u8 = 0x0B;
/// Number of the time field, HHMMSS.
pub const TIME: u8 = 0x0C;
/// Number of the date field, MMDD.
pub const DATE: u8 = 0x0D;
/// Number of the card number field, masked with E.
pub const PAN: u8 = 0x22;
/// Number of the result code.
pub const RESULT: u8 = 0x27;
/// Number of the terminal id.
pub const TERMINAL_ID: u8 = 0x29;
/// Number of the trace of the transaction that is taken back.
pub const ORIGINAL_TRACE: u8 = 0x37;
/// Number of the authorisation attribute (approval code).
pub const AUTHORISATION: u8 = 0x3B;
/// Number of the currency field.
pub const CURRENCY: u8 = 0x49;
/// Number of the totals of an end of day.
pub const TOTALS: u8 = 0x60;
/// Number of the receipt number.
pub const RECEIPT: u8 = 0x87;
/// Number of the card type.
pub const CARD_TYPE: u8 = 0x8A;
/// Number of the card name.
pub const CARD_NAME: u8 = 0x8B;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Fixed(usize),
    /// Two digits as `Fx Fy`.
    Ll,
    /// Three digits as `Fx Fy Fz`.
    Lll,
    /// A BER length.
    Ber,
}

const fn length_of(bmp: u8) -> Option<Length> {
    Some(match bmp {
        0x01..=0x03 | 0x05 | 0x19 | RESULT | CARD_TYPE | 0x8C | 0xA0 | 0xD0 | 0xD2 | 0xD3 => Length::Fixed(1),
        0xE0 | 0xE9 | 0xEA | 0xF0 | 0xF9..=0xFD => Length::Fixed(1),
        DATE | 0x0E | 0x17 | 0x3A | CURRENCY | RECEIPT => Length::Fixed(2),
        TRACE | TIME | ORIGINAL_TRACE | 0x3D | 0x88 | 0xAA => Length::Fixed(3),
        TERMINAL_ID => Length::Fixed(4),
        0xBA => Length::Fixed(5),
        AMOUNT => Length::Fixed(6),
        AUTHORISATION | 0xEB => Length::Fixed(8),
        0x2A => Length::Fixed(15),
        PAN | 0x23 | 0x2D | CARD_NAME | 0xA7 | 0xD1 | 0xE1..=0xE8 | 0xF1..=0xF8 => Length::Ll,
        0x24 | 0x2E | 0x3C | TOTALS | 0x9A | 0xAF => Length::Lll,
        TLV => Length::Ber,
        _ => return None,
    })
}

/// The fields of one message.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Fields {
    items: Vec<(u8, Vec<u8>)>,
    /// Bytes after the first field that could not be read.
    pub unread_bytes: usize,
}

/// Only the numbers are shown: values may hold a card number.
impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers: Vec<String> = self.items.iter().map(|(bmp, _)| format!("{bmp:02X}")).collect();
        write!(f, "BMPs {} + {} unread bytes", numbers.join(" "), self.unread_bytes)
    }
}

impl Fields {
    /// Reads as far as the table knows.
    #[must_use]
    pub fn parse(mut data: &[u8]) -> Self {
        let mut items = Vec::new();
        while let Some((bmp, value, rest)) = split_first(data) {
            items.push((bmp, value.to_vec()));
            data = rest;
        }
        Self { items, unread_bytes: data.len() }
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, bmp: u8) -> Option<&[u8]> {
        self.items.iter().find(|(number, _)| *number == bmp).map(|(_, value)| value.as_slice())
    }

    /// The only byte of a field.
    #[must_use]
    pub fn byte(&self, bmp: u8) -> Option<u8> {
        self.get(bmp)?.first().copied()
    }

    /// A field's digits.
    #[must_use]
    pub fn digits(&self, bmp: u8) -> Option<String> {
        bcd_digits(self.get(bmp)?)
    }

    /// An object of the TLV container.
    #[must_use]
    pub fn tlv(&self, tag: u32) -> Option<&[u8]> {
        tlv::find(self.get(TLV)?, tag)
    }
}

/// Whether the table knows the length of a field.
pub(crate) const fn is_listed(bmp: u8) -> bool {
    length_of(bmp).is_some()
}

/// The first field: its number, its value, and the bytes behind it.
pub(crate) fn split_first(data: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&bmp, rest) = data.split_first()?;
    let digit = |at: usize| {
        rest.get(at)
            .filter(|byte| *byte >> 4 == 0xF && *byte & 0x0F <= 9)
            .map(|byte| usize::from(byte & 0x0F))
    };
    let (length, used) = match length_of(bmp)? {
        Length::Fixed(length) => (length, 0),
        Length::Ll => (digit(0)? * 10 + digit(1)?, 2),
        Length::Lll => (digit(0)? * 100 + digit(1)? * 10 + digit(2)?, 3),
        Length::Ber => tlv::length(rest)?,
    };
    let value = rest.get(used..used + length)?;
    Some((bmp, value, &rest[used + length..]))
}

/// Packed BCD as digits; `None` when a nibble is no digit.
#[must_use]
pub fn bcd_digits(bytes: &[u8]) -> Option<String> {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0x0F])
        .map(|nibble| char::from_digit(u32::from(nibble), 10))
        .collect()
}

/// Packed BCD as a number.
#[must_use]
pub fn bcd_number(bytes: &[u8]) -> Option<i64> {
    bcd_digits(bytes)?.parse().ok()
}

/// A number as packed BCD of `N` bytes; `None` when it is negative or too long.
#[must_use]
pub fn to_bcd<const N: usize>(number: i64) -> Option<[u8; N]> {
    let mut left = u64::try_from(number).ok()?;
    let mut bytes = [0; N];
    for byte in bytes.iter_mut().rev() {
        let pair = u8::try_from(left % 100).ok()?;
        *byte = ((pair / 10) << 4) | (pair % 10);
        left /= 100;
    }
    (left == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unlisted_number_ends_the_reading_and_keeps_what_came_before() {
        let fields = Fields::parse(&[RESULT, 0x00, 0x04, 0, 0, 0, 0, 0x10, 0, 0x77, 1, 2, 3]);
        assert_eq!(fields.byte(RESULT), Some(0));
        assert_eq!(fields.digits(AMOUNT).as_deref(), Some("000000001000"));
        assert_eq!(fields.unread_bytes, 4);
    }

    #[test]
    fn variable_lengths_are_read() {
        let fields = Fields::parse(&[
            CARD_NAME, 0xF0, 0xF3, b'J', b'C', b'B', 0x3C, 0xF0, 0xF0, 0xF1, b'x', TLV, 0x81, 0x01, 0xAA,
        ]);
        assert_eq!(fields.get(CARD_NAME), Some(&b"JCB"[..]));
        assert_eq!(fields.get(0x3C), Some(&b"x"[..]));
        assert_eq!(fields.get(TLV), Some(&[0xAA][..]));
        for damaged in [&[CARD_NAME, 0xF0, 0x03, b'J'][..], &[CARD_NAME, 0xF0, 0xF9, b'J'], &[0x04, 0, 0]] {
            assert_eq!(Fields::parse(damaged).unread_bytes, damaged.len());
        }
    }

    #[test]
    fn bcd_goes_both_ways() {
        assert_eq!(to_bcd::<6>(85_834), Some([0, 0, 0, 8, 0x58, 0x34]));
        assert_eq!(bcd_number(&[0, 0, 0, 8, 0x58, 0x34]), Some(85_834));
        assert_eq!(to_bcd::<6>(-1), None);
        assert_eq!(to_bcd::<2>(10_000), None);
        assert_eq!(bcd_digits(&[0xA0]), None);
    }
}
