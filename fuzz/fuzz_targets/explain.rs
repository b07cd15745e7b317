//! Captured bytes in words, every protocol: a place that is named lies within the bytes.

#![no_main]

use drivers::explain::{Protocol, explain};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (protocol, bytes) = input;
    let protocol = Protocol::ALL[usize::from(protocol) % Protocol::ALL.len()];
    let explanation = explain(protocol, bytes);
    for piece in &explanation.pieces {
        assert!(piece.offset + piece.length <= bytes.len(), "{protocol} {piece:?}");
    }
    assert!(explanation.breach.as_ref().is_none_or(|breach| breach.offset <= bytes.len()));
});
