//! Stage 4: interchangeable sets. What is alike on both sides is proven as a set by its count; which is which stays open, and what is too
//! many or too few is a number, not forty questions (reconciliation.md 5.4, papers.md C6).
//!
//! Invariants: a class is contract, money in or back, amount, day, and brand and terminal where both sides know them; a thing that carries an
//! identity (transaction, reference, slip, approval, digits) of a kind that the other side of its class carries too stands for itself
//! and is in no set. Pairs of a set are formal: in order of time. Not here: sums of different amounts ([`crate::sums`]).

use std::collections::{BTreeMap, BTreeSet};

use domain::{money::Yen, time::CivilDate};

use crate::{
    facts::{RowClass, SaleState},
    house::Ruling,
    ident::set_id,
    join::{ItemEnd, Joined, Mine, RowEnd},
    keys::{Role, Rule},
    matching::Accept,
    notices::ruled,
    pairs::{Timed, paired_in_order, paired_in_time, possible_spares},
    proof::{identity_of_item, identity_of_row},
    world::World,
};

/// What all members of a set have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind<'f> {
    pub contract: usize,
    /// Money in; false for refunds and reversals.
    pub charge: bool,
    pub amount: Yen,
    pub day: CivilDate,
    pub brand: Option<&'f str>,
    pub terminal: Option<&'f str>,
}

/// One set, and what of it is too many.
#[derive(Debug, Clone)]
pub(crate) struct Alike<'f> {
    pub kind: Kind<'f>,
    /// All candidates of ours, by time.
    pub items: Vec<usize>,
    /// All candidates of theirs, by time.
    pub rows: Vec<usize>,
    /// How many of each are proven.
    pub proven: usize,
    /// Of the larger side, all that may be the ones too many.
    pub possible: Vec<usize>,
    /// Whether times agree too. Where they do not, the set is a proposal.
    pub in_time: bool,
    /// Whether the members share a key: one too many of theirs is then a second charge.
    pub keyed: bool,
}

/// Members of a class while it is gathered.
#[derive(Default)]
struct Gathered {
    items: Vec<Timed>,
    rows: Vec<Timed>,
}

impl<'f> Joined<'f> {
    /// The stage for one contract. Money back comes last: a reversal counts only where its charge was found.
    pub(crate) fn alike(&mut self, world: &World<'f>, mine: &Mine<'_>) {
        if mine.contract.matching.window.accept == Accept::Never {
            return;
        }
        for charge in [true, false] {
            for (kind, gathered) in self.classes(world, mine, charge) {
                let Gathered { items, rows } = self.without_identity(world, gathered);
                if !items.is_empty() && !rows.is_empty() {
                    self.set(world, mine, kind, items, rows);
                }
            }
        }
    }

    /// What shares a key and cannot be told apart: a set too, where every member is a sale that stands. Whether it was made one.
    pub(crate) fn keyed_set(
        &mut self,
        world: &World<'f>,
        rule: Rule,
        items: &[usize],
        rows: &[usize],
    ) -> bool {
        let Some(first) = items.first().map(|i| self.items[*i]) else { return false };
        let same = |i: &usize| {
            let item = &self.items[*i];
            item.sale.state == SaleState::Completed && item.amount == first.amount
        };
        if !matches!(rule, Rule::Key { with_amount: true, .. })
            || !items.iter().all(same)
            || rows.iter().any(|r| world.rows[*r].amount != first.amount)
        {
            return false;
        }
        let mut ours: Vec<_> = items.iter().map(|i| (self.items[*i].at, *i)).collect();
        let mut theirs: Vec<_> = rows.iter().map(|r| (world.rows[*r].at, *r)).collect();
        ours.sort_unstable();
        theirs.sort_unstable();
        let window_ms = rule.apart_ms(first.role).unwrap_or(i64::MAX);
        let pairs = paired_in_time(&ours, &theirs, window_ms);
        if pairs.len() < ours.len().min(theirs.len()) {
            return false;
        }
        let kind = Kind {
            contract: first.contract,
            charge: first.role == Role::Charge,
            amount: first.amount,
            day: first.date,
            brand: first.sale.brand.as_ref().map(|brand| brand.as_str()),
            terminal: first.terminal(),
        };
        self.accept(kind, (ours, theirs), pairs, window_ms, (true, true));
        true
    }

    /// Open members by class.
    fn classes(&self, world: &World<'f>, mine: &Mine<'_>, charge: bool) -> BTreeMap<Kind<'f>, Gathered> {
        let (brands, terminals) = known_on_both(world, mine);
        let mut classes: BTreeMap<Kind<'f>, Gathered> = BTreeMap::new();
        for r in mine.rows.iter().copied() {
            let row = world.rows[r];
            let fits = if charge { row.class == RowClass::Sale } else { row.class == RowClass::Refund };
            if fits && self.row_end[r] == RowEnd::Open && self.stands_alone(world, r) {
                let kind = Kind {
                    contract: world.row_contract[r],
                    charge,
                    amount: row.amount,
                    day: row.at.date(),
                    brand: row.brand.as_ref().map(|brand| brand.as_str()).filter(|_| brands),
                    terminal: row.terminal_id.as_deref().filter(|_| terminals),
                };
                classes.entry(kind).or_default().rows.push((row.at, r));
            }
        }
        for i in mine.items.iter().copied() {
            let item = &self.items[i];
            if (item.role == Role::Charge) != charge || !self.counts(i) {
                continue;
            }
            let kind = Kind {
                contract: item.contract,
                charge,
                amount: item.amount,
                day: item.date,
                brand: item.sale.brand.as_ref().map(|brand| brand.as_str()).filter(|_| brands),
                terminal: item.terminal().filter(|_| terminals),
            };
            if let Some(class) = classes.get_mut(&kind) {
                class.items.push((item.at, i));
            }
        }
        classes
    }

    /// Whether an open item may be in a set: a sale or refund that stands; half of a void only where the other half was found.
    fn counts(&self, i: usize) -> bool {
        let item = &self.items[i];
        let other = match item.role {
            Role::Charge => i + 1,
            Role::Reversal => i.saturating_sub(1),
            Role::Refund => i,
        };
        self.is_free(i)
            && match item.sale.state {
                SaleState::Completed => true,
                SaleState::Unknown | SaleState::NotCharged => false,
                SaleState::Voided => matches!(self.item_end.get(other), Some(ItemEnd::Paired { .. })),
            }
    }

    /// A row that repeats another of its file counts only where nothing identifies it: then both may be genuine.
    pub(crate) fn stands_alone(&self, world: &World<'f>, r: usize) -> bool {
        world.rows[r].occurrence <= 1 || identity_of_row(world.rows[r]) == 0
    }

    /// Takes out what carries an identity of a kind that the other side carries too: had it a partner, a key would have found it.
    fn without_identity(&self, world: &World<'f>, mut class: Gathered) -> Gathered {
        let ours = class.items.iter().fold(0, |mask, (_, i)| mask | identity_of_item(&self.items[*i]));
        let theirs = class.rows.iter().fold(0, |mask, (_, r)| mask | identity_of_row(world.rows[*r]));
        let both = ours & theirs;
        class.items.retain(|(_, i)| identity_of_item(&self.items[*i]) & both == 0);
        class.rows.retain(|(_, r)| identity_of_row(world.rows[*r]) & both == 0);
        class.items.sort_unstable();
        class.rows.sort_unstable();
        class
    }

    fn set(
        &mut self,
        world: &World<'f>,
        mine: &Mine<'_>,
        kind: Kind<'f>,
        items: Vec<Timed>,
        rows: Vec<Timed>,
    ) {
        let timeless = rows.iter().all(|(at, _)| {
            let jst = at.jst();
            (jst.hour(), jst.minute(), jst.second()) == (0, 0, 0)
        });
        let window_ms = i64::from(mine.contract.matching.window.window_seconds) * 1_000;
        let timed = paired_in_time(&items, &rows, window_ms);
        let in_time = !timeless && timed.len() == items.len().min(rows.len());
        let pairs = if in_time { timed } else { paired_in_order(&items, &rows) };
        let doubtful = self.doubts.iter().any(|i| {
            let item = &self.items[*i];
            item.contract == kind.contract && item.amount == kind.amount && item.date == kind.day
        });
        let window_ms = if in_time { window_ms } else { i64::MAX };
        let in_time = (timeless || in_time) && !doubtful;
        if !in_time && self.refused_set(world, &items, &rows) {
            return;
        }
        self.accept(kind, (items, rows), pairs, window_ms, (in_time, false));
    }

    /// Whether a person refused this proposal; then its members stand alone.
    fn refused_set(&mut self, world: &World<'f>, items: &[Timed], rows: &[Timed]) -> bool {
        let items: Vec<usize> = items.iter().map(|(_, i)| *i).collect();
        let rows: Vec<usize> = rows.iter().map(|(_, r)| *r).collect();
        let ours = items.iter().map(|i| self.items[*i].sale.id.clone());
        let members: Vec<String> = ours.chain(rows.iter().map(|r| world.rows[*r].id.clone())).collect();
        let refused = ruled(world, &set_id("set", "", &members)) == Ruling::Refused;
        if refused {
            self.stand_alone(&items, &rows);
        }
        refused
    }

    /// Pairs the proven part in order of time, and keeps what is too many open.
    fn accept(
        &mut self,
        kind: Kind<'f>,
        (items, rows): (Vec<Timed>, Vec<Timed>),
        pairs: Vec<(usize, usize)>,
        window_ms: i64,
        (in_time, keyed): (bool, bool),
    ) {
        let set = self.sets.len();
        let rule = Rule::Alike { set };
        let (longer, shorter) = if items.len() > rows.len() { (&items, &rows) } else { (&rows, &items) };
        let possible = possible_spares(longer, shorter, window_ms);
        let spare: Vec<usize> = if items.len() > rows.len() {
            let taken: BTreeSet<usize> = pairs.iter().map(|(i, _)| *i).collect();
            items.iter().map(|(_, i)| *i).filter(|i| !taken.contains(i)).collect()
        } else {
            let taken: BTreeSet<usize> = pairs.iter().map(|(_, r)| *r).collect();
            rows.iter().map(|(_, r)| *r).filter(|r| !taken.contains(r)).collect()
        };
        let index = |list: Vec<Timed>| list.into_iter().map(|(_, index)| index).collect();
        for (item, row) in &pairs {
            self.item_end[*item] = ItemEnd::Paired { row: *row, rule };
            self.row_end[*row] = RowEnd::Paired { item: *item };
        }
        let short = items.len() > rows.len();
        for one in &spare {
            if short {
                self.spare_items.insert(*one, set);
            } else {
                self.row_end[*one] = RowEnd::Spare { set };
            }
        }
        self.sets.push(Alike {
            kind,
            items: index(items),
            rows: index(rows),
            proven: pairs.len(),
            possible,
            in_time,
            keyed,
        });
    }
}

/// Whether brands, and whether terminals, are known on both sides of a contract: of all its facts, not of these only.
pub(crate) fn known_on_both(world: &World<'_>, mine: &Mine<'_>) -> (bool, bool) {
    world.house.known_on_both.get(mine.place).copied().unwrap_or_default()
}
