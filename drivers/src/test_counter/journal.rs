//! A journal made of a vector, with a customer display beside it.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use domain::{
    id::AttemptId,
    payment::{Approval, AttemptFact, StrayResult},
};
use tokio_util::sync::CancellationToken;

use crate::cat::{CodeToShow, Fut, JournalDown, Progress, Recorder};

/// What was recorded and shown, in order, as the words of the scripts.
#[derive(Default)]
pub struct Journal {
    words: Mutex<Vec<String>>,
    seen: Mutex<Vec<Approval>>,
    pub strays: Mutex<Vec<StrayResult>>,
    /// No fact can be written.
    pub down: AtomicBool,
    /// No result can be written.
    pub down_at_result: AtomicBool,
    /// The codes that were shown; `None` when one was taken away.
    pub shown: Mutex<Vec<Option<CodeToShow>>>,
    /// Cancels when this progress is shown.
    pub cancel_on: Mutex<Option<(u8, CancellationToken)>>,
}

impl Journal {
    pub fn note(&self, word: impl Into<String>) {
        self.words.lock().unwrap().push(word.into());
    }

    pub fn words(&self) -> Vec<String> {
        self.words.lock().unwrap().clone()
    }

    /// Whether the display is empty now.
    pub fn display_is_empty(&self) -> bool {
        matches!(self.shown.lock().unwrap().last(), None | Some(None))
    }
}

impl Recorder for Journal {
    fn record(&self, _attempt: AttemptId, fact: AttemptFact) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            match fact {
                _ if self.down.load(Ordering::SeqCst) => return Err(JournalDown),
                AttemptFact::Sending => self.note("PaymentRequested"),
                AttemptFact::ResultSeen { .. } if self.down_at_result.load(Ordering::SeqCst) => {
                    return Err(JournalDown);
                }
                AttemptFact::ResultSeen { approval, .. } => {
                    self.note("PaymentResultSeen");
                    self.seen.lock().unwrap().push(approval);
                }
            }
            Ok(())
        })
    }

    fn record_stray(&self, stray: StrayResult) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            self.strays.lock().unwrap().push(stray);
            Ok(())
        })
    }

    fn knows(&self, approval: &Approval) -> bool {
        self.seen.lock().unwrap().contains(approval)
    }

    fn progress(&self, _attempt: AttemptId, progress: Progress) {
        assert!(!progress.text_ja.is_empty());
        if let Some((code, stop)) = &*self.cancel_on.lock().unwrap()
            && *code == progress.code
            && !stop.is_cancelled()
        {
            self.note("CancelAsked");
            stop.cancel();
        }
    }

    fn show(&self, _attempt: AttemptId, code: Option<CodeToShow>) {
        self.shown.lock().unwrap().push(code);
    }
}
