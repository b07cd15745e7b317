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
    fn a_text_has_one_number() {
        let interner = Interner::default();
        let (one, two) = (interner.number("一".as_bytes()), interner.number(b"2"));
        assert_ne!(one, two);
        assert_eq!(interner.number("一".as_bytes()), one);
        assert_eq!(one.map(|number| interner.text(number)).as_deref(), Some("一"));
    }
}
