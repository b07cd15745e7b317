//! The columns by which sales and statement rows are compared, both sides side by side and of one state of the database; afterwards the
//! records behind a few of those rows.
//!
//! Invariants: both transactions see one snapshot and only read; the order of rows is that of the tables (or of an index), never that of
//! a race. A row's place is its `ctid`: while the snapshot lives nothing can move it (manual, "System Columns"), and it costs six bytes
//! where the record's key would cost twenty. Rows come as PostgreSQL's own binary copy, which knows no parameters (`columns/texts.rs`):
//! by many in one piece where the server would read the whole table anyway, one by one where an index leads to them. All of that is for
//! rows that are in no pack (`columns/packs.rs`): where packs hold everything of the scope, no table of rows is read at all.

mod packs;
mod pieces;
mod places;
mod texts;

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction, query_file};
use store::{
    Fault, Result as StoreResult, StoreError,
    compared::{ColumnReading, ColumnSink, ColumnsRow, LineKey, Place, SaleKey, Scope, Via},
    packs::{GivenPacks, LinePack, SalePack},
    words,
};
use tokio::runtime::Handle;

use self::texts::Texts;
use crate::{
    copied,
    support::{During, fault},
};

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// One process a side, and from the table's beginning: the order of rows is part of what a comparison says. What compiling the
/// expressions saves on a million rows, the compiling takes (measured).
const SETTINGS: &str = "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL synchronize_seqscans = off; SET LOCAL jit = off";
/// Rows between two looks at whether the other side has ended early.
const LOOK_ROWS: u64 = 4_096;
/// Entries behind the packs of counters up to which their sales are looked up counter by counter; where there are more (counters that
/// never closed since packs are made), by day.
const BEHIND_ENTRIES_MAX: i64 = 200_000;

type Tx = Transaction<'static, Postgres>;

/// Two transactions that see the same.
pub struct Reading<'s> {
    runtime: Handle,
    scope: Scope<'s>,
    of_sales: Tx,
    of_lines: Tx,
    sale_packs: GivenPacks<SalePack>,
    line_packs: GivenPacks<LinePack>,
}

/// Begins to read.
pub fn begin<'s>(pool: &PgPool, scope: &Scope<'s>) -> Result<Reading<'s>, Fault> {
    let runtime = Handle::current();
    let (of_sales, of_lines) = runtime.block_on(one_state(pool)).map_err(fault)?;
    let (sale_packs, line_packs) = (GivenPacks::default(), GivenPacks::default());
    Ok(Reading { runtime, scope: *scope, of_sales, of_lines, sale_packs, line_packs })
}

async fn one_state(pool: &PgPool) -> Result<(Tx, Tx), sqlx::Error> {
    let mut first = pool.begin_with(BEGIN).await?;
    let snapshot: String = sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(&mut *first).await?;
    let mut second = pool.begin_with(BEGIN).await?;
    let see = format!("SET TRANSACTION SNAPSHOT {}", texts::quoted(&snapshot));
    sqlx::query(AssertSqlSafe(see)).execute(&mut *second).await?;
    for tx in [&mut first, &mut second] {
        sqlx::raw_sql(SETTINGS).execute(&mut **tx).await?;
    }
    Ok((first, second))
}

impl Reading<'_> {
    fn both(&mut self, sales: &mut dyn ColumnSink, lines: &mut dyn ColumnSink) -> Result<u64, Fault> {
        let Self { runtime, scope, of_sales, of_lines, sale_packs, line_packs } = self;
        let ended = AtomicBool::new(false);
        thread::scope(|threads| {
            let (ended, runtime, scope) = (&ended, &*runtime, &*scope);
            let given = Given::new(sales, ended, scope);
            let other =
                threads.spawn(move || runtime.block_on(read_sales(of_sales, scope, given, sale_packs)));
            let lines = read_lines(of_lines, scope, Given::new(lines, ended, scope), line_packs);
            let watermark = runtime.block_on(lines);
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
        self.both(sales, lines).during(StoreError::ReadColumns)
    }

    fn sales(&mut self, wanted: &[Place]) -> StoreResult<Vec<SaleKey>> {
        let Self { runtime, of_sales, sale_packs, .. } = self;
        let in_tables = |wanted: &[Place]| runtime.block_on(places::sales(of_sales, wanted));
        sale_packs.name(wanted, in_tables).during(StoreError::ReadColumns)
    }

    fn lines(&mut self, wanted: &[Place]) -> StoreResult<Vec<LineKey>> {
        let Self { runtime, of_lines, line_packs, .. } = self;
        let in_tables = |wanted: &[Place]| runtime.block_on(places::lines(of_lines, wanted));
        line_packs.name(wanted, in_tables).during(StoreError::ReadColumns)
    }
}

/// Reads the sales: those in packs, then those that no pack holds yet.
async fn read_sales(
    tx: &mut Tx,
    scope: &Scope<'_>,
    mut given: Given<'_>,
    held: &mut GivenPacks<SalePack>,
) -> Result<(), Fault> {
    let texts = Texts::of_sales(scope);
    if scope.via == Via::Packs {
        packs::sales(tx, scope, &mut given, held).await?;
    }
    if given.over {
        return Ok(());
    }
    if held.is_empty() {
        return side(tx, &texts, given).await;
    }
    let behind = packs::behind(tx, scope).await?;
    if behind.entries > BEHIND_ENTRIES_MAX {
        return side(tx, &texts.unpacked(), given).await;
    }
    packs::sales_behind(tx, scope, &mut given, &behind).await
}

/// Reads the statement rows: those in packs, then those of files that have none.
async fn read_lines(
    tx: &mut Tx,
    scope: &Scope<'_>,
    mut given: Given<'_>,
    held: &mut GivenPacks<LinePack>,
) -> Result<u64, Fault> {
    let tenant = scope.tenant.as_str();
    let watermark =
        query_file!("../sql/files/last.sql", tenant).fetch_one(&mut **tx).await.map_err(fault)?.file_number;
    let watermark = words::to_u64("file number", watermark)?;
    let mut replaced = packs::Replaced::new();
    for row in query_file!("src/columns/replaced.sql", tenant).fetch_all(&mut **tx).await.map_err(fault)? {
        given.passed_over.insert(places::of_text(&row.place)?);
        replaced.entry(row.file_number).or_default().insert(row.row_number);
    }
    let texts = Texts::of_lines(scope);
    if scope.via == Via::Rows {
        side(tx, &texts, given).await?;
        return Ok(watermark);
    }
    packs::lines(tx, scope, &mut given, (&mut *held, &replaced)).await?;
    if !given.over && packs::unpacked_files(tx, scope).await? > 0 {
        let texts = if held.is_empty() { texts } else { texts.unpacked() };
        side(tx, &texts, given).await?;
    }
    Ok(watermark)
}

/// Reads one side.
async fn side(tx: &mut Tx, texts: &Texts<'_>, mut given: Given<'_>) -> Result<(), Fault> {
    if texts::whole_table(tx, texts).await? {
        sqlx::raw_sql(texts::IN_PIECES_ONLY).execute(&mut **tx).await.map_err(fault)?;
        for blocks in pieces::read(tx, texts, &mut given).await? {
            if !given.over {
                rows(tx, &texts.rows_of_blocks(blocks), &mut given).await?;
            }
        }
        return Ok(());
    }
    rows(tx, &texts.rows(), &mut given).await
}

/// Reads rows one by one.
async fn rows(tx: &mut Tx, text: &str, given: &mut Given<'_>) -> Result<(), Fault> {
    let mut copied = copied::begin(tx, text).await?;
    while let Some([place, terminal, number, amount, day]) = copied.next().await? {
        let place = places::of_bytes(place.bytes())?;
        if !given.row(place, (terminal.text()?, number.text()?), amount.number()?, day.text()?) {
            break;
        }
    }
    copied.finish().await
}

/// To whom rows go, and what they all have in common.
struct Given<'g> {
    sink: &'g mut dyn ColumnSink,
    ended: &'g AtomicBool,
    /// The only day of the scope, which the server then need not send.
    only_day: Option<String>,
    /// Rows that a later file corrected.
    passed_over: HashSet<Place>,
    count: u64,
    /// One of the sides has had enough.
    over: bool,
}

impl<'g> Given<'g> {
    fn new(sink: &'g mut dyn ColumnSink, ended: &'g AtomicBool, scope: &Scope<'_>) -> Self {
        let only_day = (scope.from == scope.to).then(|| words::date_text(scope.from));
        Self { sink, ended, only_day, passed_over: HashSet::new(), count: 0, over: false }
    }

    /// The next pack: `give` hands it to the sink, and says whether that wants more.
    fn pack(&mut self, give: impl FnOnce(&mut dyn ColumnSink) -> Result<bool, Fault>) -> Result<(), Fault> {
        if self.ended.load(Ordering::Relaxed) || !give(&mut *self.sink)? {
            self.ended.store(true, Ordering::Relaxed);
            self.over = true;
        }
        Ok(())
    }

    /// The next row. `false` ends the reading.
    fn row(&mut self, place: Place, (terminal, number): (&str, &str), amount: i64, day: &str) -> bool {
        if !self.passed_over.is_empty() && self.passed_over.contains(&place) {
            return true;
        }
        self.count += 1;
        let day = self.only_day.as_deref().unwrap_or(day);
        let row = ColumnsRow { place, terminal, number, day, amount };
        let other_ended = self.count.is_multiple_of(LOOK_ROWS) && self.ended.load(Ordering::Relaxed);
        if other_ended || !self.sink.take(&row) {
            self.ended.store(true, Ordering::Relaxed);
            self.over = true;
        }
        !self.over
    }
}
