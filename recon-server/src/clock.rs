//! The system's wall clock, read at this one place of the centre.

use domain::time::{Clock, Timestamp};

/// Reads the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge: the only reading of the wall clock in the centre"
    )]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .ok()
            .and_then(|elapsed| i64::try_from(elapsed.as_micros()).ok());
        Timestamp::from_micros(since_epoch.unwrap_or(0))
    }
}
