//! Many entries in one body: a 4-byte big-endian length before each entry's frozen bytes.
//!
//! Invariant: reading never allocates beyond the bounds, whatever the lengths claim.

use crate::entry::{Entry, EntryError, PAYLOAD_LENGTH_MAX_BYTES};

/// Most entries in one batch.
pub const BATCH_ENTRIES_MAX: usize = 500;
/// Longest batch body before compression, in bytes.
pub const BATCH_LENGTH_MAX_BYTES: usize = 4 << 20;
/// Longest entry, in bytes: payload and header.
const ENTRY_LENGTH_MAX_BYTES: usize = PAYLOAD_LENGTH_MAX_BYTES + 256;

/// A body that is not a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The body ends inside an entry.
    #[error("batch ends inside entry {0}")]
    Short(usize),
    /// An entry is longer than any can be.
    #[error("entry {index} of the batch claims {length} bytes")]
    EntryTooLong {
        /// Position in the batch, from 0.
        index: usize,
        /// What it claims.
        length: usize,
    },
    /// Too many entries.
    #[error("more than {BATCH_ENTRIES_MAX} entries in a batch")]
    TooMany,
    /// An entry that is none.
    #[error("entry {index} of the batch")]
    Entry {
        /// Position in the batch, from 0.
        index: usize,
        /// Why.
        #[source]
        source: EntryError,
    },
}

/// One body of many entries.
#[must_use]
pub fn join<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for entry in entries {
        let length = u32::try_from(entry.len()).unwrap_or(u32::MAX);
        body.extend_from_slice(&length.to_be_bytes());
        body.extend_from_slice(entry);
    }
    body
}

/// The entries of a body.
///
/// # Errors
/// When the body is not a batch within the bounds; nothing of it is used then.
pub fn split(body: &[u8]) -> Result<Vec<Entry>, BatchError> {
    let mut entries = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let index = entries.len();
        if index == BATCH_ENTRIES_MAX {
            return Err(BatchError::TooMany);
        }
        let (prefix, after) = rest.split_first_chunk::<4>().ok_or(BatchError::Short(index))?;
        let length = usize::try_from(u32::from_be_bytes(*prefix)).unwrap_or(usize::MAX);
        if length > ENTRY_LENGTH_MAX_BYTES {
            return Err(BatchError::EntryTooLong { index, length });
        }
        let (bytes, after) = after.split_at_checked(length).ok_or(BatchError::Short(index))?;
        entries.push(Entry::thaw(bytes.to_vec()).map_err(|source| BatchError::Entry { index, source })?);
        rest = after;
    }
    Ok(entries)
}
