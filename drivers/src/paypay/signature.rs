//! OPA-Auth: the `Authorization` header of each request (`protocols.md` 2.1).
//!
//! Invariants: the content type that is signed is the one that is sent, byte for byte; a request without a body signs the word `empty`
//! twice; nonce and time are parameters. Not here: checking a signature, which the simulator does with code of its own.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha2::Sha256;

/// The content type of every body that is sent: signed and sent as it stands here.
pub(super) const CONTENT_TYPE: &str = "application/json;charset=UTF-8;";
/// What stands for content type and hash where there is no body.
const EMPTY: &str = "empty";

/// One request, as far as it is signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed<'a> {
    /// Upper case.
    pub method: &'a str,
    /// Without host and query.
    pub path: &'a str,
    /// The body's bytes, where there is one.
    pub body: Option<&'a [u8]>,
    /// Any text, never the same twice.
    pub nonce: &'a str,
    /// Seconds since the epoch.
    pub epoch: i64,
}

impl Signed<'_> {
    /// The header's value.
    pub fn header(&self, key: &str, secret: &[u8]) -> String {
        let (content_type, hash) = match self.body {
            Some(body) => (CONTENT_TYPE, body_hash(body)),
            None => (EMPTY, EMPTY.to_owned()),
        };
        let Self { method, path, nonce, epoch, .. } = self;
        let text = format!("{path}\n{method}\n{nonce}\n{epoch}\n{content_type}\n{hash}");
        let mac = STANDARD.encode(mac(secret, text.as_bytes()));
        format!("hmac OPA-Auth:{key}:{mac}:{nonce}:{epoch}:{hash}")
    }
}

/// MD5 over content type and body.
fn body_hash(body: &[u8]) -> String {
    let mut digest = Md5::new();
    digest.update(CONTENT_TYPE.as_bytes());
    digest.update(body);
    STANDARD.encode(digest.finalize())
}

fn mac(secret: &[u8], text: &[u8]) -> [u8; 32] {
    // A key of HMAC may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return [0; 32] };
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of PayPay's own guide, as its published clients test it (`protocols.md` 2.1).
    #[test]
    fn the_published_example() {
        let body = br#"{"sampleRequestBodyKey1":"sampleRequestBodyValue1","sampleRequestBodyKey2":"sampleRequestBodyValue2"}"#;
        let signed = Signed {
            method: "POST",
            path: "/v2/codes",
            body: Some(body),
            nonce: "acd028",
            epoch: 1_579_843_452,
        };
        assert_eq!(
            signed.header("APIKeyGenerated", b"APIKeySecretGenerated"),
            "hmac OPA-Auth:APIKeyGenerated:NW1jKIMnzR7tEhMWtcJcaef+nFVBt7jjAGcVuxHhchc=:acd028:1579843452:1j0FnY4flNp5CtIKa7x9MQ=="
        );
    }

    #[test]
    fn each_part_is_signed() {
        let header = |method, path, body, nonce, epoch| {
            Signed { method, path, body, nonce, epoch }.header("key", b"secret")
        };
        let plain = header("GET", "/v2/codes/payments/1", None, "n", 1);
        assert!(plain.ends_with(":n:1:empty"), "{plain}");
        let others = [
            header("DELETE", "/v2/codes/payments/1", None, "n", 1),
            header("GET", "/v2/codes/payments/2", None, "n", 1),
            header("GET", "/v2/codes/payments/1", Some(&b""[..]), "n", 1),
            header("GET", "/v2/codes/payments/1", None, "m", 1),
            header("GET", "/v2/codes/payments/1", None, "n", 2),
        ];
        let mac = |header: &str| header.split(':').nth(2).map(str::to_owned);
        assert!(others.iter().all(|other| mac(other) != mac(&plain)));
    }
}
