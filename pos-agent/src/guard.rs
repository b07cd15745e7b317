//! Who may speak to the counter's page: the browser on this machine, from the page itself.
//!
//! Invariants: a `Host` other than the loopback names is refused (a name that an attacker points at 127.0.0.1 is not ours); a
//! request that changes something needs the page's own `Origin`, or none with a same-origin fetch mark.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Whether an address may be listened on.
#[must_use]
pub const fn is_loopback(address: &SocketAddr) -> bool {
    match address.ip() {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback(),
    }
}

/// The middleware.
pub async fn own_page_only(request: Request, next: Next) -> Response {
    match judge(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(why) => {
            tracing::warn!(why, "request refused");
            let sentence = "この画面は窓口機の画面からだけ使えます。";
            (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], sentence)
                .into_response()
        }
    }
}

fn judge(method: &Method, headers: &HeaderMap) -> Result<(), &'static str> {
    let host = only(headers, header::HOST).ok_or("no host")?;
    if !is_own_name(host) {
        return Err("foreign host");
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    match only(headers, header::ORIGIN) {
        Some(origin) if origin.strip_prefix("http://") == Some(host) => Ok(()),
        Some(_) => Err("foreign origin"),
        None if headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin") => Ok(()),
        None => Err("no origin"),
    }
}

/// A header that stands exactly once.
fn only(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// `127.0.0.1`, `localhost` or `[::1]`, with or without a port.
fn is_own_name(host: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
        host.strip_prefix(name).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
        })
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn check(method: Method, pairs: &[(header::HeaderName, &str)], expected: bool) {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        assert_eq!(judge(&method, &headers).is_ok(), expected, "{method} {pairs:?}");
    }

    #[test]
    fn only_the_page_of_this_machine() {
        use header::{HOST, ORIGIN};
        const OWN: &str = "127.0.0.1:8460";
        check(Method::GET, &[(HOST, OWN)], true);
        check(Method::GET, &[(HOST, "localhost:8460")], true);
        check(Method::GET, &[(HOST, "[::1]:8460")], true);
        check(Method::GET, &[], false);
        check(Method::GET, &[(HOST, "counter.example.jp")], false);
        check(Method::GET, &[(HOST, "127.0.0.1.example.jp")], false);
        check(Method::GET, &[(HOST, "localhost:8460"), (HOST, "x")], false);
        check(Method::POST, &[(HOST, OWN), (ORIGIN, "http://127.0.0.1:8460")], true);
        check(Method::POST, &[(HOST, OWN), (ORIGIN, "http://127.0.0.1:9999")], false);
        check(Method::POST, &[(HOST, OWN), (ORIGIN, "null")], false);
        check(Method::POST, &[(HOST, OWN)], false);
        let site = header::HeaderName::from_static("sec-fetch-site");
        check(Method::POST, &[(HOST, OWN), (site.clone(), "same-origin")], true);
        check(Method::POST, &[(HOST, OWN), (site, "cross-site")], false);
    }
}
