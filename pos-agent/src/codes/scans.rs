//! The last scan, on its way from the scanner to the page that is open.
//!
//! Invariants: one scan is held, a newer one replaces it; it is taken once and is worth nothing after [`KEPT_MS`]; what stands in
//! addresses and pages is its number, never its content. Not here: what it is for (`web::handlers::scan`).

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use drivers::scanner::{Reject, Scan};
use tokio::{sync::watch, time::Instant};

/// How long a scan waits for a page, in milliseconds: a citizen's code that nobody asked for must not pay the next bill.
pub const KEPT_MS: u64 = 15_000;

/// What the scanner told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A code.
    Scan(Scan),
    /// Something that is no scan; the clerk scans again.
    Rejected(Reject),
}

#[derive(Debug)]
struct Held {
    number: u64,
    at: Instant,
    heard: Heard,
}

/// Where the scanner puts what it read, and where pages take it. Clones share one place.
#[derive(Debug, Clone)]
pub struct Scans {
    held: Arc<Mutex<Option<Held>>>,
    count: Arc<watch::Sender<u64>>,
}

impl Default for Scans {
    fn default() -> Self {
        Self { held: Arc::default(), count: Arc::new(watch::Sender::new(0)) }
    }
}

impl Scans {
    /// Puts what was read; the number under which it can be taken.
    pub fn put(&self, heard: Heard) -> u64 {
        self.put_at(heard, Instant::now())
    }

    fn put_at(&self, heard: Heard, at: Instant) -> u64 {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.count().wrapping_add(1);
        *held = Some(Held { number, at, heard });
        self.count.send_replace(number);
        number
    }

    /// Takes the scan of a number, or the last one where none is named. Nothing when it was taken, replaced, or is too old.
    #[must_use]
    pub fn take(&self, number: Option<u64>) -> Option<Heard> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = held.take_if(|held| number.is_none_or(|wanted| wanted == held.number))?;
        (taken.at.elapsed() < Duration::from_millis(KEPT_MS)).then_some(taken.heard)
    }

    /// The number of the last scan; a page shows it, to be told of later ones.
    #[must_use]
    pub fn count(&self) -> u64 {
        *self.count.borrow()
    }

    /// Resolves when there is a scan of another number: after a restart the count begins anew.
    pub async fn other_than(&self, number: u64) -> u64 {
        let mut count = self.count.subscribe();
        let seen = count.wait_for(|count| *count != number).await.map(|count| *count).ok();
        match seen {
            Some(seen) => seen,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_scan_is_taken_once_by_its_number_and_not_for_ever() {
        let scans = Scans::default();
        let first = scans.put(Heard::Rejected(Reject::Broken));
        assert_eq!((first, scans.other_than(0).await), (1, 1));
        let second = scans.put(Heard::Rejected(Reject::TooShort));
        assert_eq!(scans.take(Some(first)), None, "replaced");
        assert_eq!(scans.take(Some(second)), Some(Heard::Rejected(Reject::TooShort)));
        assert_eq!(scans.take(None), None, "taken");
        let Some(long_ago) = Instant::now().checked_sub(Duration::from_millis(KEPT_MS)) else { return };
        scans.put_at(Heard::Rejected(Reject::Broken), long_ago);
        assert_eq!(scans.take(None), None, "too old");
    }
}
