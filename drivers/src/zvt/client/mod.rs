//! A ZVT terminal behind the [`Cat`] trait: one task owns the line and carries out one order at a time.
//!
//! Invariants: dropping a future of this type cancels nothing, the task finishes and records (`devices.md` 3); a second money command
//! while one runs is refused as busy; what the terminal says by itself is heard also between orders.
//! Not here: reconnecting by itself (the caller calls [`Cat::connect`] again) and its pacing.

mod end_of_day;
mod exchange;
mod link;
mod money;
mod payment;
mod query;
mod registration;
mod session;
mod verdict;

use std::sync::Arc;

use domain::payment::{Doubt, DoubtCause, NotStartedWhy, Outcome, Phase, QueryAnswer};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch},
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

pub use self::link::BLOCK_RESENDS_MAX;
use self::session::Session;
use super::{ZvtConfig, command};
use crate::cat::{
    AttemptEvidence, Cat, CatCapabilities, CatRequest, DailyLogOutcome, Fut, LinkState, Recorder,
};

/// Orders that wait for the task; the gate lets one through.
const MAILBOX_ORDERS_MAX: usize = 1;

/// A ZVT terminal.
#[derive(Debug)]
pub struct ZvtTerminal {
    mailbox: mpsc::Sender<(Order, OwnedSemaphorePermit)>,
    gate: Arc<Semaphore>,
    link: watch::Receiver<LinkState>,
}

enum Order {
    Connect(oneshot::Sender<LinkState>),
    Authorize(CatRequest, Arc<dyn Recorder>, CancellationToken, oneshot::Sender<Outcome>),
    Query(AttemptEvidence, oneshot::Sender<QueryAnswer>),
    DailyLog(oneshot::Sender<DailyLogOutcome>),
}

impl ZvtTerminal {
    /// A terminal; nothing is opened yet. Must be called inside a tokio runtime. Until the first payment hands in its recorder, a
    /// result that the terminal delivers by itself stays unanswered; [`ZvtTerminal::with_recorder`] knows the journal from the start.
    #[must_use]
    pub fn new(config: ZvtConfig) -> Arc<Self> {
        Self::start(config, None)
    }

    /// A terminal that knows the journal from the start, as an agent after a restart needs it.
    #[must_use]
    pub fn with_recorder(config: ZvtConfig, recorder: Arc<dyn Recorder>) -> Arc<Self> {
        Self::start(config, Some(recorder))
    }

    fn start(config: ZvtConfig, recorder: Option<Arc<dyn Recorder>>) -> Arc<Self> {
        let (mailbox, orders) = mpsc::channel(MAILBOX_ORDERS_MAX);
        let (state, link) = watch::channel(LinkState::Opening);
        tokio::spawn(serve(Session::new(config, state, recorder), orders));
        Arc::new(Self { mailbox, gate: Arc::new(Semaphore::new(1)), link })
    }

    /// Waits for its turn, hands the order in, and waits for the answer; `None` when the task is gone.
    async fn ask<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order + Send) -> Option<T> {
        let permit = Arc::clone(&self.gate).acquire_owned().await.ok()?;
        self.hand_in(order, permit).await
    }

    async fn hand_in<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<T>) -> Order + Send,
        permit: OwnedSemaphorePermit,
    ) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.mailbox.send((order(reply), permit)).await.ok()?;
        answer.await.ok()
    }
}

impl Cat for ZvtTerminal {
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
        Box::pin(async { self.ask(Order::Connect).await.unwrap_or_else(task_is_gone) })
    }

    fn authorize(
        &self,
        request: CatRequest,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Fut<'_, Outcome> {
        Box::pin(async move {
            let Ok(permit) = Arc::clone(&self.gate).try_acquire_owned() else {
                return not_started("the terminal is busy with another order");
            };
            if self.mailbox.is_closed() {
                return not_started("the terminal's task is gone");
            }
            let order = |reply| Order::Authorize(request, recorder, stop, reply);
            self.hand_in(order, permit).await.unwrap_or_else(|| {
                Outcome::Unknown(Doubt {
                    phase: Phase::Sent,
                    cause: DoubtCause::AgentStopped,
                    detail: "the terminal's task ended while the attempt ran".to_owned(),
                    partial: None,
                })
            })
        })
    }

    fn query(&self, evidence: AttemptEvidence) -> Fut<'_, QueryAnswer> {
        Box::pin(async {
            let answer = self.ask(|reply| Order::Query(evidence, reply)).await;
            answer.unwrap_or_else(|| QueryAnswer::CannotTell {
                detail: "the terminal's task is gone".to_owned(),
            })
        })
    }

    fn access_daily_log(&self) -> Fut<'_, DailyLogOutcome> {
        Box::pin(async {
            let outcome = self.ask(Order::DailyLog).await;
            outcome.unwrap_or_else(|| DailyLogOutcome::Unknown("the terminal's task is gone".to_owned()))
        })
    }
}

fn task_is_gone() -> LinkState {
    LinkState::Faulted("the terminal's task is gone".to_owned())
}

fn not_started(detail: &str) -> Outcome {
    Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, detail: detail.to_owned() }
}

/// The connection task: orders, and between them what the terminal says by itself. Ends with 06 02 when the terminal is dropped.
async fn serve(mut session: Session, mut orders: mpsc::Receiver<(Order, OwnedSemaphorePermit)>) {
    loop {
        let order = if let Ok(link) = session.link() {
            tokio::select! {
                biased;
                order = orders.recv() => Some(order),
                read = link.fill() => {
                    let heard = match read {
                        Ok(()) => between_orders(&mut session).await,
                        Err(error) => Err(error),
                    };
                    if let Err(error) = heard {
                        session.lose(&error.to_string());
                    }
                    None
                }
            }
        } else {
            Some(orders.recv().await)
        };
        match order {
            None => {}
            Some(Some((order, permit))) => {
                carry_out(&mut session, order).await;
                drop(permit);
            }
            Some(None) => return log_off(&mut session).await,
        }
    }
}

async fn between_orders(session: &mut Session) -> Result<(), link::LinkError> {
    while let Some(message) = session.link()?.take_message().await? {
        session.unasked(message).await?;
    }
    Ok(())
}

/// A receiver that was dropped wanted to wait no longer; the work is done all the same.
async fn carry_out(session: &mut Session, order: Order) {
    match order {
        Order::Connect(reply) => {
            session.forgive();
            registration::ensure(session).await;
            let _ = reply.send(session.state());
        }
        Order::Authorize(request, recorder, stop, reply) => {
            let _ = reply.send(payment::authorize(session, &request, recorder, stop).await);
        }
        Order::Query(evidence, reply) => {
            let _ = reply.send(query::query(session, &evidence).await);
        }
        Order::DailyLog(reply) => {
            let _ = reply.send(end_of_day::access_daily_log(session).await);
        }
    }
}

async fn log_off(session: &mut Session) {
    let by = Instant::now() + session.config.timers.reply;
    if let Ok(link) = session.link() {
        let parting = async {
            link.send(&command::log_off()).await?;
            link.hear(by, None).await.map(|_answer| ())
        };
        if timeout_at(by, parting).await.is_err() {
            tracing::debug!("terminal: no answer to the log-off");
        }
    }
}
