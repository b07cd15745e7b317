//! Shift_JIS (CP932) preflight: which characters the printer's font has, and what is done about the others.
//!
//! Invariants: a character outside the printer's profile never becomes `?` or a blank. It is reported with its place, or it is
//! replaced by an entry of the caller's table, and then the paper says so: 「高※」 and a footnote (DESIGN 3.13).
//! Profile: half-width letters and katakana, JIS X 0208, and row 13 of CP932. "Encodable" is not "in the font": 髙 has a CP932
//! code and still no glyph here (`devices.md` E19).
//! A character outside the profile that `glyphs.rs` draws is printed as it is, unless the table names it.
//! Deliberately not here: the drawing itself.

use std::collections::BTreeMap;

use encoding_rs::SHIFT_JIS;

use crate::pos_printer::{Align, Document, Line};

use super::cell::{Cell, cells};

/// Most replacement entries that a configuration may carry.
pub const REPLACEMENTS_MAX: usize = 500;
/// Follows each replaced character.
pub const REPLACED_MARK: char = '※';
/// The last line of a paper on which a character was replaced.
pub const FOOTNOTE: &str = "※ 印字できない文字を置き換えました";

/// One character as the printer takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// One byte, one column.
    Half(u8),
    /// Two bytes, two columns.
    Full([u8; 2]),
}

/// A character that the printer has no glyph for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no glyph for U+{:04X} in line {line}, character {offset}", u32::from(*.character))]
pub struct Unprintable {
    /// The character.
    pub character: char,
    /// Line of the document, from 0.
    pub line: usize,
    /// Place in that line's text, in characters, from 0; the texts of a pair are counted one after the other.
    pub offset: usize,
}

/// The printer's bytes for a character, or `None` where its font has no glyph.
///
/// `¥` is 5C, as the printer is set to Japan (`1B 52 08`); for the same reason a backslash has no byte of its own. Mapping
/// questions (〜, −, ―, ∥, ¢, £, ¬) are answered as CP932 does (`devices.md` E19).
#[must_use]
pub fn glyph(c: char) -> Option<Glyph> {
    match c {
        '\\' | '\u{203e}' => None,
        ' '..='~' => u8::try_from(c).ok().map(Glyph::Half),
        '\u{a5}' => Some(Glyph::Half(0x5c)),
        '\u{301c}' | '\u{ff5e}' => Some(Glyph::Full([0x81, 0x60])),
        '\u{2212}' | '\u{ff0d}' => Some(Glyph::Full([0x81, 0x7c])),
        '\u{2014}' => Some(Glyph::Full([0x81, 0x5c])),
        '\u{2016}' => Some(Glyph::Full([0x81, 0x61])),
        '\u{a2}' => Some(Glyph::Full([0x81, 0x91])),
        '\u{a3}' => Some(Glyph::Full([0x81, 0x92])),
        '\u{ac}' => Some(Glyph::Full([0x81, 0xca])),
        _ => encoded(c).filter(in_profile),
    }
}

fn encoded(c: char) -> Option<Glyph> {
    let mut utf8 = [0; 4];
    let (bytes, _, unmappable) = SHIFT_JIS.encode(c.encode_utf8(&mut utf8));
    match (unmappable, bytes.as_ref()) {
        (false, &[half]) => Some(Glyph::Half(half)),
        (false, &[lead, trail]) => Some(Glyph::Full([lead, trail])),
        _ => None,
    }
}

/// Rows 1–8 and 16–84 are JIS X 0208; 87 40–87 9C is row 13. The rest are vendor extensions.
fn in_profile(glyph: &Glyph) -> bool {
    match *glyph {
        Glyph::Half(byte) => matches!(byte, 0xa1..=0xdf),
        Glyph::Full([lead, trail]) => match lead {
            0x81..=0x84 | 0x89..=0x9f | 0xe0..=0xea => true,
            0x87 => trail <= 0x9c,
            0x88 => trail >= 0x9f,
            _ => false,
        },
    }
}

/// What stands for characters that the printer does not have: 髙 → 高.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(try_from = "BTreeMap<char, String>")]
pub struct Replacements(BTreeMap<char, String>);

/// A replacement table that would not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReplacement {
    /// More entries than [`REPLACEMENTS_MAX`].
    #[error("more than {REPLACEMENTS_MAX} replacements")]
    TooMany,
    /// The replacement itself has no glyph.
    #[error("the replacement of {0:?} cannot be printed either: {1:?}")]
    Unprintable(char, char),
    /// The character prints as it is; replacing it would falsify the paper.
    #[error("{0:?} needs no replacement")]
    NotNeeded(char),
}

impl TryFrom<BTreeMap<char, String>> for Replacements {
    type Error = BadReplacement;
    fn try_from(table: BTreeMap<char, String>) -> Result<Self, BadReplacement> {
        if table.len() > REPLACEMENTS_MAX {
            return Err(BadReplacement::TooMany);
        }
        for (&from, to) in &table {
            if glyph(from).is_some() {
                return Err(BadReplacement::NotNeeded(from));
            }
            if let Some(bad) = to.chars().find(|c| glyph(*c).is_none()) {
                return Err(BadReplacement::Unprintable(from, bad));
            }
        }
        Ok(Self(table))
    }
}

/// A document of which every character has a glyph or is drawn: replaced where the table says so, and then marked and footnoted.
///
/// The table goes before the drawing: whoever wrote 髙 → 高 decided it. A variation sequence of a replaced character is replaced with it.
///
/// A tabulator becomes a space; line feeds stay, the layout breaks there. QR payloads and barcodes are data, not text: they are not looked at.
///
/// # Errors
/// Every character that has neither a glyph nor a drawing nor a replacement.
pub fn prepare(document: &Document, replacements: &Replacements) -> Result<Document, Vec<Unprintable>> {
    let mut pass = Pass { replacements, replaced: false, missing: Vec::new() };
    let mut lines: Vec<Line> =
        document.lines.iter().enumerate().map(|(at, line)| pass.line(at, line)).collect();
    if !pass.missing.is_empty() {
        return Err(pass.missing);
    }
    if pass.replaced {
        lines.push(Line::Text { text: FOOTNOTE.to_owned(), align: Align::Left, large: false, bold: false });
    }
    Ok(Document { lines, open_drawer: document.open_drawer })
}

struct Pass<'a> {
    replacements: &'a Replacements,
    replaced: bool,
    missing: Vec<Unprintable>,
}

impl Pass<'_> {
    fn line(&mut self, at: usize, line: &Line) -> Line {
        match line {
            Line::Text { text, align, large, bold } => {
                Line::Text { text: self.text(at, 0, text), align: *align, large: *large, bold: *bold }
            }
            Line::Pair { left, right, bold } => Line::Pair {
                left: self.text(at, 0, left),
                right: self.text(at, left.chars().count(), right),
                bold: *bold,
            },
            Line::Rule | Line::Blank | Line::Qr(_) | Line::Barcode { .. } | Line::Logo => line.clone(),
        }
    }

    fn text(&mut self, line: usize, start: usize, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for (offset, cell) in cells(text) {
            self.cell(&mut out, cell, (line, start + offset));
        }
        out
    }

    fn cell(&mut self, out: &mut String, cell: Cell, (line, offset): (usize, usize)) {
        let Cell { base, selector } = cell;
        let mut missing = |character, offset| self.missing.push(Unprintable { character, line, offset });
        let selector_table = selector.and_then(|selector| self.replacements.0.get(&selector));
        match (base, self.replacements.0.get(&base)) {
            (_, Some(instead)) => {
                out.push_str(instead);
                out.push(REPLACED_MARK);
                self.replaced = true;
            }
            ('\t', None) if selector.is_none() => out.push(' '),
            ('\n', None) if selector.is_none() => out.push('\n'),
            _ if selector_table.is_none() && cell.shape().is_some() => {
                out.push(base);
                out.extend(selector);
            }
            // The character alone can be printed; its variant needs the table.
            _ if selector.is_some() && (Cell { base, selector: None }).shape().is_some() => {
                match selector_table {
                    Some(instead) => {
                        out.push(base);
                        out.push_str(instead);
                        out.push(REPLACED_MARK);
                        self.replaced = true;
                    }
                    None => selector.into_iter().for_each(|selector| missing(selector, offset + 1)),
                }
            }
            _ => missing(base, offset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(entries: &[(char, &str)]) -> Result<Replacements, BadReplacement> {
        Replacements::try_from(
            entries.iter().map(|(c, to)| (*c, (*to).to_owned())).collect::<BTreeMap<_, _>>(),
        )
    }

    fn text(text: &str) -> Line {
        Line::Text { text: text.to_owned(), align: Align::Left, large: false, bold: false }
    }

    #[test]
    fn the_profile_is_jis_x_0208_and_row_13() {
        let half = |byte| Some(Glyph::Half(byte));
        let full = |lead, trail| Some(Glyph::Full([lead, trail]));
        for (character, expected) in [
            ('A', half(0x41)),
            ('~', half(0x7e)),
            ('¥', half(0x5c)),
            ('ｱ', half(0xb1)),
            ('ﾟ', half(0xdf)),
            ('　', full(0x81, 0x40)),
            ('領', full(0x97, 0xcc)),
            ('亜', full(0x88, 0x9f)),
            ('熙', full(0xea, 0xa4)),
            ('─', full(0x84, 0x9f)),
            ('①', full(0x87, 0x40)),
            ('㈱', full(0x87, 0x8a)),
            // Mapping questions of E19: both code points of a pair lead to the same bytes.
            ('\u{2212}', full(0x81, 0x7c)),
            ('\u{ff0d}', full(0x81, 0x7c)),
            ('\u{301c}', full(0x81, 0x60)),
            ('\u{ff5e}', full(0x81, 0x60)),
            // Encodable in CP932, yet outside the profile.
            ('髙', None),
            ('﨑', None),
            ('ⅰ', None),
            // Not in CP932 at all.
            ('𠮟', None),
            ('麵', None),
            ('\u{e0100}', None),
            ('\u{3099}', None),
            ('é', None),
            // The printer would draw another character.
            ('\\', None),
            ('\u{203e}', None),
            ('\u{7f}', None),
            ('\u{80}', None),
            ('\u{10}', None),
            ('\u{e000}', None),
        ] {
            assert_eq!(glyph(character), expected, "U+{:04X}", u32::from(character));
        }
    }

    #[test]
    fn every_glyph_reads_back_as_the_character_that_was_meant() {
        let doubled =
            ['\u{a5}', '\u{301c}', '\u{2212}', '\u{2014}', '\u{2016}', '\u{a2}', '\u{a3}', '\u{ac}'];
        for c in ('\u{20}'..='\u{ffff}').filter(|c| !doubled.contains(c)) {
            let bytes = match glyph(c) {
                Some(Glyph::Half(byte)) => vec![byte],
                Some(Glyph::Full(pair)) => pair.to_vec(),
                None => continue,
            };
            let (read, _, failed) = SHIFT_JIS.decode(&bytes);
            assert!(!failed && read.chars().eq([c]), "U+{:04X} reads back as {read:?}", u32::from(c));
        }
    }

    #[test]
    fn what_cannot_be_printed_is_reported_with_its_place() {
        let document = Document {
            lines: vec![
                text("交付手数料"),
                Line::Pair { left: "é".to_owned(), right: "🍣と辻\u{e01ef}".to_owned(), bold: false },
            ],
            open_drawer: false,
        };
        let missing = prepare(&document, &Replacements::default()).unwrap_err();
        let places: Vec<_> = missing.iter().map(|m| (m.character, m.line, m.offset)).collect();
        assert_eq!(places, [('é', 1, 0), ('🍣', 1, 1), ('\u{e01ef}', 1, 4)]);
    }

    #[test]
    fn a_replacement_is_marked_and_footnoted() {
        let replacements = table(&[('髙', "高"), ('\u{e0100}', "")]).unwrap();
        let document = Document { lines: vec![text("髙橋町\t辻\u{e0100}")], open_drawer: true };
        let prepared = prepare(&document, &replacements).unwrap();
        assert_eq!(prepared.lines, [text("高※橋町 辻※"), text(FOOTNOTE)]);
        assert!(prepared.open_drawer);
        let plain = Document { lines: vec![text("高橋町")], open_drawer: false };
        assert_eq!(prepare(&plain, &replacements).unwrap(), plain);
    }

    #[test]
    fn what_is_drawn_needs_no_replacement() {
        let document = Document { lines: vec![text("髙橋 𠮟 麵 辻\u{e0100}")], open_drawer: false };
        assert_eq!(prepare(&document, &Replacements::default()).unwrap(), document);
        // With its character, a sequence is replaced as a whole.
        let whole = table(&[('髙', "高")]).unwrap();
        let document = Document { lines: vec![text("髙\u{e0100}")], open_drawer: false };
        assert_eq!(prepare(&document, &whole).unwrap().lines, [text("高※"), text(FOOTNOTE)]);
    }

    #[test]
    fn a_table_that_would_not_help_is_refused() {
        assert_eq!(table(&[('髙', "﨑")]), Err(BadReplacement::Unprintable('髙', '﨑')));
        assert_eq!(table(&[('高', "髙")]), Err(BadReplacement::NotNeeded('高')));
    }
}
