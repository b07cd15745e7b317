//! REFUND_EXCEEDS: refunds of one sale that add up to more than was taken.
//!
//! Invariant: each refund keeps its own place (its row, or alone); this is said beside it, once a sale.

use std::collections::BTreeMap;

use domain::money::Yen;

use crate::{
    class::ExceptionClass,
    facts::{RefundOf, SaleState},
    ledger::{Draft, about_sale},
    outcome::Exception,
    sentence,
    world::World,
};

/// Holds what was given back of each sale against what was taken; of a voided sale nothing stands. Asked of all sales: a refund may be
/// years younger than its sale.
pub(crate) fn exceeding(world: &World<'_>) -> Vec<Exception> {
    let mut of_sale: BTreeMap<&str, (&RefundOf, Vec<usize>)> = BTreeMap::new();
    for (index, refund) in world.sales.iter().enumerate() {
        if let (Some(original), SaleState::Completed) = (&refund.refund_of, refund.state) {
            of_sale.entry(&original.sale).or_insert_with(|| (original, Vec::new())).1.push(index);
        }
    }
    let mut found = Vec::new();
    for (original, refunds) in of_sale.into_values() {
        let known = world.sale(&original.sale);
        let voided = known.is_some_and(|place| world.sales[place].state == SaleState::Voided);
        let taken = if voided { Yen::ZERO } else { original.amount };
        let back = refunds.iter().fold(Yen::ZERO, |sum, i| sum.saturating_sub(world.sales[*i].amount));
        let Some(last) = refunds.last().copied().filter(|_| back > taken) else { continue };
        let excess = back.saturating_sub(taken);
        let text = sentence::refund_exceeds(original, refunds.len(), back, taken);
        let draft = about_sale(world, last, ExceptionClass::RefundExceeds, text);
        let mut members: Vec<String> = refunds.iter().map(|i| world.sales[*i].id.clone()).collect();
        members.extend(known.map(|place| world.sales[place].id.clone()));
        let day = refunds.iter().map(|i| world.sales[*i].payment_date).max().unwrap_or(draft.day);
        let subject = original.sale.clone();
        let amount = Yen::new(excess.get().saturating_neg());
        found.push(Draft { subject, members, day, amount, gross: excess, ..draft }.finish(world));
    }
    found
}
