//! What a counter sends: a batch, its entries, their payloads, the signature's header.

#![no_main]

use journal::{frames, payload, signature};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(entries) = frames::split(bytes) {
        let again = frames::join(entries.iter().map(|entry| entry.bytes()));
        assert_eq!(again, bytes, "what is taken is kept byte for byte");
        for entry in &entries {
            let _ = payload::read(entry);
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = signature::read_input(text);
        let _ = signature::CounterKey::from_base64(text);
    }
});
