//! What a store of migration 0010 holds, and that nothing of it is lost when migration 0012 makes its statement rows lean.

use std::path::Path;

use store::{Store, facts::StatementLine};

use super::{
    files::bare,
    samples::{at, day, tenant},
};

/// The last migration of the older program.
pub const LAST_OLD: &str = "0010";

/// Copies the migrations up to [`LAST_OLD`] into a folder of their own.
pub fn old_migrations(engine: &str, to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(engine);
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name.get(..4).is_some_and(|number| number <= LAST_OLD) {
            std::fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// Statements that fill such a store, in words of both engines; `bytes` writes 32 equal bytes of one pair of digits.
pub fn old_rows(bytes: impl Fn(&str) -> String) -> Vec<String> {
    let line = |key: &str, revision: u32, content: &str, rest: &str, document: &str| {
        let content = bytes(content);
        format!(
            "INSERT INTO statement_line (tenant_id, source, record_key, occurrence, revision, file_number, row_number, \
             content_sha256, contract_id, class, brand, terminal_id, slip_number, approval_code, transaction_id, amount, day, \
             payout_date, document) VALUES ('old', 'card-1', '{key}', 1, {revision}, 1, 1, {content}, 'card-1', {rest}, '{document}')"
        )
    };
    let file = bytes("01");
    vec![
        format!("INSERT INTO file_bytes (tenant_id, sha256, bytes) VALUES ('old', {file}, {file})"),
        format!(
            "INSERT INTO source_file (tenant_id, file_number, sha256, source, kind, name, received_at, uploader, state, new_rows, \
             revised_rows, unchanged_rows) VALUES ('old', 1, {file}, 'card-1', 'statement', 'x.csv', 1, 'k', 'accepted', 3, 1, 0)"
        ),
        line(
            "a",
            1,
            "01",
            "'sale', NULL, NULL, NULL, NULL, NULL, 300, '2026-08-03', NULL",
            &document("sale", ""),
        ),
        line(
            "a",
            2,
            "02",
            "'sale', NULL, NULL, NULL, NULL, NULL, 330, '2026-08-03', NULL",
            &document("sale", ""),
        ),
        line(
            "b",
            1,
            "01",
            "'sale', 'visa', '99001', '00042', 'A1', 'T-1', -450, '2026-08-03', '2026-08-31'",
            &document("sale", r#","merchant_payment_id":"0190-1","payer_digits":"4821""#),
        ),
        line(
            "c",
            1,
            "01",
            "'unclassified', NULL, NULL, NULL, NULL, NULL, 10, '2026-08-03', NULL",
            &document("保留", ""),
        ),
    ]
}

/// A row as the older program wrote it.
fn document(word: &str, more: &str) -> String {
    let class =
        if word == "sale" { r#""sale""#.to_owned() } else { format!(r#"{{"unclassified":"{word}"}}"#) };
    let (status, brand) =
        (if word == "sale" { "売上" } else { word }, if more.is_empty() { "" } else { "VISA" });
    format!(
        r#"{{"row":1,"class":{class},"status_word":"{status}","at":{},"brand_word":"{brand}"{more}}}"#,
        at(1).as_micros()
    )
}

/// Reads the same as before.
pub async fn is_carried_over(store: &dyn Store) {
    let mut unit = store.snapshot().await.unwrap();
    let rows = unit.statement_lines(&tenant("old"), day("2026-08-03"), day("2026-08-03"), 1).await.unwrap();
    let read: Vec<_> = rows.into_iter().map(|row| (row.file, row.revision, row.fact)).collect();
    let full = StatementLine {
        brand: Some("visa".parse().unwrap()),
        terminal_id: Some("99001".to_owned()),
        slip_number: Some("00042".to_owned()),
        approval_code: Some("A1".to_owned()),
        transaction_id: Some("T-1".to_owned()),
        payout_date: Some(day("2026-08-31")),
        brand_word: "VISA".to_owned(),
        reference: Some("0190-1".to_owned()),
        payer_digits: Some("4821".to_owned()),
        ..bare("b", 1, 1, -450)
    };
    let unclassified = StatementLine {
        class: "unclassified".to_owned(),
        status_word: "保留".to_owned(),
        ..bare("c", 1, 1, 10)
    };
    assert_eq!(read, [(1, 2, bare("a", 1, 2, 330)), (1, 1, full), (1, 1, unclassified)]);
}
