//! Reads what a day's sheets are made of: once for a day, however many counters are asked for.

use std::sync::Arc;

use domain::{id::CounterId, time::CivilDate};
use store::{
    counters::CounterRow,
    refunds::RefundRow,
    reports::{AttemptRow, DayRow, SaleRow},
};

use super::{DaySheet, build, build::Parts};
use crate::{
    app::AppState,
    jobs::{
        JobError,
        month::{Overpaid, YearMonth, overpaid},
        papers::as_of_of_month,
        reconcile::{self, Recorded},
        refund::{Refund, all_with_lanes},
        report::{OpenUnknown, open_unknown},
        settled::Decisions,
    },
};

/// The paper of a day as it can be made now, of one counter or of all; none where there is no such counter.
///
/// # Errors
/// When the store fails or a stored result cannot be read.
pub async fn day_sheet_as_of(
    state: &AppState,
    date: CivilDate,
    counter: Option<&CounterId>,
    as_of: Option<CivilDate>,
) -> Result<Option<DaySheet>, JobError> {
    Ok(Day::read(state, date, counter, as_of).await?.sheet(counter))
}

/// Every paper of a day: of all counters together, and of each.
///
/// # Errors
/// As [`day_sheet_as_of`].
pub async fn day_sheets_as_of(
    state: &AppState,
    date: CivilDate,
    as_of: CivilDate,
) -> Result<Vec<DaySheet>, JobError> {
    let day = Day::read(state, date, None, Some(as_of)).await?;
    let counters = day.counters.iter().map(|row| Some(&row.counter));
    Ok(std::iter::once(None).chain(counters).filter_map(|counter| day.sheet(counter)).collect())
}

/// What is known of a day.
struct Day {
    tenant_name: String,
    date: CivilDate,
    as_of: CivilDate,
    recorded: Arc<Recorded>,
    counters: Vec<CounterRow>,
    refunds: Vec<Refund>,
    days: Vec<DayRow>,
    unknowns: Vec<AttemptRow>,
    sales: Vec<SaleRow>,
    overpaid: Vec<Overpaid>,
    decisions: Decisions,
}

impl Day {
    /// Reads a day; of one counter only its own sales.
    async fn read(
        state: &AppState,
        date: CivilDate,
        counter: Option<&CounterId>,
        as_of: Option<CivilDate>,
    ) -> Result<Self, JobError> {
        let month = YearMonth::of(date);
        let as_of = as_of_of_month(state, month, as_of);
        let recorded = reconcile::current(state, as_of).await?.recorded;
        let mut unit = state.store.snapshot().await?;
        let refunds = unit.refunds(state.tenant(), month.first(), date).await?;
        let refunds = refunds.into_iter().filter(RefundRow::is_approved);
        Ok(Self {
            tenant_name: state.config.tenant.name.clone(),
            date,
            as_of,
            recorded,
            counters: unit.counters(state.tenant()).await?,
            refunds: all_with_lanes(&mut *unit, state.tenant(), refunds).await?,
            days: unit.days(state.tenant(), date, date).await?,
            unknowns: unit.open_unknowns(state.tenant()).await?,
            sales: unit.sales_booked(state.tenant(), date, date, counter).await?,
            overpaid: overpaid(&mut *unit, state.tenant(), month.first()).await?,
            decisions: Decisions::of(&unit.controls(state.tenant()).await?)?,
        })
    }

    /// The paper of one counter or of all.
    fn sheet(&self, counter: Option<&CounterId>) -> Option<DaySheet> {
        let ours = |id: &CounterId| counter.is_none_or(|wanted| id == wanted);
        let counters: Vec<CounterRow> =
            self.counters.iter().filter(|row| ours(&row.counter)).cloned().collect();
        if counters.is_empty() && counter.is_some() {
            return None;
        }
        let unknown = |row: &&AttemptRow| ours(&row.key.counter) && row.attempt.business_day <= self.date;
        let unknowns: Vec<OpenUnknown> =
            self.unknowns.iter().filter(unknown).map(|row| open_unknown(row, self.as_of)).collect();
        Some(build::sheet(Parts {
            tenant_name: self.tenant_name.clone(),
            date: self.date,
            counter: counter.cloned(),
            sales: self.sales.iter().filter(|row| ours(&row.key.counter)).cloned().collect(),
            days: self.days.iter().filter(|day| ours(&day.opening.key.counter)).cloned().collect(),
            recorded: &self.recorded,
            counters,
            refunds: self.refunds.iter().filter(|refund| ours(&refund.row.counter)).cloned().collect(),
            unknowns,
            overpaid: self.overpaid.clone(),
            decisions: self.decisions.clone(),
        }))
    }
}
