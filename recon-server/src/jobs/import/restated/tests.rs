//! Pairs by example.

use domain::money::Yen;
use store::facts::RowIdentity;

use super::*;

fn identity(key: &str, row: u32) -> RowIdentity {
    RowIdentity { record_key: key.to_owned(), occurrence: 1, content_sha256: [0; 32], row }
}

fn line(identity: &RowIdentity, file: u64, day: &str, yen: i64, who: &str) -> Line {
    let words = format!("{day} {yen} {who}");
    let day = day.parse().unwrap();
    Line {
        identity: identity.clone(),
        revision: 1,
        file,
        first: day,
        day,
        amount: Yen::new(yen),
        who: who.to_owned(),
        words,
    }
}

#[test]
fn a_changed_row_is_named_with_both_rows() {
    let ids: Vec<RowIdentity> = (0..6).map(|n| identity(&format!("k{n}"), n + 2)).collect();
    let before = [
        line(&ids[0], 1, "2026-08-03", 300, "ﾍﾟｲﾍﾟｲ"),
        line(&ids[1], 1, "2026-08-03", 450, "ｴｰﾕｰ"),
        line(&ids[2], 1, "2026-08-04", 700, "ﾗｸﾃﾝ"),
    ];
    // Another name, another sum, another day; and one that has nothing to do with any of them.
    let after = [
        line(&ids[3], 0, "2026-08-03", 300, "ﾍﾟｲﾍﾟｲ(ｶ"),
        line(&ids[4], 0, "2026-08-03", 440, "ｴｰﾕｰ"),
        line(&ids[5], 0, "2026-08-05", 700, "ﾗｸﾃﾝ"),
    ];
    let found = compare(&before, &after);
    let rows: Vec<_> = found.iter().map(|one| (one.row, one.new_row)).collect();
    assert_eq!(rows, [(2, Some(5)), (3, Some(6)), (4, Some(7))]);
    assert!(found[1].sentence_ja().contains("450") && found[1].sentence_ja().contains("440"));
    assert_eq!(notices(&found).len(), 4);
}

#[test]
fn a_row_that_is_only_gone_is_named_where_the_file_speaks_of_its_day() {
    let ids: Vec<RowIdentity> = (0..4).map(|n| identity(&format!("k{n}"), n + 2)).collect();
    let before = [
        line(&ids[0], 7, "2026-08-03", 300, ""),
        line(&ids[1], 7, "2026-08-03", 450, ""),
        line(&ids[2], 7, "2026-08-04", 700, ""),
    ];
    let found = compare(&before, &[line(&ids[0], 0, "2026-08-03", 300, "")]);
    assert_eq!(found.iter().map(|one| (one.file, one.row, one.new_row)).collect::<Vec<_>>(), [(7, 3, None)]);
    assert!(found[0].sentence_ja().contains("このファイルにはありません"));
    // The afternoon's file carries on after the morning's: nothing in common, nothing alike.
    assert!(compare(&before, &[line(&ids[3], 0, "2026-08-03", 999, "")]).is_empty());
    assert!(compare(&before, &before).is_empty() && notices(&[]).is_empty());
}

#[test]
fn alike_rows_are_paired_once_each() {
    let ids: Vec<RowIdentity> = (0..4).map(|n| identity(&format!("k{n}"), n + 2)).collect();
    let before = [line(&ids[0], 1, "2026-08-03", 300, "a"), line(&ids[1], 1, "2026-08-03", 300, "b")];
    let after = [line(&ids[2], 0, "2026-08-03", 300, "c"), line(&ids[3], 0, "2026-08-03", 300, "d")];
    let rows: Vec<_> = compare(&before, &after).iter().map(|one| (one.row, one.new_row)).collect();
    assert_eq!(rows, [(2, Some(4)), (3, Some(5))]);
}
