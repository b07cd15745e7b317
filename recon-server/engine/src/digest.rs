//! The digest of a partition: everything that its result is a function of, in order (reconciliation.md 5.6).
//!
//! Invariants: SHA-256 over the derived `Hash` of the facts, so that a new field of a fact is part of it without anybody's doing; numbers
//! are written big-endian and sizes as 64 bits. Good for one version of this program: it is compared, never stored as evidence.

use std::hash::{Hash, Hasher};

use domain::time::CivilDate;
use sha2::{Digest as _, Sha256};

use crate::{keys::RULES_VERSION, partition::Partition, world::World};

/// Bytes gathered before they are digested.
const BUFFER_BYTES: usize = 16 * 1_024;
/// Minutes of a day.
const DAY_MINUTES: i32 = 24 * 60;

/// A digest.
pub(crate) type Sum = [u8; 32];

/// Writes what is hashed into SHA-256.
#[derive(Default)]
struct Ink {
    sha: Sha256,
    buffer: Vec<u8>,
}

impl Ink {
    fn put(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES {
            self.sha.update(&self.buffer);
            self.buffer.clear();
        }
    }

    fn dry(mut self) -> Sum {
        self.sha.update(&self.buffer);
        self.sha.finalize().into()
    }
}

impl Hasher for Ink {
    fn finish(&self) -> u64 {
        0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.put(bytes);
    }
    fn write_u8(&mut self, n: u8) {
        self.put(&[n]);
    }
    fn write_u16(&mut self, n: u16) {
        self.put(&n.to_be_bytes());
    }
    fn write_u32(&mut self, n: u32) {
        self.put(&n.to_be_bytes());
    }
    fn write_u64(&mut self, n: u64) {
        self.put(&n.to_be_bytes());
    }
    fn write_usize(&mut self, n: usize) {
        self.put(&(n as u64).to_be_bytes());
    }
    fn write_i16(&mut self, n: i16) {
        self.put(&n.to_be_bytes());
    }
    fn write_i32(&mut self, n: i32) {
        self.put(&n.to_be_bytes());
    }
    fn write_i64(&mut self, n: i64) {
        self.put(&n.to_be_bytes());
    }
    fn write_isize(&mut self, n: isize) {
        // Discriminants: most of what is written, and small.
        match u8::try_from(n) {
            Ok(small) if small < u8::MAX => self.put(&[small]),
            _ => {
                self.put(&[u8::MAX]);
                self.put(&(n as i64).to_be_bytes());
            }
        }
    }
}

/// What all partitions of a contract share.
pub(crate) fn context(world: &World<'_>, contract: Option<usize>) -> Sum {
    let mut ink = Ink::default();
    (RULES_VERSION, &world.facts.config_version, &world.house.terminals).hash(&mut ink);
    if let Some(place) = contract {
        let known = world.house.known_on_both.get(place);
        (world.contracts[place], world.own_figures(place), known).hash(&mut ink);
    }
    ink.dry()
}

/// The digest of a partition, given its contract's context.
pub(crate) fn of(world: &World<'_>, partition: &Partition, context: &Sum) -> Sum {
    let (mut ink, house) = (Ink::default(), &world.house);
    (context, partition.contract.map(|place| &world.contracts[place].id)).hash(&mut ink);
    if let Some(place) = partition.contract {
        covered_days(world, place, partition).hash(&mut ink);
    }
    partition.sales.len().hash(&mut ink);
    for sale in partition.sales.iter().map(|place| world.sales[*place]) {
        let id = sale.id.as_str();
        (sale, house.paid_again.contains(id), house.unclosed.contains(id)).hash(&mut ink);
        (house.covering.get(id), house.held.get(id), house.said.get(id)).hash(&mut ink);
    }
    for row in partition.rows.iter().map(|place| world.rows[*place]) {
        (row, house.originals.get(row.id.as_str())).hash(&mut ink);
    }
    ink.dry()
}

/// Which of the days that a sale of the partition may ask for were received: its own, and those that the cut-off band reaches.
fn covered_days(world: &World<'_>, place: usize, partition: &Partition) -> Vec<bool> {
    let band_days = i32::from(world.contracts[place].cutoff_band_minutes) / DAY_MINUTES + 1;
    let last = partition.to.plus_days(band_days);
    let mut day: CivilDate = partition.from;
    let mut covered = Vec::new();
    while day <= last {
        covered.push(world.covered(place, day));
        day = day.plus_days(1);
    }
    covered
}
