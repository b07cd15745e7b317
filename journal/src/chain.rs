//! The chain: each entry names the hash of the one before, numbers have no gaps.
//!
//! Invariant: [`Head::check`] is the only judge of "may this entry follow"; agent, server and the offline verifier call it.

use domain::id::{CounterId, Incarnation, SequenceNumber, TenantId};

use crate::entry::{Draft, Entry, EntryError, EntryHash};

/// Whose journal it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JournalId {
    /// 団体
    pub tenant: TenantId,
    /// 窓口
    pub counter: CounterId,
    /// 世代
    pub incarnation: Incarnation,
}

/// The end of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Position of the last entry; 0 before the first.
    pub sequence_number: SequenceNumber,
    /// Its hash; zeros before the first.
    pub hash: EntryHash,
}

/// Why an entry may not follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainBreak {
    /// Another journal's entry.
    #[error("entry belongs to {tenant}/{counter} incarnation {incarnation}", tenant = .0.tenant, counter = .0.counter, incarnation = .0.incarnation.0)]
    Foreign(Box<JournalId>),
    /// A number is missing or repeated.
    #[error("entry {found} follows entry {head}: a gap or a repetition", found = .found.0, head = .head.0)]
    Sequence {
        /// The head.
        head: SequenceNumber,
        /// The entry.
        found: SequenceNumber,
    },
    /// The entry names another hash.
    #[error("entry {found} does not name the hash of the entry before it", found = .0.0)]
    PreviousHash(SequenceNumber),
}

impl Head {
    /// Before the first entry.
    pub const EMPTY: Self = Self { sequence_number: SequenceNumber(0), hash: EntryHash::ZERO };

    /// Whether `entry` may follow in journal `id`.
    ///
    /// # Errors
    /// Names the first rule that it breaks.
    pub fn check(&self, id: &JournalId, entry: &Entry) -> Result<(), ChainBreak> {
        if (&entry.tenant, &entry.counter, entry.incarnation) != (&id.tenant, &id.counter, id.incarnation) {
            return Err(ChainBreak::Foreign(Box::new(JournalId {
                tenant: entry.tenant.clone(),
                counter: entry.counter.clone(),
                incarnation: entry.incarnation,
            })));
        }
        if entry.sequence_number.0 != self.sequence_number.0.saturating_add(1) {
            return Err(ChainBreak::Sequence { head: self.sequence_number, found: entry.sequence_number });
        }
        if entry.previous_hash != self.hash {
            return Err(ChainBreak::PreviousHash(entry.sequence_number));
        }
        Ok(())
    }

    /// The head after `entry`.
    #[must_use]
    pub const fn after(entry: &Entry) -> Self {
        Self { sequence_number: entry.sequence_number, hash: entry.hash() }
    }

    /// Freezes the next entry of journal `id`.
    ///
    /// # Errors
    /// When the payload is over the bound.
    pub fn freeze_next(
        &self,
        id: &JournalId,
        kind: u16,
        payload_version: u16,
        payload: &[u8],
    ) -> Result<Entry, EntryError> {
        Entry::freeze(Draft {
            tenant: &id.tenant,
            counter: &id.counter,
            incarnation: id.incarnation,
            sequence_number: SequenceNumber(self.sequence_number.0 + 1),
            previous_hash: self.hash,
            kind,
            payload_version,
            payload,
        })
    }
}

/// Walks a whole journal from its first entry. Returns the head, or the position and the rule of the first break.
///
/// # Errors
/// The entries before the first bad one are good.
pub fn verify<'a>(
    id: &JournalId,
    entries: impl IntoIterator<Item = &'a Entry>,
) -> Result<Head, (Head, ChainBreak)> {
    entries.into_iter().try_fold(Head::EMPTY, |head, entry| match head.check(id, entry) {
        Ok(()) => Ok(Head::after(entry)),
        Err(broken) => Err((head, broken)),
    })
}
