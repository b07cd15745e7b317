//! What the terminal keeps between lines, behind one lock: its book, its script, what the next card does.
//!
//! Invariant: the lock is never held across a wait.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{money::Yen, time::Clock};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    Counters, Next, NextEnd, SimulatorConfig,
    book::{Book, BookEntry, Card, EntryKind},
};
use crate::script::{Direction, Engine, Script, Step};

/// Most messages kept for a test to look at.
const TRANSCRIPT_MESSAGES_MAX: usize = 2_000;
/// How long the terminal overlooks that its script has a new time.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A payment or void that has begun.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    pub kind: EntryKind,
    pub amount: Yen,
    pub card: Card,
    /// Its receipt number, once it is in the book.
    pub receipt: Option<u16>,
}

/// What changes.
pub(super) struct Inner {
    pub book: Book,
    pub engine: Engine,
    /// When the script began.
    pub script_began: Instant,
    pub next: Option<Next>,
    pub standard: Next,
    pub pending: Option<Pending>,
    /// A result that the till never acknowledged and that is said again after the next registration.
    pub undelivered: Option<Vec<u8>>,
    pub busy_until: Option<Instant>,
    /// Config byte of the last registration.
    pub config_byte: u8,
    pub counters: Counters,
    pub transcript: VecDeque<(Direction, Vec<u8>)>,
}

/// Everything the task and the handle share.
pub(super) struct Shared {
    pub config: SimulatorConfig,
    pub clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
    power: watch::Sender<bool>,
}

impl Shared {
    pub(super) fn new(config: SimulatorConfig, clock: Arc<dyn Clock>) -> Self {
        let inner = Inner {
            book: Book::default(),
            engine: Engine::new(&Script::none()),
            script_began: Instant::now(),
            next: None,
            standard: Next::approve(Card::Visa),
            pending: None,
            undelivered: None,
            busy_until: None,
            config_byte: 0,
            counters: Counters::default(),
            transcript: VecDeque::new(),
        };
        Self { config, clock, inner: Mutex::new(inner), power: watch::Sender::new(true) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_power(&self, on: bool) {
        self.power.send_replace(on);
    }

    pub(super) async fn powered_off(&self) {
        self.power_is(false).await;
    }

    pub(super) async fn powered_on(&self) {
        self.power_is(true).await;
    }

    /// The sender lives as long as `self`, so waiting never fails.
    async fn power_is(&self, wanted: bool) {
        let mut power = self.power.subscribe();
        if power.wait_for(|on| *on == wanted).await.is_err() {
            std::future::pending().await
        }
    }

    /// Asks the script about a message, and notes it.
    pub(super) fn script(&self, direction: Direction, message: &[u8], frame: &[u8]) -> Vec<Step> {
        let now_ms = self.now_ms();
        let mut inner = self.lock();
        // An attempt of the script is a payment or a void.
        if direction == Direction::Rx && matches!(message, [0x06, 0x01 | 0x30, ..]) {
            inner.engine.begin_attempt(now_ms);
        }
        if inner.transcript.len() == TRANSCRIPT_MESSAGES_MAX {
            inner.transcript.pop_front();
        }
        inner.transcript.push_back((direction, message.to_vec()));
        inner.engine.on_framed(direction, message, frame)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.lock().script_began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Waits until the script does something by itself, and says what.
    pub(super) async fn script_by_itself(&self) -> Vec<Step> {
        loop {
            let due = {
                let inner = self.lock();
                inner.engine.due_ms().map(|ms| inner.script_began + Duration::from_millis(ms))
            };
            // A new attempt or another script may bring a new time.
            let look_again = Instant::now() + LOOK_AGAIN;
            sleep_until(due.unwrap_or(look_again).min(look_again)).await;
            let now_ms = self.now_ms();
            let steps = self.lock().engine.on_time(now_ms);
            if !steps.is_empty() {
                return steps;
            }
        }
    }

    /// Carries out a word of the script; true when it decides what became of the payment.
    ///
    /// `charged`: the money is taken, whatever the till hears. `silent`: nothing is taken and nothing more is said. `reversed`: the
    /// payment that is in the book is reversed. `abort XX`, `decline XX`: how the next card ends. `busy N`: not available for N ms.
    /// A word that is not known changes nothing.
    pub(super) fn truth(&self, word: &str) -> bool {
        let (verb, argument) = word.split_once(' ').unwrap_or((word, ""));
        let code = u8::from_str_radix(argument, 16).ok();
        match (verb, code) {
            ("charged", _) => {
                self.charge();
                self.lock().pending = None;
                true
            }
            ("reversed", _) => {
                self.reverse_pending();
                true
            }
            ("silent", _) => {
                self.lock().pending = None;
                true
            }
            ("abort", Some(code)) => self.next_ends(NextEnd::Abort(code)),
            ("decline", Some(code)) => self.next_ends(NextEnd::Decline(code)),
            ("busy", _) => {
                let ms = argument.parse().unwrap_or(0);
                self.lock().busy_until = Some(Instant::now() + Duration::from_millis(ms));
                false
            }
            _ => {
                tracing::warn!(word, "fault script: a word that this simulator does not know");
                false
            }
        }
    }

    fn next_ends(&self, end: NextEnd) -> bool {
        let mut inner = self.lock();
        let next = inner.next.unwrap_or(inner.standard);
        inner.next = Some(Next { end, ..next });
        false
    }

    /// Writes the payment under way into the book, once.
    pub(super) fn charge(&self) -> Option<BookEntry> {
        let at = self.clock.now();
        let mut inner = self.lock();
        let pending = inner.pending?;
        if let Some(receipt) = pending.receipt {
            return inner.book.newest(receipt);
        }
        let entry = inner.book.write(pending.kind, pending.amount, pending.card, at);
        inner.pending = Some(Pending { receipt: Some(entry.receipt), ..pending });
        Some(entry)
    }

    /// The terminal reverses the payment under way by itself.
    pub(super) fn reverse_pending(&self) {
        let mut inner = self.lock();
        if let Some(receipt) = inner.pending.and_then(|pending| pending.receipt) {
            inner.book.reverse(receipt);
        }
        inner.pending = None;
    }
}
