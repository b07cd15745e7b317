//! The same value as a file: Excel, CSV in both encodings and JSON, from the address of its page with `?format=`.
//!
//! Invariant: a character that CP932 does not have is named, never replaced.

use axum::response::{IntoResponse, Response};
use formats::csv_out::{CannotWrite, CsvEncoding};
use journal::wire::ProblemCode;
use serde::Deserialize;

use crate::{
    api::{self, ApiProblem},
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
    /// Excel workbook
    Xlsx,
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
    xlsx: impl FnOnce() -> Result<Vec<u8>, documents::CannotWrite>,
) -> Result<Response, PageError> {
    let refused = |why: String| ApiProblem::new(ProblemCode::BadRequest, why).into_response();
    let (kind, ending, written) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv", written(csv(CsvEncoding::Utf8Bom))),
        Format::CsvCp932 => ("text/csv; charset=windows-31j", "csv", written(csv(CsvEncoding::Cp932))),
        Format::Json => ("application/json", "json", Ok(json()?.into_bytes())),
        Format::Xlsx => (api::KIND_XLSX, "xlsx", written(xlsx())),
    };
    Ok(written.map_or_else(refused, |bytes| api::file(&format!("{name}.{ending}"), kind, bytes)))
}

/// The bytes, or why there are none.
fn written<E: std::fmt::Display>(result: Result<Vec<u8>, E>) -> Result<Vec<u8>, String> {
    result.map_err(|error| error.to_string())
}

/// Links to the files of a page.
pub fn links(address: &str) -> Vec<Link> {
    let join = if address.contains('?') { '&' } else { '?' };
    [("Excel", "xlsx"), ("CSV（UTF-8）", "csv"), ("CSV（CP932）", "csv_cp932"), ("JSON", "json")]
        .map(|(words, format)| Link::new(words, format!("{address}{join}format={format}")))
        .to_vec()
}
