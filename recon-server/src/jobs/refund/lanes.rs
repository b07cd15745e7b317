//! The lanes of a refund: 戻出 or 歳出, of which year, with the yen of each.
//!
//! Invariants: every line goes by the day that its own rule names (施行令142条, papers.md C7), so a refund of lines of several years has
//! several lanes; they add up to the refund; a part of a sale is shared over the very parts that the books share it over
//! ([`place`]), so that screens, papers, finance file and postings say the same yen. This is the only room where it is decided.
//! Not here: the rule of one day ([`domain::refund`]), the postings (crate `engine`).

use std::collections::BTreeMap;

use domain::{
    money::Yen,
    refund::{RefundLane, refund_lane},
    sale::Line,
    time::{CivilDate, FiscalYear},
};
use engine::allocate::allocate;
use serde::{Deserialize, Serialize};
use store::refunds::RefundRow;

use crate::jobs::reconcile::{Place, place};

/// What a refund gives back in one lane.
#[derive(Debug, PartialEq, Eq)]
pub struct Back<'a> {
    /// The books, with the year.
    pub lane: RefundLane,
    /// Yen, positive.
    pub amount: Yen,
    /// The lines of the sale that it gives back; none where nothing is known of the sale.
    pub lines: Vec<&'a Line>,
}

/// A refund by lanes.
#[derive(Debug, PartialEq, Eq)]
pub struct Divided<'a> {
    /// Oldest year first; they add up to the refund.
    pub backs: Vec<Back<'a>>,
    /// Only a part of a sale of several lanes goes back, and nobody has said of which lines: its yen are shared by largest remainder.
    pub shared: bool,
}

/// Divides a refund over the lanes of its sale's lines; a sale of which nothing is known goes by 領収日.
pub fn divide<'a>(refund: &RefundRow, lines: &'a [Line]) -> Divided<'a> {
    let lane =
        |own: Option<CivilDate>| refund_lane(own.unwrap_or(refund.original_payment_date), refund.refunded_on);
    let mut parts: BTreeMap<Place<'a>, Vec<&'a Line>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.amount != Yen::ZERO) {
        parts.entry(place(line)).or_default().push(line);
    }
    if parts.is_empty() || refund.amount == Yen::ZERO {
        let only = Back { lane: lane(None), amount: refund.amount, lines: Vec::new() };
        return Divided { backs: vec![only], shared: false };
    }
    let sum = |lines: &Vec<&Line>| lines.iter().fold(Yen::ZERO, |sum, line| sum.saturating_add(line.amount));
    let weights: Vec<i64> = parts.values().map(|lines| sum(lines).get()).collect();
    let taken = parts.values().map(sum).fold(Yen::ZERO, Yen::saturating_add);
    let shares = allocate(refund.amount.get(), &weights);
    let mut backs: BTreeMap<(FiscalYear, bool), Back<'a>> = BTreeMap::new();
    for ((place, lines), share) in parts.into_iter().zip(shares) {
        let lane = lane(place.year_date);
        let key = (lane.year(), matches!(lane, RefundLane::AsExpenditure { .. }));
        let back = backs.entry(key).or_insert(Back { lane, amount: Yen::ZERO, lines: Vec::new() });
        if share != 0 {
            back.amount = back.amount.saturating_add(Yen::new(share));
            back.lines.extend(lines);
        }
    }
    let shared = backs.len() > 1 && taken != refund.amount;
    backs.retain(|_, back| back.amount != Yen::ZERO);
    Divided { backs: backs.into_values().collect(), shared }
}

/// What of a refund goes through one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneYen {
    /// The books, with the year.
    pub lane: RefundLane,
    /// Yen, positive.
    pub amount: Yen,
}

/// The lanes of a refund as screens, papers and files keep them. Flattened into its refund: `lane` where there is one, as documents that were
/// signed before know it, else `lanes` and `shared`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Lanes {
    /// All of it goes through one lane.
    One {
        /// The books, with the year.
        lane: RefundLane,
    },
    /// Its lines go through several, or a part of it was shared.
    Several {
        /// Oldest year first; they add up to the refund.
        lanes: Vec<LaneYen>,
        /// The yen are shared by largest remainder, and a person looks.
        shared: bool,
    },
}

impl Lanes {
    /// The lanes of a refund of a sale with these lines.
    #[must_use]
    pub fn of(refund: &RefundRow, lines: &[Line]) -> Self {
        let divided = divide(refund, lines);
        match divided.backs.as_slice() {
            [only] if !divided.shared => Self::One { lane: only.lane },
            backs => {
                let yen = |back: &Back<'_>| LaneYen { lane: back.lane, amount: back.amount };
                Self::Several { lanes: backs.iter().map(yen).collect(), shared: divided.shared }
            }
        }
    }

    /// What of the refund is an expenditure, its year's accounts being closed. Yen, positive.
    #[must_use]
    pub fn expenditure(&self, refund: Yen) -> Yen {
        let is_expenditure = |lane: &RefundLane| matches!(lane, RefundLane::AsExpenditure { .. });
        match self {
            Self::One { lane } if is_expenditure(lane) => refund,
            Self::One { .. } => Yen::ZERO,
            Self::Several { lanes, .. } => lanes
                .iter()
                .filter(|part| is_expenditure(&part.lane))
                .fold(Yen::ZERO, |sum, part| sum.saturating_add(part.amount)),
        }
    }

    /// Whether its yen were shared over several lanes, so that a person looks.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Several { shared: true, .. })
    }

    /// `令和8年度 戻出（減額調定）`; of several each with its yen.
    #[must_use]
    pub fn to_japanese(&self) -> String {
        match self {
            Self::One { lane } => lane.to_japanese(),
            Self::Several { lanes, shared } => {
                let words = |part: &LaneYen| format!("{} {}円", part.lane.to_japanese(), part.amount);
                let said = lanes.iter().map(words).collect::<Vec<_>>().join("、");
                let look = if *shared { "（年度別の額は按分のため要確認）" } else { "" };
                format!("{said}{look}")
            }
        }
    }
}

/// What of a sale belongs to one fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaleYear {
    /// A day of that year which decides it.
    pub day: CivilDate,
    /// Yen.
    pub amount: Yen,
}

/// The fiscal years of a sale by the rules of its lines, oldest first, never none.
#[must_use]
pub fn years_of_sale(lines: &[Line], payment_date: CivilDate) -> Vec<SaleYear> {
    let mut years: BTreeMap<FiscalYear, SaleYear> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.amount != Yen::ZERO) {
        let day = line.year_rule.year_date().unwrap_or(payment_date);
        let year = years.entry(day.fiscal_year()).or_insert(SaleYear { day, amount: Yen::ZERO });
        year.amount = year.amount.saturating_add(line.amount);
    }
    if years.is_empty() {
        return vec![SaleYear { day: payment_date, amount: Yen::ZERO }];
    }
    years.into_values().collect()
}

#[cfg(test)]
mod tests;
