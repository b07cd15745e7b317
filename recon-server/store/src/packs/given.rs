//! Packs on their way to the matcher, and afterwards which record each of their rows is.
//!
//! Invariant: of a pack that was given only its records stay, one to eight bytes a row; where a row stands says by itself whether a pack
//! gave it, so that rows of packs and rows of tables come through one sink.

use std::{collections::HashSet, fmt};

use domain::time::CivilDate;

use super::{
    epoch,
    numbers::Numbers,
    read::{Columns, Pack},
};
use crate::{
    compared::{ColumnSink, LineKey, PackedRows, Place, SaleKey, Scope},
    error::Fault,
    words,
};

/// Of a place in a pack; no table has so many rows.
const PACK_BIT: u64 = 1 << 63;
/// Lower bits of such a place: the row of the pack.
const ROW_BITS: u32 = 16;

/// Whose rows a pack holds.
pub trait PackOwner: fmt::Display {
    /// The pack's table.
    const TABLE: &'static str;
    /// What names a row.
    type Key;

    /// The row of this record.
    ///
    /// # Errors
    /// When there can be no such record.
    fn key(&self, record: i64) -> Result<Self::Key, Fault>;
}

/// A pack of a counter's sales.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalePack {
    /// 窓口
    pub counter: String,
    /// 世代
    pub incarnation: i64,
    /// It covers the entries up to this one.
    pub last_sequence: i64,
}

/// A pack of a file's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinePack {
    /// Number of the file.
    pub file: i64,
    /// Which of its packs, from 1.
    pub ordinal: i64,
}

impl fmt::Display for SalePack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.counter, self.incarnation, self.last_sequence)
    }
}

impl fmt::Display for LinePack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.file, self.ordinal)
    }
}

impl PackOwner for SalePack {
    const TABLE: &'static str = "sale_pack";
    type Key = SaleKey;

    fn key(&self, record: i64) -> Result<SaleKey, Fault> {
        Ok(SaleKey {
            counter: words::parse("counter", &self.counter)?,
            incarnation: words::incarnation(self.incarnation)?,
            sequence: words::sequence_number(record)?,
        })
    }
}

impl PackOwner for LinePack {
    const TABLE: &'static str = "statement_pack";
    type Key = LineKey;

    fn key(&self, record: i64) -> Result<LineKey, Fault> {
        Ok((words::to_u64("file number", self.file)?, words::to_u32("row", record)?))
    }
}

/// The records of a pack that was given.
struct Kept<O> {
    owner: O,
    rows: usize,
    records: Numbers<Box<[u8]>>,
}

/// Packs of one side.
pub struct GivenPacks<O> {
    packs: Vec<Kept<O>>,
    rows: u64,
    columns: Columns,
    records: Vec<i64>,
    passed_over: Vec<bool>,
}

impl<O> Default for GivenPacks<O> {
    fn default() -> Self {
        Self {
            packs: Vec::new(),
            rows: 0,
            columns: Columns::default(),
            records: Vec::new(),
            passed_over: Vec::new(),
        }
    }
}

impl<O: PackOwner> GivenPacks<O> {
    /// Rows of all packs so far, those that were passed over among them.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether there was no pack yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packs.is_empty()
    }

    /// Gives the rows of a pack that are of the scope and have none of these records. `false` where the sink has enough.
    ///
    /// # Errors
    /// When the body is none that this program writes.
    pub fn give(
        &mut self,
        owner: O,
        body: &[u8],
        scope: &Scope<'_>,
        but: Option<&HashSet<i64>>,
        sink: &mut dyn ColumnSink,
    ) -> Result<bool, Fault> {
        let unreadable = || Fault::unreadable(O::TABLE, &owner.to_string());
        let pack = Pack::read(body).ok_or_else(unreadable)?;
        let number = u64::try_from(self.packs.len()).map_err(|_| unreadable())?;
        pack.read_into(scope.by, &mut self.columns);
        self.pass_over(&pack, scope, but);
        let given = PackedRows {
            first: Place(PACK_BIT | number << ROW_BITS),
            terminals: pack.terminals(),
            terminal: &self.columns.terminals,
            number: pack.numbers(scope.by, &self.columns),
            days: &self.columns.days,
            amounts: &self.columns.amounts,
            passed_over: &self.passed_over,
        };
        let more = sink.take_pack(&given);
        let rows = pack.rows();
        self.rows = self.rows.saturating_add(u64::try_from(rows).unwrap_or(u64::MAX));
        self.packs.push(Kept { owner, rows, records: pack.records().kept() });
        Ok(more)
    }

    /// Notes which rows of a pack are not given; nothing where all are.
    fn pass_over(&mut self, pack: &Pack<'_>, scope: &Scope<'_>, but: Option<&HashSet<i64>>) {
        let epoch = epoch();
        let number = |day: CivilDate| i64::from(day.days_since(epoch));
        let days = number(scope.from)..=number(scope.to);
        self.passed_over.clear();
        if !self.columns.days.iter().all(|day| days.contains(day)) {
            self.passed_over.extend(self.columns.days.iter().map(|day| !days.contains(day)));
        }
        if let Some(but) = but {
            self.passed_over.resize(pack.rows(), false);
            pack.records().read_into(pack.rows(), &mut self.records);
            for (passed_over, record) in self.passed_over.iter_mut().zip(&self.records) {
                *passed_over |= but.contains(record);
            }
        }
    }

    /// The records at places of packs and of tables, in their order; `of_rows` says those of tables.
    ///
    /// # Errors
    /// When a place is none that was given.
    pub fn name(
        &self,
        wanted: &[Place],
        of_rows: impl FnOnce(&[Place]) -> Result<Vec<O::Key>, Fault>,
    ) -> Result<Vec<O::Key>, Fault> {
        let in_tables: Vec<_> = wanted.iter().copied().filter(|place| place.0 & PACK_BIT == 0).collect();
        let mut in_tables = if in_tables.is_empty() { Vec::new() } else { of_rows(&in_tables)? }.into_iter();
        let missing = || Fault::Missing("row at this place");
        let name = |place: &Place| {
            if place.0 & PACK_BIT == 0 {
                return in_tables.next().ok_or_else(missing);
            }
            let pack = usize::try_from((place.0 & !PACK_BIT) >> ROW_BITS).ok();
            let pack = pack.and_then(|pack| self.packs.get(pack)).ok_or_else(missing)?;
            let row = usize::try_from(place.0 & ((1 << ROW_BITS) - 1)).map_err(|_| missing())?;
            pack.owner.key(pack.records.get(row, pack.rows).ok_or_else(missing)?)
        };
        wanted.iter().map(name).collect()
    }
}
