//! Packs: the columns by which sales and statement rows are compared, of many rows in one value, beside the rows themselves.
//!
//! A pack is derived and cannot say anything else than its rows: it is written in the transaction that writes its last row (a file's
//! acceptance, a counter's 精算), its rows and itself are never changed, and a rebuild forgets both together (ADR 0024). Where there is no
//! pack, rows are read one by one, and the comparison says the same.
//!
//! Format of a body, version 1; every number little-endian:
//!
//! ```text
//! body     := 1 (u8) rows (u32) records days amounts terminals slips approvals
//! records, days, amounts := numbers of as many rows. A record is the row's number in its file, or the entry's sequence number; a day
//!             counts from 1970-01-01; amounts are yen
//! numbers  := width (u8: 0, 1, 2, 4 or 8) least (i64) and for each an offset from the least of so many bytes; of width 0 all are equal
//! texts    := count (u32), lengths in bytes (numbers), all texts one after the other (UTF-8)
//! terminals := texts, and of each row which of them (numbers, from 0); the text of no characters is no terminal
//! slips, approvals := 1 (u8) digits (u8) numbers: all that there are have so many digits (1 to 18); 0 is none, else the number and one
//!           | 2 (u8) texts numbers: as terminals
//! ```
//!
//! Invariants: a body is at most [`PACK_ROWS_MAX`] rows; one that was cut, or holds anything behind its end, or a place outside its texts,
//! is an error and never a panic. Not here: which rows belong into a pack (each leaf's SQL), and the comparison (crate `bulk`).

mod given;
mod numbers;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use self::{
    given::{GivenPacks, LinePack, PackOwner, SalePack},
    read::Pack,
    write::{PackRow, Packed, packs},
};

use domain::time::{CivilDate, Timestamp};

/// Most rows of a pack.
pub const PACK_ROWS_MAX: usize = 1 << 16;
/// Bytes of texts of a row from which on its pack takes no more rows, so that no body is out of bounds for the databases.
pub const PACK_TEXTS_MAX_BYTES: usize = 16 << 20;

/// First byte of a body.
const VERSION: u8 = 1;
/// Numbers are digits.
const DIGITS: u8 = 1;
/// Numbers are texts.
const TEXTS: u8 = 2;
/// Most digits of a number that is kept as one: with one added they stay within 63 bits.
const DIGITS_MAX: usize = 18;

/// The day from which days are counted: 1970-01-01, which is that of the first moment in Japan too.
fn epoch() -> CivilDate {
    Timestamp::from_micros(0).date()
}
