//! What a terminal's daily log (日計) becomes: totals for the journal, or a sentence for the clerk.

use domain::{
    command::Command,
    id::{BrandCode, RouteId},
    settlement::{Tally, TerminalBrandTotal, TotalsSource},
};
use drivers::cat::{BrandTotal, DailyLogOutcome};

/// The command of a log that ended somehow.
pub(super) fn command(route: &RouteId, outcome: DailyLogOutcome) -> Command {
    match outcome {
        DailyLogOutcome::Totals(totals) => match brands(totals) {
            Some(first) => Command::RecordTerminalTotals {
                route: route.clone(),
                source: TotalsSource::Wire,
                first,
                second: Vec::new(),
            },
            None => {
                failure(route, "端末の日計に読めないブランドがあります。日計票を見て入れてください。".into())
            }
        },
        DailyLogOutcome::Refused(why) => failure(
            route,
            format!(
                "端末が日計を出しませんでした（{why}）。端末の画面を見て、もう一度読み取るか、日計票を見て入れてください。"
            ),
        ),
        DailyLogOutcome::Unknown(why) => failure(
            route,
            format!(
                "日計の読取が途中で切れました（{why}）。端末側は締まっている可能性があります。日計票を見て入れてください。"
            ),
        ),
    }
}

/// The command where the journal did not take the totals.
pub(super) fn not_recorded(route: &RouteId) -> Command {
    failure(route, "端末の日計を記録できませんでした。日計票を見て入れてください。".into())
}

/// The command for an operator in the network, which is never asked.
pub(super) fn on_its_own_screen(route: &RouteId) -> Command {
    failure(route, "決済会社の管理画面で当日の合計を見て、入れてください。".into())
}

fn failure(route: &RouteId, reason: String) -> Command {
    Command::RecordTerminalTotalsFailure { route: route.clone(), reason }
}

fn brands(totals: Vec<BrandTotal>) -> Option<Vec<TerminalBrandTotal>> {
    totals
        .into_iter()
        .map(|total| {
            let brand: BrandCode = total.brand.parse().ok()?;
            Some(TerminalBrandTotal { brand, tally: Tally { count: total.count, amount: total.amount } })
        })
        .collect()
}
