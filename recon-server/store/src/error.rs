//! Errors: one variant per operation, the cause inside.
//!
//! Invariant: no variant holds a card number, a name or a payload; the cause is the database's own message.

/// What went wrong underneath.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database refused or could not be reached.
    #[error("the database failed")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A statement changed another number of rows than it must.
    #[error("{actual} rows changed where {expected} must")]
    RowsAffected {
        /// Rows that must change.
        expected: u64,
        /// Rows that did.
        actual: u64,
    },
    /// A stored value is none that this program ever writes.
    #[error("stored {what} cannot be read: {value:?}")]
    Unreadable {
        /// Which column or value.
        what: &'static str,
        /// The value, shortened.
        value: String,
    },
    /// A number that does not fit the database's 64-bit integers.
    #[error("{0} is out of the range of the store")]
    OutOfRange(&'static str),
    /// Something stands twice that may stand once.
    #[error("the same {0} twice")]
    Repeated(&'static str),
    /// What the operation is about does not exist.
    #[error("no such {0}")]
    Missing(&'static str),
}

impl Fault {
    /// A stored value that cannot be read; keeps the first characters only.
    #[must_use]
    pub fn unreadable(what: &'static str, value: &str) -> Self {
        const SHOWN_MAX_CHARACTERS: usize = 40;
        Self::Unreadable { what, value: value.chars().take(SHOWN_MAX_CHARACTERS).collect() }
    }
}

/// Which operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Opening the store.
    #[error("cannot open the store")]
    Open(#[source] Fault),
    /// Bringing the schema up to date.
    #[error("cannot bring the store's schema up to date")]
    Migrate(#[source] Fault),
    /// Beginning a unit of work.
    #[error("cannot begin a unit of work")]
    Begin(#[source] Fault),
    /// Making a unit of work durable.
    #[error("cannot commit the unit of work")]
    Commit(#[source] Fault),
    /// Registering or changing a counter.
    #[error("cannot change the counter")]
    ChangeCounter(#[source] Fault),
    /// Enrolling a counter.
    #[error("cannot enrol the counter")]
    EnrolCounter(#[source] Fault),
    /// Reading counters and their incarnations.
    #[error("cannot read the counters")]
    ReadCounters(#[source] Fault),
    /// Appending to a journal.
    #[error("cannot append to the journal")]
    AppendJournal(#[source] Fault),
    /// Reading a journal.
    #[error("cannot read the journal")]
    ReadJournal(#[source] Fault),
    /// Computing the projections once more.
    #[error("cannot rebuild the projections")]
    RebuildProjections(#[source] Fault),
    /// Putting something into a counter's inbox.
    #[error("cannot put the item into the inbox")]
    PutInboxItem(#[source] Fault),
    /// Reading a counter's inbox.
    #[error("cannot read the inbox")]
    ReadInbox(#[source] Fault),
    /// Taking a file in.
    #[error("cannot import the file")]
    ImportFile(#[source] Fault),
    /// Reading files and the facts in them.
    #[error("cannot read the files")]
    ReadFiles(#[source] Fault),
    /// Recording a run of the reconciliation.
    #[error("cannot record the run")]
    RecordRun(#[source] Fault),
    /// Reading runs.
    #[error("cannot read the runs")]
    ReadRuns(#[source] Fault),
    /// Reading the columns of sales and statement rows, or comparisons of them.
    #[error("cannot read the columns to compare")]
    ReadColumns(#[source] Fault),
    /// Recording a comparison.
    #[error("cannot record the comparison")]
    RecordComparison(#[source] Fault),
    /// Changing contracts, bank holidays or counter holidays.
    #[error("cannot change the settings of the reconciliation")]
    ChangeSettings(#[source] Fault),
    /// Reading contracts, bank holidays or counter holidays.
    #[error("cannot read the settings of the reconciliation")]
    ReadSettings(#[source] Fault),
    /// Asking for a refund or deciding on one.
    #[error("cannot change the refund")]
    ChangeRefund(#[source] Fault),
    /// Reading refunds.
    #[error("cannot read the refunds")]
    ReadRefunds(#[source] Fault),
    /// Asking for what takes two persons, deciding on it, or locking a period.
    #[error("cannot change a control")]
    ChangeControl(#[source] Fault),
    /// Reading what takes two persons, and locks.
    #[error("cannot read the controls")]
    ReadControls(#[source] Fault),
    /// Changing a user.
    #[error("cannot change the user")]
    ChangeUser(#[source] Fault),
    /// Reading users.
    #[error("cannot read the users")]
    ReadUsers(#[source] Fault),
    /// Opening, touching or ending a session.
    #[error("cannot change the session")]
    ChangeSession(#[source] Fault),
    /// Making or using a one-time link.
    #[error("cannot change the one-time link")]
    ChangeLink(#[source] Fault),
    /// Writing the audit trail.
    #[error("cannot write the audit trail")]
    RecordAudit(#[source] Fault),
    /// Reading the audit trail.
    #[error("cannot read the audit trail")]
    ReadAudit(#[source] Fault),
    /// Writing a manifest.
    #[error("cannot record the manifest")]
    RecordManifest(#[source] Fault),
    /// Reading manifests.
    #[error("cannot read the manifests")]
    ReadManifests(#[source] Fault),
    /// Keeping a file for the finance system.
    #[error("cannot record the export")]
    RecordExport(#[source] Fault),
    /// Reading files for the finance system.
    #[error("cannot read the exports")]
    ReadExports(#[source] Fault),
    /// Reading sales, attempts, days and closings.
    #[error("cannot read the figures")]
    ReadFigures(#[source] Fault),
}
