//! Commands of ESC/POS that carry data or a length of their own: symbols, images, cuts, real-time commands, the families `1D 28`.

use super::escpos_command::{Effect, Known, Read};

/// Bytes before the data of `1D 28 x pL pH`.
const FAMILY_HEAD_BYTES: usize = 5;
/// Bytes of a kanji of 24 x 24 dots.
const KANJI_BYTES: usize = 72;

/// Reads a command with data.
pub(super) fn extended(bytes: &[u8]) -> Read {
    match bytes {
        [0x10, rest @ ..] => real_time(rest),
        [0x1B, 0x2A, rest @ ..] => column_image(rest),
        [0x1B, 0x44, rest @ ..] => tabulators(rest),
        [0x1C, 0x32, rest @ ..] => user_defined_kanji(bytes, rest),
        [0x1D, 0x56, rest @ ..] => cut(rest),
        [0x1D, 0x28, rest @ ..] => family(bytes, rest),
        [0x1D, 0x38, rest @ ..] => large_graphics(bytes, rest),
        [0x1D, 0x76, rest @ ..] => raster(bytes, rest),
        [0x1D, 0x6B, rest @ ..] => barcode(bytes, rest),
        _ => Read::Unknown,
    }
}

fn with_data(bytes: &[u8], words: String, data: (usize, usize), effect: Effect) -> Read {
    if bytes.len() < data.1 {
        return Read::Cut;
    }
    Read::Known(Known { length: data.1, words, effect, data: Some(data) })
}

fn real_time(rest: &[u8]) -> Read {
    match *rest {
        [0x04, n, ..] => Read::known(3, format!("at once: ask for status {n}"), Effect::None),
        [0x05, n, ..] => Read::known(3, format!("at once: recover from an error ({n})"), Effect::None),
        [0x14, 0x01, m, t, ..] => {
            let pin = if m & 1 == 0 { 2 } else { 5 };
            Read::known(
                5,
                format!("at once: open the drawer, pin {pin}, {} ms", 100 * u32::from(t)),
                Effect::None,
            )
        }
        [0x14, 0x02, _, _, ..] => Read::known(5, "at once: switch off", Effect::None),
        [0x14, 0x08, 1, 3, 0x14, 1, 6, 2, 8, ..] => {
            Read::known(10, "at once: empty the buffers; answered by 37 25 00", Effect::Clear)
        }
        [0x14, 0x08, ref key @ ..] if key.len() >= 7 => Read::Unknown,
        [] | [0x04 | 0x05 | 0x14] | [0x14, 0x01 | 0x02 | 0x08, ..] => Read::Cut,
        _ => Read::Unknown,
    }
}

fn column_image(rest: &[u8]) -> Read {
    let [mode, low, high, data @ ..] = rest else { return Read::Cut };
    let columns = usize::from(u16::from_le_bytes([*low, *high]));
    let length = columns * if mode & 0x20 == 0 { 1 } else { 3 };
    if data.len() < length {
        return Read::Cut;
    }
    let words = format!("an image of {columns} columns");
    Read::Known(Known { length: 5 + length, words, effect: Effect::Print, data: Some((5, 5 + length)) })
}

/// The font of 24 x 24 dots is taken for granted: 72 bytes.
fn user_defined_kanji(bytes: &[u8], rest: &[u8]) -> Read {
    let [first, second, ..] = rest else { return Read::Cut };
    let words = format!("define kanji {first:02X} {second:02X}, 24 x 24 dots");
    with_data(bytes, words, (4, 4 + KANJI_BYTES), Effect::Define([*first, *second]))
}

fn tabulators(rest: &[u8]) -> Read {
    match rest.iter().take(33).position(|byte| *byte == 0) {
        Some(stops) => Read::known(2 + stops + 1, format!("{stops} tabulator stops"), Effect::None),
        None if rest.len() < 33 => Read::Cut,
        None => Read::Unknown,
    }
}

fn cut(rest: &[u8]) -> Read {
    match *rest {
        [0 | 0x30, ..] => Read::known(3, "cut", Effect::Cut),
        [1 | 0x31, ..] => Read::known(3, "cut, one point left", Effect::Cut),
        [0x41, n, ..] => Read::known(4, format!("feed {n} dots to the cutter and cut"), Effect::Cut),
        [0x42, n, ..] => {
            Read::known(4, format!("feed {n} dots to the cutter and cut, one point left"), Effect::Cut)
        }
        [] | [0x41 | 0x42] => Read::Cut,
        _ => Read::Unknown,
    }
}

fn family(bytes: &[u8], rest: &[u8]) -> Read {
    let [letter, low, high, ..] = rest else { return Read::Cut };
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    let end = FAMILY_HEAD_BYTES + length;
    let Some(data) = bytes.get(FAMILY_HEAD_BYTES..end) else {
        return if letter.is_ascii_uppercase() || *letter == b'k' { Read::Cut } else { Read::Unknown };
    };
    let known = |words: String, effect| Read::known(end, words, effect);
    match (letter, data) {
        (b'D', [0x14, switches @ ..]) => {
            let kicks_off = switches.chunks_exact(2).any(|pair| pair[0] == 1 && matches!(pair[1], 0 | 0x30));
            let kicks = if kicks_off { "off" } else { "on" };
            known(format!("real-time drawer kicks {kicks}"), Effect::RealTime { kicks_off })
        }
        (b'H', [0x30, 0x30, id @ ..]) if id.len() == 4 => {
            let shown = String::from_utf8_lossy(id).into_owned();
            known(format!("ask for process id {shown:?} when all before it is on paper"), Effect::ProcessId)
        }
        (b'L', [0x30, 0x45, a, b, ..]) => {
            let key = [*a, *b].map(char::from);
            known(format!("print the stored image {}{}", key[0], key[1]), Effect::Print)
        }
        (b'L', [0x30, 0x02 | 0x32]) => known("print the image in the buffer".to_owned(), Effect::Print),
        (b'L', [0x30, ..]) => with_data(bytes, "graphics".to_owned(), (FAMILY_HEAD_BYTES, end), Effect::None),
        (b'k', [kind, function, value @ ..]) => symbol(bytes, *kind, (*function, value), end),
        (b'A' | b'C' | b'E' | b'F' | b'I' | b'J' | b'K' | b'M' | b'N' | b'P' | b'Q' | b'V', _) => {
            known(format!("set-up of family {}, {length} bytes", char::from(*letter)), Effect::None)
        }
        _ => Read::Unknown,
    }
}

/// `1D 28 6B`: two-dimensional symbols.
fn symbol(bytes: &[u8], kind: u8, (function, value): (u8, &[u8]), end: usize) -> Read {
    let name = match kind {
        0x30 => "PDF417",
        0x31 => "QR",
        0x33 => "GS1 DataBar",
        0x36 => "DataMatrix",
        _ => "symbol",
    };
    match (function, value) {
        (0x50, [0x30, payload @ ..]) => {
            let words = format!("{name}: store {} bytes", payload.len());
            with_data(bytes, words, (end - payload.len(), end), Effect::None)
        }
        (0x51, [0x30]) => Read::known(end, format!("{name}: print"), Effect::Print),
        (0x43, [n]) => Read::known(end, format!("{name}: {n} dots a module"), Effect::None),
        (0x45, [n, ..]) => {
            let level = match n {
                0x30 => "L",
                0x31 => "M",
                0x32 => "Q",
                0x33 => "H",
                _ => "as told",
            };
            Read::known(end, format!("{name}: error correction {level}"), Effect::None)
        }
        _ => Read::known(end, format!("{name}: function {function:02X}"), Effect::None),
    }
}

fn large_graphics(bytes: &[u8], rest: &[u8]) -> Read {
    match *rest {
        [0x4C, a, b, c, d, ..] => {
            let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
            with_data(
                bytes,
                format!("graphics of {length} bytes"),
                (7, length.saturating_add(7)),
                Effect::None,
            )
        }
        [] | [0x4C, ..] => Read::Cut,
        _ => Read::Unknown,
    }
}

fn raster(bytes: &[u8], rest: &[u8]) -> Read {
    match *rest {
        [0x30, _, xl, xh, yl, yh, ..] => {
            let wide = usize::from(u16::from_le_bytes([xl, xh]));
            let high = usize::from(u16::from_le_bytes([yl, yh]));
            let words = format!("an image of {} x {high} dots", wide * 8);
            with_data(bytes, words, (8, 8 + wide * high), Effect::Print)
        }
        [] | [0x30, ..] => Read::Cut,
        _ => Read::Unknown,
    }
}

/// `1D 6B m n data`, and the older form `1D 6B m data 00`.
fn barcode(bytes: &[u8], rest: &[u8]) -> Read {
    let name = |m: u8| match m {
        0 | 65 => "UPC-A",
        1 | 66 => "UPC-E",
        2 | 67 => "JAN-13",
        3 | 68 => "JAN-8",
        4 | 69 => "Code 39",
        5 | 70 => "ITF",
        6 | 71 => "NW-7",
        72 => "Code 93",
        73 => "Code 128",
        _ => "GS1",
    };
    match *rest {
        [m @ 65..=79, n, ..] => {
            let words = format!("barcode {} of {n} bytes", name(m));
            with_data(bytes, words, (4, 4 + usize::from(n)), Effect::Print)
        }
        [m @ 0..=6, ref data @ ..] => match data.iter().take(256).position(|byte| *byte == 0) {
            Some(n) => Read::Known(Known {
                length: 4 + n,
                words: format!("barcode {} of {n} bytes", name(m)),
                effect: Effect::Print,
                data: Some((3, 3 + n)),
            }),
            None if data.len() < 256 => Read::Cut,
            None => Read::Unknown,
        },
        [] | [65..=79] => Read::Cut,
        _ => Read::Unknown,
    }
}
