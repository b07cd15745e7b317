//! What the centre keeps: narrow traits, and the rows that go in and come out.
//!
//! Always holds: every read and write happens inside a [`UnitOfWork`], which is one transaction and is undone when dropped
//! without [`UnitOfWork::commit`]; every key begins with the tenant; look-ups answer `Option`, never an error for "not there";
//! facts are appended and never updated; time enters as a parameter. Handlers know only `Arc<dyn Store>`.
//!
//! Not here: SQL (`recon-server/sql`, compiled by `store-sqlite` and `store-postgres`), matching, HTTP, passwords.

pub mod audits;
pub mod compared;
pub mod controls;
pub mod counters;
pub mod error;
pub mod exports;
pub mod facts;
pub mod files;
pub mod inbox;
pub mod journal;
pub mod matching;
pub mod packs;
pub mod projection;
pub mod refunds;
pub mod reports;
pub mod stretches;
pub mod users;
pub mod words;

use async_trait::async_trait;

pub use crate::{
    audits::AuditStore,
    compared::ComparisonStore,
    controls::ControlStore,
    counters::CounterStore,
    error::{Fault, StoreError},
    exports::ExportStore,
    files::FilesStore,
    inbox::InboxStore,
    journal::JournalStore,
    matching::MatchStore,
    refunds::RefundStore,
    reports::ReportStore,
    stretches::StretchStore,
    users::UserStore,
};

/// The answer of every operation.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// One transaction over everything that the centre keeps. Dropped without a commit, nothing happened.
#[async_trait]
pub trait UnitOfWork:
    CounterStore
    + JournalStore
    + InboxStore
    + FilesStore
    + MatchStore
    + UserStore
    + ReportStore
    + RefundStore
    + AuditStore
    + ControlStore
    + ExportStore
    + StretchStore
    + ComparisonStore
    + Send
{
    /// Makes everything done so far durable, all at once.
    async fn commit(self: Box<Self>) -> Result<()>;
}

/// Where the centre keeps everything.
#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a unit of work that may write. SQLite has one writer: the call waits for its turn.
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>>;

    /// Begins a unit of work that sees one state of the store and whose writes the database refuses.
    /// Long reports use it: they never hold up a counter's upload.
    async fn snapshot(&self) -> Result<Box<dyn UnitOfWork>>;

    /// Begins to read the columns by which sales and statement rows are compared. The caller must be on a thread that may wait, within a
    /// runtime.
    fn columns<'s>(&'s self, scope: &compared::Scope<'s>) -> Result<Box<dyn compared::ColumnReading + 's>>;

    /// Whether the store answers at this moment (`/readyz`).
    async fn ping(&self) -> Result<()>;
}
