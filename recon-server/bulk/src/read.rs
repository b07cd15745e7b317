//! Reads one file into partitions, with several threads, piece by piece.
//!
//! Invariants: every row is counted (rows and yen) in every pass, kept or not; the first bad row of the file is the one that is named,
//! whichever thread met it: pieces are taken in ascending order, and those before a bad one are finished.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::{
    codec::{Coded, Coder},
    columns::{Layout, Role},
    date::Dates,
    leftovers::Unkeyed,
    piece::{Other, PieceReader, ROW_LENGTH_MAX_BYTES, Row, Stop, Visitor},
    record::{PIECE_ROWS_MAX, PIECES_MAX, Place, Record, mix},
    refusal::{Field, Refusal, Side},
    scan,
    shelf::Sink,
    source::Source,
};

/// Bytes of a piece of a file.
const PIECE_BYTES: usize = 512 * 1024;
/// Shorter rows cannot be: a date, an amount, and what is between them and behind.
const ROW_LENGTH_MIN_BYTES: usize = 8;
const _: () = assert!(PIECE_BYTES / ROW_LENGTH_MIN_BYTES <= PIECE_ROWS_MAX);

/// One bit for each row of a file.
pub(crate) struct Marks {
    words: Vec<AtomicU64>,
    words_of_piece: usize,
}

impl Marks {
    /// Of a file of so many pieces.
    pub fn new(pieces: usize, piece_bytes: usize) -> Self {
        // A row begins in the piece and takes at least its share of it.
        let words_of_piece = (piece_bytes / ROW_LENGTH_MIN_BYTES + 1).div_ceil(64);
        Self { words: (0..pieces * words_of_piece).map(|_| AtomicU64::new(0)).collect(), words_of_piece }
    }

    fn word(&self, place: Place) -> Option<(&AtomicU64, u64)> {
        let row = usize::try_from(place.row()).ok()?;
        Some((self.words.get(place.piece() * self.words_of_piece + row / 64)?, 1 << (row % 64)))
    }

    pub fn set(&self, place: Place) {
        if let Some((word, bit)) = self.word(place) {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    pub fn has(&self, place: Place) -> bool {
        self.word(place).is_some_and(|(word, bit)| word.load(Ordering::Relaxed) & bit != 0)
    }
}

/// Which file, and how it is cut.
#[derive(Clone, Copy)]
pub(crate) struct File<'f> {
    pub side: Side,
    pub source: &'f dyn Source,
    pub layout: &'f Layout,
    pub length_bytes: u64,
    pub piece_bytes: usize,
}

impl<'f> File<'f> {
    /// A file with its columns, in pieces of a given length or of the usual one.
    pub fn open(
        side: Side,
        source: &'f dyn Source,
        layout: &'f Layout,
        piece_bytes: Option<usize>,
    ) -> Result<Self, Refusal> {
        let length_bytes = source.length_bytes().map_err(|source| Refusal::Read { side, source })?;
        let piece_bytes = piece_bytes.unwrap_or(PIECE_BYTES).clamp(1, PIECE_BYTES);
        Ok(Self { side, source, layout, length_bytes, piece_bytes })
    }

    /// How many pieces there are.
    pub fn pieces(&self) -> Result<usize, Refusal> {
        let body = self.length_bytes.saturating_sub(self.layout.body_offset);
        let piece = u64::try_from(self.piece_bytes).unwrap_or(u64::MAX);
        let pieces = body.div_ceil(piece);
        if pieces > PIECES_MAX {
            return Err(Refusal::TooLong { side: self.side, max_bytes: PIECES_MAX.saturating_mul(piece) });
        }
        Ok(usize::try_from(pieces).unwrap_or(usize::MAX))
    }
}

/// What one pass looks at.
#[derive(Clone, Copy)]
pub(crate) struct Pass<'p> {
    pub threads: usize,
    /// Which of how many slices of the keys.
    pub slice: (u64, u64),
    /// Only identifiers join: dates are not kept, rows without one are not kept either.
    pub by_id: bool,
    /// Rows that an earlier stage settled.
    pub settled: Option<&'p Marks>,
}

/// A file as read in one pass: what did not go to a [`Sink`].
pub(crate) struct Contents {
    pub unkeyed: Unkeyed,
    pub numbers: Numbers,
    pub rows: u64,
    pub yen: i64,
}

/// Turns places into row numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Numbers(Vec<u64>);

impl Numbers {
    /// Row below the header, from 1.
    pub fn of(&self, place: Place) -> u64 {
        self.0.get(place.piece()).copied().unwrap_or_default() + u64::from(place.row()) + 1
    }

    /// Of rows that came one after the other, as if in pieces of the greatest length.
    pub fn whole(rows: u64) -> Self {
        let piece = u64::try_from(PIECE_ROWS_MAX).unwrap_or(u64::MAX);
        Self((0..rows.div_ceil(piece)).map(|number| number * piece).collect())
    }

    /// From rows of pieces; those that are not there count as none.
    fn new(pieces: usize, rows_of: impl Iterator<Item = (usize, u32)>) -> (Self, u64) {
        let mut rows = vec![0; pieces];
        for (piece, count) in rows_of {
            rows[piece] = u64::from(count);
        }
        let mut before = 0;
        for row in &mut rows {
            (*row, before) = (before, before + *row);
        }
        (Self(rows), before)
    }
}

/// Reads a file; `sink` makes the sink of each thread.
pub(crate) fn read<C: Coder, S: Sink>(
    file: File<'_>,
    pass: Pass<'_>,
    coder: &C,
    sink: impl Fn() -> S + Sync,
) -> Result<Contents, Other> {
    let pieces = file.pieces().map_err(Other::Refused)?;
    let next = AtomicUsize::new(0);
    let threads = pass.threads.clamp(1, pieces.max(1));
    let work = || Reader::new(file, pass, coder.clone(), sink()).run(pieces, &next);
    let readers = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut readers = vec![work()];
        for other in others {
            readers.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        readers
    });
    let (readers, stops): (Vec<_>, Vec<_>) = readers.into_iter().unzip();
    let rows_of = readers.iter().flat_map(|reader| reader.rows_of.iter().copied());
    let (numbers, rows) = Numbers::new(pieces, rows_of);
    if let Some((piece, stop)) = stops.into_iter().flatten().min_by_key(|(piece, _)| *piece) {
        let piece = u32::try_from(piece).unwrap_or(u32::MAX);
        let row = |row| numbers.of(Place::new(piece, row));
        let side = file.side;
        return Err(match stop {
            Stop::Row(at, field) => Other::Refused(Refusal::Row { side, row: row(at), field }),
            Stop::TooLong(at) => {
                Other::Refused(Refusal::RowTooLong { side, row: row(at), max_bytes: ROW_LENGTH_MAX_BYTES })
            }
            Stop::Other(other) => other,
        });
    }
    let mut contents = Contents { unkeyed: Unkeyed::new(file.side), numbers, rows, yen: 0 };
    for mut reader in readers {
        contents.yen += reader.yen;
        contents.unkeyed.append(&mut reader.unkeyed);
    }
    Ok(contents)
}

/// One thread's work.
struct Reader<'r, C, S> {
    file: File<'r>,
    pass: Pass<'r>,
    coder: C,
    dates: Dates,
    sink: S,
    unkeyed: Unkeyed,
    /// Rows of each piece.
    rows_of: Vec<(usize, u32)>,
    yen: i64,
}

impl<'r, C: Coder, S: Sink> Reader<'r, C, S> {
    fn new(file: File<'r>, pass: Pass<'r>, coder: C, sink: S) -> Self {
        let (dates, unkeyed) = (Dates::default(), Unkeyed::new(file.side));
        Self { file, pass, coder, dates, sink, unkeyed, rows_of: Vec::new(), yen: 0 }
    }

    /// Takes pieces until there are none, or one is bad.
    fn run(mut self, pieces: usize, next: &AtomicUsize) -> (Self, Option<(usize, Stop)>) {
        let mut reader = PieceReader::new();
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                self.sink.finish();
                return (self, None);
            }
            match self.piece(&mut reader, piece) {
                Ok(rows) => self.rows_of.push((piece, rows)),
                Err(stop) => {
                    // Nobody begins a later piece.
                    next.store(pieces, Ordering::Relaxed);
                    return (self, Some((piece, stop)));
                }
            }
        }
    }

    fn piece(&mut self, reader: &mut PieceReader, piece: usize) -> Result<u32, Stop> {
        let file = self.file;
        let offset = file.layout.body_offset + u64::try_from(piece * file.piece_bytes).unwrap_or(u64::MAX);
        reader.load(file.source, file.side, offset, file.piece_bytes)?;
        let piece = u32::try_from(piece).unwrap_or(u32::MAX);
        reader.rows(file.layout, &mut OfPiece { reader: self, piece })
    }

    #[inline(always)]
    fn row(&mut self, piece: u32, number: u32, row: &Row<'_>) -> Result<(), Stop> {
        let bad = |field| Stop::Row(number, field);
        if usize::try_from(number).is_ok_and(|number| number >= PIECE_ROWS_MAX) {
            return Err(bad(Field::Columns));
        }
        let date = self.dates.read(row.field(Role::Date)).ok_or_else(|| bad(Field::Date))?;
        let at_once = self.coder.key_and_amount(row);
        let amount = match at_once {
            Some((_, amount)) => amount,
            None => {
                let (start, end) = row.span(Role::Amount);
                scan::amount(row.bytes, start, end).ok_or_else(|| bad(Field::Amount))?
            }
        };
        self.yen += i64::from(amount);
        let place = Place::new(piece, number);
        if self.pass.settled.is_some_and(|settled| settled.has(place)) {
            return Ok(());
        }
        let date = if self.pass.by_id { 0 } else { date };
        let coded = at_once.map_or_else(|| self.coder.code(row), |(key, _)| Coded::Keyed(key));
        match coded {
            Coded::Keyed(key) | Coded::Loose(key) => {
                let (slice, slices) = self.pass.slice;
                if slices > 1 && mix(self.coder.home(key)) % slices != slice {
                    return Ok(());
                }
                let record = Record::new(key, date, amount, place);
                if matches!(coded, Coded::Keyed(_)) {
                    self.sink.put(record);
                } else {
                    self.unkeyed.loose.push(record);
                }
            }
            Coded::Alone if self.pass.by_id || self.pass.slice.0 > 0 => {}
            Coded::Alone => self.unkeyed.alone.push(Record::new(0, date, amount, place)),
            Coded::DoesNotFit => return Err(Stop::Other(Other::DoesNotFit)),
            Coded::TooMany => return Err(Stop::Other(Other::Refused(Refusal::TooManyTexts))),
        }
        Ok(())
    }
}

/// One thread's work on one piece.
struct OfPiece<'p, 'r, C, S> {
    reader: &'p mut Reader<'r, C, S>,
    piece: u32,
}

impl<C: Coder, S: Sink> Visitor for OfPiece<'_, '_, C, S> {
    #[inline(always)]
    fn row(&mut self, number: u32, row: &Row<'_>) -> Result<(), Stop> {
        self.reader.row(self.piece, number, row)
    }
}
