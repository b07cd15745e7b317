//! Fault scripts: what a simulator does wrong, and when (`devices.md` 5). One TOML file is one test.
//!
//! ```toml
//! device = "zvt"    # the answer is cut 3 bytes in, the money is taken, the line returns after 4 s
//! rule   = [{ tx = "04 0F", nth = 1, at_byte = 3, do = "cut", reconnect_ms = 4000, truth = "charged" }]
//! expect = { book = { charged = [300] } }
//! ```
//!
//! The engine is generic: given a direction and a message it answers a list of [`Step`]s that the simulator carries out. It knows
//! no protocol. A rule takes hold at one point: `tx` (what the simulator sends), `rx` (what it receives), a `state` of the simulator,
//! or `after_ms` (by itself, so long after the run or the named `attempt` began). Patterns are hex, or a word in single quotes for
//! machines that speak in words. `expect` and `clerk` are kept for the runner, which alone reads them.
//! Invariants: a script that does not parse is an error, never a script without rules; the same messages give the same steps;
//! the rules of a script, their bytes and what is remembered are bounded.

mod engine;
mod parse;

use std::time::Duration;

pub use self::{
    engine::Engine,
    parse::{Script, ScriptError},
};

/// Most rules in one script.
pub const RULES_MAX: usize = 64;
/// Longest hex pattern or replacement, in bytes.
pub const PATTERN_MAX_BYTES: usize = 1_024;
/// Most bytes that `merge` holds back; beyond them they pass.
pub const HELD_MAX_BYTES: usize = 65_536;
/// Longest delay or outage that a script may ask for, in milliseconds.
pub const WAIT_MAX_MS: u64 = 600_000;

/// Which way a message goes, seen from the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// It arrives at the simulator.
    Rx,
    /// The simulator sends it.
    Tx,
}

/// What a simulator does next. Without a matching rule it is one [`Step::Pass`] with the message as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Put these bytes on the line (tx), or hand them to the decoder (rx).
    Pass(Vec<u8>),
    /// Wait.
    Wait(Duration),
    /// Close the line; be reachable again after this time.
    Cut(Duration),
    /// Lose power: the line is gone and volatile state too; be reachable again after this time.
    Power(Duration),
    /// Neither send nor listen any more until the line is closed by the other side.
    Stall,
    /// Change the simulator's own book; the word belongs to the simulator.
    Truth(String),
}

#[cfg(test)]
mod tests;
