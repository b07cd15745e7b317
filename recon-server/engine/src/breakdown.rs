//! 入金内訳: a payout by fiscal year × 会計 × 科目 × 所属, so that a deposit can be booked (reconciliation.md 4, gap 6).
//!
//! Invariants: over the parts of a year, gross, fee and net add up to the year's share ([`crate::years`]), so over all parts to the
//! payout; fee and rest are split by largest remainder over gross. What nothing is known of stands under an empty 科目, never missing.

use std::collections::BTreeMap;

use domain::{
    money::Yen,
    time::{CivilDate, FiscalYear},
};
use serde::{Deserialize, Serialize};

use crate::{
    allocate::allocate,
    contract::GrossOrNet,
    facts::Sale,
    ledger::Theirs,
    outcome::{Figure, Payout, YearShare},
    payout,
    world::World,
};

/// What of a sale belongs to one 科目 of one 所属.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SalePart {
    /// 会計, e.g. 一般会計.
    pub account: String,
    /// 歳入科目 as written on papers, 款 to 節.
    pub revenue: String,
    /// 所属
    pub section: String,
    /// Signed like the sale.
    pub amount: Yen,
    /// The day that decides its fiscal year, where the class of revenue goes by another than 領収日 (地方自治法施行令142条1項): the day on which a
    /// notice was issued, or the last day of the term of payment. Every fee paid on the spot goes by 領収日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_date: Option<CivilDate>,
}

/// A part of a payout.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Part {
    /// 会計年度
    pub year: FiscalYear,
    /// 会計; empty where not known.
    pub account: String,
    /// 科目; empty where not known.
    pub revenue: String,
    /// 所属; empty where not known.
    pub section: String,
    /// Sales and refunds, signed.
    pub gross: Yen,
    /// Fee with tax, positive.
    pub fee: Yen,
    /// What of the payout is this part's.
    pub net: Yen,
}

/// A piece of one row: what of it belongs where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub place: Place,
    /// 1 for the first piece of a row (−1 of a refund), 0 for the others: a row is one item however many parts it has.
    pub count: i64,
    pub amount: Yen,
}

/// Where a piece is booked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub year: FiscalYear,
    pub account: String,
    pub revenue: String,
    pub section: String,
}

impl Place {
    /// Where nothing is known but the year.
    const fn unknown(year: FiscalYear) -> Self {
        Self { year, account: String::new(), revenue: String::new(), section: String::new() }
    }
}

/// The pieces of every row of a closing, in the order of the rows.
pub(crate) fn pieces(world: &World<'_>, rows: &[&Theirs]) -> Vec<Piece> {
    rows.iter().flat_map(|row| of_row(world, row)).collect()
}

fn of_row(world: &World<'_>, theirs: &Theirs) -> Vec<Piece> {
    let sale = theirs.sale.map(|sale| world.sales[sale]);
    let year = sale.map_or_else(|| payout::day_of(world, theirs).fiscal_year(), Sale::books_year);
    let item = if theirs.refund { -1 } else { 1 };
    let parts = sale.map(|sale| sale.parts.as_slice()).unwrap_or_default();
    if parts.is_empty() {
        return vec![Piece { place: Place::unknown(year), count: item, amount: theirs.amount }];
    }
    // The row may say another amount than the sale (金額相違, a reversal): then by largest remainder over what was sold.
    let weights: Vec<i64> = parts.iter().map(|part| part.amount.get().saturating_abs()).collect();
    let whole = parts.iter().fold(Yen::ZERO, |sum, part| sum.saturating_add(part.amount));
    let amounts = if whole == theirs.amount {
        parts.iter().map(|part| part.amount.get()).collect()
    } else {
        allocate(theirs.amount.get(), &weights)
    };
    let piece = |(nth, (part, amount)): (usize, (&SalePart, i64))| Piece {
        place: Place {
            year: sale.map_or(year, |sale| sale.part_year(part)),
            account: part.account.clone(),
            revenue: part.revenue.clone(),
            section: part.section.clone(),
        },
        count: if nth == 0 { item } else { 0 },
        amount: Yen::new(amount),
    };
    parts.iter().zip(amounts).enumerate().map(piece).collect()
}

/// Sales and refunds by fiscal year.
pub(crate) fn by_year(pieces: &[Piece]) -> BTreeMap<FiscalYear, Figure> {
    let mut years: BTreeMap<FiscalYear, Figure> = BTreeMap::new();
    for piece in pieces {
        years.entry(piece.place.year).or_default().add(piece.count, piece.amount);
    }
    years
}

/// The parts of a payout: each year's share over what was sold in it.
pub(crate) fn parts(payout: &Payout, pieces: &[Piece]) -> Vec<Part> {
    let mut sold: BTreeMap<&Place, Yen> = BTreeMap::new();
    for piece in pieces {
        let sum = sold.entry(&piece.place).or_default();
        *sum = sum.saturating_add(piece.amount);
    }
    payout.years.iter().flat_map(|share| of_year(payout, share, &sold)).collect()
}

fn of_year(payout: &Payout, share: &YearShare, sold: &BTreeMap<&Place, Yen>) -> Vec<Part> {
    let unknown = Place::unknown(share.year);
    let mut places: Vec<(&Place, Yen)> = sold
        .iter()
        .filter(|(place, _)| place.year == share.year)
        .map(|(place, yen)| (*place, *yen))
        .collect();
    if places.is_empty() {
        places.push((&unknown, Yen::ZERO));
    }
    let weights: Vec<i64> = places.iter().map(|(_, gross)| gross.get()).collect();
    let kept = if payout.gross_or_net == GrossOrNet::Net { share.fee } else { Yen::ZERO };
    let rest = share.gross.amount.saturating_sub(kept).saturating_sub(share.net);
    let (fees, rests) = (allocate(share.fee.get(), &weights), allocate(rest.get(), &weights));
    let part = |((place, gross), (fee, rest)): ((&Place, Yen), (i64, i64))| {
        let kept = if payout.gross_or_net == GrossOrNet::Net { fee } else { 0 };
        Part {
            year: place.year,
            account: place.account.clone(),
            revenue: place.revenue.clone(),
            section: place.section.clone(),
            gross,
            fee: Yen::new(fee),
            net: gross.saturating_sub(Yen::new(kept)).saturating_sub(Yen::new(rest)),
        }
    };
    places.into_iter().zip(fees.into_iter().zip(rests)).map(part).collect()
}
