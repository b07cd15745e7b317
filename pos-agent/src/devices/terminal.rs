//! The task of one payment terminal: link, recovery, one order at a time.
//!
//! Invariants: an attempt in doubt is asked about before anything else is sent there; an attempt is started once in a run (what
//! was in flight at a restart is never started again, `due` sees to that); a cancel is a wish; an end is always reported.
//! Not here: what a result proves (the driver), what follows from it (`domain`).

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{
    command::Command,
    due::Effect,
    id::{AttemptId, DeviceId, RouteId},
    payment::{NotStartedWhy, Outcome, QueryAnswer},
};
use drivers::cat::{AttemptEvidence, Cat, CatRequest, LinkState, Recorder};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{Desk, daily_log, pause::Pause};
use crate::till::{DeviceView, Role};

/// How often an idle link is looked at, in milliseconds. Looking sends nothing.
const LOOK_INTERVAL_MS: u64 = 1_000;
/// How long an order in flight may go on after the agent was asked to stop, in milliseconds.
const STOP_GRACE_MS: u64 = 10_000;

/// A payment terminal and its task.
pub struct Terminal {
    desk: Desk,
    cat: Arc<dyn Cat>,
    recorder: Arc<dyn Recorder>,
    due: watch::Receiver<Arc<[Effect]>>,
    started: BTreeSet<AttemptId>,
    link_pause: Pause,
    link_due: Instant,
    query_pause: Pause,
    query_due: Instant,
    asked: Option<AttemptId>,
}

/// What is to be done now, in the order of its need.
#[derive(Debug)]
enum Order {
    Query(AttemptEvidence),
    Authorize(CatRequest),
    Totals(RouteId),
}

impl Terminal {
    /// A terminal with its recorder. Must be made inside a runtime.
    #[must_use]
    pub fn new(desk: Desk, cat: Arc<dyn Cat>, recorder: Arc<dyn Recorder>) -> Self {
        let due = desk.till.board().due();
        let now = Instant::now();
        Self {
            desk,
            cat,
            recorder,
            due,
            started: BTreeSet::new(),
            link_pause: Pause::default(),
            link_due: now,
            query_pause: Pause::default(),
            query_due: now,
            asked: None,
        }
    }

    /// Runs until `stop`; an order in flight is brought to its end first.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if !self.linked() && Instant::now() >= self.link_due {
                self.connect().await;
            }
            self.show();
            match self.next_order() {
                Some(Order::Authorize(request)) => self.authorize(request, &stop).await,
                Some(Order::Query(evidence)) => self.query(evidence).await,
                Some(Order::Totals(route)) => self.totals(route).await,
                None => self.wait(&stop).await,
            }
        }
    }

    fn linked(&self) -> bool {
        matches!(self.cat.link(), LinkState::Ready | LinkState::Busy)
    }

    async fn connect(&mut self) {
        match self.cat.connect().await {
            LinkState::Ready | LinkState::Busy => {
                self.link_pause.reset();
                // A line that has just come back is asked about every doubt at once.
                self.query_pause.reset();
                self.query_due = Instant::now();
            }
            _ => self.link_due = Instant::now() + self.link_pause.next(self.desk.entropy.permille()),
        }
    }

    /// A doubt first, while the terminal can be asked; then what was asked for.
    fn next_order(&mut self) -> Option<Order> {
        let effects = Arc::clone(&self.due.borrow_and_update());
        let mine: Vec<&Effect> = effects.iter().filter(|e| is_for(e, &self.desk.device)).collect();
        self.started.retain(|id| {
            mine.iter().any(|e| matches!(e, Effect::Authorize { attempt, .. } if attempt == id))
        });
        let query_now = self.linked() && Instant::now() >= self.query_due;
        let doubt = mine.iter().find_map(|effect| self.evidence(effect).filter(|_| query_now));
        doubt
            .map(Order::Query)
            .or_else(|| mine.iter().find_map(|effect| self.request(effect)).map(Order::Authorize))
            .or_else(|| {
                mine.iter().find_map(|effect| match effect {
                    Effect::ReadTerminalTotals { route, .. } => Some(Order::Totals(route.clone())),
                    _ => None,
                })
            })
    }

    fn evidence(&self, effect: &Effect) -> Option<AttemptEvidence> {
        let Effect::Query { attempt, amount, kind, partial, .. } = effect else { return None };
        Some(AttemptEvidence {
            attempt: *attempt,
            kind: *kind,
            amount: *amount,
            partial: partial.clone(),
            known: self.desk.till.current().state.known_approvals(),
        })
    }

    fn request(&self, effect: &Effect) -> Option<CatRequest> {
        match effect {
            Effect::Authorize { attempt, sequence_number, amount, kind, original, .. }
                if !self.started.contains(attempt) =>
            {
                Some(CatRequest {
                    attempt: *attempt,
                    sequence_number: *sequence_number,
                    amount: *amount,
                    kind: *kind,
                    original: original.clone(),
                })
            }
            _ => None,
        }
    }

    async fn authorize(&mut self, request: CatRequest, stop: &CancellationToken) {
        let attempt = request.attempt;
        self.started.insert(attempt);
        if !self.linked() && !self.link_pause.breaker_open() {
            self.connect().await;
        }
        let outcome = if self.linked() {
            self.take(request, stop).await
        } else {
            Some(Outcome::NotStarted {
                why: NotStartedWhy::DeviceUnavailable,
                detail: format!("the terminal is not there: {:?}", self.cat.link()),
            })
        };
        // Without an outcome the agent is going away; the start after it concludes the attempt by its last durable phase.
        if let Some(outcome) = outcome {
            self.query_pause.reset();
            self.query_due = Instant::now();
            self.desk.report(Command::RecordOutcome { attempt, outcome }).await;
        }
        self.desk.till.board().clear_progress(attempt);
    }

    /// Hands the request to the terminal and listens for the clerk's wish to cancel meanwhile.
    async fn take(&mut self, request: CatRequest, stop: &CancellationToken) -> Option<Outcome> {
        let attempt = request.attempt;
        let wish = CancellationToken::new();
        let taking = self.cat.authorize(request, Arc::clone(&self.recorder), wish.clone());
        tokio::pin!(taking);
        loop {
            tokio::select! {
                outcome = &mut taking => return Some(outcome),
                _ = self.due.changed() => {
                    let effects = self.due.borrow_and_update();
                    if effects.iter().any(|e| matches!(e, Effect::Cancel { attempt: id, .. } if *id == attempt)) {
                        wish.cancel();
                    }
                }
                () = stop.cancelled() => {
                    wish.cancel();
                    return timeout(Duration::from_millis(STOP_GRACE_MS), taking).await.ok();
                }
            }
        }
    }

    async fn query(&mut self, evidence: AttemptEvidence) {
        let attempt = evidence.attempt;
        if self.asked.replace(attempt) != Some(attempt) {
            self.query_pause.reset();
        }
        let answer = self.cat.query(evidence).await;
        if matches!(answer, QueryAnswer::StillRunning | QueryAnswer::CannotTell { .. }) {
            self.query_due = Instant::now() + self.query_pause.next(self.desk.entropy.permille());
        } else {
            self.query_pause.reset();
        }
        self.desk.report(Command::RecordQueryAnswer { attempt, answer }).await;
    }

    async fn totals(&mut self, route: RouteId) {
        let outcome = self.cat.access_daily_log().await;
        if !self.desk.report(daily_log::command(&route, outcome)).await {
            self.desk.report(daily_log::not_recorded(&route)).await;
        }
    }

    async fn wait(&mut self, stop: &CancellationToken) {
        let look = Instant::now() + Duration::from_millis(LOOK_INTERVAL_MS);
        tokio::select! {
            _ = self.due.changed() => {}
            () = sleep_until(look) => {}
            () = stop.cancelled() => {}
        }
    }

    fn show(&self) {
        let link = self.cat.link();
        let doubted = self
            .due
            .borrow()
            .iter()
            .any(|e| matches!(e, Effect::Query { device, .. } if *device == self.desk.device));
        let attention_ja = match &link {
            LinkState::Lost(_) => {
                Some("端末とつながりません。電源とケーブルを見てください。自動でつなぎ直します。".into())
            }
            LinkState::Faulted(_) => {
                Some("端末に人の確認が必要です。端末の画面と登録番号を見てください。".into())
            }
            _ if doubted => Some("前回の結果を端末に問い合わせています。".into()),
            _ => None,
        };
        self.desk
            .till
            .board()
            .show_device(&self.desk.device, DeviceView { role: Role::Cat, link, attention_ja });
    }
}

fn is_for(effect: &Effect, device: &DeviceId) -> bool {
    match effect {
        Effect::Authorize { device: for_device, .. }
        | Effect::Cancel { device: for_device, .. }
        | Effect::Query { device: for_device, .. }
        | Effect::ReadTerminalTotals { device: for_device, .. } => for_device == device,
        Effect::Print { .. } => false,
    }
}
