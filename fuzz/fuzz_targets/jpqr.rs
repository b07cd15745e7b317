//! JPQR, the merchant's code and the payer's: what decodes encodes to a text that decodes to the same.

#![no_main]

use drivers::codes::{PaymentCode, cpm, mpm};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match mpm::decode(text) {
        Ok(code) => {
            if let Ok(again) = mpm::encode(&code) {
                assert_eq!(mpm::decode(&again).as_ref(), Ok(&code));
            }
        }
        Err(breach) => assert!(breach.offset <= text.len()),
    }
    if let Ok(code) = PaymentCode::new(text) {
        let _ = cpm::decode(&code);
    }
});
