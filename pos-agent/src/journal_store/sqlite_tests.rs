//! What only SQLite can show: a full disk, the file of a newer program, the pragmas.

use domain::id::Incarnation;
use journal::chain::JournalId;

use super::*;

fn entries(mut head: Head, count: usize) -> Vec<Entry> {
    let id = JournalId {
        tenant: "t1".parse().unwrap(),
        counter: "m1".parse().unwrap(),
        incarnation: Incarnation(1),
    };
    let mut next = || {
        let entry = head.freeze_next(&id, 900, 1, &[b'x'; 3_000]).unwrap();
        head = Head::after(&entry);
        entry
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn a_full_disk_leaves_nothing_of_the_append_and_room_lets_it_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(&folder.path().join("journal.db")).unwrap();
    let first = entries(Head::EMPTY, 2);
    store.append(&first).unwrap();
    let pages: i64 = store.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let limit = format!("PRAGMA max_page_count = {}", pages + 1);
    store.connection.query_row(&limit, [], |_| Ok(())).unwrap();
    let more = entries(Head::after(&first[1]), 5);
    assert!(matches!(store.append(&more), Err(AppendError::DiskFull)));
    assert_eq!(store.head().unwrap(), Head::after(&first[1]), "nothing of it is there");
    store.connection.query_row("PRAGMA max_page_count = 100000", [], |_| Ok(())).unwrap();
    store.append(&more).unwrap();
    assert_eq!(store.head().unwrap(), Head::after(&more[4]));
}

#[test]
fn a_newer_programs_file_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    drop(SqliteStore::open(&path).unwrap());
    connect(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(matches!(SqliteStore::open(&path), Err(OpenError::Newer { found: 99, .. })));
}

#[test]
fn every_commit_is_synced_in_full() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("journal.db")).unwrap();
    let read = |pragma: &str| -> rusqlite::Result<String> {
        store.connection.query_row(pragma, [], |row| row.get::<_, Value>(0).map(|value| format!("{value:?}")))
    };
    assert_eq!(read("PRAGMA synchronous").unwrap(), "Integer(2)");
    assert_eq!(read("PRAGMA journal_mode").unwrap(), "Text(\"wal\")");
}
