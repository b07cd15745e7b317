//! Where the journal lies: a port with two adapters, SQLite and a simulated disk (DESIGN 3.15).
//!
//! Invariants: [`JournalStore::append`] returns `Ok` only when every entry is durable; the entries of one call are all there
//! or none is; nothing is edited or deleted. Not here: the chain and its check (`journal::chain`), which the caller does.

pub mod ballast;
#[cfg(feature = "crash-points")]
pub mod crash_points;
pub mod simulated;
pub mod sqlite;
mod sqlite_error;

use domain::id::SequenceNumber;
use journal::{
    chain::Head,
    entry::{Entry, EntryError},
};

/// Most entries that one read returns.
pub const READ_ENTRIES_MAX: usize = 1_000;

/// Why entries are not durable.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// No room; surely nothing was written. The same call may be made again after room was made.
    #[error("the disk is full")]
    DiskFull,
    /// Nobody can tell what is on the disk; the process stops and folds again.
    #[error("append failed: {0}")]
    Failed(String),
}

/// Why entries cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The disk or the file does not give them.
    #[error("journal cannot be read: {0}")]
    Failed(String),
    /// The bytes are no entry.
    #[error("entry {position} is damaged")]
    Damaged {
        /// Position in the journal.
        position: u64,
        /// Why.
        #[source]
        source: EntryError,
    },
}

/// The journal of one counter and one incarnation.
pub trait JournalStore: Send {
    /// Makes entries durable, all or none, in order.
    ///
    /// # Errors
    /// [`AppendError::DiskFull`] when surely nothing was written; otherwise the caller must stop.
    fn append(&mut self, entries: &[Entry]) -> Result<(), AppendError>;

    /// Entries from a position on, at most `limit` and [`READ_ENTRIES_MAX`].
    ///
    /// # Errors
    /// When the disk does not give them or they are damaged.
    fn read_from(&mut self, first: SequenceNumber, limit: usize) -> Result<Vec<Entry>, ReadError>;

    /// The end of the journal.
    ///
    /// # Errors
    /// When the disk does not give it.
    fn head(&mut self) -> Result<Head, ReadError>;

    /// Up to where the centre has it, as far as it was noted. Losing it costs a question to the centre, nothing else.
    ///
    /// # Errors
    /// When the disk does not give it.
    fn delivered(&mut self) -> Result<SequenceNumber, ReadError>;

    /// Notes up to where the centre has it.
    ///
    /// # Errors
    /// When it cannot be noted; nothing is lost.
    fn set_delivered(&mut self, upto: SequenceNumber) -> Result<(), AppendError>;

    /// Frees the room that is kept for a full disk; whether there was any.
    fn free_ballast(&mut self) -> bool {
        false
    }

    /// Tries to keep room again; whether it is kept now.
    fn restore_ballast(&mut self) -> bool {
        true
    }
}

impl<S: JournalStore + ?Sized> JournalStore for Box<S> {
    fn append(&mut self, entries: &[Entry]) -> Result<(), AppendError> {
        (**self).append(entries)
    }

    fn read_from(&mut self, first: SequenceNumber, limit: usize) -> Result<Vec<Entry>, ReadError> {
        (**self).read_from(first, limit)
    }

    fn head(&mut self) -> Result<Head, ReadError> {
        (**self).head()
    }

    fn delivered(&mut self) -> Result<SequenceNumber, ReadError> {
        (**self).delivered()
    }

    fn set_delivered(&mut self, upto: SequenceNumber) -> Result<(), AppendError> {
        (**self).set_delivered(upto)
    }

    fn free_ballast(&mut self) -> bool {
        (**self).free_ballast()
    }

    fn restore_ballast(&mut self) -> bool {
        (**self).restore_ballast()
    }
}
