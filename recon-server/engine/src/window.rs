//! Stage 3: the mutual-unique window. Same contract, brand and terminal (where both have one) and amount, within a time; accepted only
//! where each is the other's sole candidate among what keys left open (reconciliation.md 5.4).
//!
//! Invariants: nothing that identifies may differ; only a clerk's four digits may, and then the pair is a proposal. Where more than
//! [`LOOK_MAX`] things lie in a window, nothing in it is called sole, so the cost is linear in the facts. An unknown result is a candidate
//! like any other; where it ends with none although there was one, it is in doubt and never called "not charged".

use std::collections::BTreeMap;

use domain::time::Timestamp;

use crate::{
    facts::{Row, RowClass, SaleState},
    house::Ruling,
    join::{ItemEnd, Joined, Mine, RowEnd, UNKNOWN_WINDOW_SECONDS},
    keys::{GIVES_BACK_WINDOW_SECONDS, Item, Role, Rule},
    matching::Accept,
    notices::{pair_subject, ruled},
    proof::{Predicate, clashes},
    world::World,
};

/// Most candidates of one thing that are looked at.
const LOOK_MAX: usize = 64;

/// Money in, yen.
type Price = (bool, i64);
/// In order of time.
type ByTime = Vec<(Timestamp, usize)>;

/// Open things of one side by price, and by price and terminal.
#[derive(Default)]
struct Pool<'f> {
    all: BTreeMap<Price, ByTime>,
    at_terminal: BTreeMap<(Price, Option<&'f str>), ByTime>,
}

impl<'f> Pool<'f> {
    fn add(&mut self, price: Price, terminal: Option<&'f str>, entry: (Timestamp, usize)) {
        self.all.entry(price).or_default().push(entry);
        self.at_terminal.entry((price, terminal)).or_default().push(entry);
    }

    fn sort(&mut self) {
        self.all.values_mut().chain(self.at_terminal.values_mut()).for_each(|list| list.sort_unstable());
    }

    /// What may be at this terminal, a time around. None when there is more than can be looked at.
    fn around(
        &self,
        price: Price,
        terminal: Option<&'f str>,
        at: Timestamp,
        window_ms: i64,
    ) -> Option<Vec<usize>> {
        let lists = match terminal {
            Some(_) => [self.at_terminal.get(&(price, terminal)), self.at_terminal.get(&(price, None))],
            None => [self.all.get(&price), None],
        };
        let mut found = Vec::new();
        for list in lists.into_iter().flatten() {
            let from = list.partition_point(|(t, _)| *t < at.plus_ms(-window_ms));
            let to = list.partition_point(|(t, _)| *t <= at.plus_ms(window_ms));
            if found.len() + to.saturating_sub(from) > LOOK_MAX {
                return None;
            }
            found.extend(list.get(from..to).unwrap_or_default().iter().map(|(_, index)| *index));
        }
        Some(found)
    }
}

/// How many candidates a thing has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sole {
    None,
    One(usize),
    Many,
}

fn sole(found: Option<Vec<usize>>, fits: impl Fn(usize) -> bool) -> Sole {
    let Some(found) = found else { return Sole::Many };
    let mut fitting = found.into_iter().filter(|index| fits(*index));
    match (fitting.next(), fitting.next()) {
        (None, _) => Sole::None,
        (Some(one), None) => Sole::One(one),
        (Some(_), Some(_)) => Sole::Many,
    }
}

/// One pass of the stage.
struct Pass<'a, 'f> {
    window_seconds: u32,
    /// Whether four digits that differ are passed over.
    any_digits: bool,
    rows: Pool<'f>,
    items: Pool<'f>,
    world: &'a World<'f>,
}

impl<'f> Pass<'_, 'f> {
    /// Milliseconds within which an item's row must lie.
    fn window_ms(&self, item: &Item<'_>) -> i64 {
        let seconds = match (item.role, item.sale.state) {
            (Role::Charge, SaleState::Unknown) => UNKNOWN_WINDOW_SECONDS,
            (Role::Charge, _) => self.window_seconds,
            (Role::Refund | Role::Reversal, _) => self.window_seconds.max(GIVES_BACK_WINDOW_SECONDS),
        };
        i64::from(seconds) * 1_000
    }

    fn fits(&self, item: &Item<'_>, row: &Row) -> bool {
        let unknown = item.sale.state == SaleState::Unknown;
        if item.at.ms_since(row.at).abs() > self.window_ms(item)
            || (unknown && (item.terminal().is_none() || row.terminal_id.is_none()))
        {
            return false;
        }
        match clashes(item, row)[..] {
            [] => true,
            [Predicate::Digits] => self.any_digits && !unknown,
            _ => false,
        }
    }
}

impl<'f> Joined<'f> {
    /// The stage for one contract: first what nothing speaks against, then what only differing digits do.
    pub(crate) fn windows(&mut self, world: &World<'f>, mine: &Mine<'_>) {
        self.held(world, mine);
        if mine.contract.matching.window.accept != Accept::Never {
            self.window(world, mine, false);
            self.window(world, mine, true);
        } else {
            self.unknown_only(world, mine);
        }
    }

    /// What a person confirmed comes first: it need not be anybody's sole candidate any more.
    fn held(&mut self, world: &World<'f>, mine: &Mine<'_>) {
        let window_seconds = mine.contract.matching.window.window_seconds;
        let (rows, items) = (Pool::default(), Pool::default());
        let pass = Pass { window_seconds, any_digits: true, rows, items, world };
        for i in mine.items.iter().copied().filter(|_| !world.house.held.is_empty()) {
            let item = self.items[i];
            let held = world.house.held.get(item.sale.id.as_str()).filter(|_| self.is_free(i));
            let confirmed = held.into_iter().flatten().find_map(|id| {
                let place = world.rows.binary_search_by(|row| row.id.as_str().cmp(id)).ok()?;
                let row = world.rows[place];
                let fits = item.takes(&row.class) && item.amount == row.amount && pass.fits(&item, row);
                let open = self.row_end[place] == RowEnd::Open && row.occurrence <= 1;
                (fits && open && ruled(world, &pair_subject(&item.sale.id, id)) == Ruling::Confirmed)
                    .then_some(place)
            });
            if let Some(row) = confirmed {
                let digits_differ = !clashes(&item, world.rows[row]).is_empty();
                let rule = Rule::Window { window_seconds, digits_differ };
                self.item_end[i] = ItemEnd::Paired { row, rule };
                self.row_end[row] = RowEnd::Paired { item: i };
            }
        }
    }

    /// Unknown results are looked for whatever the contract says: the counter waits for them.
    fn unknown_only(&mut self, world: &World<'f>, mine: &Mine<'_>) {
        let unknown = |i: &usize| self.items[*i].sale.state == SaleState::Unknown;
        let items = mine.items.iter().copied().filter(unknown).collect();
        self.window(
            world,
            &Mine {
                place: mine.place,
                contract: mine.contract,
                items,
                denied: Vec::new(),
                rows: mine.rows.clone(),
            },
            false,
        );
    }

    fn window(&mut self, world: &World<'f>, mine: &Mine<'_>, any_digits: bool) {
        let window_seconds = mine.contract.matching.window.window_seconds;
        let mut pass =
            Pass { window_seconds, any_digits, rows: Pool::default(), items: Pool::default(), world };
        for r in mine.rows.iter().copied().filter(|r| self.row_end[*r] == RowEnd::Open) {
            let row = world.rows[r];
            if row.occurrence <= 1 && matches!(row.class, RowClass::Sale | RowClass::Refund) {
                let price = (row.class == RowClass::Sale, row.amount.get());
                pass.rows.add(price, row.terminal_id.as_deref(), (row.at, r));
            }
        }
        let open: Vec<usize> = mine.items.iter().copied().filter(|i| self.is_free(*i)).collect();
        for i in &open {
            let item = &self.items[*i];
            pass.items.add((item.role == Role::Charge, item.amount.get()), item.terminal(), (item.at, *i));
        }
        pass.rows.sort();
        pass.items.sort();
        for i in open {
            match self.row_of(&pass, i) {
                Sole::One(row) if self.item_of(&pass, row) == Sole::One(i) => {
                    if self.refused_pair(world, mine, i, row, any_digits) {
                        continue;
                    }
                    let rule = match self.items[i].sale.state {
                        SaleState::Unknown => Rule::UnknownWindow { window_seconds: UNKNOWN_WINDOW_SECONDS },
                        _ => Rule::Window { window_seconds, digits_differ: any_digits },
                    };
                    self.item_end[i] = ItemEnd::Paired { row, rule };
                    self.row_end[row] = RowEnd::Paired { item: i };
                }
                Sole::None => {}
                _ if self.items[i].sale.state == SaleState::Unknown => {
                    self.doubts.insert(i);
                }
                _ => {}
            }
        }
    }

    /// Whether a person refused this proposal; then both stand alone.
    fn refused_pair(
        &mut self,
        world: &World<'f>,
        mine: &Mine<'_>,
        i: usize,
        row: usize,
        digits: bool,
    ) -> bool {
        let proposed = digits || mine.contract.matching.window.accept == Accept::Proposed;
        let unknown = self.items[i].sale.state == SaleState::Unknown;
        if !proposed || unknown {
            return false;
        }
        let subject = pair_subject(&self.items[i].sale.id, &world.rows[row].id);
        let refused = ruled(world, &subject) == Ruling::Refused;
        if refused {
            self.stand_alone(&[i], &[row]);
        }
        refused
    }

    /// What a person refused to join takes part in no later stage.
    pub(crate) fn stand_alone(&mut self, items: &[usize], rows: &[usize]) {
        items.iter().for_each(|i| self.item_end[*i] = ItemEnd::Alone);
        rows.iter().for_each(|r| self.row_end[*r] = RowEnd::Alone);
    }

    /// The candidates of an item. Pairs that this pass has accepted share no candidate with others, so they need not be taken out.
    fn row_of(&self, pass: &Pass<'_, 'f>, i: usize) -> Sole {
        let item = &self.items[i];
        let price = (item.role == Role::Charge, item.amount.get());
        let found = pass.rows.around(price, item.terminal(), item.at, pass.window_ms(item));
        sole(found, |row| pass.fits(item, pass.world.rows[row]))
    }

    fn item_of(&self, pass: &Pass<'_, 'f>, r: usize) -> Sole {
        let row = pass.world.rows[r];
        let charge = row.class == RowClass::Sale;
        let widest = if charge {
            pass.window_seconds.max(UNKNOWN_WINDOW_SECONDS)
        } else {
            pass.window_seconds.max(GIVES_BACK_WINDOW_SECONDS)
        };
        let window_ms = i64::from(widest) * 1_000;
        let found =
            pass.items.around((charge, row.amount.get()), row.terminal_id.as_deref(), row.at, window_ms);
        sole(found, |item| pass.fits(&self.items[item], row))
    }
}
