//! Operators of payment codes (PayPay and others): the attempt machine of [`crate::cat`] without a machine on the counter.
//!
//! Two ways: the till shows a code that the citizen scans (MPM, dynamic), or the citizen shows one that the till scans (CPM); what an
//! operator offers stands in its [`CodeCapabilities`]. Invariants (`devices.md` 3): every end is one of the four outcomes; one attempt is
//! one order at the operator, under the attempt's own id, for ever; a code that may still be paid is never forgotten: a clean end of a
//! shown code needs its deletion and the operator's word that it was not paid; an approval that arrives wins over the clerk's cancel.
//! Not here: how an operator is spoken to ([`crate::paypay`]), drawing the symbol, the agent's order of work: [`CodeTerminal`] is a
//! [`Cat`](crate::cat::Cat) like any other.

mod terminal;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{Approval, Outcome, QueryAnswer},
};
use tokio_util::sync::CancellationToken;

pub use self::terminal::CodeTerminal;
use crate::{
    cat::{AttemptEvidence, CodeToShow, Fut, LinkState, Recorder},
    codes::PaymentCode,
};

/// [`crate::cat::Progress`] code: the code is on the display, nobody has paid yet.
pub const PROGRESS_WAITING: u8 = 1;
/// [`crate::cat::Progress`] code: the payer is at it, the operator has not said the last word.
pub const PROGRESS_PAYING: u8 = 2;
/// [`crate::cat::Progress`] code: the order is being taken back at the operator.
pub const PROGRESS_CANCELLING: u8 = 3;
/// [`crate::cat::Progress`] code: the operator did not answer and is asked what became of the order.
pub const PROGRESS_ASKING: u8 = 4;

/// What an operator can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a capability list is a list of yes and no")]
pub struct CodeCapabilities {
    /// Gives a code for each sale, which the citizen scans (MPM, dynamic).
    pub show_code: bool,
    /// Takes the code that the citizen shows (CPM).
    pub accept_code: bool,
    /// Can give money back.
    pub take_back: bool,
    /// Answers what became of an order.
    pub query: bool,
}

/// One sale to be paid by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSale {
    /// Names the order at the operator.
    pub attempt: AttemptId,
    /// Whole yen, above zero.
    pub amount: Yen,
    /// The payer's code, where the citizen showed one.
    pub code: Option<PaymentCode>,
}

/// One sale to be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeBack {
    /// Names the refund at the operator.
    pub attempt: AttemptId,
    /// The order that is given back.
    pub original: AttemptId,
    /// Whole yen, above zero.
    pub amount: Yen,
    /// What the operator said of the original.
    pub approval: Option<Approval>,
}

/// What came of asking the operator for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presented {
    /// Here is the code to show.
    Show(CodeToShow),
    /// The payer's code was handed over; there is nothing to show.
    HandedOver,
    /// No answer, or none that proves anything: the order may exist. Nobody has seen a code of it. [`CodePayment::settle`] asks
    /// the operator under the same id; a second order is never made.
    Unanswered,
    /// It ended here.
    Ended(Outcome),
}

/// An end, with the operator's own word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// How it ended.
    pub outcome: Outcome,
    /// The operator's code or state, as it wrote it.
    pub code: String,
}

/// An operator of codes. One money order at a time; [`CodeTerminal`] serialises, records, and shows the code.
pub trait CodePayment: Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> CodeCapabilities;
    /// The link's state now.
    fn link(&self) -> LinkState;
    /// Whether the operator answers. A reading question at most: no order is made.
    fn connect(&self) -> Fut<'_, LinkState>;
    /// Asks for the order, once. `Sending` is durable already.
    fn present<'a>(&'a self, sale: &'a CodeSale) -> Fut<'a, Presented>;
    /// Follows the order to its end. `stop` is a wish: the cancel race of `devices.md` 3 begins with it. The recorder is for progress
    /// alone: what is durable is written by the caller, before the outcome is told to anybody.
    fn settle<'a>(
        &'a self,
        sale: &'a CodeSale,
        presented: Presented,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Fut<'a, Settled>;
    /// Asks what became of a sale or of a giving back.
    fn query(&self, evidence: AttemptEvidence) -> Fut<'_, QueryAnswer>;
    /// Gives a sale back, once, under an id of its own. `Sending` is durable already.
    fn take_back<'a>(&'a self, wish: &'a TakeBack) -> Fut<'a, Settled>;
}
