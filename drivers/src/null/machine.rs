//! The terminal's side: its book, what the next card does, its fault script.
//!
//! Invariants: an entry of the book is never removed; the lock is never held across a wait. Words for `truth`: `charged` (the money is
//! taken, whatever the till hears), `silent` (nothing is taken, nothing more is said), `reversed`, `end CODE` (how this attempt ends),
//! `clock SECONDS` (the terminal finds the till's clock so far off and refuses). Not here: the conversation (`serve.rs`).

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    id::AttemptId,
    money::Yen,
    payment::Approval,
    time::{Clock, Timestamp},
};
use tokio::time::Instant;

use super::{
    TERMINAL_ID,
    word::{Last, Said},
};
use crate::{
    cat::{BrandTotal, CatKind},
    script::{Engine, Script},
};

/// Most entries of the book; a training terminal that lives so long starts no more.
pub const ENTRIES_MAX: usize = 100_000;
/// The brand of its totals.
const BRAND: &str = "credit";

/// What the terminal does with a result that nobody acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unacknowledged {
    /// It takes it back by itself.
    #[default]
    Reverse,
    /// It keeps it.
    Keep,
}

/// What kind of terminal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NullConfig {
    /// How long each step takes: card, centre, result.
    pub pace: Duration,
    /// How long it waits for an acknowledgement.
    pub ack_wait: Duration,
    /// What it does without one.
    pub unacknowledged: Unacknowledged,
}

impl Default for NullConfig {
    /// As slow as a person expects of a terminal.
    fn default() -> Self {
        Self {
            pace: Duration::from_millis(700),
            ack_wait: Duration::from_secs(5),
            unacknowledged: Unacknowledged::Reverse,
        }
    }
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// It stands.
    Standing,
    /// The terminal took it back by itself.
    Reversed,
    /// A later void took it back.
    Voided,
}

/// One line of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NullEntry {
    /// The attempt.
    pub attempt: AttemptId,
    /// Sale or void.
    pub kind: CatKind,
    /// Whole yen.
    pub amount: Yen,
    /// Number of the slip, from 1.
    pub slip: usize,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub state: EntryState,
    /// Whether a close of the day has counted it.
    pub day_closed: bool,
}

impl NullEntry {
    pub(super) fn approval(&self) -> Approval {
        Approval {
            settled_amount: Some(self.amount),
            brand: BRAND.parse().ok(),
            terminal_id: Some(TERMINAL_ID.to_owned()),
            slip_number: Some(format!("{:04}", self.slip)),
            terminal_time: Some(self.at.to_paper()),
            receipt_text: vec!["【訓練】支払いは行われていません".to_owned()],
            ..Approval::default()
        }
    }
}

/// A request under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pending {
    pub attempt: AttemptId,
    pub kind: CatKind,
    pub amount: Yen,
    /// Its place in the book, once the money is taken.
    pub entry: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub engine: Engine,
    pub started: Instant,
    pub book: Vec<NullEntry>,
    pub pending: Option<Pending>,
    /// How the attempt under way ends, instead of well.
    pub ends: Option<String>,
    pub clock_off_seconds: Option<u32>,
    pub unreachable_until: Option<Instant>,
    pub asks: u32,
    /// What was said, on whatever line: a script may have it repeated.
    pub said: VecDeque<Said>,
}

/// A terminal. Clones are the same terminal.
#[derive(Clone)]
pub struct NullMachine {
    pub(super) config: NullConfig,
    clock: Arc<dyn Clock>,
    inner: Arc<Mutex<Inner>>,
}

impl std::fmt::Debug for NullMachine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NullMachine").field("config", &self.config).finish_non_exhaustive()
    }
}

impl NullMachine {
    /// A terminal with an empty book and without faults.
    #[must_use]
    pub fn new(config: NullConfig, clock: Arc<dyn Clock>) -> Self {
        let inner = Inner {
            engine: Engine::new(&Script::none()),
            started: Instant::now(),
            book: Vec::new(),
            pending: None,
            ends: None,
            clock_off_seconds: None,
            unreachable_until: None,
            asks: 0,
            said: VecDeque::new(),
        };
        Self { config, clock, inner: Arc::new(Mutex::new(inner)) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a fault script from its beginning.
    pub fn load_script(&self, script: &Script) {
        let mut inner = self.lock();
        (inner.engine, inner.started) = (Engine::new(script), Instant::now());
    }

    /// How the next attempt ends, instead of well: a code.
    pub fn end_next(&self, code: &str) {
        self.lock().ends = Some(code.to_owned());
    }

    /// The book, oldest first.
    #[must_use]
    pub fn book(&self) -> Vec<NullEntry> {
        self.lock().book.clone()
    }

    /// The sales that stand.
    #[must_use]
    pub fn charged(&self) -> Vec<Yen> {
        let stands =
            |entry: &&NullEntry| entry.state == EntryState::Standing && matches!(entry.kind, CatKind::Sales);
        self.lock().book.iter().filter(stands).map(|entry| entry.amount).collect()
    }

    /// How often it was asked to take or give back money: no health check may count here.
    #[must_use]
    pub fn asks(&self) -> u32 {
        self.lock().asks
    }

    /// Carries out a word of the script; true when it decides what became of the attempt.
    pub(super) fn truth(&self, word: &str) -> bool {
        let (verb, argument) = word.split_once(' ').unwrap_or((word, ""));
        match verb {
            "charged" => {
                self.charge();
                self.lock().pending = None;
                return true;
            }
            "silent" => {
                self.lock().pending = None;
                return true;
            }
            "reversed" => {
                self.reverse_pending();
                return true;
            }
            "end" => self.lock().ends = Some(argument.to_owned()),
            "clock" => self.lock().clock_off_seconds = argument.parse().ok(),
            _ => tracing::warn!(word, "fault script: a word that this terminal does not know"),
        }
        false
    }

    /// Writes the request under way into the book, once. A void also marks its sale.
    pub(super) fn charge(&self) -> Option<NullEntry> {
        let at = self.clock.now();
        let mut inner = self.lock();
        let pending = inner.pending?;
        if let Some(place) = pending.entry {
            return inner.book.get(place).copied();
        }
        let place = inner.book.len();
        let entry = NullEntry {
            attempt: pending.attempt,
            kind: pending.kind,
            amount: pending.amount,
            slip: place + 1,
            at,
            state: EntryState::Standing,
            day_closed: false,
        };
        inner.book.push(entry);
        inner.pending = Some(Pending { entry: Some(place), ..pending });
        mark_original(&mut inner.book, pending.kind, EntryState::Voided);
        Some(entry)
    }

    /// Takes the request under way back; a reversed void leaves its sale standing.
    pub(super) fn reverse_pending(&self) {
        let mut inner = self.lock();
        let taken = inner.pending.take();
        if let Some(place) = taken.and_then(|pending| pending.entry)
            && let Some(entry) = inner.book.get_mut(place)
        {
            entry.state = EntryState::Reversed;
            let kind = entry.kind;
            mark_original(&mut inner.book, kind, EntryState::Standing);
        }
    }

    /// What the book says of an attempt.
    pub(super) fn last(&self, attempt: AttemptId) -> Last {
        let inner = self.lock();
        if inner.pending.is_some_and(|pending| pending.attempt == attempt) {
            return Last::Running;
        }
        match inner.book.iter().rev().find(|entry| entry.attempt == attempt) {
            Some(entry) if entry.state == EntryState::Standing => Last::Standing(entry.approval()),
            _ => Last::Nothing,
        }
    }

    /// Counts and closes the day.
    pub(super) fn close_day(&self) -> Vec<BrandTotal> {
        let mut inner = self.lock();
        let (mut count, mut amount) = (0, Yen::ZERO);
        for entry in inner.book.iter_mut().filter(|entry| !entry.day_closed) {
            entry.day_closed = true;
            if entry.state == EntryState::Standing && matches!(entry.kind, CatKind::Sales) {
                count += 1;
                amount = amount.saturating_add(entry.amount);
            }
        }
        if count == 0 { Vec::new() } else { vec![BrandTotal { brand: BRAND.to_owned(), count, amount }] }
    }
}

fn mark_original(book: &mut [NullEntry], kind: CatKind, state: EntryState) {
    if let CatKind::Void { original } = kind
        && let Some(sale) = book.iter_mut().find(|entry| entry.attempt == original)
    {
        sale.state = state;
    }
}
