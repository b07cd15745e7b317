//! The four papers that an officer signs (papers.md 1): 収納日計表, キャッシュレス収納内訳, 照合書, 入金予定・未入金一覧.
//!
//! Each paper is a value of its own (JSON) that lays itself out once as a [`PaperTable`]; screen, text and CSV (UTF-8 with BOM, CP932)
//! are made of that table, so that they cannot differ. Invariants: sums come from the value, never from a layout; amounts are whole yen;
//! a gap in receipt numbers, a difference or a missing file is written out, never left blank; nothing that differs between two looks at
//! the same facts (number of a run, wall clock) stands on a paper.

pub mod cashless;
pub mod contract_sheet;
pub mod day_sheet;
pub mod deposits;
pub mod excel;
pub mod render;
mod signed;
pub mod table;
pub mod terms;

#[cfg(test)]
pub(in crate::jobs) mod samples;

use domain::time::CivilDate;

pub use cashless::{CashlessPaper, cashless_as_of};
pub use contract_sheet::{SheetPaper, contract_sheet_as_of};
pub use day_sheet::{DaySheet, day_sheet_as_of, day_sheets_as_of};
pub use deposits::{DepositList, deposits_as_of};
pub use signed::{cashless, contract_sheet, day_sheet, deposits};
pub use table::PaperTable;

use super::{month::YearMonth, reconcile::RECORDED_DAYS};
use crate::app::AppState;

/// The day on which a month's run stands: as asked for, else today; never later than the last day on which a run still records the
/// whole month, because a month without its first days would be a wrong sum.
#[must_use]
pub fn as_of_of_month(state: &AppState, month: YearMonth, asked: Option<CivilDate>) -> CivilDate {
    asked.unwrap_or_else(|| state.today()).min(month.first().plus_days(RECORDED_DAYS))
}

/// `令和8年7月1日から7月31日`
fn period(from: CivilDate, to: CivilDate) -> String {
    if from == to {
        return from.to_japanese();
    }
    format!("{}から{}まで", from.to_japanese(), to.to_japanese())
}
