//! Where the real world enters: the system's clock and randomness. Tests and the simulation hand in their own.
//!
//! Invariant: only this file reads them.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::{
    id::CommandId,
    time::{Clock, Timestamp},
};
use uuid::Uuid;

/// Where ids and jitter come from.
pub trait Entropy: Send + Sync {
    /// An id that was never given before.
    fn uuid(&self) -> Uuid;
    /// A number from 0 to 999, to spread pauses.
    fn permille(&self) -> u16;

    /// The id of a command that a machine makes.
    fn command_id(&self) -> CommandId {
        CommandId(self.uuid())
    }
}

/// The clock of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the edge: this is the clock that everyone else is handed")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The randomness of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the edge: these are the ids that everyone else is handed")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the edge: this is the jitter that everyone else is handed"
    )]
    fn permille(&self) -> u16 {
        rand::random::<u16>() % 1_000
    }
}
