//! Acquirers' statements by profile: a TOML file says encoding, columns, dates, signs, words and keys. A new acquirer needs no code.
//!
//! Invariants: the file is refused whole for anything that would make an amount, a date or a key uncertain; what is only unknown
//! (a status word, a brand word, an extra column) is kept, counted and said. A cell that looks like a formula is only text.
//! Not here: revisions across files (the store compares key and content hash), matching.

mod bad_profile;
mod cell;
mod decode;
mod model;
mod parts;
mod profile;
mod read;
mod row;
mod rows;
mod scan;
mod seen;
mod table;
mod write;

pub use bad_profile::BadProfile;
pub use model::{
    FILE_BYTES_MAX, Preview, REFUSALS_MAX, ROWS_MAX, ReadOptions, RowClass, StatementFile, StatementRow,
    Totals, Words,
};
pub use parts::{PARTS_BYTES_MAX, PARTS_ROWS_MAX, StatementEnd, StatementParts};
pub use profile::{FileEncoding, Profile, RefundSign, RepeatedKey, embedded, embedded_profiles};
pub use read::{preview, read};
pub use rows::{Iter, Rows};
pub use write::{CannotWriteStatement, RowOut, write_statement};
