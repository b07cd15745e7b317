//! Rows of files: new, revised or unchanged; and reading them as of a watermark.
//!
//! Invariants: a fact is inserted, never updated; what a row says now is its newest revision up to the watermark. A file comes in by
//! parts of many rows, each with one look-up and few inserts; how an engine takes many rows at once is in `crate::speed`. What is compared
//! of a statement's rows is packed beside them (`packs.rs`).

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap, HashSet},
};

use domain::{id::TenantId, time::CivilDate};
use sqlx::{query_file, query_file_as};
use store::{
    Fault,
    facts::{BankEntry, RowIdentity, StatementLine, Stored},
    files::{FileFacts, ImportCounts, REPLACED_ROWS_MAX},
    packs::PackRow,
    words,
};

use crate::{
    db::Tx,
    fact_rows::{BankRecord, BankRow, Known, Origin, StatementRecord, StatementRow, Wanted},
    packs, speed,
    support::{Unit, fault},
    withdrawn::{self, Withdrawn},
};

/// The class of rows that are compared with sales.
const COMPARED_CLASS: &str = "sale";
/// Rows of a file that are looked up and inserted together.
const PART_ROWS_MAX: usize = 1_000;

/// A row that is not stored yet, and the revision that it becomes.
pub(crate) struct Fresh<'a, T> {
    pub fact: &'a T,
    pub revision: i64,
    /// Whether it stands in the place of a row that says something else, and was not withdrawn.
    pub corrects: bool,
}

/// What a file brought.
pub struct Brought<F = FileFacts> {
    pub counts: ImportCounts,
    /// What the first revised rows said until now.
    pub replaced: F,
}

/// A kind of fact: how it is looked up and inserted in bulk.
pub(crate) trait Fact: Sized + Sync {
    fn identity(&self) -> &RowIdentity;

    /// Whether the source has any row yet.
    async fn any(tx: &mut Tx, origin: Origin<'_>) -> Result<bool, sqlx::Error>;

    async fn known(tx: &mut Tx, origin: Origin<'_>, wanted: &Wanted<'_>) -> Result<Vec<Known>, sqlx::Error>;

    async fn insert(tx: &mut Tx, origin: Origin<'_>, rows: &[Fresh<'_, Self>]) -> Result<u64, sqlx::Error>;

    /// Writes what is kept beside rows that were inserted.
    async fn keep_beside(_tx: &mut Tx, _origin: Origin<'_>, _rows: &[&Self]) -> Result<(), Fault> {
        Ok(())
    }

    /// One stored revision.
    async fn revision(
        tx: &mut Tx,
        origin: Origin<'_>,
        identity: &RowIdentity,
        revision: i64,
    ) -> Result<Self, Fault>;
}

impl Fact for StatementLine {
    fn identity(&self) -> &RowIdentity {
        &self.identity
    }

    async fn any(tx: &mut Tx, origin: Origin<'_>) -> Result<bool, sqlx::Error> {
        let row = query_file!("../sql/facts/any_statement.sql", origin.tenant.as_str(), origin.source);
        Ok(row.fetch_optional(&mut **tx).await?.is_some())
    }

    async fn known(tx: &mut Tx, origin: Origin<'_>, wanted: &Wanted<'_>) -> Result<Vec<Known>, sqlx::Error> {
        speed::known_statements(tx, origin, wanted).await
    }

    async fn insert(tx: &mut Tx, origin: Origin<'_>, rows: &[Fresh<'_, Self>]) -> Result<u64, sqlx::Error> {
        let rows: Vec<_> = rows.iter().map(|row| StatementRow::new(row.fact, row.revision)).collect();
        speed::insert_statements(tx, origin, &rows).await
    }

    async fn keep_beside(tx: &mut Tx, origin: Origin<'_>, rows: &[&Self]) -> Result<(), Fault> {
        let sales = rows.iter().filter(|line| line.class == COMPARED_CLASS);
        let sales = sales.map(|line| PackRow {
            record: i64::from(line.identity.row),
            terminal: line.terminal_id.as_deref().unwrap_or_default(),
            slip: line.slip_number.as_deref().unwrap_or_default(),
            approval: line.approval_code.as_deref().unwrap_or_default(),
            day: line.day,
            amount: line.amount.get(),
        });
        packs::insert_of_file(tx, origin, &sales.collect::<Vec<_>>()).await
    }

    async fn revision(
        tx: &mut Tx,
        origin: Origin<'_>,
        identity: &RowIdentity,
        revision: i64,
    ) -> Result<Self, Fault> {
        let (tenant, source, key) =
            (origin.tenant.as_str(), origin.source, words::plain(&identity.record_key));
        let occurrence = i64::from(identity.occurrence);
        let row = query_file_as!(
            StatementRecord,
            "../sql/facts/statement.sql",
            tenant,
            source,
            key,
            occurrence,
            revision
        )
        .fetch_one(&mut **tx)
        .await
        .map_err(fault)?;
        Ok(Stored::try_from(row)?.fact)
    }
}

impl Fact for BankEntry {
    fn identity(&self) -> &RowIdentity {
        &self.identity
    }

    async fn any(tx: &mut Tx, origin: Origin<'_>) -> Result<bool, sqlx::Error> {
        let row = query_file!("../sql/facts/any_bank.sql", origin.tenant.as_str(), origin.source);
        Ok(row.fetch_optional(&mut **tx).await?.is_some())
    }

    async fn known(tx: &mut Tx, origin: Origin<'_>, wanted: &Wanted<'_>) -> Result<Vec<Known>, sqlx::Error> {
        speed::known_bank_entries(tx, origin, wanted).await
    }

    async fn insert(tx: &mut Tx, origin: Origin<'_>, rows: &[Fresh<'_, Self>]) -> Result<u64, sqlx::Error> {
        let rows: Vec<_> = rows.iter().map(|row| BankRow::new(row.fact, row.revision)).collect();
        speed::insert_bank_entries(tx, origin, &rows).await
    }

    async fn revision(
        tx: &mut Tx,
        origin: Origin<'_>,
        identity: &RowIdentity,
        revision: i64,
    ) -> Result<Self, Fault> {
        let (tenant, source, key) =
            (origin.tenant.as_str(), origin.source, words::plain(&identity.record_key));
        let occurrence = i64::from(identity.occurrence);
        let row =
            query_file_as!(BankRecord, "../sql/facts/bank.sql", tenant, source, key, occurrence, revision)
                .fetch_one(&mut **tx)
                .await
                .map_err(fault)?;
        Ok(Stored::try_from(row)?.fact)
    }
}

/// The newest stored revision of each row: its number, and its content unless it was withdrawn.
type Newest = HashMap<(String, i64), (i64, Option<Vec<u8>>)>;

fn newest(known: Vec<Known>, withdrawn: &Withdrawn) -> Newest {
    let mut newest = Newest::with_capacity(known.len());
    for row in known {
        let held = newest.entry((row.record_key, row.occurrence)).or_default();
        if row.revision > held.0 {
            *held = (row.revision, Some(row.content_sha256));
        }
    }
    for (record_key, occurrence, revision) in withdrawn {
        let held = newest.get_mut(&(record_key.clone(), *occurrence));
        if let Some((_, content)) = held.filter(|(newest, _)| newest == revision) {
            *content = None;
        }
    }
    newest
}

/// The rows of a part that are not stored yet; counts them and those that are.
fn fresh<'a, T: Fact>(part: &'a [T], newest: &Newest, counts: &mut ImportCounts) -> Vec<Fresh<'a, T>> {
    let mut rows = Vec::with_capacity(part.len());
    for fact in part {
        let identity = fact.identity();
        let key = (words::plain(&identity.record_key), i64::from(identity.occurrence));
        let (revision, corrects, counted) = match newest.get(&key) {
            None => (Some(1), false, &mut counts.new),
            // It was withdrawn and is here again.
            Some((revision, None)) => (Some(revision.saturating_add(1)), false, &mut counts.new),
            Some((_, Some(content))) if *content == identity.content_sha256 => {
                (None, false, &mut counts.unchanged)
            }
            Some((revision, Some(_))) => (Some(revision.saturating_add(1)), true, &mut counts.revised),
        };
        *counted = counted.saturating_add(1);
        rows.extend(revision.map(|revision| Fresh { fact, revision, corrects }));
    }
    rows
}

/// Which stored rows a part speaks of.
fn wanted<T: Fact>(part: &[T]) -> Wanted<'_> {
    let keys: BTreeSet<Cow<'_, str>> =
        part.iter().map(|fact| words::plain_ref(&fact.identity().record_key)).collect();
    let occurrences = || part.iter().map(|fact| i64::from(fact.identity().occurrence));
    Wanted {
        keys: keys.into_iter().collect(),
        occurrences: (occurrences().min().unwrap_or_default(), occurrences().max().unwrap_or_default()),
    }
}

/// Refuses rows of which two have one identity: the second would pass for a revision of the first.
fn ensure_distinct<T: Fact>(facts: &[T]) -> Result<(), Fault> {
    let mut seen = HashSet::with_capacity(facts.len());
    let all_new = facts.iter().map(Fact::identity).all(|identity| {
        // As it will be stored: two keys that differ by an unprintable character only must not become one row.
        seen.insert((words::plain_ref(&identity.record_key), identity.occurrence))
    });
    if all_new { Ok(()) } else { Err(Fault::Repeated("row identity in one file")) }
}

async fn bring<T: Fact>(tx: &mut Tx, origin: Origin<'_>, facts: &[T]) -> Result<Brought<Vec<T>>, Fault> {
    ensure_distinct(facts)?;
    speed::begin_bulk(tx).await.map_err(fault)?;
    // Seen before the first part comes in: a source's first file is not looked up row by row.
    let first_file = !T::any(tx, origin).await.map_err(fault)?;
    let withdrawn = if first_file { Withdrawn::new() } else { withdrawn::withdrawn(tx, origin).await? };
    let mut brought = Brought { counts: ImportCounts::default(), replaced: Vec::new() };
    let mut inserted = Vec::with_capacity(facts.len());
    for part in facts.chunks(PART_ROWS_MAX) {
        let known =
            if first_file { Vec::new() } else { T::known(tx, origin, &wanted(part)).await.map_err(fault)? };
        let rows = fresh(part, &newest(known, &withdrawn), &mut brought.counts);
        for row in rows.iter().filter(|row| row.corrects) {
            if brought.replaced.len() == REPLACED_ROWS_MAX {
                break;
            }
            let before = T::revision(tx, origin, row.fact.identity(), row.revision - 1).await?;
            brought.replaced.push(before);
        }
        let expected = u64::try_from(rows.len()).map_err(|_| Fault::OutOfRange("rows"))?;
        let actual = if rows.is_empty() { 0 } else { T::insert(tx, origin, &rows).await.map_err(fault)? };
        if actual != expected {
            return Err(Fault::RowsAffected { expected, actual });
        }
        inserted.extend(rows.iter().map(|row| row.fact));
    }
    if !inserted.is_empty() {
        T::keep_beside(tx, origin, &inserted).await?;
    }
    Ok(brought)
}

impl Unit {
    /// Brings in the facts of a file.
    pub async fn insert_facts(
        &mut self,
        tenant: &TenantId,
        source: &str,
        file_number: i64,
        facts: &FileFacts,
    ) -> Result<Brought, Fault> {
        let origin = Origin { tenant, source, file_number };
        Ok(match facts {
            FileFacts::Statement(lines) => {
                let Brought { counts, replaced } = bring(&mut self.tx, origin, lines).await?;
                Brought { counts, replaced: FileFacts::Statement(replaced) }
            }
            FileFacts::Bank(entries) => {
                let Brought { counts, replaced } = bring(&mut self.tx, origin, entries).await?;
                Brought { counts, replaced: FileFacts::Bank(replaced) }
            }
            FileFacts::Payout(lines) => {
                let Brought { counts, replaced } = bring(&mut self.tx, origin, lines).await?;
                Brought { counts, replaced: FileFacts::Payout(replaced) }
            }
            FileFacts::Opening(items) => {
                let Brought { counts, replaced } = bring(&mut self.tx, origin, items).await?;
                Brought { counts, replaced: FileFacts::Opening(replaced) }
            }
        })
    }

    /// Statement rows of days `from` to `to` as of file `watermark`.
    pub async fn read_statement_lines(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<StatementLine>>, Fault> {
        let (from, to) = (words::date_text(from), words::date_text(to));
        let file = words::to_i64("file number", watermark)?;
        query_file_as!(StatementRecord, "../sql/facts/statements.sql", tenant.as_str(), from, to, file)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(Stored::try_from)
            .collect()
    }

    /// Bank rows of days `from` to `to` as of file `watermark`.
    pub async fn read_bank_entries(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<BankEntry>>, Fault> {
        let (from, to) = (words::date_text(from), words::date_text(to));
        let file = words::to_i64("file number", watermark)?;
        query_file_as!(BankRecord, "../sql/facts/banks.sql", tenant.as_str(), from, to, file)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(Stored::try_from)
            .collect()
    }
}
