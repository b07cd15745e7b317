//! Two scans of the columns by which sales and statement rows are compared, side by side and of one state of the file; afterwards the
//! records behind a few of those rows.
//!
//! Invariants: both scans begin while nobody can write, for the moment that takes; they read only. A row's place is its `rowid`, which
//! nothing but a rewriting of the whole file changes, and that waits for the readers. Rows are stepped through by
//! `rusqlite` on connections of their own: the other driver copies each value of each row between threads, which takes ten times as long
//! as reading it. Both share one SQLite.

use std::{
    collections::HashSet,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Row, params};
use store::{
    Fault,
    Result as StoreResult, StoreError,
    compared::{ColumnReading, ColumnSink, ColumnsRow, ComparedBy, LineKey, Place, SaleKey, Scope},
    words,
};

/// Longest wait for the moment without a writer, in seconds.
const MOMENT_WAIT_MAX_SECONDS: u64 = 30;
/// Rows between two looks at whether the other side has ended early.
const LOOK_ROWS: u64 = 4_096;

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
            let other = threads.spawn(move || read_sales(of_sales, scope, sales, ended));
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
        at(&self.of_sales, text, wanted, |row| {
            let (counter, incarnation, sequence): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((counter, incarnation, sequence))
        })
        .map_err(fault)
        .and_then(|rows| {
            rows.iter()
                .map(|(counter, incarnation, sequence)| {
                    Ok(SaleKey {
                        counter: words::parse("counter", counter)?,
                        incarnation: words::incarnation(*incarnation)?,
                        sequence: words::sequence_number(*sequence)?,
                    })
                })
                .collect()
        })
        .map_err(StoreError::ReadColumns)
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

fn read_sales(
    connection: &Connection,
    scope: &Scope<'_>,
    sink: &mut dyn ColumnSink,
    ended: &AtomicBool,
) -> Result<(), Fault> {
    let text = match scope.by {
        ComparedBy::Slip => include_str!("columns/sales_by_slip.sql"),
        ComparedBy::Approval => include_str!("columns/sales_by_approval.sql"),
    };
    let scan = Scan { connection, text, scope, ended };
    scan.each(|row| sink.take(row))
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
    let text = match scope.by {
        ComparedBy::Slip => include_str!("columns/lines_by_slip.sql"),
        ComparedBy::Approval => include_str!("columns/lines_by_approval.sql"),
    };
    let scan = Scan { connection, text, scope, ended };
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

fn place(row: &Row<'_>, at: usize) -> rusqlite::Result<Place> {
    row.get(at).map(|rowid: i64| Place(rowid.cast_unsigned()))
}

/// A scan of one side: place, terminal, number, amount, day.
struct Scan<'s> {
    connection: &'s Connection,
    text: &'s str,
    scope: &'s Scope<'s>,
    ended: &'s AtomicBool,
}

impl Scan<'_> {
    /// Steps through it until it, the sink or the other side ends.
    fn each(&self, mut take: impl FnMut(&ColumnsRow<'_>) -> bool) -> Result<(), Fault> {
        let mut statement = self.connection.prepare(self.text).map_err(fault)?;
        let (from, to) = (words::date_text(self.scope.from), words::date_text(self.scope.to));
        let mut rows = statement.query(params![self.scope.tenant.as_str(), from, to]).map_err(fault)?;
        let mut count = 0_u64;
        while let Some(row) = rows.next().map_err(fault)? {
            count += 1;
            let other_ended = count.is_multiple_of(LOOK_ROWS) && self.ended.load(Ordering::Relaxed);
            if other_ended || !take(&columns(row).map_err(fault)?) {
                self.ended.store(true, Ordering::Relaxed);
                break;
            }
        }
        Ok(())
    }
}

fn columns<'r>(row: &'r Row<'_>) -> rusqlite::Result<ColumnsRow<'r>> {
    let text = |at| Ok::<_, rusqlite::Error>(row.get_ref(at)?.as_str_or_null()?.unwrap_or_default());
    Ok(ColumnsRow {
        place: place(row, 0)?,
        terminal: text(1)?,
        number: text(2)?,
        amount: row.get(3)?,
        day: text(4)?,
    })
}
