//! Received bytes as operations, one at a time, in the printer's own reading.
//!
//! Invariant: an operation is returned only when all of its bytes are there; a byte that begins no known command is one
//! [`Operation::Unknown`]. Deliberately not here: what an operation does (`machine.rs`), and real-time commands, which the
//! printer finds before it reads in order (`realtime.rs`).

/// Bytes of a kanji of 24 x 24 dots.
pub(super) const KANJI_BYTES: usize = 72;

/// One step of the printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    Initialise,
    CodePage(u8),
    KanjiCode(u8),
    KanjiMode(bool),
    International(u8),
    Align(u8),
    Size(u8),
    Half(u8),
    Full([u8; 2]),
    /// Columns of 24 dots within the row.
    Image(Vec<u8>),
    /// A user-defined kanji: its code and its columns.
    Define([u8; 2], Box<[u8; KANJI_BYTES]>),
    LineFeed,
    Tab,
    Cut,
    Kick,
    Graphic(Graphic),
    RealTimeSwitches(Vec<(u8, bool)>),
    AutomaticStatus(u8),
    AskPaper,
    ProcessId([u8; 4]),
    /// Known, and without a trace on this paper.
    Nothing,
    Unknown(u8),
}

/// What is drawn, not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Graphic {
    QrStore(Vec<u8>),
    QrPrint,
    /// Kind and content of a barcode, as received.
    Barcode(u8, Vec<u8>),
    /// An image of the printer's memory.
    Stored([u8; 2]),
    /// Bytes of a row, and the rows.
    Raster(usize, Vec<u8>),
}

/// Reads the first operation and its length; `None` while bytes are missing. `kanji` tells whether pairs are read as kanji.
pub(super) fn read(bytes: &[u8], kanji: bool) -> Option<(Operation, usize)> {
    let &first = bytes.first()?;
    match first {
        0x09 => Some((Operation::Tab, 1)),
        0x0a => Some((Operation::LineFeed, 1)),
        0x0d => Some((Operation::Nothing, 1)),
        0x10 => data_link(bytes),
        0x1b => escape(bytes),
        0x1c => file_separator(bytes),
        0x1d => group_separator(bytes),
        0x81..=0x9f | 0xe0..=0xfc if kanji => Some((Operation::Full([first, *bytes.get(1)?]), 2)),
        0x20..=0x7e | 0x80..=0xff => Some((Operation::Half(first), 1)),
        _ => Some((Operation::Unknown(first), 1)),
    }
}

/// Real-time commands were executed on arrival; in order they mean nothing.
fn data_link(bytes: &[u8]) -> Option<(Operation, usize)> {
    let length = match (*bytes.get(1)?, bytes.get(2)) {
        (0x04 | 0x05, _) => 3,
        (0x14, None) => return None,
        (0x14, Some(0x01 | 0x02)) => 5,
        (0x14, Some(0x08)) => 10,
        _ => return Some((Operation::Unknown(0x10), 1)),
    };
    (bytes.len() >= length).then_some((Operation::Nothing, length))
}

fn escape(bytes: &[u8]) -> Option<(Operation, usize)> {
    let command = *bytes.get(1)?;
    if command == 0x40 {
        return Some((Operation::Initialise, 2));
    }
    let n = bytes.get(2).copied();
    Some(match command {
        0x32 => (Operation::Nothing, 2),
        0x45 | 0x33 | 0x2d => (Operation::Nothing, n.map(|_| 3)?),
        0x52 => (Operation::International(n?), 3),
        0x61 => (Operation::Align(n?), 3),
        0x74 => (Operation::CodePage(n?), 3),
        0x70 => (Operation::Kick, bytes.get(4).map(|_| 5)?),
        0x2a => {
            let [_, _, mode, low, high] = *bytes.first_chunk()?;
            let columns = usize::from(u16::from_le_bytes([low, high]));
            match mode {
                33 => (Operation::Image(bytes.get(5..5 + 3 * columns)?.to_vec()), 5 + 3 * columns),
                // Other densities are known, and leave nothing that this paper could show.
                32 => (Operation::Nothing, bytes.get(5..5 + 3 * columns).map(|data| 5 + data.len())?),
                0 | 1 => (Operation::Nothing, bytes.get(5..5 + columns).map(|data| 5 + data.len())?),
                _ => (Operation::Unknown(0x1b), 1),
            }
        }
        _ => (Operation::Unknown(0x1b), 1),
    })
}

fn file_separator(bytes: &[u8]) -> Option<(Operation, usize)> {
    Some(match *bytes.get(1)? {
        0x26 => (Operation::KanjiMode(true), 2),
        0x2e => (Operation::KanjiMode(false), 2),
        0x43 => (Operation::KanjiCode(*bytes.get(2)?), 3),
        0x32 => {
            let code = [*bytes.get(2)?, *bytes.get(3)?];
            let dots = bytes.get(4..4 + KANJI_BYTES)?.try_into().ok()?;
            (Operation::Define(code, Box::new(dots)), 4 + KANJI_BYTES)
        }
        0x21 | 0x2d | 0x57 => (Operation::Nothing, bytes.get(2).map(|_| 3)?),
        0x53 => (Operation::Nothing, bytes.get(3).map(|_| 4)?),
        _ => (Operation::Unknown(0x1c), 1),
    })
}

fn group_separator(bytes: &[u8]) -> Option<(Operation, usize)> {
    let n = bytes.get(2).copied();
    Some(match *bytes.get(1)? {
        0x21 => (Operation::Size(n?), 3),
        0x42 | 0x48 | 0x66 | 0x68 | 0x77 => (Operation::Nothing, n.map(|_| 3)?),
        0x6b => {
            let [_, _, kind @ 65..=255, length] = *bytes.first_chunk()? else {
                return Some((Operation::Unknown(0x1d), 1));
            };
            let end = 4 + usize::from(length);
            (Operation::Graphic(Graphic::Barcode(kind, bytes.get(4..end)?.to_vec())), end)
        }
        0x4c | 0x57 => (Operation::Nothing, bytes.get(3).map(|_| 4)?),
        0x56 => match n? {
            0x41 | 0x42 => (Operation::Cut, bytes.get(3).map(|_| 4)?),
            _ => (Operation::Cut, 3),
        },
        0x61 => (Operation::AutomaticStatus(n?), 3),
        0x72 => (Operation::AskPaper, n.map(|_| 3)?),
        0x76 => {
            let [_, _, _, _, xl, xh, yl, yh] = *bytes.first_chunk()?;
            let wide = usize::from(u16::from_le_bytes([xl, xh]));
            let end = 8 + wide * usize::from(u16::from_le_bytes([yl, yh]));
            (Operation::Graphic(Graphic::Raster(wide, bytes.get(8..end)?.to_vec())), end)
        }
        0x28 => return parenthesis(bytes),
        _ => (Operation::Unknown(0x1d), 1),
    })
}

/// `1D 28 x pL pH …`: the family that carries its length.
fn parenthesis(bytes: &[u8]) -> Option<(Operation, usize)> {
    let [_, _, family, low, high] = *bytes.first_chunk()?;
    let length = 5 + usize::from(u16::from_le_bytes([low, high]));
    let parameters = bytes.get(5..length)?;
    let operation = match (family, parameters) {
        (0x44, [0x14, switches @ ..]) => {
            let pairs =
                switches.as_chunks::<2>().0.iter().map(|[which, on]| (*which, matches!(on, 1 | 0x31)));
            Operation::RealTimeSwitches(pairs.collect())
        }
        (0x48, [0x30, 0x30, id @ ..]) => id.try_into().map_or(Operation::Unknown(0x1d), Operation::ProcessId),
        (0x4c, [0x30, 0x45, a, b, 1, 1]) => Operation::Graphic(Graphic::Stored([*a, *b])),
        (0x6b, [0x31, 0x50, 0x30, payload @ ..]) => Operation::Graphic(Graphic::QrStore(payload.to_vec())),
        (0x6b, [0x31, 0x51, 0x30]) => Operation::Graphic(Graphic::QrPrint),
        (0x6b, [0x31, 0x41 | 0x43 | 0x45, ..]) => Operation::Nothing,
        _ => Operation::Unknown(0x1d),
    };
    Some((operation, length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever comes, the printer goes on: every operation takes at least one byte and none that is not there.
        #[test]
        fn any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(any::<u8>(), 0..200), kanji in any::<bool>()) {
            let mut rest = bytes.as_slice();
            while let Some((_, length)) = read(rest, kanji) {
                prop_assert!((1..=rest.len()).contains(&length));
                rest = &rest[length..];
            }
        }
    }
}
