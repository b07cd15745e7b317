//! `/report`: the daily report of a day; yesterday unless another is asked for.
//!
//! Invariant: the figures are those of [`crate::jobs::report`], the same that CSV and JSON give; this page only dresses them.

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::time::CivilDate;
use serde::Deserialize;

use super::{
    records::Surroundings,
    report_view::{self, Frame},
};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::report,
    web::{failure::PageError, frame, view::shell::Section},
};

/// Which day.
#[derive(Debug, Deserialize)]
pub struct DayQuery {
    date: Option<String>,
}

/// `GET /`
pub async fn home() -> Redirect {
    Redirect::to("/report")
}

/// `GET /report?date=YYYY-MM-DD`. Without a day: "is yesterday whole?" (`papers.md` 5).
pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<DayQuery>,
) -> Result<Response, PageError> {
    let date = match query.date.as_deref() {
        None | Some("") => state.today().plus_days(-1),
        Some(text) => text.parse::<CivilDate>().map_err(|_| PageError::BadForm("date"))?,
    };
    let report = report::daily(&state, date).await?;
    let around = Surroundings::read(&state, date).await?;
    let made = Frame {
        shell: frame::shell(&state, Some(&user), Section::Report)?,
        reconciled_at: state.now().to_paper(),
        today: state.today(),
    };
    Ok(frame::page(&report_view::page(made, report, &around))?.into_response())
}

/// `GET /report/{day}`: the address that people type.
pub async fn at(Path(day): Path<String>) -> Result<Redirect, PageError> {
    let date: CivilDate = day.parse().map_err(|_| PageError::NotFound)?;
    Ok(Redirect::to(&format!("/report?date={date}")))
}
