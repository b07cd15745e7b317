//! The candidates that a match refused: rows of the same contract and amount around a sale that are not its row (reconciliation.md 5.7).
//!
//! Invariants: counted for every link by two searches in a sorted list; the nearest few are kept only where the stage had to choose, so
//! that results stay small; of any other link they are told when somebody asks ([`refused_candidates`]). Not here: what is near something that did not match ([`crate::near`]).

use std::collections::BTreeMap;

use domain::time::Timestamp;

use crate::{
    facts::{Facts, RowClass},
    outcome::Link,
    proof::{Predicate, Refused, distance},
    world::World,
};

/// Most refused candidates that are named.
const REFUSED_MAX: usize = 3;

/// The nearest rows that a link of journal and statement refused, with distance and the conditions that fail. Looks at all facts: for a
/// question, not for a run.
#[must_use]
pub fn refused_candidates(facts: &Facts, link: &Link) -> Vec<Refused> {
    let world = World::new(facts);
    let sale = world.sales.binary_search_by(|sale| sale.id.as_str().cmp(&link.left)).ok();
    let row = world.rows.binary_search_by(|row| row.id.as_str().cmp(&link.right)).ok();
    let (Some(sale), Some(row)) = (sale, row) else { return Vec::new() };
    let mut link = link.clone();
    Candidates::new(&world).fill(&world, &mut link, sale, row, true);
    link.proof.refused
}

/// Rows of money by contract and amount, in order of time.
pub(crate) struct Candidates(BTreeMap<(usize, i64), Vec<(Timestamp, usize)>>);

impl Candidates {
    pub fn new(world: &World<'_>) -> Self {
        let mut rows: BTreeMap<(usize, i64), Vec<(Timestamp, usize)>> = BTreeMap::new();
        for (index, row) in world.rows.iter().enumerate() {
            if matches!(row.class, RowClass::Sale | RowClass::Refund) {
                rows.entry((world.row_contract[index], row.amount.get())).or_default().push((row.at, index));
            }
        }
        rows.values_mut().for_each(|list| list.sort_unstable());
        Self(rows)
    }

    /// Writes them into the proof of a link.
    pub fn fill(&self, world: &World<'_>, link: &mut Link, sale: usize, row: usize, named: bool) {
        let contract = world.row_contract[row];
        let s = world.sales[sale];
        let window_seconds = world.contracts[contract].matching.window.window_seconds;
        let window_ms = i64::from(window_seconds) * 1_000;
        let Some(list) = self.0.get(&(contract, link.left_amount.get())) else { return };
        let from = list.partition_point(|(at, _)| *at < s.at.plus_ms(-window_ms));
        let to = list.partition_point(|(at, _)| *at <= s.at.plus_ms(window_ms));
        let near = list.get(from..to).unwrap_or_default();
        let own = usize::from(near.binary_search(&(world.rows[row].at, row)).is_ok());
        link.proof.refused_count = u32::try_from(near.len().saturating_sub(own)).unwrap_or(u32::MAX);
        if !named {
            return;
        }
        let middle = near.partition_point(|(at, _)| *at < s.at);
        let around = middle.saturating_sub(REFUSED_MAX + 1)..(middle + REFUSED_MAX + 1).min(near.len());
        let mut closest: Vec<(Timestamp, usize)> =
            near.get(around).unwrap_or_default().iter().copied().filter(|(_, r)| *r != row).collect();
        closest.sort_by_key(|(at, r)| (at.ms_since(s.at).abs(), *r));
        let refused = closest.into_iter().take(REFUSED_MAX).map(|(_, r)| {
            let mut distance = distance(s, world.rows[r], true, window_seconds);
            if distance.failed.is_empty() {
                distance.failed.push(Predicate::Taken);
            }
            Refused { id: world.rows[r].id.clone(), distance }
        });
        link.proof.refused = refused.collect();
    }
}
