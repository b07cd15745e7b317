//! Where one thread puts the records that it read: partitions by key, filled batch by batch.
//!
//! A record that goes straight into one of two thousand partitions costs a miss in the processor's address table; a batch is sorted by
//! partition first, inside the cache, and each partition then gets a run of neighbours. Invariant: a partition has every record of its
//! keys once, in the order in which the thread read them.

use crate::record::{Record, upper};

/// Records of a batch: about 30 for each of the most partitions.
const BATCH_RECORDS: usize = 1 << 16;

/// Records that one thread read.
pub(crate) struct Shelf {
    pub partitions: Vec<Vec<Record>>,
    /// Without an approval number.
    pub loose: Vec<Record>,
    /// Without anything that joins.
    pub alone: Vec<Record>,
    /// Rows of each piece.
    pub rows_of: Vec<(usize, u32)>,
    pub yen: i64,
    bits: u32,
    batch: Vec<Record>,
    sorted: Vec<Record>,
    /// Where the next record of each partition goes in `sorted`.
    next: Vec<usize>,
}

impl Shelf {
    /// With `1 << bits` partitions of about `expected_rows`.
    pub fn new(bits: u32, expected_rows: usize) -> Self {
        let partitions = 1_usize << bits;
        Self {
            partitions: (0..partitions).map(|_| Vec::with_capacity(expected_rows)).collect(),
            loose: Vec::new(),
            alone: Vec::new(),
            rows_of: Vec::new(),
            yen: 0,
            bits,
            batch: Vec::new(),
            sorted: Vec::new(),
            next: vec![0; partitions],
        }
    }

    /// Takes a record with a key.
    #[inline]
    pub fn put(&mut self, record: Record) {
        self.batch.push(record);
        if self.batch.len() >= BATCH_RECORDS {
            self.flush();
        }
    }

    /// Gives up what only the reading needs.
    pub fn finish(&mut self) {
        self.flush();
        self.batch = Vec::new();
        self.sorted = Vec::new();
    }

    fn flush(&mut self) {
        if self.partitions.len() == 1 {
            append(&mut self.partitions[0], &self.batch);
            self.batch.clear();
            return;
        }
        self.next.fill(0);
        for record in &self.batch {
            self.next[upper(record.mixed(), self.bits)] += 1;
        }
        let mut before = 0;
        for next in &mut self.next {
            (*next, before) = (before, before + *next);
        }
        self.sorted.resize(self.batch.len(), Record::NONE);
        for record in &self.batch {
            let next = &mut self.next[upper(record.mixed(), self.bits)];
            self.sorted[*next] = *record;
            *next += 1;
        }
        // Each is now where the run of its partition ends.
        let mut start = 0;
        for (partition, end) in self.partitions.iter_mut().zip(&self.next) {
            append(partition, &self.sorted[start..*end]);
            start = *end;
        }
        self.batch.clear();
    }
}

/// Grows by an eighth and not by doubling: the partitions together are most of the memory.
fn append(records: &mut Vec<Record>, more: &[Record]) {
    if records.capacity() - records.len() < more.len() {
        records.reserve_exact(more.len() + records.len() / 8);
    }
    records.extend_from_slice(more);
}
