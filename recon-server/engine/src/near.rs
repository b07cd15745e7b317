//! What comes closest to something that did not match: the question every user asks (reconciliation.md 3, 5.7).
//!
//! Invariants: at most [`NEAR_MISSES_MAX`]; only open rows and sales are shown, of any contract; looking costs a
//! bounded number of candidates. Asked when all partitions are put together, so it ties none of them to another.

use std::collections::BTreeMap;

use domain::time::Timestamp;

use crate::{facts::Sale, ledger::Classified, outcome::NearMiss, proof::distance, sentence, world::World};

/// Most near misses of one exception.
pub const NEAR_MISSES_MAX: usize = 3;
/// Time within which something is near, in milliseconds.
const NEAR_MS: i64 = 24 * 3_600 * 1_000;
/// Time within which the same terminal is near although the amount differs, in milliseconds.
const SAME_TERMINAL_MS: i64 = 15 * 60 * 1_000;
/// Most candidates looked at on either side of a time.
const LOOK_MAX: usize = 20;

/// Open rows and sales by amount and by terminal, each in order of time.
pub(crate) struct Near<'w, 'f> {
    world: &'w World<'f>,
    rows_by_amount: BTreeMap<i64, Vec<(Timestamp, usize)>>,
    rows_by_terminal: BTreeMap<&'f str, Vec<(Timestamp, usize)>>,
    sales_by_amount: BTreeMap<i64, Vec<(Timestamp, usize)>>,
}

/// What is to be said of an exception: what comes nearest to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Rows near a sale of a contract.
    Rows { sale: usize, contract: usize },
    /// Sales near a row.
    Sales { row: usize },
}

impl<'w, 'f> Near<'w, 'f> {
    /// Of what stayed open in all partitions; places are those of the whole world.
    pub fn new(world: &'w World<'f>, leg1: &Classified) -> Self {
        let mut near = Self {
            world,
            rows_by_amount: BTreeMap::new(),
            rows_by_terminal: BTreeMap::new(),
            sales_by_amount: BTreeMap::new(),
        };
        for index in leg1.open_rows.iter().copied() {
            let row = world.rows[index];
            near.rows_by_amount.entry(row.amount.get()).or_default().push((row.at, index));
            if let Some(terminal) = row.terminal_id.as_deref() {
                near.rows_by_terminal.entry(terminal).or_default().push((row.at, index));
            }
        }
        for (at, amount, sale) in &leg1.open_items {
            near.sales_by_amount.entry(amount.get()).or_default().push((*at, *sale));
        }
        let lists = [&mut near.rows_by_amount, &mut near.sales_by_amount];
        lists.into_iter().flat_map(BTreeMap::values_mut).for_each(|list| list.sort_unstable());
        near.rows_by_terminal.values_mut().for_each(|list| list.sort_unstable());
        near
    }

    /// What comes nearest.
    pub fn of(&self, ask: Ask) -> Vec<NearMiss> {
        match ask {
            Ask::Rows { sale, contract } => self.rows_for(sale, contract),
            Ask::Sales { row } => self.sales_for(row),
        }
    }

    /// Open rows near a sale that has none.
    fn rows_for(&self, index: usize, contract: usize) -> Vec<NearMiss> {
        let sale: &Sale = self.world.sales[index];
        let mut found = around(self.rows_by_amount.get(&sale.amount.get()), sale.at, NEAR_MS);
        let terminal = sale.sheet_number.as_deref().or(sale.terminal_id.as_deref());
        found.extend(around(terminal.and_then(|t| self.rows_by_terminal.get(t)), sale.at, SAME_TERMINAL_MS));
        let near = closest(found, sale.at).into_iter().map(|row| {
            let r = self.world.rows[row];
            let theirs = self.world.row_contract[row];
            let label = &self.world.contracts[theirs].label_ja;
            NearMiss {
                id: r.id.clone(),
                why_ja: sentence::near_row(r, sale, theirs == contract, label),
                distance: distance(sale, r, theirs == contract, self.window_seconds(contract)),
            }
        });
        near.collect()
    }

    fn window_seconds(&self, contract: usize) -> u32 {
        self.world.contracts[contract].matching.window.window_seconds
    }

    /// Open sales near a row that has none.
    fn sales_for(&self, row: usize) -> Vec<NearMiss> {
        let r = self.world.rows[row];
        let found = around(self.sales_by_amount.get(&r.amount.get()), r.at, NEAR_MS);
        let near = closest(found, r.at).into_iter().map(|index| {
            let sale = self.world.sales[index];
            let theirs = self.world.row_contract[row];
            let same_contract = self.world.sale_contract[index] == Some(theirs);
            NearMiss {
                id: sale.id.clone(),
                why_ja: sentence::near_sale(sale, r),
                distance: distance(sale, r, same_contract, self.window_seconds(theirs)),
            }
        });
        near.collect()
    }
}

/// Candidates around a time.
fn around(list: Option<&Vec<(Timestamp, usize)>>, at: Timestamp, within_ms: i64) -> Vec<(Timestamp, usize)> {
    let Some(list) = list else { return Vec::new() };
    let middle = list.partition_point(|(t, _)| *t < at);
    let from = middle.saturating_sub(LOOK_MAX);
    let to = (middle + LOOK_MAX).min(list.len());
    let near = |(t, _): &&(Timestamp, usize)| t.ms_since(at).abs() <= within_ms;
    list.get(from..to).unwrap_or_default().iter().filter(near).copied().collect()
}

/// The closest few, each once.
fn closest(mut found: Vec<(Timestamp, usize)>, at: Timestamp) -> Vec<usize> {
    found.sort_by_key(|(t, index)| (t.ms_since(at).abs(), *index));
    found.dedup();
    found.into_iter().map(|(_, index)| index).take(NEAR_MISSES_MAX).collect()
}
