//! Reading packs, with every length and count checked first.

use super::{DIGITS, DIGITS_MAX, PACK_ROWS_MAX, TEXTS, VERSION, numbers::Numbers};
use crate::compared::{ComparedBy, NumberColumn};

/// A pack's columns, as they lie in its body.
#[derive(Debug, Clone)]
pub struct Pack<'p> {
    rows: usize,
    records: Numbers<&'p [u8]>,
    days: Numbers<&'p [u8]>,
    amounts: Numbers<&'p [u8]>,
    terminals: Texts<'p>,
    slips: Column<'p>,
    approvals: Column<'p>,
}

#[derive(Debug, Clone)]
struct Texts<'p> {
    texts: Vec<&'p str>,
    of_rows: Numbers<&'p [u8]>,
}

#[derive(Debug, Clone)]
enum Column<'p> {
    Digits { digits: usize, numbers: Numbers<&'p [u8]> },
    Texts(Texts<'p>),
}

/// What is left of a body.
struct Rest<'p>(&'p [u8]);

impl<'p> Rest<'p> {
    fn take(&mut self, count: usize) -> Option<&'p [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn chunk<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.chunk().map(u8::from_le_bytes)
    }

    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(u32::from_le_bytes(self.chunk()?)).ok()?;
        (count <= PACK_ROWS_MAX).then_some(count)
    }

    fn numbers(&mut self, rows: usize) -> Option<Numbers<&'p [u8]>> {
        let width = usize::from(self.byte()?);
        if !matches!(width, 0 | 1 | 2 | 4 | 8) {
            return None;
        }
        let least = i64::from_le_bytes(self.chunk()?);
        Some(Numbers { least, width, offsets: self.take(rows.checked_mul(width)?)? })
    }

    /// Texts, and of so many rows which; none of them outside.
    fn texts(&mut self, rows: usize, scratch: &mut Vec<i64>) -> Option<Texts<'p>> {
        let count = self.count()?;
        self.numbers(count)?.read_into(count, scratch);
        let lengths: Vec<_> =
            scratch.iter().map(|length| usize::try_from(*length)).collect::<Result<_, _>>().ok()?;
        let all = lengths.iter().try_fold(0_usize, |all, length| all.checked_add(*length))?;
        let all = std::str::from_utf8(self.take(all)?).ok()?;
        let mut at = 0;
        let cut = |length: usize| {
            let text = all.get(at..at + length);
            at += length;
            text
        };
        let texts: Vec<_> = lengths.into_iter().map(cut).collect::<Option<_>>()?;
        let of_rows = self.numbers(rows)?;
        of_rows.read_into(rows, scratch);
        let within = |place: &i64| usize::try_from(*place).is_ok_and(|place| place < texts.len());
        scratch.iter().all(within).then_some(Texts { texts, of_rows })
    }

    fn column(&mut self, rows: usize, scratch: &mut Vec<i64>) -> Option<Column<'p>> {
        match self.byte()? {
            DIGITS => {
                let digits = usize::from(self.byte()?);
                let numbers = self.numbers(rows)?;
                numbers.read_into(rows, scratch);
                let end = 10_i64.checked_pow(u32::try_from(digits).ok()?)?;
                let fit =
                    (1..=DIGITS_MAX).contains(&digits) && scratch.iter().all(|one| (0..=end).contains(one));
                fit.then_some(Column::Digits { digits, numbers })
            }
            TEXTS => self.texts(rows, scratch).map(Column::Texts),
            _ => None,
        }
    }
}

impl<'p> Pack<'p> {
    /// Reads a body; none where it is not whole.
    #[must_use]
    pub fn read(body: &'p [u8]) -> Option<Self> {
        let mut rest = Rest(body);
        if rest.byte()? != VERSION {
            return None;
        }
        let (rows, scratch) = (rest.count()?, &mut Vec::new());
        let pack = Self {
            rows,
            records: rest.numbers(rows)?,
            days: rest.numbers(rows)?,
            amounts: rest.numbers(rows)?,
            terminals: rest.texts(rows, scratch)?,
            slips: rest.column(rows, scratch)?,
            approvals: rest.column(rows, scratch)?,
        };
        rest.0.is_empty().then_some(pack)
    }

    /// Rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    pub(super) const fn records(&self) -> &Numbers<&'p [u8]> {
        &self.records
    }

    fn column(&self, by: ComparedBy) -> &Column<'p> {
        match by {
            ComparedBy::Slip => &self.slips,
            ComparedBy::Approval => &self.approvals,
        }
    }

    /// Takes the compared columns out, row by row.
    pub(super) fn read_into(&self, by: ComparedBy, to: &mut Columns) {
        self.days.read_into(self.rows, &mut to.days);
        self.amounts.read_into(self.rows, &mut to.amounts);
        self.terminals.of_rows.read_into(self.rows, &mut to.terminals);
        let (Column::Digits { numbers, .. } | Column::Texts(Texts { of_rows: numbers, .. })) =
            self.column(by);
        numbers.read_into(self.rows, &mut to.numbers);
    }

    /// Its terminals, each once.
    pub(super) fn terminals(&self) -> &[&'p str] {
        &self.terminals.texts
    }

    /// The numbers that were taken out.
    pub(super) fn numbers<'c>(&'c self, by: ComparedBy, of: &'c Columns) -> NumberColumn<'c> {
        match self.column(by) {
            Column::Digits { digits, .. } => NumberColumn::Digits { digits: *digits, numbers: &of.numbers },
            Column::Texts(texts) => NumberColumn::Texts { texts: &texts.texts, of_rows: &of.numbers },
        }
    }
}

/// Columns that were taken out of a pack; used again for the next.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Days since 1970-01-01.
    pub days: Vec<i64>,
    /// Yen.
    pub amounts: Vec<i64>,
    /// Of each row its place among the terminals.
    pub terminals: Vec<i64>,
    /// Of each row its number, or the place of its text.
    pub numbers: Vec<i64>,
}
