//! Separators and digits, many bytes at a time, without `unsafe`: the loops are written so that the compiler makes vector code of them.

/// Bytes looked at in one step.
pub(crate) const STEP_BYTES: usize = 64;
const ONES: u64 = 0x0101_0101_0101_0101;
/// Gathers the lowest bit of each of eight bytes into the top byte.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// One bit for each of 64 bytes: whether it is a comma or a line feed.
#[inline]
fn separator_bits(block: &[u8; STEP_BYTES]) -> u64 {
    let mut hits = [0_u8; STEP_BYTES];
    for (hit, byte) in hits.iter_mut().zip(block) {
        *hit = u8::from(*byte == b',') | u8::from(*byte == b'\n');
    }
    let (words, _) = hits.as_chunks::<8>();
    let mut bits = 0;
    for word in words.iter().rev() {
        bits = bits << 8 | u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56;
    }
    bits
}

/// Places of commas and line feeds, ascending.
pub(crate) struct Separators<'b> {
    blocks: std::slice::Iter<'b, [u8; STEP_BYTES]>,
    /// Place of the first byte of the current block.
    base: usize,
    bits: u64,
}

impl<'b> Separators<'b> {
    /// Over whole blocks of `bytes`; the caller pads.
    pub fn new(bytes: &'b [u8]) -> Self {
        let (blocks, _) = bytes.as_chunks::<STEP_BYTES>();
        let mut blocks = blocks.iter();
        let bits = blocks.next().map_or(0, separator_bits);
        Self { blocks, base: 0, bits }
    }
}

impl Iterator for Separators<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.bits = separator_bits(self.blocks.next()?);
            self.base += STEP_BYTES;
        }
        // At most 63.
        let place = usize::try_from(self.bits.trailing_zeros()).unwrap_or_default();
        self.bits &= self.bits - 1;
        Some(self.base + place)
    }
}

/// The eight bytes that end before `end`.
#[inline]
fn eight_before(bytes: &[u8], end: usize) -> Option<u64> {
    let eight = bytes.get(end.checked_sub(8)?..end)?;
    Some(u64::from_le_bytes(eight.try_into().ok()?))
}

/// The number written in 1 to 8 ASCII digits that end before `end`; none when one of them is no digit. There must be eight bytes
/// before `end` in the buffer, whatever they are.
#[inline]
pub(crate) fn up_to_eight_digits(bytes: &[u8], start: usize, end: usize) -> Option<u64> {
    const ZEROS: u64 = ONES * 0x30;
    const HIGH: u64 = ONES * 0xF0;
    let length = end.checked_sub(start)?;
    if length == 0 || length > 8 {
        return None;
    }
    let kept = u64::MAX << (8 * (8 - length));
    let text = (eight_before(bytes, end)? & kept) | (ZEROS & !kept);
    let not_digits = ((text & HIGH) ^ ZEROS) | ((text.wrapping_add(ONES * 6) & HIGH) ^ ZEROS);
    if not_digits != 0 {
        return None;
    }
    // Pairs, then fours, then eight: the first digit is in the lowest byte.
    let pairs = (text - ZEROS).wrapping_mul(10).wrapping_add((text - ZEROS) >> 8);
    let fours = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let rest = (pairs >> 16 & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    Some(fours.wrapping_add(rest) >> 32)
}

/// The number written in exactly 13 ASCII digits.
#[inline]
pub(crate) fn thirteen_digits(bytes: &[u8], start: usize, end: usize) -> Option<u64> {
    if end.checked_sub(start)? != 13 {
        return None;
    }
    let high = up_to_eight_digits(bytes, start, start + 5)?;
    Some(high * 100_000_000 + up_to_eight_digits(bytes, start + 5, end)?)
}

/// A whole number of yen: an optional minus and 1 to 10 digits, within 32 bits.
#[inline]
pub(crate) fn amount(bytes: &[u8], start: usize, end: usize) -> Option<i32> {
    let negative = bytes.get(start) == Some(&b'-');
    let start = start + usize::from(negative);
    let length = end.checked_sub(start)?;
    let number = match length {
        1..=8 => up_to_eight_digits(bytes, start, end)?,
        9..=10 => {
            let split = end - 8;
            up_to_eight_digits(bytes, start, split)? * 100_000_000 + up_to_eight_digits(bytes, split, end)?
        }
        _ => return None,
    };
    let number = i32::try_from(number).ok()?;
    Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn padded(text: &str) -> (Vec<u8>, usize, usize) {
        let mut bytes = vec![b'9'; 16];
        bytes.extend(text.bytes());
        let end = bytes.len();
        (bytes, 16, end)
    }

    #[test]
    fn digits_of_every_length_are_read_and_nothing_else_is() {
        for length in 1..=8 {
            let text = &"12345678"[..length];
            let (bytes, start, end) = padded(text);
            assert_eq!(up_to_eight_digits(&bytes, start, end), text.parse().ok());
            for place in 0..length {
                for wrong in [b'/', b':', b' ', b'a', 0xB1, 0, 0xFF] {
                    let mut bytes = bytes.clone();
                    bytes[start + place] = wrong;
                    assert_eq!(
                        up_to_eight_digits(&bytes, start, end),
                        None,
                        "{wrong} at {place} of {length}"
                    );
                }
            }
        }
        let (bytes, start, end) = padded("9999999999999");
        assert_eq!(thirteen_digits(&bytes, start, end), Some(9_999_999_999_999));
        assert_eq!(thirteen_digits(&bytes, start + 1, end), None);
    }

    #[test]
    fn amounts_stay_within_their_range() {
        let read = |text: &str| {
            let (bytes, start, end) = padded(text);
            amount(&bytes, start, end)
        };
        assert_eq!(read("0"), Some(0));
        assert_eq!(read("-300"), Some(-300));
        assert_eq!(read("2147483647"), Some(i32::MAX));
        for wrong in ["", "-", "--1", "1-", "2147483648", "99999999999", "1.5", "+5", " 5"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn separators_are_found_at_every_place() {
        for place in 0..192 {
            for separator in [b',', b'\n'] {
                let mut bytes = vec![b'x'; 192];
                bytes[place] = separator;
                assert_eq!(Separators::new(&bytes).collect::<Vec<_>>(), [place]);
            }
        }
        assert_eq!(Separators::new(&[b','; 128]).count(), 128);
        assert_eq!(Separators::new(&[0x2C ^ 0x80; 128]).count(), 0);
    }
}
