//! A second charge under another number: a row that no sale stands behind, minutes from a row of the same sheet that one does.
//!
//! Invariants: a named suspicion, never a match: it stays a difference. It is named only where no sale of the same amount, sheet and day
//! is without its own row; otherwise the row may be that sale's. Not here: rows that share a key ([`crate::join`]).

use std::collections::{BTreeMap, BTreeSet};

use domain::time::{CivilDate, Timestamp};

use crate::{
    facts::{Row, RowClass, SaleState},
    join::{ItemEnd, Joined, RowEnd},
    keys::Role,
    world::World,
};

/// Time within which a second charge follows (or precedes) the first, in milliseconds.
pub(crate) const SECOND_CHARGE_MS: i64 = 5 * 60 * 1_000;

/// Contract, terminal or sheet, brand, yen.
type Place<'f> = (usize, &'f str, Option<&'f str>, i64);

/// Linked charges by place and time, and the sales that are without a row.
pub(crate) struct Twins<'f> {
    linked: BTreeMap<Place<'f>, BTreeSet<(Timestamp, usize)>>,
    /// Contract, day, yen; terminal or sheet where the sale has one.
    left_over: BTreeSet<(usize, CivilDate, i64, Option<&'f str>)>,
}

impl<'f> Twins<'f> {
    pub fn new(world: &World<'f>, joined: &Joined<'f>) -> Self {
        let mut twins = Self { linked: BTreeMap::new(), left_over: BTreeSet::new() };
        for (index, row) in world.rows.iter().enumerate() {
            if let (RowEnd::Paired { .. }, Some(place)) =
                (joined.row_end[index], place(world.row_contract[index], row))
            {
                twins.linked.entry(place).or_default().insert((row.at, index));
            }
        }
        for (item, end) in joined.items.iter().zip(&joined.item_end) {
            let alone = matches!(end, ItemEnd::Open | ItemEnd::Alone | ItemEnd::Failed { .. });
            if alone && item.role == Role::Charge && item.sale.state != SaleState::NotCharged {
                twins.left_over.insert((item.contract, item.date, item.amount.get(), item.terminal()));
            }
        }
        twins
    }

    /// The linked row that this one looks like a second charge of: the nearest in time.
    pub fn first_charge(&self, contract: usize, row: &Row) -> Option<usize> {
        let place = place(contract, row)?;
        let (day, yen) = (row.at.date(), row.amount.get());
        let waits = |terminal| self.left_over.contains(&(contract, day, yen, terminal));
        if waits(None) || waits(Some(place.1)) {
            return None;
        }
        let (from, to) = (row.at.plus_ms(-SECOND_CHARGE_MS), row.at.plus_ms(SECOND_CHARGE_MS));
        let near = self.linked.get(&place)?.range((from, 0)..=(to, usize::MAX));
        near.min_by_key(|(at, index)| (at.ms_since(row.at).abs(), *index)).map(|(_, index)| *index)
    }
}

fn place(contract: usize, row: &Row) -> Option<Place<'_>> {
    let brand = row.brand.as_ref().map(|brand| brand.as_str());
    let terminal = row.terminal_id.as_deref().filter(|_| row.class == RowClass::Sale)?;
    Some((contract, terminal, brand, row.amount.get()))
}
