//! CHARGEBACK: money that the acquirer took back, with no refund of ours behind it; linked to the original when a key says so
//! (reconciliation.md 5.5).
//!
//! Its deadline is counted from the process date by the contract's terms of that day; where they say none, that is said. Invariant: a plain refund row without such a key stays "no record of ours": it may be anybody's.

use domain::time::CivilDate;

use crate::{
    class::ExceptionClass,
    facts::{Row, RowClass},
    ledger::Draft,
    outcome::Ended,
    sentence_sets as sentence,
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
        let due = self.reply_until(r);
        let draft = self.about_row(row, ExceptionClass::Chargeback, sentence::chargeback(r, original, due));
        let mut members = draft.members.clone();
        members.extend(original.map(|s| s.id.clone()));
        let counter = original.map(|s| s.counter.clone()).or(draft.counter.clone());
        let ended = self.raise(Draft { members, counter, ..draft });
        if let Some(raised) = self.out.exceptions.last_mut() {
            raised.due_on = due;
        }
        Some(ended)
    }

    /// The last day on which an objection reaches the company in time, by the contract's terms on the day of the process.
    fn reply_until(&self, row: &Row) -> Option<CivilDate> {
        let contract = self.world.contracts.iter().find(|contract| contract.id == row.contract)?;
        let processed = row.closing_date();
        let days = contract.terms_on(processed).chargeback_reply_days?;
        Some(days.until(&self.world.facts.calendar, processed))
    }
}
