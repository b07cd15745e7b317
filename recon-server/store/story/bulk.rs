//! Files of thousands of rows: parts, twins, revisions, and undoing.

use domain::money::Yen;
use store::{
    Store, StoreError,
    facts::{RowIdentity, StatementLine},
    files::{FileFacts, FileKind, Import, ImportCounts, REPLACED_ROWS_MAX},
};

use super::{
    files::{bare, upload},
    samples::{day, tenant},
};

/// More rows than any engine takes at once.
const ROWS: u32 = 2_600;

/// A row of its own key, but that every fifth has the key of all fifths and is told from them by its occurrence only.
fn row(number: u32, content: u8) -> StatementLine {
    let (key, occurrence) = if number.is_multiple_of(5) {
        ("twin".to_owned(), number / 5)
    } else {
        (format!("k\0{number:05}"), 1)
    };
    let content_sha256 = [content; 32];
    let identity = RowIdentity { record_key: key, occurrence, content_sha256, row: number };
    StatementLine { identity, ..bare("", 1, content, 100 + i64::from(number)) }
}

/// As it comes back: text has no NUL in either engine.
fn stored(mut line: StatementLine) -> StatementLine {
    line.identity.record_key = line.identity.record_key.replace('\0', "\u{fffd}");
    line
}

fn sorted(mut lines: Vec<StatementLine>) -> Vec<StatementLine> {
    lines.sort_by(|a, b| {
        let key = |line: &StatementLine| (line.identity.record_key.clone(), line.identity.occurrence);
        key(a).cmp(&key(b))
    });
    lines
}

async fn read(store: &dyn Store, watermark: u64) -> Vec<(u32, StatementLine)> {
    let mut unit = store.snapshot().await.unwrap();
    let rows =
        unit.statement_lines(&tenant("bulk"), day("2026-08-03"), day("2026-08-03"), watermark).await.unwrap();
    rows.into_iter().map(|row| (row.revision, row.fact)).collect()
}

async fn import(store: &dyn Store, byte: u8, lines: Vec<StatementLine>) -> Import {
    let mut unit = store.begin().await.unwrap();
    let facts = FileFacts::Statement(lines);
    let import = unit.import_file(&tenant("bulk"), &upload(byte, FileKind::Statement), &facts).await.unwrap();
    unit.commit().await.unwrap();
    import
}

pub async fn thousands_of_rows(store: &dyn Store) {
    let first: Vec<_> = (1..=ROWS).map(|number| row(number, 1)).collect();
    let counts = ImportCounts { new: ROWS, revised: 0, unchanged: 0 };
    let replaced = FileFacts::Statement(Vec::new());
    assert_eq!(import(store, 1, first.clone()).await, Import::Accepted { file: 1, counts, replaced });
    let expected: Vec<_> = first.iter().cloned().map(|line| (1, stored(line))).collect();
    let expected_lines = sorted(expected.into_iter().map(|(_, line)| line).collect());
    let lines: Vec<_> = read(store, 1).await.into_iter().map(|(_, line)| line).collect();
    assert_eq!(lines, expected_lines, "every row, once");

    // The same period again, later: every seventh corrected, the first hundred gone from the file, two hundred new.
    let corrected = |number: u32| number.is_multiple_of(7) && number <= ROWS;
    let second: Vec<_> =
        (101..=ROWS + 200).map(|number| row(number, if corrected(number) { 2 } else { 1 })).collect();
    let revised = u32::try_from((101..=ROWS).filter(|number| corrected(*number)).count()).unwrap();
    let Import::Accepted { file, counts, replaced } = import(store, 2, second).await else {
        panic!("another file")
    };
    assert_eq!(
        (file, counts),
        (2, ImportCounts { new: 200, revised, unchanged: ROWS - 100 - revised }),
        "rows that are missing from a later file stay"
    );
    let before = (101..=ROWS).filter(|number| corrected(*number)).take(REPLACED_ROWS_MAX);
    let before = before.map(|number| stored(row(number, 1))).collect();
    assert_eq!(replaced, FileFacts::Statement(before), "what the first of them said until now");
    let now = read(store, 2).await;
    assert_eq!(now.len(), usize::try_from(ROWS + 200).unwrap());
    let newest = now.iter().filter(|(revision, _)| *revision == 2).count();
    assert_eq!(newest, usize::try_from(revised).unwrap());

    // Back to what it was is a third revision, not the first again.
    let Import::Accepted { counts, .. } = import(store, 3, vec![row(105, 1)]).await else {
        panic!("another file")
    };
    assert_eq!(counts, ImportCounts { new: 0, revised: 1, unchanged: 0 });
    assert!(read(store, 3).await.contains(&(3, stored(row(105, 1)))));
}

/// A row late in the file that cannot be kept leaves nothing of the rows before it.
pub async fn all_or_nothing(store: &dyn Store) {
    let mut lines: Vec<_> = (1..=ROWS).map(|number| row(number, 1)).collect();
    let last = lines.last_mut().unwrap();
    last.identity.occurrence = 0;
    last.amount = Yen::new(1);
    let tenant = tenant("bulk-undone");
    let mut unit = store.begin().await.unwrap();
    let facts = FileFacts::Statement(lines);
    let refused = unit.import_file(&tenant, &upload(1, FileKind::Statement), &facts).await;
    assert!(matches!(refused, Err(StoreError::ImportFile(_))), "occurrences begin at 1: {refused:?}");
    drop(unit);
    let mut unit = store.snapshot().await.unwrap();
    assert_eq!(unit.last_file(&tenant).await.unwrap(), 0);
    let days = (day("2026-08-03"), day("2026-08-03"));
    assert!(unit.statement_lines(&tenant, days.0, days.1, 9).await.unwrap().is_empty());
}
