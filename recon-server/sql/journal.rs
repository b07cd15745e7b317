//! The journals: appending under a lock on the counter, reading, what is kept beside, rebuilding.

use async_trait::async_trait;
use domain::{
    id::{Incarnation, SequenceNumber, TenantId},
    money::Yen,
    time::Timestamp,
};
use journal::{
    chain::{Head, JournalId},
    entry::{Entry, EntryHash},
};
use sqlx::query_file;
use store::{
    Fault, JournalStore, Result, StoreError,
    journal::{Appended, AsideEntry, AsideReason, EntryKey, GapRow, Place, StoredEntry, made_after, place},
    projection, words,
};

use crate::support::{During, OneRow, Unit, fault, limit};

/// Entries that a rebuild reads at a time.
const REBUILD_PAGE_ROWS: u32 = 500;

/// The four columns of an entry's key.
pub struct KeyColumns<'a> {
    pub tenant: &'a str,
    pub counter: &'a str,
    pub incarnation: i64,
    pub sequence_number: i64,
}

/// The key of an entry as the database has it.
pub fn key_columns(entry: &Entry) -> Result<KeyColumns<'_>, Fault> {
    Ok(KeyColumns {
        tenant: entry.tenant.as_str(),
        counter: entry.counter.as_str(),
        incarnation: i64::from(entry.incarnation.0),
        sequence_number: words::to_i64("sequence number", entry.sequence_number.0)?,
    })
}

/// The key of an entry from its columns.
pub fn entry_key(counter: &str, incarnation: i64, sequence_number: i64) -> Result<EntryKey, Fault> {
    Ok(EntryKey {
        counter: words::parse("counter", counter)?,
        incarnation: words::incarnation(incarnation)?,
        sequence_number: words::sequence_number(sequence_number)?,
    })
}

fn thaw(bytes: Vec<u8>) -> Result<Entry, Fault> {
    Entry::thaw(bytes).map_err(|error| Fault::unreadable("journal entry", &error.to_string()))
}

fn stored(bytes: Vec<u8>, received_at: i64) -> Result<StoredEntry, Fault> {
    Ok(StoredEntry { entry: thaw(bytes)?, received_at: Timestamp::from_micros(received_at) })
}

/// What became of one entry of a batch.
enum Fate {
    Stored,
    Known,
    Aside,
    Gap,
}

impl Unit {
    async fn hash_at(&mut self, entry: &Entry) -> Result<Option<EntryHash>, Fault> {
        let key = key_columns(entry)?;
        let row = query_file!(
            "../sql/journal/hash_at.sql",
            key.tenant,
            key.counter,
            key.incarnation,
            key.sequence_number
        )
        .fetch_optional(&mut *self.tx)
        .await
        .map_err(fault)?;
        row.map(|row| words::digest("entry hash", &row.hash).map(EntryHash)).transpose()
    }

    /// Why the entry before `entry` is kept aside; none if it is not.
    async fn reason_before(&mut self, entry: &Entry) -> Result<Option<AsideReason>, Fault> {
        let key = key_columns(entry)?;
        let row = query_file!(
            "../sql/journal/aside_reason.sql",
            key.tenant,
            key.counter,
            key.incarnation,
            key.sequence_number - 1,
            &entry.previous_hash.0[..]
        )
        .fetch_optional(&mut *self.tx)
        .await
        .map_err(fault)?;
        row.map(|row| words::from_word("reason", &row.reason)).transpose()
    }

    async fn keep_aside(
        &mut self,
        entry: &Entry,
        reason: AsideReason,
        received_at: Timestamp,
    ) -> Result<(), Fault> {
        let key = key_columns(entry)?;
        let money = projection::money_of(entry);
        query_file!(
            "../sql/journal/insert_aside.sql",
            key.tenant,
            key.counter,
            key.incarnation,
            key.sequence_number,
            &entry.hash().0[..],
            i64::from(entry.kind),
            words::to_word(&reason)?,
            money.amount.map(Yen::get),
            money.receipt_number.map(i64::from),
            received_at.as_micros(),
            entry.bytes()
        )
        .execute(&mut *self.tx)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn insert_entry(&mut self, entry: &Entry, received_at: Timestamp) -> Result<(), Fault> {
        let key = key_columns(entry)?;
        query_file!(
            "../sql/journal/insert.sql",
            key.tenant,
            key.counter,
            key.incarnation,
            key.sequence_number,
            i64::from(entry.kind),
            &entry.hash().0[..],
            received_at.as_micros(),
            entry.bytes()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        self.project(entry).await
    }

    /// Puts one entry where it belongs.
    async fn take(
        &mut self,
        head: &Head,
        ended_at: Option<Timestamp>,
        entry: &Entry,
        received_at: Timestamp,
    ) -> Result<Fate, Fault> {
        let reason = match place(head, entry) {
            Place::Next if !made_after(entry, ended_at) => {
                self.insert_entry(entry, received_at).await?;
                return Ok(Fate::Stored);
            }
            Place::Next => AsideReason::AfterReplacement,
            Place::Taken if self.hash_at(entry).await? == Some(entry.hash()) => return Ok(Fate::Known),
            Place::Taken => AsideReason::PositionTaken,
            Place::OtherChain => AsideReason::OtherChain,
            Place::Beyond => match self.reason_before(entry).await? {
                Some(AsideReason::AfterReplacement) => AsideReason::AfterReplacement,
                Some(AsideReason::PositionTaken | AsideReason::OtherChain) => AsideReason::OtherChain,
                None => return Ok(Fate::Gap),
            },
        };
        self.keep_aside(entry, reason, received_at).await?;
        Ok(Fate::Aside)
    }

    async fn append(
        &mut self,
        journal: &JournalId,
        entries: &[Entry],
        received_at: Timestamp,
    ) -> Result<Option<Appended>, Fault> {
        self.lock_counter(&journal.tenant, &journal.counter).await?;
        let generation = self.incarnation(&journal.tenant, &journal.counter, journal.incarnation).await?;
        let Some(generation) = generation else { return Ok(None) };
        let mut result = Appended { head: generation.head, stored: 0, known: 0, aside: 0, gap: None };
        for entry in entries {
            if (&entry.tenant, &entry.counter, entry.incarnation)
                != (&journal.tenant, &journal.counter, journal.incarnation)
            {
                return Err(Fault::Missing("journal of the entry in this batch"));
            }
            match self.take(&result.head, generation.ended_at, entry, received_at).await? {
                Fate::Stored => {
                    result.stored += 1;
                    result.head = Head::after(entry);
                }
                Fate::Known => result.known += 1,
                Fate::Aside => result.aside += 1,
                Fate::Gap => {
                    let gap = GapRow {
                        counter: journal.counter.clone(),
                        incarnation: journal.incarnation,
                        head: result.head.sequence_number,
                        seen: entry.sequence_number,
                        at: received_at,
                    };
                    self.keep_gap(&journal.tenant, &gap).await?;
                    result.gap = Some(entry.sequence_number);
                    break;
                }
            }
        }
        if result.stored > 0 {
            self.move_head(journal, result.head, received_at).await?;
        }
        Ok(Some(result))
    }

    /// Nothing is stored from the gap on, so the gap itself must be remembered: a counter that never closes it is seen.
    async fn keep_gap(&mut self, tenant: &TenantId, gap: &GapRow) -> Result<(), Fault> {
        query_file!(
            "../sql/journal/insert_gap.sql",
            tenant.as_str(),
            gap.counter.as_str(),
            i64::from(gap.incarnation.0),
            words::to_i64("sequence number", gap.head.0)?,
            words::to_i64("sequence number", gap.seen.0)?,
            gap.at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .map(|_| ())
        .map_err(fault)
    }

    async fn move_head(&mut self, journal: &JournalId, head: Head, at: Timestamp) -> Result<(), Fault> {
        query_file!(
            "../sql/journal/move_head.sql",
            journal.tenant.as_str(),
            journal.counter.as_str(),
            i64::from(journal.incarnation.0),
            words::to_i64("sequence number", head.sequence_number.0)?,
            &head.hash.0[..],
            at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
    }

    /// The entries of a counter after a key, in order of keys.
    async fn page_of_counter(&mut self, tenant: &TenantId, after: &EntryKey) -> Result<Vec<Entry>, Fault> {
        query_file!(
            "../sql/journal/page_of_counter.sql",
            tenant.as_str(),
            after.counter.as_str(),
            i64::from(after.incarnation.0),
            words::to_i64("sequence number", after.sequence_number.0)?,
            limit(REBUILD_PAGE_ROWS)
        )
        .fetch_all(&mut *self.tx)
        .await
        .map_err(fault)?
        .into_iter()
        .map(|row| thaw(row.bytes))
        .collect()
    }

    async fn rebuild(&mut self, tenant: &TenantId) -> Result<u64, Fault> {
        self.forget_projections(tenant).await?;
        let mut read = 0;
        for counter in self.counter_ids(tenant).await? {
            let mut after =
                EntryKey { counter, incarnation: Incarnation(0), sequence_number: SequenceNumber(0) };
            loop {
                let page = self.page_of_counter(tenant, &after).await?;
                let Some(last) = page.last() else { break };
                after = EntryKey::of(last);
                for entry in &page {
                    self.project(entry).await?;
                    read += 1;
                }
            }
        }
        Ok(read)
    }
}

#[async_trait]
impl JournalStore for Unit {
    async fn head(&mut self, journal: &JournalId) -> Result<Option<Head>> {
        let row = self
            .incarnation(&journal.tenant, &journal.counter, journal.incarnation)
            .await
            .during(StoreError::ReadJournal)?;
        Ok(row.map(|row| row.head))
    }

    async fn append_entries(
        &mut self,
        journal: &JournalId,
        entries: &[Entry],
        received_at: Timestamp,
    ) -> Result<Option<Appended>> {
        self.append(journal, entries, received_at).await.during(StoreError::AppendJournal)
    }

    async fn entries(
        &mut self,
        journal: &JournalId,
        after: SequenceNumber,
        rows: u32,
    ) -> Result<Vec<StoredEntry>> {
        let after = words::to_i64("sequence number", after.0).during(StoreError::ReadJournal)?;
        query_file!(
            "../sql/journal/page.sql",
            journal.tenant.as_str(),
            journal.counter.as_str(),
            i64::from(journal.incarnation.0),
            after,
            limit(rows)
        )
        .fetch_all(&mut *self.tx)
        .await
        .during(StoreError::ReadJournal)?
        .into_iter()
        .map(|row| stored(row.bytes, row.received_at))
        .collect::<Result<_, Fault>>()
        .during(StoreError::ReadJournal)
    }

    async fn entry(&mut self, tenant: &TenantId, key: &EntryKey) -> Result<Option<StoredEntry>> {
        let position =
            words::to_i64("sequence number", key.sequence_number.0).during(StoreError::ReadJournal)?;
        let (team, desk) = (tenant.as_str(), key.counter.as_str());
        query_file!("../sql/journal/at.sql", team, desk, i64::from(key.incarnation.0), position)
            .fetch_optional(&mut *self.tx)
            .await
            .during(StoreError::ReadJournal)?
            .map(|row| stored(row.bytes, row.received_at))
            .transpose()
            .during(StoreError::ReadJournal)
    }

    async fn aside_entries(&mut self, tenant: &TenantId) -> Result<Vec<AsideEntry>> {
        query_file!("../sql/journal/aside.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadJournal)?
            .into_iter()
            .map(|row| {
                Ok(AsideEntry {
                    key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
                    hash: EntryHash(words::digest("entry hash", &row.hash)?),
                    kind: u16::try_from(row.kind).map_err(|_| Fault::OutOfRange("kind"))?,
                    reason: words::from_word("reason", &row.reason)?,
                    amount: row.amount.map(Yen::new),
                    received_at: Timestamp::from_micros(row.received_at),
                    bytes: row.bytes,
                })
            })
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadJournal)
    }

    async fn put_journal_gap(&mut self, tenant: &TenantId, gap: &GapRow) -> Result<()> {
        self.keep_gap(tenant, gap).await.during(StoreError::AppendJournal)
    }

    async fn journal_gaps(&mut self, tenant: &TenantId) -> Result<Vec<GapRow>> {
        query_file!("../sql/journal/gaps.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadJournal)?
            .into_iter()
            .map(|row| {
                Ok(GapRow {
                    counter: words::parse("counter", &row.counter_id)?,
                    incarnation: words::incarnation(row.incarnation)?,
                    head: words::sequence_number(row.head_number)?,
                    seen: words::sequence_number(row.seen_number)?,
                    at: Timestamp::from_micros(row.seen_at),
                })
            })
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadJournal)
    }

    async fn rebuild_projections(&mut self, tenant: &TenantId) -> Result<u64> {
        self.rebuild(tenant).await.during(StoreError::RebuildProjections)
    }
}
