//! Figures read from the projections: sales, attempts, doubts, days, closings.
//!
//! Invariants: sums that matter are made in Rust from these rows, not in SQL; a voided sale is listed with its void, never left out;
//! order is by counter, incarnation, position, so that the same store gives the same bytes.

use async_trait::async_trait;
use domain::{
    id::{AttemptId, CounterId, SaleId, TenantId},
    time::{CivilDate, Timestamp},
};

use crate::{
    Result,
    journal::{EntryKey, StoredEntry},
    projection::{
        AttemptFactRow, ClosingFact, ExitFact, OpeningFact, OutcomeFact, OverpaymentFact, SaleFact,
        StrayFact, TotalsFact, UnreadFact, VoidFact,
    },
};

/// A fact and the entry that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed<T> {
    /// Which entry.
    pub key: EntryKey,
    /// What it says.
    pub fact: T,
}

/// A sale and, where it was taken back, its void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleRow {
    /// Entry of the sale.
    pub key: EntryKey,
    /// The sale.
    pub sale: SaleFact,
    /// Its void.
    pub void: Option<Keyed<VoidFact>>,
}

/// A sale with the frozen bytes that say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleDetail {
    /// The sale.
    pub row: SaleRow,
    /// The entry of the sale.
    pub entry: StoredEntry,
    /// The entry of the void.
    pub void_entry: Option<StoredEntry>,
}

/// An attempt and everything that was said of how it ended, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    /// Entry of the request.
    pub key: EntryKey,
    /// The request.
    pub attempt: AttemptFactRow,
    /// Conclusion and resolution, oldest first.
    pub outcomes: Vec<Keyed<OutcomeFact>>,
    /// The citizen's exits, oldest first.
    pub exits: Vec<Keyed<ExitFact>>,
}

impl AttemptRow {
    /// What is known last; none while nothing is.
    #[must_use]
    pub fn last_outcome(&self) -> Option<&OutcomeFact> {
        self.outcomes.last().map(|outcome| &outcome.fact)
    }
}

/// Whether a business day of a counter is delivered up to its close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRow {
    /// Entry of the opening.
    pub opening: Keyed<OpeningFact>,
    /// The close of the same date and cut; none while it is missing.
    pub closing: Option<Keyed<ClosingFact>>,
}

/// How far a counter has delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// 窓口
    pub counter: CounterId,
    /// When its last entry came.
    pub last_received_at: Option<Timestamp>,
    /// Newest 取扱日 whose close is here.
    pub last_closed_day: Option<CivilDate>,
    /// Newest 取扱日 whose opening is here.
    pub last_opened_day: Option<CivilDate>,
}

/// Visitors of a day by category (観覧者数).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitorRow {
    /// 窓口
    pub counter: CounterId,
    /// 取扱日
    pub business_day: CivilDate,
    /// 区分
    pub category: String,
    /// 有料・個人
    pub paid_individual: u64,
    /// 有料・団体
    pub paid_group: u64,
    /// 無料
    pub free: u64,
}

/// Reading the projections.
#[async_trait]
pub trait ReportStore {
    /// Sales whose 取扱日 is from `from` to `to`, of one counter or of all.
    async fn sales_booked(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        counter: Option<&CounterId>,
    ) -> Result<Vec<SaleRow>>;

    /// Sales whose 領収日 is from `from` to `to`, of all counters.
    async fn sales_paid(&mut self, tenant: &TenantId, from: CivilDate, to: CivilDate)
    -> Result<Vec<SaleRow>>;

    /// One sale with its frozen entries.
    async fn sale(&mut self, tenant: &TenantId, sale: SaleId) -> Result<Option<SaleDetail>>;

    /// Attempts whose 取扱日 is from `from` to `to`, whatever became of them.
    async fn attempts(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<AttemptRow>>;

    /// One attempt.
    async fn attempt(&mut self, tenant: &TenantId, attempt: AttemptId) -> Result<Option<AttemptRow>>;

    /// Attempts that ended unknown and that no evidence has resolved yet, oldest first.
    async fn open_unknowns(&mut self, tenant: &TenantId) -> Result<Vec<AttemptRow>>;

    /// 過誤納 cases, oldest first.
    async fn overpayments(&mut self, tenant: &TenantId) -> Result<Vec<Keyed<OverpaymentFact>>>;

    /// Results that fit no attempt, oldest first.
    async fn strays(&mut self, tenant: &TenantId) -> Result<Vec<Keyed<StrayFact>>>;

    /// Days opened from `from` to `to`, each with its close where it is here.
    async fn days(&mut self, tenant: &TenantId, from: CivilDate, to: CivilDate) -> Result<Vec<DayRow>>;

    /// 端末日計 recorded from `from` until just before `until`; those of a closed day are in its settlement too.
    async fn terminal_totals(
        &mut self,
        tenant: &TenantId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Keyed<TotalsFact>>>;

    /// How far each counter has delivered, by counter.
    async fn deliveries(&mut self, tenant: &TenantId) -> Result<Vec<DeliveryRow>>;

    /// Visitors from `from` to `to`, voided sales not counted; by counter, day and category.
    async fn visitors(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<VisitorRow>>;

    /// Entries that could not be read, in order.
    async fn unread_entries(&mut self, tenant: &TenantId) -> Result<Vec<Keyed<UnreadFact>>>;
}
