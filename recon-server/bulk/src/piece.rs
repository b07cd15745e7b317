//! One piece of a file, cut into rows and fields.
//!
//! A piece is a range of bytes; the rows that begin in it are its own, wherever they end. Invariant: the pieces of a file have every row
//! once, whatever their size. A field with a line feed in it is refused (its quotation mark is not closed on its line): rows could not be
//! found from the middle of a file otherwise.

use crate::{
    columns::{COLUMNS_MAX, Layout, Role},
    refusal::{Field, Refusal, Side},
    scan::{STEP_BYTES, Separators},
    source::{Source, fill},
};

/// Bytes before the text in the buffer: fields are read by the eight bytes that end with them.
const LEAD_BYTES: usize = STEP_BYTES;
/// Bytes read at first beyond the piece, for the row that goes on.
const TAIL_BYTES: usize = 1024;
/// Longest row.
pub(crate) const ROW_LENGTH_MAX_BYTES: usize = 64 * 1024;

/// The fields of one row.
pub(crate) struct Row<'b> {
    pub bytes: &'b [u8],
    layout: &'b Layout,
    /// Before the first field, and the end of each.
    bounds: &'b [usize],
}

impl<'b> Row<'b> {
    /// Start and end of a role's field; empty where the file has no such column.
    #[inline]
    pub fn span(&self, role: Role) -> (usize, usize) {
        let place = self.layout.place(role);
        match self.bounds.get(place..place + 2) {
            Some([before, end]) => (before + 1, *end),
            _ => (0, 0),
        }
    }

    /// A role's field.
    #[inline]
    pub fn field(&self, role: Role) -> &'b [u8] {
        let (start, end) = self.span(role);
        self.bytes.get(start..end).unwrap_or_default()
    }
}

/// Takes the rows of a piece.
pub(crate) trait Visitor {
    /// Row `number` of the piece, from 0.
    fn row(&mut self, number: u32, row: &Row<'_>) -> Result<(), Stop>;
}

/// Reads pieces into a buffer of its own.
pub(crate) struct PieceReader {
    buffer: Vec<u8>,
    unquoted: Vec<u8>,
    /// Before the first field of a row, and the end of each.
    bounds: [usize; COLUMNS_MAX + 1],
    /// Where the text of the piece is in the buffer; it ends with a line feed.
    text: std::ops::Range<usize>,
}

/// Why a piece was left.
pub(crate) enum Stop {
    /// The `.0`-th row of the piece, from 0, cannot be read.
    Row(u32, Field),
    /// The same, longer than a row may be.
    TooLong(u32),
    /// The file was refused or is to be read in another way.
    Other(Other),
}

/// What a [`Visitor`] may say.
pub(crate) enum Other {
    /// The medium failed.
    Refused(Refusal),
    /// The keys do not fit the way of coding.
    DoesNotFit,
}

impl PieceReader {
    pub fn new() -> Self {
        Self { buffer: Vec::new(), unquoted: Vec::new(), bounds: [0; COLUMNS_MAX + 1], text: 0..0 }
    }

    /// Reads the rows that begin in `length` bytes from `offset` on. The byte before `offset` is there: the header is before it.
    pub fn load(&mut self, source: &dyn Source, side: Side, offset: u64, length: usize) -> Result<(), Stop> {
        let failed = |source| Stop::Other(Other::Refused(Refusal::Read { side, source }));
        // The byte before tells whether a row begins with the piece.
        let mut end = LEAD_BYTES + 1 + length;
        let mut wanted = end + TAIL_BYTES;
        let mut have = LEAD_BYTES;
        self.text = 0..0;
        let text_end = loop {
            if self.buffer.len() < wanted + STEP_BYTES {
                self.buffer.resize(wanted + STEP_BYTES, 0);
            }
            let from = offset - 1 + u64::try_from(have - LEAD_BYTES).unwrap_or(u64::MAX);
            let got = fill(source, &mut self.buffer[have..wanted], from).map_err(failed)?;
            have += got;
            if have < wanted {
                end = end.min(have);
                if self.buffer[have - 1] != b'\n' {
                    self.buffer[have] = b'\n';
                    have += 1;
                }
            }
            // The last row is the one that begins before `end`: it ends at the first line feed from `end - 1` on.
            if let Some(found) = memchr::memchr(b'\n', &self.buffer[end - 1..have]) {
                break end + found;
            }
            if wanted - end > ROW_LENGTH_MAX_BYTES {
                break have;
            }
            wanted += wanted - end;
        };
        let first = memchr::memchr(b'\n', &self.buffer[LEAD_BYTES..end]);
        // Behind the text there must be no separators of another row in the last step.
        self.buffer[text_end..text_end + STEP_BYTES].fill(0);
        if let Some(first) = first {
            self.text = LEAD_BYTES + first + 1..text_end;
        }
        Ok(())
    }

    /// Hands every row to the visitor; blank lines are none. Returns how many there were.
    pub fn rows(&mut self, layout: &Layout, visitor: &mut impl Visitor) -> Result<u32, Stop> {
        let text = self.text.clone();
        if text.is_empty() {
            return Ok(0);
        }
        if memchr::memchr(b'"', &self.buffer[text.clone()]).is_some() {
            return self.quoted_rows(layout, visitor);
        }
        let (mut number, mut start) = (0, text.start);
        let bytes = &self.buffer[..text.end + STEP_BYTES];
        let bounds = &mut self.bounds[..=layout.columns];
        while start < text.end {
            let Some(end) = cut(bytes, start, bounds) else {
                start += blank_line(&bytes[start..text.end], number)?;
                continue;
            };
            start = end + 1;
            if carriage_return(bytes, bounds) {
                bounds[layout.columns] -= 1;
            }
            visitor.row(number, &Row { bytes, layout, bounds })?;
            number += 1;
        }
        Ok(number)
    }

    /// The same for a piece in which a quotation mark stands.
    #[inline(never)]
    fn quoted_rows(&mut self, layout: &Layout, visitor: &mut impl Visitor) -> Result<u32, Stop> {
        let mut number = 0;
        let text = &self.buffer[self.text.clone()];
        let Some(text) = text.strip_suffix(b"\n") else { return Err(Stop::TooLong(0)) };
        for line in text.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            let columns = unquote(line, &mut self.unquoted, &mut self.bounds)
                .map_err(|field| Stop::Row(number, field))?;
            if columns != layout.columns {
                return Err(Stop::Row(number, Field::Columns));
            }
            let row = Row { bytes: &self.unquoted, layout, bounds: &self.bounds[..=columns] };
            visitor.row(number, &row)?;
            number += 1;
        }
        Ok(number)
    }
}

/// Finds as many separators behind a row's start as there are bounds after the first, which is what stands before it; returns the place of
/// the last of them where it is the first line feed.
#[inline(always)]
fn cut(bytes: &[u8], start: usize, bounds: &mut [usize]) -> Option<usize> {
    let (before, ends) = bounds.split_first_mut()?;
    *before = start - 1;
    let mut separators = Separators::at(bytes, start)?;
    for end in &mut *ends {
        *end = separators.next(bytes)?;
    }
    ends.last().copied().filter(|end| separators.first_line_feed() == Some(*end))
}

/// Length of the first line, its line feed included, which is not cut into so many fields: it is blank, or row `number` is a bad one.
#[cold]
fn blank_line(text: &[u8], number: u32) -> Result<usize, Stop> {
    // The text ends with a line feed unless its last row is longer than it may be.
    let length = memchr::memchr(b'\n', text).ok_or(Stop::TooLong(number))?;
    match &text[..length] {
        b"" | b"\r" => Ok(length + 1),
        _ => Err(Stop::Row(number, Field::Columns)),
    }
}

/// Whether the last field of these ends with a carriage return.
#[inline(always)]
fn carriage_return(bytes: &[u8], bounds: &[usize]) -> bool {
    let [.., before, end] = bounds else { return false };
    *end > before + 1 && bytes.get(end - 1) == Some(&b'\r')
}

/// Copies the fields of a line without their quotation marks; returns how many there are.
fn unquote(line: &[u8], to: &mut Vec<u8>, bounds: &mut [usize; COLUMNS_MAX + 1]) -> Result<usize, Field> {
    to.clear();
    to.resize(LEAD_BYTES, 0);
    bounds[0] = LEAD_BYTES - 1;
    let (mut column, mut rest) = (0, line);
    loop {
        column += 1;
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            rest = copy_quoted(quoted, to)?;
        } else {
            let end = memchr::memchr(b',', rest).unwrap_or(rest.len());
            if memchr::memchr(b'"', &rest[..end]).is_some() {
                return Err(Field::Quotes);
            }
            to.extend_from_slice(&rest[..end]);
            rest = &rest[end..];
        }
        *bounds.get_mut(column).ok_or(Field::Columns)? = to.len();
        let Some((comma, after)) = rest.split_first() else { return Ok(column) };
        if *comma != b',' {
            return Err(Field::Quotes);
        }
        // One byte between two fields, as in the file.
        to.push(b',');
        rest = after;
    }
}

/// Copies up to the closing mark; a doubled one is one. Returns what follows.
fn copy_quoted<'l>(mut rest: &'l [u8], to: &mut Vec<u8>) -> Result<&'l [u8], Field> {
    loop {
        let end = memchr::memchr(b'"', rest).ok_or(Field::Quotes)?;
        to.extend_from_slice(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix(b"\"") {
            Some(after) => {
                to.push(b'"');
                rest = after;
            }
            None => return Ok(rest),
        }
    }
}
