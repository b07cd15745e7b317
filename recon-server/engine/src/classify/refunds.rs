//! REFUND_EXCEEDS: refunds of one sale that add up to more than was taken.
//!
//! Invariant: each refund keeps its own place (its row, or alone); this is said beside it, once a sale.

use std::collections::BTreeMap;

use domain::money::Yen;

use crate::{
    class::ExceptionClass,
    facts::{RefundOf, SaleState},
    ledger::Draft,
    sentence,
};

use super::Classifier;

impl Classifier<'_, '_> {
    /// Holds what was given back of each sale against what was taken; of a voided sale nothing stands.
    pub(super) fn refunds(&mut self) {
        let mut of_sale: BTreeMap<&str, (&RefundOf, Vec<usize>)> = BTreeMap::new();
        for (index, refund) in self.world.sales.iter().enumerate() {
            if let (Some(original), SaleState::Completed) = (&refund.refund_of, refund.state) {
                of_sale.entry(&original.sale).or_insert_with(|| (original, Vec::new())).1.push(index);
            }
        }
        for (original, refunds) in of_sale.into_values() {
            let known = self.world.sales.binary_search_by(|sale| sale.id.as_str().cmp(&original.sale)).ok();
            let voided = known.is_some_and(|place| self.world.sales[place].state == SaleState::Voided);
            let taken = if voided { Yen::ZERO } else { original.amount };
            let back =
                refunds.iter().fold(Yen::ZERO, |sum, i| sum.saturating_sub(self.world.sales[*i].amount));
            let Some(last) = refunds.last().copied().filter(|_| back > taken) else { continue };
            let excess = back.saturating_sub(taken);
            let text = sentence::refund_exceeds(original, refunds.len(), back, taken);
            let draft = self.about_sale(last, ExceptionClass::RefundExceeds, text);
            let mut members: Vec<String> = refunds.iter().map(|i| self.world.sales[*i].id.clone()).collect();
            members.extend(known.map(|place| self.world.sales[place].id.clone()));
            let day = refunds.iter().map(|i| self.world.sales[*i].payment_date).max().unwrap_or(draft.day);
            let subject = original.sale.clone();
            let amount = Yen::new(excess.get().saturating_neg());
            self.raise(Draft { subject, members, day, amount, gross: excess, ..draft });
        }
    }
}
