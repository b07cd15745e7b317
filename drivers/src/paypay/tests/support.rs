//! The operator in software and its till.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use domain::{
    money::Yen,
    payment::{Outcome, QueryAnswer},
};
use tokio_util::sync::CancellationToken;

use crate::{
    cat::{CatKind, CatRequest},
    code_payment::CodeTerminal,
    paypay::{
        ApiSecret, PayPay, PayPayConfig, PayPayTimers,
        simulator::{PayPaySimulator, SimulatorOptions},
    },
    script::Script,
    test_counter::{self, Standing},
};

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

pub type Bench = test_counter::Bench<PayPaySimulator, CodeTerminal<PayPay>>;

impl Bench {
    pub async fn new() -> Self {
        Self::with(SimulatorOptions::default(), TIMERS).await
    }

    pub async fn with(options: SimulatorOptions, timers: PayPayTimers) -> Self {
        let options = SimulatorOptions { cancel_pace: Duration::from_millis(40), ..options };
        let operator = PayPaySimulator::start(options, Arc::new(Standing)).await.unwrap();
        let till = Arc::new(till(operator.base_url(), SECRET, timers));
        Self::of(operator, till)
    }

    /// With rules of a fault script.
    pub async fn scripted(rules: &str) -> Self {
        let bench = Self::new().await;
        bench.load(rules);
        bench
    }

    pub fn load(&self, rules: &str) {
        self.machine.load_script(&Script::parse(&format!("device = \"paypay\"\nrule = [{rules}]")).unwrap());
    }

    /// The agent starts again: what the till remembered is gone.
    pub fn restart(&mut self, timers: PayPayTimers) {
        self.till = Arc::new(till(self.machine.base_url(), SECRET, timers));
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

    pub fn charged(&self) -> Vec<i64> {
        self.machine.charged().into_iter().map(Yen::get).collect()
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
