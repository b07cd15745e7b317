//! A bank's CSV of movements, by profile: a TOML file says encoding, columns, dates, order and account. A new bank needs no code.
//!
//! Invariants: taken whole or refused whole; where the file has balances, every row must carry on from the one before, so a missing
//! row is found; nothing is guessed from the text of 摘要 but what the profile names. Not here: fixed-width files, XML.

mod balance;
mod profile;
mod read;
mod row;

pub use crate::sheet::date::NotADatePattern;
pub use profile::{
    AccountOf, BadBankProfile, BankCsvFields, BankCsvProfile, Direction, RowOrder, embedded,
    embedded_profiles,
};
pub use read::{BankCsvOptions, read};
