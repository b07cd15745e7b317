//! A journal made of a vector, a clock that stands, a terminal and its simulator.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{Approval, AttemptFact, Outcome, QueryAnswer, StrayResult},
};
use tokio_util::sync::CancellationToken;

use crate::{
    cat::{AttemptEvidence, Cat, CatKind, CatRequest, Fut, JournalDown, Progress, Recorder},
    script::Script,
    test_counter::{self, Standing},
    zvt::{
        CurrencyExponent, ZvtConfig, ZvtSimulator, ZvtTerminal, ZvtTimers,
        evidence::same_result,
        simulator::{Listen, SimulatorConfig},
    },
};

/// What was recorded, in order, as words a test can compare.
#[derive(Default)]
pub struct VecJournal {
    facts: Mutex<Vec<(AttemptId, AttemptFact)>>,
    strays: Mutex<Vec<StrayResult>>,
    pub progress: Mutex<Vec<u8>>,
    pub down: AtomicBool,
    /// How long the disk takes for one fact, in milliseconds.
    pub disk_ms: AtomicU64,
    /// Cancels this when a status with this code is shown.
    pub cancel_on: Mutex<Option<(u8, CancellationToken)>>,
}

impl VecJournal {
    pub fn words(&self) -> Vec<String> {
        let word = |fact: &AttemptFact| match fact {
            AttemptFact::Sending => "Sending".to_owned(),
            AttemptFact::ResultSeen { code, .. } => format!("ResultSeen {code}"),
        };
        self.lock().iter().map(|(_, fact)| word(fact)).collect()
    }

    pub fn everything(&self) -> Vec<(AttemptId, AttemptFact)> {
        self.lock().clone()
    }

    pub fn strays(&self) -> Vec<StrayResult> {
        self.strays.lock().unwrap().clone()
    }

    /// Every approval that was seen, but those of one attempt.
    pub fn known_but(&self, attempt: AttemptId) -> Vec<Approval> {
        let seen = |(of, fact): &(AttemptId, AttemptFact)| match fact {
            AttemptFact::ResultSeen { approval, .. } if *of != attempt => Some(approval.clone()),
            _ => None,
        };
        self.lock().iter().filter_map(seen).collect()
    }

    pub fn down_from_now(&self) {
        self.down.store(true, Ordering::SeqCst);
    }

    pub fn up_again(&self) {
        self.down.store(false, Ordering::SeqCst);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(AttemptId, AttemptFact)>> {
        self.facts.lock().unwrap()
    }

    fn is_down(&self) -> Result<(), JournalDown> {
        if self.down.load(Ordering::SeqCst) { Err(JournalDown) } else { Ok(()) }
    }
}

impl Recorder for VecJournal {
    fn record(&self, attempt: AttemptId, fact: AttemptFact) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            // A disk takes its time; nothing may be acknowledged meanwhile.
            tokio::time::sleep(Duration::from_millis(self.disk_ms.load(Ordering::SeqCst))).await;
            self.is_down()?;
            self.lock().push((attempt, fact));
            Ok(())
        })
    }

    fn record_stray(&self, stray: StrayResult) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            self.is_down()?;
            self.strays.lock().unwrap().push(stray);
            Ok(())
        })
    }

    fn knows(&self, approval: &Approval) -> bool {
        self.lock().iter().any(|(_, fact)| {
            matches!(fact, AttemptFact::ResultSeen { approval: seen, .. } if same_result(seen, approval))
        })
    }

    fn progress(&self, _attempt: AttemptId, progress: Progress) {
        self.progress.lock().unwrap().push(progress.code);
        if let Some((code, stop)) = &*self.cancel_on.lock().unwrap()
            && *code == progress.code
        {
            stop.cancel();
        }
    }
}

/// Timers in milliseconds.
pub const FAST: ZvtTimers = ZvtTimers {
    connect: Duration::from_millis(1_000),
    reply: Duration::from_millis(250),
    idle: Duration::from_millis(500),
    hard: Duration::from_millis(3_000),
    block: Duration::from_millis(250),
    character: Duration::from_millis(60),
    late_result: Duration::from_millis(60),
    stale: Duration::from_secs(60),
};

pub fn quick() -> SimulatorConfig {
    SimulatorConfig {
        pace: Duration::from_millis(10),
        card_wait: Duration::from_millis(150),
        ack_wait: Duration::from_millis(150),
        ..SimulatorConfig::loopback()
    }
}

/// A terminal, its simulator, the journal.
pub struct Bench {
    pub simulator: ZvtSimulator,
    pub terminal: Arc<dyn Cat>,
    pub journal: Arc<VecJournal>,
    attempts: u32,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(quick(), |_| {}).await
    }

    #[cfg(unix)]
    pub async fn on_a_pty() -> Self {
        Self::with(SimulatorConfig { listen: Listen::Pty, ..quick() }, |_| {}).await
    }

    pub async fn with(simulator: SimulatorConfig, change: impl FnOnce(&mut ZvtConfig)) -> Self {
        let hundredths = simulator.counts_hundredths;
        let simulator = ZvtSimulator::start(simulator, Arc::new(Standing)).await.unwrap();
        let mut config = ZvtConfig::new(simulator.address().clone(), "123456".parse().unwrap());
        config.terminal_id = Some("12345678".to_owned());
        config.timers = FAST;
        if hundredths {
            config.currency_exponent = CurrencyExponent::Two;
        }
        change(&mut config);
        let journal = Arc::new(VecJournal::default());
        let terminal = ZvtTerminal::with_recorder(config, Arc::clone(&journal) as Arc<dyn Recorder>);
        Self { simulator, terminal, journal, attempts: 0 }
    }

    pub fn load(&self, name: &str) -> Script {
        let script = test_counter::scripts::load("zvt", name);
        self.simulator.load_script(&script);
        script
    }

    pub fn request(&mut self, yen: i64) -> CatRequest {
        self.attempts += 1;
        test_counter::request(self.attempts, yen, CatKind::Sales)
    }

    pub async fn authorize(&self, request: CatRequest, stop: CancellationToken) -> Outcome {
        self.terminal.authorize(request, Arc::clone(&self.journal) as Arc<dyn Recorder>, stop).await
    }

    pub async fn sale(&mut self, yen: i64) -> Outcome {
        let request = self.request(yen);
        self.authorize(request, CancellationToken::new()).await
    }

    pub async fn approved(&mut self, yen: i64) -> Approval {
        match self.sale(yen).await {
            Outcome::Approved(approval) => approval,
            other => panic!("{other:?}"),
        }
    }

    pub async fn void(&mut self, yen: i64, original: Approval) -> Outcome {
        let of = self.request(yen).attempt;
        let request = CatRequest {
            kind: CatKind::Void { original: of },
            original: Some(original),
            ..self.request(yen)
        };
        self.authorize(request, CancellationToken::new()).await
    }

    pub async fn refund(&mut self, yen: i64, original: Approval) -> (CatRequest, Outcome) {
        let of = self.request(yen).attempt;
        let request = CatRequest {
            kind: CatKind::Refund { original: of },
            original: Some(original),
            ..self.request(yen)
        };
        (request.clone(), self.authorize(request, CancellationToken::new()).await)
    }

    /// Asks about a request as the agent would after a doubt.
    pub async fn query(&self, request: &CatRequest, outcome: &Outcome) -> QueryAnswer {
        let partial = match outcome {
            Outcome::Unknown(doubt) => doubt.partial.clone(),
            other => panic!("no doubt: {other:?}"),
        };
        let evidence = AttemptEvidence {
            attempt: request.attempt,
            kind: request.kind,
            amount: request.amount,
            partial,
            known: self.journal.known_but(request.attempt),
        };
        self.terminal.query(evidence).await
    }

    /// The replies of the till to each message that begins like this, as the terminal heard them.
    pub fn replies_to(&self, prefix: &[u8]) -> Vec<Vec<u8>> {
        use crate::script::Direction::{Rx, Tx};
        let transcript = self.simulator.transcript();
        let mut found = Vec::new();
        for (i, (direction, message)) in transcript.iter().enumerate() {
            if *direction == Tx && message.starts_with(prefix) {
                let reply = transcript[i + 1..].iter().find(|(direction, _)| *direction == Rx);
                found.extend(reply.map(|(_, reply)| reply.clone()));
            }
        }
        found
    }
}

pub fn yen(amounts: &[i64]) -> Vec<Yen> {
    amounts.iter().copied().map(Yen::new).collect()
}
