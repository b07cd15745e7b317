//! Contracts whose fee rule has to be looked at, on the page of a month (手数料の決まり, reconciliation.md 5.6).
//!
//! Invariants: computed for the page and part of no report, so that a month that is signed stays what was signed; an open month tells of
//! every rule that stopped explaining up to its end, a signed one only of its own closings and as of today. Not here: the inference
//! ([`crate::jobs::fees`]), the block on the 照合書 (`papers::fees`).

use domain::time::CivilDate;

use crate::{
    app::AppState,
    jobs::{
        fees::{self, ContractFees, Standing},
        month::{MonthlyReport, YearMonth},
    },
    web::{
        failure::PageError,
        view::{
            month::FeeAlarm,
            words::{Link, short_date},
        },
    },
};

/// The alarms of a month.
pub async fn of_month(
    state: &AppState,
    report: &MonthlyReport,
    signed: bool,
) -> Result<Vec<FeeAlarm>, PageError> {
    let as_of = if signed { state.today() } else { report.as_of };
    let rules = fees::fee_rules(state, as_of).await?;
    Ok(rules
        .contracts
        .iter()
        .filter(|one| concerns(one, report.month, signed))
        .map(|one| alarm(one, report, as_of))
        .collect())
}

/// Whether a month has to tell of a rule.
fn concerns(found: &ContractFees, month: YearMonth, signed: bool) -> bool {
    match (found.standing, &found.stopped_at) {
        (Standing::Stops, Some(at)) if signed => month.holds(at.closing),
        (Standing::Stops, Some(at)) => at.closing <= month.last(),
        (Standing::Stops, None) | (Standing::AnotherRule, _) => !signed,
        (Standing::Explained | Standing::CannotTell | Standing::NothingToSee, _) => false,
    }
}

/// The alarm, with the closing where it stops, else the last one of the month: as of a day, because the 照合書 of a signed month is shown
/// as it was signed, without what is known of the rule.
fn alarm(found: &ContractFees, report: &MonthlyReport, as_of: CivilDate) -> FeeAlarm {
    let contract = &found.inference.contract;
    let of_month = report.contracts.iter().filter(|one| one.contract == *contract);
    let last = of_month.flat_map(|one| &one.sheets).map(|sheet| sheet.to).max();
    let closing = found.stopped_at.as_ref().map(|at| at.closing).or(last);
    FeeAlarm {
        text: found.inference.paragraph_ja.clone(),
        sheet: closing.map(|to| {
            let words = format!("{} {}締めの照合書", found.label_ja, short_date(to));
            Link::new(words, format!("/papers/contract/{contract}/{to}?as_of={as_of}"))
        }),
    }
}
