//! Both stores answer alike.

use domain::id::SequenceNumber;
use journal::{
    chain::{Head, JournalId, verify},
    entry::Entry,
};
use pos_agent::journal_store::{
    AppendError, JournalStore,
    simulated::{Fault, SimulatedDisk},
    sqlite::{OpenError, SqliteReader, SqliteStore},
};

pub fn id() -> JournalId {
    JournalId {
        tenant: "t1".parse().unwrap(),
        counter: "m1".parse().unwrap(),
        incarnation: domain::id::Incarnation(1),
    }
}

/// The next `count` entries after a head; their payload says their number.
pub fn entries(mut head: Head, count: usize) -> Vec<Entry> {
    let mut next = || {
        let payload = format!("{{\"n\":{},\"text\":\"{}\"}}", head.sequence_number.0 + 1, "x".repeat(200));
        let entry = head.freeze_next(&id(), 900, 1, payload.as_bytes()).unwrap();
        head = Head::after(&entry);
        entry
    };
    (0..count).map(|_| next()).collect()
}

fn keeps_what_it_was_given(mut store: impl JournalStore) {
    assert_eq!(store.head().unwrap(), Head::EMPTY);
    assert!(store.read_from(SequenceNumber(1), 10).unwrap().is_empty());
    store.append(&[]).unwrap();
    let first = entries(Head::EMPTY, 3);
    store.append(&first).unwrap();
    let second = entries(Head::after(&first[2]), 2);
    store.append(&second).unwrap();
    let all: Vec<Entry> = first.into_iter().chain(second).collect();
    assert_eq!(store.head().unwrap(), Head::after(&all[4]));
    for (from, limit, expected) in
        [(1, 10, &all[..]), (1, 2, &all[..2]), (4, 10, &all[3..]), (6, 10, &[]), (1, 0, &[])]
    {
        assert_eq!(
            store.read_from(SequenceNumber(from), limit).unwrap(),
            expected,
            "from {from}, at most {limit}"
        );
    }
    assert_eq!(store.delivered().unwrap(), SequenceNumber(0));
    store.set_delivered(SequenceNumber(4)).unwrap();
    assert_eq!(store.delivered().unwrap(), SequenceNumber(4));
}

#[test]
fn the_sqlite_file_keeps_what_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    keeps_what_it_was_given(SqliteStore::open(&path).unwrap());
    let mut again = SqliteStore::open(&path).unwrap();
    assert_eq!(again.head().unwrap().sequence_number, SequenceNumber(5));
    assert_eq!(again.delivered().unwrap(), SequenceNumber(4));
}

#[test]
fn the_simulated_disk_keeps_what_it_was_given() {
    let disk = SimulatedDisk::new(1);
    keeps_what_it_was_given(disk.store());
    disk.power_off();
    assert_eq!(disk.store().head().unwrap().sequence_number, SequenceNumber(5), "everything was synced");
    assert_eq!(disk.syncs(), 2, "one sync per append, none for an empty one");
}

#[test]
fn a_journal_has_one_agent_and_readers_beside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut store = SqliteStore::open(&path).unwrap();
    assert!(matches!(SqliteStore::open(&path), Err(OpenError::InUse(_))));
    store.append(&entries(Head::EMPTY, 2)).unwrap();
    let reader = SqliteReader::open(&path).unwrap();
    assert_eq!(reader.read_from(SequenceNumber(1), 10).unwrap().len(), 2);
    drop(store);
    assert!(SqliteStore::open(&path).is_ok());
}

#[test]
fn a_position_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(&folder.path().join("journal.db")).unwrap();
    let first = entries(Head::EMPTY, 2);
    store.append(&first).unwrap();
    assert!(matches!(store.append(&first[1..]), Err(AppendError::Failed(_))));
    assert_eq!(store.read_from(SequenceNumber(1), 10).unwrap(), first);
}

#[test]
fn the_power_goes_at_any_moment_and_whole_appends_remain() {
    for seed in 0..200 {
        let disk = SimulatedDisk::new(seed);
        let mut store = disk.store();
        let whole = entries(Head::EMPTY, 4);
        store.append(&whole).unwrap();
        let fault = if seed % 2 == 0 { Fault::PowerCut } else { Fault::SyncFails };
        disk.break_next(fault);
        let lost = entries(Head::after(&whole[3]), 6);
        assert!(matches!(store.append(&lost), Err(AppendError::Failed(_))), "seed {seed}");
        assert!(store.append(&lost).is_err(), "seed {seed}: nothing more is written by this process");
        disk.power_off();
        let mut after = disk.store();
        let found = after.read_from(SequenceNumber(1), 100).unwrap();
        assert!(matches!(found.len(), 4 | 10), "seed {seed}: {} entries, a command in part", found.len());
        assert!(verify(&id(), &found).is_ok(), "seed {seed}");
        let next = entries(after.head().unwrap(), 1);
        after.append(&next).unwrap();
        assert_eq!(
            disk.store().head().unwrap(),
            Head::after(&next[0]),
            "seed {seed}: goes on after a torn end"
        );
    }
}
