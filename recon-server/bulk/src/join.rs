//! Joins partition by partition: what has one key and one date, in tables that fit into the processor's cache.
//!
//! Invariants: partitions are independent, so that the order in which threads take them changes nothing; within a key the decision is a
//! function of the rows in the order of the files. Equal amounts are settled first ([`Class::MatchedByKey`], or as a set where there are
//! several), then what differs in the amount only. What has no other side goes on to `leftovers.rs`.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{
    outcome::{Class, Tally},
    read::{Contents, Marks},
    record::Record,
    refusal::Side,
    shelf::Shelf,
};

/// A line of the exception list before its texts are looked up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Break {
    pub class: Class,
    pub by_id: bool,
    /// The key has no approval number.
    pub loose: bool,
    /// Neither side's key says anything.
    pub alone: bool,
    pub sale: Option<Record>,
    pub row: Option<Record>,
}

/// What became of rows so far.
#[derive(Default)]
pub(crate) struct Found {
    pub tallies: [Tally; Class::ALL.len()],
    pub breaks: Vec<Break>,
    /// Sales without a row of their key and date.
    pub open_sales: Vec<Record>,
    /// Rows without a sale of their key and date.
    pub open_rows: Vec<Record>,
}

impl Found {
    #[inline]
    pub fn tally(&mut self, class: Class, side: Side, record: &Record) {
        self.tallies[class.place()].add(side, 1, i64::from(record.amount));
    }

    pub fn merge(&mut self, other: Self) {
        self.tallies.iter_mut().zip(&other.tallies).for_each(|(to, from)| to.merge(from));
        self.breaks.extend(other.breaks);
        self.open_sales.extend(other.open_sales);
        self.open_rows.extend(other.open_rows);
    }
}

/// How rows are joined.
#[derive(Clone, Copy)]
pub(crate) struct How<'m> {
    pub threads: usize,
    pub by_id: bool,
    /// Where settled rows are marked, for the stages that read the files again.
    pub marks: Option<(&'m Marks, &'m Marks)>,
}

/// Joins all partitions.
pub(crate) fn join(sales: &Contents, rows: &Contents, bits: u32, how: How<'_>) -> Found {
    let next = AtomicUsize::new(0);
    let partitions = 1_usize << bits;
    let work = || {
        let mut joiner = Joiner::new(how);
        loop {
            let partition = next.fetch_add(1, Ordering::Relaxed);
            if partition >= partitions {
                return joiner.found;
            }
            joiner.partition(&sales.shelves, &rows.shelves, partition);
        }
    };
    let threads = how.threads.clamp(1, partitions);
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut found = work();
        for other in others {
            found.merge(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        found
    })
}

/// No row yet.
const NONE: u32 = u32::MAX;

/// One thread's work and its tables, which are used again for every partition.
struct Joiner<'m> {
    how: How<'m>,
    found: Found,
    sales: Vec<Record>,
    rows: Vec<Record>,
    /// Places of sales.
    slots: Vec<u32>,
    /// For each sale, the first row of its key.
    row_of: Vec<u32>,
    /// First sale of the key, and a sale or row beyond the first of it.
    more: Vec<(u32, Side, u32)>,
    group: Vec<(Side, Record)>,
}

/// Place of a record in its partition; partitions are far below 2^32.
fn short(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(NONE)
}

fn long(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn gather(shelves: &[Shelf], partition: usize, to: &mut Vec<Record>) {
    to.clear();
    for shelf in shelves {
        to.extend_from_slice(shelf.partitions.get(partition).map_or(&[], Vec::as_slice));
    }
}

impl<'m> Joiner<'m> {
    fn new(how: How<'m>) -> Self {
        Self {
            how,
            found: Found::default(),
            sales: Vec::new(),
            rows: Vec::new(),
            slots: Vec::new(),
            row_of: Vec::new(),
            more: Vec::new(),
            group: Vec::new(),
        }
    }

    fn partition(&mut self, sales: &[Shelf], rows: &[Shelf], partition: usize) {
        gather(sales, partition, &mut self.sales);
        gather(rows, partition, &mut self.rows);
        self.slots.clear();
        self.slots.resize((self.sales.len() * 2).next_power_of_two().max(2), NONE);
        self.row_of.clear();
        self.row_of.resize(self.sales.len(), NONE);
        self.more.clear();
        for place in 0..self.sales.len() {
            let (slot, head) = self.find(&self.sales[place]);
            match head {
                Some(head) => self.more.push((head, Side::Sales, short(place))),
                None => self.slots[slot] = short(place),
            }
        }
        for place in 0..self.rows.len() {
            match self.find(&self.rows[place]).1 {
                None if self.how.by_id => {}
                None => self.found.open_rows.push(self.rows[place]),
                Some(head) => {
                    let first = &mut self.row_of[long(head)];
                    if *first == NONE {
                        *first = short(place);
                    } else {
                        self.more.push((head, Side::Statement, short(place)));
                    }
                }
            }
        }
        self.groups();
        self.pairs();
    }

    /// The slot of a key, and the first sale of it.
    #[inline]
    fn find(&self, record: &Record) -> (usize, Option<u32>) {
        let mask = self.slots.len() - 1;
        let mut slot = usize::try_from(record.mixed() & u64::from(NONE)).unwrap_or_default() & mask;
        loop {
            let head = self.slots[slot];
            if head == NONE {
                return (slot, None);
            }
            if self.sales.get(long(head)).is_some_and(|sale| sale.joins(record)) {
                return (slot, Some(head));
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Keys of one sale and at most one row: nearly all. Sales of larger groups are not in `slots` any more.
    fn pairs(&mut self) {
        let (mut rows, mut yen) = (0_u64, 0_i64);
        for slot in &self.slots {
            let Some(sale) = self.sales.get(long(*slot)) else { continue };
            let Some(row) = self.rows.get(long(self.row_of[long(*slot)])) else {
                if !self.how.by_id {
                    self.found.open_sales.push(*sale);
                }
                continue;
            };
            if let Some((sales, rows)) = self.how.marks {
                sales.set(sale.place);
                rows.set(row.place);
            }
            if sale.amount == row.amount {
                rows += 1;
                yen += i64::from(sale.amount);
            } else {
                amount_differs(&mut self.found, self.how.by_id, sale, row);
            }
        }
        let class = if self.how.by_id { Class::MatchedById } else { Class::MatchedByKey };
        let tally = &mut self.found.tallies[class.place()];
        tally.add(Side::Sales, rows, yen);
        tally.add(Side::Statement, rows, yen);
    }

    /// Keys of several sales or several rows.
    fn groups(&mut self) {
        let mut more = std::mem::take(&mut self.more);
        more.sort_unstable();
        for together in more.chunk_by(|a, b| a.0 == b.0) {
            let Some((head, ..)) = together.first() else { continue };
            let sale = self.sales[long(*head)];
            self.group.clear();
            self.group.push((Side::Sales, sale));
            if let Some(row) = self.rows.get(long(self.row_of[long(*head)])) {
                self.group.push((Side::Statement, *row));
            }
            for (_, side, place) in together {
                let records = if *side == Side::Sales { &self.sales } else { &self.rows };
                self.group.push((*side, records[long(*place)]));
            }
            let (slot, _) = self.find(&sale);
            // An emptied slot would cut the chain of those behind it: it keeps a place that no sale has.
            self.slots[slot] = NONE - 1;
            self.group_by_amount();
        }
        self.more = more;
    }

    fn group_by_amount(&mut self) {
        let mut group = std::mem::take(&mut self.group);
        group.sort_unstable_by_key(|(side, record)| (record.amount, *side, record.place));
        let both = group.iter().any(|(side, _)| *side == Side::Statement);
        if both && let Some((sales, rows)) = self.how.marks {
            for (side, record) in &group {
                if *side == Side::Sales { sales.set(record.place) } else { rows.set(record.place) }
            }
        }
        let (mut open_sales, mut open_rows) = (Vec::new(), Vec::new());
        for equal in group.chunk_by(|a, b| a.1.amount == b.1.amount) {
            let (sales, rows) = equal.split_at(equal.partition_point(|(side, _)| *side == Side::Sales));
            if sales.is_empty() || rows.is_empty() {
                open_sales.extend(sales.iter().map(|(_, record)| *record));
                open_rows.extend(rows.iter().map(|(_, record)| *record));
            } else {
                equal_amounts(&mut self.found, self.how.by_id, sales, rows);
            }
        }
        self.rest(&open_sales, &open_rows, both);
        self.group = group;
    }

    /// What of a group has no other side with its amount. An identifier that both sides have settles everything that carries it; a
    /// key only what it joins.
    fn rest(&mut self, sales: &[Record], rows: &[Record], both: bool) {
        let by_id = self.how.by_id;
        match (sales, rows) {
            ([sale], [row]) => amount_differs(&mut self.found, by_id, sale, row),
            (_, []) | ([], _) if !by_id => {
                self.found.open_sales.extend(sales);
                self.found.open_rows.extend(rows);
            }
            (_, []) | ([], _) if !both => {}
            (sales, rows) => {
                let (of_sales, of_rows) = match (sales, rows) {
                    (_, []) | ([], _) => (Class::DuplicateSale, Class::DuplicateCharge),
                    _ => (Class::Ambiguous, Class::Ambiguous),
                };
                for sale in sales {
                    self.found.tally(of_sales, Side::Sales, sale);
                    self.found.breaks.push(Break { sale: Some(*sale), ..Break::new(of_sales, by_id) });
                }
                for row in rows {
                    self.found.tally(of_rows, Side::Statement, row);
                    self.found.breaks.push(Break { row: Some(*row), ..Break::new(of_rows, by_id) });
                }
            }
        }
    }
}

impl Break {
    pub fn new(class: Class, by_id: bool) -> Self {
        Self { class, by_id, loose: false, alone: false, sale: None, row: None }
    }
}

fn amount_differs(found: &mut Found, by_id: bool, sale: &Record, row: &Record) {
    found.tally(Class::AmountDiff, Side::Sales, sale);
    found.tally(Class::AmountDiff, Side::Statement, row);
    let pair = Break { sale: Some(*sale), row: Some(*row), ..Break::new(Class::AmountDiff, by_id) };
    found.breaks.push(pair);
}

/// Sales and rows of one key and one amount, both there: as many as both sides have are proven, the others are too many. The first of
/// the file are counted as proven, the others point to the first.
fn equal_amounts(found: &mut Found, by_id: bool, sales: &[(Side, Record)], rows: &[(Side, Record)]) {
    let matched = match (sales.len().min(rows.len()), by_id) {
        (_, true) => Class::MatchedById,
        (_, false) if sales.len() == 1 && rows.len() == 1 => Class::MatchedByKey,
        _ => Class::MatchedInSet,
    };
    let pairs = sales.len().min(rows.len());
    for (place, (side, record)) in sales.iter().enumerate().chain(rows.iter().enumerate()) {
        let class = match side {
            _ if place < pairs => matched,
            Side::Sales => Class::DuplicateSale,
            Side::Statement => Class::DuplicateCharge,
        };
        found.tally(class, *side, record);
        if place >= pairs {
            let (mine, other) = (Some(*record), if *side == Side::Sales { rows } else { sales });
            let other = other.first().map(|(_, record)| *record);
            let (sale, row) = if *side == Side::Sales { (mine, other) } else { (other, mine) };
            found.breaks.push(Break { sale, row, ..Break::new(class, by_id) });
        }
    }
}
