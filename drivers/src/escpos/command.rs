//! Rows and requests as ESC/POS bytes (`protocols.md` 6.1, `devices.md` E16–E18).
//!
//! Invariants: a job leaves nothing from the job before it (`1B 40` and the whole set-up each time); real-time drawer kicks are
//! off before the first data byte; the process id is asked for after the cut; a character is sent only as a glyph of the profile or
//! dot by dot. Deliberately not here: symbols (`qr.rs`, `barcode.rs`), pictures (`bitmap.rs`), the commands that carry dots
//! (`gaiji.rs`), and when which bytes are sent (`session.rs`).

use domain::id::PrintJobId;

use crate::pos_printer::Align;

use super::{
    barcode::{self, NoBarcode},
    bitmap::NoPicture,
    cell::{Shape, cells},
    gaiji::{self, Gaiji},
    layout::{Columns, Row},
    logo::Logo,
    qr,
    text::{Glyph, Unprintable},
    wrap::char_width,
};

pub use super::qr::{NoSymbol, QR_PAYLOAD_MAX_BYTES};

/// Number of different process ids: four digits of base 36.
pub const PROCESS_IDS: u32 = 36 * 36 * 36 * 36;

/// Initialise, katakana page.
const INITIALISE: [u8; 5] = [0x1b, 0x40, 0x1b, 0x74, 0x01];
/// Two-byte characters are Shift_JIS.
const SHIFT_JIS: [u8; 3] = [0x1c, 0x43, 0x31];
/// 5C is a yen sign.
const JAPAN: [u8; 3] = [0x1b, 0x52, 0x08];
/// No real-time drawer kick, no real-time power-off.
const REAL_TIME_OFF: [u8; 10] = [0x1d, 0x28, 0x44, 0x05, 0x00, 0x14, 0x01, 0x30, 0x02, 0x30];
/// Automatic status for drawer, on-line state, errors and paper.
const AUTOMATIC_STATUS: [u8; 3] = [0x1d, 0x61, 0x0f];
/// Empties the receive buffer and the print buffer (`DLE DC4` function 8); answered by `37 25 00`.
pub const CLEAR: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];
/// `DLE EOT` 1 to 4: answered at once, even with an open cover or without paper.
pub const ASK_STATUS: [[u8; 3]; 4] =
    [[0x10, 0x04, 0x01], [0x10, 0x04, 0x02], [0x10, 0x04, 0x03], [0x10, 0x04, 0x04]];
/// Feeds to the cutter, then cuts leaving one point.
const CUT: [u8; 4] = [0x1d, 0x56, 0x42, 0x00];
/// Pin 2 of the drawer connector, 50 ms on, 500 ms off, in units of 2 ms.
const KICK_DRAWER: [u8; 5] = [0x1b, 0x70, 0x00, 0x19, 0xfa];
/// Distance of the tabulator stops after `1B 40`, in half-width columns.
const TAB_COLUMNS: usize = 8;

/// How the printer is told that two bytes make one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KanjiMode {
    /// The printer finds Shift_JIS pairs by itself after `1C 43 31`.
    #[default]
    Automatic,
    /// A model without `1C 43`: kanji mode is switched on and off around each run (`1C 26`, `1C 2E`).
    Switched,
}

/// A row that has no bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoBytes {
    /// A character outside the printer's profile.
    #[error(transparent)]
    Unprintable(#[from] Unprintable),
    /// A payload that no QR symbol on this paper can carry.
    #[error(transparent)]
    Qr(#[from] NoSymbol),
    /// A content that no barcode on this paper can carry.
    #[error(transparent)]
    Barcode(#[from] NoBarcode),
    /// A picture that this paper cannot carry.
    #[error(transparent)]
    Picture(#[from] NoPicture),
}

/// The four characters of a job's process id: base 36, so that the numbers go round once in 1,679,616 jobs.
#[must_use]
pub fn process_id(job: PrintJobId) -> [u8; 4] {
    let mut rest = job.0 % PROCESS_IDS;
    let mut id = [0; 4];
    for place in id.iter_mut().rev() {
        let digit = u8::try_from(rest % 36).unwrap_or(0);
        *place = if digit < 10 { b'0' + digit } else { b'A' + digit - 10 };
        rest /= 36;
    }
    id
}

/// Whether an answered id stands for this job: the same or a later one, minding the wrap (`devices.md` E16).
#[must_use]
pub fn covers(answered: [u8; 4], job: PrintJobId) -> bool {
    let digits = answered.iter().all(u8::is_ascii_alphanumeric);
    let text = std::str::from_utf8(&answered).ok().filter(|_| digits);
    let value = text.and_then(|text| u32::from_str_radix(text, 36).ok());
    value.is_some_and(|value| (value + PROCESS_IDS - job.0 % PROCESS_IDS) % PROCESS_IDS < PROCESS_IDS / 2)
}

/// The set-up of a job, which prints nothing. Automatic status comes last, so its first answer proves that all before it is in force.
#[must_use]
pub fn set_up(kanji: KanjiMode) -> Vec<u8> {
    // A model that does not know `1C 43` would print its parameter.
    let shift_jis = if kanji == KanjiMode::Automatic { &SHIFT_JIS[..] } else { &[] };
    [&INITIALISE, shift_jis, &JAPAN, &REAL_TIME_OFF, &AUTOMATIC_STATUS].concat()
}

/// The printing part of a job: rows, cut, drawer, and at the end the question for the process id.
///
/// # Errors
/// When a row cannot be said in the printer's characters or as a QR symbol.
pub fn job(
    rows: &[Row],
    columns: Columns,
    kanji: KanjiMode,
    open_drawer: bool,
    job: PrintJobId,
) -> Result<Vec<u8>, NoBytes> {
    let mut encoder = Encoder::new(columns, kanji);
    for (line, row) in rows.iter().enumerate() {
        encoder.row(line, row)?;
    }
    let mut bytes = encoder.bytes;
    bytes.extend(CUT);
    if open_drawer {
        bytes.extend(KICK_DRAWER);
    }
    bytes.extend([0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30]);
    bytes.extend(process_id(job));
    Ok(bytes)
}

/// Writes only what changes from one row to the next.
struct Encoder {
    bytes: Vec<u8>,
    columns: Columns,
    kanji: KanjiMode,
    kanji_on: bool,
    align: Align,
    large: bool,
    bold: bool,
    gaiji: Gaiji,
}

impl Encoder {
    const fn new(columns: Columns, kanji: KanjiMode) -> Self {
        Self {
            bytes: Vec::new(),
            columns,
            kanji,
            kanji_on: false,
            align: Align::Left,
            large: false,
            bold: false,
            gaiji: Gaiji::new(),
        }
    }

    fn row(&mut self, line: usize, row: &Row) -> Result<(), NoBytes> {
        match row {
            Row::Qr(payload) => {
                self.style(Align::Centre, false, self.bold);
                self.bytes.extend(qr::symbol(payload.as_bytes(), self.columns)?);
                Ok(())
            }
            Row::Barcode { kind, data } => {
                self.style(Align::Centre, false, self.bold);
                self.bytes.extend(barcode::symbol(*kind, data, self.columns)?);
                Ok(())
            }
            Row::Logo(logo) => {
                self.style(Align::Centre, false, self.bold);
                match logo {
                    Logo::Stored(key) => {
                        let [a, b] = key.bytes();
                        self.bytes.extend([0x1d, 0x28, 0x4c, 0x06, 0x00, 0x30, 0x45, a, b, 0x01, 0x01]);
                    }
                    Logo::Picture(picture) => self.bytes.extend(picture.raster(self.columns)?),
                }
                Ok(())
            }
            Row::Text { text, .. } if text.is_empty() => {
                self.style(self.align, false, self.bold);
                self.bytes.push(0x0a);
                Ok(())
            }
            Row::Text { text, align, large, bold } => {
                if *large {
                    self.bytes.extend(self.gaiji.define(text, line)?);
                }
                self.style(*align, *large, *bold);
                self.text(line, text, *align == Align::Left && !large)?;
                self.bytes.push(0x0a);
                Ok(())
            }
        }
    }

    /// Leaves large before it moves and enters it after, so that the alignment is set at the beginning of a plain row.
    fn style(&mut self, align: Align, large: bool, bold: bool) {
        if self.large && !large {
            self.bytes.extend([0x1d, 0x21, 0x00]);
        }
        if self.bold != bold {
            self.bytes.extend([0x1b, 0x45, u8::from(bold)]);
        }
        if self.align != align {
            let code = match align {
                Align::Left => 0,
                Align::Centre => 1,
                Align::Right => 2,
            };
            self.bytes.extend([0x1b, 0x61, code]);
        }
        if large && !self.large {
            self.bytes.extend([0x1d, 0x21, 0x11]);
        }
        (self.align, self.large, self.bold) = (align, large, bold);
    }

    /// Characters, and where `tabs` may be used, gaps by the stops that every printer has after `1B 40`: half of the bytes of a
    /// receipt would be spaces otherwise (`performance.md` 4).
    fn text(&mut self, line: usize, text: &str, tabs: bool) -> Result<(), Unprintable> {
        let (mut at, mut spaces) = (0, 0);
        for (offset, cell) in cells(text) {
            let character = cell.base;
            if cell.base == ' ' && cell.selector.is_none() {
                spaces += 1;
                continue;
            }
            self.gap(at, spaces, tabs);
            at += spaces + char_width(character);
            spaces = 0;
            let missing = Unprintable { character, line, offset };
            match cell.shape().ok_or(missing)? {
                Shape::Font(Glyph::Half(byte)) => {
                    self.switch_kanji(false);
                    self.bytes.push(byte);
                }
                Shape::Font(Glyph::Full(pair)) => {
                    self.switch_kanji(true);
                    self.bytes.extend(pair);
                }
                Shape::Dots(dots) if self.large => {
                    self.switch_kanji(true);
                    self.bytes.extend(self.gaiji.code(dots).ok_or(missing)?);
                }
                Shape::Dots(dots) => {
                    let dots = if self.bold { dots.bold() } else { dots };
                    self.bytes.extend(gaiji::image(dots).ok_or(missing)?);
                }
            }
        }
        Ok(())
    }

    fn gap(&mut self, from: usize, columns: usize, tabs: bool) {
        if columns == 0 {
            return;
        }
        self.switch_kanji(false);
        let to = from + columns;
        let stops = to / TAB_COLUMNS - from / TAB_COLUMNS;
        let behind_the_last = to % TAB_COLUMNS;
        if tabs && stops > 0 && stops + behind_the_last < columns {
            self.bytes.extend(std::iter::repeat_n(0x09, stops));
            self.bytes.extend(std::iter::repeat_n(b' ', behind_the_last));
        } else {
            self.bytes.extend(std::iter::repeat_n(b' ', columns));
        }
    }

    fn switch_kanji(&mut self, on: bool) {
        if self.kanji == KanjiMode::Switched && self.kanji_on != on {
            self.bytes.extend([0x1c, if on { 0x26 } else { 0x2e }]);
            self.kanji_on = on;
        }
    }
}
