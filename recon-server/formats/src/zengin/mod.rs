//! 全銀 入出金取引明細 (種別 03, 200-byte records): what the bank says came in and went out. 振込入金通知 (種別 01) is in [`notice`].
//!
//! Source: 全銀協 PC用標準通信プロトコル(ベーシック手順) 別冊, as summed up in reconciliation.md 6.1. Invariants: one table of fields
//! (`layout`) both reads and writes; every control total of the file is a gate, and one wrong total refuses the whole file.
//! Not here: time deposits (預金種目 5 to 7), EBCDIC; each is refused by name.

mod charset;
mod common;
mod date;
mod field;
mod framing;
mod gate;
pub mod kana;
mod layout;
mod model;
pub mod notice;
pub(crate) mod occurrences;
mod parts;
mod read;
mod words;
mod write;

pub use field::DoesNotFit;
pub use framing::{Framing, PADDED_LENGTH_MAX_BYTES};
pub use layout::RECORD_BYTES;
pub use model::{
    BankAccountBlock, BankEntry, BankFile, Common, DateReading, ENTRIES_MAX, FILE_BYTES_MAX, ReadOptions,
    TransactionClass,
};
pub use parts::{EntriesByAccount, LedgerParts, PARTS_BYTES_MAX, PARTS_ENTRIES_MAX};
pub use read::read;
pub use write::{AccountOut, CannotEncode, EntryOut, FileOut, write};
