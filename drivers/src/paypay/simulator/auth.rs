//! The operator's gate: who signs what, and when.
//!
//! Invariants: everything is computed anew from what arrived; a request more than two minutes from the operator's time is refused
//! whatever its signature. Written from the guide alone (`protocols.md` 2.1), not from the driver.

use axum::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use domain::time::Timestamp;
use hmac::{KeyInit, Mac as _};
use md5::Digest as _;
use subtle::ConstantTimeEq as _;

use super::SimulatorOptions;

/// How far a request's time may be off, in seconds.
const WINDOW_SECONDS: u64 = 120;

/// A request as it arrived.
pub(super) struct Arrived<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// Whether a request may pass; else status and word.
pub(super) fn check(
    options: &SimulatorOptions,
    now: Timestamp,
    request: &Arrived<'_>,
) -> Result<(), super::book::Refused> {
    const REFUSED: super::book::Refused = (401, "UNAUTHORIZED");
    let text = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    let given =
        text("authorization").and_then(|value| value.strip_prefix("hmac OPA-Auth:")).ok_or(REFUSED)?;
    let fields: Vec<&str> = given.split(':').collect();
    let [key, mac, nonce, epoch, hash] = fields[..] else { return Err(REFUSED) };
    let seconds: i64 = epoch.parse().map_err(|_| REFUSED)?;
    if key != options.api_key || nonce.is_empty() || seconds.abs_diff(now.as_seconds()) > WINDOW_SECONDS {
        return Err(REFUSED);
    }
    let (kind, expected_hash) = if request.body.is_empty() {
        ("empty", "empty".to_owned())
    } else {
        let kind = text("content-type").ok_or(REFUSED)?;
        let digest = md5::Md5::new().chain_update(kind).chain_update(request.body).finalize();
        (kind, BASE64.encode(digest))
    };
    if hash != expected_hash {
        return Err(REFUSED);
    }
    let lines = [request.path, request.method, nonce, epoch, kind, hash].join("\n");
    let mut expected =
        hmac::Hmac::<sha2::Sha256>::new_from_slice(options.secret.as_bytes()).map_err(|_| REFUSED)?;
    expected.update(lines.as_bytes());
    let given_mac = BASE64.decode(mac).map_err(|_| REFUSED)?;
    let same: bool = expected.finalize().into_bytes().as_slice().ct_eq(&given_mac).into();
    let merchant = options.merchant.as_deref();
    match (same, merchant) {
        (false, _) => Err(REFUSED),
        (true, Some(merchant)) if text("x-assume-merchant") != Some(merchant) => {
            Err((401, "OP_OUT_OF_SCOPE"))
        }
        (true, _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of PayPay's own guide (`protocols.md` 2.1), and the same with one thing changed.
    #[test]
    fn the_published_example_passes_and_nothing_else_does() {
        let options = SimulatorOptions {
            api_key: "APIKeyGenerated".to_owned(),
            secret: "APIKeySecretGenerated".to_owned(),
            ..SimulatorOptions::default()
        };
        let body = br#"{"sampleRequestBodyKey1":"sampleRequestBodyValue1","sampleRequestBodyKey2":"sampleRequestBodyValue2"}"#;
        let signed = "hmac OPA-Auth:APIKeyGenerated:NW1jKIMnzR7tEhMWtcJcaef+nFVBt7jjAGcVuxHhchc=:acd028:1579843452:1j0FnY4flNp5CtIKa7x9MQ==";
        let passes = |header: &str, kind: &str, method: &str, body: &[u8], seconds: i64| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", header.parse().unwrap());
            headers.insert("content-type", kind.parse().unwrap());
            let request = Arrived { method, path: "/v2/codes", headers: &headers, body };
            check(&options, Timestamp::from_micros(seconds * 1_000_000), &request).is_ok()
        };
        let (kind, at) = ("application/json;charset=UTF-8;", 1_579_843_452);
        assert!(passes(signed, kind, "POST", body, at));
        assert!(passes(signed, kind, "POST", body, at + 120) && passes(signed, kind, "POST", body, at - 120));
        assert!(
            !passes(signed, kind, "POST", body, at + 121) && !passes(signed, kind, "POST", body, at - 121)
        );
        assert!(!passes(signed, "application/json", "POST", body, at));
        assert!(!passes(signed, kind, "DELETE", body, at));
        assert!(!passes(signed, kind, "POST", &body[1..], at));
        assert!(!passes(&signed.replace("acd028", "acd029"), kind, "POST", body, at));
        assert!(!passes(&signed.replace("Generated:", "Guessed:"), kind, "POST", body, at));
        assert!(!passes("hmac OPA-Auth:a:b", kind, "POST", body, at));
    }
}
