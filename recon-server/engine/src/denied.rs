//! Attempts whose result was in doubt and that a terminal, a person or a statement decided as not charged: a row that is one of them after
//! all says the opposite (CONFLICTING_RESOLUTION), and is no stranger's.
//!
//! Invariants: they are asked last and compete with nobody, so that no sale that stands loses its row to them; each must be the other's
//! sole candidate, by an id, a key, or terminal, amount and time. Not here: what is said of the pair ([`crate::classify`]).

use std::collections::BTreeMap;

use crate::{
    facts::RowClass,
    join::{ItemEnd, Joined, Mine, RowEnd, UNKNOWN_WINDOW_SECONDS, sole_pairs},
    keys::{Key, Rule},
    world::World,
};

impl<'f> Joined<'f> {
    /// Rows that nothing else took, or that are too many of a set, beside the attempts of a contract that were decided as not charged.
    pub(crate) fn denied(&mut self, world: &World<'f>, mine: &Mine<'_>) {
        if mine.denied.is_empty() {
            return;
        }
        let band_minutes = mine.contract.cutoff_band_minutes;
        let keys = mine.contract.keys.iter().map(|key| Rule::Key {
            key: *key,
            with_amount: true,
            shift_days: 0,
            band_minutes,
        });
        let exact = [Rule::TransactionId, Rule::Reference].into_iter().chain(keys);
        let near = Rule::UnknownWindow { window_seconds: UNKNOWN_WINDOW_SECONDS };
        for rule in exact.chain([near]) {
            for (items, rows) in self.left_by(world, mine, rule).into_values() {
                let Some(edges) = self.edges(world, rule, &items, &rows) else { continue };
                for (item, row) in sole_pairs(&edges) {
                    self.item_end[item] = ItemEnd::Paired { row, rule };
                    self.row_end[row] = RowEnd::Paired { item };
                }
            }
        }
    }

    /// Denied attempts and charges that are left, by key.
    fn left_by(
        &self,
        world: &World<'f>,
        mine: &Mine<'_>,
        rule: Rule,
    ) -> BTreeMap<Key<'f>, (Vec<usize>, Vec<usize>)> {
        let mut groups: BTreeMap<Key<'f>, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for i in mine.denied.iter().copied().filter(|i| self.item_end[*i] == ItemEnd::Open) {
            if let Some(key) = rule.of_item(&self.items[i]) {
                groups.entry(key).or_default().0.push(i);
            }
        }
        for r in mine.rows.iter().copied() {
            let row = world.rows[r];
            let left = matches!(self.row_end[r], RowEnd::Open | RowEnd::Spare { .. });
            if left
                && row.class == RowClass::Sale
                && row.occurrence <= 1
                && let Some(key) = rule.of_row(row)
                && let Some(group) = groups.get_mut(&key)
            {
                group.1.push(r);
            }
        }
        groups
    }
}
