//! CHARGEBACK: money that the acquirer took back, with no refund of ours behind it; linked to the original when a key says so
//! (reconciliation.md 5.5).
//!
//! Invariant: a plain refund row without such a key stays "no record of ours": it may be anybody's.

use crate::{
    class::ExceptionClass, facts::RowClass, ledger::Draft, outcome::Ended, sentence_sets as sentence,
};

use super::Classifier;

impl Classifier<'_, '_> {
    /// An open row that takes money back: the acquirer's own doing, where it says so or a key names a sale that we did not give back.
    pub(super) fn chargeback(&mut self, row: usize) -> Option<Ended> {
        let r = self.world.rows[row];
        let original = self.world.house.originals.get(r.id.as_str()).copied();
        if r.class != RowClass::Chargeback && (r.class != RowClass::Refund || original.is_none()) {
            return None;
        }
        self.theirs(row, None, r.amount, true);
        // The sale may lie outside of this partition: it is put in its place when all are put together.
        if let (Some(theirs), Some(sale)) = (self.out.theirs.len().checked_sub(1), original) {
            self.out.far.push((theirs, sale.id.clone()));
        }
        let draft = self.about_row(row, ExceptionClass::Chargeback, sentence::chargeback(r, original));
        let mut members = draft.members.clone();
        members.extend(original.map(|s| s.id.clone()));
        let counter = original.map(|s| s.counter.clone()).or(draft.counter.clone());
        Some(self.raise(Draft { members, counter, ..draft }))
    }
}
