//! What the keys left over: a date that is a day off, then sets of rows that nothing but terminal, date and amount describes.
//!
//! Invariants: two approval numbers that differ are never one sale, so a set holds at least one side without a number; as many rows of a
//! set are proven as could be paired at all, and those that are left over are the last of the file.

use crate::{
    codec::Coder,
    join::{Break, Found},
    outcome::Class,
    record::Record,
    refusal::Side,
};

/// Days by which a statement may date a sale otherwise (reconciliation.md 5.5, cut-off).
const DATE_SHIFT_DAYS: u16 = 1;

/// A row of either side that is still open.
#[derive(Clone, Copy)]
struct Open {
    side: Side,
    loose: bool,
    record: Record,
}

/// Rows of one side without an approval number, and without anything.
pub(crate) struct Unkeyed {
    pub side: Side,
    pub loose: Vec<Record>,
    pub alone: Vec<Record>,
}

impl Unkeyed {
    pub const fn new(side: Side) -> Self {
        Self { side, loose: Vec::new(), alone: Vec::new() }
    }

    /// Takes what another thread read of the same side.
    pub fn append(&mut self, other: &mut Self) {
        self.loose.append(&mut other.loose);
        self.alone.append(&mut other.alone);
    }
}

/// Settles everything that is open.
pub(crate) fn settle(found: &mut Found, unkeyed: [Unkeyed; 2], coder: &impl Coder) {
    let open = |side, loose| move |record| Open { side, loose, record };
    let mut rest: Vec<Open> = Vec::new();
    rest.extend(std::mem::take(&mut found.open_sales).into_iter().map(open(Side::Sales, false)));
    rest.extend(std::mem::take(&mut found.open_rows).into_iter().map(open(Side::Statement, false)));
    date_differs(found, &mut rest);
    let mut some_loose = false;
    for Unkeyed { side, loose, alone } in unkeyed {
        some_loose |= !loose.is_empty();
        rest.extend(loose.into_iter().map(open(side, true)));
        for record in alone {
            only(found, &Open { side, loose: true, record }, true);
        }
    }
    if some_loose {
        sets(found, &mut rest, coder);
    }
    rest.iter().for_each(|open| only(found, open, false));
}

/// Stage 3: one sale and one row with everything but the date equal.
fn date_differs(found: &mut Found, rest: &mut Vec<Open>) {
    rest.sort_unstable_by_key(|open| {
        (open.record.key(), open.record.amount(), open.side, open.record.place())
    });
    let mut kept = Vec::with_capacity(rest.len());
    for equal in
        rest.chunk_by(|a, b| a.record.key() == b.record.key() && a.record.amount() == b.record.amount())
    {
        match equal {
            [
                Open { side: Side::Sales, record: sale, .. },
                Open { side: Side::Statement, record: row, .. },
            ] if sale.date().abs_diff(row.date()) <= DATE_SHIFT_DAYS => {
                found.tally(Class::DateDiff, Side::Sales, sale);
                found.tally(Class::DateDiff, Side::Statement, row);
                let pair = Break { sale: Some(*sale), row: Some(*row), ..Break::new(Class::DateDiff, false) };
                found.breaks.push(pair);
            }
            others => kept.extend_from_slice(others),
        }
    }
    *rest = kept;
}

/// Stage 4: what only terminal, date and amount describe.
fn sets(found: &mut Found, rest: &mut Vec<Open>, coder: &impl Coder) {
    let class_of = |open: &Open| (coder.home(open.record.key()), open.record.date(), open.record.amount());
    rest.sort_unstable_by_key(|open| (class_of(open), open.side, open.loose, open.record.place()));
    let mut kept = Vec::with_capacity(rest.len());
    for set in rest.chunk_by(|a, b| class_of(a) == class_of(b)) {
        let of = |side, loose| set.iter().filter(|open| open.side == side && open.loose == loose).count();
        let (sales, loose_sales) = (of(Side::Sales, false), of(Side::Sales, true));
        let (rows, loose_rows) = (of(Side::Statement, false), of(Side::Statement, true));
        let (one, other) = (sales.min(loose_rows), loose_sales.min(rows));
        let both = (loose_sales - other).min(loose_rows - one);
        let mut proven = [[one, other + both], [other, one + both]];
        for open in set {
            let side = usize::from(open.side == Side::Statement);
            let left = &mut proven[side][usize::from(open.loose)];
            if *left > 0 {
                *left -= 1;
                found.tally(Class::MatchedInSet, open.side, &open.record);
            } else {
                kept.push(*open);
            }
        }
    }
    *rest = kept;
}

/// Without another side.
fn only(found: &mut Found, open: &Open, alone: bool) {
    let class = if open.side == Side::Sales { Class::JOnly } else { Class::AOnly };
    found.tally(class, open.side, &open.record);
    let (sale, row) = match open.side {
        Side::Sales => (Some(open.record), None),
        Side::Statement => (None, Some(open.record)),
    };
    found.breaks.push(Break { sale, row, loose: open.loose, alone, ..Break::new(class, false) });
}
