//! 大量突合 of what is stored: the few columns by which sales and statement rows are compared, read as fast as the engine gives them, and
//! the comparisons that were recorded.
//!
//! Invariants: both sides are read of one state of the store; each statement row once, as its newest revision; rows come from packs
//! ([`crate::packs`]) where there are any and one by one where there are none, and are the same rows; what a comparison found is
//! appended and never updated, and no fact is marked. Not here: the comparison (crate `bulk`), refunds, failed rows, cash.

use std::borrow::Cow;

use async_trait::async_trait;
use domain::{
    id::{CounterId, Incarnation, SequenceNumber, TenantId},
    money::Yen,
    time::{CivilDate, Timestamp},
};
use serde::{Deserialize, Serialize};

use crate::Result;

/// By which number a sale and its row name each other beside terminal, date and amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparedBy {
    /// 伝票番号
    Slip,
    /// 承認番号
    Approval,
}

/// From what the columns are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// Packs, and rows where there are none.
    Packs,
    /// Rows only: what packs must agree with.
    Rows,
}

/// Which rows are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'s> {
    /// Whose.
    pub tenant: &'s TenantId,
    /// First day: 領収日 of sales, 利用日 of rows.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
    /// By which number.
    pub by: ComparedBy,
    /// From what.
    pub via: Via,
}

/// Where a row stands in its table. It means something to the [`ColumnReading`] that gave it, and to nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub u64);

/// The columns of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnsRow<'r> {
    /// Which.
    pub place: Place,
    /// 端末番号; empty for none.
    pub terminal: &'r str,
    /// 伝票番号 or 承認番号; empty for none.
    pub number: &'r str,
    /// `YYYY-MM-DD`
    pub day: &'r str,
    /// Yen.
    pub amount: i64,
}

/// The rows of a pack, column by column; each column has one value a row.
#[derive(Debug, Clone, Copy)]
pub struct PackedRows<'p> {
    /// Where the first stands; each of the others stands one further.
    pub first: Place,
    /// 端末番号, each once; empty for none.
    pub terminals: &'p [&'p str],
    /// Which of them, from 0.
    pub terminal: &'p [i64],
    /// 伝票番号 or 承認番号.
    pub number: NumberColumn<'p>,
    /// Days since 1970-01-01.
    pub days: &'p [i64],
    /// Yen.
    pub amounts: &'p [i64],
    /// Which rows are none of the scope; without any value where all are.
    pub passed_over: &'p [bool],
}

/// 伝票番号 or 承認番号 of the rows of a pack.
#[derive(Debug, Clone, Copy)]
pub enum NumberColumn<'p> {
    /// So many digits each: 0 for none, else the number that they write and one.
    Digits {
        /// Digits, leading zeros among them.
        digits: usize,
        /// Of each row.
        numbers: &'p [i64],
    },
    /// Any texts.
    Texts {
        /// Each once; empty for none.
        texts: &'p [&'p str],
        /// Which of them, from 0.
        of_rows: &'p [i64],
    },
}

impl NumberColumn<'_> {
    /// The number of a row as it was written.
    #[must_use]
    pub fn text(&self, row: usize) -> Cow<'_, str> {
        match self {
            Self::Digits { digits, numbers } => match numbers.get(row) {
                Some(number) if *number > 0 => Cow::Owned(format!("{:0digits$}", number - 1)),
                _ => Cow::Borrowed(""),
            },
            Self::Texts { texts, of_rows } => Cow::Borrowed(text_of(texts, of_rows, row)),
        }
    }
}

fn text_of<'p>(texts: &[&'p str], of_rows: &[i64], row: usize) -> &'p str {
    let place = of_rows.get(row).and_then(|place| usize::try_from(*place).ok());
    place.and_then(|place| texts.get(place)).copied().unwrap_or_default()
}

impl PackedRows<'_> {
    /// Gives each row by itself, until one is refused; whether none was.
    pub fn each(&self, mut take: impl FnMut(&ColumnsRow<'_>) -> bool) -> bool {
        let epoch = Timestamp::from_micros(0).date();
        self.days.iter().zip(self.amounts).enumerate().all(|(row, (day, amount))| {
            if self.passed_over.get(row) == Some(&true) {
                return true;
            }
            let day =
                i32::try_from(*day).map_or_else(|_| String::new(), |day| epoch.plus_days(day).to_string());
            take(&ColumnsRow {
                place: Place(self.first.0.saturating_add(u64::try_from(row).unwrap_or(u64::MAX))),
                terminal: text_of(self.terminals, self.terminal, row),
                number: &self.number.text(row),
                day: &day,
                amount: *amount,
            })
        })
    }
}

/// Takes the rows of one side, on a thread of its own.
pub trait ColumnSink: Send {
    /// The next row. `false` ends the reading of both sides.
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool;

    /// The next rows. `false` ends the reading of both sides.
    fn take_pack(&mut self, rows: &PackedRows<'_>) -> bool {
        rows.each(|row| self.take(row))
    }
}

/// One state of the store: first the few columns of every row, then which records those few rows are that somebody has to look at.
/// Its methods wait; they are called on a thread that may, within a runtime, and it is dropped there.
pub trait ColumnReading {
    /// Reads both sides, each into its own sink and in an order that the stored rows alone decide. Returns the highest number of an
    /// accepted file.
    fn read(&mut self, sales: &mut dyn ColumnSink, lines: &mut dyn ColumnSink) -> Result<u64>;

    /// The sales at these places, in their order.
    fn sales(&mut self, places: &[Place]) -> Result<Vec<SaleKey>>;

    /// The statement rows at these places, in their order.
    fn lines(&mut self, places: &[Place]) -> Result<Vec<LineKey>>;
}

/// A recorded comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComparison {
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
    /// By which number.
    pub by: ComparedBy,
    /// Highest file number that was there.
    pub watermark: u64,
    /// Rows and yen of every class, as JSON.
    pub result: String,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// A comparison with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparisonRow {
    /// Number, from 1 per tenant.
    pub number: u64,
    /// Exceptions.
    pub exceptions: u64,
    /// What was recorded.
    pub comparison: NewComparison,
}

/// A sale of an exception, by its entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleKey {
    /// Counter.
    pub counter: CounterId,
    /// Its incarnation.
    pub incarnation: Incarnation,
    /// Sequence number.
    pub sequence: SequenceNumber,
}

/// A statement row: number of its file, row in it.
pub type LineKey = (u64, u32);

/// One exception of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedException {
    /// The class's stable word.
    pub class: String,
    /// The sale.
    pub sale: Option<SaleKey>,
    /// The statement row.
    pub line: Option<LineKey>,
    /// 端末番号
    pub terminal: String,
    /// 伝票番号 or 承認番号
    pub number: String,
    /// The day.
    pub day: Option<CivilDate>,
    /// Yen of the sale.
    pub sale_amount: Option<Yen>,
    /// Yen of the row.
    pub line_amount: Option<Yen>,
}

/// Recorded comparisons.
#[async_trait]
pub trait ComparisonStore {
    /// Records a comparison with all its exceptions. Returns its number.
    async fn record_comparison(
        &mut self,
        tenant: &TenantId,
        comparison: &NewComparison,
        exceptions: &[ComparedException],
    ) -> Result<u64>;

    /// At most `limit` comparisons, newest first.
    async fn comparisons(&mut self, tenant: &TenantId, limit: u32) -> Result<Vec<ComparisonRow>>;

    /// At most `limit` exceptions of a comparison, in its order, behind position `after` (0 for the first).
    async fn compared_exceptions(
        &mut self,
        tenant: &TenantId,
        number: u64,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ComparedException>>;
}
