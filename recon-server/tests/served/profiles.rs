//! A new acquirer is a file in the data folder; a corrected statement says what it changed; a dry run shows all of it.

use domain::money::Yen;
use formats::statement::{Profile, RowOut, write_statement};
use recon_server::{
    jobs::import::{DRY_ROWS_MAX, Outcome, ProfileDraft, Receipt, Upload, import, preview, preview_with},
    set_up,
};

use crate::{
    support::{Centre, TODAY},
    support_files::{at, row},
};

/// The city's own profile: the embedded example under another id.
fn own_profile() -> String {
    let example = include_str!("../../formats/profiles/generic_wallet.toml");
    example.replace("id = \"generic_wallet\"", "id = \"machi_wallet\"")
}

/// The example city, with PayPay's contract reading by the city's own profile.
fn set_up_toml() -> String {
    set_up::EXAMPLE_TOML
        .replace("statement_profile = \"paypay_for_business\"", "statement_profile = \"machi_wallet\"")
}

fn install(centre: &Centre, text: &str) {
    let folder = centre.folder.path().join("profiles");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("machi.toml"), text).unwrap();
}

async fn city(profile: &str) -> Centre {
    let centre = Centre::empty().await;
    install(&centre, &own_profile());
    let read = set_up::read(&set_up_toml()).unwrap();
    set_up::apply(centre.state(), &read, "test").await.unwrap();
    install(&centre, profile);
    centre
}

fn file(rows: &[RowOut]) -> Vec<u8> {
    write_statement(&Profile::from_toml(&own_profile()).unwrap(), rows).unwrap()
}

fn upload(bytes: Vec<u8>) -> Upload {
    Upload {
        source: "paypay".parse().unwrap(),
        name: "machi.csv".to_owned(),
        bytes,
        period: None,
        uploader: "test".to_owned(),
    }
}

async fn accept(centre: &Centre, bytes: Vec<u8>) -> Receipt {
    match import(centre.state(), upload(bytes)).await.unwrap() {
        Outcome::Accepted { receipts, .. } => receipts.into_iter().next().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn paid(number: u32, yen: i64) -> RowOut {
    row("支払い", at(TODAY, 10, 5, 0), yen, &format!("T{number:07}"))
}

#[tokio::test]
async fn a_new_acquirer_needs_no_code() {
    let centre = city(&own_profile()).await;
    let receipt = accept(&centre, file(&[paid(1, 300), paid(2, 450)])).await;
    assert_eq!((receipt.new, receipt.source.as_str()), (2, "paypay"));
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let (from, to) = (receipt.period_from.unwrap(), receipt.period_to.unwrap());
    let lines = unit.statement_lines(centre.state().tenant(), from, to, receipt.file).await.unwrap();
    let brands: Vec<_> = lines.iter().map(|line| line.fact.brand.as_ref().map(|b| b.as_str())).collect();
    assert_eq!(brands, [Some("paypay"); 2], "rows without a word have the contract's only brand");
}

#[tokio::test]
async fn a_profile_that_cannot_be_used_bars_its_contract_only() {
    for (text, line, field) in [
        (own_profile().replace("refund_sign", "refund_signs"), Some(8), "refund_signs"),
        (own_profile().replace("machi_wallet", "generic_card"), Some(2), "id"),
    ] {
        let centre = city(&text).await;
        let outcome = import(centre.state(), upload(file(&[paid(1, 300)]))).await.unwrap();
        let Outcome::Refused { refusal, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!((refusal.file.as_str(), refusal.row), ("profiles/machi.toml", line), "{refusal}");
        assert_eq!(refusal.field, field, "{refusal}");
    }
    let centre = Centre::empty().await;
    let read = set_up::read(&set_up_toml()).unwrap();
    let error = set_up::apply(centre.state(), &read, "test").await.unwrap_err().to_string();
    assert!(error.contains("契約 paypay") && error.contains("machi_wallet"), "{error}");
}

#[tokio::test]
async fn a_corrected_file_says_what_it_changed() {
    let centre = city(&own_profile()).await;
    assert!(accept(&centre, file(&[paid(1, 300), paid(2, 1_200)])).await.revisions.is_empty());
    let later = RowOut { at: at(TODAY, 11, 0, 0), ..paid(1, 300) };
    let receipt = accept(&centre, file(&[later, paid(2, 1_000), paid(3, 500)])).await;
    assert_eq!((receipt.new, receipt.revised, receipt.unchanged), (1, 2, 0));
    let said: Vec<_> = receipt
        .revisions
        .iter()
        .map(|r| (r.row, r.record_key.as_str(), r.field_ja, r.before.as_str(), r.after.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (2, "T0000001/sale", "取引日時", "2026-11-18 10:05:00", "2026-11-18 11:00:00"),
            (3, "T0000002/sale", "金額", "1,200円", "1,000円"),
        ]
    );
}

#[tokio::test]
async fn a_dry_run_shows_rows_refusals_and_sums_by_class() {
    let centre = city(&own_profile()).await;
    let mut rows: Vec<_> = (1..=30).map(|number| paid(number, 100)).collect();
    rows.push(RowOut { status_word: "返金".to_owned(), ..paid(1, -100) });
    rows.push(RowOut { status_word: "審査中".to_owned(), ..paid(31, 70) });
    let bytes = file(&rows);
    let seen = preview(centre.state(), &upload(bytes.clone())).await.unwrap();
    let totals = |seen: &recon_server::jobs::import::DryRun| {
        let of = |t: &recon_server::jobs::import::DryTotal| (t.class_ja.clone(), t.count, t.amount.get());
        seen.totals.iter().map(of).collect::<Vec<_>>()
    };
    let expected = [
        ("売上", 30, 3_000),
        ("返金", 1, -100),
        ("チャージバック", 0, 0),
        ("取引失敗", 0, 0),
        ("未分類", 1, 70),
    ]
    .map(|(class, count, yen)| (class.to_owned(), count, yen));
    assert_eq!(totals(&seen), expected);
    assert_eq!((seen.rows, seen.total, seen.first_rows.len()), (32, Yen::new(2_900), DRY_ROWS_MAX));
    let first = &seen.first_rows[0];
    assert_eq!((first.row, first.at.as_str(), first.class_ja), (2, "2026-11-18 10:05:00", "売上"));
    assert_eq!(first.reference, "T0000001 P0001");

    let broken = String::from_utf8(bytes.clone()).unwrap().replacen(",100,", ",1百,", 1);
    let seen = preview(centre.state(), &upload(broken.into_bytes())).await.unwrap();
    assert_eq!((seen.rows, seen.refused.len(), seen.refused[0].row), (31, 1, Some(2)));

    // The same with a profile that stands nowhere yet, in a centre without contracts.
    let draft = ProfileDraft { name: "draft.toml".to_owned(), text: own_profile() };
    let drafted = preview_with(&upload(bytes.clone()), &draft, centre.state().today());
    assert_eq!((totals(&drafted), drafted.refused.len()), (expected.to_vec(), 0));
    let bad = ProfileDraft { text: own_profile().replace("[fields]", "[field]"), ..draft };
    let refused = preview_with(&upload(bytes), &bad, centre.state().today()).refused;
    assert_eq!((refused[0].file.as_str(), refused.len()), ("draft.toml", 1), "{refused:?}");
    let mut unit = centre.state().store.snapshot().await.unwrap();
    assert!(unit.files(centre.state().tenant(), None, 10).await.unwrap().is_empty(), "nothing was taken");
}
