//! What becomes of the rows of one key and date, when all of them are there.
//!
//! Invariants: partitions are independent, so that the order in which threads take them changes nothing; within a key the decision is a
//! function of the rows in the order of the files. Equal amounts are settled first ([`Class::MatchedByKey`], or as a set where there are
//! several), then what differs in the amount only. What has no other side goes on to `leftovers.rs`.

use crate::{
    outcome::{Class, Tally},
    partition::{More, Partition, long},
    read::Marks,
    record::{Place, Record},
    refusal::Side,
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
        self.tallies[class.place()].add(side, 1, i64::from(record.amount()));
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
    pub by_id: bool,
    /// Where settled rows are marked, for the stages that read the files again.
    pub marks: Option<(&'m Marks, &'m Marks)>,
}

/// One thread's work.
pub(crate) struct Joiner<'m> {
    how: How<'m>,
    pub found: Found,
    group: Vec<(Side, Record)>,
}

impl<'m> Joiner<'m> {
    pub fn new(how: How<'m>) -> Self {
        Self { how, found: Found::default(), group: Vec::new() }
    }

    /// Decides a partition to which no more rows come.
    pub fn partition(&mut self, partition: Partition) {
        let Partition { heads, row_of, mut more, mut alone, .. } = partition;
        self.found.open_rows.append(&mut alone);
        more.sort_unstable_by_key(|more| more.head);
        let mut groups = more.chunk_by(|a, b| a.head == b.head).peekable();
        let (mut rows, mut yen) = (0_u64, 0_i64);
        for (head, (sale, row)) in heads.iter().zip(&row_of).enumerate() {
            if let Some(more) = groups.next_if(|more| more.first().is_some_and(|one| long(one.head) == head))
            {
                self.several(sale, *row, more);
            } else if *row != Place::NONE {
                rows += 1;
                yen += i64::from(sale.amount());
                if let Some(marks) = self.how.marks {
                    marks.0.set(sale.place());
                    marks.1.set(*row);
                }
            } else if !self.how.by_id {
                self.found.open_sales.push(*sale);
            }
        }
        let class = if self.how.by_id { Class::MatchedById } else { Class::MatchedByKey };
        let tally = &mut self.found.tallies[class.place()];
        tally.add(Side::Sales, rows, yen);
        tally.add(Side::Statement, rows, yen);
    }

    /// A key of several sales or several rows, or of amounts that differ.
    fn several(&mut self, head: &Record, row: Place, more: &[More]) {
        self.group.clear();
        self.group.push((Side::Sales, *head));
        if row != Place::NONE {
            self.group.push((Side::Statement, head.alike(row)));
        }
        self.group.extend(more.iter().map(|one| (one.side, one.record)));
        self.group_by_amount();
    }

    fn group_by_amount(&mut self) {
        let mut group = std::mem::take(&mut self.group);
        group.sort_unstable_by_key(|(side, record)| (record.amount(), *side, record.place()));
        let both = group.iter().any(|(side, _)| *side == Side::Statement);
        if both && let Some((sales, rows)) = self.how.marks {
            for (side, record) in &group {
                if *side == Side::Sales { sales.set(record.place()) } else { rows.set(record.place()) }
            }
        }
        let (mut open_sales, mut open_rows) = (Vec::new(), Vec::new());
        for equal in group.chunk_by(|a, b| a.1.amount() == b.1.amount()) {
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
