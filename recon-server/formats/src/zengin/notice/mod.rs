//! 全銀 振込入金通知 (種別 01, 200-byte records, formats A and B): which transfers came in, and which of them were cancelled.
//!
//! Source: reconciliation.md 6.1 (formats A and B share type 01; B carries amounts of more than ten digits). Invariants: the format of
//! a file is one for all its entries, configured or settled once; every total of the trailer is a gate. Not here: balances, entries
//! out: a notification is no ledger, and its money stands in 入出金取引明細 too.

mod gate;
mod layout;
mod model;
mod read;
mod write;

pub use model::{NoticeAccount, NoticeEntry, NoticeFile, NoticeFormat, NoticeOptions};
pub use read::read;
pub use write::{NoticeAccountOut, NoticeEntryOut, NoticeFileOut, write};
