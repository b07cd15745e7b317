//! The style sheet, the script and the mark, built into the program: the counter needs no file beside it and no line outside.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

const CSS: &str = include_str!("../../assets/madoguchi.css");
const SCRIPT: &str = include_str!("../../assets/madoguchi.js");
const MARK: &str = include_str!("../../assets/mark.svg");
/// A new version of the program must show its own style at once; within a minute nothing is asked twice.
const CACHE: &str = "max-age=60";

pub(super) async fn serve(Path(file): Path<String>) -> Response {
    let (kind, text) = match file.as_str() {
        "madoguchi.css" => ("text/css; charset=utf-8", CSS),
        "madoguchi.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "mark.svg" => ("image/svg+xml", MARK),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHE)], text).into_response()
}
