//! The run: which passes over the files there are, and how their results come together.
//!
//! Invariants: passes divide the keys, never the rows of a key; every pass counts all rows, and a file that has other sums in a later pass
//! is refused. A pass keeps the sales and lets the rows go by (`stock.rs`). With a bound on memory there are as many passes as it takes;
//! there are no temporary files, and neither file has to be in any order.

use crate::{
    codec::{self, Coder, IdCoder, Parts, PlainCoder, TextCoder, Way},
    columns::{ColumnMap, Layout, Role},
    date,
    intern::Interner,
    join::{Break, Found, How},
    leftovers::{self, Unkeyed},
    outcome::{Exception, Outcome, Tally},
    piece::Other,
    read::{self, Contents, File, Marks, Numbers, Pass},
    record::Record,
    refusal::{Refusal, Side},
    source::{Source, fill},
    stock::Stock,
};
use domain::money::Yen;

/// Sales in a partition: with their index and the rows that ask for them they fit into the second-level cache.
const PARTITION_SALES: u64 = 8_192;
/// Most partitions, as a power of two.
const PARTITION_BITS_MAX: u32 = 11;
/// Memory of a sale: its record, the place of its row, its slots, what the partitions have in reserve, and the rows waiting.
const SALE_BYTES: u64 = 32;
/// Memory of a row beside that: one in three is kept, where files agree far less than they should.
const ROW_BYTES: u64 = 8;
/// Memory of everything else: buffers, tables, exceptions.
const REST_BYTES: u64 = 48 * 1024 * 1024;
/// Most passes over the files.
const SLICES_MAX: u64 = 256;
/// Bytes from which the length of a row is estimated.
const SAMPLE_BYTES: usize = 64 * 1024;

/// How to do it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads.
    pub threads: usize,
    /// Columns of the sales file.
    pub sales_columns: ColumnMap,
    /// Columns of the statement file.
    pub statement_columns: ColumnMap,
    /// About how many bytes of memory may be used; the files are read several times where it takes that.
    pub memory_max_bytes: Option<u64>,
    /// Bytes read at once, where not the usual number; no result depends on it.
    pub piece_bytes: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 2,
            sales_columns: ColumnMap::default(),
            statement_columns: ColumnMap::default(),
            memory_max_bytes: None,
            piece_bytes: None,
        }
    }
}

/// Compares two files.
///
/// # Errors
/// When a file cannot be read, or one of its rows cannot.
pub fn reconcile(sales: &dyn Source, statement: &dyn Source, options: &Options) -> Result<Outcome, Refusal> {
    let layouts = (
        Layout::read(sales, Side::Sales, &options.sales_columns)?,
        Layout::read(statement, Side::Statement, &options.statement_columns)?,
    );
    let files = (
        File::open(Side::Sales, sales, &layouts.0, options.piece_bytes)?,
        File::open(Side::Statement, statement, &layouts.1, options.piece_bytes)?,
    );
    let both = |role| layouts.0.has(role) && layouts.1.has(role);
    let parts = Parts {
        terminal: both(Role::Terminal),
        contract: both(Role::Contract),
        brand: both(Role::Brand),
        approval: both(Role::Approval),
    };
    let by_id = both(Role::Reference);
    if !parts.terminal && !by_id {
        return Err(Refusal::NothingInCommon);
    }
    let run = Run::new(files, by_id, options)?;
    let interner = Interner::default();
    let plain = Parts { terminal: true, contract: false, brand: false, approval: true };
    if parts == plain {
        match run.all(&PlainCoder, &interner) {
            Ok(done) => return done.outcome(Way::Plain, &interner),
            Err(Other::Refused(refusal)) => return Err(refusal),
            Err(Other::DoesNotFit) => {}
        }
    }
    match run.all(&TextCoder::new(&interner, parts), &interner) {
        Ok(done) => done.outcome(Way::Texts, &interner),
        Err(Other::Refused(refusal)) => Err(refusal),
        Err(Other::DoesNotFit) => Err(Refusal::TooManyTexts),
    }
}

/// Two files and the shape of the passes.
struct Run<'f> {
    files: (File<'f>, File<'f>),
    by_id: bool,
    threads: usize,
    slices: u64,
    bits: u32,
    /// Room of a partition for sales, a little more than are expected.
    expected_sales: usize,
}

/// What the passes found.
#[derive(Default)]
pub(crate) struct Done {
    found: Found,
    total: Option<(Tally, Numbers, Numbers)>,
}

impl<'f> Run<'f> {
    fn new(files: (File<'f>, File<'f>), by_id: bool, options: &Options) -> Result<Self, Refusal> {
        let (sales, rows) = (rows_about(files.0)?, rows_about(files.1)?);
        let slices = options.memory_max_bytes.map_or(1, |memory| {
            let room = memory.saturating_sub(REST_BYTES).max(1);
            (sales * SALE_BYTES + rows * ROW_BYTES).div_ceil(room).clamp(1, SLICES_MAX)
        });
        let sales = sales / slices;
        let bits = (sales / PARTITION_SALES + 1).next_power_of_two().trailing_zeros().min(PARTITION_BITS_MAX);
        Ok(Self {
            files,
            by_id,
            threads: options.threads.max(1),
            slices,
            bits,
            expected_sales: usize::try_from((sales >> bits) * 17 / 16 + 8).unwrap_or_default(),
        })
    }

    /// All passes.
    fn all(&self, coder: &impl Coder, interner: &Interner) -> Result<Done, Other> {
        let mut done = Done::default();
        let marks = if self.by_id {
            let marks = |file: File<'_>| {
                Ok::<_, Other>(Marks::new(file.pieces().map_err(Other::Refused)?, file.piece_bytes))
            };
            let marks = (marks(self.files.0)?, marks(self.files.1)?);
            for slice in 0..self.slices {
                let how = How { by_id: true, marks: Some((&marks.0, &marks.1)) };
                let (found, _) = self.pass(slice, how, None, &IdCoder(interner), &mut done)?;
                done.found.merge(found);
            }
            Some(marks)
        } else {
            None
        };
        let settled = marks.as_ref().map(|marks| (&marks.0, &marks.1));
        for slice in 0..self.slices {
            let how = How { by_id: false, marks: None };
            let (found, unkeyed) = self.pass(slice, how, settled, coder, &mut done)?;
            done.settle(found, unkeyed, coder);
        }
        Ok(done)
    }

    /// Reads both files once: the sales into partitions, then the rows past them.
    fn pass(
        &self,
        slice: u64,
        how: How<'_>,
        settled: Option<(&Marks, &Marks)>,
        coder: &impl Coder,
        done: &mut Done,
    ) -> Result<(Found, [Unkeyed; 2]), Other> {
        let pass =
            |settled| Pass { threads: self.threads, slice: (slice, self.slices), by_id: how.by_id, settled };
        let stock = Stock::new(self.bits, self.expected_sales);
        let sales = read::read(self.files.0, pass(settled.map(|s| s.0)), coder, || stock.intake())?;
        let index = stock.index(self.threads, !how.by_id);
        let rows = read::read(self.files.1, pass(settled.map(|s| s.1)), coder, || index.queue())?;
        done.check(&sales, &rows)?;
        let found = index.close(self.threads, how);
        Ok((found, [sales.unkeyed, rows.unkeyed]))
    }
}

impl Done {
    /// Settles what the keys of one pass left over.
    pub fn settle(&mut self, mut found: Found, unkeyed: [Unkeyed; 2], coder: &impl Coder) {
        leftovers::settle(&mut found, unkeyed, coder);
        self.found.merge(found);
    }

    /// Looks up rows and texts, sorts, and checks that nothing was lost.
    pub fn outcome(self, way: Way, interner: &Interner) -> Result<Outcome, Refusal> {
        let (total, sales, rows) = self.total.unwrap_or_default();
        let mut breaks: Vec<(Option<u64>, Option<u64>, Break)> = self
            .found
            .breaks
            .iter()
            .map(|b| (b.sale.map(|sale| sales.of(sale.place())), b.row.map(|row| rows.of(row.place())), *b))
            .collect();
        breaks.sort_unstable_by_key(|(sale, row, b)| (b.class, *sale, *row));
        let exceptions =
            breaks.into_iter().map(|(sale, row, b)| exception(sale, row, &b, way, interner)).collect();
        Ok(Outcome::new(total, &self.found.tallies, exceptions)?)
    }

    /// Keeps what the first pass counted, and refuses a file that a later pass counts otherwise.
    pub fn check(&mut self, sales: &Contents, rows: &Contents) -> Result<(), Other> {
        let mut total = Tally::default();
        total.add(Side::Sales, sales.rows, sales.yen);
        total.add(Side::Statement, rows.rows, rows.yen);
        let Some((first, ..)) = &self.total else {
            self.total = Some((total, sales.numbers.clone(), rows.numbers.clone()));
            return Ok(());
        };
        if *first == total {
            return Ok(());
        }
        let same_sales = (first.sales_rows, first.sales_yen) == (total.sales_rows, total.sales_yen);
        let side = if same_sales { Side::Statement } else { Side::Sales };
        Err(Other::Refused(Refusal::Changed(side)))
    }
}

/// About how many rows a file has, from its beginning.
fn rows_about(file: File<'_>) -> Result<u64, Refusal> {
    let body = file.length_bytes.saturating_sub(file.layout.body_offset);
    let mut sample = vec![0; SAMPLE_BYTES];
    let length = fill(file.source, &mut sample, file.layout.body_offset)
        .map_err(|source| Refusal::Read { side: file.side, source })?;
    let lines = memchr::memchr_iter(b'\n', &sample[..length]).count();
    let (lines, length) = (u64::try_from(lines).unwrap_or(1), u64::try_from(length).unwrap_or(1));
    Ok(body / (length / lines.max(1)).max(1) + 1)
}

fn exception(
    sales_row: Option<u64>,
    statement_row: Option<u64>,
    b: &Break,
    way: Way,
    interner: &Interner,
) -> Exception {
    let yen = |record: Option<Record>| record.map(|record| Yen::new(i64::from(record.amount())));
    let record = b.sale.or(b.row);
    let key = record.map_or(0, |record| record.key());
    let (mut terminal, mut approval, mut reference) = Default::default();
    if b.by_id {
        reference = codec::id_text(interner, key);
    } else if !b.alone {
        (terminal, approval) = codec::texts(way, interner, key, b.loose);
    }
    let date = record.filter(|_| !b.by_id).and_then(|record| date::to_date(record.date()));
    let (sales_yen, statement_yen) = (yen(b.sale), yen(b.row));
    Exception {
        class: b.class,
        sales_row,
        statement_row,
        terminal,
        approval,
        reference,
        date,
        sales_yen,
        statement_yen,
    }
}
