//! The `null` terminal: a CAT that speaks no protocol, for training and for tests of the attempt machine (`devices.md` 5).
//!
//! Terminal ([`machine`]) and till ([`client`]) live in one process and exchange whole messages as [`word`]s; between them stands the
//! fault-script engine, which sees each message as its text (`tx = "'result'"`). Invariants: they are those of a real terminal: `Sending`
//! before the first word, `ResultSeen` before the acknowledgement, silence is `Unknown`; the machine's own book is the judge.
//! Deliberately not here: money. Every result names the terminal [`TERMINAL_ID`], so that no figure of it passes for a payment.

pub mod client;
mod conversation;
pub mod machine;
mod serve;
#[cfg(test)]
mod tests;
pub mod word;

pub use self::{
    client::{NullTerminal, NullTimers},
    machine::{NullConfig, NullEntry, NullMachine, Unacknowledged},
};

/// Terminal number of every result: 訓練用.
pub const TERMINAL_ID: &str = "TRAINING";
