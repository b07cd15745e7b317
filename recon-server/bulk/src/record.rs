//! A row as the join sees it: 18 bytes, whatever the row was.

/// Bits of a row's place that count rows within a piece of the file.
const ROW_BITS: u32 = 16;
/// Most rows of a piece.
pub(crate) const PIECE_ROWS_MAX: usize = 1 << ROW_BITS;
/// Most pieces of a file; one number of 16 bits is left over for [`Place::NONE`].
pub(crate) const PIECES_MAX: u64 = (1 << (32 - ROW_BITS)) - 1;

/// A row's place: its piece of the file, and its number within it. Places are in the order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Place(u32);

impl Place {
    /// Of no row.
    pub const NONE: Self = Self(u32::MAX);

    /// Row `row` of `piece`; both are bounded by the reader.
    #[inline]
    pub fn new(piece: u32, row: u32) -> Self {
        Self(piece << ROW_BITS | row)
    }

    /// Which piece.
    pub fn piece(self) -> usize {
        usize::try_from(self.0 >> ROW_BITS).unwrap_or(usize::MAX)
    }

    /// Which row of the piece, from 0.
    pub fn row(self) -> u32 {
        self.0 & ((1 << ROW_BITS) - 1)
    }
}

/// A row of either side. Sums of amounts of 32 bits over 2^32 rows stay within 64 bits.
///
/// All of it lies in bytes: numbers would be padded to 20 bytes, and records are most of the memory of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    /// Key and date, mixed: with the date it stands for the key, and no stage has to mix it again.
    mixed: [u8; 8],
    place: [u8; 4],
    amount: [u8; 4],
    date: [u8; 2],
}

/// Memory of a record.
const RECORD_BYTES: usize = 18;
const _: () = assert!(size_of::<Record>() == RECORD_BYTES);

impl Record {
    /// A place holder that is overwritten.
    pub const NONE: Self = Self { mixed: [0; 8], place: [0; 4], amount: [0; 4], date: [0; 2] };

    /// `date`: days since 1970; 0 where only an identifier joins.
    #[inline]
    pub fn new(key: u64, date: u16, amount: i32, place: Place) -> Self {
        let mixed = mix(key ^ spread(date));
        Self {
            mixed: mixed.to_le_bytes(),
            place: place.0.to_le_bytes(),
            amount: amount.to_le_bytes(),
            date: date.to_le_bytes(),
        }
    }

    /// The row of the other side that has the same key, date and amount, at its place.
    pub fn alike(&self, place: Place) -> Self {
        Self { place: place.0.to_le_bytes(), ..*self }
    }

    /// What must be equal: the code of terminal and approval number, or of an identifier.
    pub fn key(&self) -> u64 {
        unmix(self.mixed()) ^ spread(self.date())
    }

    /// Days since 1970; 0 where only an identifier joins.
    #[inline]
    pub fn date(&self) -> u16 {
        u16::from_le_bytes(self.date)
    }

    /// Yen.
    #[inline]
    pub fn amount(&self) -> i32 {
        i32::from_le_bytes(self.amount)
    }

    /// Where its row stands.
    #[inline]
    pub fn place(&self) -> Place {
        Place(u32::from_le_bytes(self.place))
    }

    /// Whether key and date are equal.
    #[inline]
    pub fn joins(&self, other: &Self) -> bool {
        self.mixed == other.mixed && self.date == other.date
    }

    /// A well mixed number of key and date: its upper bits choose the partition, those below them the first slot.
    #[inline]
    pub fn mixed(&self) -> u64 {
        u64::from_le_bytes(self.mixed)
    }
}

/// A date where it changes the bits that keys mostly leave alone.
#[inline]
fn spread(date: u16) -> u64 {
    u64::from(date).rotate_right(16)
}

/// Both are odd, so that a product says what was multiplied.
const FACTORS: (u64, u64) = (0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9);
const INVERSES: (u64, u64) = (inverse(FACTORS.0), inverse(FACTORS.1));

/// Every bit of the number moves every bit of the result; different numbers have different results.
#[inline]
pub(crate) fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 32).wrapping_mul(FACTORS.0);
    let number = (number ^ number >> 29).wrapping_mul(FACTORS.1);
    number ^ number >> 32
}

/// The number that was mixed.
fn unmix(mixed: u64) -> u64 {
    let number = (mixed ^ mixed >> 32).wrapping_mul(INVERSES.1);
    let number = (number ^ number >> 29 ^ number >> 58).wrapping_mul(INVERSES.0);
    number ^ number >> 32
}

/// What an odd number is multiplied with to give 1, modulo 2^64: each of Newton's steps doubles the bits that are right, from three.
const fn inverse(odd: u64) -> u64 {
    let (mut inverse, mut right_bits) = (odd, 3);
    while right_bits < u64::BITS {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
        right_bits *= 2;
    }
    inverse
}

/// Chooses one of `1 << bits` by the upper bits.
#[inline]
pub(crate) fn upper(mixed: u64, bits: u32) -> usize {
    usize::try_from(mixed.checked_shr(64 - bits).unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mixed_comes_back() {
        let ends = [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, 9_999_999_999_999_999_999];
        let spread = (0..10_000_u64).map(|number| number.wrapping_mul(0x0123_4567_89AB_CDEF));
        for key in ends.into_iter().chain(spread) {
            for date in [0, 1, 20_635, u16::MAX] {
                let record = Record::new(key, date, -300, Place::new(7, 9));
                assert_eq!((record.key(), record.date(), record.amount()), (key, date, -300));
                assert_eq!(record.place(), Place::new(7, 9));
            }
        }
    }

    #[test]
    fn a_date_is_part_of_what_joins() {
        let record = |key, date| Record::new(key, date, 0, Place::default());
        assert!(record(5, 6).joins(&record(5, 6)));
        assert!(!record(5, 6).joins(&record(5, 7)));
        assert!(!record(5, 6).joins(&record(6, 6)));
    }
}
