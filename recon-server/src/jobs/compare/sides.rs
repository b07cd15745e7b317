//! The two sides of a comparison while they are read: rows into the matcher, and where each row stands in the store.
//!
//! Invariant: rows are numbered from 1 in the order of the reading, as the matcher numbers them; a row takes 8 bytes here, a pack the
//! same as a row. Which record stands at a place is asked afterwards, for the few rows that differ.

use bulk::{Columns, Feed, PackApprovals, PackColumns, Refusal};
use store::compared::{ColumnSink, ColumnsRow, NumberColumn, PackedRows, Place};

/// One side.
pub struct Side {
    /// Its rows.
    pub feed: Feed,
    /// Where the row stands that cannot be compared, and why it cannot.
    pub refused: Option<(Place, String)>,
    places: Places,
}

/// Of each row, where it stands: a row of a table for itself, the rows of a pack one behind the other.
#[derive(Default)]
pub struct Places {
    /// The row that begins each run, from 0, and the run.
    runs: Vec<(u64, Run)>,
    rows: Vec<Place>,
    count: u64,
}

/// Rows that follow each other.
#[derive(Clone, Copy)]
enum Run {
    /// The place of the first.
    Pack(Place),
    /// Where the first is among the single places.
    Rows(usize),
}

impl Side {
    pub fn new(feed: Feed) -> Self {
        Self { feed, refused: None, places: Places::default() }
    }

    /// Rows and where they stand.
    pub fn parts(self) -> (Feed, Places) {
        (self.feed, self.places)
    }

    /// Notes what became of rows that were handed on. `false` ends the reading.
    fn taken(&mut self, taken: Result<(), Refusal>) -> bool {
        if let Err(refusal) = taken {
            let (row, why) = match refusal {
                Refusal::Row { row, field, .. } => (row, field.to_string()),
                other => (self.places.count, other.to_string()),
            };
            self.refused = self.places.of(row).map(|place| (place, why));
        }
        self.refused.is_none()
    }
}

impl ColumnSink for Side {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        let columns =
            Columns { terminal: row.terminal, approval: row.number, date: row.day, yen: row.amount };
        self.places.push(row.place);
        let taken = self.feed.push(&columns);
        self.taken(taken)
    }

    fn take_pack(&mut self, rows: &PackedRows<'_>) -> bool {
        let approval = match rows.number {
            NumberColumn::Digits { digits, numbers } => PackApprovals::Digits { digits, numbers },
            NumberColumn::Texts { texts, of_rows } => PackApprovals::Texts { texts, of_rows },
        };
        let pack = PackColumns {
            terminals: rows.terminals,
            terminal: rows.terminal,
            approval,
            days: rows.days,
            yen: rows.amounts,
            passed_over: rows.passed_over,
        };
        self.places.push_pack(rows.first, rows.days.len());
        let taken = self.feed.push_pack(&pack);
        self.taken(taken)
    }
}

impl Places {
    fn push(&mut self, place: Place) {
        if !matches!(self.runs.last(), Some((_, Run::Rows(_)))) {
            self.runs.push((self.count, Run::Rows(self.rows.len())));
        }
        self.rows.push(place);
        self.count += 1;
    }

    fn push_pack(&mut self, first: Place, rows: usize) {
        self.runs.push((self.count, Run::Pack(first)));
        self.count = self.count.saturating_add(u64::try_from(rows).unwrap_or(u64::MAX));
    }

    /// Where a row stands, counted from 1.
    pub fn of(&self, row: u64) -> Option<Place> {
        let row = row.checked_sub(1).filter(|row| *row < self.count)?;
        let run = self.runs.partition_point(|(first, _)| *first <= row).checked_sub(1)?;
        let (first, run) = self.runs.get(run)?;
        match run {
            Run::Pack(Place(place)) => Some(Place(place + (row - first))),
            Run::Rows(at) => self.rows.get(at + usize::try_from(row - first).ok()?).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_place() {
        let mut places = Places::default();
        assert_eq!(places.of(1), None);
        places.push_pack(Place(1_000), 3);
        places.push_pack(Place(2_000), 0);
        places.push(Place(7));
        places.push(Place(5));
        places.push_pack(Place(3_000), 2);
        places.push(Place(9));
        let of: Vec<_> = (0..=9).map(|row| places.of(row).map(|place| place.0)).collect();
        let expected = [1_000, 1_001, 1_002, 7, 5, 3_000, 3_001, 9].map(Some);
        assert_eq!(of[1..=8], expected);
        assert_eq!((of[0], of[9]), (None, None));
    }
}
