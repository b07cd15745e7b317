//! The print head: character set, size, alignment, and the row under it.
//!
//! Invariants: places are counted in dots, font A; characters come out as the set-up chose. Without it half-width katakana, yen signs and kanji come out wrong, as on a
//! real printer; a code without a glyph comes out as a question mark.

use std::collections::BTreeMap;

use encoding_rs::SHIFT_JIS;

use super::{dots, interpret::KANJI_BYTES};

/// What is printed for a code without a glyph.
const NO_GLYPH: char = '?';
/// Width of a half-width character, font A.
const HALF_DOTS: usize = 12;
/// Distance of the factory tabulator stops: eight columns.
const TAB_DOTS: usize = 8 * HALF_DOTS;
/// Most kanji that the host may define; more are forgotten, as on small models.
const DEFINED_MAX: usize = 15;
/// What an image within a row reads as where it is no character.
const NO_CHARACTER: char = '\u{fffd}';

/// A character as it was received.
#[derive(Debug, Clone, Copy)]
pub(super) enum Code {
    Half(u8),
    Full([u8; 2]),
}

/// Modes as after power-on, and the row.
#[derive(Debug)]
pub(super) struct Head {
    pub code_page: u8,
    pub international: u8,
    pub shift_jis: bool,
    pub kanji: bool,
    /// Width of a character, 1 to 8 times.
    pub width: usize,
    align: u8,
    row: String,
    dots: usize,
    defined: BTreeMap<[u8; 2], [u8; KANJI_BYTES]>,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            code_page: 0,
            international: 0,
            shift_jis: false,
            kanji: false,
            width: 1,
            align: 0,
            row: String::new(),
            dots: 0,
            defined: BTreeMap::new(),
        }
    }
}

impl Head {
    /// Whether two bytes are read as one character.
    pub const fn reads_kanji(&self) -> bool {
        self.shift_jis || self.kanji
    }

    pub const fn is_empty(&self) -> bool {
        self.row.is_empty()
    }

    pub fn forget_row(&mut self) {
        self.row.clear();
        self.dots = 0;
    }

    /// Works only at the beginning of a row.
    pub const fn set_align(&mut self, n: u8) {
        if self.is_empty() {
            self.align = n & 0x03;
        }
    }

    pub const fn has_room(&self, code: Code, columns: usize) -> bool {
        self.dots + self.advance(code) <= columns * HALF_DOTS
    }

    pub fn place(&mut self, code: Code) {
        match code {
            Code::Half(byte) => self.row.push(self.half(byte)),
            Code::Full(pair) => match self.defined.get(&pair) {
                Some(kanji) => self.row.push_str(&dots::read(kanji).unwrap_or(NO_CHARACTER.to_string())),
                None => self.row.push(full(pair)),
            },
        }
        self.dots += self.advance(code);
    }

    pub fn define(&mut self, code: [u8; 2], kanji: [u8; KANJI_BYTES]) {
        if matches!(code, [0xec, 0x40..=0x7e | 0x80..=0x9e])
            && (self.defined.len() < DEFINED_MAX || self.defined.contains_key(&code))
        {
            self.defined.insert(code, kanji);
        }
    }

    /// Columns of three bytes, at the size of the image whatever the size of the characters; the rest of a full row is lost.
    pub fn image(&mut self, columns: &[u8], paper_columns: usize) {
        for cell in columns.chunks(KANJI_BYTES) {
            let wide = cell.len() / 3;
            if self.dots + wide > paper_columns * HALF_DOTS {
                return;
            }
            self.dots += wide;
            let kanji = <&[u8; KANJI_BYTES]>::try_from(cell).ok().and_then(dots::read);
            self.row.push_str(&kanji.unwrap_or(NO_CHARACTER.to_string()));
        }
    }

    /// Goes to the next stop; a stop beyond the paper does nothing.
    pub fn tab(&mut self, columns: usize) {
        let stop = (self.dots / TAB_DOTS + 1) * TAB_DOTS;
        if stop < columns * HALF_DOTS {
            self.row.push_str(&" ".repeat((stop - self.dots) / HALF_DOTS));
            self.dots = stop;
        }
    }

    /// The row as it stands on the paper; the next one is empty.
    pub fn finish(&mut self, columns: usize) -> String {
        let free = (columns * HALF_DOTS).saturating_sub(self.dots) / HALF_DOTS;
        let indent = match self.align {
            _ if self.row.is_empty() => 0,
            1 => free / 2,
            2 => free,
            _ => 0,
        };
        let line = format!("{}{}", " ".repeat(indent), self.row);
        self.forget_row();
        line
    }

    const fn advance(&self, code: Code) -> usize {
        match code {
            Code::Half(_) => HALF_DOTS * self.width,
            Code::Full(_) => 2 * HALF_DOTS * self.width,
        }
    }

    fn half(&self, byte: u8) -> char {
        match byte {
            0x5c if self.international == 8 => '¥',
            0x20..=0x7e => char::from(byte),
            0xa1..=0xdf if self.code_page == 1 => {
                char::from_u32(0xff61 + u32::from(byte - 0xa1)).unwrap_or(NO_GLYPH)
            }
            _ => NO_GLYPH,
        }
    }
}

/// A kanji of this printer's font: rows 1 to 8, 13 and 16 to 84.
fn full(pair: [u8; 2]) -> char {
    let [lead, trail] = pair;
    let above = if lead < 0xa0 { 0x81 } else { 0xc1 };
    let row = lead.saturating_sub(above) * 2 + if trail >= 0x9f { 2 } else { 1 };
    if !matches!(row, 1..=8 | 13 | 16..=84) {
        return NO_GLYPH;
    }
    let (text, _, failed) = SHIFT_JIS.decode(&pair);
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) if !failed => character,
        _ => NO_GLYPH,
    }
}
