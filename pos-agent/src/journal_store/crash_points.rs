//! A store that aborts the process around its n-th durable append, for the crash tests (`kill -9` at each journal write).
//! Built only with the feature `crash-points`.

use domain::id::SequenceNumber;
use journal::{chain::Head, entry::Entry};

use super::{AppendError, JournalStore, ReadError};

/// Where the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrashPoint {
    /// The n-th append (from 1) is not made.
    Before(u64),
    /// The n-th append is durable and nobody has heard of it.
    After(u64),
}

/// A store with a crash point.
#[derive(Debug)]
pub struct CrashingStore<S> {
    inner: S,
    point: CrashPoint,
    appends: u64,
}

impl<S> CrashingStore<S> {
    /// A store that ends the process at `point`.
    pub const fn new(inner: S, point: CrashPoint) -> Self {
        Self { inner, point, appends: 0 }
    }
}

impl<S: JournalStore> JournalStore for CrashingStore<S> {
    fn append(&mut self, entries: &[Entry]) -> Result<(), AppendError> {
        if entries.is_empty() {
            return self.inner.append(entries);
        }
        self.appends += 1;
        if self.point == CrashPoint::Before(self.appends) {
            std::process::abort();
        }
        let appended = self.inner.append(entries);
        if self.point == CrashPoint::After(self.appends) {
            std::process::abort();
        }
        appended
    }

    fn read_from(&mut self, first: SequenceNumber, limit: usize) -> Result<Vec<Entry>, ReadError> {
        self.inner.read_from(first, limit)
    }

    fn head(&mut self) -> Result<Head, ReadError> {
        self.inner.head()
    }

    fn delivered(&mut self) -> Result<SequenceNumber, ReadError> {
        self.inner.delivered()
    }

    fn set_delivered(&mut self, upto: SequenceNumber) -> Result<(), AppendError> {
        self.inner.set_delivered(upto)
    }

    fn free_ballast(&mut self) -> bool {
        self.inner.free_ballast()
    }

    fn restore_ballast(&mut self) -> bool {
        self.inner.restore_ballast()
    }
}
