//! A journal in memory for the kit: what a driver had made durable, in the words of the fault scripts.
//!
//! Invariant: it answers like the counter's journal (a fact is kept before the driver goes on); it is never a counter's journal.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{
    id::AttemptId,
    payment::{Approval, AttemptFact, Outcome, StrayResult},
};
use drivers::{
    cat::{Fut, JournalDown, Progress, Recorder},
    zvt::evidence::same_result,
};
use tokio_util::sync::CancellationToken;

/// A moment of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// The first byte is about to leave.
    Sending,
    /// The terminal shows this status.
    Status(u8),
    /// The result is durable, the terminal was not told.
    ResultSeen,
}

/// What happens at a moment.
#[derive(Debug, Clone)]
pub(super) enum Trip {
    /// The clerk wishes to cancel.
    Cancel(CancellationToken),
    /// The agent dies: from here on the driver gets no answer any more.
    Die(CancellationToken),
}

#[derive(Debug, Default)]
struct Inner {
    words: Vec<String>,
    facts: Vec<(AttemptId, AttemptFact)>,
    strays: Vec<StrayResult>,
    shown: Vec<String>,
    trip: Option<(Moment, Trip)>,
}

/// The journal of the kit.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Inner>);

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn note(&self, word: impl Into<String>) {
        self.lock().words.push(word.into());
    }

    pub fn note_outcome(&self, outcome: &Outcome) {
        self.note(match outcome {
            Outcome::Approved(_) => "Outcome.Approved",
            Outcome::Declined(_) => "Outcome.Declined",
            Outcome::NotStarted { .. } => "Outcome.NotStarted",
            Outcome::Unknown(_) => "Outcome.Unknown",
        });
    }

    /// What happened so far, in the words of the fault scripts.
    pub fn words(&self) -> Vec<String> {
        self.lock().words.clone()
    }

    pub fn strays(&self) -> usize {
        self.lock().strays.len()
    }

    /// Everything that was recorded or shown, as text, to be looked through for card numbers.
    pub fn everything(&self) -> String {
        let inner = self.lock();
        format!("{:?} {:?} {:?}", inner.facts, inner.strays, inner.shown)
    }

    pub fn at(&self, moment: Moment, trip: Trip) {
        self.lock().trip = Some((moment, trip));
    }

    /// What was seen of an attempt's result.
    pub fn partial(&self, of: AttemptId) -> Option<Approval> {
        self.lock().facts.iter().rev().find_map(|(attempt, fact)| match fact {
            AttemptFact::ResultSeen { approval, .. } if *attempt == of => Some(approval.clone()),
            _ => None,
        })
    }

    /// Results of other attempts.
    pub fn known_but(&self, but: AttemptId) -> Vec<Approval> {
        let seen = |(attempt, fact): &(AttemptId, AttemptFact)| match fact {
            AttemptFact::ResultSeen { approval, .. } if *attempt != but => Some(approval.clone()),
            _ => None,
        };
        self.lock().facts.iter().filter_map(seen).collect()
    }

    /// Whether the moment is the one at which the agent dies; a cancel is wished in passing.
    fn reach(&self, moment: Moment) -> bool {
        let mut inner = self.lock();
        let Some((_, trip)) = inner.trip.take_if(|(wanted, _)| *wanted == moment) else { return false };
        match trip {
            Trip::Cancel(wish) => {
                inner.words.push("CancelAsked".to_owned());
                wish.cancel();
                false
            }
            Trip::Die(dead) => {
                dead.cancel();
                true
            }
        }
    }
}

impl Recorder for Ledger {
    fn record(&self, attempt: AttemptId, fact: AttemptFact) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            let moment = match &fact {
                AttemptFact::Sending => Moment::Sending,
                AttemptFact::ResultSeen { .. } => {
                    self.note("PaymentResultSeen");
                    Moment::ResultSeen
                }
            };
            self.lock().facts.push((attempt, fact));
            if self.reach(moment) {
                std::future::pending::<()>().await;
            }
            Ok(())
        })
    }

    fn record_stray(&self, stray: StrayResult) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            self.lock().strays.push(stray);
            Ok(())
        })
    }

    fn knows(&self, approval: &Approval) -> bool {
        self.lock().facts.iter().any(|(_, fact)| {
            matches!(fact, AttemptFact::ResultSeen { approval: seen, .. } if same_result(seen, approval))
        })
    }

    fn progress(&self, _attempt: AttemptId, progress: Progress) {
        self.lock().shown.push(progress.text_ja);
        self.reach(Moment::Status(progress.code));
    }
}
