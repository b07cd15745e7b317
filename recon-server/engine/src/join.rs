//! Stages 1 and 2: joins what is certainly one, and groups what cannot be told apart; then stages 3 to 5, which live in
//! [`crate::window`], [`crate::alike`] and [`crate::sums`].
//!
//! Invariants: a pair is accepted only when each is the other's sole candidate among what earlier passes left; passes run in a fixed order,
//! so the result is a function of the facts; rounds repeat until nothing new is found. A repeated row (occurrence ≥ 2) never takes part: it is a repetition or a twin, settled later.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    alike::Alike,
    contract::{Contract, KeyRule},
    facts::{Row, RowClass, SaleState},
    keys::{Item, Key, Role, Rule},
    matching::Grade,
    outcome::Stage,
    sums::Sum,
    world::World,
};

/// Seconds around an unknown result in which a row of the same terminal and amount may be it.
pub(crate) const UNKNOWN_WINDOW_SECONDS: u32 = 600;
/// Most candidate pairs of one key that are looked at; beyond it the whole group stays undecided.
const GROUP_PAIRS_MAX: usize = 10_000;
/// Most rounds of all rules; what one rule joins may leave another with a sole candidate.
const ROUNDS_MAX: usize = 8;
/// Minutes of a day.
const DAY_MINUTES: i64 = 24 * 60;

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemEnd {
    /// Nothing fits.
    Open,
    /// What fitted a person refused.
    Alone,
    /// This row is it.
    Paired { row: usize, rule: Rule },
    /// Only a failed row fits.
    Failed { row: usize },
    /// In a group that cannot be told apart.
    Ambiguous { group: usize },
    /// One of several that add up to a row, or the sum of several rows.
    Summed { sum: usize },
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowEnd {
    /// Nothing fits.
    Open,
    /// What fitted a person refused.
    Alone,
    /// It is this item.
    Paired { item: usize },
    /// A second row for an item that another row is already.
    DuplicateOf { item: usize },
    /// A failed row that says what became of this item.
    FailedFor { item: usize },
    /// In a group that cannot be told apart.
    Ambiguous { group: usize },
    /// Too many of a set.
    Spare { set: usize },
    /// The sum of several items, or one of several that add up to an item.
    Summed { sum: usize },
}

/// Result of the joins.
pub(crate) struct Joined<'f> {
    pub items: Vec<Item<'f>>,
    pub item_end: Vec<ItemEnd>,
    pub row_end: Vec<RowEnd>,
    /// Items and rows that share a key and cannot be told apart.
    pub groups: Vec<Group>,
    /// Interchangeable sets.
    pub sets: Vec<Alike<'f>>,
    /// Items that stand, formally, for those too many of a set.
    pub spare_items: BTreeMap<usize, usize>,
    /// Sums that were found.
    pub sums: Vec<Sum>,
    /// Unknown results for which a row was there that may have been another's.
    pub doubts: BTreeSet<usize>,
}

/// What cannot be told apart.
pub(crate) struct Group {
    pub items: Vec<usize>,
    pub rows: Vec<usize>,
    /// Why, in Japanese, where it is no equal key.
    pub reason_ja: Option<String>,
}

/// Stage of a pair, from its rule.
pub(crate) const fn stage_of(rule: Rule) -> Stage {
    match rule {
        Rule::TransactionId | Rule::Reference => Stage::IdJoin,
        Rule::Key { with_amount: false, .. } => Stage::CompositeKeyAmountDiffers,
        Rule::Key { .. } | Rule::UnknownWindow { .. } => Stage::CompositeKey,
        Rule::Window { .. } => Stage::MutualUniqueWindow,
        Rule::Alike { .. } => Stage::InterchangeableSet,
    }
}

/// Items and rows with one key.
type Groups<'f> = BTreeMap<(bool, Key<'f>), (Vec<usize>, Vec<usize>)>;

/// Joins journal and statement, contract by contract.
pub(crate) fn join<'f>(world: &World<'f>) -> Joined<'f> {
    let mut items = Vec::new();
    for (index, sale) in world.sales.iter().enumerate() {
        if let Some(contract) = world.sale_contract[index] {
            items.extend(Item::of(index, sale, contract));
        }
    }
    let mut joined = Joined {
        item_end: vec![ItemEnd::Open; items.len()],
        row_end: vec![RowEnd::Open; world.rows.len()],
        groups: Vec::new(),
        sets: Vec::new(),
        spare_items: BTreeMap::new(),
        sums: Vec::new(),
        doubts: BTreeSet::new(),
        items,
    };
    let mut mine: Vec<Mine<'_>> =
        world.contracts.iter().enumerate().map(|(place, contract)| Mine::of(place, contract)).collect();
    for (i, item) in joined.items.iter().enumerate() {
        let mine = &mut mine[item.contract];
        let denied = item.sale.state == SaleState::NotCharged;
        if denied { mine.denied.push(i) } else { mine.items.push(i) }
    }
    world.row_contract.iter().enumerate().for_each(|(r, place)| mine[*place].rows.push(r));
    let idle = |mine: &Mine<'_>| mine.rows.is_empty() || (mine.items.is_empty() && mine.denied.is_empty());
    mine.iter().filter(|mine| !idle(mine)).for_each(|mine| joined.contract(world, mine));
    joined
}

/// What belongs to one contract.
pub(crate) struct Mine<'a> {
    /// Place of the contract.
    pub place: usize,
    pub contract: &'a Contract,
    pub items: Vec<usize>,
    /// Items that were decided as not charged ([`crate::denied`]).
    pub denied: Vec<usize>,
    pub rows: Vec<usize>,
}

impl<'a> Mine<'a> {
    const fn of(place: usize, contract: &'a Contract) -> Self {
        Self { place, contract, items: Vec::new(), denied: Vec::new(), rows: Vec::new() }
    }
}

impl<'f> Joined<'f> {
    fn contract(&mut self, world: &World<'f>, mine: &Mine<'_>) {
        let band_minutes = mine.contract.cutoff_band_minutes;
        let exact = |shift_days| {
            let key =
                move |key: &KeyRule| Rule::Key { key: *key, with_amount: true, shift_days, band_minutes };
            mine.contract.keys.iter().map(key)
        };
        let amounts = mine.contract.keys.iter().map(|key| Rule::Key {
            key: *key,
            with_amount: false,
            shift_days: 0,
            band_minutes,
        });
        let mut rules = vec![Rule::TransactionId, Rule::Reference];
        rules.extend(exact(0));
        rules.extend(exact(1).chain(exact(-1)).filter(|rule| rule.window_ms(Role::Charge).is_none()));
        rules.extend(amounts);
        for _ in 0..ROUNDS_MAX {
            let found: Vec<bool> = rules.iter().map(|rule| self.sole(world, mine, *rule)).collect();
            if !found.contains(&true) {
                break;
            }
        }
        rules.retain(|rule| !matches!(rule, Rule::Key { with_amount: false, .. }));
        for rule in &rules {
            self.undecided(world, mine, *rule);
        }
        for rule in &rules {
            self.failed(world, mine, *rule);
        }
        if mine.contract.matching.grade == Grade::Totals {
            self.totals(world, mine);
            return;
        }
        // An unknown result never takes a row that another sale has a key to, and competes with those that have none.
        self.windows(world, mine);
        self.alike(world, mine);
        let unknown = Rule::UnknownWindow { window_seconds: UNKNOWN_WINDOW_SECONDS };
        self.undecided(world, mine, unknown);
        self.failed(world, mine, unknown);
        self.sums(world, mine);
        self.denied(world, mine);
    }

    /// One pass: pairs of sole candidates. Whether there were any.
    fn sole(&mut self, world: &World<'f>, mine: &Mine<'_>, rule: Rule) -> bool {
        let mut found = false;
        for (items, rows) in self.groups_by(world, mine, rule, false).into_values() {
            let Some(edges) = self.edges(world, rule, &items, &rows) else { continue };
            for (item, row) in sole_pairs(&edges) {
                self.item_end[item] = ItemEnd::Paired { row, rule };
                self.row_end[row] = RowEnd::Paired { item };
                found = true;
            }
        }
        found
    }

    /// Failed rows that say what became of one open sale; a payer may have failed more than once.
    fn failed(&mut self, world: &World<'f>, mine: &Mine<'_>, rule: Rule) {
        for (items, rows) in self.groups_by(world, mine, rule, true).into_values() {
            let Some(edges) = self.edges(world, rule, &items, &rows) else { continue };
            for (items, mut rows) in components(&edges) {
                let [item] = items[..] else { continue };
                let at = self.items[item].at;
                rows.sort_by_key(|r| (world.rows[*r].at.ms_since(at).abs(), *r));
                rows.iter().for_each(|row| self.row_end[*row] = RowEnd::FailedFor { item });
                if let Some(row) = rows.first() {
                    self.item_end[item] = ItemEnd::Failed { row: *row };
                }
            }
        }
    }

    /// What shares a key and is still open: one sale with several rows was charged twice; everything else stays undecided.
    fn undecided(&mut self, world: &World<'f>, mine: &Mine<'_>, rule: Rule) {
        let certain = !matches!(rule, Rule::UnknownWindow { .. });
        for (items, rows) in self.groups_by(world, mine, rule, false).into_values() {
            if items.is_empty() || rows.is_empty() {
                continue;
            }
            let together = self
                .edges(world, rule, &items, &rows)
                .map_or(vec![(items, rows)], |edges| components(&edges));
            for (items, rows) in together {
                match items[..] {
                    [item] if certain => self.charged_twice(world, rule, item, rows),
                    _ if self.keyed_set(world, rule, &items, &rows) => {}
                    _ => self.ambiguous(items, rows, None),
                }
            }
        }
    }

    /// Whether an item is open and not, formally, one too many of a set.
    pub(crate) fn is_free(&self, i: usize) -> bool {
        self.item_end[i] == ItemEnd::Open && !self.spare_items.contains_key(&i)
    }

    /// A group that cannot be told apart.
    pub(crate) fn ambiguous(&mut self, items: Vec<usize>, rows: Vec<usize>, reason_ja: Option<String>) {
        let group = self.groups.len();
        items.iter().for_each(|i| self.item_end[*i] = ItemEnd::Ambiguous { group });
        rows.iter().for_each(|r| self.row_end[*r] = RowEnd::Ambiguous { group });
        self.groups.push(Group { items, rows, reason_ja });
    }

    /// The nearest row is the sale's, the others are charges too many.
    fn charged_twice(&mut self, world: &World<'f>, rule: Rule, item: usize, mut rows: Vec<usize>) {
        let at = self.items[item].at;
        rows.sort_by_key(|r| (world.rows[*r].at.ms_since(at).abs(), *r));
        for (nth, row) in rows.into_iter().enumerate() {
            if nth == 0 {
                self.item_end[item] = ItemEnd::Paired { row, rule };
                self.row_end[row] = RowEnd::Paired { item };
            } else {
                self.row_end[row] = RowEnd::DuplicateOf { item };
            }
        }
    }

    /// Open items and rows by key; money in and money back never share one.
    fn groups_by(&self, world: &World<'f>, mine: &Mine<'_>, rule: Rule, failed: bool) -> Groups<'f> {
        let mut groups = Groups::new();
        for i in mine.items.iter().copied().filter(|i| self.is_free(*i)) {
            let item = &self.items[i];
            if !in_band(item, rule) || (failed && item.role != Role::Charge) {
                continue;
            }
            if let Some(key) = rule.of_item(item) {
                groups.entry((item.role == Role::Charge, key)).or_default().0.push(i);
            }
        }
        for r in mine.rows.iter().copied().filter(|r| self.row_end[*r] == RowEnd::Open) {
            let row = world.rows[r];
            let charge = match row.class {
                RowClass::Sale if !failed => true,
                RowClass::Refund if !failed => false,
                RowClass::Failed if failed => true,
                _ => continue,
            };
            if let Some(key) = rule.of_row(row).filter(|_| row.occurrence <= 1)
                && let Some(group) = groups.get_mut(&(charge, key))
            {
                group.1.push(r);
            }
        }
        groups
    }

    /// Candidate pairs of a group; none when there are more than can be looked at, and then nothing in it is certain.
    pub(crate) fn edges(
        &self,
        world: &World<'f>,
        rule: Rule,
        items: &[usize],
        rows: &[usize],
    ) -> Option<Vec<(usize, usize)>> {
        let mut by_time = rows.to_vec();
        by_time.sort_by_key(|r| (world.rows[*r].at, *r));
        let mut edges = Vec::new();
        for i in items {
            let item = &self.items[*i];
            let near: &[usize] = match rule.window_ms(item.role) {
                None => &by_time,
                Some(window) => {
                    let from = by_time.partition_point(|r| world.rows[*r].at < item.at.plus_ms(-window));
                    let to = by_time.partition_point(|r| world.rows[*r].at <= item.at.plus_ms(window));
                    by_time.get(from..to).unwrap_or_default()
                }
            };
            let fits = |r: &&usize| {
                let row: &Row = world.rows[**r];
                (item.takes(&row.class) || row.class == RowClass::Failed) && rule.joins(item, row)
            };
            edges.extend(near.iter().filter(fits).map(|r| (*i, *r)));
            if edges.len() > GROUP_PAIRS_MAX {
                return None;
            }
        }
        Some(edges)
    }
}

/// A neighbouring date is looked at only around midnight, within the contract's band.
pub(crate) fn in_band(item: &Item<'_>, rule: Rule) -> bool {
    let Rule::Key { shift_days, band_minutes, .. } = rule else { return true };
    let jst = item.at.jst();
    let minutes = i64::from(jst.hour()) * 60 + i64::from(jst.minute());
    let band = i64::from(band_minutes);
    match shift_days {
        0 => true,
        1.. => minutes >= DAY_MINUTES - band,
        _ => minutes < band,
    }
}

/// Pairs in which each is the other's only candidate.
pub(crate) fn sole_pairs(edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let (mut of_item, mut of_row) = (BTreeMap::new(), BTreeMap::new());
    for (item, row) in edges {
        *of_item.entry(*item).or_insert(0_u32) += 1;
        *of_row.entry(*row).or_insert(0_u32) += 1;
    }
    let sole = |(item, row): &&(usize, usize)| of_item.get(item) == Some(&1) && of_row.get(row) == Some(&1);
    edges.iter().filter(sole).copied().collect()
}

/// Connected components: items and rows that hang together.
fn components(edges: &[(usize, usize)]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let (mut of_item, mut of_row): (BTreeMap<usize, Vec<usize>>, BTreeMap<usize, Vec<usize>>) =
        Default::default();
    for (item, row) in edges {
        of_item.entry(*item).or_default().push(*row);
        of_row.entry(*row).or_default().push(*item);
    }
    let mut found = Vec::new();
    while let Some((&start, _)) = of_item.first_key_value() {
        let (mut items, mut rows, mut queue) = (Vec::new(), Vec::new(), vec![start]);
        while let Some(item) = queue.pop() {
            let Some(near) = of_item.remove(&item) else { continue };
            items.push(item);
            for row in near {
                if let Some(back) = of_row.remove(&row) {
                    rows.push(row);
                    queue.extend(back);
                }
            }
        }
        items.sort_unstable();
        rows.sort_unstable();
        found.push((items, rows));
    }
    found
}
