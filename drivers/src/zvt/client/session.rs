//! What the connection task knows: the line, its state, the attempt in doubt, the journal.
//!
//! Invariants: at most one line is open, and the old one is closed before a new one is opened; a fresh line never repeats what was
//! sent on the old one; an unasked result is recorded before it is answered (`devices.md` E1).

use std::sync::Arc;

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{Approval, AttemptFact, StrayResult},
};
use tokio::sync::watch;

use super::link::{Link, LinkError};
use crate::{
    cat::{JournalDown, LinkState, Recorder},
    zvt::{
        ZvtConfig,
        command::{self, GOODS_NOT_HANDED_OUT, Incoming},
        evidence::{has_identity, same_result},
        result_code::NOT_POSSIBLE,
        status::{AmountCheck, Status},
    },
};

/// An attempt whose end nobody knows; a late result may be its own.
#[derive(Debug, Clone)]
pub(super) struct OpenAttempt {
    pub attempt: AttemptId,
    pub amount: Yen,
    pub is_void: bool,
    /// What was seen of its result, which the journal therefore knows.
    pub partial: Option<Approval>,
}

/// The state of the connection task.
pub(super) struct Session {
    pub config: ZvtConfig,
    link: Option<Link>,
    state: watch::Sender<LinkState>,
    /// The journal, as it was last handed in.
    pub journal: Option<Arc<dyn Recorder>>,
    pub open: Option<OpenAttempt>,
    /// A result of the open attempt that came by itself.
    pub late: Option<Approval>,
    /// Since the last payment the day was closed by this driver.
    pub day_closed: bool,
    /// Why a person is needed; stands until the caller connects again on purpose.
    standing_fault: Option<String>,
}

impl Session {
    pub fn new(
        config: ZvtConfig,
        state: watch::Sender<LinkState>,
        journal: Option<Arc<dyn Recorder>>,
    ) -> Self {
        Self {
            config,
            link: None,
            state,
            journal,
            open: None,
            late: None,
            day_closed: false,
            standing_fault: None,
        }
    }

    pub fn link(&mut self) -> Result<&mut Link, LinkError> {
        self.link.as_mut().ok_or(LinkError::Closed)
    }

    pub const fn has_link(&self) -> bool {
        self.link.is_some()
    }

    /// Closes the line before, then keeps the new one.
    pub async fn reopen(&mut self) -> Result<(), LinkError> {
        self.link = None;
        self.set_state(LinkState::Opening);
        self.link = Some(Link::open(&self.config).await?);
        Ok(())
    }

    pub fn state(&self) -> LinkState {
        self.state.borrow().clone()
    }

    pub fn set_state(&self, state: LinkState) {
        self.state.send_replace(state);
    }

    /// The line is gone or no longer in step with the terminal.
    pub fn lose(&mut self, why: &str) {
        self.link = None;
        if !matches!(self.state(), LinkState::Faulted(_)) {
            tracing::warn!(why, "terminal: line lost");
            self.set_state(LinkState::Lost(why.to_owned()));
        }
    }

    /// A person is needed before the next payment.
    pub fn fault(&mut self, why: &str) {
        tracing::error!(why, "terminal: faulted");
        self.link = None;
        self.standing_fault = Some(why.to_owned());
        self.set_state(LinkState::Faulted(why.to_owned()));
    }

    /// Someone asks for the terminal on purpose: what was wrong may have been put right.
    pub fn forgive(&mut self) {
        self.standing_fault = None;
    }

    /// Registered and idle; a standing fault stays visible.
    pub fn set_ready(&self) {
        self.set_state(self.standing_fault.clone().map_or(LinkState::Ready, LinkState::Faulted));
    }

    /// Why no payment may be asked of the terminal.
    pub fn standing_fault(&self) -> Option<&str> {
        self.standing_fault.as_deref()
    }

    /// Answers what a terminal says while nobody asked it anything.
    pub async fn unasked(&mut self, message: Incoming) -> Result<(), LinkError> {
        match message {
            Incoming::Status(fields) => {
                let status = Status::read(&fields, self.config.currency_exponent);
                self.unasked_result(&status).await
            }
            // Answers to nothing: the repeat of an acknowledgement that was heard already.
            Incoming::Accepted | Incoming::Wait | Incoming::Refused(_) => Ok(()),
            Incoming::Other { class, instr } => {
                tracing::info!(class, instr, "terminal: message without a use here");
                self.link()?.send(&command::refuse(NOT_POSSIBLE)).await
            }
            Incoming::Intermediate(_)
            | Incoming::Text(_)
            | Incoming::Completion(_)
            | Incoming::Abort(..)
            | Incoming::SetClock => self.link()?.acknowledge().await,
        }
    }

    /// E1: known → 80; of the attempt in doubt → recorded, 80; anything else → recorded as stray, then refused. What is known is the
    /// late result of the attempt in doubt only if it was seen of that attempt before, never because the amount fits.
    pub async fn unasked_result(&mut self, status: &Status) -> Result<(), LinkError> {
        let Some(journal) = self.journal.clone() else {
            self.lose("a result came before the journal was there; it stays unanswered");
            return Err(LinkError::Closed);
        };
        if has_identity(&status.approval) && journal.knows(&status.approval) {
            let partial = self.open.as_ref().and_then(|open| open.partial.as_ref());
            if status.code == Some(0) && partial.is_some_and(|partial| same_result(partial, &status.approval))
            {
                self.late = Some(status.approval.clone());
            }
            return self.link()?.acknowledge().await;
        }
        let open = self.open.as_ref().filter(|open| self.fits(open, status)).map(|open| open.attempt);
        let (code, approval) = (status.code_text(), status.approval.clone());
        let recorded = match open {
            Some(attempt) => journal.record(attempt, AttemptFact::ResultSeen { code, approval }).await,
            None => journal.record_stray(StrayResult { code, approval }).await,
        };
        if recorded == Err(JournalDown) {
            self.lose("the journal could not take a result; it stays unanswered");
            return Err(LinkError::Closed);
        }
        if open.is_some() {
            self.late = Some(status.approval.clone());
            self.link()?.acknowledge().await
        } else if status.code == Some(0) {
            tracing::warn!("terminal: a result that fits no attempt was recorded and refused");
            self.link()?.send(&command::refuse(GOODS_NOT_HANDED_OUT)).await
        } else {
            self.link()?.acknowledge().await
        }
    }

    /// Whether an unasked result can be that of the attempt in doubt.
    fn fits(&self, open: &OpenAttempt, status: &Status) -> bool {
        let amount = status.check_amount(open.amount, self.config.currency_exponent);
        status.code == Some(0)
            && status.totals.is_none()
            && !status.foreign_currency
            && amount == AmountCheck::Agrees
            && status.takes_back.is_some() == open.is_void
            && open.partial.as_ref().is_none_or(|partial| same_result(partial, &status.approval))
    }
}
