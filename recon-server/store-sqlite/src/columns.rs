//! Two scans of the columns by which sales and statement rows are compared, side by side and of one state of the file; afterwards the
//! records behind a few of those rows.
//!
//! Invariants: both scans begin while nobody can write, for the moment that takes; they read only. A row's place is its `rowid`,
//! which nothing changes in the state that they see. Rows are stepped through by `rusqlite` on connections of their own: the other driver
//! copies each value of each row between threads, which takes ten times as long as reading it. Both share one SQLite.

mod scan;

use std::{
    collections::HashSet,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Row};
use store::{
    Fault, Result as StoreResult, StoreError,
    compared::{ColumnReading, ColumnSink, LineKey, Place, SaleKey, Scope},
    words,
};

use self::scan::{LINES, SALES, Scan, place};

/// Longest wait for the moment without a writer, in seconds.
const MOMENT_WAIT_MAX_SECONDS: u64 = 30;

/// Two connections that see the same.
pub struct Reading<'s> {
    scope: Scope<'s>,
    of_sales: Connection,
    of_lines: Connection,
}

/// Begins to read.
pub fn begin<'s>(path: &Path, scope: &Scope<'s>) -> Result<Reading<'s>, Fault> {
    let (of_sales, of_lines) = one_state(path).map_err(fault)?;
    Ok(Reading { scope: *scope, of_sales, of_lines })
}

impl Reading<'_> {
    fn both(&mut self, sales: &mut dyn ColumnSink, lines: &mut dyn ColumnSink) -> Result<u64, Fault> {
        let ended = AtomicBool::new(false);
        let Self { scope, of_sales, of_lines } = self;
        thread::scope(|threads| {
            let (scope, ended) = (&*scope, &ended);
            let other = threads.spawn(move || {
                let scan = Scan { connection: of_sales, side: &SALES, scope, ended };
                scan.each(|row| sales.take(row))
            });
            let watermark = read_lines(of_lines, scope, lines, ended);
            if watermark.is_err() {
                ended.store(true, Ordering::Relaxed);
            }
            other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            watermark
        })
    }
}

impl ColumnReading for Reading<'_> {
    fn read(&mut self, sales: &mut dyn ColumnSink, lines: &mut dyn ColumnSink) -> StoreResult<u64> {
        self.both(sales, lines).map_err(StoreError::ReadColumns)
    }

    fn sales(&mut self, wanted: &[Place]) -> StoreResult<Vec<SaleKey>> {
        let text = "SELECT counter_id, incarnation, sequence_number FROM sale WHERE rowid = ?1";
        let rows = at(&self.of_sales, text, wanted, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let key = |(counter, incarnation, sequence): (String, i64, i64)| {
            Ok(SaleKey {
                counter: words::parse("counter", &counter)?,
                incarnation: words::incarnation(incarnation)?,
                sequence: words::sequence_number(sequence)?,
            })
        };
        let keys = rows.map_err(fault).and_then(|rows| rows.into_iter().map(key).collect());
        keys.map_err(StoreError::ReadColumns)
    }

    fn lines(&mut self, wanted: &[Place]) -> StoreResult<Vec<LineKey>> {
        let text = "SELECT file_number, row_number FROM statement_line WHERE rowid = ?1";
        let rows = at(&self.of_lines, text, wanted, |row| Ok((number(row.get(0)?), row.get(1)?)));
        rows.map_err(fault).map_err(StoreError::ReadColumns)
    }
}

/// The rows at these places, one by one.
fn at<T>(
    connection: &Connection,
    text: &str,
    wanted: &[Place],
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare(text)?;
    wanted.iter().map(|Place(place)| statement.query_row([place.cast_signed()], read)).collect()
}

fn fault(error: rusqlite::Error) -> Fault {
    Fault::Database(Box::new(error))
}

/// Two connections whose reading began with nobody writing in between.
fn one_state(path: &Path) -> rusqlite::Result<(Connection, Connection)> {
    let open = |flags| Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let lock = open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    lock.busy_timeout(Duration::from_secs(MOMENT_WAIT_MAX_SECONDS))?;
    let reader = || {
        let reader = open(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        reader.execute_batch("BEGIN")?;
        reader.query_row("SELECT COUNT(*) FROM sqlite_schema", (), |row| row.get::<_, i64>(0))?;
        Ok(reader)
    };
    lock.execute_batch("BEGIN IMMEDIATE")?;
    let readers = reader().and_then(|first| Ok((first, reader()?)));
    lock.execute_batch("ROLLBACK")?;
    readers
}

fn read_lines(
    connection: &Connection,
    scope: &Scope<'_>,
    sink: &mut dyn ColumnSink,
    ended: &AtomicBool,
) -> Result<u64, Fault> {
    let tenant = scope.tenant.as_str();
    let watermark =
        "SELECT COALESCE(MAX(file_number), 0) FROM source_file WHERE tenant_id = ?1 AND state = 'accepted'";
    let watermark = connection.query_row(watermark, [tenant], |row| row.get(0)).map_err(fault)?;
    let replaced = replaced(connection, tenant).map_err(fault)?;
    let scan = Scan { connection, side: &LINES, scope, ended };
    scan.each(|row| !replaced.is_empty() && replaced.contains(&row.place) || sink.take(row))?;
    words::to_u64("file number", watermark)
}

/// Rows that a later file corrected.
fn replaced(connection: &Connection, tenant: &str) -> rusqlite::Result<HashSet<Place>> {
    let mut statement = connection.prepare(include_str!("columns/replaced.sql"))?;
    statement.query_map([tenant], |row| place(row, 0))?.collect()
}

/// Numbers of files and entries are positive by their tables' checks.
fn number(number: i64) -> u64 {
    number.unsigned_abs()
}
