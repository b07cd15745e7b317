//! A ZVT terminal in software: it keeps its own book, speaks over TCP or a serial line, and fails as a script tells it.
//!
//! Invariants: nothing of the driver's `frame.rs` or `command.rs` is used here, so that a mistake there is not repeated; time comes from
//! the injected clock; what the till cannot see is in [`ZvtSimulator::book`], and tests believe that book alone.
//! Not here: card data beyond one made-up masked number, chip dialogues, a centre that can fail on its own.

mod book;
mod conn;
mod messages;
mod sale;
mod serve;
mod shared;
mod wire;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{money::Yen, time::Clock};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use self::book::{BookEntry, Card, EntryKind, EntryState};
use self::shared::Shared;
use crate::{
    script::{Direction, Engine, Script},
    transport::{Listener, SerialDefaults, Transport, TransportError},
};

/// How the terminal is set up.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Where it waits.
    pub listen: Listen,
    /// TID, eight digits.
    pub terminal_id: String,
    /// Whether amounts count hundredths of a yen (exponent 2) instead of yen.
    pub counts_hundredths: bool,
    /// How long the centre takes.
    pub pace: Duration,
    /// How long it waits for a card.
    pub card_wait: Duration,
    /// How long it waits for an acknowledgement.
    pub ack_wait: Duration,
    /// What becomes of a result that the till never acknowledged.
    pub unacknowledged: Unacknowledged,
}

impl SimulatorConfig {
    /// A terminal on the loopback, at a port that the system chooses, at the pace of a person's patience.
    #[must_use]
    pub fn loopback() -> Self {
        Self {
            listen: Listen::At(Transport::Tcp { host: "127.0.0.1".to_owned(), port: 0 }),
            terminal_id: "12345678".to_owned(),
            counts_hundredths: false,
            pace: Duration::from_millis(800),
            card_wait: Duration::from_secs(60),
            ack_wait: Duration::from_secs(5),
            unacknowledged: Unacknowledged::Reverse,
        }
    }

    const fn units_per_yen(&self) -> i64 {
        if self.counts_hundredths { 100 } else { 1 }
    }
}

/// Where the terminal waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// A TCP port or a serial port.
    At(Transport),
    /// The near end of a new pseudo-terminal.
    #[cfg(unix)]
    Pty,
}

/// What becomes of a result that the till never acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unacknowledged {
    /// The terminal reverses it (PA00P015, automatic reversal).
    Reverse,
    /// It stands, and is said again after the next registration.
    SayAgain,
}

/// How the next card behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The card.
    pub card: Card,
    /// How it ends.
    pub end: NextEnd,
    /// How long the citizen takes.
    pub hold: Duration,
    /// What is odd about the result.
    pub quirks: Quirks,
}

impl Next {
    /// A card that is approved at once.
    #[must_use]
    pub const fn approve(card: Card) -> Self {
        let quirks = Quirks { without_amount: false, zero_trace: false, amount_times_100: false };
        Self { card, end: NextEnd::Approve, hold: Duration::ZERO, quirks }
    }

    /// A card that is declined with a code.
    #[must_use]
    pub const fn decline(code: u8) -> Self {
        Self { end: NextEnd::Decline(code), ..Self::approve(Card::Visa) }
    }
}

/// How a payment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextEnd {
    /// 04 0F 27 00, then 06 0F.
    Approve,
    /// 04 0F with this code, then 06 1E.
    Decline(u8),
    /// 06 1E with this code, without a result.
    Abort(u8),
    /// Nobody presents a card.
    NoCard,
}

/// What real terminals do to their results (`devices.md` E1, E3, M3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quirks {
    /// No BMP 04.
    pub without_amount: bool,
    /// Trace 000000.
    pub zero_trace: bool,
    /// The wrong currency exponent.
    pub amount_times_100: bool,
}

/// How often the till asked for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// 06 00
    pub registrations: u32,
    /// 06 01
    pub sales: u32,
    /// 06 30
    pub voids: u32,
    /// 06 31
    pub refunds: u32,
    /// 06 20
    pub repeats: u32,
    /// 06 50
    pub days_closed: u32,
    /// 05 01
    pub status_enquiries: u32,
}

/// A terminal that runs.
pub struct ZvtSimulator {
    address: Transport,
    shared: Arc<Shared>,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl ZvtSimulator {
    /// Starts a terminal.
    ///
    /// # Errors
    /// When it cannot listen where it should.
    pub async fn start(config: SimulatorConfig, clock: Arc<dyn Clock>) -> Result<Self, TransportError> {
        let listener = match &config.listen {
            Listen::At(address) => Listener::bind(address, SerialDefaults::ZVT).await?,
            #[cfg(unix)]
            Listen::Pty => Listener::pty()?,
        };
        let address = listener.address().clone();
        let shared = Arc::new(Shared::new(config, clock));
        let stop = CancellationToken::new();
        let task = tokio::spawn(serve::run(listener, Arc::clone(&shared), stop.clone()));
        Ok(Self { address, shared, stop, task: Mutex::new(Some(task)) })
    }

    /// Where a driver finds it.
    #[must_use]
    pub const fn address(&self) -> &Transport {
        &self.address
    }

    /// The terminal's own book.
    #[must_use]
    pub fn book(&self) -> Vec<BookEntry> {
        self.shared.lock().book.entries().to_vec()
    }

    /// The sales that stand: what the citizens have paid.
    #[must_use]
    pub fn charged(&self) -> Vec<Yen> {
        let stands =
            |entry: &&BookEntry| entry.kind == EntryKind::Sale && entry.state == EntryState::Standing;
        self.shared.lock().book.entries().iter().filter(stands).map(|entry| entry.amount).collect()
    }

    /// How the next card behaves; after it the standard card returns.
    pub fn set_next(&self, next: Next) {
        self.shared.lock().next = Some(next);
    }

    /// How every card behaves from now on.
    pub fn set_standard(&self, next: Next) {
        self.shared.lock().standard = next;
    }

    /// Starts a fault script from its beginning.
    pub fn load_script(&self, script: &Script) {
        let mut inner = self.shared.lock();
        (inner.engine, inner.script_began) = (Engine::new(script), Instant::now());
    }

    /// How often the till asked for something.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.lock().counters
    }

    /// Every message since the start, as the terminal saw and said it (the last 2,000).
    #[must_use]
    pub fn transcript(&self) -> Vec<(Direction, Vec<u8>)> {
        self.shared.lock().transcript.iter().cloned().collect()
    }

    /// Cuts the power: the line goes, and a till that knocks is turned away.
    pub fn power_off(&self) {
        self.shared.set_power(false);
    }

    /// Gives the power back.
    pub fn power_on(&self) {
        self.shared.set_power(true);
    }

    /// Stops the terminal and closes its port.
    pub async fn stop(&self) {
        self.stop.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "simulator: the task failed");
        }
    }
}

impl Drop for ZvtSimulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
