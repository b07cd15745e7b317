//! Matching: journal ↔ statement ↔ payout ↔ deposit, as one pure function.
//!
//! [`reconcile`] takes [`facts::Facts`] as of a day and gives an [`outcome::Outcome`]. Invariants: same facts in any order, same bytes out;
//! every sale, row, payout and deposit ends in exactly one class ([`outcome::Disposition`], checked by [`audit::audit`]); a report is
//! green only when its residual is exactly 0 and nothing is missing. Stages (reconciliation.md 5.4): 0 gate, 1 id join, 2 composite
//! keys, 3 mutual-unique window, 4 interchangeable sets, 5 bounded sums, 6 roll-up, 7 deposit 1:1, 8 deposit sets, 9 classify. Stages 1 to 5
//! and their part of 9 run by partition, so that [`reconcile_with`] a [`Memory`] matches only what changed (5.6); locked periods stay as
//! they were signed ([`locks`]). Not here: storage, clocks, floats.

pub mod alias;
mod alike;
pub mod allocate;
pub mod audit;
pub mod breakdown;
pub mod calendar;
pub mod causes;
mod check;
pub mod class;
mod classify;
pub mod contract;
mod counter;
mod days;
pub mod declared;
mod denied;
mod deposit;
mod digest;
mod evidence;
pub mod facts;
pub mod fee;
pub mod forecast;
pub mod gaps;
pub mod holidays;
mod house;
pub mod ident;
pub mod infer;
mod join;
mod keys;
mod ledger;
mod leg1;
mod lines;
pub mod locks;
pub mod matching;
pub mod memory;
mod near;
pub mod notices;
pub mod opening;
mod originals;
pub mod outcome;
mod pairs;
mod partition;
mod payout;
pub mod postings;
pub mod proof;
mod refused;
pub mod report;
mod reversal;
mod run;
mod sentence;
mod sentence_sets;
mod setoff;
mod sets;
mod shared;
mod shares;
mod sheet;
mod sides;
pub mod statement;
mod subset;
mod sums;
pub mod trustee;
mod twins;
mod variance;
pub mod why;
mod window;
pub mod words;
mod world;
pub mod years;

pub use audit::audit;
pub use calendar::BankCalendar;
pub use check::BadFacts;
pub use class::{ExceptionClass, Verdict};
pub use contract::Contract;
pub use facts::Facts;
pub use locks::PeriodLock;
pub use memory::{Memory, Rerun};
pub use outcome::Outcome;
pub use refused::refused_candidates;
pub use run::{reconcile, reconcile_uncut, reconcile_with};
