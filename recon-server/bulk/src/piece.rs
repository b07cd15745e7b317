//! One piece of a file, cut into rows and fields.
//!
//! A piece is a range of bytes; the rows that begin in it are its own, wherever they end. Invariant: the pieces of a file have every row
//! once, whatever their size. A field with a line feed in it is refused (its quotation mark is not closed on its line): rows could not be
//! found from the middle of a file otherwise.

use crate::{
    columns::{COLUMNS_MAX, Layout, Role},
    refusal::{Field, Refusal, Side},
    scan::{STEP_BYTES, Separators, WINDOW_BYTES},
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

/// Reads pieces into a buffer of its own.
pub(crate) struct PieceReader {
    buffer: Vec<u8>,
    unquoted: Vec<u8>,
    /// Of an unquoted row.
    bounds: [usize; COLUMNS_MAX + 1],
    separators: Separators,
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

/// What a visitor of rows may say.
pub(crate) enum Other {
    /// The medium failed.
    Refused(Refusal),
    /// The keys do not fit the way of coding.
    DoesNotFit,
}

impl PieceReader {
    pub fn new() -> Self {
        Self {
            buffer: Vec::new(),
            unquoted: Vec::new(),
            bounds: [0; COLUMNS_MAX + 1],
            // What stands before a row, and a row that has begun.
            separators: Separators::new(1 + COLUMNS_MAX),
            text: 0..0,
        }
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
        let padded = text_end.next_multiple_of(STEP_BYTES);
        self.buffer.resize(padded.max(self.buffer.len()), 0);
        self.buffer[text_end..padded].fill(0);
        if let Some(first) = first {
            self.text = LEAD_BYTES + first + 1..text_end;
        }
        Ok(())
    }

    /// Calls `visit` for every row with its number in the piece; blank lines are none. Returns how many there were.
    pub fn rows(
        &mut self,
        layout: &Layout,
        mut visit: impl FnMut(u32, &Row<'_>) -> Result<(), Stop>,
    ) -> Result<u32, Stop> {
        let text = self.text.clone();
        if text.is_empty() {
            return Ok(0);
        }
        if memchr::memchr(b'"', &self.buffer[text.clone()]).is_some() {
            return self.quoted_rows(layout, &mut visit);
        }
        // Steps begin at whole multiples: what stands before the text in its first step is passed over.
        let base = text.start / STEP_BYTES * STEP_BYTES;
        let bytes = &self.buffer[..text.end.next_multiple_of(STEP_BYTES)];
        let mut number = 0;
        self.separators.begin(text.start - 1);
        for begin in (base..bytes.len()).step_by(WINDOW_BYTES) {
            let end = bytes.len().min(begin + WINDOW_BYTES);
            self.separators.add(&bytes[begin..end], begin, text.start);
            let last = end == bytes.len();
            let whole = self.separators.whole_rows(bytes, layout.columns).unwrap_or_default();
            let places = self.separators.places();
            // Place number of what stands before the row, and line feeds up to there.
            let (mut before, mut lines) = (0, whole);
            for _ in 0..whole {
                let row = &mut places[before..=before + layout.columns];
                cut(bytes, layout, row, number, &mut visit)?;
                number += 1;
                before += layout.columns;
            }
            // What follows whole rows, or is anything else than whole rows.
            while let Some(room) = places.get_mut(before..).filter(|room| room.len() > 1) {
                let length = room.len().min(layout.columns + 1);
                if length <= layout.columns && !last {
                    break;
                }
                let row = &mut room[..length];
                match line(bytes, row, layout.columns).map_err(|field| Stop::Row(number, field))? {
                    Line::Fields => {
                        cut(bytes, layout, row, number, &mut visit)?;
                        number += 1;
                        before += layout.columns;
                    }
                    Line::Blank => before += 1,
                    Line::Open => return Err(Stop::TooLong(number)),
                }
                lines += 1;
            }
            self.separators.forget(before, lines);
        }
        // The text ends with a line feed unless its last row is longer than it may be.
        let end = self.separators.places().first().map_or(text.end, |place| place + 1);
        if end < text.end { Err(Stop::TooLong(number)) } else { Ok(number) }
    }

    /// The same for a piece in which a quotation mark stands.
    fn quoted_rows(
        &mut self,
        layout: &Layout,
        visit: &mut impl FnMut(u32, &Row<'_>) -> Result<(), Stop>,
    ) -> Result<u32, Stop> {
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
            visit(number, &row)?;
            number += 1;
        }
        Ok(number)
    }
}

/// Calls `visit` for a row that ends with a line feed; before that there may be a carriage return.
#[inline(always)]
fn cut(
    bytes: &[u8],
    layout: &Layout,
    bounds: &mut [usize],
    number: u32,
    visit: &mut impl FnMut(u32, &Row<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let shorter = usize::from(carriage_return(bytes, bounds));
    let whole = bounds[layout.columns];
    bounds[layout.columns] -= shorter;
    visit(number, &Row { bytes, layout, bounds })?;
    bounds[layout.columns] = whole;
    Ok(())
}

/// Whether the last field of these ends with a carriage return.
#[inline(always)]
fn carriage_return(bytes: &[u8], bounds: &[usize]) -> bool {
    let [.., before, end] = bounds else { return false };
    *end > before + 1 && bytes.get(end - 1) == Some(&b'\r')
}

/// What the next line is.
enum Line {
    /// As many fields as the header has.
    Fields,
    Blank,
    /// Its end is not in the text.
    Open,
}

/// Looks at the first separators behind a row's beginning: at most one for each of the columns that are `wanted`.
fn line(bytes: &[u8], bounds: &[usize], wanted: usize) -> Result<Line, Field> {
    let [before, ends @ ..] = bounds else { return Ok(Line::Open) };
    let Some(columns) = ends.iter().position(|end| bytes.get(*end) == Some(&b'\n')).map(|last| last + 1)
    else {
        return if ends.len() < wanted { Ok(Line::Open) } else { Err(Field::Columns) };
    };
    if columns == wanted {
        return Ok(Line::Fields);
    }
    let blank = before + 1 + usize::from(carriage_return(bytes, &bounds[..2]));
    if columns == 1 && ends[0] == blank { Ok(Line::Blank) } else { Err(Field::Columns) }
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
