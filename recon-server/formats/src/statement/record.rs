//! Text to records of cells, one at a time and without copying: what most cells are is a slice of the text.
//!
//! Invariants: records end at CR, LF or both; blank lines are passed over; a quoted cell may hold anything and writes a quote as two;
//! a quote within a cell that does not begin with one is only a character. Not here: what a cell means, whether the text is whole.

use memchr::memchr;

/// Where a cell is: in the text, or among what had to be unescaped.
#[derive(Debug, Clone, Copy)]
enum Place {
    Text(usize, usize),
    Unescaped(usize, usize),
}

/// One record's cells; made once and filled again for each record.
#[derive(Debug, Default)]
pub(super) struct Cells {
    places: Vec<Place>,
    unescaped: String,
}

/// Cells of a record with the text that they lie in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'r> {
    text: &'r str,
    cells: &'r Cells,
}

impl<'r> Record<'r> {
    /// Number of cells.
    pub fn len(self) -> usize {
        self.cells.places.len()
    }

    /// A cell; empty where the record is too short.
    #[inline]
    pub fn get(self, at: usize) -> &'r str {
        match self.cells.places.get(at) {
            Some(Place::Text(from, to)) => self.text.get(*from..*to).unwrap_or_default(),
            Some(Place::Unescaped(from, to)) => self.cells.unescaped.get(*from..*to).unwrap_or_default(),
            None => "",
        }
    }

    /// Every cell in order.
    pub fn iter(self) -> impl Iterator<Item = &'r str> {
        (0..self.len()).map(move |at| self.get(at))
    }
}

/// Cuts a text into records.
#[derive(Debug)]
pub(super) struct Records<'t> {
    text: &'t str,
    delimiter: u8,
    at: usize,
    marks: Marks,
}

impl<'t> Records<'t> {
    /// The records of a text.
    pub const fn new(text: &'t str, delimiter: u8) -> Self {
        Self { text, delimiter, at: 0, marks: Marks::NONE }
    }

    /// Fills the cells of the next record; none at the end of the text.
    pub fn next<'r>(&mut self, cells: &'r mut Cells) -> Option<Record<'r>>
    where
        't: 'r,
    {
        cells.places.clear();
        cells.unescaped.clear();
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b'\r' | b'\n')) {
            self.at += 1;
        }
        bytes.get(self.at)?;
        loop {
            let ended = match bytes.get(self.at) {
                Some(b'"') => self.quoted(cells),
                _ => self.plain(cells, self.at),
            };
            if ended {
                return Some(Record { text: self.text, cells });
            }
        }
    }

    /// A cell up to the next delimiter or line end. Whether the record ends with it.
    fn plain(&mut self, cells: &mut Cells, from: usize) -> bool {
        let to = self.marks.next(self.text.as_bytes(), self.delimiter, from);
        cells.places.push(Place::Text(from, to));
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
        if after.is_none_or(|b| *b == self.delimiter || matches!(b, b'\r' | b'\n')) {
            cells.places.push(Place::Text(from, to));
            return self.step_over(to + 1);
        }
        // A doubled quote, or text behind the closing one: pieced together.
        let begun = cells.unescaped.len();
        let (mut from, mut to) = (from, to);
        let end = loop {
            cells.unescaped.push_str(self.text.get(from..to).unwrap_or_default());
            if bytes.get(to + 1) == Some(&b'"') {
                cells.unescaped.push('"');
                from = to + 2;
                to = quote(from);
            } else {
                let rest = bytes.get(to + 1..).unwrap_or_default();
                let ends = |b: &u8| *b == self.delimiter || *b == b'\n' || *b == b'\r';
                let end = rest.iter().position(ends).map_or(bytes.len(), |length| to + 1 + length);
                cells.unescaped.push_str(self.text.get(to + 1..end).unwrap_or_default());
                break end;
            }
        };
        cells.places.push(Place::Unescaped(begun, cells.unescaped.len()));
        self.step_over(end)
    }
}

/// Bytes that are looked at together.
const CHUNK_BYTES: usize = 8;
/// Each byte's lowest bits.
const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
/// A byte in each place.
const EACH: u64 = 0x0101_0101_0101_0101;

/// Where delimiters and line ends are, in one chunk of a text at a time.
#[derive(Debug, Clone, Copy)]
struct Marks {
    chunk: usize,
    /// The highest bit of each byte that is one.
    bits: u64,
}

impl Marks {
    /// Before the first chunk.
    const NONE: Self = Self { chunk: usize::MAX, bits: 0 };

    /// The first delimiter or line end at or behind `from`; the end of the text where there is none.
    #[inline]
    fn next(&mut self, bytes: &[u8], delimiter: u8, from: usize) -> usize {
        let (mut chunk, passed) = (from / CHUNK_BYTES, from % CHUNK_BYTES);
        if chunk != self.chunk {
            *self = Self::of(bytes, delimiter, chunk);
        }
        let mut bits = self.bits & (u64::MAX << (passed * 8));
        while bits == 0 && chunk * CHUNK_BYTES < bytes.len() {
            chunk += 1;
            *self = Self::of(bytes, delimiter, chunk);
            bits = self.bits;
        }
        let within = usize::try_from(bits.trailing_zeros() / 8).unwrap_or(CHUNK_BYTES);
        bytes.len().min(chunk * CHUNK_BYTES + within)
    }

    #[inline]
    fn of(bytes: &[u8], delimiter: u8, chunk: usize) -> Self {
        let rest = bytes.get(chunk * CHUNK_BYTES..).unwrap_or_default();
        let text = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut last = [0; CHUNK_BYTES];
            last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
            last
        });
        let text = u64::from_le_bytes(text);
        let are = |byte: u8| zero_bytes(text ^ (EACH * u64::from(byte)));
        Self { chunk, bits: are(delimiter) | are(b'\n') | are(b'\r') }
    }
}

/// The highest bit of each byte that is zero.
const fn zero_bytes(chunk: u64) -> u64 {
    !(((chunk & LOW) + LOW) | chunk | LOW)
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

        /// As the well-known reader cuts it, so do we, for every text whose quotes are closed.
        #[test]
        fn as_the_csv_crate(text in "[ab,\"\r\nあ]{0,40}") {
            prop_assume!(text.matches('"').count().is_multiple_of(2));
            let theirs: Vec<Vec<String>> = theirs(&text);
            prop_assert_eq!(ours(&text), theirs);
        }
    }
}
