//! The EDI payload (金融EDI) in the remittance text: MIME headers and Base64 in lines of 76 characters, over one or more elements.
//!
//! Source: reconciliation.md 6.4. Invariants: kept as it came; nothing of it decides about money; text that is none of it stays text.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{bank::EdiPayload, digest::sha256_hex};

/// Headers with which a payload may begin, in lower case.
const FIRST_HEADERS: [&str; 4] =
    ["mime-version:", "content-type:", "content-transfer-encoding:", "content-disposition:"];
/// Most headers of one payload.
const HEADERS_MAX: usize = 40;

/// A payload under way.
#[derive(Default)]
struct Open {
    headers: Vec<(String, String)>,
    base64: String,
    in_body: bool,
}

/// Parts remittance texts into plain ones and payloads.
pub(super) fn part<'t>(texts: impl Iterator<Item = &'t str>) -> (Vec<String>, Vec<EdiPayload>) {
    let (mut plain, mut payloads) = (Vec::new(), Vec::new());
    let mut open: Option<Open> = None;
    for text in texts {
        let begins = begins(text);
        let carries_on = |under_way: &&mut Open| !begins || !under_way.in_body;
        if open.as_mut().filter(carries_on).is_some_and(|under_way| under_way.take(text)) {
            continue;
        }
        payloads.extend(open.take().map(Open::close));
        let mut fresh = Open::default();
        if begins && fresh.take(text) {
            open = Some(fresh);
        } else if !text.is_empty() {
            plain.push(text.to_owned());
        }
    }
    payloads.extend(open.map(Open::close));
    (plain, payloads)
}

/// Whether a text begins a payload.
fn begins(text: &str) -> bool {
    let head: String = text.trim_start().chars().take(40).collect::<String>().to_ascii_lowercase();
    FIRST_HEADERS.iter().any(|header| head.starts_with(header))
}

impl Open {
    /// Takes all lines of a text, or none.
    fn take(&mut self, text: &str) -> bool {
        let (headers, length, in_body) = (self.headers.len(), self.base64.len(), self.in_body);
        if text.lines().all(|line| self.line(line)) {
            return true;
        }
        self.headers.truncate(headers);
        self.base64.truncate(length);
        self.in_body = in_body;
        false
    }

    fn line(&mut self, line: &str) -> bool {
        if !self.in_body {
            if line.trim().is_empty() {
                self.in_body = !self.headers.is_empty();
                return true;
            }
            if let (Some((_, value)), true) = (self.headers.last_mut(), line.starts_with([' ', '\t'])) {
                value.push(' ');
                value.push_str(line.trim());
                return true;
            }
            if let Some((name, value)) = line.split_once(':').filter(|(name, _)| is_header_name(name)) {
                self.headers.push((name.trim().to_owned(), value.trim().to_owned()));
                return self.headers.len() <= HEADERS_MAX;
            }
        }
        let body = line.trim();
        let alphabet = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
        if self.headers.is_empty() || !body.bytes().all(alphabet) {
            return false;
        }
        self.in_body = true;
        self.base64.push_str(body);
        true
    }

    fn close(self) -> EdiPayload {
        let decoded = STANDARD.decode(&self.base64).ok().filter(|bytes| !bytes.is_empty());
        EdiPayload {
            headers: self.headers,
            decoded_bytes: decoded.as_ref().and_then(|bytes| u32::try_from(bytes.len()).ok()),
            decoded_sha256: decoded.as_deref().map(sha256_hex),
            base64: self.base64,
        }
    }
}

/// A token of RFC 5322: printable ASCII without a colon.
fn is_header_name(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: &str = "MIME-Version: 1.0\nContent-Type: application/xml;\n charset=\"utf-8\"\nContent-Transfer-Encoding: base64\n";

    fn joined(texts: &[&str]) -> (Vec<String>, Vec<EdiPayload>) {
        part(texts.iter().copied())
    }

    /// The same payload however it is cut: one element, headers apart, each line an element.
    #[test]
    fn any_cut_is_one_payload() {
        let lines = [HEADERS, "QUJD", "REVG"];
        let whole = format!("{HEADERS}\nQUJD\nREVG\n");
        let (_, expected) = joined(&[&whole]);
        assert_eq!(expected[0].decoded_sha256.as_deref(), Some(sha256_hex(b"ABCDEF").as_str()));
        assert_eq!(
            expected[0].headers[1],
            ("Content-Type".to_owned(), "application/xml; charset=\"utf-8\"".to_owned())
        );
        for texts in
            [&lines[..], &[HEADERS, "QUJDREVG"], &[HEADERS, "QUJD\nREVG"], &[HEADERS, "", "QUJDREVG"]]
        {
            assert_eq!(joined(texts), (Vec::new(), expected.clone()), "{texts:?}");
        }
    }

    #[test]
    fn plain_text_stays_text() {
        assert_eq!(
            joined(&["SEISAN2607", "No: 12"]),
            (vec!["SEISAN2607".to_owned(), "No: 12".to_owned()], Vec::new())
        );
        let (plain, payloads) = joined(&[HEADERS, "QUJD", "請求書 12", "X"]);
        assert_eq!((plain, payloads.len()), (vec!["請求書 12".to_owned(), "X".to_owned()], 1));
        let (_, two) = joined(&[HEADERS, "QUJD", HEADERS, "REVG"]);
        assert_eq!(two.len(), 2);
        let (_, broken) = joined(&[HEADERS, "QUJDR"]);
        assert_eq!(
            (broken[0].decoded_bytes, broken[0].base64.as_str()),
            (None, "QUJDR"),
            "kept, though no Base64"
        );
    }
}
