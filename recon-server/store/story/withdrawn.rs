//! Rows that a file withdraws, and 移行時の未収: kept, marked, passed over; a row that comes again is a further revision.

use domain::{method::Method, money::Yen};
use store::{
    Store,
    facts::{OpeningItem, RowIdentity, RowRevision, StatementLine},
    files::{FileFacts, FileKind, FileMode, FileUpload, Import, ImportCounts},
};

use super::{
    files::{bare, upload},
    packs::lines_both_ways,
    samples::{at, day, tenant},
};

fn row(record_key: &str, revision: u32) -> RowRevision {
    RowRevision { record_key: record_key.to_owned(), occurrence: 1, revision }
}

fn at_row(row: u32, mut line: StatementLine) -> StatementLine {
    line.identity.row = row;
    line
}

/// What is here as of each of three files: key and revision.
async fn seen(store: &dyn Store) -> Vec<Vec<(String, u32)>> {
    let mut unit = store.snapshot().await.unwrap();
    let mut all = Vec::new();
    for watermark in 1..=3 {
        let (from, to) = (day("2026-08-01"), day("2026-08-31"));
        let lines = unit.statement_lines(&tenant("withdrawn"), from, to, watermark).await.unwrap();
        all.push(lines.into_iter().map(|line| (line.fact.identity.record_key, line.revision)).collect());
    }
    all
}

pub async fn withdraw_and_return(store: &dyn Store) {
    let tenant = tenant("withdrawn");
    let import = async |byte: u8, facts, gone: &[RowRevision]| {
        let mut unit = store.begin().await.unwrap();
        let file = FileUpload { mode: FileMode::ReplacePeriod, ..upload(byte, FileKind::Statement) };
        let facts = FileFacts::Statement(facts);
        let Import::Accepted { file, counts, replaced } =
            unit.import_file(&tenant, &file, &facts).await.unwrap()
        else {
            panic!("a new file")
        };
        if !gone.is_empty() {
            unit.withdraw_rows(&tenant, "card-1", file, gone).await.unwrap();
        }
        unit.commit().await.unwrap();
        (counts, replaced)
    };
    // A comparison sees what stands, from packs and from rows, by the file and row of each.
    let compared = |standing: &[&str]| {
        let expected: Vec<_> = standing.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(lines_both_ways(store, &tenant), (expected, standing.len()));
    };
    import(1, vec![bare("a", 1, 1, 300), at_row(2, bare("b", 1, 1, 450))], &[]).await;
    compared(&["1:1 ||2026-08-03|300", "1:2 ||2026-08-03|450"]);
    import(2, vec![bare("a", 1, 1, 300)], &[row("b", 1)]).await;
    compared(&["1:1 ||2026-08-03|300"]);
    // The same content again: not the row that was withdrawn, but a further revision of it, and no correction.
    let (counts, replaced) =
        import(3, vec![bare("a", 1, 1, 300), at_row(2, bare("b", 1, 1, 450))], &[]).await;
    compared(&["1:1 ||2026-08-03|300", "3:2 ||2026-08-03|450"]);
    assert_eq!(counts, ImportCounts { new: 1, revised: 0, unchanged: 1 });
    assert_eq!(replaced, FileFacts::Statement(Vec::new()));
    let keys = |list: &[(&str, u32)]| list.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect::<Vec<_>>();
    let expected = [keys(&[("a", 1), ("b", 1)]), keys(&[("a", 1)]), keys(&[("a", 1), ("b", 2)])];
    assert_eq!(seen(store).await, expected);
    let mut unit = store.snapshot().await.unwrap();
    let files = unit.files(&tenant, None, 9).await.unwrap();
    let told: Vec<_> = files.iter().map(|file| (file.file, file.withdrawn, file.mode)).collect();
    assert_eq!(told, [3, 2, 1].map(|file| (file, u32::from(file == 2), FileMode::ReplacePeriod)));
}

pub async fn opening_items(store: &dyn Store) {
    let tenant = tenant("opening");
    let bare = OpeningItem {
        identity: RowIdentity { record_key: "o".to_owned(), occurrence: 1, content_sha256: [1; 32], row: 2 },
        contract: "card-1".parse().unwrap(),
        method: Method::Credit,
        brand: None,
        terminal_id: None,
        slip_number: None,
        approval_code: None,
        at: at(7),
        day: day("2026-08-03"),
        amount: Yen::new(300),
        note: String::new(),
    };
    let full = OpeningItem {
        identity: RowIdentity { record_key: "p".to_owned(), ..bare.identity.clone() },
        method: Method::CodeStatic,
        brand: Some("paypay".parse().unwrap()),
        terminal_id: Some("99001".to_owned()),
        slip_number: Some("00042".to_owned()),
        approval_code: Some("A1".to_owned()),
        note: "前の帳簿".to_owned(),
        ..bare.clone()
    };
    let file = FileUpload { source: "opening".to_owned(), ..upload(1, FileKind::Opening) };
    let facts = FileFacts::Opening(vec![bare.clone(), full.clone()]);
    let mut unit = store.begin().await.unwrap();
    unit.import_file(&tenant, &file, &facts).await.unwrap();
    unit.commit().await.unwrap();
    let mut unit = store.snapshot().await.unwrap();
    let (from, to) = (day("2026-08-03"), day("2026-08-03"));
    let rows = unit.opening_items(&tenant, from, to, 1).await.unwrap();
    assert_eq!(rows.into_iter().map(|row| row.fact).collect::<Vec<_>>(), [bare, full]);
    assert!(unit.opening_items(&tenant, from, to, 0).await.unwrap().is_empty());
    let kept = unit.file(&tenant, 1).await.unwrap().unwrap();
    assert_eq!((kept.kind, kept.source.as_str()), (FileKind::Opening, "opening"));
}
