//! Money that goes back (refunds, reversals of voids): its row may be booked two weeks away, so it ties days together.
//!
//! Two things that share their keys with nothing else and that an exact rule joins are certain to become one in the first round, whatever
//! else there is: such a row is simply put beside its sale. Everything else is loose, and ties the days in which a window may look for it.
//! Invariant: a tie too many costs time, a tie too few would be wrong; so whatever is not certain is tied.

use std::collections::{BTreeSet, HashMap};

use domain::time::{CivilDate, Timestamp};

use super::Cut;
use crate::{
    contract::{Contract, KeyRule},
    facts::{RowClass, SaleKind, SaleState},
    join::in_band,
    keys::{GIVES_BACK_WINDOW_SECONDS, Item, Role, Rule},
    world::World,
};

/// One thing that goes back.
struct Thing<'f> {
    contract: usize,
    /// Place of the sale or row.
    place: usize,
    at: Timestamp,
    /// The day of the item; of a row that of its time.
    date: CivilDate,
    amount: i64,
    /// The item; none for a row.
    item: Option<Item<'f>>,
    keys: Vec<Key<'f>>,
}

/// Name of a key, its parts, its day.
type Key<'f> = (u8, &'f str, &'f str, Option<CivilDate>);
/// Name of the key that is no name by itself: the same four digits come again and again.
const DIGITS: u8 = 4;

/// Everything that goes back.
pub(super) struct Back<'f> {
    things: Vec<Thing<'f>>,
    loose: Vec<bool>,
    /// Things that share a key, in order of time.
    sharing: Vec<Vec<usize>>,
    /// Certain pairs: row and sale.
    pub certain: Vec<(usize, usize)>,
}

/// Gathers what goes back, and says which of it is certain.
pub(super) fn gather<'f>(world: &World<'f>) -> Back<'f> {
    let things = things(world);
    let mut lists: HashMap<(usize, Key<'f>), Vec<usize>> = HashMap::new();
    for (nth, thing) in things.iter().enumerate() {
        for key in &thing.keys {
            lists.entry((thing.contract, *key)).or_default().push(nth);
        }
    }
    let mut partner: Vec<Option<usize>> = vec![None; things.len()];
    let mut loose = vec![false; things.len()];
    let mut sharing: Vec<((usize, Key<'f>), Vec<usize>)> = lists.into_iter().collect();
    sharing.sort_by(|a, b| a.0.cmp(&b.0));
    for (_, list) in &sharing {
        match list[..] {
            [_] => {}
            [a, b] if things[a].item.is_some() != things[b].item.is_some() => {
                for (one, other) in [(a, b), (b, a)] {
                    loose[one] |= partner[one].is_some_and(|known| known != other);
                    partner[one] = Some(other);
                }
            }
            _ => list.iter().for_each(|one| loose[*one] = true),
        }
    }
    let certain = |one: usize| {
        let other = partner[one]?;
        let sure = !loose[one] && !loose[other] && partner[other] == Some(one);
        let (item, row) = if things[one].item.is_some() { (one, other) } else { (other, one) };
        (sure && joins(world, &things[item], &things[row])).then_some((item, row))
    };
    let pairs: BTreeSet<(usize, usize)> = (0..things.len()).filter_map(certain).collect();
    loose = vec![true; things.len()];
    for (item, row) in &pairs {
        (loose[*item], loose[*row]) = (false, false);
    }
    let certain = pairs.iter().map(|(item, row)| (things[*row].place, things[*item].place)).collect();
    let mut sharing: Vec<Vec<usize>> =
        sharing.into_iter().map(|(_, list)| list).filter(|list| list.len() > 1 && loose[list[0]]).collect();
    sharing.iter_mut().for_each(|list| list.sort_by_key(|nth| (things[*nth].at, *nth)));
    Back { things, loose, sharing, certain }
}

fn things<'f>(world: &World<'f>) -> Vec<Thing<'f>> {
    let mut things = Vec::new();
    for (place, sale) in world.sales.iter().enumerate() {
        let Some(contract) = world.sale_contract[place] else { continue };
        if sale.kind == SaleKind::Sale && sale.state != SaleState::Voided {
            continue;
        }
        for item in Item::of(place, sale, contract).into_iter().filter(|item| item.role != Role::Charge) {
            let days = [-1, 0, 1].map(|days| item.date.plus_days(days));
            let names = [sale.acquirer_transaction_id.as_deref(), sale.reference.as_deref()];
            let parts =
                [item.terminal(), item.slip(), sale.approval_code.as_deref(), sale.payer_digits.as_deref()];
            let keys = keys(world.contracts[contract], names, parts, &days);
            let (at, date, amount) = (item.at, item.date, item.amount.get());
            things.push(Thing { contract, place, at, date, amount, item: Some(item), keys });
        }
    }
    for (place, row) in world.rows.iter().enumerate() {
        if row.class != RowClass::Refund || row.occurrence > 1 {
            continue;
        }
        let contract = world.row_contract[place];
        let date = row.at.date();
        let names = [row.acquirer_transaction_id.as_deref(), row.reference.as_deref()];
        let parts = [
            row.terminal_id.as_deref(),
            row.slip_number.as_deref(),
            row.approval_code.as_deref(),
            row.payer_digits.as_deref(),
        ];
        let keys = keys(world.contracts[contract], names, parts, &[date]);
        things.push(Thing { contract, place, at: row.at, date, amount: row.amount.get(), item: None, keys });
    }
    things
}

/// Every key under which a rule of the contract may find a thing, without amount and, of digits, without time.
fn keys<'f>(
    contract: &Contract,
    names: [Option<&'f str>; 2],
    [terminal, slip, approval, digits]: [Option<&'f str>; 4],
    days: &[CivilDate],
) -> Vec<Key<'f>> {
    let mut keys: Vec<Key<'f>> =
        (0_u8..).zip(names).filter_map(|(name, text)| Some((name, text?, "", None))).collect();
    for rule in &contract.keys {
        match (rule, terminal, slip, approval, digits) {
            (KeyRule::TerminalSlipDateAmount, Some(terminal), Some(slip), ..) => {
                keys.extend(days.iter().map(|day| (2, terminal, slip, Some(*day))));
            }
            (KeyRule::ApprovalAmountDate, _, _, Some(approval), _) => {
                keys.extend(days.iter().map(|day| (3, approval, "", Some(*day))));
            }
            (KeyRule::SheetDigitsAmount { .. }, Some(terminal), _, _, Some(digits)) => {
                keys.push((DIGITS, terminal, digits, None));
            }
            _ => {}
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Whether an exact rule joins the two.
fn joins(world: &World<'_>, thing: &Thing<'_>, row: &Thing<'_>) -> bool {
    let (Some(item), row) = (thing.item, world.rows[row.place]) else { return false };
    let contract = world.contracts[thing.contract];
    let exact = |key: &KeyRule| Rule::Key {
        key: *key,
        with_amount: true,
        shift_days: 0,
        band_minutes: contract.cutoff_band_minutes,
    };
    let rules = [Rule::TransactionId, Rule::Reference].into_iter().chain(contract.keys.iter().map(exact));
    let mut rules = rules.filter(|rule| in_band(&item, *rule));
    rules.any(|rule| {
        let key = rule.of_item(&item);
        key.is_some() && key == rule.of_row(row) && rule.joins(&item, row)
    })
}

/// Ties the days of what is loose.
pub(super) fn tie(cut: &mut Cut<'_, '_>, back: &Back<'_>) {
    let mut loose: Vec<usize> = (0..back.things.len()).filter(|nth| back.loose[*nth]).collect();
    for nth in &loose {
        let thing = &back.things[*nth];
        if let Some(item) = thing.item.filter(|item| item.role == Role::Reversal) {
            let own = cut.sale_cell[thing.place];
            let cell = cut.cell(Some(thing.contract), thing.date);
            cut.cells.tie(own, cell);
            cut.touch(thing.contract, cell, item.at);
        }
    }
    for list in &back.sharing {
        for pair in list.windows(2) {
            let [a, b] = [&back.things[pair[0]], &back.things[pair[1]]];
            let digits_only = !a.keys.iter().any(|key| key.0 != DIGITS && b.keys.contains(key));
            if !digits_only || b.at.ms_since(a.at) <= window_ms(cut, a.contract) {
                let (a, b) = (cell_of(cut, a), cell_of(cut, b));
                cut.cells.tie(a, b);
            }
        }
    }
    loose.sort_by_key(|nth| {
        let thing = &back.things[*nth];
        (thing.contract, thing.amount, thing.at, *nth)
    });
    let alike = |a: &usize, b: &usize| {
        let [a, b] = [&back.things[*a], &back.things[*b]];
        (a.contract, a.amount) == (b.contract, b.amount)
    };
    for list in loose.chunk_by(alike) {
        within_window(cut, back, list);
    }
    beside_certain(cut, back);
}

/// Ties each loose row to the loose items of its amount that lie within the window.
fn within_window(cut: &mut Cut<'_, '_>, back: &Back<'_>, list: &[usize]) {
    let (items, rows): (Vec<usize>, Vec<usize>) =
        list.iter().copied().partition(|nth| back.things[*nth].item.is_some());
    let mut tied_to = 0;
    for nth in rows {
        let row = &back.things[nth];
        let window = window_ms(cut, row.contract);
        let from = items.partition_point(|i| back.things[*i].at < row.at.plus_ms(-window));
        let to = items.partition_point(|i| back.things[*i].at <= row.at.plus_ms(window));
        let Some(first) = items.get(from).filter(|_| from < to) else { continue };
        let (a, b) = (cell_of(cut, row), cell_of(cut, &back.things[*first]));
        cut.cells.tie(a, b);
        // Rows come in order of time, so their spans move on: each neighbour is tied once.
        for next in from.max(tied_to) + 1..to {
            let (a, b) =
                (cell_of(cut, &back.things[items[next - 1]]), cell_of(cut, &back.things[items[next]]));
            cut.cells.tie(a, b);
        }
        tied_to = tied_to.max(to - 1);
    }
}

/// A proof counts the rows of equal amount around a sale ([`crate::refused`]): rows that were put beside their sales count too.
fn beside_certain(cut: &mut Cut<'_, '_>, back: &Back<'_>) {
    let mut rows: HashMap<(usize, i64), Vec<(Timestamp, usize)>> = HashMap::new();
    for (place, sale) in &back.certain {
        let row = cut.world.rows[*place];
        let key = (cut.world.row_contract[*place], row.amount.get());
        rows.entry(key).or_default().push((row.at, cut.sale_cell[*sale]));
    }
    if rows.is_empty() {
        return;
    }
    let world = cut.world;
    for (index, sale) in world.sales.iter().enumerate() {
        let Some(contract) = world.sale_contract[index] else { continue };
        let window = i64::from(world.contracts[contract].matching.window.window_seconds) * 1_000;
        for item in Item::of(index, sale, contract) {
            let near = rows.get(&(contract, item.amount.get())).map(Vec::as_slice).unwrap_or_default();
            for (at, cell) in near {
                if at.ms_since(sale.at).abs() <= window {
                    let own = cut.sale_cell[index];
                    cut.cells.tie(own, *cell);
                }
            }
        }
    }
}

/// Milliseconds by which the record of what goes back and its row may lie apart.
fn window_ms(cut: &Cut<'_, '_>, contract: usize) -> i64 {
    let contract = cut.world.contracts[contract];
    let digits = contract.keys.iter().filter_map(|key| match key {
        KeyRule::SheetDigitsAmount { window_seconds } => Some(*window_seconds),
        _ => None,
    });
    let widest = digits.chain([contract.matching.window.window_seconds, GIVES_BACK_WINDOW_SECONDS]).max();
    i64::from(widest.unwrap_or(GIVES_BACK_WINDOW_SECONDS)) * 1_000
}

fn cell_of(cut: &Cut<'_, '_>, thing: &Thing<'_>) -> usize {
    match thing.item {
        Some(_) => cut.sale_cell[thing.place],
        None => cut.row_cell[thing.place],
    }
}
