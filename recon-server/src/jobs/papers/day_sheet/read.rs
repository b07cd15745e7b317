//! Reads what a day's sheet is made of.

use domain::{id::CounterId, time::CivilDate};
use store::{counters::CounterRow, refunds::RefundRow, reports::AttemptRow};

use super::{DaySheet, build, build::Parts};
use crate::{
    app::AppState,
    jobs::{
        JobError,
        month::{YearMonth, overpaid},
        papers::as_of_of_month,
        reconcile,
        report::{OpenUnknown, open_unknown},
    },
};

/// The paper of a day, of one counter or of all; none where there is no such counter.
///
/// # Errors
/// When the store fails or a stored result cannot be read.
pub async fn day_sheet(
    state: &AppState,
    date: CivilDate,
    counter: Option<&CounterId>,
    as_of: Option<CivilDate>,
) -> Result<Option<DaySheet>, JobError> {
    let month = YearMonth::of(date);
    let as_of = as_of_of_month(state, month, as_of);
    let current = reconcile::current(state, as_of).await?;
    let mut unit = state.store.snapshot().await?;
    let mine = |row: &CounterRow| counter.is_none_or(|wanted| row.counter == *wanted);
    let counters: Vec<CounterRow> = unit.counters(state.tenant()).await?.into_iter().filter(mine).collect();
    if counters.is_empty() && counter.is_some() {
        return Ok(None);
    }
    let ours = |id: &CounterId| counter.is_none_or(|wanted| id == wanted);
    let refunds = unit.refunds(state.tenant(), month.first(), date).await?;
    let refunds: Vec<RefundRow> =
        refunds.into_iter().filter(|row| row.is_approved() && ours(&row.counter)).collect();
    let days = unit.days(state.tenant(), date, date).await?;
    let unknowns = unit.open_unknowns(state.tenant()).await?;
    let unknown = |row: &AttemptRow| ours(&row.key.counter) && row.attempt.business_day <= date;
    let unknowns: Vec<OpenUnknown> =
        unknowns.iter().filter(|row| unknown(row)).map(|row| open_unknown(row, as_of)).collect();
    Ok(Some(build::sheet(Parts {
        tenant_name: state.config.tenant.name.clone(),
        date,
        counter: counter.cloned(),
        sales: unit.sales_booked(state.tenant(), date, date, counter).await?,
        days: days.into_iter().filter(|day| ours(&day.opening.key.counter)).collect(),
        recorded: &current.recorded,
        counters,
        refunds,
        unknowns,
        overpaid: overpaid(&mut *unit, state.tenant(), month.first()).await?,
    })))
}
