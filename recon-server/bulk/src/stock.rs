//! All sales of a pass in their partitions: first filled, then indexed, then asked by the rows, then closed.
//!
//! Invariants: the sales of a pass are kept whole, the rows are not: a row that finds its sale at once leaves nothing but its place. A
//! partition is one thread's at a time, and nothing depends on the order in which threads take them. Everything that all threads share is
//! behind the lock of its partition, and comes to it by the batch, so that the locks cost nothing.

use std::sync::{
    Mutex, MutexGuard, PoisonError, TryLockError,
    atomic::{AtomicUsize, Ordering},
};

use crate::{
    join::{Found, How, Joiner},
    partition::Partition,
    record::Record,
    shelf::{Busy, Sink, Sorter, append},
};

/// A thread that panicked ends the run: what it left is not looked at.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same where it is free, or worth waiting for.
fn lock_unless<T>(mutex: &Mutex<T>, busy: Busy) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => (busy == Busy::Wait).then(|| lock(mutex)),
    }
}

/// Does `step` for all numbers below `count`, each thread with a state of its own.
fn each<T: Send>(
    threads: usize,
    count: usize,
    start: impl Fn() -> T + Sync,
    step: impl Fn(&mut T, usize) + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut state = start();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return state;
            }
            step(&mut state, number);
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.clamp(1, count.max(1))).map(|_| scope.spawn(work)).collect();
        let mut states = vec![work()];
        for other in others {
            states.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        states
    })
}

/// Sales that are being read.
pub(crate) struct Stock {
    bits: u32,
    partitions: Vec<Mutex<Vec<Record>>>,
}

impl Stock {
    /// With `1 << bits` partitions, each with room for `expected` sales.
    pub fn new(bits: u32, expected: usize) -> Self {
        Self::of(bits, (0..1_usize << bits).map(|_| Vec::with_capacity(expected)).collect())
    }

    /// Of sales that are in their partitions.
    pub fn of(bits: u32, partitions: Vec<Vec<Record>>) -> Self {
        Self { bits, partitions: partitions.into_iter().map(Mutex::new).collect() }
    }

    /// Where one thread puts its sales.
    pub fn intake(&self) -> impl Sink {
        Sorter::new(self.bits, |partition, run: &[Record], busy| {
            let sales = lock_unless(&self.partitions[partition], busy);
            sales.map(|mut sales| append(&mut sales, run)).is_some()
        })
    }

    /// Makes it ready for the rows; those that find no sale are kept where `keep_alone` says so.
    pub fn index(self, threads: usize, keep_alone: bool) -> Index {
        let (bits, sales) = (self.bits, self.partitions);
        let partitions: Vec<_> = sales.iter().map(|_| Mutex::new(Partition::default())).collect();
        each(
            threads,
            sales.len(),
            || (),
            |(), number| {
                let sales = std::mem::take(&mut *lock(&sales[number]));
                *lock(&partitions[number]) = Partition::new(sales, bits);
            },
        );
        Index { bits, keep_alone, partitions }
    }
}

/// Sales that rows can ask for.
pub(crate) struct Index {
    bits: u32,
    /// Whether rows without a sale are kept.
    keep_alone: bool,
    partitions: Vec<Mutex<Partition>>,
}

impl Index {
    /// Where one thread puts its rows.
    pub fn queue(&self) -> impl Sink {
        Sorter::new(self.bits, |partition, run: &[Record], busy| {
            let partition = lock_unless(&self.partitions[partition], busy);
            partition.map(|mut partition| partition.take(run, self.keep_alone)).is_some()
        })
    }

    /// Asks for rows that are in their partitions.
    pub fn settle(&self, rows: &[Vec<Record>], threads: usize) {
        let step = |(): &mut (), number: usize| {
            lock(&self.partitions[number]).settle(&rows[number], self.keep_alone);
        };
        each(threads, rows.len(), || (), step);
    }

    /// Decides what is settled.
    pub fn close(self, threads: usize, how: How<'_>) -> Found {
        let step = |joiner: &mut Joiner<'_>, number: usize| {
            let mut partition = std::mem::take(&mut *lock(&self.partitions[number]));
            partition.settle_waiting(self.keep_alone);
            joiner.partition(partition);
        };
        let joiners = each(threads, self.partitions.len(), || Joiner::new(how), step);
        let mut found = Found::default();
        joiners.into_iter().for_each(|joiner| found.merge(joiner.found));
        found
    }
}
