//! What comes out of the printer: strips of paper, row by row.
//!
//! Invariant: paper is never un-printed; clearing and power cuts leave it as it is. Deliberately not here: why a row is printed.

/// Most receipts that are kept, oldest dropped first.
pub const PAPERS_MAX: usize = 1_000;
/// Most rows kept of one receipt.
pub const ROWS_MAX: usize = 5_000;

/// One receipt, from cut to cut.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paper {
    /// The rows of text, each with the spaces that its alignment puts before it.
    pub lines: Vec<String>,
    /// Payloads of the QR symbols, top to bottom.
    pub qr: Vec<String>,
    /// How many raster images stand on it.
    pub rasters: u32,
    /// Rows of dots of the raster images, top to bottom, in whole bytes.
    pub raster_rows: Vec<Vec<u8>>,
    /// Column images within rows of text, as received: three bytes a column. In the row each cell of 24 columns stands as its character.
    pub column_images: Vec<Vec<u8>>,
    /// Contents of the barcodes, top to bottom.
    pub barcodes: Vec<String>,
    /// Keys of the stored images, top to bottom.
    pub stored: Vec<String>,
    /// How often the drawer was opened by a command of the job, up to the next row printed after its cut.
    pub drawer_kicks: u32,
}

impl Paper {
    /// Whether nothing was printed yet.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        *self == Self { drawer_kicks: self.drawer_kicks, ..Self::default() }
    }
}

/// The roll: what was cut off, and what still hangs in the printer.
#[derive(Debug, Default)]
pub(super) struct Roll {
    pub cut_off: Vec<Paper>,
    pub hanging: Paper,
}

impl Roll {
    pub fn line(&mut self, line: String) {
        if self.hanging.lines.len() < ROWS_MAX {
            self.hanging.lines.push(line);
        }
    }

    pub fn raster(&mut self, wide: usize, image: &[u8]) {
        let room = ROWS_MAX.saturating_sub(self.hanging.raster_rows.len());
        let rows = image.chunks(wide.max(1)).take(room).map(<[u8]>::to_vec);
        self.hanging.raster_rows.extend(rows);
    }

    pub fn column_image(&mut self, columns: &[u8]) {
        if self.hanging.column_images.len() < ROWS_MAX {
            self.hanging.column_images.push(columns.to_vec());
        }
    }

    pub fn cut(&mut self) {
        if self.cut_off.len() == PAPERS_MAX {
            self.cut_off.remove(0);
        }
        self.cut_off.push(std::mem::take(&mut self.hanging));
    }

    pub fn kick(&mut self) {
        match self.cut_off.last_mut() {
            Some(paper) if self.hanging.is_blank() => paper.drawer_kicks += 1,
            _ => self.hanging.drawer_kicks += 1,
        }
    }
}
