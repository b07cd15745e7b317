//! A scan of one side's columns.
//!
//! Invariant: whether the table is read as it lies or through its index by day, the rows are the same, and their order is that of the
//! table alone: by `rowid`, or by day and `rowid`.

use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, Row, params};
use store::{
    Fault,
    compared::{ColumnsRow, ComparedBy, Place, Scope},
    words,
};

use super::fault;

/// Rows that are looked at before a scan.
const PROBES: i64 = 64;
/// Rows between two looks at whether the other side has ended early.
const LOOK_ROWS: u64 = 4_096;

/// One side's table and columns.
pub struct Side {
    table: &'static str,
    terminal: &'static str,
    day: &'static str,
    amount: &'static str,
    /// Which rows beside tenant and days.
    only: &'static str,
    /// Which rows are in no pack.
    no_pack: &'static str,
}

pub const SALES: Side = Side {
    table: "sale",
    terminal: "COALESCE(terminal_id, sheet_number)",
    day: "payment_date",
    amount: "total",
    only: "method IN ('credit', 'electronic_money', 'code_static', 'code_dynamic', 'code_consumer_presented')",
    no_pack: "sequence_number > COALESCE((SELECT MAX(p.last_sequence) FROM sale_pack p WHERE p.tenant_id = ?1 \
              AND p.counter_id = sale.counter_id AND p.incarnation = sale.incarnation), 0)",
};
pub const LINES: Side = Side {
    table: "statement_line",
    terminal: "terminal_id",
    day: "day",
    amount: "amount",
    only: "class = 'sale'",
    no_pack: "file_number NOT IN (SELECT p.file_number FROM statement_pack p WHERE p.tenant_id = ?1)",
};

impl Side {
    /// Place, terminal, number, amount, day.
    fn select(&self, by: ComparedBy) -> String {
        let Self { table, terminal, day, amount, .. } = self;
        let number = match by {
            ComparedBy::Slip => "slip_number",
            ComparedBy::Approval => "approval_code",
        };
        format!("SELECT rowid, {terminal}, {number}, {amount}, {day} FROM {table}")
    }

    fn text(&self, by: ComparedBy, whole_table: bool, unpacked: bool) -> String {
        let Self { day, only, no_pack, .. } = self;
        let how = if whole_table { " NOT INDEXED" } else { "" };
        let and = if unpacked { format!(" AND {no_pack}") } else { String::new() };
        format!("{}{how} WHERE tenant_id = ?1 AND {day} BETWEEN ?2 AND ?3 AND {only}{and}", self.select(by))
    }

    /// The rows of a counter behind an entry, through the key of the table: one look-up for a day would find every counter's.
    pub fn behind(&self, by: ComparedBy) -> String {
        let Self { day, only, .. } = self;
        format!(
            "{} WHERE tenant_id = ?1 AND +{day} BETWEEN ?2 AND ?3 AND {only} AND counter_id = ?4 AND incarnation = ?5 \
             AND sequence_number > ?6 ORDER BY sequence_number",
            self.select(by)
        )
    }

    /// Whether most rows are of the scope, from a few of them: then the table is read as it lies. To find each row through the index
    /// takes half as long again.
    fn is_mostly(&self, connection: &Connection, scope: &Scope<'_>) -> rusqlite::Result<bool> {
        let Self { table, day, .. } = self;
        let last: Option<i64> =
            connection.query_row(&format!("SELECT MAX(rowid) FROM {table}"), (), |row| row.get(0))?;
        let Some(last) = last else { return Ok(false) };
        let text = format!(
            "SELECT tenant_id = ?1 AND {day} BETWEEN ?2 AND ?3 FROM {table} WHERE rowid >= ?4 ORDER BY rowid LIMIT 1"
        );
        let mut statement = connection.prepare(&text)?;
        let (tenant, from, to) =
            (scope.tenant.as_str(), words::date_text(scope.from), words::date_text(scope.to));
        let mut within = 0;
        for probe in 0..PROBES {
            let at = last / PROBES * probe;
            within += statement.query_row(params![tenant, from, to, at], |row| row.get::<_, i64>(0))?;
        }
        Ok(within * 2 > PROBES)
    }
}

/// When a side has come to its end: the sink has enough, or the other side has ended.
pub struct Ends<'e> {
    ended: &'e AtomicBool,
    count: u64,
    /// It has.
    pub over: bool,
}

impl<'e> Ends<'e> {
    pub const fn new(ended: &'e AtomicBool) -> Self {
        Self { ended, count: 0, over: false }
    }

    /// After a row: whether the reading goes on.
    pub fn after(&mut self, more: bool) -> bool {
        self.count += 1;
        let other_ended = self.count.is_multiple_of(LOOK_ROWS) && self.ended.load(Ordering::Relaxed);
        if other_ended || !more {
            self.ended.store(true, Ordering::Relaxed);
            self.over = true;
        }
        !self.over
    }

    /// The next pack: `give` hands it on, and says whether more is wanted.
    pub fn after_pack(&mut self, give: impl FnOnce() -> Result<bool, Fault>) -> Result<bool, Fault> {
        let more = !self.ended.load(Ordering::Relaxed) && give()?;
        Ok(self.after(more))
    }
}

/// A scan of one side.
pub struct Scan<'s> {
    pub connection: &'s Connection,
    pub side: &'s Side,
    pub scope: &'s Scope<'s>,
    /// Only rows that no pack holds.
    pub unpacked: bool,
}

impl Scan<'_> {
    /// Steps through it until it, the sink or the other side ends.
    pub fn each(
        &self,
        ends: &mut Ends<'_>,
        mut take: impl FnMut(&ColumnsRow<'_>) -> bool,
    ) -> Result<(), Fault> {
        let whole_table = self.side.is_mostly(self.connection, self.scope).map_err(fault)?;
        let text = self.side.text(self.scope.by, whole_table, self.unpacked);
        let mut statement = self.connection.prepare(&text).map_err(fault)?;
        let (from, to) = (words::date_text(self.scope.from), words::date_text(self.scope.to));
        let mut rows = statement.query(params![self.scope.tenant.as_str(), from, to]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            if !ends.after(take(&columns(row).map_err(fault)?)) {
                break;
            }
        }
        Ok(())
    }
}

/// The columns of a row of [`Side::select`].
pub fn columns<'r>(row: &'r Row<'_>) -> rusqlite::Result<ColumnsRow<'r>> {
    let text = |at| Ok::<_, rusqlite::Error>(row.get_ref(at)?.as_str_or_null()?.unwrap_or_default());
    Ok(ColumnsRow {
        place: place(row, 0)?,
        terminal: text(1)?,
        number: text(2)?,
        amount: row.get(3)?,
        day: text(4)?,
    })
}

/// Where a row stands, from its column at `at`.
pub fn place(row: &Row<'_>, at: usize) -> rusqlite::Result<Place> {
    row.get(at).map(|rowid: i64| Place(rowid.cast_unsigned()))
}
