//! Numbers for texts, the same number for the same text and never for another: exact, unlike a hash.
//!
//! Invariant: a number says nothing about order; nothing that is written or sorted depends on it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Texts and their numbers, shared by all threads.
#[derive(Debug, Default)]
pub(crate) struct Interner(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    numbers: HashMap<Arc<[u8]>, u32>,
    texts: Vec<Arc<[u8]>>,
}

impl Interner {
    fn table(&self) -> MutexGuard<'_, Table> {
        // A thread that panicked left at most a text without a number: it gets one when it is seen again.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a text; none when there are no more numbers.
    pub fn number(&self, text: &[u8]) -> Option<u32> {
        let mut table = self.table();
        if let Some(number) = table.numbers.get(text) {
            return Some(*number);
        }
        let number = u32::try_from(table.texts.len()).ok()?;
        let text: Arc<[u8]> = text.into();
        table.texts.push(Arc::clone(&text));
        table.numbers.insert(text, number);
        Some(number)
    }

    /// The text of a number; bytes that are no UTF-8 are shown as such.
    pub fn text(&self, number: u32) -> String {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        self.table()
            .texts
            .get(place)
            .map_or_else(String::new, |text| String::from_utf8_lossy(text).into_owned())
    }
}

/// A text of at most `length_max` digits and capitals as a number below `37^length_max`, different for different texts.
pub(crate) fn packed(text: &[u8], length_max: usize) -> Option<u64> {
    if text.len() > length_max {
        return None;
    }
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0' + 1,
            b'A'..=b'Z' => byte - b'A' + 11,
            _ => return None,
        };
        number.checked_mul(37)?.checked_add(u64::from(digit))
    })
}

/// Three digits at once.
const THREE_DIGITS: usize = 1_000;
/// What they count for.
const THREE_PLACES: u64 = 37_u64.pow(3);
/// Each three digits, packed.
static THREES: [u16; THREE_DIGITS] = threes();

const fn threes() -> [u16; THREE_DIGITS] {
    let (mut packed, mut at) = ([0; THREE_DIGITS], 0);
    let mut digits = [0_u16; 3];
    while at < THREE_DIGITS {
        packed[at] = ((digits[2] + 1) * 37 + digits[1] + 1) * 37 + digits[0] + 1;
        let mut place = 0;
        while place < 3 {
            if digits[place] < 9 {
                digits[place] += 1;
                break;
            }
            digits[place] = 0;
            place += 1;
        }
        at += 1;
    }
    packed
}

/// [`packed`] of a number written with so many digits, which are no more than fit: 12.
#[inline]
pub(crate) fn packed_digits(mut number: u64, mut digits: usize) -> u64 {
    let (mut packed, mut weight) = (0, 1);
    while digits >= 3 {
        let three = usize::try_from(number % 1_000).unwrap_or_default();
        packed += u64::from(THREES[three]) * weight;
        (number, weight, digits) = (number / 1_000, weight * THREE_PLACES, digits - 3);
    }
    while digits > 0 {
        packed += (number % 10 + 1) * weight;
        (number, weight, digits) = (number / 10, weight * 37, digits - 1);
    }
    packed
}

/// The text of a packed number.
pub(crate) fn unpacked(mut number: u64) -> String {
    let mut text = Vec::new();
    while number > 0 {
        let digit = u8::try_from(number % 37).unwrap_or_default();
        text.push(match digit {
            1..=10 => b'0' + digit - 1,
            _ => b'A' + digit.saturating_sub(11),
        });
        number /= 37;
    }
    text.iter().rev().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_texts_come_back() {
        for text in ["", "0", "00", "A", "0A9Z", "ZZZZZZZZZZZZ", "000000000000"] {
            assert_eq!(packed(text.as_bytes(), 12).map(unpacked).as_deref(), Some(text));
        }
        assert!(packed(b"ZZZZZZ", 6) < Some(37_u64.pow(6)));
        for text in ["a", "A-1", "1234567"] {
            assert_eq!(packed(text.as_bytes(), 6), None, "{text}");
        }
    }

    #[test]
    fn digits_are_packed_as_their_text_is() {
        for digits in 1..=12_usize {
            let most = 10_u64.pow(u32::try_from(digits).unwrap()) - 1;
            let some = (0..2_000).map(|n| n * 7_919 * 7_919 * (n + 1) % (most + 1));
            for number in some.chain([0, 1, most, most / 2, most / 10]) {
                let text = format!("{number:0digits$}");
                assert_eq!(Some(packed_digits(number, digits)), packed(text.as_bytes(), 12), "{text}");
            }
        }
    }

    #[test]
    fn a_text_has_one_number() {
        let interner = Interner::default();
        let (one, two) = (interner.number("一".as_bytes()), interner.number(b"2"));
        assert_ne!(one, two);
        assert_eq!(interner.number("一".as_bytes()), one);
        assert_eq!(one.map(|number| interner.text(number)).as_deref(), Some("一"));
    }
}
