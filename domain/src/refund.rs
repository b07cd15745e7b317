//! 戻出: through which books, and of which year, money goes back once its day is settled.
//!
//! The year always follows the original receipt. Until that year's accounts close (出納閉鎖, 31 May, 地方自治法235条の5) the money
//! comes out of the revenue that it went into, with a 減額調定 of the same amount; from the next day on that year is closed, and it
//! is an expenditure of the year in which it is paid back, whose revenue is not touched (`papers.md` C7 and section 4, `domain.md`
//! 3.5 with its sources A3 to A5; DESIGN 3.6).
//!
//! Invariants: pure, total, and no third lane. Before the settlement of its day there is nothing to give back through the books: the
//! counter voids the sale (取消, [`crate::command::Command::VoidSale`]), and that boundary is the settlement, not this function.
//! Not here: who may ask and who approves (the centre), the way by which the money travels.

use serde::{Deserialize, Serialize};

use crate::time::{CivilDate, FiscalYear};

/// The books through which money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "lane", rename_all = "snake_case")]
pub enum RefundLane {
    /// 戻出 from the revenue that it went into, with a 減額調定.
    FromRevenue {
        /// The year of the original receipt; its accounts are still open.
        year: FiscalYear,
    },
    /// 歳出 (償還金利子及び割引料): the accounts of the receipt's year are closed.
    AsExpenditure {
        /// The year in which the money is paid back.
        year: FiscalYear,
    },
}

impl RefundLane {
    /// The year whose books carry it.
    #[must_use]
    pub const fn year(self) -> FiscalYear {
        match self {
            Self::FromRevenue { year } | Self::AsExpenditure { year } => year,
        }
    }

    /// The word on papers, without the year.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::FromRevenue { .. } => "戻出（減額調定）",
            Self::AsExpenditure { .. } => "歳出・償還金利子及び割引料",
        }
    }

    /// Year and word: `令和7年度 戻出（減額調定）`.
    #[must_use]
    pub fn to_japanese(self) -> String {
        format!("{} {}", self.year().to_japanese(), self.label_ja())
    }
}

/// The books for money that was received on one day (領収日) and is given back on another.
#[must_use]
pub fn refund_lane(received_on: CivilDate, refunded_on: CivilDate) -> RefundLane {
    let year = received_on.fiscal_year();
    // A year at the end of the calendar has no closing date here and stays open.
    let closed = year.accounts_close().is_some_and(|last_day| refunded_on > last_day);
    if closed {
        RefundLane::AsExpenditure { year: refunded_on.fiscal_year() }
    } else {
        RefundLane::FromRevenue { year }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const R7: FiscalYear = FiscalYear(2025);
    const R8: FiscalYear = FiscalYear(2026);

    #[test]
    fn c7_the_lane_follows_the_year_of_the_receipt_until_its_accounts_close() {
        for (case, received_on, refunded_on, lane, words) in [
            (
                "C7 (1)",
                "2026-03-25",
                "2026-05-20",
                RefundLane::FromRevenue { year: R7 },
                "令和7年度 戻出（減額調定）",
            ),
            (
                "C7 (2)",
                "2026-03-25",
                "2026-06-03",
                RefundLane::AsExpenditure { year: R8 },
                "令和8年度 歳出・償還金利子及び割引料",
            ),
            (
                "C7 (3)",
                "2026-04-10",
                "2026-06-03",
                RefundLane::FromRevenue { year: R8 },
                "令和8年度 戻出（減額調定）",
            ),
            (
                "C7 (4), after the settlement of the day",
                "2026-07-10",
                "2026-07-10",
                RefundLane::FromRevenue { year: R8 },
                "令和8年度 戻出（減額調定）",
            ),
            (
                "the last day of the old year's accounts",
                "2026-03-31",
                "2026-05-31",
                RefundLane::FromRevenue { year: R7 },
                "令和7年度 戻出（減額調定）",
            ),
            (
                "the day after",
                "2026-03-31",
                "2026-06-01",
                RefundLane::AsExpenditure { year: R8 },
                "令和8年度 歳出・償還金利子及び割引料",
            ),
            (
                "two years later, in the months before April",
                "2024-07-01",
                "2026-02-01",
                RefundLane::AsExpenditure { year: R7 },
                "令和7年度 歳出・償還金利子及び割引料",
            ),
        ] {
            let found = refund_lane(received_on.parse().unwrap(), refunded_on.parse().unwrap());
            assert_eq!(found, lane, "{case}");
            assert_eq!(found.to_japanese(), words, "{case}");
        }
    }
}
