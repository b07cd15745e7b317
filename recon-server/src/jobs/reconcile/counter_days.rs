//! How far each counter's days have come: the reason why a day cannot be green yet.
//!
//! Invariant: delivered only when the close is here; one open cut holds the whole day open; 休業 is entered, never inferred (DESIGN 3.9).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{CounterId, TenantId},
    time::CivilDate,
};
use engine::facts::{CounterDay, CounterDayState};
use store::{UnitOfWork, counters::CounterRow, reports::DayRow};

use crate::jobs::JobError;

/// The state of every enrolled counter on every day since its first enrolment.
pub async fn read(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    counters: &[CounterRow],
    days: &[DayRow],
    from: CivilDate,
    to: CivilDate,
) -> Result<Vec<CounterDay>, JobError> {
    let holidays = unit.counter_holidays(tenant, from, to).await?;
    let holidays: BTreeSet<(CounterId, CivilDate)> =
        holidays.into_iter().filter(|row| row.closed).map(|row| (row.counter, row.day)).collect();
    let mut states = BTreeMap::new();
    for day in days {
        let state = if day.closing.is_some() { CounterDayState::Delivered } else { CounterDayState::Open };
        let key = (day.opening.key.counter.clone(), day.opening.fact.date);
        // One open cut holds the whole day open.
        states.entry(key).and_modify(|known| *known = worse(*known, state)).or_insert(state);
    }
    let mut result = Vec::new();
    for counter in counters {
        let incarnations = unit.incarnations(tenant, &counter.counter).await?;
        let Some(first) = incarnations.first() else { continue };
        let mut day = first.granted_at.date().max(from);
        while day <= to {
            let key = (counter.counter.clone(), day);
            let silent =
                if holidays.contains(&key) { CounterDayState::Holiday } else { CounterDayState::NoReport };
            let state = states.get(&key).copied().unwrap_or(silent);
            result.push(CounterDay { counter: key.0, business_day: day, state });
            day = day.plus_days(1);
        }
    }
    Ok(result)
}

fn worse(left: CounterDayState, right: CounterDayState) -> CounterDayState {
    if left == CounterDayState::Open { left } else { right }
}
