//! The journal in one SQLite file: WAL, `synchronous=FULL`, `STRICT` tables (DESIGN 6).
//!
//! Invariants: the entries of one command are one statement, so that one command is one commit and one sync; the file is used by
//! one process at a time (the lock file), readers of the command line open it beside. `NORMAL` lost acknowledged rows on a
//! power loss, so it is never used.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use domain::id::SequenceNumber;
use journal::{chain::Head, entry::Entry};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params_from_iter, types::Value};

use super::{AppendError, JournalStore, READ_ENTRIES_MAX, ReadError, ballast::Ballast, sqlite_error};

/// Every change of the file's shape, in order. A number is never changed after its release.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/agent/0001_journal.sql")];
/// Pages of the write-ahead log after which it is folded into the file. A commit takes about two pages and a fold two or three
/// syncs: 1.005 syncs per commit.
const CHECKPOINT_PAGES: u32 = 1_000;
/// Memory for pages, in KiB: the agent appends and hardly ever reads.
const PAGE_CACHE_KIB: u32 = 1_024;
/// Most entries of one append: two parameters each, far below SQLite's bound of 32,766.
pub const APPEND_ENTRIES_MAX: usize = 1_000;
/// How long a reader beside waits for a fold of the log, in milliseconds.
const BUSY_TIMEOUT_MS: u64 = 2_000;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another agent has it.
    #[error("{0}: another pos-agent uses this journal")]
    InUse(PathBuf),
    /// The folder or the lock file.
    #[error("cannot open {path}: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is of a newer program.
    #[error("{path} has shape {found}; this program knows up to {known}")]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its shape.
        found: usize,
        /// What this program knows.
        known: usize,
    },
    /// SQLite cannot use it.
    #[error("cannot use {path}: {source}")]
    Sqlite {
        /// Which.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

/// The journal in an SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    ballast: Ballast,
    /// Held for as long as the journal is open.
    _lock: File,
}

impl SqliteStore {
    /// Opens or makes the journal, and keeps the ballast if the disk has room.
    ///
    /// # Errors
    /// When another agent has it, the disk does not give it, or a newer program wrote it.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let lock = lock(&path.with_extension("lock"))?;
        let connection = connect(path).map_err(|source| OpenError::Sqlite { path: path.into(), source })?;
        migrate(&connection, path)?;
        let ballast = Ballast::beside(path);
        Ok(Self { connection, ballast, _lock: lock })
    }

    /// Number of entries per commit is one statement; this is its text.
    fn insert_statement(entries: usize) -> String {
        let mut sql = String::from("INSERT INTO entry (sequence_number, bytes) VALUES (?, ?)");
        for _ in 1..entries {
            sql.push_str(", (?, ?)");
        }
        sql
    }
}

fn lock(path: &Path) -> Result<File, OpenError> {
    let folder = |source| OpenError::Folder { path: path.into(), source };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(folder)?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.into())),
        Err(TryLockError::Error(source)) => Err(folder(source)),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; PRAGMA cache_size = -{PAGE_CACHE_KIB}; PRAGMA temp_store = MEMORY;"
    ))?;
    Ok(connection)
}

fn migrate(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::Sqlite { path: path.into(), source };
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    if found > MIGRATIONS.len() {
        return Err(OpenError::Newer { path: path.into(), found, known: MIGRATIONS.len() });
    }
    for (number, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let version = number + 1;
        connection
            .execute_batch(&format!("BEGIN IMMEDIATE; {sql} PRAGMA user_version = {version}; COMMIT;"))
            .map_err(failed)?;
    }
    Ok(())
}

impl JournalStore for SqliteStore {
    fn append(&mut self, entries: &[Entry]) -> Result<(), AppendError> {
        if entries.is_empty() {
            return Ok(());
        }
        if entries.len() > APPEND_ENTRIES_MAX {
            return Err(AppendError::Failed(format!("{} entries in one append", entries.len())));
        }
        let mut statement = self
            .connection
            .prepare_cached(&Self::insert_statement(entries.len()))
            .map_err(|error| sqlite_error::append(&error))?;
        for (entry, slot) in entries.iter().zip(0_usize..) {
            let number = i64::try_from(entry.sequence_number.0).unwrap_or(i64::MAX);
            statement
                .raw_bind_parameter(2 * slot + 1, number)
                .and_then(|()| statement.raw_bind_parameter(2 * slot + 2, entry.bytes()))
                .map_err(|error| sqlite_error::append(&error))?;
        }
        statement.raw_execute().map(|_| ()).map_err(|error| sqlite_error::append(&error))
    }

    fn read_from(&mut self, first: SequenceNumber, limit: usize) -> Result<Vec<Entry>, ReadError> {
        read_from(&self.connection, first, limit)
    }

    fn head(&mut self) -> Result<Head, ReadError> {
        head(&self.connection)
    }

    fn delivered(&mut self) -> Result<SequenceNumber, ReadError> {
        let upto: i64 = self
            .connection
            .query_row("SELECT upto FROM delivered WHERE id = 1", [], |row| row.get(0))
            .map_err(|error| sqlite_error::read(&error))?;
        Ok(SequenceNumber(u64::try_from(upto).unwrap_or(0)))
    }

    fn set_delivered(&mut self, upto: SequenceNumber) -> Result<(), AppendError> {
        let upto = i64::try_from(upto.0).unwrap_or(i64::MAX);
        self.connection
            .prepare_cached("UPDATE delivered SET upto = ? WHERE id = 1")
            .and_then(|mut statement| statement.execute([upto]))
            .map(|_| ())
            .map_err(|error| sqlite_error::append(&error))
    }

    fn free_ballast(&mut self) -> bool {
        self.ballast.free()
    }

    fn restore_ballast(&mut self) -> bool {
        self.ballast.keep().is_ok()
    }
}

fn head(connection: &Connection) -> Result<Head, ReadError> {
    let last: Option<Vec<u8>> = connection
        .query_row("SELECT bytes FROM entry ORDER BY sequence_number DESC LIMIT 1", [], |row| row.get(0))
        .optional()
        .map_err(|error| sqlite_error::read(&error))?;
    let Some(bytes) = last else { return Ok(Head::EMPTY) };
    let entry = Entry::thaw(bytes).map_err(|source| ReadError::Damaged { position: 0, source })?;
    Ok(Head::after(&entry))
}

fn read_from(connection: &Connection, first: SequenceNumber, limit: usize) -> Result<Vec<Entry>, ReadError> {
    let failed = |error: rusqlite::Error| sqlite_error::read(&error);
    let limit = i64::try_from(limit.min(READ_ENTRIES_MAX)).unwrap_or(0);
    let first = i64::try_from(first.0).unwrap_or(i64::MAX);
    let mut statement = connection
        .prepare_cached(
            "SELECT sequence_number, bytes FROM entry WHERE sequence_number >= ? ORDER BY sequence_number LIMIT ?",
        )
        .map_err(failed)?;
    let rows = statement
        .query_map(params_from_iter([Value::Integer(first), Value::Integer(limit)]), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .map_err(failed)?;
    rows.map(|row| {
        let (position, bytes) = row.map_err(failed)?;
        let position = u64::try_from(position).unwrap_or(0);
        Entry::thaw(bytes).map_err(|source| ReadError::Damaged { position, source })
    })
    .collect()
}

/// The journal for a reader beside the agent: nothing is locked, nothing can be written.
#[derive(Debug)]
pub struct SqliteReader {
    connection: Connection,
}

impl SqliteReader {
    /// Opens an existing journal for reading.
    ///
    /// # Errors
    /// When there is none or SQLite cannot use it.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        // Read-write without create: a log that a killed process left behind is folded by whoever opens the file next.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || {
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
            connection.execute_batch("PRAGMA query_only = ON;")?;
            Ok(connection)
        };
        Ok(Self { connection: open().map_err(|source| OpenError::Sqlite { path: path.into(), source })? })
    }

    /// Entries from a position on, as [`JournalStore::read_from`].
    ///
    /// # Errors
    /// When the file does not give them or they are damaged.
    pub fn read_from(&self, first: SequenceNumber, limit: usize) -> Result<Vec<Entry>, ReadError> {
        read_from(&self.connection, first, limit)
    }
}

#[cfg(test)]
#[path = "sqlite_tests.rs"]
mod tests;
