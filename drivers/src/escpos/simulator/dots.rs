//! The printer's eyes for what is drawn on it: which character a cell of 24 x 24 dots is, by its own reading of the glyph file.
//!
//! Invariant: only a cell that agrees in every dot, plain or bold, reads as its character. A cell of several sequences reads as the
//! first of them. Not here: any tolerance; a dot too many is another picture.

use std::{collections::HashMap, io::Read as _, sync::LazyLock};

use flate2::read::DeflateDecoder;

use super::interpret::KANJI_BYTES;

static FILE: &[u8] = include_bytes!("../glyphs/kanji24.bin");

/// Every cell as it arrives on the line, with its character.
static KNOWN: LazyLock<HashMap<[u8; KANJI_BYTES], String>> = LazyLock::new(|| known().unwrap_or_default());

/// The character or the sequence that such columns show.
pub(super) fn read(columns: &[u8; KANJI_BYTES]) -> Option<&'static str> {
    KNOWN.get(columns).map(String::as_str)
}

/// Head: 8 bytes of name, then sequences, cells and cells a block as u32; keys u32, cell numbers u16, ends of blocks u32, blocks.
fn known() -> Option<HashMap<[u8; KANJI_BYTES], String>> {
    let u32_at = |at: usize| {
        let bytes = FILE.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let (sequences, cells, block_cells) = (u32_at(8)?, u32_at(12)?, u32_at(16)?);
    let numbers = 20 + 4 * sequences;
    let ends = numbers + 2 * sequences;
    let blocks = cells.div_ceil(block_cells);
    let data = FILE.get(ends + 4 * blocks..)?;
    let mut pictures = Vec::new();
    let mut from = 0;
    for block in 0..blocks {
        let to = u32_at(ends + 4 * block)?;
        DeflateDecoder::new(data.get(from..to)?).read_to_end(&mut pictures).ok()?;
        from = to;
    }
    let mut known = HashMap::new();
    // The bold ones last: no plain cell may read as another one's bold.
    for (bold, sequence) in
        [false, true].into_iter().flat_map(|bold| (0..sequences).map(move |at| (bold, at)))
    {
        let number = u16::from_le_bytes(FILE.get(numbers + 2 * sequence..)?.first_chunk().copied()?);
        let start = usize::from(number) * KANJI_BYTES;
        let picture = pictures.get(start..start + KANJI_BYTES)?;
        let text = text(u32::try_from(u32_at(20 + 4 * sequence)?).ok()?)?;
        known.entry(turned(picture, bold)).or_insert(text);
    }
    Some(known)
}

fn text(key: u32) -> Option<String> {
    let selector = match key & 0xff {
        0 => None,
        n @ 1..=16 => char::from_u32(0xfe00 + n - 1),
        n => char::from_u32(0xe0100 + n - 17),
    };
    Some([char::from_u32(key >> 8)].into_iter().chain([selector]).flatten().collect())
}

/// Thirds of rows as columns from left to right, the top dot highest.
fn turned(picture: &[u8], bold: bool) -> [u8; KANJI_BYTES] {
    let black =
        |x: usize, y: usize| picture.get(x / 8 * 24 + y).is_some_and(|byte| byte << (x % 8) & 0x80 != 0);
    let mut columns = [0; KANJI_BYTES];
    for x in 0..24 {
        for y in 0..24 {
            if black(x, y) || bold && x > 0 && black(x - 1, y) {
                columns[3 * x + y / 8] |= 0x80 >> (y % 8);
            }
        }
    }
    columns
}
