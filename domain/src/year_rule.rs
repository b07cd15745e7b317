//! 会計年度所属: by which day the fiscal year of a class of revenue goes (地方自治法施行令142条).
//!
//! Invariants: every fee that is paid on the spot goes by 領収日, which is the default and is not written, so that entries of such items
//! are the same bytes as before; any other rule carries its day or year by value, because a journal is read when the notice and the
//! budget behind it are long forgotten. Not here: 過年度収入 after the closing of the accounts (crate `engine`, `years`).

use serde::{Deserialize, Serialize};

use crate::time::{CivilDate, FiscalYear};

/// The rule of a class of revenue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum YearRule {
    /// 領収日: revenue as it comes, without a notice (142条1項3号).
    #[default]
    PaymentDate,
    /// 通知書等を発した日: revenue as it comes, of which a notice was issued (142条1項2号).
    NoticeIssued {
        /// The day on which it was issued.
        on: CivilDate,
    },
    /// 納期の末日: revenue with a fixed term of payment (142条1項1号).
    TermEnds {
        /// The last day of the term as it was set, not moved by a holiday.
        on: CivilDate,
    },
    /// 計上した予算の年度, or of 督促手数料・延滞金 the year of what they belong to (142条1項3号ただし書, 同条3項).
    BudgetOf {
        /// That year.
        year: FiscalYear,
    },
}

impl YearRule {
    /// Whether it goes by 領収日.
    #[must_use]
    pub const fn is_payment_date(&self) -> bool {
        matches!(self, Self::PaymentDate)
    }

    /// The day that decides the year; none where it is 領収日.
    #[must_use]
    pub fn year_date(self) -> Option<CivilDate> {
        match self {
            Self::PaymentDate => None,
            Self::NoticeIssued { on } | Self::TermEnds { on } => Some(on),
            Self::BudgetOf { year } => year.first_day(),
        }
    }

    /// The fiscal year of what was paid on a day.
    #[must_use]
    pub fn year(self, payment_date: CivilDate) -> FiscalYear {
        match self {
            Self::BudgetOf { year } => year,
            _ => self.year_date().unwrap_or(payment_date).fiscal_year(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 地方自治法施行令142条, number by number, for money that is paid on 2 April 2026.
    #[test]
    fn each_class_of_revenue_has_its_year() {
        let day = |text: &str| text.parse::<CivilDate>().unwrap();
        for (case, rule, year) in [
            ("1項3号", YearRule::PaymentDate, 2026),
            ("1項2号", YearRule::NoticeIssued { on: day("2026-03-25") }, 2025),
            ("1項2号", YearRule::NoticeIssued { on: day("2026-04-01") }, 2026),
            ("1項1号", YearRule::TermEnds { on: day("2026-03-31") }, 2025),
            ("1項3号ただし書", YearRule::BudgetOf { year: FiscalYear(2025) }, 2025),
        ] {
            assert_eq!(rule.year(day("2026-04-02")), FiscalYear(year), "{case}");
            let by_date = rule.year_date().unwrap_or(day("2026-04-02")).fiscal_year();
            assert_eq!(by_date, FiscalYear(year), "{case}");
        }
    }
}
