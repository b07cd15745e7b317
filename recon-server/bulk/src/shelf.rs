//! Records on their way into partitions, batch by batch.
//!
//! A record that goes straight into one of two thousand partitions costs a miss in the processor's address table; a batch is sorted by
//! partition first, inside the cache, and each partition then gets a run of neighbours. What is done for every record is written into
//! the loop over the rows (`inline(always)`): the compiler would call it, as both files have a loop of their own. Invariant: a partition has every record of its
//! keys once, in the order in which the thread read them.

use crate::record::{Record, upper};

/// Records of a batch for each partition.
const BATCH_RECORDS_PER_PARTITION: usize = 32;
/// Fewest records of a batch: what is done once for a batch is nothing beside them.
const BATCH_RECORDS_MIN: usize = 1 << 12;
/// Most records of a batch: both copies of it stay in the caches.
const BATCH_RECORDS_MAX: usize = 1 << 15;

/// Where one thread puts the records that it read.
pub(crate) trait Sink: Send {
    /// Takes a record with a key.
    fn put(&mut self, record: Record);

    /// Nothing more comes.
    fn finish(&mut self);
}

/// What a thread does about a partition that another thread is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Busy {
    /// Goes on with the next: two threads that went through the partitions one behind the other would wait at each of them.
    Skip,
    Wait,
}

/// Records that are not in their partitions yet.
pub(crate) struct Batch {
    bits: u32,
    /// Records that are handed on at once.
    length: usize,
    records: Vec<Record>,
    sorted: Vec<Record>,
    /// Where the next record of each partition goes in `sorted`.
    next: Vec<usize>,
}

impl Batch {
    /// For `1 << bits` partitions.
    pub fn new(bits: u32) -> Self {
        let length = (BATCH_RECORDS_PER_PARTITION << bits).clamp(BATCH_RECORDS_MIN, BATCH_RECORDS_MAX);
        Self { bits, length, records: Vec::new(), sorted: Vec::new(), next: vec![0; 1 << bits] }
    }

    /// Takes a record; whether it is time to hand them on.
    #[inline(always)]
    pub fn put(&mut self, record: Record) -> bool {
        self.records.push(record);
        self.records.len() >= self.length
    }

    /// Hands the records of each partition to `take`, and is empty then. What `take` did not take it gets again at the end.
    pub fn hand_on(&mut self, mut take: impl FnMut(usize, &[Record], Busy) -> bool) {
        self.next.fill(0);
        for record in &self.records {
            self.next[upper(record.mixed(), self.bits)] += 1;
        }
        let mut before = 0;
        for next in &mut self.next {
            (*next, before) = (before, before + *next);
        }
        self.sorted.resize(self.records.len(), Record::NONE);
        for record in &self.records {
            let next = &mut self.next[upper(record.mixed(), self.bits)];
            self.sorted[*next] = *record;
            *next += 1;
        }
        // Each is now where the run of its partition ends.
        let (mut start, mut busy) = (0, Vec::new());
        for (partition, end) in self.next.iter().enumerate() {
            if start < *end && !take(partition, &self.sorted[start..*end], Busy::Skip) {
                busy.push((partition, start..*end));
            }
            start = *end;
        }
        for (partition, run) in busy {
            take(partition, &self.sorted[run], Busy::Wait);
        }
        self.records.clear();
    }
}

/// One thread's way into partitions that others fill too.
pub(crate) struct Sorter<T> {
    batch: Batch,
    take: T,
}

impl<T: FnMut(usize, &[Record], Busy) -> bool> Sorter<T> {
    /// For `1 << bits` partitions; `take` gets the records of each, and says whether it took them.
    pub fn new(bits: u32, take: T) -> Self {
        Self { batch: Batch::new(bits), take }
    }
}

impl<T: FnMut(usize, &[Record], Busy) -> bool + Send> Sink for Sorter<T> {
    #[inline(always)]
    fn put(&mut self, record: Record) {
        if self.batch.put(record) {
            self.batch.hand_on(&mut self.take);
        }
    }

    fn finish(&mut self) {
        self.batch.hand_on(&mut self.take);
        (self.batch.records, self.batch.sorted) = (Vec::new(), Vec::new());
    }
}

/// Partitions of one side that is fed by one thread.
pub(crate) struct Shelf {
    partitions: Vec<Vec<Record>>,
    batch: Batch,
}

impl Shelf {
    /// With `1 << bits` partitions, each with room for `expected` records.
    pub fn new(bits: u32, expected: usize) -> Self {
        let partitions = (0..1_usize << bits).map(|_| Vec::with_capacity(expected)).collect();
        Self { partitions, batch: Batch::new(bits) }
    }

    /// Takes a record.
    #[inline]
    pub fn put(&mut self, record: Record) {
        if self.batch.put(record) {
            self.sort_in();
        }
    }

    fn sort_in(&mut self) {
        self.batch.hand_on(|partition, run, _| {
            append(&mut self.partitions[partition], run);
            true
        });
    }

    /// The partitions, with everything in them.
    pub fn finish(mut self) -> Vec<Vec<Record>> {
        self.sort_in();
        self.partitions
    }
}

/// Grows by an eighth and not by doubling: the partitions together are most of the memory.
pub(crate) fn append(records: &mut Vec<Record>, more: &[Record]) {
    if records.capacity() - records.len() < more.len() {
        records.reserve_exact(more.len() + records.len() / 8);
    }
    records.extend_from_slice(more);
}
