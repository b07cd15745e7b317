//! What the tests of all payment terminals share: a clock that stands, a journal made of a vector, a till, the runner of the fault
//! scripts, and an ear on the log.
//!
//! Not here: what only one protocol has (its simulator, its timers, its words); that stays in the driver's `tests/support.rs`.

mod clock;
mod journal;
mod log;
pub mod scripts;
mod till;

pub use self::{clock::Standing, journal::Journal, log::Log, till::Bench, till::request};
