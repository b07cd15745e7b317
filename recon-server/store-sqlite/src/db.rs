//! The engine: types that the shared bodies use, and opening the file.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use sqlx::{
    Sqlite, SqlitePool, Transaction,
    migrate::Migrator,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteQueryResult, SqliteSynchronous,
    },
};
use store::{
    Fault, Result, Store, StoreError, UnitOfWork,
    compared::{ColumnReading, Scope},
};

use crate::columns;
use crate::support::{During, Unit, fault};

/// A transaction.
pub type Tx = Transaction<'static, Sqlite>;
/// What a statement changed.
pub type QueryResult = SqliteQueryResult;

/// Longest wait of a write for its turn, in seconds; then the caller is told to try again.
const WRITE_WAIT_MAX_SECONDS: u64 = 30;
/// Longest wait for a lock of another process (a backup), in seconds.
const BUSY_TIMEOUT_SECONDS: u64 = 10;
/// Prepared statements that a connection keeps: more than there are in `sql`.
const STATEMENTS_KEPT_MAX: usize = 256;
/// Pages that a connection keeps in memory, in KiB: an index that grows by a file of 100,000 rows fits. With SQLite's own 2 MiB such
/// an import writes each page about six times.
const PAGES_KEPT_MAX_KIB: u32 = 64 << 10;
/// The same for each connection that only reads: the tables of a month, not the growth of an index.
const READER_PAGES_KEPT_MAX_KIB: u32 = 8 << 10;
/// Rows that SQLite's thread reads ahead of the one who asked: with fewer the two threads wake each other for every handful.
const ROWS_AHEAD: usize = 1_024;
/// Most connections that read at once.
const READERS_MAX: u32 = 8;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/recon-sqlite");

struct SqliteStore {
    path: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
}

/// Opens the store in the file at `path`, making it if there is none, and brings its schema up to date.
///
/// # Errors
/// When the file cannot be opened, or is newer than this program.
pub async fn open(path: &Path) -> Result<Arc<dyn Store>> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .statement_cache_capacity(STATEMENTS_KEPT_MAX)
        .row_buffer_size(ROWS_AHEAD)
        .pragma("cache_size", format!("-{PAGES_KEPT_MAX_KIB}"))
        // What one statement of many rows would undo is kept in memory, not in a file of its own.
        .pragma("temp_store", "memory")
        .busy_timeout(Duration::from_secs(BUSY_TIMEOUT_SECONDS));
    let pool = || {
        SqlitePoolOptions::new()
            .acquire_timeout(Duration::from_secs(WRITE_WAIT_MAX_SECONDS))
            .max_lifetime(None)
            .idle_timeout(None)
    };
    let writer = pool().max_connections(1).connect_with(options.clone()).await.during(StoreError::Open)?;
    MIGRATIONS.run(&writer).await.map_err(|error| StoreError::Migrate(Fault::Database(Box::new(error))))?;
    let reading = options.read_only(true).pragma("cache_size", format!("-{READER_PAGES_KEPT_MAX_KIB}"));
    let readers = pool().max_connections(READERS_MAX).connect_lazy_with(reading);
    Ok(Arc::new(SqliteStore { path: path.to_owned(), writer, readers }))
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>> {
        // IMMEDIATE takes the write lock now: a unit never fails half-way because another process wrote meanwhile.
        let tx = self.writer.begin_with("BEGIN IMMEDIATE").await.during(StoreError::Begin)?;
        Ok(Box::new(Unit { tx }))
    }

    async fn snapshot(&self) -> Result<Box<dyn UnitOfWork>> {
        let tx = self.readers.begin().await.during(StoreError::Begin)?;
        Ok(Box::new(Unit { tx }))
    }

    fn columns<'s>(&'s self, scope: &Scope<'s>) -> Result<Box<dyn ColumnReading + 's>> {
        let reading = columns::begin(&self.path, scope).during(StoreError::ReadColumns)?;
        Ok(Box::new(reading))
    }

    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await.map_err(fault).during(StoreError::Begin)?;
        Ok(())
    }
}
