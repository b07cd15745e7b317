//! The data of ZVT messages in words: what stands before the fields, the fields (BMP), the containers (TLV).
//!
//! Invariants: passwords are not shown, accounts are masked, text is redacted; a number that no table lists ends the reading and is
//! no breach, since every terminal may have its own (`devices.md` M1).

use super::Notes;
use crate::zvt::{
    bmp, describe,
    frame::Apdu,
    redact,
    tlv::{is_constructed, split_first},
};

/// Containers stand at most so deep within each other.
const TLV_DEPTH_MAX: u8 = 6;

/// Place in the capture of a byte of the data.
type Place<'a> = &'a dyn Fn(usize) -> usize;

pub(super) fn explain(apdu: &Apdu, place: Place<'_>, notes: &mut Notes) {
    let data = apdu.data.as_slice();
    let head: &[(usize, &str)] = match (apdu.class, apdu.instr) {
        (0x06, 0x00) => &[(3, "password (not shown)"), (1, "what the till takes over"), (2, "currency")],
        (0x06, 0x30 | 0x31 | 0x50 | 0x20 | 0x93) | (0x05, 0x01) => &[(3, "password (not shown)")],
        (0x06, 0x1E) => &[(1, "code")],
        (0x04, 0xFF) => &[(1, "code"), (1, "minutes until the terminal gives up")],
        (0x06, 0xD1) => return print_line(data, place, notes),
        (0x06, 0x0F) => return completion(data, place, notes),
        (0x06, 0x01 | 0x22 | 0x23 | 0x24 | 0xD3) | (0x04, 0x0F | 0x0D) => &[],
        _ => return,
    };
    let mut at = 0;
    for (length, words) in head {
        if at + length > data.len() {
            // 06 1E and 04 FF may end early; the others need what stands here.
            if apdu.class == 0x06 && apdu.instr != 0x1E {
                notes.breach(place(at), format!("{words}: {length} bytes (PA00P015)"));
            }
            return;
        }
        notes.piece(place(at), place(at + length) - place(at), 1, (*words).to_owned());
        at += length;
    }
    fields(data, at, place, notes);
}

/// After a status enquiry (05 01) a completion begins with its text and a status byte, without numbers (`devices.md` M4).
fn completion(data: &[u8], place: Place<'_>, notes: &mut Notes) {
    let digit = |at: usize| {
        data.get(at).filter(|byte| matches!(byte, 0xF0..=0xF9)).map(|byte| usize::from(byte & 0x0F))
    };
    let (Some(hundreds), Some(tens), Some(ones)) = (digit(0), digit(1), digit(2)) else {
        return fields(data, 0, place, notes);
    };
    let end = 3 + hundreds * 100 + tens * 10 + ones;
    let (Some(text), Some(status)) = (data.get(3..end), data.get(end)) else {
        return notes
            .breach(place(0), "the text of a completion has the bytes of its length (PA00P015 2.55)");
    };
    let words = format!("text {:?}", redact::terminal_text(text));
    notes.ruled((place(0), place(end) - place(0), 1), words, "devices.md M4");
    notes.piece(place(end), place(end + 1) - place(end), 1, format!("terminal status {status:02X}"));
    fields(data, end + 1, place, notes);
}

fn print_line(data: &[u8], place: Place<'_>, notes: &mut Notes) {
    let Some((attribute, text)) = data.split_first() else { return };
    let words = match attribute {
        0xFF => "feed the paper".to_owned(),
        _ => format!("attribute {attribute:02X}: {}", redact::terminal_text(text)),
    };
    notes.piece(place(0), place(data.len()) - place(0), 1, words);
}

fn fields(data: &[u8], mut at: usize, place: Place<'_>, notes: &mut Notes) {
    while let Some(&number) = data.get(at) {
        let rest = &data[at..];
        let Some((_, value, behind)) = bmp::split_first(rest) else {
            let (start, length) = (place(at), place(data.len()) - place(at));
            if bmp::is_listed(number) {
                notes.piece(start, length, 1, format!("BMP {number:02X} {}, cut short", name(number)));
                notes.breach(
                    start,
                    format!("BMP {number:02X} has the bytes of its length (PA00P015, list of BMPs)"),
                );
            } else {
                let words = format!("BMP {number:02X} is in no list: {length} bytes cannot be read");
                notes.ruled((start, length, 1), words, "devices.md M1");
            }
            return;
        };
        let used = rest.len() - behind.len();
        let words = format!("BMP {number:02X} {}: {}", name(number), shown(number, value));
        notes.piece(place(at), place(at + used) - place(at), 1, words);
        if !well_formed(number, value) {
            notes.breach(place(at), format!("BMP {number:02X} is packed BCD (PA00P015, list of BMPs)"));
        }
        if number == bmp::TLV {
            container(data, (at + used - value.len(), at + used), 2, place, notes);
        }
        at += used;
    }
}

fn container(data: &[u8], (from, to): (usize, usize), depth: u8, place: Place<'_>, notes: &mut Notes) {
    let mut at = from;
    while at < to {
        let rest = &data[at..to];
        let Some((object, behind)) = split_first(rest) else {
            notes.piece(place(at), place(to) - place(at), depth, "an object that cannot be read");
            return notes.breach(place(at), "a TLV object has the bytes of its length (PA00P015 9)");
        };
        let used = rest.len() - behind.len();
        let constructed = is_constructed(object.tag);
        let value = match (constructed, object.tag) {
            (true, _) => format!("{} bytes", object.value.len()),
            (false, 0x07 | 0x44) => redact::terminal_text(object.value),
            (false, 0x1F07 | 0x1F10 | 0x1F12 | 0x1F2B | 0x1F16 | 0x1F17 | 0x43) => hex(object.value),
            _ => format!("{} bytes", object.value.len()),
        };
        let words = format!("{:X} {}: {value}", object.tag, tag_name(object.tag));
        notes.piece(place(at), place(at + used) - place(at), depth, words);
        if constructed && depth < TLV_DEPTH_MAX {
            container(data, (at + used - object.value.len(), at + used), depth + 1, place, notes);
        }
        at += used;
    }
}

/// Numbers are packed BCD; FF stands in a receipt number for "none".
fn well_formed(number: u8, value: &[u8]) -> bool {
    match number {
        bmp::AMOUNT | bmp::TRACE | bmp::TIME | bmp::DATE | bmp::ORIGINAL_TRACE | bmp::CURRENCY => {
            bmp::bcd_digits(value).is_some()
        }
        _ => true,
    }
}

fn shown(number: u8, value: &[u8]) -> String {
    match number {
        bmp::PAN => redact::account(value),
        bmp::RESULT => {
            let code = value.first().copied().unwrap_or_default();
            format!("{code:02X} ({})", describe::proof(code))
        }
        bmp::AMOUNT => bmp::bcd_number(value).map_or_else(|| hex(value), |units| units.to_string()),
        bmp::TRACE | bmp::TIME | bmp::DATE | bmp::ORIGINAL_TRACE | bmp::CURRENCY | bmp::TERMINAL_ID => {
            bmp::bcd_digits(value).unwrap_or_else(|| hex(value))
        }
        bmp::RECEIPT | bmp::CARD_TYPE | 0x03 | 0x19 => hex(value),
        bmp::CARD_NAME | bmp::AUTHORISATION | 0x3C | 0x2A => {
            redact::terminal_text(value).trim_matches(['\0', ' ']).to_owned()
        }
        _ => format!("{} bytes", value.len()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

const fn name(number: u8) -> &'static str {
    match number {
        0x03 => "service byte",
        bmp::AMOUNT => "amount",
        bmp::TLV => "container",
        bmp::TRACE => "trace",
        bmp::TIME => "time",
        bmp::DATE => "date",
        0x0E => "expiry of the card",
        0x19 => "payment type",
        bmp::PAN => "account",
        bmp::RESULT => "result",
        bmp::TERMINAL_ID => "terminal id",
        0x2A => "contract number",
        bmp::ORIGINAL_TRACE => "trace of the original",
        bmp::AUTHORISATION => "approval code",
        0x3C => "text",
        bmp::CURRENCY => "currency",
        bmp::TOTALS => "totals of the day",
        bmp::RECEIPT => "receipt number",
        bmp::CARD_TYPE => "card type",
        bmp::CARD_NAME => "card name",
        0xA0 => "result code of the system",
        _ => "field",
    }
}

const fn tag_name(tag: u32) -> &'static str {
    match tag {
        0x07 => "line of text",
        0x25 => "lines",
        0x26 => "commands",
        0x0A => "command",
        0x1F07 => "receipt for (01 merchant, 02 customer, 03 administration)",
        0x1F10 => "how the holder was verified",
        0x1F12 => "how the card was read (00 stripe, 01 chip, 02 contactless)",
        0x1F16 => "extended error code",
        0x1F17 => "extended error text",
        0x1F2B => "long trace",
        0x2F => "payment",
        0x43 => "application of the card",
        0x44 => "its name",
        0x60 => "application",
        _ => "object",
    }
}
