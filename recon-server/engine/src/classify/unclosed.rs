//! UNCLOSED_TERMINAL: electronic money of a terminal's day whose 締め was not run. It is not yet payable and comes with the next closing
//! (reconciliation.md 6.3, Rakuten Edy).
//!
//! Invariant: said only where the terminal's day is missing as a whole, its daily total too, although the counter has one on other
//! days, and no later row of the terminal shows that it was closed since.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{BrandCode, CounterId},
    method::Method,
    money::Yen,
    time::CivilDate,
};

use crate::{class::ExceptionClass, ledger::Draft, sentence_sets as sentence, world::World};

use super::Classifier;

/// What is known of terminals and their closings.
pub(super) struct Closings<'f> {
    /// Last day of a row, by contract and terminal.
    last_row: BTreeMap<(usize, &'f str), CivilDate>,
    /// Days with a daily total.
    totals: BTreeMap<(&'f CounterId, &'f BrandCode), BTreeSet<CivilDate>>,
}

impl<'f> Closings<'f> {
    pub fn new(world: &World<'f>) -> Self {
        let mut totals: BTreeMap<_, BTreeSet<CivilDate>> = BTreeMap::new();
        for total in &world.facts.terminal_totals {
            totals.entry((&total.counter, &total.brand)).or_default().insert(total.business_day);
        }
        let mut last_row = BTreeMap::new();
        for (index, row) in world.rows.iter().enumerate().filter(|_| !totals.is_empty()) {
            if let Some(terminal) = row.terminal_id.as_deref() {
                let last = last_row.entry((world.row_contract[index], terminal)).or_insert(row.at.date());
                *last = row.at.date().max(*last);
            }
        }
        Self { last_row, totals }
    }

    /// Whether the terminal's day of a sale that no row fits was not closed.
    fn open(&self, world: &World<'f>, index: usize) -> bool {
        let sale = world.sales[index];
        let (Some(contract), Some(brand), Some(terminal)) =
            (world.sale_contract[index], &sale.brand, sale.terminal_id.as_deref())
        else {
            return false;
        };
        let total = self.totals.get(&(&sale.counter, brand));
        sale.method == Method::ElectronicMoney
            && total.is_some_and(|days| !days.contains(&sale.business_day))
            && self.last_row.get(&(contract, terminal)).is_none_or(|last| *last < sale.payment_date)
    }
}

impl Classifier<'_, '_> {
    /// Whether a sale without a row waits for its terminal to be closed.
    pub(super) fn terminal_is_open(&self, index: usize) -> bool {
        self.closings.open(self.world, index)
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
