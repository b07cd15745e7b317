//! The operator in software: an HTTP server on the loopback with a book of its own, which fails as a script tells it.
//!
//! It checks each request's signature and time, keeps orders, payments and refunds by the operator's rules (`protocols.md` 2 and the help
//! pages for developers), and lets a citizen pay: by [`PayPaySimulator::pay`], by itself after a while, by POST to the address that the
//! code carries, or by a script. Invariants: nothing of the driver's signing or reading is used here, so that a mistake there is not
//! repeated; an entry of the book is never removed; time comes from the injected clock.
//!
//! A script sees `create`, `details`, `delete`, `cancel`, `refund` and `refund-details`: coming with their path (`rx = "'delete'"`), going
//! with status and word (`tx = "'create 201'"`), where the bytes are those of the body. Its words for `truth`: `paid`, `failed`,
//! `amount YEN` (what is settled instead), `state WORD`, `clock SECONDS` (this much off from now on), `refuse STATUS CODE` (not done,
//! answered so), `answer STATUS CODE` (done, answered so). Not here: pre-authorisation, webhooks, the payer's own code.

mod api;
mod auth;
mod book;
mod serve;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    money::Yen,
    time::{Clock, Timestamp},
};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

use self::book::Book;
pub use self::book::{Charge, ChargeState, Refund};
use crate::script::{Engine, Script};

/// How the operator is set up.
#[derive(Debug, Clone)]
pub struct SimulatorOptions {
    /// The API key that it gave out.
    pub api_key: String,
    /// The secret to it, made up.
    pub secret: String,
    /// The merchant that must be named, if any.
    pub merchant: Option<String>,
    /// How long a code lives.
    pub code_life: Duration,
    /// How long an accepted cancel of a payment takes.
    pub cancel_pace: Duration,
    /// A citizen pays every code after so long.
    pub pays_after: Option<Duration>,
    /// Whether an order that nobody has paid is "not found" instead of `CREATED`; the operator has been seen to say both.
    pub unpaid_is_not_found: bool,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            api_key: "SIMULATED-KEY".to_owned(),
            secret: "SIMULATED-SECRET-0001".to_owned(),
            merchant: None,
            code_life: Duration::from_secs(300),
            cancel_pace: Duration::from_secs(1),
            pays_after: None,
            unpaid_is_not_found: false,
        }
    }
}

struct Inner {
    book: Book,
    engine: Engine,
    began: Instant,
    clock_off_ms: i64,
    /// The next request is not done and answered so.
    refuse: Option<(u16, String)>,
    /// The next answer says this instead.
    answer: Option<(u16, String)>,
    out_of_reach_until: Option<Instant>,
    counters: BTreeMap<&'static str, u32>,
}

/// What the tasks of the operator share.
struct Shared {
    options: SimulatorOptions,
    base_url: String,
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
    /// The script has something new to wait for.
    changed: Notify,
    stop: CancellationToken,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The operator's own time.
    fn now(&self) -> Timestamp {
        let off = self.lock().clock_off_ms;
        self.clock.now().plus_ms(off)
    }

    fn run_ms(&self) -> u64 {
        let began = self.lock().began;
        u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Carries out a word of the script.
    fn truth(&self, word: &str) {
        let now = self.now();
        let (verb, rest) = word.split_once(' ').unwrap_or((word, ""));
        let pair = || {
            let (status, code) = rest.split_once(' ')?;
            Some((status.parse::<u16>().ok()?, code.to_owned()))
        };
        let mut inner = self.lock();
        match verb {
            "paid" => {
                inner.book.pay_newest(now, self.options.cancel_pace);
            }
            "failed" => inner.book.fail_newest(),
            "amount" => inner.book.settles_instead = rest.parse().ok().map(Yen::new),
            "state" => inner.book.newest_says(rest),
            "clock" => inner.clock_off_ms = rest.parse::<i64>().unwrap_or(0).saturating_mul(1_000),
            "refuse" => inner.refuse = pair(),
            "answer" => inner.answer = pair(),
            _ => tracing::warn!(word, "fault script: a word that this operator does not know"),
        }
    }
}

/// An operator that runs.
pub struct PayPaySimulator {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl PayPaySimulator {
    /// Starts an operator on a listener. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn serve(
        listener: TcpListener,
        options: SimulatorOptions,
        script: &Script,
        clock: Arc<dyn Clock>,
    ) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let inner = Inner {
            book: Book::default(),
            engine: Engine::new(script),
            began: Instant::now(),
            clock_off_ms: 0,
            refuse: None,
            answer: None,
            out_of_reach_until: None,
            counters: BTreeMap::new(),
        };
        let shared = Arc::new(Shared {
            options,
            base_url: format!("http://{address}"),
            clock,
            inner: Mutex::new(inner),
            changed: Notify::new(),
            stop: CancellationToken::new(),
        });
        let task = tokio::spawn(serve::run(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, task: Mutex::new(Some(task)) })
    }

    /// Starts an operator on the loopback, at a port that the system chooses.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start(options: SimulatorOptions, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        Self::serve(TcpListener::bind(("127.0.0.1", 0)).await?, options, &Script::none(), clock)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a driver's configuration names.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// Starts a fault script from its beginning.
    pub fn load_script(&self, script: &Script) {
        let mut inner = self.shared.lock();
        (inner.engine, inner.began) = (Engine::new(script), Instant::now());
        drop(inner);
        self.shared.changed.notify_one();
    }

    /// Carries out a word of a script now.
    pub fn truth(&self, word: &str) {
        self.shared.truth(word);
    }

    /// The citizen pays the newest code that can be paid; whether there was one.
    pub fn pay(&self) -> bool {
        let now = self.shared.now();
        self.shared.lock().book.pay_newest(now, self.shared.options.cancel_pace)
    }

    /// The book, oldest first.
    #[must_use]
    pub fn book(&self) -> Vec<Charge> {
        let now = self.shared.now();
        let mut inner = self.shared.lock();
        inner.book.ages(now);
        inner.book.charges().to_vec()
    }

    /// The refunds, oldest first.
    #[must_use]
    pub fn refunds(&self) -> Vec<Refund> {
        self.shared.lock().book.refunds().to_vec()
    }

    /// What the citizens have paid and not got back, by order.
    #[must_use]
    pub fn charged(&self) -> Vec<Yen> {
        let paid = |charge: &Charge| matches!(charge.state, ChargeState::Completed | ChargeState::Refunded);
        let kept = |charge: &Charge| charge.settled.saturating_sub(charge.refunded);
        self.book().iter().filter(|charge| paid(charge)).map(kept).filter(|kept| *kept != Yen::ZERO).collect()
    }

    /// How often something was asked: `create`, `details`, `delete`, `cancel`, `refund`, `refund-details`, and `unauthorized`.
    #[must_use]
    pub fn asked(&self, what: &str) -> u32 {
        self.shared.lock().counters.get(what).copied().unwrap_or(0)
    }

    /// Stops the operator and closes its port.
    pub async fn stop(&self) {
        self.shared.stop.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "simulator: the task failed");
        }
    }
}

impl Drop for PayPaySimulator {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}
