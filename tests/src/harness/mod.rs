//! What the end-to-end tests share: one counter with real driver, real journal file and simulated machines; the judge of its books.
//!
//! Invariants: an agent is configured by its TOML alone, never by a hook of a test; every wait has a bound; everything listens on
//! loopback, at ports that the system chooses; only processes that were started here are ended, each by its own id.
//!
//! [`bay`] is the counter, [`history`] its journal read back, [`papers`] what came out of its printer, [`play`] a fault script on it,
//! [`process`] the same counter as a program that can be killed, [`browser`] and [`visit`] the clerk before its page, [`mod@line`] the
//! line to the centre, which can be cut, [`outpost`] a counter at its end.

pub mod bay;
pub mod browser;
pub mod history;
pub mod line;
pub mod outpost;
pub mod papers;
pub mod play;
pub mod process;
pub mod visit;
