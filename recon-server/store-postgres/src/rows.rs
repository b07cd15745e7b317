//! Rows of runs and comparisons on their way into PostgreSQL: one array a column, thousands to a statement.

use sqlx::query_file;
use store::{
    compared::{ComparedException, SaleKey},
    matching::{ExceptionRow, LinkRow, ReportLineRow},
    words,
};

use crate::{
    db::Tx,
    runs::{Member, Run},
    speed::column,
};

/// Rows of one statement.
const ROWS_TOGETHER: usize = 4_096;

/// Inserts links of a run.
pub async fn insert_links(tx: &mut Tx, run: Run<'_>, rows: &[LinkRow]) -> Result<u64, sqlx::Error> {
    let mut inserted = 0;
    for rows in rows.chunks(ROWS_TOGETHER) {
        inserted += query_file!(
            "src/insert_links.sql",
            run.tenant,
            run.number,
            &column(rows, |row| row.link.as_str()) as _,
            &column(rows, |row| row.leg.as_str()) as _,
            &column(rows, |row| row.stage.as_str()) as _,
            &column(rows, |row| row.evidence.as_str()) as _
        )
        .execute(&mut **tx)
        .await?
        .rows_affected();
    }
    Ok(inserted)
}

/// Inserts members of a run's links.
pub async fn insert_members(tx: &mut Tx, run: Run<'_>, rows: &[Member<'_>]) -> Result<u64, sqlx::Error> {
    let mut inserted = 0;
    for rows in rows.chunks(ROWS_TOGETHER) {
        inserted += query_file!(
            "src/insert_members.sql",
            run.tenant,
            run.number,
            &column(rows, |row| row.link) as _,
            &column(rows, |row| row.position),
            &column(rows, |row| row.member.side.as_str()) as _,
            &column(rows, |row| row.member.subject.as_str()) as _,
            &column(rows, |row| row.member.amount.get())
        )
        .execute(&mut **tx)
        .await?
        .rows_affected();
    }
    Ok(inserted)
}

/// Inserts exceptions of a run.
pub async fn insert_exceptions(tx: &mut Tx, run: Run<'_>, rows: &[ExceptionRow]) -> Result<u64, sqlx::Error> {
    let mut inserted = 0;
    for rows in rows.chunks(ROWS_TOGETHER) {
        inserted += query_file!(
            "src/insert_exceptions.sql",
            run.tenant,
            run.number,
            &column(rows, |row| row.exception.as_str()) as _,
            &column(rows, |row| row.class.as_str()) as _,
            &column(rows, |row| row.leg.as_str()) as _,
            &column(rows, |row| row.subject.as_str()) as _,
            &column(rows, |row| row.amount.get()),
            &column(rows, |row| row.day.map(words::date_text)) as _,
            &column(rows, |row| row.sentence.as_str()) as _,
            &column(rows, |row| row.detail.as_str()) as _
        )
        .execute(&mut **tx)
        .await?
        .rows_affected();
    }
    Ok(inserted)
}

/// Inserts lines of a run's reports.
pub async fn insert_report_lines(
    tx: &mut Tx,
    run: Run<'_>,
    rows: &[ReportLineRow],
) -> Result<u64, sqlx::Error> {
    let mut inserted = 0;
    for rows in rows.chunks(ROWS_TOGETHER) {
        inserted += query_file!(
            "src/insert_report_lines.sql",
            run.tenant,
            run.number,
            &column(rows, |row| row.report.as_str()) as _,
            &column(rows, |row| i64::from(row.position)),
            &column(rows, |row| row.line.as_str()) as _
        )
        .execute(&mut **tx)
        .await?
        .rows_affected();
    }
    Ok(inserted)
}

/// Inserts the exceptions of a comparison.
pub async fn insert_compared(
    tx: &mut Tx,
    tenant: &str,
    number: i64,
    exceptions: &[ComparedException],
) -> Result<u64, sqlx::Error> {
    let mut inserted = 0;
    for (first, together) in (0..).step_by(ROWS_TOGETHER).zip(exceptions.chunks(ROWS_TOGETHER)) {
        let positions: Vec<i64> = (first + 1..).take(together.len()).collect();
        let sale =
            |row: &ComparedException, part: fn(&SaleKey) -> Option<i64>| row.sale.as_ref().and_then(part);
        inserted += query_file!(
            "src/insert_compared.sql",
            tenant,
            number,
            &positions,
            &column(together, |row| row.class.as_str()) as _,
            &column(together, |row| row.sale.as_ref().map(|sale| sale.counter.as_str())) as _,
            &column(together, |row| sale(row, |sale| Some(i64::from(sale.incarnation.0)))) as _,
            &column(together, |row| sale(row, |sale| i64::try_from(sale.sequence.0).ok())) as _,
            &column(together, |row| row.line.and_then(|(file, _)| i64::try_from(file).ok())) as _,
            &column(together, |row| row.line.map(|(_, row)| i64::from(row))) as _,
            &column(together, |row| words::plain(&row.terminal)),
            &column(together, |row| words::plain(&row.number)),
            &column(together, |row| row.day.map(words::date_text)) as _,
            &column(together, |row| row.sale_amount.map(|amount| amount.get())) as _,
            &column(together, |row| row.line_amount.map(|amount| amount.get())) as _
        )
        .execute(&mut **tx)
        .await?
        .rows_affected();
    }
    Ok(inserted)
}
