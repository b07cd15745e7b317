//! Separators and digits, many bytes at a time, without `unsafe`: the loops are written so that the compiler makes vector code of them, and
//! what is done for every row is written into the loop over the rows (`inline(always)`), for which the compiler finds it too long.

use wide::{bytemuck, i16x8, u8x16, u16x8};

/// Bytes looked at in one step.
pub(crate) const STEP_BYTES: usize = 64;
const ONES: u64 = 0x0101_0101_0101_0101;
/// Numbers are read with their first digit in the lowest byte.
const _: () = assert!(cfg!(target_endian = "little"));

/// One bit for each of 64 bytes: whether it is a comma, and whether it is a line feed.
#[inline(always)]
fn separator_bits(step: &[u8; STEP_BYTES]) -> (u64, u64) {
    let (comma, line_feed) = (u8x16::splat(b','), u8x16::splat(b'\n'));
    let (quarters, _) = step.as_chunks::<16>();
    let (mut commas, mut line_feeds) = (0, 0);
    for quarter in quarters.iter().rev() {
        let quarter = u8x16::new(*quarter);
        commas = commas << 16 | u64::from(quarter.simd_eq(comma).to_bitmask());
        line_feeds = line_feeds << 16 | u64::from(quarter.simd_eq(line_feed).to_bitmask());
    }
    (commas, line_feeds)
}

/// Commas and line feeds from one place on, up to the first line feed and, at most, to the end of the step in which it stands.
pub(crate) struct Separators {
    /// Where the step begins.
    base: usize,
    /// Those of the step that were not given yet.
    rest: u64,
    line_feeds: u64,
}

impl Separators {
    /// From `base` on; none where the bytes do not go on for a step.
    #[inline(always)]
    pub fn at(bytes: &[u8], base: usize) -> Option<Self> {
        let (commas, line_feeds) = separator_bits(bytes.get(base..)?.first_chunk()?);
        Some(Self { base, rest: commas | line_feeds, line_feeds })
    }

    /// The place of the next; none behind a step with a line feed, and where there are no more bytes.
    #[inline(always)]
    pub fn next(&mut self, bytes: &[u8]) -> Option<usize> {
        while self.rest == 0 {
            if self.line_feeds != 0 {
                return None;
            }
            *self = Self::at(bytes, self.base + STEP_BYTES)?;
        }
        let place = self.base + usize::try_from(self.rest.trailing_zeros()).unwrap_or_default();
        self.rest &= self.rest - 1;
        Some(place)
    }

    /// The place of the first line feed of the step, where there is one.
    #[inline(always)]
    pub fn first_line_feed(&self) -> Option<usize> {
        let first = usize::try_from(self.line_feeds.trailing_zeros()).unwrap_or_default();
        (self.line_feeds != 0).then(|| self.base + first)
    }
}

/// The eight bytes that end before `end`.
#[inline(always)]
fn eight_before(bytes: &[u8], end: usize) -> Option<u64> {
    let eight = bytes.get(end.checked_sub(8)?..end)?;
    Some(u64::from_le_bytes(eight.try_into().ok()?))
}

const ZEROS: u64 = ONES * 0x30;

/// The last `length` of eight characters, with zeros before them.
#[inline(always)]
const fn last(length: usize, text: u64) -> u64 {
    let kept = u64::MAX << (8 * (8 - length));
    (text & kept) | (ZEROS & !kept)
}

/// 0 where each of eight characters is a digit.
#[inline(always)]
const fn not_digits(text: u64) -> u64 {
    const HIGH: u64 = ONES * 0xF0;
    ((text & HIGH) ^ ZEROS) | ((text.wrapping_add(ONES * 6) & HIGH) ^ ZEROS)
}

/// The number that eight digits write, the first digit in the lowest byte: pairs, then fours, then eight.
#[inline(always)]
const fn number(text: u64) -> u64 {
    let digits = text.wrapping_sub(ZEROS);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let fours = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let rest = (pairs >> 16 & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    fours.wrapping_add(rest) >> 32
}

/// The number written in 1 to 8 ASCII digits that end before `end`; none when one of them is no digit. There must be eight bytes
/// before `end` in the buffer, whatever they are.
#[inline(always)]
pub(crate) fn up_to_eight_digits(bytes: &[u8], start: usize, end: usize) -> Option<u64> {
    let length = end.checked_sub(start)?;
    if length == 0 || length > 8 {
        return None;
    }
    let text = last(length, eight_before(bytes, end)?);
    if not_digits(text) == 0 { Some(number(text)) } else { None }
}

/// The numbers that two times eight characters write, the first digit first; none where one of those that count is no digit. `counts` has
/// ones where a character counts: where it does not, it stands for nothing.
#[inline(always)]
fn two_eights(text: u8x16, counts: u8x16) -> Option<(u64, u64)> {
    let digits = (text - u8x16::splat(b'0')) & counts;
    if digits.min(u8x16::splat(9)).simd_eq(digits).to_bitmask() != 0xFFFF {
        return None;
    }
    // Of two neighbours the lower byte is the digit before: pairs, then fours, in lanes twice as wide each time.
    let digits: u16x8 = bytemuck::cast(digits);
    let pairs = (digits & u16x8::splat(0xFF)) * u16x8::splat(10) + (digits >> 8);
    let fours = bytemuck::cast::<_, i16x8>(pairs).dot(TENS_OF_PAIRS);
    let [first, second]: [u64; 2] = bytemuck::cast(fours);
    let eight = |fours: u64| (fours & 0xFFFF_FFFF) * 10_000 + (fours >> 32);
    Some((eight(first), eight(second)))
}

const TENS_OF_PAIRS: i16x8 = i16x8::new([100, 1, 100, 1, 100, 1, 100, 1]);
/// The last 13 of 16.
const THIRTEEN: u8x16 =
    u8x16::new([0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]);

/// The number written in exactly 13 ASCII digits. There must be 16 bytes before `end`, whatever they are.
#[inline(always)]
pub(crate) fn thirteen_digits(bytes: &[u8], start: usize, end: usize) -> Option<u64> {
    if end.checked_sub(start)? != 13 {
        return None;
    }
    let text: [u8; 16] = bytes.get(end.checked_sub(16)?..end)?.try_into().ok()?;
    let (first, rest) = two_eights(u8x16::new(text), THIRTEEN)?;
    Some(first * 100_000_000 + rest)
}

/// The number written in exactly 6 ASCII digits; see [`up_to_eight_digits`].
#[inline(always)]
pub(crate) fn six_digits(bytes: &[u8], start: usize, end: usize) -> Option<u64> {
    if end.checked_sub(start)? != 6 {
        return None;
    }
    let text = last(6, eight_before(bytes, end)?);
    if not_digits(text) == 0 { Some(number(text)) } else { None }
}

/// The numbers written in exactly 6 ASCII digits and in 1 to 8, both at once; see [`up_to_eight_digits`].
#[inline(always)]
pub(crate) fn six_digits_and_up_to_eight(
    bytes: &[u8],
    six: (usize, usize),
    rest: (usize, usize),
) -> Option<(u64, u64)> {
    let length = rest.1.checked_sub(rest.0)?;
    if six.1.checked_sub(six.0)? != 6 || length == 0 || length > 8 {
        return None;
    }
    let text: u8x16 = bytemuck::cast([eight_before(bytes, six.1)?, eight_before(bytes, rest.1)?]);
    let counts: u8x16 = bytemuck::cast([u64::MAX << 16, u64::MAX << (8 * (8 - length))]);
    two_eights(text, counts)
}

/// A whole number of yen: an optional minus and 1 to 10 digits, within 32 bits.
#[inline(always)]
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
        for text in ["9999999999999", "0000000000000", "1234567890123", "9000000000001"] {
            let (bytes, start, end) = padded(text);
            assert_eq!(thirteen_digits(&bytes, start, end), text.parse().ok());
            for place in 0..13 {
                for wrong in [b'/', b':', b' ', b'a', 0xB1, 0, 0xFF] {
                    let mut bytes = bytes.clone();
                    bytes[start + place] = wrong;
                    assert_eq!(thirteen_digits(&bytes, start, end), None, "{wrong} at {place}");
                }
            }
        }
        let (bytes, start, end) = padded("9999999999999");
        assert_eq!(thirteen_digits(&bytes, start, end), Some(9_999_999_999_999));
        assert_eq!(thirteen_digits(&bytes, start + 1, end), None);
    }

    #[test]
    fn two_numbers_at_once_are_those_of_one_after_the_other() {
        let texts =
            ["", "0", "000009", "123456", "999999", "12345678", "99999999", "123456789", "-12345", "12a456"];
        for (six, rest) in texts.iter().flat_map(|six| texts.iter().map(move |rest| (*six, *rest))) {
            let mut bytes = vec![b'9'; 16];
            bytes.extend(format!("{six},{rest}").bytes());
            let (six, rest) = ((16, 16 + six.len()), (17 + six.len(), bytes.len()));
            let both = six_digits(&bytes, six.0, six.1).zip(up_to_eight_digits(&bytes, rest.0, rest.1));
            assert_eq!(six_digits_and_up_to_eight(&bytes, six, rest), both, "{six:?} {rest:?}");
        }
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

    fn found(bytes: &[u8], from: usize) -> (Vec<usize>, Option<usize>) {
        let mut separators = Separators::at(bytes, from).unwrap();
        let places = std::iter::from_fn(|| separators.next(bytes)).collect();
        (places, separators.first_line_feed())
    }

    #[test]
    fn separators_are_found_at_every_place() {
        for place in 0..128 {
            for (separator, feed) in [(b',', None), (b'\n', Some(place))] {
                let mut bytes = vec![b'x'; 256];
                bytes[place] = separator;
                assert_eq!(found(&bytes, 0), (vec![place], feed));
                assert_eq!(found(&bytes, place), (vec![place], feed));
                assert_eq!(found(&bytes, place + 1), (Vec::new(), None));
            }
        }
        assert_eq!(found(&[0x2C ^ 0x80; 128], 0).0, []);
    }

    #[test]
    fn a_step_of_nothing_but_separators_is_given_whole() {
        assert_eq!(found(&[b','; 192], 0).0, (0..192).collect::<Vec<_>>());
        // The first line feed ends it: what is behind its step is of other rows.
        assert_eq!(found(&[b'\n'; 192], 7), ((7..71).collect(), Some(7)));
        for many in 0..STEP_BYTES {
            let mut step = [b'x'; STEP_BYTES];
            step[STEP_BYTES - many..].fill(b'\n');
            assert_eq!(found(&step, 0).0.len(), many);
        }
        assert!(Separators::at(&[b','; STEP_BYTES - 1], 0).is_none());
    }
}
