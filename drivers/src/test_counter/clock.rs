//! A clock that stands.

use domain::time::{Clock, Timestamp};

/// 2026-11-21 10:30:15 in Japan.
pub struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_jst("2026-11-21".parse().unwrap(), 10, 30, 15).unwrap()
    }
}
