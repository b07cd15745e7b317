//! A payer's code in words (EMVCo CPM 1.1, JPQR CPM guideline 1.2). Places count decoded bytes.
//!
//! Invariant: numbers, names, cryptograms and free areas are counted, never shown.

use super::Notes;
use crate::codes::{
    PaymentCode,
    ber::readable,
    cpm::{bytes, decode},
};

/// Templates stand at most two deep.
const DEPTH_MAX: u8 = 2;

pub(super) fn explain(capture: &[u8], notes: &mut Notes) {
    let Ok(text) = std::str::from_utf8(capture) else {
        return notes.breach(0, "the code is base64 with padding (RFC 4648)");
    };
    let text = text.trim_end_matches(['\r', '\n']);
    match bytes(text) {
        Err(breach) => notes.breach(breach.offset, breach.rule.to_string()),
        Ok(decoded) => {
            template(&decoded, 0, 0, notes);
            match PaymentCode::new(text).map(|code| decode(&code)) {
                Ok(Ok(_)) => {}
                Ok(Err(breach)) => notes.breach(breach.offset, breach.rule.to_string()),
                Err(error) => notes.breach(0, error.to_string()),
            }
        }
    }
}

fn template(bytes: &[u8], base: usize, depth: u8, notes: &mut Notes) {
    let (objects, _damage) = readable(bytes, base);
    for object in objects {
        let length = object.value_offset - object.offset + object.value.len();
        let value = match object.tag {
            0x85 | 0x50 => format!("{:?}", String::from_utf8_lossy(object.value)),
            0x4F => format!("{} {:?}", hex(object.value), String::from_utf8_lossy(object.value)),
            0x9F08 | 0x9F19 | 0x5F2D => hex(object.value),
            _ => format!("{} bytes", object.value.len()),
        };
        notes.piece(object.offset, length, depth, format!("{:X} {}: {value}", object.tag, name(object.tag)));
        if depth < DEPTH_MAX && matches!(object.tag, 0x61..=0x64) {
            template(object.value, object.value_offset, depth + 1, notes);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

const fn name(tag: u32) -> &'static str {
    match tag {
        0x85 => "format",
        0x61 => "application template",
        0x62 => "common data template",
        0x63 | 0x64 => "transparent template",
        0x4F => "application, or operator code of JPQR",
        0x50 => "label",
        0x57 => "track 2, or settlement ID of JPQR (not shown)",
        0x5A => "account (not shown)",
        0x5F20 => "name (not shown)",
        0x5F2D => "language",
        0x5F50 => "address of the issuer",
        0x99 => "free area of JPQR (not shown)",
        0x9F08 => "version",
        0x9F10 => "issuer's data (not shown)",
        0x9F19 => "token requestor",
        0x9F24 => "payment account reference (not shown)",
        0x9F25 => "last four digits (not shown)",
        0x9F26 => "cryptogram (not shown)",
        0x9F27 => "kind of cryptogram",
        0x9F36 => "transaction counter",
        0x9F37 => "unpredictable number (not shown)",
        _ => "not named by the standard (not shown)",
    }
}
