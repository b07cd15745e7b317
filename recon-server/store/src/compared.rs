//! 大量突合 of what is stored: the few columns by which sales and statement rows are compared, read as fast as the engine gives them, and
//! the comparisons that were recorded.
//!
//! Invariants: both sides are read of one state of the store; each statement row once, as its newest revision; what a comparison found is
//! appended and never updated, and no fact is marked. Not here: the comparison (crate `bulk`), refunds, failed rows, cash.

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

/// Takes the rows of one side, on a thread of its own.
pub trait ColumnSink: Send {
    /// The next row. `false` ends the reading of both sides.
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool;
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
