//! A journal made of a vector, a clock that stands, a terminal with its till.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{Approval, AttemptFact, Outcome, QueryAnswer, StrayResult},
    time::{Clock, Timestamp},
};
use tokio_util::sync::CancellationToken;

use crate::{
    cat::{AttemptEvidence, Cat, CatKind, CatRequest, Fut, JournalDown, Progress, Recorder},
    null::{NullConfig, NullMachine, NullTerminal, NullTimers, Unacknowledged},
};

/// 2026-11-21 10:30:15 in Japan.
pub struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_jst("2026-11-21".parse().unwrap(), 10, 30, 15).unwrap()
    }
}

/// What was recorded, in order, as the words of the scripts.
#[derive(Default)]
pub struct Journal {
    words: Mutex<Vec<String>>,
    seen: Mutex<Vec<Approval>>,
    pub strays: Mutex<Vec<StrayResult>>,
    pub down_at_result: AtomicBool,
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
}

impl Recorder for Journal {
    fn record(&self, _attempt: AttemptId, fact: AttemptFact) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            match fact {
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
}

pub struct Bench {
    pub machine: NullMachine,
    pub till: Arc<NullTerminal>,
    pub journal: Arc<Journal>,
    attempts: u128,
}

impl Bench {
    pub fn new(unacknowledged: Unacknowledged) -> Self {
        let config = NullConfig {
            pace: Duration::from_millis(20),
            ack_wait: Duration::from_millis(150),
            unacknowledged,
        };
        let timers = NullTimers {
            reply: Duration::from_millis(250),
            idle: Duration::from_millis(400),
            late_result: Duration::from_millis(20),
        };
        let machine = NullMachine::new(config, Arc::new(Standing));
        let till = NullTerminal::new(machine.clone(), timers);
        Self { machine, till, journal: Arc::default(), attempts: 0 }
    }

    pub fn request(&mut self, yen: i64, kind: CatKind) -> CatRequest {
        self.attempts += 1;
        CatRequest {
            attempt: format!("00000000-0000-7000-8000-{:012}", self.attempts).parse().unwrap(),
            sequence_number: u32::try_from(self.attempts).unwrap(),
            amount: Yen::new(yen),
            kind,
            original: None,
            code: None,
        }
    }

    pub async fn authorize(&self, request: CatRequest, stop: CancellationToken) -> Outcome {
        self.till.authorize(request, Arc::clone(&self.journal) as Arc<dyn Recorder>, stop).await
    }

    pub async fn sale(&mut self, yen: i64) -> (CatRequest, Outcome) {
        let request = self.request(yen, CatKind::Sales);
        let outcome = self.authorize(request.clone(), CancellationToken::new()).await;
        (request, outcome)
    }

    pub async fn query(&self, request: &CatRequest) -> QueryAnswer {
        let evidence = AttemptEvidence {
            attempt: request.attempt,
            kind: request.kind,
            amount: request.amount,
            partial: None,
            known: Vec::new(),
        };
        self.till.query(evidence).await
    }

    pub fn charged(&self) -> Vec<i64> {
        self.machine.charged().into_iter().map(Yen::get).collect()
    }
}
