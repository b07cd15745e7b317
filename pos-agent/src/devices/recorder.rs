//! What a driver must have durable before it goes on, given to the till.
//!
//! Invariants: `record` resolves when the till has answered, which is when the fact is on the disk; a till that cannot write is
//! [`JournalDown`], so that the driver acknowledges nothing.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use domain::{
    command::Command,
    id::AttemptId,
    payment::{Approval, AttemptFact, StrayResult},
};
use drivers::cat::{CodeToShow, Fut, JournalDown, Progress, Recorder};

use super::Desk;

/// Results of this run that are remembered beside the state, to tell a repeat from a stranger.
const RECENT_RESULTS_MAX: usize = 64;

/// The till as a driver sees it.
pub struct TillRecorder {
    desk: Desk,
    recent: Mutex<VecDeque<Approval>>,
}

impl TillRecorder {
    /// A recorder for one device.
    #[must_use]
    pub const fn new(desk: Desk) -> Self {
        Self { desk, recent: Mutex::new(VecDeque::new()) }
    }

    fn remember(&self, approval: Approval) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == RECENT_RESULTS_MAX {
            recent.pop_front();
        }
        recent.push_back(approval);
    }
}

impl Recorder for TillRecorder {
    fn record(&self, attempt: AttemptId, fact: AttemptFact) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            let seen = match &fact {
                AttemptFact::ResultSeen { approval, .. } => Some(approval.clone()),
                AttemptFact::Sending => None,
            };
            self.desk.submit(Command::RecordFact { attempt, fact }).await.map_err(|_| JournalDown)?;
            if let Some(approval) = seen {
                self.remember(approval);
            }
            Ok(())
        })
    }

    fn record_stray(&self, stray: StrayResult) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            let device = self.desk.device.clone();
            let command = Command::RecordStray { device, result: stray };
            self.desk.submit(command).await.map(|_| ()).map_err(|_| JournalDown)
        })
    }

    fn knows(&self, approval: &Approval) -> bool {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let journalled = self.desk.till.current().state.known_approvals();
        recent.iter().chain(&journalled).any(|known| same_result(known, approval))
    }

    fn progress(&self, attempt: AttemptId, progress: Progress) {
        self.desk.till.board().show_progress(attempt, progress);
    }

    fn show(&self, attempt: AttemptId, code: Option<CodeToShow>) {
        self.desk.till.board().show_code(attempt, code);
    }
}

/// The tuple of `devices.md` E3: terminal, slip, trace, time and amount; a result without a slip number is never a known one.
fn same_result(known: &Approval, other: &Approval) -> bool {
    let tuple = |a: &Approval| {
        (a.terminal_id.clone(), a.slip_number.clone(), a.trace_number.clone(), a.terminal_time.clone())
    };
    let same_amount = match (known.settled_amount, other.settled_amount) {
        (Some(one), Some(two)) => one == two,
        _ => true,
    };
    other.slip_number.is_some() && tuple(known) == tuple(other) && same_amount
}
