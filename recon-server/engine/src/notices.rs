//! What the house knows besides facts of money: gaps in a counter's numbers, rows that changed after the close, decisions of several
//! sources about one doubt, and what a person confirmed.
//!
//! Invariant: a notice adds an exception or takes a proposal away; it never moves a yen. Where the notices come from is the caller's matter.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{ContractId, CounterId},
    money::Yen,
    time::CivilDate,
};
use serde::{Deserialize, Serialize};

use crate::{
    class::ExceptionClass,
    house::Ruling,
    ident::set_id,
    ledger::{Draft, exception_id},
    outcome::{Exception, UnknownDecided},
    sentence_sets as sentence,
    world::World,
};

/// Numbers of a counter's journal that never came (reconciliation.md 5.2: a gap is incomplete).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SequenceGap {
    /// 窓口
    pub counter: CounterId,
    /// 取扱日 of what stands before the gap.
    pub business_day: CivilDate,
    /// First missing number.
    pub from: u64,
    /// Last missing number.
    pub to: u64,
}

/// A row of which a new revision came when its period was closed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revision {
    /// Id of the row.
    pub row: String,
    /// 契約
    pub contract: ContractId,
    /// Day that the row belongs to, in a closed period.
    pub day: CivilDate,
    /// Yen before.
    pub before: Yen,
    /// Yen now.
    pub after: Yen,
}

/// Who decided what became of an unknown result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// 端末 (取引照会).
    Terminal,
    /// 会社明細
    Statement,
    /// 人
    Person,
}

impl Source {
    /// The word on papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Terminal => "端末の照会",
            Self::Statement => "会社明細",
            Self::Person => "担当者の判定",
        }
    }
}

/// A decision about a sale whose result was unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Resolution {
    /// Id of the sale.
    pub sale: String,
    /// Whose.
    pub source: Source,
    /// Charged, or not.
    pub happened: bool,
}

/// A sale and a row whose proposal a person confirmed (reconciliation.md 5.6: confirmed links are sticky). It counts while the id of its
/// proposal is among [`Notices::confirmed`] and nothing but the choice is against it: a revision that moves the row out of the window or
/// changes its yen ends it, and so does a key that joins one of them to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HeldPair {
    /// Id of the sale.
    pub sale: String,
    /// Id of the row.
    pub row: String,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Notices {
    /// Gaps in the numbers of counters.
    #[serde(default)]
    pub sequence_gaps: Vec<SequenceGap>,
    /// Rows that changed after the close.
    #[serde(default)]
    pub revisions: Vec<Revision>,
    /// Decisions about unknown results.
    #[serde(default)]
    pub resolutions: Vec<Resolution>,
    /// Ids of PROPOSED_MATCH exceptions that a person confirmed. The id is that of its members, so it dies with a revision of them.
    #[serde(default)]
    pub confirmed: Vec<String>,
    /// Ids of PROPOSED_MATCH exceptions that a person refused: what was proposed stands alone, and is not proposed again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
    /// Pairs that a person confirmed, with their members: they stay one although another candidate came since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldPair>,
}

/// The subject of the proposal of a sale and a row.
pub(crate) fn pair_subject(sale: &str, row: &str) -> String {
    set_id("pair", "", &[sale.to_owned(), row.to_owned()])
}

/// What a person said of the proposal of this subject ([`set_id`] over its members).
pub(crate) fn ruled(world: &World<'_>, subject: &str) -> Ruling {
    world.ruling(&exception_id(ExceptionClass::ProposedMatch, subject))
}

/// Gaps and revisions, one exception each.
pub(crate) fn told(world: &World<'_>) -> Vec<Exception> {
    let notices = &world.facts.notices;
    let blank = |class, subject: String, day, sentence_ja| Draft {
        class,
        subject,
        members: Vec::new(),
        contract: None,
        counter: None,
        day,
        amount: Yen::ZERO,
        gross: Yen::ZERO,
        sentence_ja,
        ours: None,
        near: Vec::new(),
        verdict: None,
    };
    let mut gaps = notices.sequence_gaps.clone();
    gaps.sort();
    gaps.dedup();
    let gaps = gaps.iter().map(|gap| {
        let subject = format!("{}/{}", gap.counter, gap.from);
        let draft =
            blank(ExceptionClass::SequenceGap, subject, gap.business_day, sentence::sequence_gap(gap));
        Draft { counter: Some(gap.counter.clone()), ..draft }.finish(world)
    });
    let mut revisions = notices.revisions.clone();
    revisions.sort();
    revisions.dedup();
    let revisions = revisions.iter().map(|revision| {
        let amount = revision.after.saturating_sub(revision.before);
        let subject = format!("{}/{}", revision.row, revision.after);
        let contract = world.contracts.binary_search_by(|c| c.id.cmp(&revision.contract)).ok();
        Draft {
            members: vec![revision.row.clone()],
            contract,
            amount,
            gross: Yen::new(amount.get().saturating_abs()),
            ..blank(
                ExceptionClass::RevisedAfterClose,
                subject,
                revision.day,
                sentence::revised(revision, amount),
            )
        }
        .finish(world)
    });
    gaps.chain(revisions).collect()
}

/// CONFLICTING_RESOLUTION: sources, this run's own decision among them, that say charged and not charged of one sale. What the joins
/// found of it already ([`crate::classify`]) is not said twice.
pub(crate) fn conflicts(
    world: &World<'_>,
    decisions: &[UnknownDecided],
    found: &[Exception],
) -> Vec<Exception> {
    let known = found.iter().filter(|one| one.class == ExceptionClass::ConflictingResolution);
    let known: BTreeSet<&str> = known.filter_map(|one| one.members.first()).map(String::as_str).collect();
    let mut said: BTreeMap<&str, Vec<(Source, bool)>> = BTreeMap::new();
    for resolution in &world.facts.notices.resolutions {
        said.entry(&resolution.sale).or_default().push((resolution.source, resolution.happened));
    }
    for decision in decisions {
        if let Some(sources) = said.get_mut(decision.sale.as_str()) {
            sources.push((Source::Statement, decision.happened));
        }
    }
    let conflict = |(id, mut sources): (&str, Vec<(Source, bool)>)| {
        if known.contains(id) {
            return None;
        }
        sources.sort_unstable();
        sources.dedup();
        let split = sources.iter().any(|s| s.1) && sources.iter().any(|s| !s.1);
        let place = world.sales.binary_search_by(|sale| sale.id.as_str().cmp(id)).ok().filter(|_| split)?;
        let sale = world.sales[place];
        let draft = Draft {
            class: ExceptionClass::ConflictingResolution,
            subject: id.to_owned(),
            members: vec![id.to_owned()],
            contract: world.sale_contract[place],
            counter: sale.own_counter().cloned(),
            day: sale.payment_date,
            amount: Yen::ZERO,
            gross: Yen::new(sale.amount.get().saturating_abs()),
            sentence_ja: sentence::conflicting(sale, &sources),
            ours: None,
            near: Vec::new(),
            verdict: None,
        };
        Some(draft.finish(world))
    };
    said.into_iter().filter_map(conflict).collect()
}
