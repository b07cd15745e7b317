//! Events on their way to frozen entries, and entries on their way back to the state.
//!
//! Invariant: an entry is folded only after `journal::chain` has said that it may follow.

use domain::{
    event::{Event, Recorded},
    evolve::evolve,
    state::State,
};
use journal::{
    chain::{Head, JournalId},
    entry::{Entry, EntryError},
    payload,
};

use super::CoreError;

/// Entries on their way to the disk.
pub(super) struct Frozen {
    pub(super) head: Head,
    pub(super) journal: Option<JournalId>,
    pub(super) entries: Vec<Entry>,
}

impl Frozen {
    pub(super) fn freeze(&mut self, recorded: &Recorded) -> Result<(), CoreError> {
        if let Event::CounterEnrolled { tenant, counter, incarnation, .. } = &recorded.event {
            self.journal = Some(JournalId {
                tenant: tenant.clone(),
                counter: counter.clone(),
                incarnation: *incarnation,
            });
        }
        let journal = self.journal.as_ref().ok_or(CoreError::Nameless)?;
        let bytes = payload::write(recorded).map_err(|error| CoreError::Unwritable(error.to_string()))?;
        let entry = self
            .head
            .freeze_next(
                journal,
                payload::kind_of(&recorded.event),
                payload::version_of(&recorded.event),
                &bytes,
            )
            .map_err(|error: EntryError| CoreError::Unwritable(error.to_string()))?;
        self.head = Head::after(&entry);
        self.entries.push(entry);
        Ok(())
    }
}

/// Checks that an entry follows, and folds it.
pub(super) fn fold(
    state: &mut State,
    journal: &mut Option<JournalId>,
    head: Head,
    entry: &Entry,
) -> Result<Head, CoreError> {
    let id = journal.get_or_insert_with(|| JournalId {
        tenant: entry.tenant.clone(),
        counter: entry.counter.clone(),
        incarnation: entry.incarnation,
    });
    let after = head.sequence_number.0;
    head.check(id, entry).map_err(|source| CoreError::Chain { after, source })?;
    let position = entry.sequence_number.0;
    let recorded = payload::read(entry).map_err(|source| CoreError::Payload { position, source })?;
    evolve(state, &recorded);
    Ok(Head::after(entry))
}
