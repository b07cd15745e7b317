//! Reports for programs: JSON or CSV, behind a login.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::time::CivilDate;
use formats::csv_out::CsvEncoding;
use journal::wire::ProblemCode;
use serde::Deserialize;

use super::ApiProblem;
use crate::{app::AppState, auth::CurrentUser, jobs::report};

/// Path of the daily report.
pub const PATH_DAILY_REPORT: &str = "/api/v1/reports/daily";

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportFormat {
    /// JSON
    #[default]
    Json,
    /// CSV, UTF-8 with a byte order mark
    Csv,
    /// CSV, CP932
    CsvCp932,
}

/// Which report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyQuery {
    date: CivilDate,
    #[serde(default)]
    format: ReportFormat,
}

/// `GET /api/v1/reports/daily?date=YYYY-MM-DD&format=json|csv|csv_cp932`
pub async fn daily(
    State(state): State<AppState>,
    _current: CurrentUser,
    query: Result<Query<DailyQuery>, QueryRejection>,
) -> Result<Response, ApiProblem> {
    let Query(query) = query.map_err(|_| {
        let detail = "date=YYYY-MM-DD と format=json、csv、csv_cp932 のどれかを指定してください。";
        ApiProblem::new(ProblemCode::BadRequest, detail)
    })?;
    let report = report::daily(&state, query.date)
        .await
        .map_err(|error| ApiProblem::fault("make a daily report", &error))?;
    let encoding = match query.format {
        ReportFormat::Json => {
            let json = report::to_json(&report).map_err(|error| ApiProblem::fault("write JSON", &error))?;
            return Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response());
        }
        ReportFormat::Csv => CsvEncoding::Utf8Bom,
        ReportFormat::CsvCp932 => CsvEncoding::Cp932,
    };
    let csv = report::to_csv(&report, encoding)
        .map_err(|error| ApiProblem::new(ProblemCode::BadRequest, error.to_string()))?;
    Ok(csv_response(query.date, encoding, csv))
}

/// A CSV file for the browser to keep.
fn csv_response(date: CivilDate, encoding: CsvEncoding, csv: Vec<u8>) -> Response {
    let kind = match encoding {
        CsvEncoding::Utf8Bom => "text/csv; charset=utf-8",
        CsvEncoding::Cp932 => "text/csv; charset=windows-31j",
    };
    let mut response = ([(header::CONTENT_TYPE, kind)], csv).into_response();
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"daily-{date}.csv\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
