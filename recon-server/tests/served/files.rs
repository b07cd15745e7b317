//! Files in: good ones once, bad ones refused whole with row, field and remedy, everything kept.

use recon_server::jobs::{
    backup::backup,
    import::{Outcome, Receipt, SourceChoice, Upload, import, preview},
};
use store::files::FileState;

use crate::{
    support::{Centre, TODAY, date},
    support_files::{bank, paypay},
};

fn upload(source: &str, name: &str, bytes: Vec<u8>) -> Upload {
    Upload {
        source: source.parse().unwrap(),
        name: name.to_owned(),
        bytes,
        period: None,
        uploader: "test".to_owned(),
    }
}

async fn accept(centre: &Centre, upload: Upload) -> Vec<Receipt> {
    match import(centre.state(), upload).await.unwrap() {
        Outcome::Accepted { receipts, .. } => receipts,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn good_files_come_in_and_the_same_again_is_a_receipt() {
    let centre = Centre::set_up().await;
    let receipts = accept(&centre, upload("paypay", "p.csv", paypay(TODAY))).await;
    assert_eq!((receipts[0].new, receipts[0].source.as_str()), (2, "paypay"));
    assert_eq!(receipts[0].period_from, Some(date(TODAY)));
    let bank_file = bank(TODAY, &[(29_347, "ﾍﾟｲﾍﾟｲ(ｶ"), (500, "ﾔﾏﾀﾞ")]);
    let receipts = accept(&centre, upload("bank", "b.txt", bank_file.clone())).await;
    assert_eq!((receipts[0].new, receipts[0].source.as_str()), (2, "bank:0001-001-1-0001234567"));

    for (source, bytes) in [("paypay", paypay(TODAY)), ("bank", bank_file)] {
        let again = import(centre.state(), upload(source, "again", bytes)).await.unwrap();
        let Outcome::SeenBefore { sentence_ja, .. } = again else { panic!("{again:?}") };
        assert!(sentence_ja.contains("何も変えていません"), "{sentence_ja}");
    }
    let mut unit = centre.state().store.snapshot().await.unwrap();
    assert_eq!(unit.files(centre.state().tenant(), None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_source_is_found_where_only_one_fits() {
    let centre = Centre::set_up().await;
    let bank_file = bank(TODAY, &[(1, "ﾔﾏﾀﾞ")]);
    assert_eq!(accept(&centre, upload("", "b.txt", bank_file)).await[0].source, "bank:0001-001-1-0001234567");
    assert_eq!(accept(&centre, upload("auto", "p.csv", paypay(TODAY))).await[0].source, "paypay");
    let neither = import(centre.state(), upload("", "x.csv", b"a,b\r\n1,2\r\n".to_vec())).await.unwrap();
    let Outcome::Refused { refusal, .. } = neither else { panic!("{neither:?}") };
    assert!(refusal.remedy.contains("選んでください"), "{refusal}");
}

/// The bad inputs of the task, each with the word that its refusal must hold.
fn bad_files() -> Vec<(&'static str, &'static str, Vec<u8>, &'static str)> {
    let good_bank = bank(TODAY, &[(29_347, "ﾍﾟｲﾍﾟｲ(ｶ")]);
    let half = good_bank[..300].to_vec();
    let mut wrong_total = good_bank.clone();
    let trailer = 202 * 2 + 7;
    wrong_total[trailer..trailer + 13].copy_from_slice(b"0000000029348");
    let good = paypay(TODAY);
    let text = formats::cp932::decode(&good).unwrap();
    let cp932 = |text: &str| formats::cp932::encode(text).unwrap();
    vec![
        ("half a record", "bank", half, "200"),
        ("a wrong total", "bank", wrong_total, "29,347"),
        ("the wrong encoding", "paypay", text.clone().into_bytes(), "Shift_JIS"),
        ("a missing column", "paypay", cp932(&text.replace("取引金額", "金額")), "取引金額"),
        ("a full-width amount", "paypay", cp932(&text.replace(",1200,", ",\"１，２００\",")), "１，２００"),
        ("a broken yen", "paypay", cp932(&text.replace(",1200,", ",1200.5,")), "1200.5"),
    ]
}

#[tokio::test]
async fn bad_files_are_refused_whole_kept_and_change_nothing() {
    let centre = Centre::set_up().await;
    accept(&centre, upload("paypay", "earlier.csv", paypay("2026-11-17"))).await;
    for (what, source, bytes, word) in bad_files() {
        let seen = preview(centre.state(), &upload(source, "bad", bytes.clone())).await.unwrap();
        assert!(!seen.refused.is_empty(), "{what}: the preview says so too");
        let outcome = import(centre.state(), upload(source, "bad", bytes.clone())).await.unwrap();
        let Outcome::Refused { file, refusal } = outcome else { panic!("{what}: {outcome:?}") };
        assert!(refusal.to_string().contains(word), "{what}: {refusal}");
        assert!(!refusal.remedy.is_empty(), "{what}");
        let mut unit = centre.state().store.snapshot().await.unwrap();
        let row = unit.file(centre.state().tenant(), file).await.unwrap().unwrap();
        assert_eq!(
            (row.state, row.refusal.as_deref()),
            (FileState::Refused, Some(refusal.to_string().as_str()))
        );
        assert_eq!(unit.file_bytes(centre.state().tenant(), file).await.unwrap(), Some(bytes));
    }
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let (from, to) = (date("2026-11-01"), date("2026-11-30"));
    let watermark = unit.last_file(centre.state().tenant()).await.unwrap();
    let lines = unit.statement_lines(centre.state().tenant(), from, to, watermark).await.unwrap();
    assert_eq!(lines.len(), 2, "what was imported before stays, nothing else came in");
    assert!(unit.bank_entries(centre.state().tenant(), from, to, watermark).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_of_no_contract_is_refused() {
    let centre = Centre::empty().await;
    for source in ["paypay", ""] {
        let outcome = import(centre.state(), upload(source, "p.csv", paypay(TODAY))).await.unwrap();
        assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    }
    assert_eq!("card".parse(), Ok(SourceChoice::Contract("card".parse().unwrap())));
}

#[tokio::test]
async fn a_backup_is_whole_and_never_overwrites() {
    let centre = Centre::set_up().await;
    accept(&centre, upload("paypay", "p.csv", paypay(TODAY))).await;
    let to = centre.folder.path().join("copy.db");
    let copy = backup(&centre.state().config, &to).await.unwrap();
    assert!(copy.length_bytes > 0);
    let store = store_sqlite::open(&to).await.unwrap();
    let files = store.snapshot().await.unwrap().files(centre.state().tenant(), None, 10).await.unwrap();
    assert_eq!(files.len(), 1);
    let again = backup(&centre.state().config, &to).await.unwrap_err();
    assert!(again.to_string().contains("上書きはしません"), "{again}");
}
