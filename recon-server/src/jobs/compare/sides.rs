//! The two sides of a comparison while they are read: rows into the matcher, and where each row stands in the store.
//!
//! Invariant: rows are numbered from 1 in the order of the reading, as the matcher numbers them; a row takes 8 bytes here. Which record
//! stands at a place is asked afterwards, for the few rows that differ.

use bulk::{Columns, Feed, Refusal};
use store::compared::{ColumnSink, ColumnsRow, Place};

/// One side.
pub struct Side {
    /// Its rows.
    pub feed: Feed,
    /// Where the row stands that cannot be compared, and why it cannot.
    pub refused: Option<(Place, String)>,
    places: Places,
}

/// Of each row, where it stands.
#[derive(Default)]
pub struct Places(Vec<Place>);

impl Side {
    pub fn new(feed: Feed) -> Self {
        Self { feed, refused: None, places: Places::default() }
    }

    /// Rows and where they stand.
    pub fn parts(self) -> (Feed, Places) {
        (self.feed, self.places)
    }
}

impl ColumnSink for Side {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        let columns =
            Columns { terminal: row.terminal, approval: row.number, date: row.day, yen: row.amount };
        self.places.0.push(row.place);
        if let Err(refusal) = self.feed.push(&columns) {
            let why = match refusal {
                Refusal::Row { field, .. } => field.to_string(),
                other => other.to_string(),
            };
            self.refused = Some((row.place, why));
        }
        self.refused.is_none()
    }
}

impl Places {
    /// Where a row stands, counted from 1.
    pub fn of(&self, row: u64) -> Option<Place> {
        self.0.get(usize::try_from(row.checked_sub(1)?).ok()?).copied()
    }
}
