//! Signatures of agent requests: RFC 9421 with one accepted shape, over the content digest of RFC 9530.
//!
//! The one shape: label `madoguchi`, components `("@method" "@path" "@query" "content-type" "content-encoding" "content-digest")`,
//! parameters `created`, `keyid`, `alg="hmac-sha256"` in this order. A missing content header counts as the empty string, a
//! missing query as `?` (RFC 9421 2.2.7). The digest covers the bytes sent (after compression).
//!
//! Invariants: comparison takes constant time; anything but the one shape is refused; a key never appears in `Debug`.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Seconds that `created` may be off the centre's clock (DESIGN 5).
pub const CREATED_OFF_MAX_SECONDS: i64 = 300;
/// Label of the signature.
const LABEL: &str = "madoguchi";
const COMPONENTS: &str = r#"("@method" "@path" "@query" "content-type" "content-encoding" "content-digest")"#;

/// A counter's key, 32 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct CounterKey([u8; 32]);

impl CounterKey {
    /// A key of 32 bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key from base64.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        BASE64.decode(text.trim()).ok()?.try_into().ok().map(Self)
    }

    /// The key as base64, to be said once at enrolment.
    #[must_use]
    pub fn to_base64(&self) -> String {
        BASE64.encode(self.0)
    }
}

impl fmt::Debug for CounterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CounterKey(…)")
    }
}

/// What of a request is signed.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// Upper-case method.
    pub method: &'a str,
    /// Path without query.
    pub path: &'a str,
    /// Query without `?`, if any.
    pub query: Option<&'a str>,
    /// Content type, or empty.
    pub content_type: &'a str,
    /// Content encoding, or empty.
    pub content_encoding: &'a str,
    /// Bytes as sent.
    pub body: &'a [u8],
}

/// The three headers of a signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// `Content-Digest`
    pub content_digest: String,
    /// `Signature-Input`
    pub signature_input: String,
    /// `Signature`
    pub signature: String,
}

/// What `Signature-Input` says, before the signature is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureInput {
    /// Seconds since the epoch.
    pub created: i64,
    /// Which key.
    pub key_id: String,
}

/// Why a request is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not the one accepted shape.
    #[error("signature input is not of the accepted shape")]
    Shape,
    /// The digest does not cover the body.
    #[error("content digest does not match the body")]
    Digest,
    /// Wrong key or altered request.
    #[error("signature does not match")]
    Mismatch,
    /// `created` is too far from the centre's clock.
    #[error("signature was created too far from the server's time")]
    Stale,
}

/// `Content-Digest` of a body (RFC 9530).
#[must_use]
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64.encode(Sha256::digest(body)))
}

fn parameters(created: i64, key_id: &str) -> String {
    format!(r#"{COMPONENTS};created={created};keyid="{key_id}";alg="hmac-sha256""#)
}

/// The signature base (RFC 9421 2.5).
fn base(request: &SignedRequest<'_>, digest: &str, parameters: &str) -> String {
    format!(
        "\"@method\": {}\n\"@path\": {}\n\"@query\": ?{}\n\"content-type\": {}\n\"content-encoding\": {}\n\"content-digest\": {digest}\n\"@signature-params\": {parameters}",
        request.method,
        request.path,
        request.query.unwrap_or_default(),
        request.content_type,
        request.content_encoding,
    )
}

fn mac(key: &CounterKey, text: &str) -> [u8; 32] {
    // HMAC pads a short key with zeros to one block (RFC 2104 2); doing so here leaves no error to handle.
    let mut block = [0; 64];
    block[..32].copy_from_slice(&key.0);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Signs a request with `created` in seconds of the centre's clock.
#[must_use]
pub fn sign(key: &CounterKey, key_id: &str, created: i64, request: &SignedRequest<'_>) -> SignatureHeaders {
    let digest = content_digest(request.body);
    let parameters = parameters(created, key_id);
    let signature = BASE64.encode(mac(key, &base(request, &digest, &parameters)));
    SignatureHeaders {
        content_digest: digest,
        signature_input: format!("{LABEL}={parameters}"),
        signature: format!("{LABEL}=:{signature}:"),
    }
}

/// Reads `Signature-Input`; believes nothing yet.
///
/// # Errors
/// When it is not the one accepted shape.
pub fn read_input(header: &str) -> Result<SignatureInput, SignatureError> {
    let after =
        header.strip_prefix(&format!("{LABEL}={COMPONENTS};created=")).ok_or(SignatureError::Shape)?;
    let (created, after) = after.split_once(r#";keyid=""#).ok_or(SignatureError::Shape)?;
    let key_id = after.strip_suffix(r#"";alg="hmac-sha256""#).ok_or(SignatureError::Shape)?;
    let plain =
        !key_id.is_empty() && key_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:/".contains(&b));
    let created = created.parse().map_err(|_| SignatureError::Shape)?;
    if plain { Ok(SignatureInput { created, key_id: key_id.to_owned() }) } else { Err(SignatureError::Shape) }
}

/// Verifies a request against the key that its `keyid` names. `now` in seconds since the epoch.
///
/// # Errors
/// Names the first rule that the request breaks; the order tells an attacker nothing about the key.
pub fn verify(
    key: &CounterKey,
    now: i64,
    request: &SignedRequest<'_>,
    headers: &SignatureHeaders,
) -> Result<SignatureInput, SignatureError> {
    let input = read_input(&headers.signature_input)?;
    let digest = content_digest(request.body);
    if !bool::from(digest.as_bytes().ct_eq(headers.content_digest.as_bytes())) {
        return Err(SignatureError::Digest);
    }
    let expected = mac(key, &base(request, &digest, &parameters(input.created, &input.key_id)));
    let given = headers
        .signature
        .strip_prefix(&format!("{LABEL}=:"))
        .and_then(|rest| rest.strip_suffix(':'))
        .and_then(|text| BASE64.decode(text).ok())
        .ok_or(SignatureError::Shape)?;
    if !bool::from(expected.ct_eq(&given)) {
        return Err(SignatureError::Mismatch);
    }
    if input.created.abs_diff(now) > CREATED_OFF_MAX_SECONDS.unsigned_abs() {
        return Err(SignatureError::Stale);
    }
    Ok(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: SignedRequest<'_> = SignedRequest {
        method: "POST",
        path: "/api/v1/journal/batches",
        query: None,
        content_type: "application/vnd.madoguchi.journal",
        content_encoding: "gzip",
        body: b"bytes as sent",
    };

    fn key(byte: u8) -> CounterKey {
        CounterKey::new([byte; 32])
    }

    #[test]
    fn a_signed_request_is_believed() {
        let headers = sign(&key(1), "t1/m1/1", 1_000, &REQUEST);
        let input = verify(&key(1), 1_000 + CREATED_OFF_MAX_SECONDS, &REQUEST, &headers).unwrap();
        assert_eq!(input, SignatureInput { created: 1_000, key_id: "t1/m1/1".to_owned() });
    }

    #[test]
    fn every_change_is_refused() {
        let headers = sign(&key(1), "t1/m1/1", 1_000, &REQUEST);
        let swaps = [
            SignedRequest { method: "GET", ..REQUEST },
            SignedRequest { path: "/api/v1/inbox", ..REQUEST },
            SignedRequest { query: Some("after=1"), ..REQUEST },
            SignedRequest { content_type: "text/plain", ..REQUEST },
            SignedRequest { content_encoding: "", ..REQUEST },
        ];
        for swapped in swaps {
            assert_eq!(verify(&key(1), 1_000, &swapped, &headers), Err(SignatureError::Mismatch));
        }
        let other_body = SignedRequest { body: b"other bytes", ..REQUEST };
        assert_eq!(verify(&key(1), 1_000, &other_body, &headers), Err(SignatureError::Digest));
        assert_eq!(verify(&key(2), 1_000, &REQUEST, &headers), Err(SignatureError::Mismatch));
        assert_eq!(verify(&key(1), 1_301, &REQUEST, &headers), Err(SignatureError::Stale));
        let mut later = headers.clone();
        later.signature_input = later.signature_input.replace("created=1000", "created=1200");
        assert_eq!(verify(&key(1), 1_200, &REQUEST, &later), Err(SignatureError::Mismatch));
        let mut short = headers;
        short.signature = "madoguchi=:AAAA:".to_owned();
        assert_eq!(verify(&key(1), 1_000, &REQUEST, &short), Err(SignatureError::Mismatch));
    }

    #[test]
    fn only_one_shape_is_read() {
        for shape in [
            "",
            "sig1=(\"@method\");created=1;keyid=\"a\";alg=\"hmac-sha256\"",
            "madoguchi=(\"@method\" \"@path\");created=1;keyid=\"a\";alg=\"hmac-sha256\"",
            &format!("madoguchi={COMPONENTS};created=1;keyid=\"\";alg=\"hmac-sha256\""),
            &format!("madoguchi={COMPONENTS};created=x;keyid=\"a\";alg=\"hmac-sha256\""),
            &format!("madoguchi={COMPONENTS};created=1;keyid=\"a\";alg=\"none\""),
        ] {
            assert_eq!(read_input(shape), Err(SignatureError::Shape), "{shape}");
        }
    }
}
