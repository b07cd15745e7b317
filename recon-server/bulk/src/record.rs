//! A row as the join sees it: 20 bytes, whatever the row was.

/// Bits of a row's place that count rows within a piece of the file.
const ROW_BITS: u32 = 16;
/// Most rows of a piece.
pub(crate) const PIECE_ROWS_MAX: usize = 1 << ROW_BITS;
/// Most pieces of a file.
pub(crate) const PIECES_MAX: u64 = 1 << (32 - ROW_BITS);

/// A row's place: its piece of the file, and its number within it. Places are in the order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Place(u32);

impl Place {
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

    /// As a place in a table of bits.
    pub fn bit(self) -> (usize, u64) {
        (usize::try_from(self.0 >> 6).unwrap_or(usize::MAX), 1 << (self.0 & 63))
    }
}

/// A row of either side. Sums of amounts of 32 bits over 2^32 rows stay within 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    // Bytes, so that a record is 20 bytes long and not 24.
    key: [u8; 8],
    pub place: Place,
    pub amount: i32,
    /// Days since 1970; 0 where only an identifier joins.
    pub date: u16,
}

const _: () = assert!(size_of::<Record>() == 20);

impl Record {
    /// A place holder that is overwritten.
    pub const NONE: Self = Self { key: [0; 8], place: Place(0), amount: 0, date: 0 };

    #[inline]
    pub fn new(key: u64, date: u16, amount: i32, place: Place) -> Self {
        Self { key: key.to_le_bytes(), place, amount, date }
    }

    /// What must be equal: the code of terminal and approval number, or of an identifier.
    #[inline]
    pub fn key(&self) -> u64 {
        u64::from_le_bytes(self.key)
    }

    /// Whether key and date are equal.
    #[inline]
    pub fn joins(&self, other: &Self) -> bool {
        self.key == other.key && self.date == other.date
    }

    /// A well mixed number of key and date: its upper bits choose the partition, its lower ones the slot.
    #[inline]
    pub fn mixed(&self) -> u64 {
        mix(self.key() ^ u64::from(self.date).rotate_right(16))
    }
}

/// Every bit of the number moves every bit of the result.
#[inline]
pub(crate) fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ number >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number ^ number >> 32
}

/// Chooses one of `1 << bits` by the upper bits.
#[inline]
pub(crate) fn upper(mixed: u64, bits: u32) -> usize {
    usize::try_from(mixed.checked_shr(64 - bits).unwrap_or_default()).unwrap_or_default()
}
