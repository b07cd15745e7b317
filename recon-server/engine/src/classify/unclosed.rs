//! UNCLOSED_TERMINAL: electronic money of a terminal's day whose 締め was not run. It is not yet payable and comes with the next closing
//! (reconciliation.md 6.3, Rakuten Edy).
//!
//! Invariant: said only where the terminal's day is missing as a whole, its daily total too, although the counter has one on other
//! days, and no later row of the terminal shows that it was closed since.

use std::collections::BTreeMap;

use domain::{money::Yen, time::CivilDate};

use crate::{class::ExceptionClass, ledger::Draft, sentence_sets as sentence};

use super::Classifier;

impl Classifier<'_, '_> {
    /// Whether a sale without a row waits for its terminal to be closed.
    pub(super) fn terminal_is_open(&self, index: usize) -> bool {
        self.world.house.unclosed.contains(self.world.sales[index].id.as_str())
    }

    /// One exception per terminal and day.
    pub(super) fn unclosed(&mut self) {
        let mut days: BTreeMap<(usize, CivilDate, &str), Vec<usize>> = BTreeMap::new();
        for index in std::mem::take(&mut self.unclosed) {
            let sale = self.world.sales[index];
            if let (Some(contract), Some(terminal)) =
                (self.world.sale_contract[index], sale.terminal_id.as_deref())
            {
                days.entry((contract, sale.payment_date, terminal)).or_default().push(index);
            }
        }
        for ((contract, day, terminal), sales) in days {
            let total =
                sales.iter().fold(Yen::ZERO, |sum, s| sum.saturating_add(self.world.sales[*s].amount));
            let label = self.world.contracts[contract];
            let text = sentence::unclosed(label, day, terminal, sales.len(), total);
            let draft = self.about_sale(sales[0], ExceptionClass::UnclosedTerminal, text);
            let ended = self.raise(Draft {
                subject: format!("{}/{day}/{terminal}", label.id),
                members: sales.iter().map(|s| self.world.sales[*s].id.clone()).collect(),
                amount: Yen::new(total.get().saturating_neg()),
                gross: Yen::new(total.get().saturating_abs()),
                day,
                ..draft
            });
            for sale in sales {
                self.settle_sale(sale, ended.clone());
            }
        }
    }
}
