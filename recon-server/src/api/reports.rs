//! Reports for programs: the day and the month as JSON, CSV or a workbook, behind a login. The four papers: [`super::papers`].

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    response::Response,
};
use domain::time::CivilDate;
use journal::wire::ProblemCode;
use serde::Deserialize;

use super::{
    ApiProblem,
    written::{ReportFormat, respond, until_today},
};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{month, papers::excel, report},
};

/// Path of the daily report.
pub const PATH_DAILY_REPORT: &str = "/api/v1/reports/daily";
/// Path of the monthly report.
pub const PATH_MONTHLY_REPORT: &str = "/api/v1/reports/monthly/{month}";

/// Which day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyQuery {
    date: CivilDate,
    as_of: Option<CivilDate>,
    #[serde(default)]
    format: ReportFormat,
}

/// How the month is looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthlyQuery {
    as_of: Option<CivilDate>,
    #[serde(default)]
    format: ReportFormat,
}

/// `GET /api/v1/reports/daily?date=YYYY-MM-DD&as_of=YYYY-MM-DD&format=json|csv|csv_cp932|xlsx`
pub async fn daily(
    State(state): State<AppState>,
    _current: CurrentUser,
    query: Result<Query<DailyQuery>, QueryRejection>,
) -> Result<Response, ApiProblem> {
    let Query(query) = query.map_err(|_| {
        let detail = "date=YYYY-MM-DD と format=json、csv、csv_cp932、xlsx のどれかを指定してください。";
        ApiProblem::new(ProblemCode::BadRequest, detail)
    })?;
    let report = report::daily_or_signed(&state, query.date, until_today(&state, query.as_of))
        .await
        .map_err(|error| ApiProblem::fault("make a daily report", &error))?;
    respond(
        query.format,
        &format!("daily-{}", query.date),
        || report::to_json(&report),
        |encoding| report::to_csv(&report, encoding),
        || excel::to_xlsx(&report::tables(&report), &report.tenant_name, report.date),
    )
}

/// `GET /api/v1/reports/monthly/YYYY-MM?as_of=YYYY-MM-DD&format=json|csv|csv_cp932|xlsx`
pub async fn monthly(
    State(state): State<AppState>,
    _current: CurrentUser,
    Path(month): Path<String>,
    query: Result<Query<MonthlyQuery>, QueryRejection>,
) -> Result<Response, ApiProblem> {
    let month: month::YearMonth = month
        .parse()
        .map_err(|error: month::NotAMonth| ApiProblem::new(ProblemCode::BadRequest, error.to_string()))?;
    let Query(query) = query.map_err(|_| {
        let detail = "as_of=YYYY-MM-DD と format=json、csv、csv_cp932、xlsx のどれかを指定してください。";
        ApiProblem::new(ProblemCode::BadRequest, detail)
    })?;
    let report = month::monthly_or_signed(&state, month, until_today(&state, query.as_of))
        .await
        .map_err(|error| ApiProblem::fault("make a monthly report", &error))?;
    respond(
        query.format,
        &format!("monthly-{month}"),
        || month::to_json(&report),
        |encoding| month::to_csv(&report, encoding),
        || excel::to_xlsx(&month::tables(&report), &report.tenant_name, month.last()),
    )
}
