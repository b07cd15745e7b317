//! Cells of dots within a row of text: as an image in the line, or as a character of the job's own (外字).
//!
//! A plain row takes `1B 2A 21` (24 dots high, one command, so the band of 24 of `devices.md` M13 holds). That image knows no size,
//! so a row of double size defines its characters first (`1C 32`, codes EC40 and on) and prints them like any kanji; `1B 40` of the
//! next job forgets them. Sources: Epson's command reference, `ESC *` and `FS 2`.
//! Invariant: no bytes leave that the printer would execute (`devices.md` E18); a cell that has such is no cell for this printer.

use super::{
    cell::{Shape, cells},
    glyphs::{CELL_BYTES, CELL_DOTS, Dots},
    qr::executes,
    text::Unprintable,
};

/// Most characters that a row of double size may define: models differ, and the smallest known memory has fifteen.
pub const DEFINED_MAX: usize = 15;
/// First byte of a user-defined character in Shift_JIS, and the second byte of the first one.
const FIRST_CODE: [u8; 2] = [0xec, 0x40];

/// A cell as an image in the line.
pub(super) fn image(dots: Dots) -> Option<Vec<u8>> {
    let columns = harmless(dots)?;
    let width = u8::try_from(CELL_DOTS).ok()?;
    Some([&[0x1b, 0x2a, 0x21, width, 0x00], columns.as_slice()].concat())
}

fn harmless(dots: Dots) -> Option<[u8; CELL_BYTES]> {
    Some(dots.columns()).filter(|columns| !executes(columns))
}

/// The characters that the job has defined so far.
#[derive(Debug)]
pub(super) struct Gaiji {
    defined: Vec<Dots>,
}

impl Gaiji {
    pub(super) const fn new() -> Self {
        Self { defined: Vec::new() }
    }

    /// Definitions of what a row needs and the printer does not hold yet. With the memory full, the row begins a new one: what
    /// earlier rows printed stays printed.
    pub(super) fn define(&mut self, text: &str, line: usize) -> Result<Vec<u8>, Unprintable> {
        let drawn = |(offset, cell): (usize, super::cell::Cell)| match cell.shape()? {
            Shape::Dots(dots) => Some((dots, Unprintable { character: cell.base, line, offset })),
            Shape::Font(_) => None,
        };
        let needed: Vec<(Dots, Unprintable)> = cells(text).filter_map(drawn).collect();
        let new = needed.iter().filter(|(dots, _)| !self.defined.contains(dots)).count();
        if self.defined.len() + new > DEFINED_MAX {
            self.defined.clear();
        }
        let mut bytes = Vec::new();
        for (dots, place) in needed {
            if self.defined.contains(&dots) {
                continue;
            }
            self.defined.push(dots);
            let code = self.code(dots).ok_or(place)?;
            bytes.extend([0x1c, 0x32]);
            bytes.extend(code);
            bytes.extend(harmless(dots).ok_or(place)?);
        }
        Ok(bytes)
    }

    /// The code under which the printer holds a cell.
    pub(super) fn code(&self, dots: Dots) -> Option<[u8; 2]> {
        let at = self.defined.iter().position(|defined| *defined == dots).filter(|at| *at < DEFINED_MAX)?;
        let [lead, trail] = FIRST_CODE;
        Some([lead, trail + u8::try_from(at).ok()?])
    }
}
