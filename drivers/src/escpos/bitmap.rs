//! One-bit pictures: PBM files in (P1 and P4), raster commands out.
//!
//! Invariants: a picture fits the paper; a band has at most 24 rows (`devices.md` M13); no command holds bytes that the printer would
//! execute (`devices.md` E18): the picture is moved by up to seven dots until none does, or refused.

use super::{layout::Columns, qr::executes};

/// Widest picture, in dots: the widest paper of [`Columns`].
pub const WIDTH_MAX_DOTS: usize = 768;
/// Highest picture, in dots.
pub const HEIGHT_MAX_DOTS: usize = 1_200;
/// Longest file, in bytes: the largest picture in the wordy form.
pub const FILE_MAX_BYTES: usize = 2_097_152;
/// Rows of one raster command.
const BAND_ROWS: usize = 24;
/// Dots of one half-width column, font A.
const COLUMN_DOTS: usize = 12;

/// A one-bit picture; 1 is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    width: usize,
    /// One row after the other, each padded to whole bytes with white.
    rows: Vec<Vec<u8>>,
}

/// A file that is no picture for this paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    /// Neither P1 nor P4, or damaged.
    #[error("no PBM file (P1 or P4), or it ends too early")]
    Form,
    /// Nothing, or more than a receipt takes.
    #[error("a picture of {0} x {1} dots; at most {WIDTH_MAX_DOTS} x {HEIGHT_MAX_DOTS}")]
    Size(usize, usize),
    /// Wider than the paper.
    #[error("a picture of {0} dots is wider than the paper")]
    Paper(usize),
    /// Its bytes hold a real-time command wherever it stands.
    #[error("a picture that the printer would execute")]
    Command,
}

impl Bitmap {
    /// Reads a PBM file.
    ///
    /// # Errors
    /// When it is none, or too large.
    pub fn from_pbm(bytes: &[u8]) -> Result<Self, NoPicture> {
        if bytes.len() > FILE_MAX_BYTES {
            return Err(NoPicture::Form);
        }
        let (kind, rest) = bytes.split_at_checked(2).ok_or(NoPicture::Form)?;
        let (width, rest) = number(rest).ok_or(NoPicture::Form)?;
        let (height, rest) = number(rest).ok_or(NoPicture::Form)?;
        if !(1..=WIDTH_MAX_DOTS).contains(&width) || !(1..=HEIGHT_MAX_DOTS).contains(&height) {
            return Err(NoPicture::Size(width, height));
        }
        let rows = match kind {
            b"P4" => packed_rows(rest, width, height),
            b"P1" => plain_rows(rest, width, height),
            _ => None,
        };
        rows.map(|rows| Self { width, rows }).ok_or(NoPicture::Form)
    }

    /// Width in dots.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Height in dots.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.rows.len()
    }

    /// Whether a dot is black.
    #[must_use]
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        self.rows.get(y).and_then(|row| row.get(x / 8)).is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0)
    }

    /// Raster commands (`1D 76 30 00`).
    pub(super) fn raster(&self, columns: Columns) -> Result<Vec<u8>, NoPicture> {
        if self.width > columns.get() * COLUMN_DOTS {
            return Err(NoPicture::Paper(self.width));
        }
        let moved = (0..8).map(|dots| self.moved(dots));
        let rows =
            moved.into_iter().find(|rows| !rows.chunks(BAND_ROWS).any(|band| executes(&band.concat())));
        let rows = rows.ok_or(NoPicture::Command)?;
        let size = |size: usize| u16::try_from(size).map_err(|_| NoPicture::Size(self.width, self.height()));
        let mut bytes = Vec::new();
        for band in rows.chunks(BAND_ROWS) {
            bytes.extend([0x1d, 0x76, 0x30, 0x00]);
            bytes.extend(size(band.first().map_or(0, Vec::len))?.to_le_bytes());
            bytes.extend(size(band.len())?.to_le_bytes());
            bytes.extend(band.concat());
        }
        Ok(bytes)
    }

    /// The rows with so many white dots (0 to 7) before them.
    fn moved(&self, dots: u32) -> Vec<Vec<u8>> {
        let moved = |row: &Vec<u8>| {
            let mut carry = 0;
            let mut out = Vec::with_capacity(row.len() + 1);
            for &byte in row {
                out.push(byte >> dots | carry);
                carry = byte.checked_shl(8 - dots).unwrap_or(0);
            }
            if dots > 0 {
                out.push(carry);
            }
            out
        };
        self.rows.iter().map(moved).collect()
    }
}

/// The next number of a header; white space and comments before it are passed over, and one white space after it.
fn number(mut bytes: &[u8]) -> Option<(usize, &[u8])> {
    loop {
        match bytes {
            [b'#', ..] => {
                let end = bytes.iter().position(|byte| *byte == b'\n')?;
                bytes = &bytes[end..];
            }
            [space, rest @ ..] if space.is_ascii_whitespace() => bytes = rest,
            _ => break,
        }
    }
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&bytes[..digits]).ok()?.parse().ok()?;
    let rest = bytes[digits..].strip_prefix(b"\r\n").or_else(|| bytes.get(digits + 1..));
    Some((number, rest?))
}

fn packed_rows(bytes: &[u8], width: usize, height: usize) -> Option<Vec<Vec<u8>>> {
    let row_bytes = width.div_ceil(8);
    // Bits behind the width mean nothing in a file; on paper they would be dots.
    let last = u8::MAX.checked_shl(u32::try_from((8 - width % 8) % 8).ok()?)?;
    let mut rows: Vec<Vec<u8>> = bytes.chunks_exact(row_bytes).take(height).map(<[u8]>::to_vec).collect();
    rows.iter_mut().filter_map(|row| row.last_mut()).for_each(|byte| *byte &= last);
    (rows.len() == height).then_some(rows)
}

fn plain_rows(bytes: &[u8], width: usize, height: usize) -> Option<Vec<Vec<u8>>> {
    let mut bits = bytes.iter().filter(|byte| !byte.is_ascii_whitespace());
    let mut rows = Vec::with_capacity(height);
    for _ in 0..height {
        let mut row = vec![0; width.div_ceil(8)];
        for x in 0..width {
            match bits.next()? {
                b'1' => row[x / 8] |= 0x80 >> (x % 8),
                b'0' => {}
                _ => return None,
            }
        }
        rows.push(row);
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_file_are_the_same_picture() {
        // The letter J of the netpbm manual, 6 x 10.
        let plain = b"P1\n# This is an example bitmap of the letter \"J\"\n6 10\n0 0 0 0 1 0\n0 0 0 0 1 0\n0 0 0 0 1 0\n0 0 0 0 1 0\n0 0 0 0 1 0\n0 0 0 0 1 0\n1 0 0 0 1 0\n0 1 1 1 0 0\n0 0 0 0 0 0\n0 0 0 0 0 0\n";
        let packed = [b"P4 6 10\n".to_vec(), vec![0x0B, 8, 8, 8, 8, 8, 0x88, 0x70, 0, 3]].concat();
        let picture = Bitmap::from_pbm(plain).unwrap();
        assert_eq!(Bitmap::from_pbm(&packed).as_ref(), Ok(&picture), "bits behind the width are white");
        assert_eq!((picture.width(), picture.height()), (6, 10));
        assert!(picture.is_black(4, 0) && picture.is_black(0, 6) && !picture.is_black(5, 0));
        let raster = picture.raster(Columns::NARROW).unwrap();
        assert_eq!(raster[..8], [0x1d, 0x76, 0x30, 0, 1, 0, 10, 0]);
        assert_eq!(raster[8..], [8, 8, 8, 8, 8, 8, 0x88, 0x70, 0, 0]);
    }

    #[test]
    fn bad_files_are_refused() {
        for (bytes, refusal) in [
            (&b""[..], NoPicture::Form),
            (b"P4", NoPicture::Form),
            (b"P5 1 1\n\0", NoPicture::Form),
            (b"P4 9 2\n\0\0\0", NoPicture::Form),
            (b"P1 2 2 1 0 1", NoPicture::Form),
            (b"P1 1 1 2", NoPicture::Form),
            (b"P4 0 1\n", NoPicture::Size(0, 1)),
            (b"P4 769 1\n", NoPicture::Size(769, 1)),
            (b"P4 1 1201\n", NoPicture::Size(1, 1_201)),
            (b"P4 99999999999999999999 1\n", NoPicture::Form),
            (b"P4 # no end", NoPicture::Form),
        ] {
            assert_eq!(Bitmap::from_pbm(bytes), Err(refusal), "{bytes:?}");
        }
    }

    #[test]
    fn bands_are_low_and_hold_no_command() {
        let rows = 50;
        // 10 04 01 at the beginning of a row: DLE EOT.
        let file = [format!("P4 24 {rows}\n").into_bytes(), [0x10, 0x04, 0x01].repeat(rows)].concat();
        let picture = Bitmap::from_pbm(&file).unwrap();
        let raster = picture.raster(Columns::NARROW).unwrap();
        let bands: Vec<usize> =
            (0..raster.len()).filter(|at| raster[*at..].starts_with(&[0x1d, 0x76])).collect();
        assert_eq!(bands.len(), 3);
        assert_eq!(raster[..8], [0x1d, 0x76, 0x30, 0, 4, 0, 24, 0], "one dot to the right");
        assert_eq!(raster[8..12], [0x08, 0x02, 0x00, 0x80]);
        assert!(!executes(&raster));
        let wide = Bitmap::from_pbm(&[b"P4 576 1\n".to_vec(), vec![0; 72]].concat()).unwrap();
        assert_eq!(wide.raster(Columns::NARROW), Err(NoPicture::Paper(576)));
        assert!(wide.raster(Columns::WIDE).is_ok());
    }
}
