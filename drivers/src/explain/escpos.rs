//! What a printer is told, in words (ESC/POS; `protocols.md` 6.1, `devices.md` E16 to E18). It shares no code with the encoder.
//!
//! Invariants: a command that is not known is a breach and its bytes are passed over one by one; real-time commands within data are a
//! breach, since the printer executes them there. Not here: the commands themselves (`escpos_command.rs`, `escpos_extended.rs`).

use std::collections::BTreeSet;

use encoding_rs::SHIFT_JIS;

use super::{
    Notes,
    escpos_command::{Effect, Known, Read, simple},
    escpos_extended::extended,
};

/// Where the list of commands is.
const REFERENCE: &str = "ESC/POS command reference, download4.epson.biz/sec_pubs/pos/reference_en/escpos/";

/// What the bytes before have set.
struct State {
    /// Two bytes make a kanji. A capture that begins in the middle is read as if it were so.
    kanji: bool,
    /// Real-time drawer kicks are switched off.
    kicks_off: bool,
    /// Something was printed after the last cut.
    uncut: bool,
    /// Codes of user-defined kanji.
    defined: BTreeSet<[u8; 2]>,
}

/// 〓, which stands for a type that a printer has not.
const GETA: [u8; 2] = [0x81, 0xAC];

pub(super) fn explain(bytes: &[u8], notes: &mut Notes) {
    let mut state = State { kanji: true, kicks_off: false, uncut: false, defined: BTreeSet::new() };
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if matches!(byte, 0x20..=0x7E | 0x80..=0xFF) {
            at += text(&bytes[at..], at, &mut state, notes);
            continue;
        }
        let rest = &bytes[at..];
        let read = match extended(rest) {
            Read::Unknown => simple(rest),
            read => read,
        };
        at += match read {
            Read::Known(known) => command(rest, at, &known, &mut state, notes),
            Read::Cut => {
                notes.piece(at, rest.len(), 0, format!("the beginning of {}", head(rest)));
                return notes.breach(at, format!("a command has all of its bytes ({REFERENCE})"));
            }
            Read::Unknown => {
                notes.piece(at, 1, 0, format!("{} begins no command that is known here", head(rest)));
                notes.breach(at, format!("every command is one of the list ({REFERENCE})"));
                1
            }
        };
    }
}

fn head(bytes: &[u8]) -> String {
    let shown: Vec<String> = bytes.iter().take(3).map(|byte| format!("{byte:02X}")).collect();
    shown.join(" ")
}

/// A run of characters; its length.
fn text(bytes: &[u8], at: usize, state: &mut State, notes: &mut Notes) -> usize {
    let mut length = 0;
    // The run with 〓 for what the host has defined.
    let mut shown = Vec::new();
    loop {
        let (character, known) = match bytes.get(length..) {
            Some(&[first @ (0x81..=0x9F | 0xE0..=0xFC), second, ..]) if state.kanji => {
                ([first, second].to_vec(), state.defined.contains(&[first, second]))
            }
            Some(&[byte @ (0x20..=0x7E | 0x80..=0xFF), ..]) => (vec![byte], false),
            _ => break,
        };
        length += character.len();
        shown.extend(if known { GETA.to_vec() } else { character });
    }
    let run = &bytes[..length];
    state.uncut = true;
    let (decoded, damaged) = SHIFT_JIS.decode_without_bom_handling(&shown);
    if state.kanji {
        notes.piece(at, length, 0, format!("text {decoded:?}"));
        if damaged {
            notes.breach(at, "characters are Shift_JIS (CP932) once 1C 43 31 or 1C 26 was sent");
        }
    } else {
        let single: String = run.iter().map(|byte| single_byte(*byte)).collect();
        notes.piece(at, length, 0, format!("text {single:?}, one byte a character"));
    }
    length
}

/// Katakana page, Japan: 5C is a yen sign.
fn single_byte(byte: u8) -> char {
    match byte {
        0x5C => '¥',
        0x20..=0x7E => char::from(byte),
        0xA1..=0xDF => char::from_u32(0xFF61 + u32::from(byte) - 0xA1).unwrap_or('□'),
        _ => '□',
    }
}

fn command(bytes: &[u8], at: usize, known: &Known, state: &mut State, notes: &mut Notes) -> usize {
    let place = (at, known.length, 0);
    match known.effect {
        Effect::ProcessId if state.uncut => {
            let words = format!(
                "{}; it stands before the cut, so a jam of the cutter counts as printed",
                known.words
            );
            notes.ruled(place, words, "devices.md E16");
        }
        Effect::ProcessId => notes.ruled(place, known.words.clone(), "devices.md E16"),
        Effect::Clear => notes.ruled(place, known.words.clone(), "devices.md E17"),
        Effect::RealTime { .. } => notes.ruled(place, known.words.clone(), "devices.md E18"),
        _ => notes.piece(at, known.length, 0, known.words.clone()),
    }
    match known.effect {
        Effect::Initialise => {
            (state.kanji, state.kicks_off) = (false, false);
            state.defined.clear();
        }
        Effect::Kanji(on) => state.kanji = on,
        Effect::RealTime { kicks_off } => state.kicks_off = kicks_off,
        Effect::Define(code) => {
            state.defined.insert(code);
        }
        Effect::Print => state.uncut = true,
        Effect::Cut => state.uncut = false,
        Effect::None | Effect::ProcessId | Effect::Clear => {}
    }
    if let Some((from, to)) = known.data
        && let Some(data) = bytes.get(from..to)
        && let Some(inside) = executes(data, state.kicks_off)
    {
        notes.breach(
            at + from + inside,
            "data holds no real-time command: the printer executes 10 04, 10 05 and 10 14 within it (devices.md E18)",
        );
    }
    known.length
}

/// Where data holds a command that the printer executes on arrival.
fn executes(data: &[u8], kicks_off: bool) -> Option<usize> {
    (0..data.len()).find(|at| match data[*at..] {
        [0x10, 0x04, 1..=8, ..] | [0x10, 0x05, 0..=3, ..] | [0x10, 0x14, 0x08, ..] => true,
        [0x10, 0x14, 0x01 | 0x02, ..] => !kicks_off,
        _ => false,
    })
}
