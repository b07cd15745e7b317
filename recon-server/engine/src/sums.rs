//! Stage 5: the bounded set. Inside one small partition (contract, day, and brand and terminal where both sides know them), rows that are
//! sums of sales, or sales that were split into rows; and, where an acquirer gives totals only, the total of a day (合計のみ).
//!
//! Invariants: a sum is accepted only where the search saw everything and found one way ([`crate::subset`]); it is a proposal. Bounded by
//! lines and nodes, never by time. Several ways, or nodes used up, are 個別特定不能 with that reason. Not here: partitions in which some rows
//! are merged and others split, and wholes that only a part of the other side's wholes explains: those stay exceptions.

use std::collections::BTreeMap;

use domain::{money::Yen, time::CivilDate};

use crate::{
    alike::{Alike, Kind, known_on_both},
    facts::{RowClass, SaleState},
    house::Ruling,
    ident::set_id,
    join::{ItemEnd, Joined, Mine, RowEnd},
    keys::Role,
    matching::Accept,
    notices::ruled,
    proof::{identity_of_item, identity_of_row},
    subset::{Searched, sums},
    world::World,
};

/// Most lines of a partition, both sides together; a larger one is not searched.
pub(crate) const PARTITION_LINES_MAX: usize = 40;
/// Most nodes of the searches of one partition.
const PARTITION_NODES_MAX: u32 = 100_000;
/// Most nodes of all searches of one contract in one partition of a run ([`crate::partition`]).
const CONTRACT_NODES_MAX: u32 = 10_000_000;

/// Items and rows that add up to one another; one of the two sides has a single member.
#[derive(Debug, Clone)]
pub(crate) struct Sum {
    pub items: Vec<usize>,
    pub rows: Vec<usize>,
    /// Theirs less ours; not zero only for the total of a day.
    pub difference: Yen,
    /// Whether it is the total of a day.
    pub total: bool,
}

/// Day, brand, terminal.
type Partition<'f> = (CivilDate, Option<&'f str>, Option<&'f str>);
/// Places of items and rows.
type Sides = (Vec<usize>, Vec<usize>);

impl<'f> Joined<'f> {
    /// The stage for one contract.
    pub(crate) fn sums(&mut self, world: &World<'f>, mine: &Mine<'_>) {
        if mine.contract.matching.window.accept == Accept::Never {
            return;
        }
        let mut nodes_left = CONTRACT_NODES_MAX;
        for (key, sides) in self.partitions(world, mine) {
            let (items, rows) = self.sides_without_identity(world, sides);
            if items.is_empty() || rows.is_empty() || items.len() + rows.len() > PARTITION_LINES_MAX {
                continue;
            }
            let mut nodes = nodes_left.min(PARTITION_NODES_MAX);
            let before = nodes;
            self.search(world, key, items, rows, &mut nodes);
            nodes_left -= before - nodes;
        }
    }

    fn search(
        &mut self,
        world: &World<'f>,
        key: Partition<'f>,
        items: Vec<usize>,
        rows: Vec<usize>,
        nodes: &mut u32,
    ) {
        let ours: Vec<i64> = items.iter().map(|i| self.items[*i].amount.get()).collect();
        let theirs: Vec<i64> = rows.iter().map(|r| world.rows[*r].amount.get()).collect();
        let merged = sums(&theirs, &ours, nodes);
        let split = sums(&ours, &theirs, nodes);
        let reason_ja = match (merged, split) {
            (Searched::Nothing, Searched::Nothing) => return,
            (Searched::Unique(parts), Searched::Nothing) => {
                for (row, parts) in rows.iter().zip(&parts) {
                    self.propose(world, parts.iter().map(|p| items[*p]).collect(), vec![*row]);
                }
                self.left_over(key, &items);
                return;
            }
            (Searched::Nothing, Searched::Unique(parts)) => {
                for (item, parts) in items.iter().zip(&parts) {
                    self.propose(world, vec![*item], parts.iter().map(|p| rows[*p]).collect());
                }
                return;
            }
            (Searched::OutOfNodes, _) | (_, Searched::OutOfNodes) => {
                "組み合わせが多すぎて、調べきれませんでした"
            }
            _ => "合計の合う組み合わせが二通り以上あります",
        };
        let free = |i: &usize| !self.spare_items.contains_key(i);
        let (items, rows): Sides = (
            items.into_iter().filter(free).collect(),
            rows.into_iter().filter(|r| self.row_end[*r] == RowEnd::Open).collect(),
        );
        if !items.is_empty() && !rows.is_empty() {
            self.ambiguous(items, rows, Some(reason_ja.to_owned()));
        }
    }

    /// Takes a sum that was found, unless a person refused it; then its members stand alone.
    fn propose(&mut self, world: &World<'f>, items: Vec<usize>, rows: Vec<usize>) {
        let ours = items.iter().map(|i| self.items[*i].sale.id.clone());
        let members: Vec<String> = ours.chain(rows.iter().map(|r| world.rows[*r].id.clone())).collect();
        if ruled(world, &set_id("set", "sum", &members)) == Ruling::Refused {
            items.iter().for_each(|i| {
                self.spare_items.remove(i);
            });
            self.stand_alone(&items, &rows);
        } else {
            self.take(items, rows, Yen::ZERO, false);
        }
    }

    fn take(&mut self, items: Vec<usize>, rows: Vec<usize>, difference: Yen, total: bool) {
        let sum = self.sums.len();
        for i in &items {
            self.item_end[*i] = ItemEnd::Summed { sum };
            self.spare_items.remove(i);
        }
        rows.iter().for_each(|r| self.row_end[*r] = RowEnd::Summed { sum });
        self.sums.push(Sum { items, rows, difference, total });
    }

    /// Of alike items some were taken: which of them is left over is formal, so it is said as a number.
    fn left_over(&mut self, (day, brand, terminal): Partition<'f>, items: &[usize]) {
        let mut alike: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        items.iter().for_each(|i| alike.entry(self.items[*i].amount.get()).or_default().push(*i));
        for (yen, items) in alike {
            let is_left = |i: &usize| self.item_end[*i] == ItemEnd::Open && !self.spare_items.contains_key(i);
            let spare: Vec<usize> = items.iter().copied().filter(is_left).collect();
            if spare.is_empty() || spare.len() == items.len() {
                continue;
            }
            let set = self.sets.len();
            spare.iter().for_each(|i| {
                self.spare_items.insert(*i, set);
            });
            let first = self.items[items[0]];
            let charge = first.role == Role::Charge;
            let kind = Kind { contract: first.contract, charge, amount: Yen::new(yen), day, brand, terminal };
            self.sets.push(Alike {
                kind,
                proven: 0,
                rows: Vec::new(),
                possible: items.clone(),
                items,
                in_time: true,
                keyed: false,
            });
        }
    }

    /// 合計のみ: one row a day is held against everything of that day.
    pub(crate) fn totals(&mut self, world: &World<'f>, mine: &Mine<'_>) {
        for (items, rows) in self.partitions(world, mine).into_values() {
            let theirs = rows.iter().fold(Yen::ZERO, |sum, r| sum.saturating_add(world.rows[*r].amount));
            let ours = items.iter().fold(Yen::ZERO, |sum, i| sum.saturating_add(self.items[*i].amount));
            if rows.len() == 1 && !items.is_empty() {
                self.take(items, rows, theirs.saturating_sub(ours), true);
            }
        }
    }

    /// What is still open, by partition. Only what stands takes part: no unknown results, no voids.
    fn partitions(&self, world: &World<'f>, mine: &Mine<'_>) -> BTreeMap<Partition<'f>, Sides> {
        let (brands, terminals) = known_on_both(world, mine);
        let mut partitions: BTreeMap<Partition<'f>, Sides> = BTreeMap::new();
        for r in mine.rows.iter().copied() {
            let row = world.rows[r];
            let open = match self.row_end[r] {
                RowEnd::Open => true,
                RowEnd::Spare { set } => !self.sets[set].keyed,
                _ => false,
            };
            let money = matches!(row.class, RowClass::Sale | RowClass::Refund) && row.amount != Yen::ZERO;
            if open && money && self.stands_alone(world, r) {
                let brand = row.brand.as_ref().map(|brand| brand.as_str()).filter(|_| brands);
                let terminal = row.terminal_id.as_deref().filter(|_| terminals);
                partitions.entry((row.at.date(), brand, terminal)).or_default().1.push(r);
            }
        }
        let keyed = |i: &usize| self.spare_items.get(i).is_some_and(|set| self.sets[*set].keyed);
        for i in mine.items.iter().copied().filter(|i| self.item_end[*i] == ItemEnd::Open && !keyed(i)) {
            let item = &self.items[i];
            let brand = item.sale.brand.as_ref().map(|brand| brand.as_str()).filter(|_| brands);
            let key = (item.date, brand, item.terminal().filter(|_| terminals));
            if item.sale.state == SaleState::Completed
                && item.amount != Yen::ZERO
                && let Some(partition) = partitions.get_mut(&key)
            {
                partition.0.push(i);
            }
        }
        partitions
    }

    fn sides_without_identity(&self, world: &World<'f>, (mut items, mut rows): Sides) -> Sides {
        let ours = items.iter().fold(0, |mask, i| mask | identity_of_item(&self.items[*i]));
        let theirs = rows.iter().fold(0, |mask, r| mask | identity_of_row(world.rows[*r]));
        items.retain(|i| identity_of_item(&self.items[*i]) & ours & theirs == 0);
        rows.retain(|r| identity_of_row(world.rows[*r]) & ours & theirs == 0);
        (items, rows)
    }
}
