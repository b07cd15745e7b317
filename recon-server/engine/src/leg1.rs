//! Leg 1 as a map over partitions: each is joined and classified alone, or taken from memory, and all are put together.
//!
//! Invariants: what is put together is the same whether a partition was computed now or is remembered; places inside a result are those of
//! its partition until they are put together. Here, after the partitions: what comes near, refunds of all years, ages.

use std::sync::Arc;

use crate::{
    classify::{classify, refunds},
    digest::{self, Sum},
    house::Asked,
    join::join,
    ledger::{Classified, Ours, Theirs},
    memory::{Memory, PartitionRun, Remembered, Rerun},
    near::{Ask, Near},
    outcome::Side,
    partition::{Partition, cut, uncut},
    world::World,
};

/// How the partitions of a run are come by.
pub(crate) enum Way<'m> {
    /// All are computed; nothing is digested, remembered or reported.
    Cut,
    /// The same, with a contract as one partition.
    Uncut,
    /// What is known is not computed again.
    Remembering(&'m mut Memory),
}

/// Everything of leg 1.
pub(crate) fn run(world: &World<'_>, way: Way<'_>) -> (Classified, Rerun) {
    let partitions = if matches!(way, Way::Uncut) { uncut(world) } else { cut(world) };
    let (mut all, mut rerun) = (Classified::default(), Rerun::default());
    match way {
        Way::Cut | Way::Uncut => partitions.iter().for_each(|partition| {
            let (found, _) = alone(world, partition);
            put(world, &mut all, partition, &found);
        }),
        Way::Remembering(memory) => {
            memory.begin();
            let mut context: Option<(Option<usize>, Sum)> = None;
            for partition in &partitions {
                let shared = context
                    .filter(|(contract, _)| *contract == partition.contract)
                    .unwrap_or_else(|| (partition.contract, digest::context(world, partition.contract)));
                context = Some(shared);
                let sum = digest::of(world, partition, &shared.1);
                let (found, computed) = from(world, memory, partition, sum);
                put(world, &mut all, partition, &found);
                rerun.partitions.push(PartitionRun::of(world, partition, sum, computed));
            }
            memory.end();
        }
    }
    finish(world, &mut all);
    (all, rerun)
}

/// The result of a partition: remembered, where everything that it asked is still answered alike; and whether it was computed now.
fn from(world: &World<'_>, memory: &mut Memory, partition: &Partition, sum: Sum) -> (Arc<Classified>, bool) {
    if let Some(known) = memory.get(&sum, |asked| asked.holds(world)) {
        return (known, false);
    }
    let (found, asked) = alone(world, partition);
    let found = Arc::new(found);
    let facts = partition.sales.len() + partition.rows.len();
    memory.keep(sum, Remembered { found: Arc::clone(&found), asked, facts, used: 0 });
    (found, true)
}

/// One partition by itself.
fn alone(world: &World<'_>, partition: &Partition) -> (Classified, Asked) {
    let part = world.part(&partition.sales, &partition.rows);
    let joined = join(&part);
    let found = classify(&part, &joined);
    (found, part.asked())
}

/// Puts a partition's result to the others: its places become those of the whole world.
fn put(world: &World<'_>, all: &mut Classified, partition: &Partition, found: &Classified) {
    let (sales, rows) = (&partition.sales, &partition.rows);
    let first_exception = all.exceptions.len();
    // Contracts keep their names, not their places.
    let contract = |known: usize| partition.contract.unwrap_or(known);
    let first_theirs = all.theirs.len();
    all.theirs.extend(found.theirs.iter().map(|one| Theirs {
        contract: contract(one.contract),
        sale: one.sale.map(|s| sales[s]),
        row: one.row.map(|r| rows[r]),
        ..*one
    }));
    for (place, sale) in &found.far {
        all.theirs[first_theirs + place].sale = world.sale(sale);
    }
    all.ours.extend(found.ours.iter().map(|one| Ours {
        sale: sales[one.sale],
        contract: contract(one.contract),
        ..*one
    }));
    all.asks.extend(found.asks.iter().map(|(place, ask)| {
        let ask = match *ask {
            Ask::Rows { sale, contract: known } => Ask::Rows { sale: sales[sale], contract: contract(known) },
            Ask::Sales { row } => Ask::Sales { row: rows[row] },
        };
        (first_exception + place, ask)
    }));
    all.open_rows.extend(found.open_rows.iter().map(|row| rows[*row]));
    all.open_items.extend(found.open_items.iter().map(|(at, yen, sale)| (*at, *yen, sales[*sale])));
    all.links.extend(found.links.iter().map(|(sale, link)| (sales[*sale], Arc::clone(link))));
    all.exceptions.extend(found.exceptions.iter().cloned());
    all.decisions.extend(found.decisions.iter().cloned());
    all.dispositions.extend(found.dispositions.iter().map(|(side, place, placed)| {
        let places = if *side == Side::Journal { sales } else { rows };
        (*side, places[*place], Arc::clone(placed))
    }));
    all.sets.extend(found.sets.iter().cloned());
}

/// What is said only when everything is there.
fn finish(world: &World<'_>, all: &mut Classified) {
    let asks = std::mem::take(&mut all.asks);
    let near = Near::new(world, all);
    let said: Vec<_> = asks.into_iter().map(|(place, ask)| (place, near.of(ask))).collect();
    for (place, near) in said {
        all.exceptions[place].near = near;
    }
    all.exceptions.extend(refunds::exceeding(world));
    // Places are in the order of ids, and numbers are compared faster.
    all.links.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.right.cmp(&other.right)));
    all.dispositions.sort_unstable_by_key(|(side, place, _)| (*side, *place));
}
