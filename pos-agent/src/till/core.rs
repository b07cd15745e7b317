//! The till without threads: state, head and store, stepped one command at a time. The thread and the simulation drive the same.
//!
//! Invariants: decide → freeze → append durable → evolve → due, in this order; the state is folded from what was written, never
//! from what was wished; after [`CoreError`] the core is not used again.

use std::sync::Arc;

use domain::{
    command::{Command, Context},
    decide::{decide, meta},
    due::{Effect, due},
    event::{Event, Meta, Recorded},
    evolve::evolve,
    id::{BootId, SequenceNumber},
    state::State,
    time::Timestamp,
};
use journal::{
    chain::{ChainBreak, Head, JournalId},
    entry::{Entry, EntryHash},
    payload::PayloadError,
};

use super::{
    Answer, Envelope, SubmitError,
    freeze::{Frozen, fold},
};
use crate::journal_store::{AppendError, JournalStore, READ_ENTRIES_MAX, ReadError};

/// Why the core stops for good.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The entries are not durable, or nobody can tell.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The journal cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The chain is broken on the disk.
    #[error("the chain is broken after entry {after}")]
    Chain {
        /// The last good entry.
        after: u64,
        /// What is wrong.
        #[source]
        source: ChainBreak,
    },
    /// A payload of a known kind cannot be read.
    #[error("entry {position} cannot be understood")]
    Payload {
        /// Which.
        position: u64,
        /// Why.
        #[source]
        source: PayloadError,
    },
    /// An event has no bytes: a fault of this program.
    #[error("an event cannot be written: {0}")]
    Unwritable(String),
    /// The journal's own name is missing: a fault of this program.
    #[error("an entry before the enrolment")]
    Nameless,
}

/// What a command came to.
#[derive(Debug)]
pub struct Handled {
    /// Durable, or refused and nothing was written.
    pub answer: Result<Answer, SubmitError>,
    /// What is due now, all of it; naming an effect twice is harmless.
    pub effects: Vec<Effect>,
}

/// State, head and store of one counter.
#[derive(Debug)]
pub struct Core<S> {
    state: Arc<State>,
    head: Head,
    journal: Option<JournalId>,
    boot: BootId,
    store: S,
    disk_full: bool,
}

impl<S: JournalStore> Core<S> {
    /// Folds the journal from its first entry and checks the chain on the way.
    ///
    /// # Errors
    /// When it cannot be read, understood, or its chain is broken: a person is needed.
    pub fn open(mut store: S, boot: BootId) -> Result<Self, CoreError> {
        let (mut state, mut head, mut journal) = (State::default(), Head::EMPTY, None);
        loop {
            let first = SequenceNumber(head.sequence_number.0 + 1);
            let entries = store.read_from(first, READ_ENTRIES_MAX)?;
            let last = entries.len() < READ_ENTRIES_MAX;
            for entry in &entries {
                head = fold(&mut state, &mut journal, head, entry)?;
            }
            if last {
                break;
            }
        }
        Ok(Self { state: Arc::new(state), head, journal, boot, store, disk_full: false })
    }

    /// The state after the last durable command.
    #[must_use]
    pub const fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// The journal's end.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Whose journal it is; none before the enrolment.
    #[must_use]
    pub const fn journal(&self) -> Option<&JournalId> {
        self.journal.as_ref()
    }

    /// Whether the disk is full: what runs may end, nothing new begins.
    #[must_use]
    pub const fn disk_full(&self) -> bool {
        self.disk_full
    }

    /// The store, for the uplink's reads and cursor.
    pub const fn store(&mut self) -> &mut S {
        &mut self.store
    }

    /// The hash at a position, if the journal has it.
    ///
    /// # Errors
    /// When the store does not give it.
    pub fn hash_at(&mut self, at: SequenceNumber) -> Result<Option<EntryHash>, ReadError> {
        if at.0 == 0 {
            return Ok(Some(EntryHash::ZERO));
        }
        if at == self.head.sequence_number {
            return Ok(Some(self.head.hash));
        }
        let found = self.store.read_from(at, 1)?;
        Ok(found.first().filter(|entry| entry.sequence_number == at).map(Entry::hash))
    }

    /// Tries to keep room for a full disk again; called now and then.
    pub fn keep_ballast(&mut self) {
        if self.store.restore_ballast() {
            self.disk_full = false;
        }
    }

    /// Judges a command at wall time `at`, makes it durable, and folds it.
    ///
    /// # Errors
    /// When nobody can tell what is durable: the caller stops and opens again.
    pub fn handle(&mut self, at: Timestamp, envelope: Envelope) -> Result<Handled, CoreError> {
        let Envelope { actor, id, command } = envelope;
        let repeated = self.state.answered_before(&id);
        if self.disk_full && !repeated && begins_something_new(&command) {
            return Ok(self.refused(SubmitError::DiskFull));
        }
        let context =
            Context { actor, command: id, at, boot: self.boot, chain_head: self.head.hash.to_hex() };
        let meta = meta(&self.state, &context, &command);
        match decide(&self.state, &context, command) {
            Ok(events) => {
                self.write(&meta, &events)?;
                let answer = Answer { repeated, events: events.into(), head: self.head };
                Ok(Handled { answer: Ok(answer), effects: due(&self.state) })
            }
            Err(refusal) => Ok(self.refused(refusal.into())),
        }
    }

    fn refused(&self, why: SubmitError) -> Handled {
        Handled { answer: Err(why), effects: due(&self.state) }
    }

    fn write(&mut self, meta: &Meta, events: &[Event]) -> Result<(), CoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let mut next = Frozen { head: self.head, journal: self.journal.clone(), entries: Vec::new() };
        let recorded: Vec<Recorded> =
            events.iter().map(|event| Recorded { meta: meta.clone(), event: event.clone() }).collect();
        for one in &recorded {
            next.freeze(one)?;
        }
        self.append(&next.entries)?;
        self.head = next.head;
        self.journal = next.journal;
        let state = Arc::make_mut(&mut self.state);
        for one in &recorded {
            evolve(state, one);
        }
        Ok(())
    }

    /// One durable append. A full disk gets the ballast's room once, so that an outcome can still be written.
    fn append(&mut self, entries: &[Entry]) -> Result<(), AppendError> {
        match self.store.append(entries) {
            Err(AppendError::DiskFull) if self.store.free_ballast() => {
                self.disk_full = true;
                self.store.append(entries)
            }
            other => other,
        }
    }
}

/// What may wait for room on the disk. Everything else ends what has begun: nothing seen is lost.
const fn begins_something_new(command: &Command) -> bool {
    matches!(
        command,
        Command::OpenDay { .. }
            | Command::RegisterSale { .. }
            | Command::RequestPayment { .. }
            | Command::VoidSale { .. }
            | Command::ReprintReceipt { .. }
            | Command::Inspect
    )
}
