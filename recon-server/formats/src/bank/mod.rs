//! What any bank file says, in one shape: Zengin 03 and 01, CSV, and ISO 20022 all end here.
//!
//! Invariants: the JSON of an [`Entry`] is a superset of [`crate::zengin::BankEntry`]'s, so stored facts of either kind read alike;
//! amounts are signed; only booked entries are in `entries`, announced ones in `pending`. Not here: matching, storage.

mod continuity;
pub mod csv;
mod from_zengin;
pub(crate) mod keys;
mod model;
mod read;

pub use continuity::{AccountContinuity, Continuity, Ends, continuity};
pub use model::{Account, BankFileKind, BankStatement, Detail, EdiPayload, Entry};
pub use read::{BankReadOptions, read, recognise};
