//! CAT (credit authorisation terminal, UnifiedPOS): the attempt machine that every payment terminal driver implements.
//!
//! Invariants (DESIGN 3.2, 3.3; `devices.md` 3): the client records [`AttemptFact::Sending`] before the first byte and
//! [`AttemptFact::ResultSeen`] before it acknowledges; silence is `Unknown`; dropping a future cancels nothing.

use std::{future::Future, pin::Pin, sync::Arc};

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{Approval, AttemptFact, AttemptKind, Outcome, QueryAnswer, StrayResult},
    time::Timestamp,
};
use tokio_util::sync::CancellationToken;

use crate::codes::PaymentCode;

/// A boxed future, so that terminals can stand behind `dyn`.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The journal cannot take a fact: nothing may be acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot take the fact")]
pub struct JournalDown;

/// Where a driver puts what must be durable before it goes on. The agent implements it; tests use a vector.
pub trait Recorder: Send + Sync {
    /// Resolves when the fact is durable.
    fn record(&self, attempt: AttemptId, fact: AttemptFact) -> Fut<'_, Result<(), JournalDown>>;
    /// Resolves when the stray result is durable.
    fn record_stray(&self, stray: StrayResult) -> Fut<'_, Result<(), JournalDown>>;
    /// Whether a result with this evidence is in the journal already (a repeat is acknowledged, not refused).
    fn knows(&self, approval: &Approval) -> bool;
    /// For the screen only; may be lost.
    fn progress(&self, attempt: AttemptId, progress: Progress);
    /// Puts a code on the customer display, or takes it away (`None`). May be lost; recorders without a display do nothing.
    fn show(&self, attempt: AttemptId, code: Option<CodeToShow>) {
        let _ = (attempt, code);
    }
}

/// What the terminal shows at this moment, for the clerk's screen. Japanese text comes from the code, not from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The protocol's own status code.
    pub code: u8,
    /// Plain Japanese.
    pub text_ja: String,
}

/// What a terminal is asked for (UnifiedPOS `AuthorizeSales`, `AuthorizeVoid`, `AuthorizeRefund`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CatKind {
    /// Take the money.
    Sales,
    /// Take back an earlier attempt of the terminal's open day (取消).
    Void {
        /// The attempt to take back.
        original: AttemptId,
    },
    /// Give money back after the terminal's day was closed (返金). Public money is only returned on a decision of two persons, so the till
    /// never asks for it by itself.
    Refund {
        /// The attempt whose money is given back, whole or in part.
        original: AttemptId,
    },
}

impl From<AttemptKind> for CatKind {
    fn from(kind: AttemptKind) -> Self {
        match kind {
            AttemptKind::Sales => Self::Sales,
            AttemptKind::Void { original } => Self::Void { original },
        }
    }
}

/// One request to take money or take it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatRequest {
    /// Durable before this request exists.
    pub attempt: AttemptId,
    /// Sequence number of UnifiedPOS CAT; unique within the journal.
    pub sequence_number: u32,
    /// Whole yen, above zero.
    pub amount: Yen,
    /// Sale, void or refund.
    pub kind: CatKind,
    /// What the terminal said of the original, for a void or a refund.
    pub original: Option<Approval>,
    /// The payer's code, where the citizen showed one to be scanned (CPM). It lives in memory only: an attempt whose code was lost
    /// before it was sent is `NotStarted`.
    pub code: Option<PaymentCode>,
}

/// A code that the citizen scans from the customer display (MPM, dynamic). Shown, never journalled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeToShow {
    /// What the symbol carries.
    pub payload: PaymentCode,
    /// Whole yen that it asks for, for the words beside the symbol.
    pub amount: Yen,
    /// When it stops being good; the display counts down to it.
    pub expires_at: Timestamp,
}

/// What is known of an attempt when its terminal is asked about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptEvidence {
    /// The attempt.
    pub attempt: AttemptId,
    /// Sale, void or refund.
    pub kind: CatKind,
    /// Asked amount.
    pub amount: Yen,
    /// What was seen of a result before the doubt, if anything.
    pub partial: Option<Approval>,
    /// (terminal id, slip number, trace, time) of every result already in the journal: a query must not take one of these for ours.
    pub known: Vec<Approval>,
}

/// What a terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a capability list is a list of yes and no, as in UnifiedPOS CapXxx"
)]
pub struct CatCapabilities {
    /// Takes back the last or an older sale.
    pub void: bool,
    /// Gives back money of a closed day.
    pub refund: bool,
    /// Answers about the last attempt after a doubt.
    pub query: bool,
    /// Can be told that the goods were not handed over, and then reverses by itself.
    pub refuse_result: bool,
    /// Can be asked to stop before the card was accepted.
    pub abort: bool,
    /// Reports totals by brand at its end of day.
    pub daily_log: bool,
}

/// Totals of one brand in a terminal's daily log (日計).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandTotal {
    /// Brand code of [`domain::method::BRANDS`].
    pub brand: String,
    /// Number of payments.
    pub count: u32,
    /// Their sum.
    pub amount: Yen,
}

/// How a daily log ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DailyLogOutcome {
    /// The totals; the terminal's batch is closed.
    Totals(Vec<BrandTotal>),
    /// Refused with a listed reason; nothing was closed.
    Refused(String),
    /// It may have closed.
    Unknown(String),
}

/// The link's state, by UnifiedPOS power states and the supervisor's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// Not yet tried.
    Opening,
    /// Connected, registered, identified.
    Ready,
    /// Talking.
    Busy,
    /// Line lost; being retried.
    Lost(String),
    /// A person is needed.
    Faulted(String),
}

/// A payment terminal. One money command at a time; the caller serialises.
pub trait Cat: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> CatCapabilities;
    /// The link's state now.
    fn link(&self) -> LinkState;
    /// Connects and registers if needed; starts no transaction and no timed job of the terminal.
    fn connect(&self) -> Fut<'_, LinkState>;
    /// Takes or takes back money. `stop` is a wish, never a command.
    fn authorize(
        &self,
        request: CatRequest,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Fut<'_, Outcome>;
    /// Asks what became of an attempt.
    fn query(&self, evidence: AttemptEvidence) -> Fut<'_, QueryAnswer>;
    /// Closes the terminal's day and reads its totals.
    fn access_daily_log(&self) -> Fut<'_, DailyLogOutcome>;
}
