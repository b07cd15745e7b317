//! What the server is asked for, as text: a copy takes no parameters.
//!
//! Invariant: the only values within a text are dates, numbers of blocks, names of columns from this file, and the tenant's id, quoted.

use std::ops::Range;

use sqlx::AssertSqlSafe;
use store::{
    Fault,
    compared::{ComparedBy, Scope},
    words,
};

use super::Tx;
use crate::support::fault;

/// Blocks of a table whose rows come as one piece: half a megabyte of the table, some 60 kB on the way.
const PIECE_BLOCKS: i64 = 64;
/// Between the texts of a piece; where a text holds it, the piece is read again row by row.
pub const SEPARATOR: char = '\u{1F}';
/// The first version that reads a table from one block to another (release notes of PostgreSQL 14, "TID Range Scan").
const PIECES_SINCE_VERSION: u32 = 14_00_00;
/// A piece through an index would read the whole index once for each piece.
pub const IN_PIECES_ONLY: &str = "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off";

/// One side's table and columns.
pub struct Texts<'s> {
    table: &'static str,
    terminal: &'static str,
    number: &'static str,
    day: &'static str,
    amount: &'static str,
    /// Which rows beside tenant and days.
    only: &'static str,
    /// Which rows are in no pack of the tenant, whose id is quoted.
    no_pack: fn(&str) -> String,
    /// Whether only those are read.
    unpacked: bool,
    scope: Scope<'s>,
}

/// A text as a literal.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

const fn number(by: ComparedBy) -> &'static str {
    match by {
        ComparedBy::Slip => "slip_number",
        ComparedBy::Approval => "approval_code",
    }
}

impl<'s> Texts<'s> {
    pub fn of_sales(scope: &Scope<'s>) -> Self {
        Self {
            table: "sale",
            terminal: "COALESCE(terminal_id, sheet_number)",
            number: number(scope.by),
            day: "payment_date",
            amount: "total",
            only: "method IN ('credit', 'electronic_money', 'code_static', 'code_dynamic', 'code_consumer_presented')",
            no_pack: |tenant| {
                format!(
                    "sequence_number > COALESCE((SELECT MAX(p.last_sequence) FROM sale_pack p WHERE p.tenant_id = {tenant} \
                     AND p.counter_id = sale.counter_id AND p.incarnation = sale.incarnation), 0)"
                )
            },
            unpacked: false,
            scope: *scope,
        }
    }

    pub fn of_lines(scope: &Scope<'s>) -> Self {
        Self {
            table: "statement_line",
            terminal: "terminal_id",
            number: number(scope.by),
            day: "day",
            amount: "amount",
            only: "class = 'sale'",
            no_pack: |tenant| {
                format!(
                    "file_number NOT IN (SELECT p.file_number FROM statement_pack p WHERE p.tenant_id = {tenant})"
                )
            },
            unpacked: false,
            scope: *scope,
        }
    }

    /// Only what no pack holds.
    pub fn unpacked(self) -> Self {
        Self { unpacked: true, ..self }
    }

    fn one_day(&self) -> bool {
        self.scope.from == self.scope.to
    }

    /// Which rows.
    fn which(&self) -> String {
        let (from, to) = (words::date_text(self.scope.from), words::date_text(self.scope.to));
        let days =
            if self.one_day() { format!("= '{from}'") } else { format!("BETWEEN '{from}' AND '{to}'") };
        let tenant = quoted(self.scope.tenant.as_str());
        let no_pack = if self.unpacked { format!(" AND {}", (self.no_pack)(&tenant)) } else { String::new() };
        format!("tenant_id = {tenant} AND {} {days} AND {}{no_pack}", self.day, self.only)
    }

    fn select(&self) -> String {
        let Self { table, terminal, number, amount, .. } = self;
        let day = if self.one_day() { "NULL" } else { self.day };
        format!("SELECT ctid, {terminal}, {number}, {amount}, {day} FROM {table} WHERE {}", self.which())
    }

    /// All rows, one by one: place, terminal, number, amount, and the day where there are several.
    pub fn rows(&self) -> String {
        format!("COPY ({}) TO STDOUT (FORMAT binary)", self.select())
    }

    /// The same of some blocks.
    pub fn rows_of_blocks(&self, blocks: Range<i64>) -> String {
        let of = format!("ctid >= '({},0)' AND ctid < '({},0)'", blocks.start, blocks.end);
        format!("COPY ({} AND {of}) TO STDOUT (FORMAT binary)", self.select())
    }

    /// All rows by pieces: the first block, and then each column's values of all rows of the piece, one after the other.
    pub fn pieces(&self) -> String {
        let Self { table, terminal, number, amount, .. } = self;
        let separator = u32::from(SEPARATOR);
        let texts = |column: &str| format!("string_agg(COALESCE({column}, ''), chr({separator}))");
        let days = if self.one_day() { "NULL".to_owned() } else { format!("string_agg({}, '')", self.day) };
        let (terminals, numbers, which) = (texts(terminal), texts(number), self.which());
        format!(
            "COPY (SELECT first, piece.* \
             FROM (SELECT pg_relation_size('{table}') / CAST(current_setting('block_size') AS bigint)) AS size (blocks), \
             generate_series(CAST(0 AS bigint), size.blocks, {PIECE_BLOCKS}) AS first, \
             LATERAL (SELECT string_agg(tidsend(ctid), ''), {terminals}, {numbers}, string_agg(int8send({amount}), ''), {days} \
             FROM {table} WHERE ctid >= CAST(format('(%s,0)', first) AS tid) \
             AND ctid < CAST(format('(%s,0)', first + {PIECE_BLOCKS}) AS tid) AND {which}) AS piece) TO STDOUT (FORMAT binary)"
        )
    }
}

/// The blocks of the piece that begins with this one.
pub const fn piece(first: i64) -> Range<i64> {
    first..first + PIECE_BLOCKS
}

/// Whether the server itself would read the table from one end to the other, and can do so piece by piece.
pub async fn whole_table(tx: &mut Tx, texts: &Texts<'_>) -> Result<bool, Fault> {
    if tx.server_version_num().is_none_or(|version| version < PIECES_SINCE_VERSION) {
        return Ok(false);
    }
    let explain = AssertSqlSafe(format!("EXPLAIN {}", texts.select()));
    let plan: String = sqlx::query_scalar(explain).fetch_one(&mut **tx).await.map_err(fault)?;
    Ok(plan.starts_with("Seq Scan"))
}
