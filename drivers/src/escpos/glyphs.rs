//! Kanji that receipt printers lack, as cells of 24 x 24 dots: JIS X 0213, other Han of names, and variation sequences (ADR 0012).
//!
//! Invariants: a cell is drawn for exactly one character or one sequence, never for a look-alike; no cell, plain or bold, holds
//! bytes that a printer executes (`devices.md` E18). Format, font, licence and coverage: `glyphs/README.md`.
//! Deliberately not here: characters of the printer's own font (`text.rs`), and how a cell is sent (`command.rs`).

use std::io::Read as _;

use flate2::read::DeflateDecoder;

use super::cell::Cell;

/// Width and height of a cell, in dots: one full-width character, font A (`devices.md` M13).
pub const CELL_DOTS: usize = 24;
/// Bytes of a cell: on the wire 24 columns of 3, in the asset three thirds of 24 rows.
pub const CELL_BYTES: usize = 72;

/// The asset; made by `scripts/make-glyphs.py`.
static ASSET: &[u8] = include_bytes!("glyphs/kanji24.bin");
/// Copyright and licence of the asset, which go wherever it goes (OFL 1.1, condition 2): a program that carries it can show them.
pub const LICENCE: &str = include_str!("glyphs/OFL.txt");
const MAGIC: &[u8; 8] = b"kanji24\x01";
/// Magic, number of sequences, number of cells, cells a block.
const HEAD_BYTES: usize = 20;
/// Most cells of one block that are inflated for one look-up.
const BLOCK_MAX_CELLS: usize = 256;

/// A cell; the highest of 24 bits of a row is its leftmost dot, and 1 is black.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dots([u32; CELL_DOTS]);

impl Dots {
    /// Whether a dot is black; outside of the cell all is white.
    #[must_use]
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        x < CELL_DOTS && self.0.get(y).is_some_and(|row| row >> (CELL_DOTS - 1 - x) & 1 == 1)
    }

    /// Each stroke one dot wider to the right, but no gap of one dot closed: 鬱 stays open.
    #[must_use]
    pub fn bold(&self) -> Self {
        Self(self.0.map(|row| row | row >> 1 & !(row << 1)))
    }

    /// 24 columns from left to right, three bytes each, the highest dot first: the order of `1B 2A 21` and `1C 32`.
    #[must_use]
    pub fn columns(&self) -> [u8; CELL_BYTES] {
        let mut bytes = [0; CELL_BYTES];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let (x, top) = (at / 3, at % 3 * 8);
            *byte = (0..8).fold(0, |byte, y| byte << 1 | u8::from(self.is_black(x, top + y)));
        }
        bytes
    }
}

/// The cell of a character or a variation sequence, where the asset has one.
#[must_use]
pub fn dots(cell: Cell) -> Option<Dots> {
    let asset = Asset::open(ASSET)?;
    asset.cell(asset.find(key(cell)?)?)
}

/// Character and selector in one number, in the order of the asset: VS1 to VS16 are 1 to 16, VS17 and on are 17 and on.
fn key(cell: Cell) -> Option<u32> {
    let selector = match cell.selector.map(u32::from) {
        None => 0,
        Some(code @ 0xfe00..=0xfe0f) => code - 0xfe00 + 1,
        Some(code @ 0xe0100..=0xe01ef) => code - 0xe0100 + 17,
        Some(_) => return None,
    };
    Some(u32::from(cell.base) << 8 | selector)
}

/// The parts of the asset, each as it stands in the file.
struct Asset<'a> {
    keys: &'a [[u8; 4]],
    cells_of_keys: &'a [[u8; 2]],
    /// Where each block ends.
    ends: &'a [[u8; 4]],
    blocks: &'a [u8],
    cells: usize,
    block_cells: usize,
}

impl<'a> Asset<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
        let numbers = head.strip_prefix(MAGIC)?.as_chunks::<4>().0;
        let &[sequences, cells, block_cells] = numbers else { return None };
        let (sequences, cells, block_cells) = (number(sequences)?, number(cells)?, number(block_cells)?);
        if !(1..=BLOCK_MAX_CELLS).contains(&block_cells) {
            return None;
        }
        let (keys, rest) = rest.split_at_checked(sequences.checked_mul(4)?)?;
        let (cells_of_keys, rest) = rest.split_at_checked(sequences.checked_mul(2)?)?;
        let (ends, blocks) = rest.split_at_checked(cells.div_ceil(block_cells).checked_mul(4)?)?;
        let (keys, cells_of_keys) = (keys.as_chunks().0, cells_of_keys.as_chunks().0);
        Some(Self { keys, cells_of_keys, ends: ends.as_chunks().0, blocks, cells, block_cells })
    }

    fn find(&self, key: u32) -> Option<usize> {
        let at = self.keys.binary_search_by_key(&key, |bytes| u32::from_le_bytes(*bytes)).ok()?;
        self.cells_of_keys.get(at).map(|bytes| usize::from(u16::from_le_bytes(*bytes)))
    }

    /// Inflates the block of a cell up to that cell.
    fn cell(&self, cell: usize) -> Option<Dots> {
        let (block, within) = (cell / self.block_cells, cell % self.block_cells);
        let end = number(*self.ends.get(block)?)?;
        let start = match block.checked_sub(1) {
            Some(before) => number(*self.ends.get(before)?)?,
            None => 0,
        };
        let mut inflated = vec![0; (within + 1) * CELL_BYTES];
        let read = DeflateDecoder::new(self.blocks.get(start..end)?).read_exact(&mut inflated);
        read.ok().filter(|()| cell < self.cells)?;
        let thirds = inflated.last_chunk::<CELL_BYTES>()?;
        let third = |at: usize| thirds.get(at).copied().map_or(0, u32::from);
        let row = |y: usize| third(y) << 16 | third(CELL_DOTS + y) << 8 | third(2 * CELL_DOTS + y);
        Some(Dots(std::array::from_fn(row)))
    }
}

fn number(bytes: [u8; 4]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests;
