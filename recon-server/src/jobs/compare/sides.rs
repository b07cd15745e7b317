//! The two sides of a comparison while they are read: rows into the matcher, and which record each row is.
//!
//! Invariant: rows are numbered from 1 in the order of the reading, as the matcher numbers them; a sale takes 12 bytes here, a row 4.

use std::collections::HashMap;

use bulk::{Columns, Feed, Refusal};
use domain::id::{CounterId, Incarnation, SequenceNumber};
use store::compared::{ColumnSink, ColumnsRow, SaleKey, Which};

use crate::jobs::JobError;

/// What both sides do with a row.
struct Intake {
    feed: Feed,
    refusal: Option<String>,
}

impl Intake {
    fn push(&mut self, row: &ColumnsRow<'_>) -> bool {
        let columns =
            Columns { terminal: row.terminal, approval: row.number, date: row.day, yen: row.amount };
        let pushed = self.feed.push(&columns);
        if let Err(refusal) = pushed {
            self.refusal = Some(words(row.which, &refusal));
            return false;
        }
        true
    }

    fn done(self) -> Result<Feed, JobError> {
        self.refusal.map_or(Ok(self.feed), |words| Err(JobError::Facts(words)))
    }
}

/// Which record cannot be compared, and why.
fn words(which: Which<'_>, refusal: &Refusal) -> String {
    let why = match refusal {
        Refusal::Row { field, .. } => field.to_string(),
        other => other.to_string(),
    };
    match which {
        Which::Sale { counter, incarnation, sequence } => {
            format!("窓口 {counter} 世代 {incarnation} の記録 {sequence}: {why}")
        }
        Which::Line { file, row } => format!("受付番号 {file} の {row} 行目: {why}"),
    }
}

/// Sales.
pub struct SalesSide {
    intake: Intake,
    keys: SaleKeys,
    /// Places of counters by name and incarnation.
    known: HashMap<(Box<str>, u32), u32>,
}

/// Which entry each sale is.
#[derive(Default)]
pub struct SaleKeys {
    counters: Vec<(CounterId, Incarnation)>,
    /// Of each sale, the place of its counter.
    places: Vec<u32>,
    sequences: Vec<u64>,
}

impl SalesSide {
    pub fn new(feed: Feed) -> Self {
        Self { intake: Intake { feed, refusal: None }, keys: SaleKeys::default(), known: HashMap::new() }
    }

    pub fn done(self) -> Result<(Feed, SaleKeys), JobError> {
        Ok((self.intake.done()?, self.keys))
    }

    /// The place of a counter among those that were met; none for a name that is no counter's.
    fn place(&mut self, counter: &str, incarnation: u32) -> Option<u32> {
        // Sales of one counter mostly follow each other.
        let last = self.keys.places.last().copied();
        let met = last.and_then(|place| self.keys.counters.get(usize::try_from(place).ok()?));
        if met.is_some_and(|(id, of)| id.as_str() == counter && of.0 == incarnation) {
            return last;
        }
        let key = (Box::from(counter), incarnation);
        if let Some(place) = self.known.get(&key) {
            return Some(*place);
        }
        let place = u32::try_from(self.keys.counters.len()).ok()?;
        self.keys.counters.push((counter.parse().ok()?, Incarnation(incarnation)));
        self.known.insert(key, place);
        Some(place)
    }
}

impl ColumnSink for SalesSide {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        let Which::Sale { counter, incarnation, sequence } = row.which else { return false };
        let Some(place) = self.place(counter, incarnation) else {
            self.intake.refusal = Some(format!("窓口 {counter} は読めません"));
            return false;
        };
        self.keys.places.push(place);
        self.keys.sequences.push(sequence);
        self.intake.push(row)
    }
}

impl SaleKeys {
    /// The sale of a row, from 1.
    pub fn of(&self, row: u64) -> Option<SaleKey> {
        let row = usize::try_from(row.checked_sub(1)?).ok()?;
        let place = usize::try_from(*self.places.get(row)?).ok()?;
        let (counter, incarnation) = self.counters.get(place)?;
        let sequence = SequenceNumber(*self.sequences.get(row)?);
        Some(SaleKey { counter: counter.clone(), incarnation: *incarnation, sequence })
    }
}

/// Statement rows.
pub struct LinesSide {
    intake: Intake,
    keys: LineKeys,
}

/// Which row of which file each statement row is.
#[derive(Default)]
pub struct LineKeys {
    /// Where the rows of another file begin, and its number.
    files: Vec<(usize, u64)>,
    rows: Vec<u32>,
}

impl LinesSide {
    pub fn new(feed: Feed) -> Self {
        Self { intake: Intake { feed, refusal: None }, keys: LineKeys::default() }
    }

    pub fn done(self) -> Result<(Feed, LineKeys), JobError> {
        Ok((self.intake.done()?, self.keys))
    }
}

impl ColumnSink for LinesSide {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        let Which::Line { file, row: line } = row.which else { return false };
        if self.keys.files.last().is_none_or(|(_, last)| *last != file) {
            self.keys.files.push((self.keys.rows.len(), file));
        }
        self.keys.rows.push(line);
        self.intake.push(row)
    }
}

impl LineKeys {
    /// File and row of a statement row, from 1.
    pub fn of(&self, row: u64) -> Option<(u64, u32)> {
        let row = usize::try_from(row.checked_sub(1)?).ok()?;
        let file = self.files.partition_point(|(begins, _)| *begins <= row).checked_sub(1)?;
        Some((self.files.get(file)?.1, *self.rows.get(row)?))
    }
}
