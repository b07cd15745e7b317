//! A journal made of a vector with a display, a clock that stands, an operator with its till.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
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
    cat::{AttemptEvidence, Cat as _, CatKind, CatRequest, CodeToShow, Fut, JournalDown, Progress, Recorder},
    code_payment::CodeTerminal,
    paypay::{
        ApiSecret, PayPay, PayPayConfig, PayPayTimers,
        simulator::{PayPaySimulator, SimulatorOptions},
    },
    script::Script,
};

/// 2026-11-21 10:30:15 in Japan.
pub struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_jst("2026-11-21".parse().unwrap(), 10, 30, 15).unwrap()
    }
}

/// What was recorded and shown, in order.
#[derive(Default)]
pub struct Journal {
    words: Mutex<Vec<String>>,
    seen: Mutex<Vec<(AttemptId, Approval)>>,
    pub strays: Mutex<Vec<StrayResult>>,
    pub down_at_result: AtomicBool,
    pub down: AtomicBool,
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
    fn record(&self, attempt: AttemptId, fact: AttemptFact) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            match fact {
                _ if self.down.load(Ordering::SeqCst) => return Err(JournalDown),
                AttemptFact::Sending => self.note("PaymentRequested"),
                AttemptFact::ResultSeen { .. } if self.down_at_result.load(Ordering::SeqCst) => {
                    return Err(JournalDown);
                }
                AttemptFact::ResultSeen { approval, .. } => {
                    self.note("PaymentResultSeen");
                    self.seen.lock().unwrap().push((attempt, approval));
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
        self.seen.lock().unwrap().iter().any(|(_, seen)| seen == approval)
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

/// Waiting times of a test: long enough for a busy computer, short enough for many silences.
pub const TIMERS: PayPayTimers = PayPayTimers {
    connect: Duration::from_millis(500),
    create: Duration::from_millis(400),
    read: Duration::from_millis(400),
    poll: Duration::from_millis(20),
    patience: Duration::from_millis(900),
    retry: Duration::from_millis(10),
    last_word: Duration::from_millis(1_100),
    code_life: Duration::from_secs(30),
};

/// The secret of every test; it may stand nowhere else.
pub const SECRET: &str = "SIMULATED-SECRET-0001";

pub struct Bench {
    pub operator: PayPaySimulator,
    pub till: Arc<CodeTerminal<PayPay>>,
    pub journal: Arc<Journal>,
    attempts: u128,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(SimulatorOptions::default(), TIMERS).await
    }

    pub async fn with(options: SimulatorOptions, timers: PayPayTimers) -> Self {
        let options = SimulatorOptions { cancel_pace: Duration::from_millis(40), ..options };
        let operator = PayPaySimulator::start(options, Arc::new(Standing)).await.unwrap();
        let till = Arc::new(till(operator.base_url(), SECRET, timers));
        Self { operator, till, journal: Arc::default(), attempts: 0 }
    }

    /// With rules of a fault script.
    pub async fn scripted(rules: &str) -> Self {
        let bench = Self::new().await;
        bench.load(rules);
        bench
    }

    pub fn load(&self, rules: &str) {
        self.operator.load_script(&Script::parse(&format!("device = \"paypay\"\nrule = [{rules}]")).unwrap());
    }

    /// The agent starts again: what the till remembered is gone.
    pub fn restart(&mut self, timers: PayPayTimers) {
        self.till = Arc::new(till(self.operator.base_url(), SECRET, timers));
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

    /// Begins a sale and waits until its code is on the display; it goes on by itself.
    pub async fn begin(&mut self, yen: i64) -> CatRequest {
        let request = self.request(yen, CatKind::Sales);
        let sale = self.authorize(request.clone(), CancellationToken::new());
        let shown = async {
            while self.journal.display_is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            outcome = sale => panic!("{outcome:?}"),
            () = shown => request,
        }
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
        self.operator.charged().into_iter().map(Yen::get).collect()
    }

    /// Sale and void of the same attempt.
    pub async fn void(&mut self, sale: &CatRequest, outcome: &Outcome) -> (CatRequest, Outcome) {
        let Outcome::Approved(approval) = outcome else { panic!("{outcome:?}") };
        let mut void = self.request(sale.amount.get(), CatKind::Void { original: sale.attempt });
        void.original = Some(approval.clone());
        let outcome = self.authorize(void.clone(), CancellationToken::new()).await;
        (void, outcome)
    }
}

pub fn till(base_url: &str, secret: &str, timers: PayPayTimers) -> CodeTerminal<PayPay> {
    let mut config = PayPayConfig::new(base_url, "SIMULATED-KEY");
    config.terminal_id = Some("MADO-1".to_owned());
    config.order_description = "見本市 市民課 1番窓口".to_owned();
    config.timers = timers;
    let count = AtomicU32::new(0);
    let nonces = move || count.fetch_add(1, Ordering::Relaxed);
    let secret = ApiSecret::new(secret).unwrap();
    CodeTerminal::new(PayPay::new(config, secret, Arc::new(Standing), Arc::new(nonces)).unwrap())
}

/// The outcome's word, with what proves or doubts it.
pub fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Approved(_) => "Approved".to_owned(),
        Outcome::Declined(decline) => format!("Declined {}", decline.code),
        Outcome::NotStarted { why, .. } => format!("NotStarted {why:?}"),
        Outcome::Unknown(doubt) => format!("Unknown {:?}", doubt.cause),
    }
}

/// The answer's word.
pub const fn answer(answer: &QueryAnswer) -> &'static str {
    match answer {
        QueryAnswer::Happened { .. } => "Happened",
        QueryAnswer::DidNotHappen { .. } => "DidNotHappen",
        QueryAnswer::StillRunning => "StillRunning",
        QueryAnswer::CannotTell { .. } => "CannotTell",
    }
}
