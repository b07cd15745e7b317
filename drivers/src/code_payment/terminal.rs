//! An operator of codes as a payment terminal: what the supervisor of the agent drives.
//!
//! Invariants: those of every [`Cat`]: `Sending` is durable before the operator hears a byte, `ResultSeen` before anybody hears of the
//! money; one money order at a time, a second is refused as busy; dropping a future cancels nothing. The code leaves the display
//! with the clerk's cancel and with every end.

use std::sync::Arc;

use domain::payment::{Approval, AttemptFact, Doubt, DoubtCause, NotStartedWhy, Outcome, Phase, QueryAnswer};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

use super::{CodePayment, CodeSale, Presented, Settled, TakeBack};
use crate::cat::{
    AttemptEvidence, Cat, CatCapabilities, CatKind, CatRequest, DailyLogOutcome, Fut, LinkState, Recorder,
};

/// An operator behind [`Cat`].
#[derive(Debug)]
pub struct CodeTerminal<P> {
    operator: Arc<P>,
    /// Held while an order runs.
    turn: Arc<Mutex<()>>,
}

impl<P: CodePayment> CodeTerminal<P> {
    /// A terminal; nothing is sent until something is asked. Orders need a tokio runtime.
    #[must_use]
    pub fn new(operator: P) -> Self {
        Self { operator: Arc::new(operator), turn: Arc::default() }
    }

    /// The operator, for what is no terminal's affair.
    #[must_use]
    pub fn operator(&self) -> &P {
        &self.operator
    }
}

/// One order under way.
struct Order<P> {
    operator: Arc<P>,
    request: CatRequest,
    recorder: Arc<dyn Recorder>,
    stop: CancellationToken,
}

impl<P: CodePayment> Order<P> {
    async fn run(self) -> Outcome {
        if let Some(detail) = self.not_offered() {
            return not_started(NotStartedWhy::NoByteLeft, detail);
        }
        if self.stop.is_cancelled() {
            return not_started(NotStartedWhy::CancelledBeforeSend, "cancelled before anything was sent");
        }
        if self.recorder.record(self.request.attempt, AttemptFact::Sending).await.is_err() {
            return not_started(NotStartedWhy::NoByteLeft, "the journal could not take the intent");
        }
        let settled = match self.request.kind {
            CatKind::Sales => self.sell().await,
            CatKind::Void { original } | CatKind::Refund { original } => {
                let wish = TakeBack {
                    attempt: self.request.attempt,
                    original,
                    amount: self.request.amount,
                    approval: self.request.original.clone(),
                };
                self.operator.take_back(&wish).await
            }
        };
        self.keep(settled).await
    }

    /// What the operator does not do, before anything is sent.
    fn not_offered(&self) -> Option<&'static str> {
        let can = self.operator.capabilities();
        match (self.request.kind, &self.request.code) {
            (CatKind::Void { .. } | CatKind::Refund { .. }, _) if !can.take_back => {
                Some("the operator gives nothing back")
            }
            (CatKind::Sales, Some(_)) if !can.accept_code => {
                Some("the operator does not take the payer's code here")
            }
            (CatKind::Sales, None) if !can.show_code => {
                Some("the operator needs the payer's code, and there is none (it is kept in memory only)")
            }
            _ => None,
        }
    }

    async fn sell(&self) -> Settled {
        let attempt = self.request.attempt;
        let sale = CodeSale { attempt, amount: self.request.amount, code: self.request.code.clone() };
        let presented = self.operator.present(&sale).await;
        match &presented {
            Presented::Ended(outcome) => {
                return Settled { outcome: outcome.clone(), code: outcome.word().to_owned() };
            }
            // A code that the clerk has cancelled meanwhile is shown to nobody.
            Presented::Show(code) if !self.stop.is_cancelled() => {
                self.recorder.show(attempt, Some(code.clone()));
            }
            _ => {}
        }
        let settling = self.operator.settle(&sale, presented, Arc::clone(&self.recorder), self.stop.clone());
        tokio::pin!(settling);
        let settled = tokio::select! {
            settled = &mut settling => settled,
            () = self.stop.cancelled() => {
                self.recorder.show(attempt, None);
                settling.await
            }
        };
        self.recorder.show(attempt, None);
        settled
    }

    /// Makes what was seen of money durable before anybody hears of it.
    async fn keep(&self, settled: Settled) -> Outcome {
        let Some(approval) = seen(&settled.outcome) else { return settled.outcome };
        let fact = AttemptFact::ResultSeen { code: settled.code, approval: approval.clone() };
        let recorded = self.recorder.record(self.request.attempt, fact).await.is_ok();
        match settled.outcome {
            Outcome::Unknown(doubt) if recorded => {
                Outcome::Unknown(Doubt { phase: doubt.phase.max(Phase::ResultSeen), ..doubt })
            }
            outcome if recorded => outcome,
            outcome => {
                let partial = seen(&outcome).cloned();
                unknown(
                    Phase::AtCentre,
                    DoubtCause::JournalDown,
                    "the journal could not take the result",
                    partial,
                )
            }
        }
    }
}

/// What an outcome says of money that moved.
const fn seen(outcome: &Outcome) -> Option<&Approval> {
    match outcome {
        Outcome::Approved(approval) => Some(approval),
        Outcome::Unknown(Doubt { partial, .. }) => partial.as_ref(),
        Outcome::Declined(_) | Outcome::NotStarted { .. } => None,
    }
}

fn not_started(why: NotStartedWhy, detail: &str) -> Outcome {
    Outcome::NotStarted { why, detail: detail.to_owned() }
}

fn unknown(phase: Phase, cause: DoubtCause, detail: &str, partial: Option<Approval>) -> Outcome {
    Outcome::Unknown(Doubt { phase, cause, detail: detail.to_owned(), partial })
}

impl<P: CodePayment> Cat for CodeTerminal<P> {
    fn capabilities(&self) -> CatCapabilities {
        let can = self.operator.capabilities();
        CatCapabilities {
            void: can.take_back,
            refund: can.take_back,
            query: can.query,
            refuse_result: false,
            abort: can.show_code,
            daily_log: false,
        }
    }

    fn link(&self) -> LinkState {
        self.operator.link()
    }

    fn connect(&self) -> Fut<'_, LinkState> {
        Box::pin(async {
            let _turn = self.turn.lock().await;
            self.operator.connect().await
        })
    }

    fn authorize(
        &self,
        request: CatRequest,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Fut<'_, Outcome> {
        let turn: Result<OwnedMutexGuard<()>, _> = Arc::clone(&self.turn).try_lock_owned();
        let order = Order { operator: Arc::clone(&self.operator), request, recorder, stop };
        Box::pin(async move {
            let Ok(turn) = turn else {
                return not_started(
                    NotStartedWhy::DeviceUnavailable,
                    "the operator is busy with another order of this counter",
                );
            };
            let running = tokio::spawn(async move {
                let outcome = order.run().await;
                drop(turn);
                outcome
            });
            running.await.unwrap_or_else(|_| {
                unknown(Phase::Sent, DoubtCause::AgentStopped, "the task of the attempt is gone", None)
            })
        })
    }

    fn query(&self, evidence: AttemptEvidence) -> Fut<'_, QueryAnswer> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            self.operator.query(evidence).await
        })
    }

    fn access_daily_log(&self) -> Fut<'_, DailyLogOutcome> {
        Box::pin(async {
            DailyLogOutcome::Refused("an operator of codes keeps no daily log at the counter".to_owned())
        })
    }
}
