//! The printer's eyes for what is drawn on it: which character a cell of 24 x 24 dots is, by its own reading of the glyph file.
//!
//! Invariant: only a cell that agrees in every dot, plain or bold, reads as its character; plain goes first. A cell of several
//! sequences reads as the first of them. Not here: any tolerance; a dot too many is another picture.

use std::{io::Read as _, sync::LazyLock};

use flate2::read::DeflateDecoder;

use super::interpret::KANJI_BYTES;

/// Head: 8 bytes of name, then sequences, cells and cells a block as u32; keys u32, cell numbers u16, ends of blocks u32, blocks.
static FILE: &[u8] = include_bytes!("../glyphs/kanji24.bin");
const HEAD_BYTES: usize = 20;

/// Every cell, one after the other: left, middle and right bytes of 24 rows. Read once, when the first image comes.
static PICTURES: LazyLock<Vec<u8>> = LazyLock::new(|| pictures().unwrap_or_default());

/// The character or the sequence that such columns show.
pub(super) fn read(columns: &[u8; KANJI_BYTES]) -> Option<String> {
    let seen = turned(columns);
    let same = |bold: bool| PICTURES.chunks_exact(KANJI_BYTES).position(|cell| agrees(cell, &seen, bold));
    text(same(false).or_else(|| same(true))?)
}

fn number(at: usize) -> Option<usize> {
    let bytes = FILE.get(at..)?.first_chunk().copied()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

fn pictures() -> Option<Vec<u8>> {
    let (sequences, cells, block_cells) = (number(8)?, number(12)?, number(16)?);
    let ends = HEAD_BYTES + 6 * sequences;
    let blocks = cells.div_ceil(block_cells);
    let data = FILE.get(ends + 4 * blocks..)?;
    let (mut pictures, mut from) = (Vec::new(), 0);
    for block in 0..blocks {
        let to = number(ends + 4 * block)?;
        DeflateDecoder::new(data.get(from..to)?).read_to_end(&mut pictures).ok()?;
        from = to;
    }
    Some(pictures)
}

/// The first sequence of a cell.
fn text(cell: usize) -> Option<String> {
    let sequences = number(8)?;
    let of = FILE.get(HEAD_BYTES + 4 * sequences..)?.get(..2 * sequences)?.as_chunks::<2>().0;
    let at = of.iter().position(|bytes| usize::from(u16::from_le_bytes(*bytes)) == cell)?;
    let key = u32::try_from(number(HEAD_BYTES + 4 * at)?).ok()?;
    let selector = match key & 0xff {
        0 => None,
        n @ 1..=16 => char::from_u32(0xfe00 + n - 1),
        n => char::from_u32(0xe0100 + n - 17),
    };
    Some([char::from_u32(key >> 8)].into_iter().chain([selector]).flatten().collect())
}

/// Columns of 24 dots, the top one highest, as the thirds of rows that the file has.
fn turned(columns: &[u8; KANJI_BYTES]) -> [u8; KANJI_BYTES] {
    let mut thirds = [0; KANJI_BYTES];
    for x in 0..24 {
        for y in 0..24 {
            if columns[3 * x + y / 8] & (0x80 >> (y % 8)) != 0 {
                thirds[x / 8 * 24 + y] |= 0x80 >> (x % 8);
            }
        }
    }
    thirds
}

/// Bold is a dot more to the right of each black one where that closes no gap.
fn agrees(cell: &[u8], seen: &[u8; KANJI_BYTES], bold: bool) -> bool {
    if !bold {
        return cell == seen;
    }
    let row = |thirds: &[u8], y: usize| {
        u32::from(thirds[y]) << 16 | u32::from(thirds[24 + y]) << 8 | u32::from(thirds[48 + y])
    };
    (0..24).all(|y| {
        let plain = row(cell, y);
        plain | (plain >> 1 & !(plain << 1)) == row(seen, y)
    })
}
