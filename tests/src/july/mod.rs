//! The user's own month: July 2022 at 萩・明倫学舎, played through the real programs.
//!
//! [`plan`] says who comes and how they pay, so that the five published sums come out to the yen; [`play`] walks through it at two
//! counters; [`books`] keeps the books of everybody outside; [`paperwork`] lets their files arrive, each on its day.
//! Invariant: the sums are the city's (萩市 第4回DX推進本部会議, 25 October 2022); single sales, days and troubles are ours.

pub mod books;
pub mod filler;
mod letters;
pub mod paperwork;
pub mod plan;
pub mod planted;
pub mod play;
pub mod summary;
pub mod telling;
pub mod visit;

pub use plan::Plan;
pub use play::July;
