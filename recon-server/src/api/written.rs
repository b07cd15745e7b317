//! A report on its way out: JSON, a CSV file in the wanted encoding, or a workbook.
//!
//! Invariant: a character that the encoding does not have is a refusal that names it, never a `?` in a file.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::time::CivilDate;
use formats::csv_out::{CannotWrite, CsvEncoding};
use journal::wire::ProblemCode;
use serde::Deserialize;

use super::ApiProblem;
use crate::{app::AppState, jobs::JobError};

/// Media type of a workbook.
pub const KIND_XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

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
    /// Excel workbook
    Xlsx,
}

/// A day to stand on that is not after today: every other day makes a run of its own, and a future day is known to nobody.
pub fn until_today(state: &AppState, as_of: Option<CivilDate>) -> Option<CivilDate> {
    as_of.map(|day| day.min(state.today()))
}

/// The report in the wanted form; a file is named `stem` and its ending.
pub fn respond(
    format: ReportFormat,
    stem: &str,
    json: impl FnOnce() -> Result<String, JobError>,
    csv: impl FnOnce(CsvEncoding) -> Result<Vec<u8>, CannotWrite>,
    xlsx: impl FnOnce() -> Result<Vec<u8>, documents::CannotWrite>,
) -> Result<Response, ApiProblem> {
    let encoding = match format {
        ReportFormat::Json => {
            let json = json().map_err(|error| ApiProblem::fault("write JSON", &error))?;
            return Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response());
        }
        ReportFormat::Xlsx => {
            let bytes =
                xlsx().map_err(|error| ApiProblem::new(ProblemCode::BadRequest, error.to_string()))?;
            return Ok(file(&format!("{stem}.xlsx"), KIND_XLSX, bytes));
        }
        ReportFormat::Csv => CsvEncoding::Utf8Bom,
        ReportFormat::CsvCp932 => CsvEncoding::Cp932,
    };
    let bytes = csv(encoding).map_err(|error| ApiProblem::new(ProblemCode::BadRequest, error.to_string()))?;
    let kind = match encoding {
        CsvEncoding::Utf8Bom => "text/csv; charset=utf-8",
        CsvEncoding::Cp932 => "text/csv; charset=windows-31j",
    };
    Ok(file(&format!("{stem}.csv"), kind, bytes))
}

/// A file for the browser to keep.
pub fn file(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
