//! What an error of SQLite means for the journal.
//!
//! Invariant: only a full disk before the commit is "surely nothing written"; everything else is a doubt.

use rusqlite::ErrorCode;

use super::{AppendError, ReadError};

pub(super) fn append(error: &rusqlite::Error) -> AppendError {
    match error.sqlite_error_code() {
        // SQLITE_FULL rolls the statement back; frames after the last commit of the log are never read.
        Some(ErrorCode::DiskFull) => AppendError::DiskFull,
        _ => AppendError::Failed(error.to_string()),
    }
}

pub(super) fn read(error: &rusqlite::Error) -> ReadError {
    ReadError::Failed(error.to_string())
}
