//! Files in and out of the centre: the bank's files (Zengin, CSV, XML), acquirers' statements and payouts, the finance system's
//! imports, CSV for people.
//!
//! Invariants: pure, bytes in and values out. A file is taken whole or refused whole: a [`Refusal`] names file, row, field, what was
//! found and what a person can do about it. Money is whole yen. Nothing in a file is silently dropped: a row whose status word no
//! profile lists is kept as [`statement::RowClass::Unclassified`] and counted.
//! Not here: storage, revisions across files, matching.

pub mod bank;
pub mod camt;
mod cells;
pub mod cp932;
pub mod csv_out;
pub mod digest;
mod digits;
pub mod examples;
pub mod export;
mod firsts;
mod mix;
pub mod opening;
pub mod payout;
mod provenance;
pub mod refusal;
mod shared;
mod sheet;
pub mod statement;
pub mod zengin;

pub use digest::{Digest, sha256_hex};
pub use provenance::Provenance;
pub use refusal::{Notice, Refusal};

/// The text of a field: short ones lie in place, long ones are shared by their copies. A file has millions of them.
pub type Text = smol_str::SmolStr;
