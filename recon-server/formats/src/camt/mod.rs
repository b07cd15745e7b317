//! ISO 20022 cash management messages: camt.052 (intraday report), camt.053 (statement), camt.054 (notification).
//!
//! Sources: reconciliation.md 6.4; element names of the ISO 20022 message definitions, versions 02 to 08 as banks use them. Invariants:
//! read as a stream, one entry in memory at a time; text outside `Document` (the business application header, which may hold a
//! password) is never kept, shown or hashed into a row; only yen; a DTD is refused, so nothing is ever expanded or fetched. Not here:
//! pain and other messages, checks against the XML schema, signatures, the meaning of the EDI payload.

mod edi;
mod entry;
mod gate;
mod node;
mod read;
mod value;

pub use read::{CamtOptions, read};
