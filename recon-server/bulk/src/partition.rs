//! The sales of one partition, and the rows that found them.
//!
//! Invariants: of each key and date there is one head, a sale; whatever else has its key and date is its row (if it has its amount, and is
//! the first that came) or stands in `more`. What a head gathers is the same in whatever order it came, and is decided in `join.rs` when
//! all of it is there. Heads are found by slots (`slots.rs`). Rows wait until there are so many that it pays to fetch all of a partition
//! from memory: the least that a lookup costs is not the search, it is the wait for what is searched.

use crate::{
    record::{Place, Record},
    refusal::Side,
    slots::Slots,
};

/// Sales for which one row may wait.
const SALES_PER_WAITING_ROW: usize = 4;
/// Sales of which one must be asked for that it pays to fetch them all.
const SALES_PER_ROW_MAX: usize = 32;
/// What the memory gives at once.
const CACHE_LINE_BYTES: usize = 64;

/// A sale or row beyond the first of its key and date, or a row with another amount.
#[derive(Debug, Clone, Copy)]
pub(crate) struct More {
    /// Place of its head.
    pub head: u32,
    pub side: Side,
    pub record: Record,
}

/// Sales, indexed, and what was settled with them.
#[derive(Default)]
pub(crate) struct Partition {
    pub heads: Vec<Record>,
    /// Of each head a row of its key, date and amount, or [`Place::NONE`].
    pub row_of: Vec<Place>,
    pub more: Vec<More>,
    /// Rows without a sale of their key and date.
    pub alone: Vec<Record>,
    /// Rows that were not looked at yet; it never grows.
    waiting: Vec<Record>,
    slots: Slots,
    /// Bits of the mixed key that chose the partition.
    bits: u32,
}

/// Place of a record in its partition: a run has at most 2^32 rows of a side.
fn short(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

pub(crate) fn long(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

impl Partition {
    /// Of sales in any order.
    pub fn new(mut heads: Vec<Record>, bits: u32) -> Self {
        let mut more = Vec::new();
        let slots = Slots::new(&mut heads, bits, |head, record| {
            more.push(More { head: short(head), side: Side::Sales, record });
        });
        if heads.len() < heads.capacity() / 2 {
            heads.shrink_to_fit();
        }
        let row_of = vec![Place::NONE; heads.len()];
        Self { heads, row_of, more, slots, bits, ..Self::default() }
    }

    /// Takes rows, to be looked at now or later; those without a sale are kept where `keep_alone` says so.
    pub fn take(&mut self, rows: &[Record], keep_alone: bool) {
        if self.waiting.capacity() == 0 {
            self.waiting.reserve_exact(self.heads.len() / SALES_PER_WAITING_ROW);
        }
        if self.waiting.capacity() - self.waiting.len() < rows.len() {
            self.settle_waiting(keep_alone);
        }
        if self.waiting.capacity() < rows.len() {
            self.settle(rows, keep_alone);
        } else {
            self.waiting.extend_from_slice(rows);
        }
    }

    /// Looks at the rows that wait.
    pub fn settle_waiting(&mut self, keep_alone: bool) {
        let mut waiting = std::mem::take(&mut self.waiting);
        self.settle(&waiting, keep_alone);
        waiting.clear();
        self.waiting = waiting;
    }

    /// Gives each row to its head.
    pub fn settle(&mut self, rows: &[Record], keep_alone: bool) {
        if self.heads.len() / SALES_PER_ROW_MAX < rows.len() {
            self.fetch();
        }
        let Self { heads, row_of, more, alone, .. } = self;
        self.slots.find(heads, rows, self.bits, |row, head| match head {
            Some(head) if row_of[head] == Place::NONE && heads[head].amount() == row.amount() => {
                row_of[head] = row.place();
            }
            Some(head) => more.push(More { head: short(head), side: Side::Statement, record: *row }),
            None if keep_alone => alone.push(*row),
            None => {}
        });
    }

    /// Brings everything that rows are looked up in into the cache: read from end to end it comes as fast as the memory can give it,
    /// where the search, which decides by what it finds, would wait for one piece after the other.
    fn fetch(&self) {
        const fn in_a_line<T>() -> usize {
            CACHE_LINE_BYTES / size_of::<T>()
        }
        let mut all = 0;
        self.heads.iter().step_by(in_a_line::<Record>()).for_each(|head| all ^= head.amount());
        self.row_of
            .iter()
            .step_by(in_a_line::<Place>())
            .for_each(|row| all ^= i32::from(*row == Place::NONE));
        all ^= self.slots.fetch(CACHE_LINE_BYTES);
        std::hint::black_box(all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many that heads meet at each other's slots.
    const SALES: u32 = 3_000;

    fn record(key: u32, amount: i32, place: u32) -> Record {
        Record::new(u64::from(key), 20_000, amount, Place::new(0, place))
    }

    /// For each head everything that has its key, and the rows that have none.
    fn gathered(partition: &Partition) -> (Vec<Vec<(Side, Place)>>, Vec<Place>) {
        let mut all: Vec<Vec<_>> =
            partition.heads.iter().map(|head| vec![(Side::Sales, head.place())]).collect();
        for (of, row) in all.iter_mut().zip(&partition.row_of).filter(|(_, row)| **row != Place::NONE) {
            of.push((Side::Statement, *row));
        }
        partition.more.iter().for_each(|more| all[long(more.head)].push((more.side, more.record.place())));
        all.iter_mut().for_each(|of| of.sort_unstable());
        all.sort_unstable();
        let mut alone: Vec<_> = partition.alone.iter().map(Record::place).collect();
        alone.sort_unstable();
        (all, alone)
    }

    #[test]
    fn of_every_key_there_is_one_head_and_every_sale_is_somewhere() {
        for keys in [1, 2, 7, SALES / 2, SALES] {
            let sales: Vec<_> = (0..SALES).map(|n| record(n % keys, 300, n)).collect();
            let partition = Partition::new(sales, 0);
            let (all, _) = gathered(&partition);
            assert_eq!(partition.heads.len(), long(keys));
            let expected: Vec<Vec<_>> = (0..keys)
                .map(|key| {
                    (key..SALES).step_by(long(keys)).map(|n| (Side::Sales, Place::new(0, n))).collect()
                })
                .collect();
            assert_eq!(all, expected);
        }
    }

    #[test]
    fn more_heads_than_two_bytes_count_are_found_too() {
        for keys in [65_533, 65_534, 65_535, 65_536, 70_000] {
            let sales = (0..keys).map(|n| record(n, 300, n)).collect();
            let mut partition = Partition::new(sales, 0);
            assert_eq!(partition.heads.len(), long(keys));
            let rows: Vec<_> = (0..keys + 7).rev().map(|n| record(n, 300, n)).collect();
            partition.settle(&rows, true);
            assert!(partition.row_of.iter().copied().eq(partition.heads.iter().map(Record::place)));
            assert_eq!((partition.more.len(), partition.alone.len()), (0, 7));
        }
    }

    #[test]
    fn what_a_head_gathers_does_not_depend_on_when_it_came() {
        // Some keys twice, some with another amount, the last third without a sale.
        let sales: Vec<_> = (0..SALES).map(|n| record(n % 2_500, 300, n)).collect();
        let mut rows: Vec<_> =
            (0..SALES * 4 / 3).map(|n| record(n * 7 % 3_750, 300 + i32::from(n % 11 == 0), n)).collect();
        let settled = |rows: &[Record], run: usize| {
            let mut partition = Partition::new(sales.clone(), 0);
            rows.chunks(run).for_each(|rows| partition.take(rows, true));
            partition.settle_waiting(true);
            gathered(&partition)
        };
        let at_once = settled(&rows, rows.len());
        assert!(!at_once.1.is_empty(), "some rows have no sale");
        for run in [1, 13, 400, 749, 750, 751] {
            assert_eq!(settled(&rows, run), at_once, "{run}");
        }
        rows.reverse();
        assert_eq!(settled(&rows, 100), at_once);
    }

    #[test]
    fn rows_of_no_interest_are_not_kept() {
        let mut partition = Partition::new(vec![record(1, 300, 0)], 0);
        partition.take(&[record(2, 300, 0), record(1, 300, 1)], false);
        partition.settle_waiting(false);
        assert!(partition.alone.is_empty());
        assert_eq!(partition.row_of, [Place::new(0, 1)]);
    }

    #[test]
    fn a_partition_without_sales_takes_rows() {
        let mut partition = Partition::new(Vec::new(), 3);
        partition.take(&[record(2, 300, 0)], true);
        assert_eq!(partition.alone.len(), 1);
    }
}
