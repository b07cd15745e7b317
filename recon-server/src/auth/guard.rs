//! Guards around every page: cross-site posts are refused, and browsers are told to distrust everything but us.
//!
//! Invariants: a browser's unsafe request must come from our own origin (`Sec-Fetch-Site`, else `Origin` against `Host`); programs send
//! neither header and are held by their signatures. No inline script ever runs; no page is ever framed or cached.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use journal::wire::ProblemCode;

use crate::api::ApiProblem;

/// What a page may load: only our own files, no inline script.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Sets the headers on every answer; pages are not cached unless they say otherwise (assets do).
pub async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Refuses a browser's unsafe request from another site.
pub async fn cross_site_guard(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || same_site(&request) {
        return next.run(request).await;
    }
    ApiProblem::new(
        ProblemCode::Forbidden,
        "別のサイトから送られた操作は受け付けません。この画面を開き直してください。",
    )
    .into_response()
}

fn same_site(request: &Request) -> bool {
    let text = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == "same-origin" || site == "none",
        None => match text(header::ORIGIN) {
            None => true,
            Some(origin) => {
                let host = request.uri().authority().map(ToString::to_string);
                let host = host.or_else(|| text(header::HOST).map(ToOwned::to_owned));
                let named = origin.split_once("://").map(|(_, authority)| authority);
                named.is_some() && named == host.as_deref()
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn only_our_own_origin_may_post() {
        let cases: [(&[(&str, &str)], bool); 7] = [
            (&[], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://recon.test")], false),
            (&[("origin", "http://recon.test")], true),
            (&[("origin", "http://evil.test")], false),
            (&[("origin", "null")], false),
        ];
        for (headers, allowed) in cases {
            let mut request = Request::builder().method("POST").uri("/x").header("host", "recon.test");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            assert_eq!(same_site(&request.body(Body::empty()).unwrap()), allowed, "{headers:?}");
        }
    }
}
