//! The sale that a row takes back: a row that gives money back names, by a key, a standing sale that we did not give back ourselves.
//!
//! Invariants: asked of all facts, however old the sale is, so it is part of the shared context; a key that two sales share names none of
//! them; the strongest key that names one decides. Not here: what becomes of the row ([`crate::classify`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    facts::{Row, Sale, SaleKind, SaleState},
    world::World,
};

/// Contract, name of a key, its parts.
type Key<'f> = (usize, u8, &'f str, &'f str);

/// The original of each row that has one.
pub(crate) fn find<'f>(world: &World<'f>) -> BTreeMap<&'f str, &'f Sale> {
    let back: Vec<(usize, &Row)> =
        world.row_contract.iter().copied().zip(world.rows.iter().copied()).collect();
    let back: Vec<(usize, &Row)> = back.into_iter().filter(|(_, row)| row.class.gives_back()).collect();
    // Only what such a row may ask for is looked up: most sales are nobody's original.
    let mut by_key: HashMap<Key<'f>, Named<'f>> = HashMap::new();
    for (contract, row) in &back {
        by_key.extend(of_row(*contract, row).map(|key| (key, Named::Nobody)));
    }
    if by_key.is_empty() {
        return BTreeMap::new();
    }
    let mut refunded: BTreeSet<&str> = BTreeSet::new();
    for (sale, contract) in world.sales.iter().zip(&world.sale_contract) {
        refunded.extend(sale.refund_of.as_ref().map(|original| original.sale.as_str()));
        let Some(contract) = contract else { continue };
        if sale.kind != SaleKind::Sale || sale.state != SaleState::Completed {
            continue;
        }
        for key in of_sale(*contract, sale) {
            if let Some(named) = by_key.get_mut(&key) {
                *named = if matches!(named, Named::Nobody) { Named::One(sale) } else { Named::Several };
            }
        }
    }
    let original = |(contract, row): (usize, &'f Row)| {
        let named = |key: Key<'f>| match by_key.get(&key) {
            Some(Named::One(sale)) => Some(*sale),
            _ => None,
        };
        let sale = of_row(contract, row).find_map(named)?;
        let enough = sale.amount.get() >= row.amount.get().saturating_neg();
        (enough && !refunded.contains(sale.id.as_str())).then_some((row.id.as_str(), sale))
    };
    back.into_iter().filter_map(original).collect()
}

/// Whose key it is.
#[derive(Clone, Copy)]
enum Named<'f> {
    Nobody,
    One(&'f Sale),
    Several,
}

fn of_sale(contract: usize, sale: &Sale) -> impl Iterator<Item = Key<'_>> {
    let place = sale.sheet_number.as_deref().or(sale.terminal_id.as_deref());
    keys(
        contract,
        [
            (sale.acquirer_transaction_id.as_deref(), Some("")),
            (sale.reference.as_deref(), Some("")),
            (place, sale.slip_number.as_deref()),
            (place, sale.payer_digits.as_deref()),
        ],
    )
}

fn of_row(contract: usize, row: &Row) -> impl Iterator<Item = Key<'_>> {
    let place = row.terminal_id.as_deref();
    keys(
        contract,
        [
            (row.acquirer_transaction_id.as_deref(), Some("")),
            (row.reference.as_deref(), Some("")),
            (place, row.slip_number.as_deref()),
            (place, row.payer_digits.as_deref()),
        ],
    )
}

fn keys<'f>(
    contract: usize,
    fields: [(Option<&'f str>, Option<&'f str>); 4],
) -> impl Iterator<Item = Key<'f>> {
    let whole = |(name, (a, b)): (u8, (Option<&'f str>, Option<&'f str>))| Some((name, a?, b?));
    (0_u8..).zip(fields).filter_map(whole).map(move |(name, a, b)| (contract, name, a, b))
}
