//! A statement file read by parts, in bounded memory: bytes in as they come, rows out as they are complete.
//!
//! Invariants: the same rows, refusals and totals as [`super::read()`] gives of the whole (a test cuts files at every byte); rows that
//! came out count only once [`StatementParts::finish`] has said that the file is whole: until then a caller must be able to take
//! everything back. In memory are one part, the unfinished row behind it, and 16 bytes for each key or twice that.

use memchr::{memchr_iter, memchr2_iter, memrchr};

use crate::refusal::{Notice, Refusal};

use super::{
    decode,
    model::{ReadOptions, Totals},
    profile::Profile,
    rows::Rows,
    scan::Scan,
    table,
};

/// Largest file that is read by parts, in bytes.
pub const PARTS_BYTES_MAX: u64 = 4 << 30;
/// Most rows of a file that is read by parts.
pub const PARTS_ROWS_MAX: usize = 20_000_000;
/// Bytes that are decoded and scanned at a time.
const PIECE_BYTES: usize = 32 << 10;
/// Longest row, in bytes: an open quote must not gather the rest of the file in memory.
const ROW_BYTES_MAX: usize = 1 << 20;

/// What a whole file was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementEnd {
    /// Rows.
    pub rows: u32,
    /// Counts and sums.
    pub totals: Totals,
    /// What a person should know.
    pub notices: Vec<Notice>,
}

/// A file on its way in.
pub struct StatementParts<'p> {
    profile: &'p Profile,
    file: &'p str,
    scan: Scan<'p>,
    /// Length of the whole file, where it is known.
    length: Option<u64>,
    /// Bytes of a row that is not complete yet.
    rest: Vec<u8>,
    /// Where text is made of bytes.
    buffer: String,
    /// Lines of the parts before `rest`.
    lines: usize,
    taken: u64,
}

impl<'p> StatementParts<'p> {
    /// Before the first byte of a file, of which the length may be known.
    ///
    /// # Errors
    /// When the profile cannot be used.
    pub fn new(profile: &'p Profile, options: &'p ReadOptions, length: Option<u64>) -> Result<Self, Refusal> {
        Ok(Self {
            profile,
            file: &options.file_name,
            scan: Scan::new(profile, options, PARTS_ROWS_MAX)?,
            length,
            rest: Vec::new(),
            buffer: String::new(),
            lines: 0,
            taken: 0,
        })
    }

    /// The next bytes; gives the rows that are complete with them.
    ///
    /// # Errors
    /// The first refusal: the whole file is refused, also what came out before.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Rows, Refusal> {
        self.taken = self.taken.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.taken > PARTS_BYTES_MAX {
            let remedy = "大きすぎるファイルです。期間を分けてダウンロードし直してください。";
            return Err(Refusal::new(
                self.file,
                None,
                "ファイルの大きさ",
                format!("{}バイト", self.taken),
                remedy,
            ));
        }
        // What is left of the part before is read with as little of this one as completes it; the other rows where they are. The first
        // rows stay together: they show the encoding.
        let joint = if self.lines == 0 { None } else { first_row_end(&self.rest, bytes) };
        let (head, body) = bytes.split_at_checked(joint.unwrap_or(bytes.len())).unwrap_or((bytes, &[]));
        self.rest.extend_from_slice(head);
        let mut joined = std::mem::take(&mut self.rest);
        let end = last_row_end(&joined).unwrap_or_default();
        if end == 0 && joined.len() > ROW_BYTES_MAX + bytes.len() {
            let row = u32::try_from(self.lines + 1).ok();
            let remedy = "1行が長すぎます。引用符（\"）が閉じていないか、別の種類のファイルです。";
            let found = format!("{}バイト", joined.len());
            return Err(Refusal::new(self.file, row, "行の長さ", found, remedy));
        }
        self.read(joined.get(..end).unwrap_or_default())?;
        joined.drain(..end);
        let (body, rest) =
            body.split_at_checked(last_row_end(body).unwrap_or_default()).unwrap_or((body, &[]));
        self.read(body)?;
        joined.extend_from_slice(rest);
        self.rest = joined;
        Ok(std::mem::take(&mut self.scan.rows))
    }

    /// Reads whole rows.
    fn read(&mut self, part: &[u8]) -> Result<(), Refusal> {
        let rows = memchr_iter(b'\n', part).count();
        self.scan.make_room(rows, part.len());
        if let (0, Some(length)) = (self.lines, self.length) {
            self.scan.expect(length, part.len(), rows);
        }
        scan_pieces(&mut self.scan, part, self.lines, &mut self.buffer, (self.profile, self.file))?;
        self.lines += rows;
        self.scan.refused.first().map_or(Ok(()), |refusal| Err(refusal.clone()))
    }

    /// The end of the file: the last rows, and what it all was.
    ///
    /// # Errors
    /// When the file is not whole.
    pub fn finish(mut self) -> Result<(Rows, StatementEnd), Refusal> {
        if self.taken == 0 {
            let remedy = "空か、大きすぎるファイルです。期間を分けてダウンロードし直してください。";
            return Err(Refusal::new(self.file, None, "ファイルの大きさ", "0バイト", remedy));
        }
        let rest = std::mem::take(&mut self.rest);
        let mut rows = Rows::default();
        if !rest.is_empty() {
            let lines = self.lines;
            let behind = (lines == 0, &(|| lines) as &dyn Fn() -> usize);
            let text = decode::part(&rest, self.profile, self.file, behind, &mut self.buffer)?;
            table::whole(text, lines, self.profile, self.file)?;
            self.read(&rest)?;
            rows = std::mem::take(&mut self.scan.rows);
        }
        self.scan.end()?;
        if let Some(refusal) = self.scan.refused.first() {
            return Err(refusal.clone());
        }
        let notices = self.scan.notices();
        Ok((rows, StatementEnd { rows: self.scan.count, totals: self.scan.totals, notices }))
    }
}

/// Scans whole rows that come behind so many lines, piece by piece: each stays in the processor's cache from its bytes to its rows.
pub(super) fn scan_pieces(
    scan: &mut Scan<'_>,
    bytes: &[u8],
    lines: usize,
    buffer: &mut String,
    (profile, file): (&Profile, &str),
) -> Result<(), Refusal> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let head = rest.get(..PIECE_BYTES).unwrap_or(rest);
        // A row longer than a piece: everything at once.
        let end =
            if head.len() == rest.len() { rest.len() } else { last_row_end(head).unwrap_or(rest.len()) };
        let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        // Lines are counted only where a piece is no text.
        let before = || {
            let passed = bytes.get(..bytes.len() - rest.len()).unwrap_or_default();
            lines + memchr_iter(b'\n', passed).count()
        };
        let first = lines == 0 && rest.len() == bytes.len();
        scan.text(decode::part(piece, profile, file, (first, &before), buffer)?)?;
        rest = after;
    }
    Ok(())
}

/// The end of the first row that these bytes complete, which begins with `begun`.
fn first_row_end(begun: &[u8], bytes: &[u8]) -> Option<usize> {
    let mut open = !memchr_iter(b'"', begun).count().is_multiple_of(2);
    let mut end = memchr2_iter(b'"', b'\n', bytes).filter(|at| {
        let quote = bytes.get(*at) == Some(&b'"');
        open ^= quote;
        !quote && !open
    });
    end.next().map(|at| at + 1)
}

/// The end of the last row that is complete: behind a line feed outside of quotes. In CP932 neither byte is part of a longer character.
fn last_row_end(bytes: &[u8]) -> Option<usize> {
    let mut end = memrchr(b'\n', bytes)? + 1;
    let quotes = |bytes: &[u8]| memchr_iter(b'"', bytes).count();
    let mut open = !quotes(bytes.get(..end)?).is_multiple_of(2);
    while open {
        let before = memrchr(b'\n', bytes.get(..end - 1)?)? + 1;
        open = quotes(bytes.get(before..end)?).is_multiple_of(2) == open;
        end = before;
    }
    Some(end)
}
