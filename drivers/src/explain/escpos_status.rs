//! What a printer answers, in words (`protocols.md` 6.2). It shares no code with the driver's demultiplexer.
//!
//! Invariants: flow control (11, 13) may stand within an answer and is no part of it; a place is where the answer begins. An answer to
//! `10 04 n` does not say its n: every reading is given.

use super::Notes;

/// Longest answer that ends with 00, in bytes.
const BLOCK_MAX_BYTES: usize = 128;
const REFERENCE: &str = "protocols.md 6.2";

pub(super) fn explain(bytes: &[u8], notes: &mut Notes) {
    // Answers are read from what is left without flow control, with the place of each byte.
    let mut plain = Vec::new();
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            0x11 => notes.piece(at, 1, 0, "11 the printer takes data again (XON)"),
            0x13 => notes.piece(at, 1, 0, "13 the printer takes no data (XOFF)"),
            _ => plain.push((at, byte)),
        }
    }
    let mut at = 0;
    while let Some(&(place, first)) = plain.get(at) {
        let rest: Vec<u8> = plain.iter().skip(at).take(BLOCK_MAX_BYTES).map(|(_, byte)| *byte).collect();
        let (taken, words) = match answer(&rest) {
            Ok(answer) => answer,
            Err(rule) => {
                notes.breach(place, format!("{rule} ({REFERENCE})"));
                (1, format!("{first:02X} begins no whole answer"))
            }
        };
        let end = plain.get(at + taken - 1).map_or(place, |(end, _)| *end);
        notes.piece(place, end - place + 1, 0, words);
        at += taken;
    }
    notes.pieces.sort_by_key(|piece| piece.offset);
}

fn answer(bytes: &[u8]) -> Result<(usize, String), &'static str> {
    let first = bytes.first().copied().unwrap_or_default();
    match first {
        0x37 | 0x5F | 0x3D => block(bytes),
        _ if first & 0x93 == 0x10 => match bytes {
            [a, b, c, d, ..] if (b | c | d) & 0x90 == 0 => Ok((4, automatic([*a, *b, *c, *d]))),
            [_, _, _, _, ..] => Err("bytes 2 to 4 of an automatic status are 0xx0xxxx"),
            _ => Err("an automatic status has four bytes"),
        },
        _ if first & 0x93 == 0x12 => Ok((1, real_time(first))),
        _ if first & 0x90 == 0 => Ok((1, transmitted(first))),
        _ => Err("an answer begins as status (0xx1xx10, 0xx1xx00, 0xx0xxxx) or with 37, 5F, 3D"),
    }
}

fn block(bytes: &[u8]) -> Result<(usize, String), &'static str> {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .ok_or("an answer that begins with 37, 5F or 3D ends with 00")?;
    let text = String::from_utf8_lossy(bytes.get(1..end).unwrap_or_default()).into_owned();
    let words = match bytes.get(..=end) {
        Some([0x37, 0x22, id @ .., 0]) if id.len() == 4 => {
            format!("process id {:?}: all before it is on paper", String::from_utf8_lossy(id))
        }
        Some([0x37, 0x25, 0]) => "the buffers are empty".to_owned(),
        Some([0x37, ..]) => format!("answer 37 {text:?}"),
        _ => format!("the printer's text {text:?}"),
    };
    Ok((end + 1, words))
}

/// The names of the bits that are set.
fn flags(byte: u8, names: &[(u8, &'static str)]) -> Vec<&'static str> {
    names.iter().filter(|(bits, _)| byte & bits != 0).map(|(_, name)| *name).collect()
}

fn said(flags: &[&'static str]) -> String {
    if flags.is_empty() { "nothing".to_owned() } else { flags.join(", ") }
}

fn automatic([first, second, third, _]: [u8; 4]) -> String {
    let found = [
        flags(
            first,
            &[(0x04, "drawer pin high"), (0x08, "off line"), (0x20, "cover open"), (0x40, "feed key")],
        ),
        flags(
            second,
            &[
                (0x01, "waits to go on line"),
                (0x02, "feed key held"),
                (0x04, "mechanical error"),
                (0x08, "cutter error"),
                (0x20, "error that only power ends"),
                (0x40, "error that ends by itself"),
            ],
        ),
        flags(third, &[(0x03, "paper near its end"), (0x0C, "paper at its end")]),
    ]
    .concat();
    format!("automatic status: {}", said(&found))
}

fn real_time(byte: u8) -> String {
    let one = flags(
        byte,
        &[(0x04, "drawer pin high"), (0x08, "off line"), (0x20, "waits for recovery"), (0x40, "feed key")],
    );
    let two = flags(
        byte,
        &[(0x04, "cover open"), (0x08, "feed key"), (0x20, "stopped at the paper's end"), (0x40, "error")],
    );
    let three = flags(
        byte,
        &[
            (0x04, "recoverable error"),
            (0x08, "cutter error"),
            (0x20, "error that only power ends"),
            (0x40, "error that ends by itself"),
        ],
    );
    let four = flags(byte, &[(0x0C, "paper near its end"), (0x60, "paper at its end")]);
    if byte & 0x6C == 0 {
        return format!("{byte:02X} status at once (10 04 n): nothing to tell");
    }
    let [one, two, three, four] = [one, two, three, four].map(|flags| said(&flags));
    format!("{byte:02X} status at once (10 04 n): if n = 1 {one}; if 2 {two}; if 3 {three}; if 4 {four}")
}

fn transmitted(byte: u8) -> String {
    let paper = flags(byte, &[(0x03, "paper near its end"), (0x0C, "paper at its end")]);
    format!("{byte:02X} status in order (1D 72 1): {}", said(&paper))
}
