//! The till's side of the null terminal, behind [`Cat`].
//!
//! Invariants: dropping a future cancels nothing: the work goes on in a task of its own; a second money command while one runs is
//! refused as busy; each order has its own line, and what the terminal says by itself at its beginning is heard first.

use std::{sync::Arc, time::Duration};

use domain::payment::{Doubt, DoubtCause, NotStartedWhy, Outcome, Phase, QueryAnswer};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio_util::sync::CancellationToken;

use super::{
    conversation::{Line, NoLine, Talk},
    machine::NullMachine,
    word::{Asked, Last, Said},
};
use crate::cat::{
    AttemptEvidence, Cat, CatCapabilities, CatRequest, DailyLogOutcome, Fut, JournalDown, LinkState, Recorder,
};
use domain::payment::AttemptFact;

/// How long the till waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NullTimers {
    /// For the first answer to an order.
    pub reply: Duration,
    /// Without any message while an order runs.
    pub idle: Duration,
    /// At the beginning of a line, for what the terminal says by itself.
    pub late_result: Duration,
}

impl Default for NullTimers {
    fn default() -> Self {
        Self {
            reply: Duration::from_secs(5),
            idle: Duration::from_secs(60),
            late_result: Duration::from_millis(20),
        }
    }
}

/// A till at a null terminal.
#[derive(Debug)]
pub struct NullTerminal {
    machine: NullMachine,
    timers: NullTimers,
    /// Held while an order runs.
    turn: Arc<Mutex<()>>,
    link: watch::Sender<LinkState>,
}

impl NullTerminal {
    /// A till; nothing is opened until something is asked.
    #[must_use]
    pub fn new(machine: NullMachine, timers: NullTimers) -> Arc<Self> {
        let (link, _) = watch::channel(LinkState::Opening);
        Arc::new(Self { machine, timers, turn: Arc::default(), link })
    }

    /// Opens a line and hears what the terminal says by itself. `recorder` is there when money may be spoken of.
    async fn open(&self, recorder: Option<&Arc<dyn Recorder>>) -> Result<Line, NoLine> {
        self.link.send_replace(LinkState::Opening);
        let line = Line::open(&self.machine, self.timers, recorder).await;
        self.link.send_replace(match &line {
            Ok(_) => LinkState::Ready,
            Err(NoLine) => LinkState::Lost("the terminal does not answer".to_owned()),
        });
        line
    }

    async fn run(
        &self,
        request: &CatRequest,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Outcome {
        let Ok(line) = self.open(Some(&recorder)).await else {
            return not_started(NotStartedWhy::DeviceUnavailable, "the terminal does not answer");
        };
        if stop.is_cancelled() {
            return not_started(NotStartedWhy::CancelledBeforeSend, "cancelled before anything was sent");
        }
        if recorder.record(request.attempt, AttemptFact::Sending).await == Err(JournalDown) {
            return not_started(NotStartedWhy::NoByteLeft, "the journal could not take the intent");
        }
        self.link.send_replace(LinkState::Busy);
        let outcome = Talk::new(line, request, recorder, stop).run().await;
        let lost = matches!(&outcome, Outcome::Unknown(Doubt { cause: DoubtCause::LineCut, .. }));
        let state = if lost { LinkState::Lost("the line was cut".to_owned()) } else { LinkState::Ready };
        self.link.send_replace(state);
        outcome
    }

    async fn ask_last(&self, evidence: &AttemptEvidence) -> QueryAnswer {
        let cannot_tell = |detail: &str| QueryAnswer::CannotTell { detail: detail.to_owned() };
        let Ok(mut line) = self.open(None).await else {
            return cannot_tell("the terminal does not answer");
        };
        match line.ask(Asked::Query(evidence.attempt)).await {
            Some(Said::Last(Last::Standing(approval))) => QueryAnswer::Happened {
                approval,
                detail: "the terminal has this attempt in its book".to_owned(),
            },
            Some(Said::Last(Last::Nothing)) => QueryAnswer::DidNotHappen {
                detail: "the terminal has no standing entry of this attempt".to_owned(),
            },
            Some(Said::Last(Last::Running)) => QueryAnswer::StillRunning,
            _ => cannot_tell("the terminal did not answer the question"),
        }
    }

    async fn close_day(&self) -> DailyLogOutcome {
        let Ok(mut line) = self.open(None).await else {
            return DailyLogOutcome::Refused("the terminal does not answer".to_owned());
        };
        match line.ask(Asked::Day).await {
            Some(Said::Totals(totals)) => DailyLogOutcome::Totals(totals),
            Some(Said::Refused(why)) => DailyLogOutcome::Refused(why),
            _ => DailyLogOutcome::Unknown("the terminal fell silent while the day was closed".to_owned()),
        }
    }
}

fn not_started(why: NotStartedWhy, detail: &str) -> Outcome {
    Outcome::NotStarted { why, detail: detail.to_owned() }
}

/// A second till at the same terminal, for a task of its own.
fn another(terminal: &NullTerminal) -> NullTerminal {
    NullTerminal {
        machine: terminal.machine.clone(),
        timers: terminal.timers,
        turn: Arc::clone(&terminal.turn),
        link: terminal.link.clone(),
    }
}

impl Cat for NullTerminal {
    fn capabilities(&self) -> CatCapabilities {
        CatCapabilities {
            void: true,
            refund: true,
            query: true,
            refuse_result: true,
            abort: true,
            daily_log: true,
        }
    }

    fn link(&self) -> LinkState {
        self.link.borrow().clone()
    }

    fn connect(&self) -> Fut<'_, LinkState> {
        Box::pin(async {
            let _turn = self.turn.lock().await;
            // What it says by itself is heard with the next order that knows the journal.
            drop(self.open(None).await);
            self.link()
        })
    }

    fn authorize(
        &self,
        request: CatRequest,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Fut<'_, Outcome> {
        let turn: Result<OwnedMutexGuard<()>, _> = Arc::clone(&self.turn).try_lock_owned();
        let till = another(self);
        Box::pin(async move {
            let Ok(turn) = turn else {
                return not_started(
                    NotStartedWhy::DeviceUnavailable,
                    "the terminal is busy with another order",
                );
            };
            let running = tokio::spawn(async move {
                let outcome = till.run(&request, recorder, stop).await;
                drop(turn);
                outcome
            });
            running.await.unwrap_or_else(|_| {
                Outcome::Unknown(Doubt {
                    phase: Phase::Sent,
                    cause: DoubtCause::AgentStopped,
                    detail: "the task of the attempt is gone".to_owned(),
                    partial: None,
                })
            })
        })
    }

    fn query(&self, evidence: AttemptEvidence) -> Fut<'_, QueryAnswer> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            self.ask_last(&evidence).await
        })
    }

    fn access_daily_log(&self) -> Fut<'_, DailyLogOutcome> {
        Box::pin(async {
            let _turn = self.turn.lock().await;
            self.close_day().await
        })
    }
}
