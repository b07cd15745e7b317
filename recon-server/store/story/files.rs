//! Files and facts.

use domain::money::Yen;
use store::{
    Store, StoreError,
    facts::{BankEntry, RowIdentity, StatementLine},
    files::{FileFacts, FileKind, FileMode, FileState, FileUpload, Import, ImportCounts},
};

use super::samples::{at, day, tenant};

pub fn upload(byte: u8, kind: FileKind) -> FileUpload {
    FileUpload {
        sha256: [byte; 32],
        source: "card-1".to_owned(),
        kind,
        name: "明細_8月.csv".to_owned(),
        received_at: at(i64::from(byte)),
        uploader: "kaikei".to_owned(),
        period_from: None,
        period_to: None,
        mode: FileMode::Delta,
        bytes: vec![byte; 3],
    }
}

fn identity(key: &str, occurrence: u32, content: u8) -> RowIdentity {
    RowIdentity { record_key: key.to_owned(), occurrence, content_sha256: [content; 32], row: occurrence }
}

/// A row that says nothing it need not say.
pub fn bare(key: &str, occurrence: u32, content: u8, yen: i64) -> StatementLine {
    StatementLine {
        identity: identity(key, occurrence, content),
        class: "sale".to_owned(),
        contract: "card-1".parse().unwrap(),
        brand: None,
        terminal_id: None,
        slip_number: None,
        approval_code: None,
        transaction_id: None,
        amount: Yen::new(yen),
        day: day("2026-08-03"),
        payout_date: None,
        at: at(1),
        status_word: "売上".to_owned(),
        brand_word: String::new(),
        reference: None,
        payer_digits: None,
    }
}

fn full(key: &str, yen: i64) -> StatementLine {
    StatementLine {
        brand: Some("visa".parse().unwrap()),
        terminal_id: Some("99001".to_owned()),
        slip_number: Some("00042".to_owned()),
        approval_code: Some("A1".to_owned()),
        transaction_id: Some("T-1".to_owned()),
        payout_date: Some(day("2026-08-31")),
        brand_word: "VISA".to_owned(),
        reference: Some("0190-1".to_owned()),
        payer_digits: Some("4821".to_owned()),
        ..bare(key, 1, 1, yen)
    }
}

pub async fn import_repeat_revise(store: &dyn Store) {
    let tenant = tenant("files");
    let first = FileFacts::Statement(vec![bare("a", 1, 1, 300), bare("a", 2, 1, 300), full("b", -450)]);
    let mut unit = store.begin().await.unwrap();
    let import = unit.import_file(&tenant, &upload(1, FileKind::Statement), &first).await.unwrap();
    unit.commit().await.unwrap();
    let counts = ImportCounts { new: 3, revised: 0, unchanged: 0 };
    let replaced = FileFacts::Statement(Vec::new());
    assert_eq!(import, Import::Accepted { file: 1, counts, replaced }, "genuine twins survive");

    let mut unit = store.begin().await.unwrap();
    let repeated = unit.import_file(&tenant, &upload(1, FileKind::Statement), &first).await.unwrap();
    unit.commit().await.unwrap();
    let Import::SeenBefore { first: receipt } = repeated else { panic!("{repeated:?}") };
    assert_eq!((receipt.file, receipt.received_at, receipt.counts, receipt.length), (1, at(1), counts, 3));
    assert_eq!((receipt.period_from, receipt.period_to, receipt.refusal), (None, None, None));

    // Another file of the same rows: one corrected, one as it was, one new.
    let second = FileFacts::Statement(vec![bare("a", 1, 7, 330), bare("a", 2, 1, 300), bare("c", 1, 1, 10)]);
    let mut unit = store.begin().await.unwrap();
    let import = unit.import_file(&tenant, &upload(2, FileKind::Statement), &second).await.unwrap();
    unit.commit().await.unwrap();
    let revised = ImportCounts { new: 1, revised: 1, unchanged: 1 };
    let replaced = FileFacts::Statement(vec![bare("a", 1, 1, 300)]);
    assert_eq!(import, Import::Accepted { file: 2, counts: revised, replaced });

    let twice = FileFacts::Statement(vec![bare("d", 1, 1, 300), bare("d", 1, 2, 310)]);
    let mut unit = store.begin().await.unwrap();
    let refused = unit.import_file(&tenant, &upload(3, FileKind::Statement), &twice).await;
    assert!(matches!(refused, Err(StoreError::ImportFile(_))), "twins carry their occurrence: {refused:?}");
    drop(unit);

    let mut unit = store.snapshot().await.unwrap();
    assert_eq!(unit.last_file(&tenant).await.unwrap(), 2);
    let read = |rows: Vec<store::facts::Stored<StatementLine>>| {
        rows.into_iter().map(|row| (row.file, row.revision, row.fact)).collect::<Vec<_>>()
    };
    let then = read(unit.statement_lines(&tenant, day("2026-08-01"), day("2026-08-31"), 1).await.unwrap());
    let FileFacts::Statement(facts) = &first else { unreachable!() };
    assert_eq!(then, facts.iter().map(|fact| (1, 1, fact.clone())).collect::<Vec<_>>(), "as of file 1");
    let now = read(unit.statement_lines(&tenant, day("2026-08-03"), day("2026-08-03"), 2).await.unwrap());
    assert_eq!(
        now,
        [
            (2, 2, bare("a", 1, 7, 330)),
            (1, 1, bare("a", 2, 1, 300)),
            (1, 1, full("b", -450)),
            (2, 1, bare("c", 1, 1, 10)),
        ]
    );
    let other_days = unit.statement_lines(&tenant, day("2026-08-04"), day("2026-08-31"), 2).await.unwrap();
    assert!(other_days.is_empty());
}

/// A row that says nothing it need not say, and one that says everything.
fn entries() -> [BankEntry; 2] {
    let bare = BankEntry {
        identity: identity("x", 1, 1),
        account: "0001-123-1-0001234567".to_owned(),
        booked_on: day("2026-08-31"),
        value_date: None,
        amount: Yen::new(-300),
        class: "14".to_owned(),
        remitter_code: None,
        remitter_name: None,
        inquiry_number: None,
        document: "{}".to_owned(),
    };
    let full = BankEntry {
        identity: identity("y", 1, 2),
        value_date: Some(day("2026-08-30")),
        amount: Yen::new(29_406),
        class: "11".to_owned(),
        remitter_code: Some("0000000001".to_owned()),
        remitter_name: Some("ｶ)ﾐﾎﾝｶ-ﾄﾞ".to_owned()),
        inquiry_number: Some("00000001".to_owned()),
        ..bare.clone()
    };
    [bare, full]
}

pub async fn banks_and_refusals(store: &dyn Store) {
    let tenant = tenant("banks");
    let [bare, full] = entries();
    let mut file = upload(5, FileKind::Bank);
    (file.period_from, file.period_to) = (Some(day("2026-08-01")), Some(day("2026-08-31")));
    let mut unit = store.begin().await.unwrap();
    let refused = unit.keep_refused_file(&tenant, &file, "3行目: 件数が合いません").await.unwrap();
    let facts = FileFacts::Bank(vec![full.clone(), bare.clone()]);
    let import = unit.import_file(&tenant, &file, &facts).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(refused, 1);
    assert!(
        matches!(import, Import::Accepted { file: 2, .. }),
        "a refused file may be good later: {import:?}"
    );

    let mut unit = store.snapshot().await.unwrap();
    let rows = unit.bank_entries(&tenant, day("2026-08-31"), day("2026-08-31"), 2).await.unwrap();
    assert_eq!(rows.iter().map(|row| &row.fact).collect::<Vec<_>>(), [&bare, &full], "in order of keys");
    assert!(unit.bank_entries(&tenant, day("2026-08-31"), day("2026-08-31"), 1).await.unwrap().is_empty());
    let receipts = unit.files(&tenant, None, 10).await.unwrap();
    let seen: Vec<_> = receipts.iter().map(|row| (row.file, row.state, row.refusal.as_deref())).collect();
    assert_eq!(
        seen,
        [(2, FileState::Accepted, None), (1, FileState::Refused, Some("3行目: 件数が合いません"))]
    );
    assert_eq!(receipts[1].period_to, Some(day("2026-08-31")));
    assert_eq!(unit.files(&tenant, Some(2), 10).await.unwrap(), receipts[1..]);
    assert_eq!(unit.file(&tenant, 2).await.unwrap().as_ref(), receipts.first());
    assert_eq!(unit.file(&tenant, 3).await.unwrap(), None);
    assert_eq!(
        unit.file_bytes(&tenant, 1).await.unwrap(),
        Some(vec![5; 3]),
        "bytes of a refused file are kept"
    );
}

/// The bank corrects a row: what it said comes back with the receipt.
pub async fn a_bank_corrects_a_row(store: &dyn Store) {
    let tenant = tenant("banks-corrected");
    let [bare, full] = entries();
    let mut unit = store.begin().await.unwrap();
    let facts = FileFacts::Bank(vec![full.clone(), bare.clone()]);
    unit.import_file(&tenant, &upload(5, FileKind::Bank), &facts).await.unwrap();
    let corrected = BankEntry { identity: identity("y", 1, 9), amount: Yen::new(29_400), ..full.clone() };
    let facts = FileFacts::Bank(vec![bare.clone(), corrected.clone()]);
    let import = unit.import_file(&tenant, &upload(6, FileKind::Bank), &facts).await.unwrap();
    let counts = ImportCounts { new: 0, revised: 1, unchanged: 1 };
    assert_eq!(import, Import::Accepted { file: 2, counts, replaced: FileFacts::Bank(vec![full]) });
    let newest = unit.bank_entries(&tenant, day("2026-08-31"), day("2026-08-31"), 2).await.unwrap();
    assert_eq!(newest.iter().map(|row| &row.fact).collect::<Vec<_>>(), [&bare, &corrected]);
}
