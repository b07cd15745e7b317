//! Two scans of the columns by which sales and statement rows are compared, side by side and of one state of the database.
//!
//! Invariants: the second scan sees the first one's snapshot; both only read. Rows come as PostgreSQL's own binary copy, which knows no
//! parameters: the only values within its text are dates, one of two column names and the tenant's id, quoted.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction, query_file};
use store::{
    Fault,
    compared::{ColumnSink, ColumnsRow, ComparedBy, Scope, Which},
    words,
};
use tokio::runtime::Handle;

use crate::{copied, support::fault};

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Rows between two looks at whether the other side has ended early.
const LOOK_ROWS: u64 = 4_096;

type Tx = Transaction<'static, Postgres>;

/// Reads both sides. Returns the highest number of an accepted file.
pub fn read(
    pool: &PgPool,
    scope: &Scope<'_>,
    sales: &mut dyn ColumnSink,
    lines: &mut dyn ColumnSink,
) -> Result<u64, Fault> {
    let runtime = Handle::current();
    let (of_sales, mut of_lines) = runtime.block_on(one_state(pool)).map_err(fault)?;
    let ended = AtomicBool::new(false);
    thread::scope(|threads| {
        let (ended, runtime) = (&ended, &runtime);
        let other = threads.spawn(move || {
            // A transaction is given back to its pool where it ends, which is here.
            let _within = runtime.enter();
            let mut of_sales = of_sales;
            runtime.block_on(read_sales(&mut of_sales, scope, sales, ended))
        });
        let watermark = runtime.block_on(read_lines(&mut of_lines, scope, lines, ended));
        if watermark.is_err() {
            ended.store(true, Ordering::Relaxed);
        }
        other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        watermark
    })
}

/// Two transactions that see the same.
async fn one_state(pool: &PgPool) -> Result<(Tx, Tx), sqlx::Error> {
    let mut first = pool.begin_with(BEGIN).await?;
    let snapshot: String = sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(&mut *first).await?;
    let mut second = pool.begin_with(BEGIN).await?;
    let see = format!("SET TRANSACTION SNAPSHOT {}", quoted(&snapshot));
    sqlx::query(AssertSqlSafe(see)).execute(&mut *second).await?;
    Ok((first, second))
}

/// A text as a literal.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

const fn column(by: ComparedBy) -> &'static str {
    match by {
        ComparedBy::Slip => "slip_number",
        ComparedBy::Approval => "approval_code",
    }
}

fn days(scope: &Scope<'_>) -> String {
    let day = |day| quoted(&words::date_text(day));
    format!("BETWEEN {} AND {}", day(scope.from), day(scope.to))
}

async fn read_sales(
    tx: &mut Tx,
    scope: &Scope<'_>,
    sink: &mut dyn ColumnSink,
    ended: &AtomicBool,
) -> Result<(), Fault> {
    let text = format!(
        "COPY (SELECT counter_id, incarnation, sequence_number, COALESCE(terminal_id, sheet_number), {}, payment_date, total \
         FROM sale WHERE tenant_id = {} AND payment_date {} \
         AND method IN ('credit', 'electronic_money', 'code_static', 'code_dynamic', 'code_consumer_presented')) \
         TO STDOUT (FORMAT binary)",
        column(scope.by),
        quoted(scope.tenant.as_str()),
        days(scope)
    );
    let mut copied = copied::begin(tx, &text).await?;
    let mut count = 0_u64;
    while let Some(row) = copied.next::<7>().await? {
        let [counter, incarnation, sequence, terminal, number, day, amount] = row;
        let which = Which::Sale {
            counter: counter.text()?,
            incarnation: words::to_u32("incarnation", incarnation.number()?)?,
            sequence: words::to_u64("sequence number", sequence.number()?)?,
        };
        let (terminal, number) = (terminal.text()?, number.text()?);
        let row = ColumnsRow { which, terminal, number, day: day.text()?, amount: amount.number()? };
        if !go_on(&mut count, ended) || !sink.take(&row) {
            ended.store(true, Ordering::Relaxed);
            break;
        }
    }
    copied.finish().await
}

async fn read_lines(
    tx: &mut Tx,
    scope: &Scope<'_>,
    sink: &mut dyn ColumnSink,
    ended: &AtomicBool,
) -> Result<u64, Fault> {
    let tenant = scope.tenant.as_str();
    let watermark =
        query_file!("../sql/files/last.sql", tenant).fetch_one(&mut **tx).await.map_err(fault)?.file_number;
    let replaced =
        query_file!("src/columns/replaced.sql", tenant).fetch_all(&mut **tx).await.map_err(fault)?;
    let replaced: HashSet<(i64, i64)> =
        replaced.into_iter().map(|row| (row.file_number, row.row_number)).collect();
    let text = format!(
        "COPY (SELECT file_number, row_number, terminal_id, {}, day, amount FROM statement_line \
         WHERE tenant_id = {} AND day {} AND class = 'sale') TO STDOUT (FORMAT binary)",
        column(scope.by),
        quoted(tenant),
        days(scope)
    );
    let mut copied = copied::begin(tx, &text).await?;
    let mut count = 0_u64;
    while let Some(row) = copied.next::<6>().await? {
        let [file, line, terminal, number, day, amount] = row;
        let (file, line) = (file.number()?, line.number()?);
        if !replaced.is_empty() && replaced.contains(&(file, line)) {
            continue;
        }
        let which =
            Which::Line { file: words::to_u64("file number", file)?, row: words::to_u32("row", line)? };
        let (terminal, number) = (terminal.text()?, number.text()?);
        let row = ColumnsRow { which, terminal, number, day: day.text()?, amount: amount.number()? };
        if !go_on(&mut count, ended) || !sink.take(&row) {
            ended.store(true, Ordering::Relaxed);
            break;
        }
    }
    copied.finish().await?;
    words::to_u64("file number", watermark)
}

/// Whether the other side goes on too, as of a while ago.
fn go_on(count: &mut u64, ended: &AtomicBool) -> bool {
    *count += 1;
    !count.is_multiple_of(LOOK_ROWS) || !ended.load(Ordering::Relaxed)
}
