//! Any answer of an operator of codes: read or left, its word is a word, and what no list names proves nothing.
//!
//! First byte: the question; the next two: the HTTP status; the rest: the body.

#![no_main]

use domain::id::AttemptId;
use drivers::paypay::{Asked, Proof, weigh};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let [question, high, low, body @ ..] = bytes else { return };
    let asked = Asked::ALL[usize::from(*question) % Asked::ALL.len()];
    let status = u16::from_be_bytes([*high, *low]);
    let Ok(attempt) = "00000000-0000-7000-8000-000000000001".parse::<AttemptId>() else { return };
    let weighed = weigh(asked, status, body, attempt);
    assert!(weighed.listed || weighed.proof == Proof::Open, "{weighed:?}");
    let is_word = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    assert!(!weighed.word.is_empty() && weighed.word.bytes().all(is_word), "{weighed:?}");
    assert_eq!(weigh(asked, status, body, attempt), weighed);
});
