//! Cuts the facts of leg 1 into partitions (reconciliation.md 5.6): parts that cannot reach one another, so that each is matched alone and
//! an added file re-runs its own days only.
//!
//! A cell is a contract and a day. What a rule may compare lies in one cell, or ties the cells in which it lies together: a time within the
//! reach of a window or of the cut-off band ([`reach_ms`]), a shared transaction id or reference, repetitions of one row, the halves of a
//! void, and money given back, which may be booked days later ([`back`]). Invariants: every sale and row is in exactly one partition;
//! two facts that any stage, class or proof may look at together are in the same one. Not here: what the whole answers ([`crate::house`]).

mod back;

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use domain::time::{CivilDate, Timestamp};
use rustc_hash::FxHashMap;

use crate::{
    contract::{Contract, KeyRule},
    facts::{RowClass, SaleKind},
    house::repeated_key,
    join::UNKNOWN_WINDOW_SECONDS,
    twins::SECOND_CHARGE_MS,
    world::World,
};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Windows wider than this make one cell of a whole contract: days no longer divide anything.
const REACH_DAYS_MAX: i64 = 31;

/// Facts that are matched together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Partition {
    /// Place of the contract; none for sales without one.
    pub contract: Option<usize>,
    /// First day of its cells.
    pub from: CivilDate,
    /// Last day of its cells.
    pub to: CivilDate,
    /// Places of sales, ascending.
    pub sales: Vec<usize>,
    /// Places of rows, ascending.
    pub rows: Vec<usize>,
}

/// Cells, and which of them hang together.
#[derive(Default)]
pub(super) struct Cells {
    index: FxHashMap<(Option<usize>, CivilDate), usize>,
    parent: Vec<usize>,
}

impl Cells {
    pub(super) fn at(&mut self, contract: Option<usize>, day: CivilDate) -> usize {
        match self.index.entry((contract, day)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let cell = self.parent.len();
                self.parent.push(cell);
                *new.insert(cell)
            }
        }
    }

    fn root(&mut self, mut cell: usize) -> usize {
        while self.parent[cell] != cell {
            self.parent[cell] = self.parent[self.parent[cell]];
            cell = self.parent[cell];
        }
        cell
    }

    pub(super) fn tie(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        // The lower number stays the root: the order of the ties means nothing.
        self.parent[a.max(b)] = a.min(b);
    }
}

/// What is asked of a contract while its facts are cut.
pub(super) struct Reach {
    /// Half of the reach in time, rounded up: two things within the reach touch a common day.
    half_ms: i64,
    /// One cell for everything.
    whole: bool,
}

/// Milliseconds within which a rule of a contract may look at two things of the same kind.
fn reach_ms(contract: &Contract) -> i64 {
    let windows = contract.keys.iter().filter_map(|key| match key {
        KeyRule::SheetDigitsAmount { window_seconds } => Some(*window_seconds),
        _ => None,
    });
    let widest = windows.chain([contract.matching.window.window_seconds, UNKNOWN_WINDOW_SECONDS]).max();
    let band_ms = i64::from(contract.cutoff_band_minutes) * 2 * 60_000;
    (i64::from(widest.unwrap_or_default()) * 1_000).max(band_ms).max(SECOND_CHARGE_MS)
}

impl Reach {
    pub(super) fn of(contract: &Contract) -> Self {
        let reach_ms = reach_ms(contract);
        Self { half_ms: reach_ms / 2 + 1, whole: reach_ms > REACH_DAYS_MAX * DAY_MS }
    }
}

/// Each contract as one partition.
pub(crate) fn uncut(world: &World<'_>) -> Vec<Partition> {
    let mut found = vec![None; world.contracts.len() + 1];
    for (index, sale) in world.sales.iter().enumerate() {
        let contract = world.sale_contract[index];
        let root = contract.map_or(0, |place| place + 1);
        of_root(&mut found[root], contract, [Some(sale.payment_date), None, None]).sales.push(index);
    }
    for (index, row) in world.rows.iter().enumerate() {
        let contract = world.row_contract[index];
        let days = [Some(row.at.date()), None, None];
        of_root(&mut found[contract + 1], Some(contract), days).rows.push(index);
    }
    found.into_iter().flatten().collect()
}

/// The work of cutting.
pub(super) struct Cut<'w, 'f> {
    pub(super) world: &'w World<'f>,
    pub(super) cells: Cells,
    reach: Vec<Reach>,
    pub(super) sale_cell: Vec<usize>,
    pub(super) row_cell: Vec<usize>,
}

/// The partitions, in order of contract and day.
pub(crate) fn cut(world: &World<'_>) -> Vec<Partition> {
    let mut cut = Cut {
        world,
        cells: Cells::default(),
        reach: world.contracts.iter().map(|contract| Reach::of(contract)).collect(),
        sale_cell: Vec::with_capacity(world.sales.len()),
        row_cell: Vec::with_capacity(world.rows.len()),
    };
    let things = back::gather(world);
    let certain: BTreeMap<usize, usize> = things.certain.iter().map(|(row, sale)| (*row, *sale)).collect();
    cut.place_sales();
    cut.place_rows(&certain);
    cut.tie_names();
    cut.tie_repetitions();
    back::tie(&mut cut, &things);
    cut.done()
}

impl Cut<'_, '_> {
    /// The cell of a day of a contract.
    pub(super) fn cell(&mut self, contract: Option<usize>, day: CivilDate) -> usize {
        let whole = contract.is_some_and(|place| self.reach[place].whole);
        self.cells.at(contract, if whole { Timestamp::from_micros(0).date() } else { day })
    }

    /// Ties a cell to those of the days that a time reaches half-way into.
    pub(super) fn touch(&mut self, contract: usize, cell: usize, at: Timestamp) {
        let half = self.reach[contract].half_ms;
        if self.reach[contract].whole {
            return;
        }
        let (mut day, last) = (at.plus_ms(-half).date(), at.plus_ms(half).date());
        loop {
            let touched = self.cell(Some(contract), day);
            self.cells.tie(cell, touched);
            if day >= last {
                return;
            }
            day = day.plus_days(1);
        }
    }

    fn place_sales(&mut self) {
        for (index, sale) in self.world.sales.iter().enumerate() {
            let contract = self.world.sale_contract[index];
            let cell = self.cell(contract, sale.payment_date);
            if let Some(contract) = contract {
                self.touch(contract, cell, sale.at);
            }
            self.sale_cell.push(cell);
        }
    }

    /// A row that certainly is what gives a sale's money back goes to the sale, wherever its own day is.
    fn place_rows(&mut self, certain: &BTreeMap<usize, usize>) {
        for (index, row) in self.world.rows.iter().enumerate() {
            let contract = self.world.row_contract[index];
            let cell = match certain.get(&index) {
                Some(sale) => self.sale_cell[*sale],
                None => {
                    let cell = self.cell(Some(contract), row.at.date());
                    self.touch(contract, cell, row.at);
                    cell
                }
            };
            self.row_cell.push(cell);
        }
    }

    /// Charges and their rows of one transaction id or reference, however far apart they are.
    fn tie_names(&mut self) {
        let world = self.world;
        let mut ours: HashMap<(usize, bool, &str), usize> = HashMap::new();
        for (index, sale) in world.sales.iter().enumerate().filter(|(_, sale)| sale.kind == SaleKind::Sale) {
            let Some(contract) = world.sale_contract[index] else { continue };
            let names = [sale.acquirer_transaction_id.as_deref(), sale.reference.as_deref()];
            for (is_reference, name) in [false, true].into_iter().zip(names) {
                let Some(name) = name else { continue };
                let cell = self.sale_cell[index];
                let known = *ours.entry((contract, is_reference, name)).or_insert(cell);
                self.cells.tie(known, cell);
            }
        }
        // A name that only rows have joins nothing.
        for (index, row) in world.rows.iter().enumerate().filter(|_| !ours.is_empty()) {
            if row.occurrence > 1 || !matches!(row.class, RowClass::Sale | RowClass::Failed) {
                continue;
            }
            let names = [row.acquirer_transaction_id.as_deref(), row.reference.as_deref()];
            for (is_reference, name) in [false, true].into_iter().zip(names) {
                let key = name.map(|name| (world.row_contract[index], is_reference, name));
                if let Some(known) = key.and_then(|key| ours.get(&key)).copied() {
                    self.cells.tie(known, self.row_cell[index]);
                }
            }
        }
    }

    /// Rows that repeat one another in their file.
    fn tie_repetitions(&mut self) {
        let repeated: Vec<usize> =
            (0..self.world.rows.len()).filter(|index| self.world.rows[*index].occurrence > 1).collect();
        if repeated.is_empty() {
            return;
        }
        let mut cells: HashMap<(usize, &str, &str), usize> = HashMap::new();
        for index in repeated {
            let key = repeated_key(self.world, index, self.world.rows[index]);
            let known = *cells.entry(key).or_insert(self.row_cell[index]);
            self.cells.tie(known, self.row_cell[index]);
        }
        for (index, row) in self.world.rows.iter().enumerate() {
            if let Some(known) = cells.get(&repeated_key(self.world, index, row)).copied() {
                self.cells.tie(known, self.row_cell[index]);
            }
        }
    }

    /// Facts by partition; its days are those of its facts.
    fn done(mut self) -> Vec<Partition> {
        let world = self.world;
        let mut found: Vec<Option<Partition>> = vec![None; self.cells.parent.len()];
        for (index, sale) in world.sales.iter().enumerate() {
            let root = self.cells.root(self.sale_cell[index]);
            let days = [Some(sale.payment_date), Some(sale.at.date()), sale.voided_at.map(Timestamp::date)];
            of_root(&mut found[root], world.sale_contract[index], days).sales.push(index);
        }
        for (index, row) in world.rows.iter().enumerate() {
            let root = self.cells.root(self.row_cell[index]);
            let days = [Some(row.at.date()), None, None];
            of_root(&mut found[root], Some(world.row_contract[index]), days).rows.push(index);
        }
        let mut partitions: Vec<Partition> = found.into_iter().flatten().collect();
        partitions
            .sort_by_key(|p| (p.contract, p.from, p.to, p.sales.first().copied(), p.rows.first().copied()));
        partitions
    }
}

/// The partition of a cell, with the days of one more fact.
fn of_root(
    found: &mut Option<Partition>,
    contract: Option<usize>,
    days: [Option<CivilDate>; 3],
) -> &mut Partition {
    let day = days[0].unwrap_or_else(|| Timestamp::from_micros(0).date());
    let partition = found.get_or_insert_with(|| Partition {
        contract,
        from: day,
        to: day,
        sales: Vec::new(),
        rows: Vec::new(),
    });
    for day in days.into_iter().flatten() {
        partition.from = partition.from.min(day);
        partition.to = partition.to.max(day);
    }
    partition
}
