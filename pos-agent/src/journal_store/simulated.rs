//! A disk in memory that may fail like a real one, for the seeded simulation: what was not synced is lost or torn when the power goes.
//!
//! Invariants: an append that returned `Ok` survives every [`SimulatedDisk::power_off`]; one that did not may be there whole or not
//! at all after the next start, never in part (a torn record is cut off); the same seed and calls give the same run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::id::SequenceNumber;
use journal::{
    chain::Head,
    entry::{Entry, EntryHash},
    frames,
};

use super::{AppendError, JournalStore, READ_ENTRIES_MAX, ReadError};

/// A disk writes whole sectors: a torn write ends at one of these, in bytes.
const SECTOR_LENGTH_BYTES: usize = 512;
/// Length and hash before each record, in bytes.
const RECORD_HEADER_BYTES: usize = 4 + 8;

/// What goes wrong at the next append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No room; nothing is written. Lasts until [`SimulatedDisk::make_room`] or the ballast is freed.
    DiskFull,
    /// The sync fails: the bytes may or may not be there.
    SyncFails,
    /// The power goes between write and sync: the bytes may be there, lost or torn.
    PowerCut,
}

/// The platter: what is durable and what is only in the cache of the system.
#[derive(Debug)]
struct Platter {
    durable: Vec<u8>,
    cached: Vec<u8>,
    delivered: SequenceNumber,
    next_fault: Option<Fault>,
    full: bool,
    ballast: bool,
    random: u64,
    syncs: u64,
}

impl Platter {
    /// The next number of the seed's sequence (SplitMix64).
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn sync(&mut self) {
        self.syncs += 1;
        let cached = std::mem::take(&mut self.cached);
        self.durable.extend(cached);
    }

    /// Some sectors of what was cached made it, the rest did not.
    fn tear(&mut self) {
        let cached = std::mem::take(&mut self.cached);
        let sectors = u64::try_from(cached.len().div_ceil(SECTOR_LENGTH_BYTES) + 1).unwrap_or(1);
        let kept = usize::try_from(self.random() % sectors).unwrap_or(0) * SECTOR_LENGTH_BYTES;
        self.durable.extend(cached.into_iter().take(kept));
    }

    /// What a start reads: whole records; a torn one at the end is cut off.
    fn recover(&mut self) -> Vec<Entry> {
        let (mut entries, mut good) = (Vec::new(), 0);
        while let Some((mut record, length)) = read_record(&self.durable[good..]) {
            entries.append(&mut record);
            good += length;
        }
        self.durable.truncate(good);
        entries
    }
}

fn write_record(entries: &[Entry]) -> Vec<u8> {
    let body = frames::join(entries.iter().map(Entry::bytes));
    let mut record = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    record.extend(check_of(entries));
    record.extend(body);
    record
}

/// The hash of the last entry covers every entry of the record by the chain.
fn check_of(entries: &[Entry]) -> [u8; 8] {
    let hash = entries.last().map_or(EntryHash::ZERO, Entry::hash);
    hash.0.first_chunk().copied().unwrap_or_default()
}

fn read_record(bytes: &[u8]) -> Option<(Vec<Entry>, usize)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (check, rest) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let entries = frames::split(rest.get(..length)?).ok()?;
    (check_of(&entries) == *check && !entries.is_empty()).then_some((entries, RECORD_HEADER_BYTES + length))
}

/// A disk that outlives the process on it. Clones are the same disk.
#[derive(Debug, Clone)]
pub struct SimulatedDisk(Arc<Mutex<Platter>>);

impl SimulatedDisk {
    /// An empty disk whose accidents follow from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Platter {
            durable: Vec::new(),
            cached: Vec::new(),
            delivered: SequenceNumber(0),
            next_fault: None,
            full: false,
            ballast: true,
            random: seed,
            syncs: 0,
        })))
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        // A panic of another thread leaves the bytes as they are, as a real disk would.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a process on the disk: reads what is durable.
    #[must_use]
    pub fn store(&self) -> SimulatedStore {
        let entries = self.platter().recover();
        SimulatedStore { disk: self.clone(), entries, broken: false }
    }

    /// The next append goes wrong.
    pub fn break_next(&self, fault: Fault) {
        self.platter().next_fault = Some(fault);
    }

    /// The power goes: what was not synced is lost, kept or torn. Stores of before are dead.
    pub fn power_off(&self) {
        self.platter().tear();
    }

    /// Somebody made room on a full disk.
    pub fn make_room(&self) {
        self.platter().full = false;
    }

    /// How often the disk was synced.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.platter().syncs
    }
}

/// A process's view of a [`SimulatedDisk`].
#[derive(Debug)]
pub struct SimulatedStore {
    disk: SimulatedDisk,
    entries: Vec<Entry>,
    /// After a doubt every further append is refused, as the agent must stop.
    broken: bool,
}

impl JournalStore for SimulatedStore {
    fn append(&mut self, entries: &[Entry]) -> Result<(), AppendError> {
        if entries.is_empty() {
            return Ok(());
        }
        if self.broken {
            return Err(AppendError::Failed("append after a failure".into()));
        }
        let mut platter = self.disk.platter();
        let fault = platter.next_fault.take();
        if fault == Some(Fault::DiskFull) {
            platter.full = true;
        }
        if platter.full {
            return Err(AppendError::DiskFull);
        }
        platter.cached.extend(write_record(entries));
        match fault {
            None | Some(Fault::DiskFull) => platter.sync(),
            Some(Fault::SyncFails | Fault::PowerCut) => {
                platter.tear();
                drop(platter);
                self.broken = true;
                return Err(AppendError::Failed("simulated fault".into()));
            }
        }
        drop(platter);
        self.entries.extend_from_slice(entries);
        Ok(())
    }

    fn read_from(&mut self, first: SequenceNumber, limit: usize) -> Result<Vec<Entry>, ReadError> {
        let start = usize::try_from(first.0.saturating_sub(1)).unwrap_or(usize::MAX);
        Ok(self.entries.iter().skip(start).take(limit.min(READ_ENTRIES_MAX)).cloned().collect())
    }

    fn head(&mut self) -> Result<Head, ReadError> {
        Ok(self.entries.last().map_or(Head::EMPTY, Head::after))
    }

    fn delivered(&mut self) -> Result<SequenceNumber, ReadError> {
        Ok(self.disk.platter().delivered)
    }

    fn set_delivered(&mut self, upto: SequenceNumber) -> Result<(), AppendError> {
        self.disk.platter().delivered = upto;
        Ok(())
    }

    fn free_ballast(&mut self) -> bool {
        let mut platter = self.disk.platter();
        let had = std::mem::take(&mut platter.ballast);
        if had {
            platter.full = false;
        }
        had
    }

    fn restore_ballast(&mut self) -> bool {
        let mut platter = self.disk.platter();
        platter.ballast = !platter.full;
        platter.ballast
    }
}
