//! Digits to a number, all bytes in one loop.
//!
//! Invariant: only ASCII digits are digits. Not here: signs, groups, what an amount may be.

/// Most digits that are read: any so many fit, whatever the bytes are.
const DIGITS_MAX: usize = 16;

/// The number of a text of nothing but digits; none for any other, an empty one, and one of more than 16.
pub(crate) fn number(text: &[u8]) -> Option<i64> {
    if !(1..=DIGITS_MAX).contains(&text.len()) {
        return None;
    }
    let (mut number, mut other) = (0_i64, false);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        other |= digit > 9;
        number = number * 10 + i64::from(digit);
    }
    (!other).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each byte in each place, and each length: as the standard library reads digits, which would take a plus too.
    #[test]
    fn as_the_standard_library() {
        for length in 0..=DIGITS_MAX {
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    let mut text = vec![b'9'; length];
                    text[at] = byte;
                    let theirs = std::str::from_utf8(&text).ok().filter(|text| !text.contains('+'));
                    assert_eq!(
                        number(&text),
                        theirs.and_then(|text| text.parse::<u64>().ok()?.try_into().ok())
                    );
                }
            }
        }
        assert_eq!((number(b""), number(&[0xFF; DIGITS_MAX]), number(&[b'1'; 17])), (None, None, None));
    }
}
