//! `/month`: the monthly report, and the days and sales behind each of its numbers.
//!
//! Invariants: the figures are those of [`crate::jobs::month`], the same that CSV and JSON give; without a month asked for, the newest
//! that has a business day is shown, so that an archive opens where it ends.

mod behind;
mod fee_alarms;
mod month_view;

use std::collections::BTreeSet;

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::time::CivilDate;
use serde::Deserialize;

pub use behind::show as behind;

use self::month_view::{Frame, Sales};
use super::{
    day_and_time,
    download::{self, Format},
    records::Surroundings,
};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{
        month::{self, MonthlyReport, YearMonth},
        papers::excel,
        period,
    },
    web::{failure::PageError, frame, view::shell::Section},
};

/// Which month.
#[derive(Debug, Deserialize)]
pub struct MonthQuery {
    month: Option<String>,
}

/// As what, and as seen on which day.
#[derive(Debug, Deserialize)]
pub struct ShowQuery {
    format: Option<Format>,
    as_of: Option<CivilDate>,
}

/// `GET /month?month=YYYY-MM`: to the month's own address.
pub async fn find(
    State(state): State<AppState>,
    _user: CurrentUser,
    Query(query): Query<MonthQuery>,
) -> Result<Redirect, PageError> {
    let month = match query.month.as_deref() {
        None | Some("") => newest(&state).await?,
        Some(text) => text.parse().map_err(|_| PageError::BadForm("month"))?,
    };
    Ok(Redirect::to(&format!("/month/{month}")))
}

/// The newest month in which a counter opened.
async fn newest(state: &AppState) -> Result<YearMonth, PageError> {
    let deliveries = state.store.snapshot().await?.deliveries(state.tenant()).await?;
    let day = deliveries.iter().filter_map(|row| row.last_opened_day).max();
    Ok(YearMonth::of(day.unwrap_or_else(|| state.today())))
}

/// `GET /month/{month}?format=&as_of=`
pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(month): Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<Response, PageError> {
    let month: YearMonth = month.parse().map_err(|_| PageError::NotFound)?;
    let report = month::monthly_or_signed(&state, month, query.as_of).await?;
    if let Some(format) = query.format {
        let csv = |encoding| month::to_csv(&report, encoding);
        let xlsx = || excel::to_xlsx(&month::tables(&report), &report.tenant_name, month.last());
        return download::file(&format!("month-{month}"), format, csv, || month::to_json(&report), xlsx);
    }
    let exceptions: Vec<_> = report.exceptions.iter().map(|one| &one.exception).collect();
    let around = Surroundings::of_exceptions(&state, (month.first(), month.last()), &exceptions).await?;
    let sales = sales(&state, &report).await?;
    let address =
        query.as_of.map_or_else(|| format!("/month/{month}"), |day| format!("/month/{month}?as_of={day}"));
    let signed = if query.as_of.is_none() { signed(&state, month).await? } else { None };
    let made = Frame {
        shell: frame::shell(&state, Some(&user), Section::Month)?,
        today: state.today(),
        downloads: download::links(&address),
        fee_alarms: fee_alarms::of_month(&state, &report, signed.is_some()).await?,
        signed,
    };
    Ok(frame::page(&month_view::page(made, &report, &around, &sales))?.into_response())
}

/// Receipt numbers of the few sales that the page names one by one.
async fn sales(state: &AppState, report: &MonthlyReport) -> Result<Sales, PageError> {
    let late = report.late.iter().map(|line| line.late.sale.clone());
    let wanted: BTreeSet<String> = late.chain(report.refunds.iter().map(|line| line.sale.clone())).collect();
    let mut unit = state.store.snapshot().await?;
    let mut found = Sales::new();
    for sale in wanted {
        let Ok(id) = sale.parse() else { continue };
        if let Some(detail) = unit.sale(state.tenant(), id).await? {
            found.insert(sale, detail.row.sale.receipt_number.to_string());
        }
    }
    Ok(found)
}

/// Who signed the month, when, and what follows from it.
async fn signed(state: &AppState, month: YearMonth) -> Result<Option<String>, PageError> {
    let lock = period::lock_of(state, month).await?;
    Ok(lock.map(|lock| {
        format!(
            "{}に{}が締めました（照合{}）。締めたときのまま表示しています。あとの訂正は、次の月に出ます。",
            day_and_time(lock.at),
            lock.actor,
            lock.run
        )
    }))
}
