//! Text to records of cells without copying: what most cells are is a slice of the text.
//!
//! Invariants: records end at CR, LF or both; blank lines are passed over; a quoted cell may hold anything and writes a quote as two;
//! a quote within a cell that does not begin with one is only a character. A record's content is what CSV writes of its cells, however
//! this file quoted them. Not here: what a cell means, whether the text is whole.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr3};

use crate::Digest;

/// Where a cell is: in the text, or among what had to be unescaped. Texts are shorter than 4 GiB by the bounds of their readers.
#[derive(Debug, Clone, Copy)]
struct Place {
    from: u32,
    to: u32,
    unescaped: bool,
}

impl Place {
    fn new(from: usize, to: usize, unescaped: bool) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { from: place(from), to: place(to), unescaped }
    }
}

/// Cells of one record or of many.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    places: Vec<Place>,
    unescaped: String,
}

impl Cells {
    /// A record that was cut from a text into these cells.
    pub fn record<'r>(&'r self, text: &'r str, line: &Line) -> Record<'r> {
        let places = self.places.get(line.cells.clone()).unwrap_or_default();
        let source = Source { text, unescaped: &self.unescaped };
        Record { source, places, line: (line.text.start, line.text.end), plain: line.plain }
    }

    /// Forgets all records.
    pub fn clear(&mut self) {
        self.places.clear();
        self.unescaped.clear();
    }
}

/// A record: where its cells are, and its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    cells: Range<usize>,
    text: Range<usize>,
    /// Whether CSV would write its cells as this file does.
    plain: bool,
}

impl Line {
    /// Where it begins.
    pub const fn begins(&self) -> usize {
        self.text.start
    }

    /// Where it ends.
    pub const fn ends(&self) -> usize {
        self.text.end
    }
}

/// What cells lie in.
#[derive(Debug, Clone, Copy)]
struct Source<'r> {
    text: &'r str,
    unescaped: &'r str,
}

/// Cells of a record with the text that they lie in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'r> {
    source: Source<'r>,
    places: &'r [Place],
    line: (usize, usize),
    plain: bool,
}

impl<'r> Record<'r> {
    /// Number of cells.
    pub const fn len(self) -> usize {
        self.places.len()
    }

    /// A cell; empty where the record is too short.
    #[inline]
    pub fn get(self, at: usize) -> &'r str {
        self.places.get(at).map_or("", |place| self.source.cell(*place))
    }

    /// Every cell in order.
    pub fn iter(self) -> impl Iterator<Item = &'r str> {
        self.places.iter().map(move |place| self.source.cell(*place))
    }

    /// The digest of the record as CSV writes it: quotes around cells that hold a delimiter, a quote or a line end, and only there. Most
    /// records stand so in the text already; the others are written to the buffer.
    pub fn digest(self, delimiter: u8, buffer: &mut String) -> Digest {
        if self.plain {
            return Digest::of(self.source.text.as_bytes().get(self.line.0..self.line.1).unwrap_or_default());
        }
        buffer.clear();
        for (nth, cell) in self.iter().enumerate() {
            if nth > 0 {
                buffer.push(char::from(delimiter));
            }
            if needs_quotes(cell.as_bytes(), delimiter) {
                buffer.push('"');
                cell.split_inclusive('"').for_each(|part| {
                    buffer.push_str(part);
                    buffer.push_str(if part.ends_with('"') { "\"" } else { "" });
                });
                buffer.push('"');
            } else {
                buffer.push_str(cell);
            }
        }
        Digest::of(buffer.as_bytes())
    }
}

impl<'r> Source<'r> {
    #[inline]
    fn cell(self, place: Place) -> &'r str {
        let at = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        let text = if place.unescaped { self.unescaped } else { self.text };
        text.get(at(place.from)..at(place.to)).unwrap_or_default()
    }
}

/// Whether a cell that holds this is written in quotes.
fn needs_quotes(cell: &[u8], delimiter: u8) -> bool {
    memchr3(delimiter, b'\n', b'\r', cell).is_some() || memchr(b'"', cell).is_some()
}

/// Cuts a text into records.
#[derive(Debug)]
pub(crate) struct Records<'t> {
    text: &'t str,
    delimiter: u8,
    at: usize,
    marks: Marks,
    /// Whether the text has any quotes.
    quoted: bool,
    /// Quotes around and in the quoted cells of the record at hand.
    quotes: usize,
    /// Whether one of them did not need them, or has text behind them.
    needless: bool,
}

impl<'t> Records<'t> {
    /// The records of a text.
    pub fn new(text: &'t str, delimiter: u8) -> Self {
        Self::behind(0, text, delimiter, memchr(b'"', text.as_bytes()).is_some())
    }

    /// The records of a text, of which it is known whether it has quotes, behind its first bytes, which end where a record ends.
    pub const fn behind(at: usize, text: &'t str, delimiter: u8, quoted: bool) -> Self {
        Self { text, delimiter, at, marks: Marks::NONE, quoted, quotes: 0, needless: false }
    }

    /// Where the next record is looked for.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The next record, its cells alone in `cells`; none at the end of the text.
    pub fn next<'r>(&mut self, cells: &'r mut Cells) -> Option<Record<'r>>
    where
        't: 'r,
    {
        cells.clear();
        let line = self.add(cells)?;
        Some(cells.record(self.text, &line))
    }

    /// The next record, its cells behind those of others.
    pub fn add(&mut self, cells: &mut Cells) -> Option<Line> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b'\r' | b'\n')) {
            self.at += 1;
        }
        bytes.get(self.at)?;
        let (begins, first) = (self.at, cells.places.len());
        if !self.quoted {
            let ends = self.bare(cells);
            return Some(Line { cells: first..cells.places.len(), text: begins..ends, plain: true });
        }
        (self.quotes, self.needless) = (0, false);
        loop {
            let ended = match bytes.get(self.at) {
                Some(b'"') => self.quoted(cells),
                _ => self.unquoted(cells, self.at),
            };
            if ended {
                break;
            }
        }
        let text = begins..bytes.len().min(self.at - 1);
        // A quote that belongs to no quoted cell would need some.
        let quotes = || memchr_iter(b'"', bytes.get(text.clone()).unwrap_or_default()).count();
        let plain = !self.needless && quotes() == self.quotes;
        Some(Line { cells: first..cells.places.len(), text, plain })
    }

    /// The cells of a record of a text without quotes. Where it ends.
    fn bare(&mut self, cells: &mut Cells) -> usize {
        let bytes = self.text.as_bytes();
        let mut from = self.at;
        let mut block = from / BLOCK_BYTES;
        if self.marks.block != block {
            self.marks = Marks::of(bytes, self.delimiter, block);
        }
        let mut bits = self.marks.bits & (u64::MAX << (from % BLOCK_BYTES));
        loop {
            while bits == 0 {
                block += 1;
                if block * BLOCK_BYTES >= bytes.len() {
                    cells.places.push(Place::new(from, bytes.len(), false));
                    self.at = bytes.len() + 1;
                    return bytes.len();
                }
                self.marks = Marks::of(bytes, self.delimiter, block);
                bits = self.marks.bits;
            }
            let to = block * BLOCK_BYTES + usize::try_from(bits.trailing_zeros()).unwrap_or_default();
            bits &= bits - 1;
            cells.places.push(Place::new(from, to, false));
            from = to + 1;
            if bytes.get(to) != Some(&self.delimiter) {
                self.at = from;
                return to;
            }
        }
    }

    /// A cell up to the next delimiter or line end. Whether the record ends with it.
    fn unquoted(&mut self, cells: &mut Cells, from: usize) -> bool {
        let to = self.marks.next(self.text.as_bytes(), self.delimiter, from);
        cells.places.push(Place::new(from, to, false));
        self.step_over(to)
    }

    /// Steps over what ended a cell at `to`. Whether it ended the record.
    fn step_over(&mut self, to: usize) -> bool {
        let delimited = self.text.as_bytes().get(to) == Some(&self.delimiter);
        self.at = to + 1;
        !delimited
    }

    /// A cell that begins with a quote. Whether the record ends with it.
    fn quoted(&mut self, cells: &mut Cells) -> bool {
        let bytes = self.text.as_bytes();
        let quote = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            memchr(b'"', rest).map_or(bytes.len(), |length| from + length)
        };
        let from = self.at + 1;
        let to = quote(from);
        let after = bytes.get(to + 1);
        self.quotes += 2;
        if after.is_none_or(|b| *b == self.delimiter || matches!(b, b'\r' | b'\n')) {
            // One that is not closed holds the rest of the text, which CSV would not write so.
            let closed = to < bytes.len();
            self.needless |=
                !closed || !needs_quotes(bytes.get(from..to).unwrap_or_default(), self.delimiter);
            cells.places.push(Place::new(from, to, false));
            return self.step_over(to + 1);
        }
        // A doubled quote, or text behind the closing one: pieced together.
        let begun = cells.unescaped.len();
        let (mut from, mut to) = (from, to);
        let end = loop {
            cells.unescaped.push_str(self.text.get(from..to).unwrap_or_default());
            if bytes.get(to + 1) == Some(&b'"') {
                cells.unescaped.push('"');
                self.quotes += 2;
                from = to + 2;
                to = quote(from);
            } else {
                let rest = bytes.get(to + 1..).unwrap_or_default();
                let ends = |b: &u8| *b == self.delimiter || *b == b'\n' || *b == b'\r';
                let end = rest.iter().position(ends).map_or(bytes.len(), |length| to + 1 + length);
                self.needless |= end != to + 1;
                cells.unescaped.push_str(self.text.get(to + 1..end).unwrap_or_default());
                break end;
            }
        };
        cells.places.push(Place::new(begun, cells.unescaped.len(), true));
        self.step_over(end)
    }
}

/// Bytes that are looked at together.
const CHUNK_BYTES: usize = 8;
/// Bytes of which it is known at a time where their marks are: a bit for each.
const BLOCK_BYTES: usize = 64;
/// Gathers the lowest bit of each byte in the highest byte.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// Where delimiters and line ends are, in one block of a text at a time.
#[derive(Debug, Clone, Copy)]
struct Marks {
    block: usize,
    /// A bit for each byte that is one.
    bits: u64,
}

impl Marks {
    /// Before the first block.
    const NONE: Self = Self { block: usize::MAX, bits: 0 };

    /// The first delimiter or line end at or behind `from`; the end of the text where there is none.
    #[inline]
    fn next(&mut self, bytes: &[u8], delimiter: u8, from: usize) -> usize {
        let (mut block, passed) = (from / BLOCK_BYTES, from % BLOCK_BYTES);
        if block != self.block {
            *self = Self::of(bytes, delimiter, block);
        }
        let mut bits = self.bits & (u64::MAX << passed);
        while bits == 0 && block * BLOCK_BYTES < bytes.len() {
            block += 1;
            *self = Self::of(bytes, delimiter, block);
            bits = self.bits;
        }
        let within = usize::try_from(bits.trailing_zeros()).unwrap_or(BLOCK_BYTES);
        bytes.len().min(block * BLOCK_BYTES + within)
    }

    fn of(bytes: &[u8], delimiter: u8, block: usize) -> Self {
        let rest = bytes.get(block * BLOCK_BYTES..).unwrap_or_default();
        let text: [u8; BLOCK_BYTES] = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut last = [0; BLOCK_BYTES];
            last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
            last
        });
        // All bytes at once: a loop without branches, of which the compiler makes vectors.
        let mut are = [0_u8; BLOCK_BYTES];
        for (is, byte) in are.iter_mut().zip(text) {
            *is = u8::from(byte == delimiter) | u8::from(byte == b'\n') | u8::from(byte == b'\r');
        }
        let gathered = |chunk: &[u8; CHUNK_BYTES]| {
            u64::from_le_bytes(*chunk).wrapping_mul(GATHER) >> (u64::BITS - u8::BITS)
        };
        // The last chunk first, so that the first one's bits are the lowest.
        let chunks = are.as_chunks::<CHUNK_BYTES>().0.iter().rev();
        Self { block, bits: chunks.fold(0, |bits, chunk| bits << CHUNK_BYTES | gathered(chunk)) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ours(text: &str) -> Vec<Vec<String>> {
        let (mut cells, mut records) = (Cells::default(), Records::new(text, b','));
        let mut all = Vec::new();
        while let Some(record) = records.next(&mut cells) {
            all.push(record.iter().map(str::to_owned).collect());
        }
        all
    }

    fn theirs(text: &str) -> Vec<Vec<String>> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let records = reader.records().map(Result::unwrap);
        records.map(|record| record.iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn cells() {
        for (text, expected) in [
            ("a,b\r\nc,\r\n", vec![vec!["a", "b"], vec!["c", ""]]),
            ("\n\na\n\n", vec![vec!["a"]]),
            ("\"a,\nb\",c", vec![vec!["a,\nb", "c"]]),
            ("\"a\"\"b\",\"\"\r\n", vec![vec!["a\"b", ""]]),
            ("a\"b\",c", vec![vec!["a\"b\"", "c"]]),
            ("\"a\"b\"c\",d", vec![vec!["ab\"c\"", "d"]]),
            ("あ,い", vec![vec!["あ", "い"]]),
        ] {
            assert_eq!(ours(text), expected, "{text:?}");
            assert_eq!(theirs(text), expected, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// As the well-known writer writes the cells, whatever quotes the text has.
        #[test]
        fn content_is_what_the_csv_crate_writes(text in "[ab,\"\r\nあ]{0,40}") {
            prop_assume!(text.matches('"').count().is_multiple_of(2));
            let (mut cells, mut records) = (Cells::default(), Records::new(&text, b','));
            let mut buffer = String::new();
            while let Some(record) = records.next(&mut cells) {
                // Of a single empty cell the crate writes quotes, so that the line is not blank.
                prop_assume!(record.len() > 1 || !record.get(0).is_empty());
                let mut theirs = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
                theirs.write_record(record.iter()).unwrap();
                let theirs = theirs.into_inner().unwrap();
                let theirs = theirs.strip_suffix(b"\n").unwrap();
                prop_assert_eq!(record.digest(b',', &mut buffer), Digest::of(theirs));
            }
        }

        /// As the well-known reader cuts it, so do we, for every text whose quotes are closed.
        #[test]
        fn as_the_csv_crate(text in "[ab,\"\r\nあ]{0,200}") {
            prop_assume!(text.matches('"').count().is_multiple_of(2));
            let theirs: Vec<Vec<String>> = theirs(&text);
            prop_assert_eq!(ours(&text), theirs);
        }
    }
}
