//! A merchant's code in words (EMVCo MPM 1.1, JPQR MPM guideline 1.0). It hangs on a wall: nothing in it is secret.

use super::Notes;
use crate::codes::mpm::{
    JPQR_GUID, decode, emv,
    tlv::{Object, readable},
};

/// Objects may stand two templates deep.
const DEPTH_MAX: u8 = 2;

pub(super) fn explain(bytes: &[u8], notes: &mut Notes) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_end_matches(['\r', '\n']),
        Err(error) => {
            return notes.breach(error.valid_up_to(), "a code is UTF-8 (EMVCo MPM 1.1)");
        }
    };
    template(text, 0, 0, None, notes);
    match decode(text) {
        Ok(code) => {
            let words = format!("a sound JPQR code: {:?} for {}", code.amount, code.merchant.name_ja);
            notes.piece(0, text.len(), 0, words);
        }
        Err(breach) => {
            if emv::read(text).is_ok() {
                notes.piece(0, text.len(), 0, "a sound EMVCo code that is no JPQR code");
            }
            notes.breach(breach.offset, breach.rule.to_string());
        }
    }
}

fn template(text: &str, base: usize, depth: u8, outer: Option<u8>, notes: &mut Notes) {
    let (objects, _damage) = readable(text, base);
    for object in objects {
        let length = object.value_offset() - object.offset + object.value.len();
        let words = format!("{:02} {}: {}", object.id, name(outer, object.id), shown(outer, &object));
        notes.piece(object.offset, length, depth, words);
        if depth < DEPTH_MAX && is_template(outer, object.id) {
            template(object.value, object.value_offset(), depth + 1, Some(object.id), notes);
        }
    }
}

const fn is_template(outer: Option<u8>, id: u8) -> bool {
    match outer {
        None => matches!(id, 26..=51 | 62 | 64 | 80..=99),
        Some(62) => matches!(id, 50..=99),
        Some(_) => false,
    }
}

fn shown(outer: Option<u8>, object: &Object<'_>) -> String {
    let value: String = object.value.chars().map(|c| if c.is_control() { '␀' } else { c }).collect();
    let meaning = match (outer, object.id, object.value) {
        (None, 1, "11") => " (static, the payer types the amount)",
        (None, 1, "12") => " (dynamic, one sale)",
        (None, 53, "392") => " (yen)",
        (Some(26..=51), 0, JPQR_GUID) => " (JPQR)",
        _ => "",
    };
    if is_template(outer, object.id) {
        format!("{} characters", value.chars().count())
    } else {
        value + meaning
    }
}

const fn name(outer: Option<u8>, id: u8) -> &'static str {
    match (outer, id) {
        (None, 0) => "format",
        (None, 1) => "method",
        (None, 2..=25) => "account of a card scheme",
        (None, 26..=51) => "account template",
        (None, 52) => "merchant category",
        (None, 53) => "currency",
        (None, 54) => "amount",
        (None, 55) => "tip",
        (None, 56) => "fixed tip",
        (None, 57) => "tip in percent",
        (None, 58) => "country",
        (None, 59) => "merchant name",
        (None, 60) => "city",
        (None, 61) => "postal code",
        (None, 62) => "additional data",
        (None, 63) => "CRC",
        (None, 64) => "language template",
        (None, 80..=99) => "unreserved template",
        (Some(26..=51 | 80..=99), 0) => "identifier of the scheme",
        (Some(26..=51), 1) => "operator-side identifier",
        (Some(26..=51), 2) => "rank 1 (store)",
        (Some(26..=51), 3) => "rank 2 (terminal)",
        (Some(26..=51), 4) => "rank 3 (free)",
        (Some(62), 1) => "bill number",
        (Some(62), 2) => "mobile number",
        (Some(62), 3) => "store label",
        (Some(62), 4) => "loyalty number",
        (Some(62), 5) => "reference label",
        (Some(62), 6) => "customer label",
        (Some(62), 7) => "terminal label",
        (Some(62), 8) => "purpose",
        (Some(62), 9) => "data asked of the payer",
        (Some(64), 0) => "language",
        (Some(64), 1) => "name in that language",
        (Some(64), 2) => "city in that language",
        _ => "not named by the standard",
    }
}
