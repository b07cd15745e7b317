//! ZVT in words, bare and in checked blocks (`protocols.md` 4.2). Whose message it is follows from the message itself.
//!
//! Invariant: places count bytes of the capture, also behind doubled 10s. Not here: fields (`zvt_fields.rs`).

use super::{Notes, zvt_fields};
use crate::zvt::{
    CurrencyExponent, describe,
    frame::{ACK, Apdu, NAK, crc},
};

const DLE: u8 = 0x10;
const STX: u8 = 0x02;
const ETX: u8 = 0x03;
/// Bytes of the check at the end of a block.
const CRC_BYTES: usize = 2;

pub(super) fn explain_tcp(bytes: &[u8], notes: &mut Notes) {
    let mut at = 0;
    while at < bytes.len() {
        let Some((apdu, used)) = Apdu::parse(&bytes[at..]) else {
            notes.piece(at, bytes.len() - at, 0, "the beginning of a message");
            return notes.breach(at, "a message has the bytes that its length announces (PA00P015 2.1)");
        };
        let places: Vec<usize> = (at..=at + used).collect();
        message(&apdu, &bytes[at..at + used], &places, notes);
        at += used;
    }
}

pub(super) fn explain_serial(bytes: &[u8], notes: &mut Notes) {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (ACK, _) => notes.piece(at, 1, 0, "06 the block was taken"),
            (NAK, _) => notes.piece(at, 1, 0, "15 the block was damaged, send it again"),
            (DLE, Some(&STX)) => match block(bytes, at, notes) {
                Some(end) => {
                    at = end;
                    continue;
                }
                None => return,
            },
            _ => {
                notes.piece(at, 1, 0, format!("{byte:02X} stands outside of any block"));
                notes.breach(at, "between blocks only 06, 15 and 10 02 may stand (PA00P016)");
            }
        }
        at += 1;
    }
}

/// One block from `10 02` on; its end, or `None` when the capture ends within it.
fn block(bytes: &[u8], start: usize, notes: &mut Notes) -> Option<usize> {
    let (mut inner, mut places) = (Vec::new(), Vec::new());
    let mut at = start + 2;
    loop {
        let here = at;
        let byte = match (bytes.get(at), bytes.get(at + 1)) {
            (Some(&DLE), Some(&ETX)) => break,
            (Some(&DLE), Some(&DLE)) => {
                at += 2;
                DLE
            }
            (Some(&DLE), Some(other)) => {
                notes.piece(start, at - start, 0, "a damaged block");
                notes.breach(
                    at,
                    format!("within a block 10 is followed by 10 or 03, not {other:02X} (PA00P016)"),
                );
                return Some(at);
            }
            (Some(&byte), Some(_)) => {
                at += 1;
                byte
            }
            _ => {
                notes.piece(start, bytes.len() - start, 0, "the beginning of a block");
                notes.breach(start, "a block ends with 10 03 and its check (PA00P016)");
                return None;
            }
        };
        inner.push(byte);
        places.push(here);
    }
    places.push(at);
    let end = at + 2 + CRC_BYTES;
    let Some(check) = bytes.get(at + 2..end) else {
        notes.piece(start, bytes.len() - start, 0, "the beginning of a block");
        notes.breach(start, "a block ends with 10 03 and its check (PA00P016)");
        return None;
    };
    notes.piece(start, end - start, 0, format!("a block of {} bytes", inner.len()));
    inner.push(ETX);
    let wanted = crc(&inner).to_le_bytes();
    inner.pop();
    if check == wanted {
        notes.piece(at + 2, CRC_BYTES, 1, "the check is right");
    } else {
        notes.piece(at + 2, CRC_BYTES, 1, "the check is wrong");
        let [low, high] = wanted;
        notes.breach(
            at + 2,
            format!("the check of the block is {low:02X} {high:02X} (CRC-16/KERMIT over it and 03)"),
        );
    }
    match Apdu::parse(&inner) {
        Some((apdu, used)) if used == inner.len() => message(&apdu, &inner, &places, notes),
        _ => notes.breach(start + 2, "a block holds one message of the length that it announces (PA00P016)"),
    }
    Some(end)
}

/// `places[i]` is the place of byte `i` of the message; one more for its end.
fn message(apdu: &Apdu, bytes: &[u8], places: &[usize], notes: &mut Notes) {
    let place = |index: usize| places.get(index).copied().unwrap_or_default();
    let (start, end) = (place(0), place(bytes.len()));
    notes.piece(start, end - start, 0, describe::message(apdu, CurrencyExponent::Zero));
    let header = bytes.len() - apdu.data.len();
    zvt_fields::explain(apdu, &|index| place(header + index), notes);
}
