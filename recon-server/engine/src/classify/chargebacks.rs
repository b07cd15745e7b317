//! CHARGEBACK: money that the acquirer took back, with no refund of ours behind it; linked to the original when a key says so
//! (reconciliation.md 5.5).
//!
//! Invariant: a plain refund row without such a key stays "no record of ours": it may be anybody's.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    class::ExceptionClass,
    facts::{Row, RowClass, SaleKind, SaleState},
    ledger::Draft,
    outcome::Ended,
    sentence_sets as sentence,
    world::World,
};

use super::Classifier;

/// Contract, name of a key, its parts.
type Key<'f> = (usize, u8, &'f str, &'f str);

/// Standing sales by what identifies them, and those that we gave back ourselves.
pub(super) struct Originals<'f> {
    /// None where two sales share a key.
    by_key: BTreeMap<Key<'f>, Option<usize>>,
    refunded: BTreeSet<&'f str>,
}

impl<'f> Originals<'f> {
    pub fn new(world: &World<'f>) -> Self {
        let mut originals = Self { by_key: BTreeMap::new(), refunded: BTreeSet::new() };
        if !world.rows.iter().any(|row| row.class.gives_back()) {
            return originals;
        }
        for (index, sale) in world.sales.iter().enumerate() {
            if let Some(original) = &sale.refund_of {
                originals.refunded.insert(&original.sale);
            }
            let Some(contract) = world.sale_contract[index] else { continue };
            if sale.kind != SaleKind::Sale || sale.state != SaleState::Completed {
                continue;
            }
            let place = sale.sheet_number.as_deref().or(sale.terminal_id.as_deref());
            let fields = [
                (sale.acquirer_transaction_id.as_deref(), Some("")),
                (sale.reference.as_deref(), Some("")),
                (place, sale.slip_number.as_deref()),
                (place, sale.payer_digits.as_deref()),
            ];
            for key in keys(contract, fields) {
                originals.by_key.entry(key).and_modify(|known| *known = None).or_insert(Some(index));
            }
        }
        originals
    }

    /// The sale that a row takes back, by the strongest key that finds one.
    fn of(&self, contract: usize, row: &'f Row) -> Option<usize> {
        let place = row.terminal_id.as_deref();
        let fields = [
            (row.acquirer_transaction_id.as_deref(), Some("")),
            (row.reference.as_deref(), Some("")),
            (place, row.slip_number.as_deref()),
            (place, row.payer_digits.as_deref()),
        ];
        keys(contract, fields).find_map(|key| self.by_key.get(&key).copied().flatten())
    }
}

fn keys<'f>(
    contract: usize,
    fields: [(Option<&'f str>, Option<&'f str>); 4],
) -> impl Iterator<Item = Key<'f>> {
    let whole = |(name, (a, b)): (u8, (Option<&'f str>, Option<&'f str>))| Some((name, a?, b?));
    let named = (0_u8..).zip(fields).filter_map(whole);
    named.map(move |(name, a, b)| (contract, name, a, b))
}

impl<'f> Classifier<'_, 'f> {
    /// An open row that takes money back: the acquirer's own doing, where it says so or a key names a sale that we did not give back.
    pub(super) fn chargeback(&mut self, row: usize) -> Option<Ended> {
        let r: &'f Row = self.world.rows[row];
        let original = self.originals.of(self.world.row_contract[row], r).filter(|sale| {
            let s = self.world.sales[*sale];
            s.amount.get() >= r.amount.get().saturating_neg()
                && !self.originals.refunded.contains(s.id.as_str())
        });
        if r.class != RowClass::Chargeback && (r.class != RowClass::Refund || original.is_none()) {
            return None;
        }
        let sale = original.map(|place| self.world.sales[place]);
        self.theirs(row, original, r.amount, true);
        let draft = self.about_row(row, ExceptionClass::Chargeback, sentence::chargeback(r, sale));
        let mut members = draft.members.clone();
        members.extend(sale.map(|s| s.id.clone()));
        let counter = sale.map(|s| s.counter.clone()).or(draft.counter.clone());
        Some(self.raise(Draft { members, counter, ..draft }))
    }
}
