//! The task of one payment terminal: link, recovery, one order at a time.
//!
//! Invariants: whatever was begun on the terminal is asked about before anything else is sent there, also on a line that has just
//! come back for a waiting sale; an attempt is started once in a run (what was in flight at a restart is never started again, `due`
//! sees to that); a cancel is a wish, heard also while the request waits; an end is always reported; a look at the link sends nothing.
//! Not here: what a result proves (the driver), what follows from it (`domain`), the states ([`super::standing`]).

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{
    command::Command,
    due::Effect,
    id::{AttemptId, DeviceId, RouteId},
    method::Method,
    payment::{NotStartedWhy, Outcome, QueryAnswer},
};
use drivers::cat::{AttemptEvidence, Cat, CatKind, CatRequest, LinkState, Recorder};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Desk, PersonsWish, daily_log,
    questions::Questions,
    standing::{Misses, Stage, Standing},
};
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
    standing: Standing,
    questions: Questions,
    wish: PersonsWish,
    /// A conversation about money made the terminal unusable: only a person ends that, never a reconnection.
    fault_stands: bool,
    /// It takes payers' codes that our scanner read.
    takes_codes: bool,
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
            wish: PersonsWish::of(&desk),
            desk,
            cat,
            recorder,
            due,
            started: BTreeSet::new(),
            standing: Standing::new(Misses::Exchange, now),
            questions: Questions::new(now),
            fault_stands: false,
            takes_codes: false,
        }
    }

    /// The same terminal, which takes payers' codes that our scanner read.
    #[must_use]
    pub const fn taking_codes(mut self) -> Self {
        self.takes_codes = true;
        self
    }

    /// Runs until `stop`; an order in flight is brought to its end first.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            self.observe();
            if self.wish.take() {
                self.fault_stands = false;
                self.standing.look_now(Instant::now());
            }
            if !self.linked() && !self.fault_stands && self.standing.is_due(Instant::now()) {
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

    /// What the link has come to since the last look.
    fn observe(&mut self) {
        let (now, permille) = (Instant::now(), self.desk.entropy.permille());
        match (self.cat.link(), self.standing.stage()) {
            (LinkState::Ready | LinkState::Busy, _) => {
                let open = self.questions.is_open(&self.doubts());
                self.standing.answers(now, open);
            }
            (LinkState::Lost(_), Stage::Ready | Stage::Busy | Stage::Recovering) => {
                self.standing.misses(now, permille);
            }
            (LinkState::Faulted(_), Stage::Ready | Stage::Busy | Stage::Recovering) => {
                self.fault_stands = true;
                self.standing.needs_a_person(now, permille);
            }
            _ => {}
        }
    }

    async fn connect(&mut self) {
        let link = self.cat.connect().await;
        let (now, permille) = (Instant::now(), self.desk.entropy.permille());
        match link {
            LinkState::Ready | LinkState::Busy => {
                self.questions.fresh_line(now);
                let open = self.questions.is_open(&self.doubts());
                self.standing.answers(now, open);
            }
            LinkState::Faulted(_) => self.standing.needs_a_person(now, permille),
            LinkState::Lost(_) | LinkState::Opening => self.standing.misses(now, permille),
        }
    }

    /// The attempts of this terminal whose result is unknown.
    fn doubts(&self) -> Vec<AttemptId> {
        let effects = self.due.borrow();
        let doubt = |effect: &Effect| match effect {
            Effect::Query { attempt, device, .. } if *device == self.desk.device => Some(*attempt),
            _ => None,
        };
        effects.iter().filter_map(doubt).collect()
    }

    /// Whether something begun here must be asked about before anything else. Opens the line where it is not there.
    async fn must_ask_first(&mut self) -> bool {
        if !self.linked() && !self.fault_stands {
            self.connect().await;
        }
        self.linked() && self.questions.is_open(&self.doubts())
    }

    /// A doubt first, while the terminal can be asked; then what was asked for.
    fn next_order(&mut self) -> Option<Order> {
        let effects = Arc::clone(&self.due.borrow_and_update());
        let mine: Vec<&Effect> = effects.iter().filter(|e| is_for(e, &self.desk.device)).collect();
        self.started.retain(|id| {
            mine.iter().any(|e| matches!(e, Effect::Authorize { attempt, .. } if attempt == id))
        });
        // What only a person can put right may still be asked: the driver opens a line for the question alone.
        let can_ask = self.linked() || self.fault_stands;
        let asked = self.questions.next(&self.doubts(), Instant::now()).filter(|_| can_ask);
        let about =
            |effect: &&Effect| matches!(effect, Effect::Query { attempt, .. } if Some(*attempt) == asked);
        mine.iter()
            .copied()
            .find(about)
            .and_then(|effect| self.evidence(effect))
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
            kind: (*kind).into(),
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
                    kind: (*kind).into(),
                    original: original.clone(),
                    code: None,
                })
            }
            _ => None,
        }
    }

    async fn authorize(&mut self, mut request: CatRequest, stop: &CancellationToken) {
        let attempt = request.attempt;
        let new_sale = request.kind == CatKind::Sales;
        let rests = new_sale && !self.standing.takes_new_sales();
        // The request stays due; it comes again when the question has been asked.
        if !rests && !self.cancel_asked(attempt) && self.must_ask_first().await {
            return;
        }
        self.started.insert(attempt);
        request.code = self.desk.till.board().safe().take(attempt);
        let outcome = if self.cancel_asked(attempt) {
            not_started(NotStartedWhy::CancelledBeforeSend, "cancelled while it waited".to_owned())
        } else if rests {
            not_started(NotStartedWhy::DeviceUnavailable, "the terminal failed too often just now".to_owned())
        } else if !self.linked() {
            let detail = format!("the terminal is not there: {:?}", self.cat.link());
            not_started(NotStartedWhy::DeviceUnavailable, detail)
        } else if new_sale && request.code.is_none() && self.needs_code(attempt) {
            not_started(NotStartedWhy::NoByteLeft, "the payer's code was lost before it was sent".to_owned())
        } else {
            self.standing.works();
            self.show();
            self.take(request, stop).await
        };
        // Without an outcome the agent is going away; the start after it concludes the attempt by its last durable phase.
        if let Some(outcome) = outcome {
            self.desk.report(Command::RecordOutcome { attempt, outcome }).await;
        }
        self.desk.till.board().clear_progress(attempt);
    }

    /// Whether the payer's code must come from our scanner: it lives in memory only and is gone after a restart.
    fn needs_code(&self, attempt: AttemptId) -> bool {
        let view = self.desk.till.current();
        let attempt = view.state.attempts.get(&attempt);
        self.takes_codes && attempt.is_some_and(|known| known.method == Method::CodeConsumerPresented)
    }

    fn cancel_asked(&self, attempt: AttemptId) -> bool {
        let effects = self.due.borrow();
        effects.iter().any(|e| matches!(e, Effect::Cancel { attempt: id, .. } if *id == attempt))
    }

    /// Hands the request to the terminal and listens for the clerk's wish to cancel meanwhile.
    async fn take(&mut self, request: CatRequest, stop: &CancellationToken) -> Option<Outcome> {
        let attempt = request.attempt;
        let wish = CancellationToken::new();
        let taking = Arc::clone(&self.cat);
        let taking = taking.authorize(request, Arc::clone(&self.recorder), wish.clone());
        tokio::pin!(taking);
        loop {
            // Looked at before each wait: the wish may have come before this conversation began.
            if self.cancel_asked(attempt) {
                wish.cancel();
            }
            tokio::select! {
                outcome = &mut taking => return Some(outcome),
                _ = self.due.changed() => {}
                () = stop.cancelled() => {
                    wish.cancel();
                    return timeout(Duration::from_millis(STOP_GRACE_MS), taking).await.ok();
                }
            }
        }
    }

    async fn query(&mut self, evidence: AttemptEvidence) {
        let attempt = evidence.attempt;
        let answer = self.cat.query(evidence).await;
        let answered = matches!(answer, QueryAnswer::Happened { .. } | QueryAnswer::DidNotHappen { .. });
        self.questions.asked(attempt, answered, Instant::now(), self.desk.entropy.permille());
        self.desk.report(Command::RecordQueryAnswer { attempt, answer }).await;
    }

    fn gives_totals(&self) -> bool {
        self.cat.capabilities().daily_log
    }

    async fn totals(&mut self, route: RouteId) {
        if !self.gives_totals() {
            self.desk.report(daily_log::on_its_own_screen(&route)).await;
            return;
        }
        if self.must_ask_first().await {
            return;
        }
        self.standing.works();
        self.show();
        let outcome = self.cat.access_daily_log().await;
        if !self.desk.report(daily_log::command(&route, outcome)).await {
            self.desk.report(daily_log::not_recorded(&route)).await;
        }
    }

    async fn wait(&mut self, stop: &CancellationToken) {
        let look = Instant::now() + Duration::from_millis(LOOK_INTERVAL_MS);
        tokio::select! {
            _ = self.due.changed() => {}
            () = self.wish.changed() => {}
            () = sleep_until(look) => {}
            () = stop.cancelled() => {}
        }
    }

    fn show(&self) {
        let stage = self.standing.stage();
        let rests = !self.standing.takes_new_sales();
        let view = DeviceView {
            role: Role::Cat,
            stage,
            rests,
            link: self.cat.link(),
            takes_codes: self.takes_codes,
            gives_totals: self.gives_totals(),
            attention_ja: attention(stage, rests, !self.doubts().is_empty(), self.gives_totals())
                .map(str::to_owned),
        };
        self.desk.till.board().show_device(&self.desk.device, view);
    }
}

fn not_started(why: NotStartedWhy, detail: String) -> Option<Outcome> {
    Some(Outcome::NotStarted { why, detail })
}

/// What the clerk should do about it.
const fn attention(stage: Stage, rests: bool, doubts: bool, machine: bool) -> Option<&'static str> {
    Some(match stage {
        Stage::Absent | Stage::Lost if !machine => {
            "決済会社とつながりません。この窓口機のネットワークを見てください。自動でつなぎ直します。"
        }
        Stage::Faulted if !machine => {
            "決済会社がこの窓口を受け付けません。鍵と契約の設定を管理者に確かめてもらってください。"
        }
        Stage::Suspect if !machine => "決済会社の返事が途切れました。つなぎ直しています。",
        Stage::Recovering if !machine => {
            "前回の結果を決済会社に問い合わせています。終わるまでお待ちください。"
        }
        _ if !machine && rests => {
            "決済会社との通信が続けて失敗したため、少し待ってから使います。自動で戻ります。"
        }
        _ if !machine && doubts => "前回の結果を決済会社に問い合わせています。",
        Stage::Absent | Stage::Lost => {
            "端末とつながりません。電源とケーブルを見てください。自動でつなぎ直します。"
        }
        Stage::Faulted => "端末に人の確認が必要です。端末の画面と登録番号を見てください。",
        Stage::Suspect => "端末の応答が途切れました。つなぎ直しています。",
        Stage::Recovering => "前回の結果を端末に問い合わせています。終わるまでお待ちください。",
        _ if rests => "端末が続けて失敗したため、少し待ってから使います。自動で戻ります。",
        _ if doubts => "前回の結果を端末に問い合わせています。",
        Stage::Opening | Stage::Ready | Stage::Busy => return None,
    })
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
