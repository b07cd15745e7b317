//! Power loss on the SQLite file: what was acknowledged stays, a command is there whole or not at all.

use std::{fs, path::Path};

use domain::id::SequenceNumber;
use journal::chain::{Head, verify};
use pos_agent::journal_store::{JournalStore, sqlite::SqliteStore};

use crate::store::{entries, id};

/// Entries of one command in these tests.
const COMMAND_ENTRIES: usize = 3;

/// What a power loss leaves: the file, and the log up to some byte.
fn image(from: &Path, to: &Path, log_bytes: usize) {
    fs::copy(from.join("journal.db"), to.join("journal.db")).unwrap();
    let log = fs::read(from.join("journal.db-wal")).unwrap();
    fs::write(to.join("journal.db-wal"), &log[..log_bytes.min(log.len())]).unwrap();
}

fn entries_in(folder: &Path) -> usize {
    let mut store = SqliteStore::open(&folder.join("journal.db")).unwrap();
    let found = store.read_from(SequenceNumber(1), 1_000).unwrap();
    assert!(verify(&id(), &found).is_ok(), "the chain holds");
    found.len()
}

#[test]
fn an_acknowledged_command_survives_and_an_unfinished_one_leaves_nothing() {
    let (live, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut store = SqliteStore::open(&live.path().join("journal.db")).unwrap();
    let mut log_after = Vec::new();
    for _ in 0..8 {
        let head = store.head().unwrap();
        store.append(&entries(head, COMMAND_ENTRIES)).unwrap();
        log_after.push(fs::metadata(live.path().join("journal.db-wal")).unwrap().len());
    }
    let end = usize::try_from(*log_after.last().unwrap()).unwrap();
    for cut in (0..=end).step_by(509) {
        fs::remove_file(copy.path().join("journal.db-shm")).ok();
        image(live.path(), copy.path(), cut);
        let acknowledged =
            log_after.iter().filter(|length| usize::try_from(**length).unwrap() <= cut).count();
        let found = entries_in(copy.path());
        assert_eq!(found % COMMAND_ENTRIES, 0, "cut at {cut}: a command in part");
        assert!(found >= acknowledged * COMMAND_ENTRIES, "cut at {cut}: {found} of {acknowledged} commands");
    }
}

#[test]
fn a_torn_log_is_cut_off_and_the_journal_goes_on() {
    let (live, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut store = SqliteStore::open(&live.path().join("journal.db")).unwrap();
    store.append(&entries(Head::EMPTY, COMMAND_ENTRIES)).unwrap();
    let whole = fs::metadata(live.path().join("journal.db-wal")).unwrap().len();
    let head = store.head().unwrap();
    store.append(&entries(head, COMMAND_ENTRIES)).unwrap();
    image(live.path(), copy.path(), usize::try_from(whole).unwrap() + 1_000);
    let mut after = SqliteStore::open(&copy.path().join("journal.db")).unwrap();
    assert_eq!(after.head().unwrap().sequence_number, SequenceNumber(3));
    let next = entries(after.head().unwrap(), 1);
    after.append(&next).unwrap();
    assert_eq!(after.head().unwrap(), Head::after(&next[0]));
}
