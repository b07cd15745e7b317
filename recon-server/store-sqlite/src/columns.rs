//! Two scans of the columns by which sales and statement rows are compared, side by side and of one state of the file.
//!
//! Invariants: both scans begin while nobody can write, for the moment that takes; they read only. Rows are stepped through by
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
    compared::{ColumnSink, ColumnsRow, ComparedBy, Scope, Which},
    words,
};

/// Longest wait for the moment without a writer, in seconds.
const MOMENT_WAIT_MAX_SECONDS: u64 = 30;
/// Rows between two looks at whether the other side has ended early.
const LOOK_ROWS: u64 = 4_096;

/// Reads both sides. Returns the highest number of an accepted file.
pub fn read(
    path: &Path,
    scope: &Scope<'_>,
    sales: &mut dyn ColumnSink,
    lines: &mut dyn ColumnSink,
) -> Result<u64, Fault> {
    let (of_sales, of_lines) = one_state(path).map_err(fault)?;
    let ended = AtomicBool::new(false);
    thread::scope(|threads| {
        let (scope, ended) = (*scope, &ended);
        let other = threads.spawn(move || read_sales(&of_sales, &scope, sales, ended));
        let watermark = read_lines(&of_lines, &scope, lines, ended);
        if watermark.is_err() {
            ended.store(true, Ordering::Relaxed);
        }
        other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        watermark
    })
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
    each(connection, text, scope, ended, |row| {
        let which = Which::Sale {
            counter: row.get_ref(0)?.as_str()?,
            incarnation: row.get(1)?,
            sequence: number(row.get(2)?),
        };
        Ok(sink.take(&columns(which, row, 3)?))
    })
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
    each(connection, text, scope, ended, |row| {
        let (file, line) = (number(row.get(0)?), row.get(1)?);
        if !replaced.is_empty() && replaced.contains(&(file, line)) {
            return Ok(true);
        }
        Ok(sink.take(&columns(Which::Line { file, row: line }, row, 2)?))
    })?;
    words::to_u64("file number", watermark)
}

/// Rows that a later file corrected.
fn replaced(connection: &Connection, tenant: &str) -> rusqlite::Result<HashSet<(u64, u32)>> {
    let mut statement = connection.prepare(include_str!("columns/replaced.sql"))?;
    statement.query_map([tenant], |row| Ok((number(row.get(0)?), row.get(1)?)))?.collect()
}

/// Numbers of files and entries are positive by their tables' checks.
fn number(number: i64) -> u64 {
    number.unsigned_abs()
}

fn columns<'r>(which: Which<'r>, row: &'r Row<'_>, at: usize) -> rusqlite::Result<ColumnsRow<'r>> {
    let text = |at| Ok::<_, rusqlite::Error>(row.get_ref(at)?.as_str_or_null()?.unwrap_or_default());
    Ok(ColumnsRow {
        which,
        terminal: text(at)?,
        number: text(at + 1)?,
        day: text(at + 2)?,
        amount: row.get(at + 3)?,
    })
}

/// Steps through a scan until it, the sink or the other side ends.
fn each(
    connection: &Connection,
    text: &str,
    scope: &Scope<'_>,
    ended: &AtomicBool,
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<bool>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare(text).map_err(fault)?;
    let (from, to) = (words::date_text(scope.from), words::date_text(scope.to));
    let mut rows = statement.query(params![scope.tenant.as_str(), from, to]).map_err(fault)?;
    let mut count = 0_u64;
    while let Some(row) = rows.next().map_err(fault)? {
        count += 1;
        let other_ended = count.is_multiple_of(LOOK_ROWS) && ended.load(Ordering::Relaxed);
        if other_ended || !take(row).map_err(fault)? {
            ended.store(true, Ordering::Relaxed);
            break;
        }
    }
    Ok(())
}
