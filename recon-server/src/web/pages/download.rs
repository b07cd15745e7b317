//! The same value as a file: CSV in both encodings and JSON, from the address of its page with `?format=`.
//!
//! Invariant: a character that CP932 does not have is named, never replaced.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use formats::csv_out::{CannotWrite, CsvEncoding};
use journal::wire::ProblemCode;
use serde::Deserialize;

use crate::{
    api::ApiProblem,
    jobs::JobError,
    web::{failure::PageError, view::words::Link},
};

/// As what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// CSV, UTF-8 with a byte order mark
    Csv,
    /// CSV, CP932
    CsvCp932,
    /// JSON
    Json,
}

/// The value as a file of this name, without its ending.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn file(
    name: &str,
    format: Format,
    csv: impl FnOnce(CsvEncoding) -> Result<Vec<u8>, CannotWrite>,
    json: impl FnOnce() -> Result<String, JobError>,
) -> Result<Response, PageError> {
    let (kind, ending, written) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv", csv(CsvEncoding::Utf8Bom)),
        Format::CsvCp932 => ("text/csv; charset=windows-31j", "csv", csv(CsvEncoding::Cp932)),
        Format::Json => ("application/json", "json", Ok(json()?.into_bytes())),
    };
    let bytes = match written {
        Ok(bytes) => bytes,
        Err(error) => {
            return Ok(ApiProblem::new(ProblemCode::BadRequest, error.to_string()).into_response());
        }
    };
    let mut response = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{ending}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Links to the three files of a page.
pub fn links(address: &str) -> Vec<Link> {
    let join = if address.contains('?') { '&' } else { '?' };
    [("CSV（UTF-8）", "csv"), ("CSV（CP932）", "csv_cp932"), ("JSON", "json")]
        .map(|(words, format)| Link::new(words, format!("{address}{join}format={format}")))
        .to_vec()
}
