//! Voided sales: the statement may have nothing, a pair, or one half of it (reconciliation.md 5.5, "same-day void").
//!
//! Invariant: nothing and a pair close to zero; one half is an exception, because for the acquirer money moved.

use domain::money::Yen;

use crate::{
    class::ExceptionClass,
    evidence,
    facts::RowClass,
    join::ItemEnd,
    ledger::{Draft, OurKind, Timing},
    outcome::Ended,
    sentence,
};

use super::Classifier;

impl Classifier<'_, '_> {
    /// A voided sale: neither row, or both, or an exception.
    pub(super) fn voided(&mut self, index: usize, charge: usize, reversal: usize) {
        let ends = (self.joined.item_end[charge], self.joined.item_end[reversal]);
        if let (ItemEnd::Paired { row: a, rule: c }, ItemEnd::Paired { row: b, rule: d }) = ends {
            for (item, row, rule) in [(charge, a, c), (reversal, b, d)] {
                let link = evidence::link(self.world, self.joined, item, row);
                let amount = self.joined.items[item].amount;
                let difference = self.world.rows[row].amount.saturating_sub(amount);
                self.ours(item, OurKind::VoidPair, Timing::Reported(self.world.rows[row].closing_date()));
                self.theirs(row, Some(index), difference, false);
                let linked = self.linked(link, rule, index, row);
                let ended = if difference == Yen::ZERO {
                    linked
                } else {
                    self.void_differs(index, row, (amount, difference))
                };
                self.settle_row(row, ended);
            }
        } else {
            for (item, end) in [(charge, ends.0), (reversal, ends.1)] {
                if let ItemEnd::Paired { row, rule } = end {
                    let link = evidence::link(self.world, self.joined, item, row);
                    self.linked(link, rule, index, row);
                    self.one_sided_void(index, row);
                }
            }
        }
        let group = [ends.0, ends.1].into_iter().find_map(|end| match end {
            ItemEnd::Ambiguous { group } => Some(group),
            _ => None,
        });
        let ended = group.map_or(Ended::NoMoney, |group| self.in_group(group));
        self.settle_sale(index, ended);
    }

    fn void_differs(&mut self, index: usize, row: usize, (ours, difference): (Yen, Yen)) -> Ended {
        let (sale, r) = (self.world.sales[index], self.world.rows[row]);
        let draft =
            self.about_sale(index, ExceptionClass::AmountDiff, sentence::amount_diff(sale, r, difference));
        self.raise(Draft {
            subject: r.id.clone(),
            members: vec![sale.id.clone(), r.id.clone()],
            day: r.closing_date(),
            amount: difference,
            ours: Some(ours),
            gross: Yen::new(difference.get().saturating_abs()),
            ..draft
        })
    }

    /// The statement has one half of a void: for us no money moved, for them it did.
    fn one_sided_void(&mut self, index: usize, row: usize) {
        let (sale, r) = (self.world.sales[index], self.world.rows[row]);
        let refund = r.class == RowClass::Refund;
        let text = sentence::a_only(r, refund, (!refund).then_some(sale));
        self.theirs(row, Some(index), r.amount, true);
        let draft = self.about_row(row, ExceptionClass::AOnly, text);
        let members = vec![r.id.clone(), sale.id.clone()];
        let ended = self.raise(Draft { members, counter: sale.own_counter().cloned(), ..draft });
        self.settle_row(row, ended);
    }
}
