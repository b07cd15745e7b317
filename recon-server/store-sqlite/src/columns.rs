//! Two scans of the columns by which sales and statement rows are compared, side by side and of one state of the file; afterwards the
//! records behind a few of those rows.
//!
//! Invariants: both scans begin while nobody can write, for the moment that takes; they read only. A row's place is its `rowid`,
//! which nothing changes in the state that they see. Rows are stepped through by `rusqlite` on connections of their own: the other driver
//! copies each value of each row between threads, which takes ten times as long as reading it. Both share one SQLite. All of that is for
//! rows that are in no pack (`columns/packs.rs`): where packs hold everything of the scope, no table of rows is read at all.

mod packs;
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
    compared::{ColumnReading, ColumnSink, LineKey, Place, SaleKey, Scope, Via},
    packs::{GivenPacks, LinePack, SalePack},
    words,
};

use self::scan::{Ends, LINES, SALES, Scan, place};

/// Longest wait for the moment without a writer, in seconds.
const MOMENT_WAIT_MAX_SECONDS: u64 = 30;
/// Entries behind the packs of counters up to which their sales are looked up counter by counter; where there are more (counters that
/// never closed since packs are made), by day.
const BEHIND_ENTRIES_MAX: i64 = 200_000;

/// Two connections that see the same.
pub struct Reading<'s> {
    scope: Scope<'s>,
    of_sales: Connection,
    of_lines: Connection,
    sale_packs: GivenPacks<SalePack>,
    line_packs: GivenPacks<LinePack>,
}

/// Begins to read.
pub fn begin<'s>(path: &Path, scope: &Scope<'s>) -> Result<Reading<'s>, Fault> {
    let (of_sales, of_lines) = one_state(path).map_err(fault)?;
    let (sale_packs, line_packs) = (GivenPacks::default(), GivenPacks::default());
    Ok(Reading { scope: *scope, of_sales, of_lines, sale_packs, line_packs })
}

impl Reading<'_> {
    fn both(&mut self, sales: &mut dyn ColumnSink, lines: &mut dyn ColumnSink) -> Result<u64, Fault> {
        let ended = AtomicBool::new(false);
        let Self { scope, of_sales, of_lines, sale_packs, line_packs } = self;
        thread::scope(|threads| {
            let (scope, ended) = (&*scope, &ended);
            let other =
                threads.spawn(move || read_sales(of_sales, scope, (sale_packs, sales), Ends::new(ended)));
            let watermark = read_lines(of_lines, scope, (line_packs, lines), Ends::new(ended));
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
        let named = self.sale_packs.name(wanted, |wanted| sales_at(&self.of_sales, wanted));
        named.map_err(StoreError::ReadColumns)
    }

    fn lines(&mut self, wanted: &[Place]) -> StoreResult<Vec<LineKey>> {
        let text = "SELECT file_number, row_number FROM statement_line WHERE rowid = ?1";
        let in_table = |wanted: &[Place]| {
            at(&self.of_lines, text, wanted, |row| Ok((number(row.get(0)?), row.get(1)?))).map_err(fault)
        };
        self.line_packs.name(wanted, in_table).map_err(StoreError::ReadColumns)
    }
}

/// The sales at these places of their table.
fn sales_at(connection: &Connection, wanted: &[Place]) -> Result<Vec<SaleKey>, Fault> {
    let text = "SELECT counter_id, incarnation, sequence_number FROM sale WHERE rowid = ?1";
    let rows = at(connection, text, wanted, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let key = |(counter, incarnation, sequence): (String, i64, i64)| {
        Ok(SaleKey {
            counter: words::parse("counter", &counter)?,
            incarnation: words::incarnation(incarnation)?,
            sequence: words::sequence_number(sequence)?,
        })
    };
    rows.map_err(fault)?.into_iter().map(key).collect()
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

/// Reads the sales: those in packs, then those that no pack holds yet.
fn read_sales(
    connection: &Connection,
    scope: &Scope<'_>,
    (held, sink): (&mut GivenPacks<SalePack>, &mut dyn ColumnSink),
    mut ends: Ends<'_>,
) -> Result<(), Fault> {
    let ends = &mut ends;
    if scope.via == Via::Packs {
        packs::sales(connection, scope, (&mut *held, &mut *sink), ends)?;
    }
    if ends.over {
        return Ok(());
    }
    let scan = Scan { connection, side: &SALES, scope, unpacked: !held.is_empty() };
    if held.is_empty() {
        return scan.each(ends, |row| sink.take(row));
    }
    let behind = packs::behind(connection, scope)?;
    if behind.entries > BEHIND_ENTRIES_MAX {
        return scan.each(ends, |row| sink.take(row));
    }
    packs::sales_behind(connection, scope, sink, &behind, ends)
}

/// Reads the statement rows: those in packs, then those of files that have none.
fn read_lines(
    connection: &Connection,
    scope: &Scope<'_>,
    (held, sink): (&mut GivenPacks<LinePack>, &mut dyn ColumnSink),
    mut ends: Ends<'_>,
) -> Result<u64, Fault> {
    let (tenant, ends) = (scope.tenant.as_str(), &mut ends);
    let watermark =
        "SELECT COALESCE(MAX(file_number), 0) FROM source_file WHERE tenant_id = ?1 AND state = 'accepted'";
    let watermark = connection.query_row(watermark, [tenant], |row| row.get(0)).map_err(fault)?;
    let watermark = words::to_u64("file number", watermark)?;
    let (places, replaced) = replaced(connection, tenant).map_err(fault)?;
    if scope.via == Via::Packs {
        packs::lines(connection, scope, (&mut *held, &mut *sink), &replaced, ends)?;
        if ends.over || packs::unpacked_files(connection, scope)? == 0 {
            return Ok(watermark);
        }
    }
    let scan = Scan { connection, side: &LINES, scope, unpacked: !held.is_empty() };
    scan.each(ends, |row| !places.is_empty() && places.contains(&row.place) || sink.take(row))?;
    Ok(watermark)
}

/// Rows that a later file corrected, by place and by file.
fn replaced(connection: &Connection, tenant: &str) -> rusqlite::Result<(HashSet<Place>, packs::Replaced)> {
    let mut statement = connection.prepare(include_str!("columns/replaced.sql"))?;
    let (mut places, mut of_files) = (HashSet::new(), packs::Replaced::new());
    let mut rows = statement.query([tenant])?;
    while let Some(row) = rows.next()? {
        places.insert(place(row, 0)?);
        of_files.entry(row.get(1)?).or_default().insert(row.get(2)?);
    }
    Ok((places, of_files))
}

/// Numbers of files and entries are positive by their tables' checks.
fn number(number: i64) -> u64 {
    number.unsigned_abs()
}
