//! What the house knows besides facts of money, for [`engine::notices`]: gaps in journals, and who decided what of results in doubt.
//!
//! Invariants: a gap is read from what a counter really did (it skipped numbers, it wrote twice under one number, it was replaced while
//! its day was open); what a run itself has told a counter says nothing new of an attempt that is still in doubt, so that telling it
//! changes no later input. Not here: corrections in signed periods ([`super::locked`]), what a person confirmed
//! ([`crate::jobs::controls`]).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{AttemptId, CounterId, Incarnation, SaleId, SequenceNumber, TenantId},
    inbox::InboxItem,
    payment::{AttemptKind, Evidence, Outcome},
    time::CivilDate,
};
use engine::notices::{Resolution, SequenceGap, Source};
use journal::payload;
use serde::{Deserialize, Serialize};
use store::{
    UnitOfWork,
    counters::CounterRow,
    journal::{AsideEntry, EntryKey},
    reports::{AttemptRow, DayRow, SaleRow},
};

use crate::jobs::JobError;

/// A decision about an attempt that the centre put into a counter's inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// 窓口
    pub counter: CounterId,
    /// The decision with its evidence.
    pub item: InboxItem,
}

impl Told {
    /// Attempt, evidence and whether it was charged; none of an item that decides nothing.
    fn said(&self) -> Option<(AttemptId, Source, bool)> {
        let (attempt, evidence, happened) = match &self.item {
            InboxItem::AttemptCharged { attempt, evidence, .. } => (*attempt, evidence, true),
            InboxItem::AttemptNotCharged { attempt, evidence } => (*attempt, evidence, false),
            InboxItem::ProfileReplaced { .. } => return None,
        };
        Some((attempt, source(evidence), happened))
    }

    /// The line of a state key.
    pub fn line(&self) -> Option<(AttemptId, String)> {
        let (attempt, source, happened) = self.said()?;
        Some((attempt, format!("{attempt} {} {happened};", source.label_ja())))
    }
}

/// Every decision about an attempt in the counters' inboxes, by counter and number.
pub async fn told(unit: &mut dyn UnitOfWork, tenant: &TenantId) -> Result<Vec<Told>, JobError> {
    let told = unit.decisions_told(tenant).await?;
    Ok(told.into_iter().map(|(counter, item)| Told { counter, item }).collect())
}

/// Who decided about each doubt: the counters' own journals, and what the centre told them where it may differ.
pub fn resolutions(attempts: &[AttemptRow], sales: &[SaleRow], told: &[Told]) -> Vec<Resolution> {
    let sale_of: BTreeMap<AttemptId, SaleId> =
        sales.iter().filter_map(|row| Some((row.sale.payment.attempt?, row.sale.sale))).collect();
    let mut by_attempt: BTreeMap<AttemptId, Vec<(Source, bool)>> = BTreeMap::new();
    for (attempt, source, happened) in told.iter().filter_map(Told::said) {
        by_attempt.entry(attempt).or_default().push((source, happened));
    }
    let mut found = Vec::new();
    for row in attempts.iter().filter(|row| row.attempt.kind == AttemptKind::Sales) {
        let attempt = row.attempt.attempt;
        let journalled: Vec<(Source, bool)> = row.outcomes.iter().filter_map(|o| decided(&o.fact)).collect();
        let ours = by_attempt.get(&attempt).into_iter().flatten().copied();
        // A run's own word about a doubt that still stands is no second source.
        let ours = ours.filter(|(source, _)| !journalled.is_empty() || *source == Source::Person);
        let sale = sale_of.get(&attempt).map_or_else(|| attempt.to_string(), ToString::to_string);
        found.extend(journalled.iter().copied().chain(ours).map(|(source, happened)| Resolution {
            sale: sale.clone(),
            source,
            happened,
        }));
    }
    found.sort();
    found.dedup();
    found
}

fn decided(fact: &store::projection::OutcomeFact) -> Option<(Source, bool)> {
    let happened = match &fact.outcome {
        Outcome::Approved(_) => true,
        Outcome::Declined(_) | Outcome::NotStarted { .. } => false,
        Outcome::Unknown(_) => return None,
    };
    Some((source(fact.evidence.as_ref()?), happened))
}

const fn source(evidence: &Evidence) -> Source {
    match evidence {
        Evidence::Device { .. } => Source::Terminal,
        Evidence::Person { .. } => Source::Person,
        Evidence::Statement { .. } => Source::Statement,
    }
}

/// Numbers of journals that never came, or came twice: skipped, forked, or lost with a machine that was replaced during a day.
pub async fn gaps(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    counters: &[CounterRow],
    days: &[DayRow],
    as_of: CivilDate,
) -> Result<Vec<SequenceGap>, JobError> {
    let mut found = forked(&unit.aside_entries(tenant).await?);
    for gap in unit.journal_gaps(tenant).await? {
        let key = EntryKey {
            counter: gap.counter.clone(),
            incarnation: gap.incarnation,
            sequence_number: gap.head,
        };
        let before = unit.entry(tenant, &key).await?;
        let day = before.and_then(|stored| payload::read(&stored.entry).ok()).map(|read| read.meta.at.date());
        found.push(SequenceGap {
            counter: gap.counter,
            business_day: day.unwrap_or_else(|| gap.at.date()),
            from: gap.head.0.saturating_add(1),
            to: gap.seen.0.saturating_sub(1),
        });
    }
    for row in counters {
        for one in unit.incarnations(tenant, &row.counter).await? {
            if one.ended_at.is_some() {
                found.extend(lost_tail(&row.counter, one.incarnation, one.head.sequence_number, days));
            }
        }
    }
    found.retain(|gap| gap.business_day <= as_of);
    Ok(widest(found))
}

/// Runs of entries that are kept beside a journal: under their numbers it is not certain what happened.
fn forked(aside: &[AsideEntry]) -> Vec<SequenceGap> {
    let mut entries: Vec<&AsideEntry> = aside.iter().collect();
    entries.sort_by_key(|entry| (&entry.key, entry.hash.0));
    entries.dedup_by_key(|entry| &entry.key);
    let runs = entries.chunk_by(|a, b| {
        (&a.key.counter, a.key.incarnation) == (&b.key.counter, b.key.incarnation)
            && a.key.sequence_number.0.saturating_add(1) == b.key.sequence_number.0
    });
    let gap = |run: &[&AsideEntry]| {
        let (first, last) = (run.first()?, run.last()?);
        let read = journal::entry::Entry::thaw(first.bytes.clone()).ok();
        let at = read.and_then(|entry| payload::read(&entry).ok()).map(|read| read.meta.at);
        Some(SequenceGap {
            counter: first.key.counter.clone(),
            business_day: at.unwrap_or(first.received_at).date(),
            from: first.key.sequence_number.0,
            to: last.key.sequence_number.0,
        })
    };
    runs.filter_map(gap).collect()
}

/// A machine that was replaced while its day was open may have written more than it sent; only its close would say that it had not.
fn lost_tail(
    counter: &CounterId,
    incarnation: Incarnation,
    head: SequenceNumber,
    days: &[DayRow],
) -> Option<SequenceGap> {
    let own = days
        .iter()
        .filter(|day| day.opening.key.counter == *counter && day.opening.key.incarnation == incarnation);
    let last = own.max_by_key(|day| day.opening.key.sequence_number)?;
    let next = head.0.saturating_add(1);
    let open = last.closing.is_none();
    open.then(|| SequenceGap {
        counter: counter.clone(),
        business_day: last.opening.fact.date,
        from: next,
        to: next,
    })
}

/// One notice for each counter and first number: generations may lose the same number.
fn widest(gaps: Vec<SequenceGap>) -> Vec<SequenceGap> {
    let mut kept: BTreeMap<(CounterId, u64), SequenceGap> = BTreeMap::new();
    for gap in gaps.into_iter().collect::<BTreeSet<_>>() {
        let known = kept.entry((gap.counter.clone(), gap.from)).or_insert_with(|| gap.clone());
        known.to = known.to.max(gap.to);
        known.business_day = known.business_day.min(gap.business_day);
    }
    kept.into_values().collect()
}
