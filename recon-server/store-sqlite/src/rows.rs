//! Many rows on their way into SQLite: many to a statement, each value bound.
//!
//! Invariant: one row or a thousand, the statement is its `.sql` file with as many groups of question marks; a text that stands in one row
//! after the other (a day, a brand, a terminal) is copied once. Bound values need not be taken apart by the database as one JSON text
//! would be, value by value. Plain question marks, because the driver looks named ones up one after the other.

use std::sync::Arc;

use sqlx::{
    Arguments as _, AssertSqlSafe,
    sqlite::{Sqlite, SqliteArguments},
};
use store::{
    compared::ComparedException,
    matching::{ExceptionRow, LinkRow, ReportLineRow},
    words,
};

use crate::{
    db::Tx,
    fact_rows::{Origin, StatementRow},
    runs::{Member, Run},
};

/// Rows of one statement: a part of a file is a whole number of them, so that few statements are prepared; SQLite takes 32,766 values.
const ROWS_TOGETHER: usize = 125;
/// Most values of a row.
const VALUES_MAX: usize = 24;

type Bound = Result<(), sqlx::error::BoxDynError>;

/// Inserts statement rows. Returns how many.
pub async fn insert_statements(
    tx: &mut Tx,
    origin: Origin<'_>,
    rows: &[StatementRow<'_>],
) -> Result<u64, sqlx::Error> {
    insert(tx, include_str!("insert_statement.sql"), 23, rows, |values, row| values.statement(origin, row))
        .await
}

/// Inserts the exceptions of a comparison.
pub async fn insert_compared(
    tx: &mut Tx,
    tenant: &str,
    number: i64,
    exceptions: &[ComparedException],
) -> Result<u64, sqlx::Error> {
    let mut position = 0;
    insert(tx, include_str!("insert_compared.sql"), 14, exceptions, |values, exception| {
        position += 1;
        values.exception(tenant, number, position, exception)
    })
    .await
}

/// Inserts links of a run.
pub async fn insert_links(tx: &mut Tx, run: Run<'_>, links: &[LinkRow]) -> Result<u64, sqlx::Error> {
    insert(tx, include_str!("insert_links.sql"), 6, links, |values, link| {
        values.run(run)?;
        values.text(&link.link)?;
        values.text(&link.leg)?;
        values.text(&link.stage)?;
        values.text(&link.evidence)
    })
    .await
}

/// Inserts members of a run's links.
pub async fn insert_members(tx: &mut Tx, run: Run<'_>, members: &[Member<'_>]) -> Result<u64, sqlx::Error> {
    insert(tx, include_str!("insert_members.sql"), 7, members, |values, of| {
        values.run(run)?;
        values.text(of.link)?;
        values.number(of.position)?;
        values.text(&of.member.side)?;
        values.text(&of.member.subject)?;
        values.number(of.member.amount.get())
    })
    .await
}

/// Inserts exceptions of a run.
pub async fn insert_exceptions(tx: &mut Tx, run: Run<'_>, rows: &[ExceptionRow]) -> Result<u64, sqlx::Error> {
    insert(tx, include_str!("insert_exceptions.sql"), 10, rows, |values, row| {
        values.run(run)?;
        values.text(&row.exception)?;
        values.text(&row.class)?;
        values.text(&row.leg)?;
        values.text(&row.subject)?;
        values.number(row.amount.get())?;
        values.text_or_none(row.day.map(words::date_text).as_deref())?;
        values.text(&row.sentence)?;
        values.text(&row.detail)
    })
    .await
}

/// Inserts lines of a run's reports.
pub async fn insert_report_lines(
    tx: &mut Tx,
    run: Run<'_>,
    lines: &[ReportLineRow],
) -> Result<u64, sqlx::Error> {
    insert(tx, include_str!("insert_report_lines.sql"), 5, lines, |values, line| {
        values.run(run)?;
        values.text(&line.report)?;
        values.number(i64::from(line.position))?;
        values.text(&line.line)
    })
    .await
}

fn statement(insert: &str, values: usize, rows: usize) -> Arc<str> {
    let row = format!("({})", vec!["?"; values].join(", "));
    format!("{}\n{}", insert.trim_end(), vec![row.as_str(); rows].join(", ")).into()
}

async fn insert<T: Sync>(
    tx: &mut Tx,
    text: &str,
    values: usize,
    rows: &[T],
    mut bind: impl FnMut(&mut Values, &T) -> Bound + Send,
) -> Result<u64, sqlx::Error> {
    let full = statement(text, values, ROWS_TOGETHER);
    let mut texts = Texts::default();
    let mut inserted = 0;
    for together in rows.chunks(ROWS_TOGETHER) {
        let mut bound = Values { arguments: SqliteArguments::default(), texts, column: 0 };
        bound.arguments.reserve(together.len() * values, 0);
        for row in together {
            bound.column = 0;
            bind(&mut bound, row).map_err(sqlx::Error::Encode)?;
        }
        let is_full = together.len() == ROWS_TOGETHER;
        let text = if is_full { Arc::clone(&full) } else { statement(text, values, together.len()) };
        let query = sqlx::query_with::<Sqlite, _>(AssertSqlSafe(text), bound.arguments).persistent(is_full);
        inserted += query.execute(&mut **tx).await?.rows_affected();
        texts = bound.texts;
    }
    Ok(inserted)
}

/// The text that each column had last.
type Texts = [Option<Arc<str>>; VALUES_MAX];

/// The values of a statement in the making.
struct Values {
    arguments: SqliteArguments,
    texts: Texts,
    column: usize,
}

impl Values {
    fn statement(&mut self, origin: Origin<'_>, row: &StatementRow<'_>) -> Bound {
        self.text(origin.tenant.as_str())?;
        self.text(origin.source)?;
        self.number(origin.file_number)?;
        self.number(row.head.row)?;
        self.text(&row.head.key)?;
        self.number(row.head.occurrence)?;
        self.number(row.head.revision)?;
        self.arguments.add(row.head.content_sha256)?;
        self.text(&row.class)?;
        self.text(row.contract)?;
        self.text_or_none(row.brand)?;
        self.text_or_none(row.terminal_id.as_deref())?;
        self.text_or_none(row.slip_number.as_deref())?;
        self.text_or_none(row.approval_code.as_deref())?;
        self.text_or_none(row.transaction_id.as_deref())?;
        self.number(row.amount)?;
        self.text(&row.day)?;
        self.text_or_none(row.payout_date.as_deref())?;
        self.number(row.paid_at)?;
        self.text(&row.status_word)?;
        self.text(&row.brand_word)?;
        self.text_or_none(row.reference.as_deref())?;
        self.text_or_none(row.payer_digits.as_deref())
    }

    fn exception(&mut self, tenant: &str, number: i64, position: i64, row: &ComparedException) -> Bound {
        self.text(tenant)?;
        self.number(number)?;
        self.number(position)?;
        self.text(&row.class)?;
        self.text_or_none(row.sale.as_ref().map(|sale| sale.counter.as_str()))?;
        self.number(row.sale.as_ref().map(|sale| i64::from(sale.incarnation.0)))?;
        let sequence = row.sale.as_ref().map(|sale| words::to_i64("sequence number", sale.sequence.0));
        self.number(sequence.transpose()?)?;
        let file = row.line.map(|(file, _)| words::to_i64("file number", file));
        self.number(file.transpose()?)?;
        self.number(row.line.map(|(_, row)| i64::from(row)))?;
        self.text(&words::plain_ref(&row.terminal))?;
        self.text(&words::plain_ref(&row.number))?;
        self.text_or_none(row.day.map(words::date_text).as_deref())?;
        self.number(row.sale_amount.map(|amount| amount.get()))?;
        self.number(row.line_amount.map(|amount| amount.get()))
    }

    fn run(&mut self, run: Run<'_>) -> Bound {
        self.text(run.tenant)?;
        self.number(run.number)
    }

    fn number(&mut self, number: impl Into<Option<i64>>) -> Bound {
        self.arguments.add(number.into())
    }

    fn text(&mut self, text: &str) -> Bound {
        self.text_or_none(Some(text))
    }

    fn text_or_none(&mut self, text: Option<&str>) -> Bound {
        let last = self.texts.get_mut(self.column);
        self.column += 1;
        let Some(text) = text else { return self.arguments.add(None::<i64>) };
        let Some(last) = last else { return self.arguments.add(Arc::<str>::from(text)) };
        match last {
            Some(last) if &**last == text => self.arguments.add(Arc::clone(last)),
            _ => self.arguments.add(Arc::clone(last.insert(text.into()))),
        }
    }
}
