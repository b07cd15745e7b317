//! Separators and digits, many bytes at a time, without `unsafe`: the loops are written so that the compiler makes vector code of them, and
//! what is done for every row is written into the loop over the rows (`inline(always)`), for which the compiler finds it too long.

use wide::{bytemuck, i16x8, u8x16, u16x8};

/// Bytes looked at in one step.
pub(crate) const STEP_BYTES: usize = 64;
const ONES: u64 = 0x0101_0101_0101_0101;

/// One bit for each of 64 bytes: whether it is a comma or a line feed.
#[inline(always)]
fn separator_bits(block: &[u8; STEP_BYTES]) -> u64 {
    let (comma, line_feed) = (u8x16::splat(b','), u8x16::splat(b'\n'));
    let (quarters, _) = block.as_chunks::<16>();
    let mut bits = 0;
    for quarter in quarters.iter().rev() {
        let quarter = u8x16::new(*quarter);
        let hits = quarter.simd_eq(comma) | quarter.simd_eq(line_feed);
        bits = bits << 16 | u64::from(hits.to_bitmask());
    }
    bits
}

/// Bytes of a window: what is found in it stays in the first-level cache.
pub(crate) const WINDOW_BYTES: usize = 64 * STEP_BYTES;
/// Separators that are written down of every step, whether there are so many or not: nearly always enough, and nothing to guess for the
/// processor.
const USUAL_SEPARATORS: usize = 8;

/// Where commas and line feeds stand, ascending, in one window after the other.
pub(crate) struct Separators {
    found: Vec<usize>,
    length: usize,
    /// How many of them are line feeds, the first of all not counted.
    line_feeds: usize,
}

impl Separators {
    /// With room for a window of nothing else behind `kept_max` places.
    pub fn new(kept_max: usize) -> Self {
        Self { found: vec![0; kept_max + WINDOW_BYTES + STEP_BYTES], length: 0, line_feeds: 0 }
    }

    /// Begins anew with one place.
    pub fn begin(&mut self, place: usize) {
        self.found[0] = place;
        (self.length, self.line_feeds) = (1, 0);
    }

    /// Forgets all before place number `from`, which is the last of so many line feeds.
    pub fn forget(&mut self, from: usize, line_feeds: usize) {
        self.found.copy_within(from..self.length, 0);
        self.length -= from;
        self.line_feeds -= line_feeds;
    }

    /// How many rows of so many columns are whole, where there is nothing else: every one ends with a line feed, and no line feed stands
    /// anywhere else. None where a line has other columns or is blank.
    pub fn whole_rows(&self, bytes: &[u8], columns: usize) -> Option<usize> {
        let rows = (self.length - 1) / columns;
        let mut ends = self.found[..self.length].iter().skip(columns).step_by(columns);
        let whole = rows == self.line_feeds && ends.all(|end| bytes.get(*end) == Some(&b'\n'));
        whole.then_some(rows)
    }

    /// What is known.
    #[inline]
    pub fn places(&mut self) -> &mut [usize] {
        &mut self.found[..self.length]
    }

    /// Adds those of a window: whole steps from `base` on, of which what stands before `from` is passed over.
    pub fn add(&mut self, window: &[u8], base: usize, from: usize) {
        let new = window.get(from.saturating_sub(base)..).unwrap_or_default();
        self.line_feeds += memchr::memchr_iter(b'\n', new).count();
        let (blocks, _) = window.as_chunks::<STEP_BYTES>();
        for (number, block) in blocks.iter().enumerate() {
            let base = base + number * STEP_BYTES;
            let mut bits = separator_bits(block);
            if base < from {
                let passed = u32::try_from(from - base).unwrap_or(u32::MAX);
                bits &= u64::MAX.checked_shl(passed).unwrap_or_default();
            }
            // At most 64.
            let count = usize::try_from(bits.count_ones()).unwrap_or_default();
            let Some(room) =
                self.found.get_mut(self.length..).and_then(|room| room.first_chunk_mut::<STEP_BYTES>())
            else {
                return;
            };
            let mut write = |places: &mut [usize]| {
                for place in places {
                    *place = base + usize::try_from(bits.trailing_zeros()).unwrap_or_default();
                    bits &= bits.wrapping_sub(1);
                }
            };
            let (usual, rest) = room.split_at_mut(USUAL_SEPARATORS);
            write(usual);
            if count > USUAL_SEPARATORS {
                write(&mut rest[..count - USUAL_SEPARATORS]);
            }
            self.length += count;
        }
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

    fn found(bytes: &[u8], from: usize) -> Vec<usize> {
        let mut separators = Separators::new(3);
        separators.begin(1_000);
        separators.add(bytes, 0, from);
        separators.forget(1, 0);
        separators.places().to_vec()
    }

    #[test]
    fn separators_are_found_at_every_place() {
        for place in 0..192 {
            for separator in [b',', b'\n'] {
                let mut bytes = vec![b'x'; 192];
                bytes[place] = separator;
                assert_eq!(found(&bytes, 0), [place]);
                assert_eq!(found(&bytes, place), [place]);
                assert_eq!(found(&bytes, place + 1), []);
            }
        }
        assert_eq!(found(&[0x2C ^ 0x80; 128], 0), []);
    }

    #[test]
    fn a_window_of_nothing_but_separators_has_room() {
        let window = [b','; WINDOW_BYTES];
        assert_eq!(found(&window, 0), (0..WINDOW_BYTES).collect::<Vec<_>>());
        assert_eq!(found(&window, 70), (70..WINDOW_BYTES).collect::<Vec<_>>());
        for many in 0..STEP_BYTES {
            let mut window = vec![b'x'; STEP_BYTES];
            window[STEP_BYTES - many..].fill(b'\n');
            assert_eq!(found(&window, 0).len(), many);
        }
    }
}
