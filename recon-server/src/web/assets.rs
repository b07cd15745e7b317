//! The style sheet and the mark, compiled in.
//!
//! Invariant: an asset is cached for a day and checked by its digest afterwards, so that a new program never wears old clothes for long.

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::failure::PageError;

/// Name, content type, bytes.
const ASSETS: [(&str, &str, &str); 3] = [
    ("centre.css", "text/css; charset=utf-8", include_str!("../../assets/centre.css")),
    ("papers.css", "text/css; charset=utf-8", include_str!("../../assets/papers.css")),
    ("mark.svg", "image/svg+xml", include_str!("../../assets/mark.svg")),
];
/// How long a browser may use an asset without asking.
const CACHE_CONTROL: &str = "public, max-age=3600, must-revalidate";

/// `GET /assets/{name}`
pub async fn get(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, PageError> {
    let found = ASSETS.into_iter().find(|(known, ..)| *known == name);
    let Some((_, kind, text)) = found else { return Err(PageError::NotFound) };
    let tag = format!("\"{}\"", formats::sha256_hex(text.as_bytes()));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let fresh = known == Some(tag.as_str());
    let head = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CACHE_CONTROL, CACHE_CONTROL.to_owned()),
        (header::ETAG, tag),
    ];
    Ok(if fresh { (StatusCode::NOT_MODIFIED, head).into_response() } else { (head, text).into_response() })
}
