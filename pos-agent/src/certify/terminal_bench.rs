//! A terminal's driver before its own simulator, with short deadlines.
//!
//! Invariants: each bench has a machine and a book of its own; a request is sent once, what stays unknown is asked about, as the
//! counter does.

use std::{sync::Arc, time::Duration};

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{Approval, Outcome, QueryAnswer},
};
use drivers::{
    cat::{AttemptEvidence, Cat, CatKind, CatRequest, Recorder},
    script::{Direction, Script},
    transport::TransportError,
    zvt::{
        CurrencyExponent, ZvtConfig, ZvtSimulator, ZvtTerminal, ZvtTimers, describe::describe,
        frame::Framing, simulator::SimulatorConfig,
    },
};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{ledger::Ledger, trial::Trial};
use crate::edge::SystemClock;

/// TID of the simulated terminal.
pub(super) const TERMINAL_ID: &str = "12345678";
/// How often an open attempt is asked about.
const QUESTIONS_MAX: u32 = 40;
/// Between two questions, in milliseconds.
const QUESTION_PAUSE_MS: u64 = 200;
/// A pause in which the terminal may say something by itself, in milliseconds.
const EAR_MS: u64 = 150;

/// Deadlines of the kit.
const SHORT: ZvtTimers = ZvtTimers {
    connect: Duration::from_millis(2_000),
    reply: Duration::from_millis(700),
    idle: Duration::from_millis(1_500),
    hard: Duration::from_millis(8_000),
    block: Duration::from_millis(400),
    character: Duration::from_millis(100),
    late_result: Duration::from_millis(200),
    stale: Duration::from_secs(60),
};

/// The bench.
pub(super) struct Bench {
    pub simulator: ZvtSimulator,
    pub terminal: Arc<dyn Cat>,
    pub ledger: Arc<Ledger>,
    pub config: ZvtConfig,
    requests: u32,
}

impl Bench {
    /// The driver as it is configured, before a machine; both may be changed.
    pub async fn with(
        device: &ZvtConfig,
        change: impl FnOnce(&mut SimulatorConfig, &mut ZvtConfig),
    ) -> Result<Self, TransportError> {
        let mut machine = SimulatorConfig {
            terminal_id: TERMINAL_ID.to_owned(),
            counts_hundredths: device.currency_exponent == CurrencyExponent::Two,
            pace: Duration::from_millis(20),
            card_wait: Duration::from_millis(300),
            ack_wait: Duration::from_millis(300),
            ..SimulatorConfig::loopback()
        };
        let mut config =
            ZvtConfig { terminal_id: Some(TERMINAL_ID.to_owned()), timers: SHORT, ..device.clone() };
        change(&mut machine, &mut config);
        let simulator = ZvtSimulator::start(machine, Arc::new(SystemClock)).await?;
        config.transport = simulator.address().clone();
        let ledger = Arc::new(Ledger::default());
        let terminal = ZvtTerminal::with_recorder(config.clone(), Arc::clone(&ledger) as Arc<dyn Recorder>);
        Ok(Self { simulator, terminal, ledger, config, requests: 0 })
    }

    /// Loads rules of a fault script.
    pub fn faults(&self, trial: &mut Trial, rules: &str) {
        match Script::parse(&format!("device = \"zvt\"\nrule = [{rules}]")) {
            Ok(script) => self.simulator.load_script(&script),
            Err(error) => trial.must(false, format!("the kit's own script: {error}")),
        }
    }

    pub fn request(&mut self, yen: i64) -> CatRequest {
        self.requests += 1;
        CatRequest {
            attempt: AttemptId(Uuid::from_u128(u128::from(self.requests))),
            sequence_number: self.requests,
            amount: Yen::new(yen),
            kind: CatKind::Sales,
            original: None,
            code: None,
        }
    }

    pub async fn send(&self, request: &CatRequest, stop: CancellationToken) -> Outcome {
        self.ledger.note("PaymentRequested");
        let recorder = Arc::clone(&self.ledger) as Arc<dyn Recorder>;
        let outcome = self.terminal.authorize(request.clone(), recorder, stop).await;
        self.ledger.note_outcome(&outcome);
        outcome
    }

    pub async fn sell(&mut self, yen: i64) -> (CatRequest, Outcome) {
        let request = self.request(yen);
        let outcome = self.send(&request, CancellationToken::new()).await;
        (request, outcome)
    }

    pub async fn void(&mut self, sold: &CatRequest, approval: &Approval) -> Outcome {
        let request = CatRequest {
            kind: CatKind::Void { original: sold.attempt },
            original: Some(approval.clone()),
            ..self.request(sold.amount.get())
        };
        self.send(&request, CancellationToken::new()).await
    }

    /// Asks until the terminal can tell whether the money was taken. `None` when it never can.
    pub async fn resolve(&self, terminal: &Arc<dyn Cat>, request: &CatRequest) -> Option<bool> {
        for _ in 0..QUESTIONS_MAX {
            let evidence = AttemptEvidence {
                attempt: request.attempt,
                kind: request.kind,
                amount: request.amount,
                partial: self.ledger.partial(request.attempt),
                known: self.ledger.known_but(request.attempt),
            };
            match terminal.query(evidence).await {
                QueryAnswer::Happened { .. } => {
                    self.ledger.note("Resolved.Approved");
                    return Some(true);
                }
                QueryAnswer::DidNotHappen { .. } => {
                    self.ledger.note("Resolved.DidNotHappen");
                    return Some(false);
                }
                QueryAnswer::StillRunning | QueryAnswer::CannotTell { .. } => {
                    sleep(Duration::from_millis(QUESTION_PAUSE_MS)).await;
                }
            }
        }
        None
    }

    /// Sells, asks where it must, and says whether the money was taken and how long the asking took.
    pub async fn sell_to_the_end(&mut self, yen: i64) -> (Option<bool>, Duration) {
        let (request, outcome) = self.sell(yen).await;
        let from = Instant::now();
        let taken = match outcome {
            Outcome::Approved(_) => Some(true),
            Outcome::Declined(_) | Outcome::NotStarted { .. } => Some(false),
            Outcome::Unknown(_) => self.resolve(&self.terminal, &request).await,
        };
        (taken, from.elapsed())
    }

    /// Lets the terminal say what it has to say by itself, also on a new line.
    pub async fn listen(&self) {
        sleep(Duration::from_millis(EAR_MS)).await;
        self.terminal.connect().await;
        sleep(Duration::from_millis(EAR_MS)).await;
    }

    /// What the citizens have paid, by the terminal's own book.
    pub fn charged(&self) -> Vec<i64> {
        self.simulator.charged().into_iter().map(Yen::get).collect()
    }

    /// Puts the conversation, redacted, and the book into the report.
    pub fn tell(&self, trial: &mut Trial) {
        for (direction, message) in self.simulator.transcript() {
            for line in describe(Framing::Tcp, &message, self.config.currency_exponent) {
                match direction {
                    Direction::Rx => trial.sent(line),
                    Direction::Tx => trial.seen(line),
                }
            }
        }
        trial.seen(format!("recorded: {}", self.ledger.words().join(", ")));
        trial.seen(format!("the terminal's book: {:?}", self.charged()));
    }
}
