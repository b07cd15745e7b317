//! How many wrong passwords are too many: per user name and address, in fixed windows.
//!
//! Invariants: bounded memory (the oldest window makes room); the clock is a parameter; a success clears its own window only.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use domain::time::Timestamp;

/// Most windows that are remembered at once.
const WINDOWS_MAX: usize = 4_096;
/// Longest part of a user name that counts, in characters; the rest is not remembered.
const NAME_CHARS_MAX: usize = 64;

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Timestamp,
    failures: u32,
}

/// Failed logins of late.
#[derive(Debug, Default)]
pub struct LoginLimit {
    windows: Mutex<BTreeMap<(String, IpAddr), Window>>,
}

/// What one try may do.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// Failures allowed in a window.
    pub failures_max: u32,
    /// Length of a window, in milliseconds.
    pub window_ms: i64,
}

impl LoginLimit {
    /// Whether another try may be made now. Minutes to wait otherwise, rounded up.
    ///
    /// # Errors
    /// When there were too many failures; gives the minutes to wait.
    pub fn check(&self, name: &str, from: IpAddr, now: Timestamp, allow: Allowance) -> Result<(), i64> {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        match windows.get(&key(name, from)) {
            Some(window) if running(window, now, allow) && window.failures >= allow.failures_max => {
                let left_ms = allow.window_ms.saturating_sub(now.ms_since(window.began));
                Err(left_ms.saturating_add(59_999) / 60_000)
            }
            _ => Ok(()),
        }
    }

    /// A try failed.
    pub fn failed(&self, name: &str, from: IpAddr, now: Timestamp, allow: Allowance) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(name, from);
        if windows.len() >= WINDOWS_MAX && !windows.contains_key(&key) {
            windows.retain(|_, window| running(window, now, allow));
            let oldest = windows.iter().min_by_key(|(_, window)| window.began).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest.filter(|_| windows.len() >= WINDOWS_MAX) {
                windows.remove(&oldest);
            }
        }
        let window = windows.entry(key).or_insert(Window { began: now, failures: 0 });
        if !running(window, now, allow) {
            *window = Window { began: now, failures: 0 };
        }
        window.failures = window.failures.saturating_add(1);
    }

    /// A try succeeded.
    pub fn succeeded(&self, name: &str, from: IpAddr) {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(name, from));
    }
}

fn running(window: &Window, now: Timestamp, allow: Allowance) -> bool {
    now.ms_since(window.began) < allow.window_ms
}

fn key(name: &str, from: IpAddr) -> (String, IpAddr) {
    (name.chars().take(NAME_CHARS_MAX).collect(), from)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const ALLOW: Allowance = Allowance { failures_max: 3, window_ms: 900_000 };
    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_ms(ms)
    }

    #[test]
    fn a_window_fills_and_passes() {
        let limit = LoginLimit::default();
        for n in 0..3 {
            assert_eq!(limit.check("a", HERE, at(n), ALLOW), Ok(()));
            limit.failed("a", HERE, at(n), ALLOW);
        }
        assert_eq!(limit.check("a", HERE, at(60_000), ALLOW), Err(14));
        assert_eq!(limit.check("b", HERE, at(60_000), ALLOW), Ok(()));
        assert_eq!(limit.check("a", HERE, at(900_000), ALLOW), Ok(()));
        limit.failed("a", HERE, at(900_000), ALLOW);
        assert_eq!(limit.check("a", HERE, at(900_001), ALLOW), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let limit = LoginLimit::default();
        for n in 0..WINDOWS_MAX + 10 {
            limit.failed(&n.to_string(), HERE, at(i64::try_from(n).unwrap()), ALLOW);
        }
        assert_eq!(limit.windows.lock().unwrap().len(), WINDOWS_MAX);
    }
}
