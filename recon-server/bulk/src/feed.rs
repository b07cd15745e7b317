//! Two sides whose rows come one after the other by their columns, from wherever they are kept: no file, no second reading.
//!
//! Invariants: the classes are those of two files with the same columns; rows are numbered from 1 in the order in which they came, and
//! the result is a function of both orders alone. Many rows at once ([`PackColumns`]) are the same rows one by one: their texts are
//! coded once each, and digits become the key that their text has. What a row takes is its record of 18 bytes; texts are kept once. Not here: identifiers
//! that both sides carry (stage 1) — a row is seen once, and they need a second look.

use std::sync::Arc;

use crate::{
    codec::{Coded, PACKED_APPROVAL_LENGTH_MAX, Parts, TextCoder, Way, approval_of},
    date::Dates,
    intern::{Interner, packed_digits},
    join::How,
    leftovers::Unkeyed,
    outcome::Outcome,
    pass::Done,
    piece::Other,
    read::{Contents, Numbers},
    record::{PIECE_ROWS_MAX, PIECES_MAX, Place, Record},
    refusal::{Field, Refusal, Side},
    shelf::Shelf,
    stock::Stock,
};

/// Partitions as a power of two: of ten thousand rows each has twenty, of a nation's day as many as fit into the cache.
const PARTITION_BITS: u32 = 9;
/// Records for which a partition has room at first: a million rows fit in without moving again. Room that no row comes to takes addresses
/// and no memory.
const PARTITION_ROWS: usize = 2_048;

/// One row by its columns, as texts.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'r> {
    /// 端末番号; without one the row is on its own.
    pub terminal: &'r str,
    /// 承認番号・伝票番号; without one only a set can prove the row.
    pub approval: &'r str,
    /// 取扱日 as `2026-07-01`.
    pub date: &'r str,
    /// 金額
    pub yen: i64,
}

/// Many rows by their columns; each column has one value a row.
#[derive(Debug, Clone, Copy)]
pub struct PackColumns<'p> {
    /// 端末番号, each once; empty for none.
    pub terminals: &'p [&'p str],
    /// Which of them, from 0.
    pub terminal: &'p [i64],
    /// 承認番号・伝票番号.
    pub approval: PackApprovals<'p>,
    /// 取扱日 as days since 1970-01-01.
    pub days: &'p [i64],
    /// 金額
    pub yen: &'p [i64],
    /// Rows that have a number and are not taken; without any value all are.
    pub passed_over: &'p [bool],
}

/// 承認番号・伝票番号 of many rows.
#[derive(Debug, Clone, Copy)]
pub enum PackApprovals<'p> {
    /// So many digits each: 0 for none, else the number that they write and one.
    Digits {
        /// Digits, leading zeros among them.
        digits: usize,
        /// Of each row.
        numbers: &'p [i64],
    },
    /// Any texts.
    Texts {
        /// Each once; empty for none.
        texts: &'p [&'p str],
        /// Which of them, from 0.
        of_rows: &'p [i64],
    },
}

/// Rows of one side.
pub struct Feed {
    side: Side,
    coder: TextCoder<Arc<Interner>>,
    dates: Dates,
    shelf: Shelf,
    unkeyed: Unkeyed,
    rows: u64,
    /// Rows that have a number: those that were passed over too.
    numbered: u64,
    yen: i64,
}

/// Two empty sides, for two threads.
#[must_use]
pub fn feeds() -> (Feed, Feed) {
    let interner = Arc::<Interner>::default();
    let parts = Parts { terminal: true, contract: false, brand: false, approval: true };
    let feed = |side| Feed {
        side,
        coder: TextCoder::new(Arc::clone(&interner), parts),
        dates: Dates::default(),
        shelf: Shelf::new(PARTITION_BITS, PARTITION_ROWS),
        unkeyed: Unkeyed::new(side),
        rows: 0,
        numbered: 0,
        yen: 0,
    };
    (feed(Side::Sales), feed(Side::Statement))
}

impl Feed {
    /// Takes the next row.
    ///
    /// # Errors
    /// When the row cannot be read, or there are more than can be numbered.
    pub fn push(&mut self, columns: &Columns<'_>) -> Result<(), Refusal> {
        let bad = |field| Refusal::Row { side: self.side, row: self.numbered + 1, field };
        let date = self.dates.read(columns.date.as_bytes()).ok_or_else(|| bad(Field::Date))?;
        let amount = i32::try_from(columns.yen).map_err(|_| bad(Field::Amount))?;
        let place = place(self.numbered).ok_or(Refusal::TooManyTexts)?;
        self.rows += 1;
        self.numbered += 1;
        self.yen += columns.yen;
        match self.coder.code_columns(columns.terminal.as_bytes(), columns.approval.as_bytes()) {
            Coded::Keyed(key) => {
                self.shelf.put(Record::new(key, date, amount, place));
            }
            Coded::Loose(key) => self.unkeyed.loose.push(Record::new(key, date, amount, place)),
            Coded::Alone => self.unkeyed.alone.push(Record::new(0, date, amount, place)),
            Coded::DoesNotFit | Coded::TooMany => return Err(Refusal::TooManyTexts),
        }
        Ok(())
    }

    /// Takes the next rows.
    ///
    /// # Errors
    /// When a row cannot be read, or there are more than can be numbered.
    pub fn push_pack(&mut self, pack: &PackColumns<'_>) -> Result<(), Refusal> {
        let homes = pack.terminals.iter().map(|text| match text.is_empty() {
            true => Ok(None),
            false => self.coder.home_of(text.as_bytes()).map(Some).ok_or(Refusal::TooManyTexts),
        });
        let homes = homes.collect::<Result<Vec<_>, _>>()?;
        let interner = Arc::clone(&self.coder.interner);
        match pack.approval {
            PackApprovals::Digits { digits, numbers } if digits <= PACKED_APPROVAL_LENGTH_MAX => self
                .put_rows(pack, &homes, numbers, |number| match u64::try_from(number).ok()?.checked_sub(1) {
                    None => Some(None),
                    Some(number) => Some(Some(packed_digits(number, digits))),
                }),
            PackApprovals::Digits { digits, numbers } => self.put_rows(pack, &homes, numbers, |number| {
                match u64::try_from(number).ok()?.checked_sub(1) {
                    None => Some(None),
                    Some(number) => approval_of(&interner, format!("{number:0digits$}").as_bytes()).map(Some),
                }
            }),
            PackApprovals::Texts { texts, of_rows } => {
                let codes = texts.iter().map(|text| match text.is_empty() {
                    true => Ok(None),
                    false => approval_of(&interner, text.as_bytes()).map(Some).ok_or(Refusal::TooManyTexts),
                });
                let codes = codes.collect::<Result<Vec<_>, _>>()?;
                self.put_rows(pack, &homes, of_rows, |at| codes.get(usize::try_from(at).ok()?).copied())
            }
        }
    }

    /// Takes rows whose terminals and numbers are coded: `home | approval` is the key.
    fn put_rows(
        &mut self,
        pack: &PackColumns<'_>,
        homes: &[Option<u64>],
        approvals: &[i64],
        code: impl Fn(i64) -> Option<Option<u64>>,
    ) -> Result<(), Refusal> {
        let rows = pack.days.len();
        let bad = |feed: &Self, field| Refusal::Row { side: feed.side, row: feed.numbered + 1, field };
        let alike =
            [pack.terminal.len(), approvals.len(), pack.yen.len()].iter().all(|length| *length == rows);
        if !alike || !(pack.passed_over.is_empty() || pack.passed_over.len() == rows) {
            return Err(bad(self, Field::Columns));
        }
        let columns = pack.days.iter().zip(pack.yen).zip(pack.terminal).zip(approvals);
        for (at, (((day, yen), terminal), approval)) in columns.enumerate() {
            if pack.passed_over.get(at) == Some(&true) {
                self.numbered += 1;
                continue;
            }
            let date = u16::try_from(*day).map_err(|_| bad(self, Field::Date))?;
            let amount = i32::try_from(*yen).map_err(|_| bad(self, Field::Amount))?;
            let home = usize::try_from(*terminal).ok().and_then(|terminal| homes.get(terminal));
            let home = home.ok_or_else(|| bad(self, Field::Columns))?;
            let (Some(place), Some(number)) = (place(self.numbered), code(*approval)) else {
                return Err(Refusal::TooManyTexts);
            };
            match (home, number) {
                (Some(home), Some(number)) => self.shelf.put(Record::new(home | number, date, amount, place)),
                (Some(home), None) => self.unkeyed.loose.push(Record::new(*home, date, amount, place)),
                (None, _) => self.unkeyed.alone.push(Record::new(0, date, amount, place)),
            }
            self.rows += 1;
            self.numbered += 1;
            self.yen += yen;
        }
        Ok(())
    }

    /// Rows so far.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// The records by partition, and everything else.
    fn contents(self) -> (Vec<Vec<Record>>, Contents) {
        let Self { shelf, unkeyed, rows, numbered, yen, .. } = self;
        (shelf.finish(), Contents { unkeyed, numbers: Numbers::whole(numbered), rows, yen })
    }
}

/// The place of a row with so many before it, as if in pieces of the greatest length.
fn place(before: u64) -> Option<Place> {
    let rows = u64::try_from(PIECE_ROWS_MAX).ok()?;
    let piece = before / rows;
    if piece >= PIECES_MAX {
        return None;
    }
    Some(Place::new(u32::try_from(piece).ok()?, u32::try_from(before % rows).ok()?))
}

/// Compares both sides, with so many threads.
///
/// # Errors
/// When rows or yen were lost on the way: a fault of this program.
pub fn settle(sales: Feed, statement: Feed, threads: usize) -> Result<Outcome, Refusal> {
    let coder = sales.coder.clone();
    let ((stock, sales), (shelves, rows)) = (sales.contents(), statement.contents());
    let mut done = Done::default();
    done.check(&sales, &rows).map_err(refused)?;
    let index = Stock::of(PARTITION_BITS, stock).index(threads, true);
    index.settle(&shelves, threads);
    drop(shelves);
    let found = index.close(threads, How { by_id: false, marks: None });
    done.settle(found, [sales.unkeyed, rows.unkeyed], &coder);
    done.outcome(Way::Texts, &coder.interner)
}

/// Rows that came once cannot ask for another way of reading them.
fn refused(other: Other) -> Refusal {
    match other {
        Other::Refused(refusal) => refusal,
        Other::DoesNotFit => Refusal::TooManyTexts,
    }
}
