//! What one part of the facts may know of the whole: the shared context of all partitions ([`crate::partition`]).
//!
//! Invariants: whatever of the rest can change what becomes of a sale or a row is answered here, in advance ([`House`]) or when it is asked
//! ([`Asked`]), and nowhere else; so the result of a partition is a function of its own facts and of these answers. Not here: anything that
//! is looked at after the partitions are put together (near misses, ages, money).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{BrandCode, CounterId},
    method::Method,
    time::CivilDate,
};

use crate::{
    days::Days,
    facts::{Row, Sale, SaleState},
    notices::Source,
    originals,
    world::World,
};

/// The shared context.
#[derive(Default)]
pub(crate) struct House<'f> {
    /// Own terminals and sheets, and where they stand.
    pub terminals: BTreeMap<&'f str, &'f CounterId>,
    /// Contracts of which rows were received.
    pub has_rows: BTreeSet<usize>,
    /// Received days per contract.
    pub received: Vec<Days>,
    /// Received days per account.
    pub bank_received: BTreeMap<&'f str, Days>,
    /// Per contract: whether brands, and whether terminals, are known on both sides. What only one side knows divides nothing.
    pub known_on_both: Vec<(bool, bool)>,
    /// Unknown sales for which the citizen paid again, where that payment stands.
    pub paid_again: BTreeSet<&'f str>,
    /// Sales of a terminal's day whose 締め was not run ([`crate::classify`]).
    pub unclosed: BTreeSet<&'f str>,
    /// The file that covers the day of an unknown sale, smallest hash first.
    pub covering: BTreeMap<&'f str, &'f str>,
    /// The sale that a row takes back, by row.
    pub originals: BTreeMap<&'f str, &'f Sale>,
    /// Who decided what of a result that was in doubt, by sale.
    pub said: BTreeMap<&'f str, BTreeSet<(Source, bool)>>,
    /// Rows that a person confirmed to be a sale's, by sale.
    pub held: BTreeMap<&'f str, BTreeSet<&'f str>>,
    confirmed: BTreeSet<&'f str>,
    refused: BTreeSet<&'f str>,
}

/// What a person said of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Ruling {
    /// Nothing yet.
    Open,
    Confirmed,
    Refused,
}

/// Questions whose answers may be others tomorrow, with the answers that a result rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Whether these days had passed.
    pub days: BTreeMap<CivilDate, bool>,
    /// What was said of these proposals.
    pub proposals: BTreeMap<String, Ruling>,
}

impl Asked {
    /// Whether every answer is still the same.
    pub fn holds(&self, world: &World<'_>) -> bool {
        self.days.iter().all(|(day, passed)| (*day < world.facts.as_of) == *passed)
            && self.proposals.iter().all(|(id, ruling)| world.house.ruling(id) == *ruling)
    }
}

impl<'f> House<'f> {
    /// Answers for all facts.
    pub fn new(world: &World<'f>) -> Self {
        let facts = world.facts;
        let mut received = vec![Days::default(); world.contracts.len()];
        for file in &facts.received {
            if let Ok(place) = world.contracts.binary_search_by(|c| c.id.cmp(&file.contract)) {
                received[place].add(file.from, file.to);
            }
        }
        let mut bank_received: BTreeMap<&str, Days> = BTreeMap::new();
        for file in &facts.bank_received {
            bank_received.entry(file.account.as_str()).or_default().add(file.from, file.to);
        }
        let stands = |sale: &&&'f Sale| {
            let again = sale.paid_again_as.as_deref().and_then(|id| world.sale(id));
            again.is_some_and(|place| world.sales[place].state == SaleState::Completed)
        };
        let notices = &facts.notices;
        let mut said: BTreeMap<&str, BTreeSet<(Source, bool)>> = BTreeMap::new();
        for one in &notices.resolutions {
            said.entry(&one.sale).or_default().insert((one.source, one.happened));
        }
        let mut held: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for pair in &notices.held {
            held.entry(&pair.sale).or_default().insert(&pair.row);
        }
        Self {
            terminals: facts.terminals.iter().map(|t| (t.id.as_str(), &t.counter)).collect(),
            has_rows: world.row_contract.iter().copied().collect(),
            received,
            bank_received,
            known_on_both: known_on_both(world),
            paid_again: world.sales.iter().filter(stands).map(|sale| sale.id.as_str()).collect(),
            unclosed: unclosed(world),
            covering: covering(world),
            originals: originals::find(world),
            said,
            held,
            confirmed: notices.confirmed.iter().map(String::as_str).collect(),
            refused: notices.refused.iter().map(String::as_str).collect(),
        }
    }

    /// What was said of a proposal. Who refuses says the last word.
    pub fn ruling(&self, proposal: &str) -> Ruling {
        if self.refused.contains(proposal) {
            Ruling::Refused
        } else if self.confirmed.contains(proposal) {
            Ruling::Confirmed
        } else {
            Ruling::Open
        }
    }
}

fn known_on_both(world: &World<'_>) -> Vec<(bool, bool)> {
    let mut ours = vec![(false, false); world.contracts.len()];
    let mut theirs = ours.clone();
    for (sale, place) in world.sales.iter().zip(&world.sale_contract) {
        if let Some(known) = place.and_then(|place| ours.get_mut(place)) {
            known.0 |= sale.brand.is_some();
            known.1 |= sale.sheet_number.is_some() || sale.terminal_id.is_some();
        }
    }
    for (row, place) in world.rows.iter().zip(&world.row_contract) {
        theirs[*place].0 |= row.brand.is_some();
        theirs[*place].1 |= row.terminal_id.is_some();
    }
    ours.iter().zip(&theirs).map(|(a, b)| (a.0 && b.0, a.1 && b.1)).collect()
}

/// Electronic money of a terminal's day that is missing as a whole: the counter has daily totals on other days, not on this one, and no
/// row of the terminal of this day or a later one shows that it was closed since (reconciliation.md 6.3, Rakuten Edy).
fn unclosed<'f>(world: &World<'f>) -> BTreeSet<&'f str> {
    let mut totals: BTreeMap<(&CounterId, &BrandCode), BTreeSet<CivilDate>> = BTreeMap::new();
    for total in &world.facts.terminal_totals {
        totals.entry((&total.counter, &total.brand)).or_default().insert(total.business_day);
    }
    let mut waiting: Vec<(usize, &str, &Sale)> = Vec::new();
    for (sale, contract) in world.sales.iter().zip(&world.sale_contract) {
        if let (Some(contract), Some(brand), Some(terminal), Method::ElectronicMoney) =
            (contract, &sale.brand, sale.terminal_id.as_deref(), sale.method)
            && totals.get(&(&sale.counter, brand)).is_some_and(|days| !days.contains(&sale.business_day))
        {
            waiting.push((*contract, terminal, *sale));
        }
    }
    let mut last_row: BTreeMap<(usize, &str), Option<CivilDate>> =
        waiting.iter().map(|(contract, terminal, _)| ((*contract, *terminal), None)).collect();
    for (row, contract) in world.rows.iter().zip(&world.row_contract).filter(|_| !waiting.is_empty()) {
        if let Some(last) = row.terminal_id.as_deref().and_then(|id| last_row.get_mut(&(*contract, id))) {
            *last = (*last).max(Some(row.at.date()));
        }
    }
    let open = |(contract, terminal, sale): &(usize, &str, &'f Sale)| {
        let last = last_row.get(&(*contract, *terminal)).copied().flatten();
        last.is_none_or(|last| last < sale.payment_date).then_some(sale.id.as_str())
    };
    waiting.iter().filter_map(open).collect()
}

/// The file that covers the day of each unknown sale.
fn covering<'f>(world: &World<'f>) -> BTreeMap<&'f str, &'f str> {
    let unknown = world.sales.iter().zip(&world.sale_contract);
    let unknown = unknown.filter(|(sale, _)| sale.state == SaleState::Unknown);
    let file = |(sale, contract): (&&'f Sale, &Option<usize>)| {
        let contract = world.contracts[(*contract)?];
        let covers = world.facts.received.iter().filter(|file| {
            file.contract == contract.id && file.from <= sale.payment_date && sale.payment_date <= file.to
        });
        covers.map(|file| file.file.as_str()).min().map(|file| (sale.id.as_str(), file))
    };
    unknown.filter_map(file).collect()
}

/// The first row with the key of each repeated row, in the same file of the same contract.
pub(crate) fn first_occurrences<'f>(world: &World<'f>) -> BTreeMap<(usize, &'f str, &'f str), usize> {
    let mut first = BTreeMap::new();
    if world.rows.iter().any(|row| row.occurrence > 1) {
        for (index, row) in world.rows.iter().enumerate().filter(|(_, row)| row.occurrence <= 1) {
            first.insert(repeated_key(world, index, row), index);
        }
    }
    first
}

/// What a row and its repetitions have in common.
pub(crate) fn repeated_key<'f>(world: &World<'f>, index: usize, row: &'f Row) -> (usize, &'f str, &'f str) {
    (world.row_contract[index], row.file.as_str(), row.record_key.as_str())
}
