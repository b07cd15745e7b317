//! The counters' journals at the centre: frozen bytes as they came, and what does not fit kept aside.
//!
//! Invariants: bytes are stored exactly as received; a position of a journal holds one entry for ever; an entry that claims a
//! taken position, follows another chain, or was made by an ended incarnation is kept in full beside the journal, its money shown
//! as an exception, never dropped and never counted; projections are written in the same transaction as the entry.

use std::cmp::Ordering;

use async_trait::async_trait;
use domain::{
    id::{CounterId, Incarnation, SequenceNumber, TenantId},
    money::Yen,
    time::Timestamp,
};
use journal::{
    chain::{Head, JournalId},
    entry::{Entry, EntryHash},
    payload,
};
use serde::{Deserialize, Serialize};

use crate::Result;

/// Where an entry stands: the key of everything that is computed from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryKey {
    /// 窓口
    pub counter: CounterId,
    /// 世代
    pub incarnation: Incarnation,
    /// Position.
    pub sequence_number: SequenceNumber,
}

impl EntryKey {
    /// Where `entry` stands.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        Self {
            counter: entry.counter.clone(),
            incarnation: entry.incarnation,
            sequence_number: entry.sequence_number,
        }
    }
}

/// Why an entry is kept beside the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AsideReason {
    /// Its position already holds another entry.
    PositionTaken,
    /// It names another hash than the one before it here: the continuation of a fork.
    OtherChain,
    /// Its incarnation had ended when it was made.
    AfterReplacement,
}

/// An entry kept beside the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsideEntry {
    /// The position that it claims.
    pub key: EntryKey,
    /// Its hash.
    pub hash: EntryHash,
    /// Frozen number of its kind.
    pub kind: u16,
    /// Why.
    pub reason: AsideReason,
    /// Money that it speaks of: total of a completed sale, negative for a void; none for other kinds.
    pub amount: Option<Yen>,
    /// When it came first.
    pub received_at: Timestamp,
    /// The frozen bytes.
    pub bytes: Vec<u8>,
}

/// A batch that began beyond the end of its journal: what lies between never came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapRow {
    /// 窓口
    pub counter: CounterId,
    /// 世代
    pub incarnation: Incarnation,
    /// Last position that is here.
    pub head: SequenceNumber,
    /// Position that came first beyond it.
    pub seen: SequenceNumber,
    /// When.
    pub at: Timestamp,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The head after it: the acknowledgement.
    pub head: Head,
    /// Entries stored now.
    pub stored: u32,
    /// Entries that were here already, with the same hash.
    pub known: u32,
    /// Entries kept aside now or before.
    pub aside: u32,
    /// Position at which the batch has a gap; from there on nothing was stored.
    pub gap: Option<SequenceNumber>,
}

/// An entry and when it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// The entry.
    pub entry: Entry,
    /// When it came.
    pub received_at: Timestamp,
}

/// Where an entry of the right journal belongs, as far as the head alone can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It continues the chain.
    Next,
    /// Its position is taken already: the same entry again, or a fork.
    Taken,
    /// It is the next position and names another hash: a fork.
    OtherChain,
    /// It lies beyond the next position: the continuation of a fork, or a gap.
    Beyond,
}

/// Where `entry` belongs after `head`.
#[must_use]
pub fn place(head: &Head, entry: &Entry) -> Place {
    let (next, found) = (head.sequence_number.0.saturating_add(1), entry.sequence_number.0);
    match found.cmp(&next) {
        Ordering::Less => Place::Taken,
        Ordering::Greater => Place::Beyond,
        Ordering::Equal if entry.previous_hash == head.hash => Place::Next,
        Ordering::Equal => Place::OtherChain,
    }
}

/// Whether an entry was made after its incarnation had ended. One whose time cannot be read is taken as the tail.
#[must_use]
pub fn made_after(entry: &Entry, ended_at: Option<Timestamp>) -> bool {
    let Some(ended_at) = ended_at else { return false };
    payload::read(entry).is_ok_and(|recorded| recorded.meta.at > ended_at)
}

/// The journals of all counters.
#[async_trait]
pub trait JournalStore {
    /// The end of a journal here; none where this incarnation was never granted.
    async fn head(&mut self, journal: &JournalId) -> Result<Option<Head>>;

    /// Appends what continues the journal, under a lock on the counter; see [`Appended`]. None where this incarnation was never
    /// granted. Every entry must be of `journal`; one that is not ends the call with an error and the unit must be dropped.
    async fn append_entries(
        &mut self,
        journal: &JournalId,
        entries: &[Entry],
        received_at: Timestamp,
    ) -> Result<Option<Appended>>;

    /// At most `limit` entries after position `after`, in order.
    async fn entries(
        &mut self,
        journal: &JournalId,
        after: SequenceNumber,
        limit: u32,
    ) -> Result<Vec<StoredEntry>>;

    /// The entry at a position.
    async fn entry(&mut self, tenant: &TenantId, key: &EntryKey) -> Result<Option<StoredEntry>>;

    /// Everything that is kept beside the journals of a tenant, in order of arrival.
    async fn aside_entries(&mut self, tenant: &TenantId) -> Result<Vec<AsideEntry>>;

    /// Keeps a gap as [`JournalStore::append_entries`] does; the first of each end of a journal stays.
    async fn put_journal_gap(&mut self, tenant: &TenantId, gap: &GapRow) -> Result<()>;

    /// Gaps that are still open: the journal ends where it ended when the batch beyond it came; by counter and generation.
    async fn journal_gaps(&mut self, tenant: &TenantId) -> Result<Vec<GapRow>>;

    /// Forgets every projection of a tenant and computes it again from the frozen bytes. Returns the number of entries read.
    async fn rebuild_projections(&mut self, tenant: &TenantId) -> Result<u64>;
}

#[cfg(test)]
mod tests {
    use journal::{
        chain::{Head, JournalId},
        entry::{Entry, EntryHash},
    };

    use super::*;

    fn head(number: u64, hash: EntryHash) -> Head {
        Head { sequence_number: SequenceNumber(number), hash }
    }

    fn entry_after(head: Head) -> Entry {
        let id = JournalId {
            tenant: "t1".parse().unwrap(),
            counter: "m1".parse().unwrap(),
            incarnation: Incarnation(1),
        };
        head.freeze_next(&id, 2, 1, b"{}").unwrap()
    }

    #[test]
    fn an_entry_belongs_to_one_place() {
        let here = head(5, EntryHash([1; 32]));
        let other = EntryHash([2; 32]);
        for (after, place_of) in [
            (here, Place::Next),
            (head(5, other), Place::OtherChain),
            (head(4, here.hash), Place::Taken),
            (head(0, EntryHash::ZERO), Place::Taken),
            (head(6, here.hash), Place::Beyond),
        ] {
            assert_eq!(place(&here, &entry_after(after)), place_of, "{after:?}");
        }
    }

    #[test]
    fn a_time_that_cannot_be_read_is_the_tail() {
        let entry = entry_after(Head::EMPTY);
        assert!(!made_after(&entry, Some(Timestamp::from_micros(0))));
        assert!(!made_after(&entry, None));
    }
}
