//! Statement files by profile: the PayPay golden file, refusals one by one, other acquirers by TOML alone, round trips.

use std::collections::BTreeMap;

use domain::{money::Yen, time::Timestamp};
use formats::{
    cp932,
    statement::{
        Profile, ReadOptions, RowClass, RowOut, embedded, embedded_profiles, preview, read, write_statement,
    },
};
use proptest::prelude::*;

const GOLDEN: &[u8] = include_bytes!("../../testdata/paypay_2026-07.csv");

fn paypay() -> Profile {
    embedded("paypay_for_business").unwrap().unwrap()
}

fn options() -> ReadOptions {
    ReadOptions::named("paypay.csv")
}

/// The golden text with one replacement, in `Shift_JIS`.
fn with(from: &str, to: &str) -> Vec<u8> {
    let text = cp932::decode(GOLDEN).unwrap();
    assert!(text.contains(from), "{from}");
    cp932::encode(&text.replacen(from, to, 1)).unwrap()
}

#[test]
fn every_embedded_profile_loads() {
    assert_eq!(embedded_profiles().unwrap().len(), 4 + formats::examples::texts().len());
    assert_eq!(paypay().columns.len(), 14);
}

#[test]
fn reads_the_golden_file() {
    let file = read(GOLDEN, &paypay(), &options()).unwrap();
    let totals = file.totals;
    assert_eq!((totals.sale_count, totals.sale_amount), (2, Yen::new(750)));
    assert_eq!((totals.refund_count, totals.refund_amount, totals.failed_count), (1, Yen::new(-450), 1));
    assert_eq!(totals.net(), Yen::new(300));
    let row = |nth: usize| file.rows.get(nth).unwrap();
    let first = row(0);
    assert_eq!((first.row, first.words.class.clone(), first.amount), (2, RowClass::Sale, Yen::new(300)));
    assert_eq!(first.at.to_paper(), "2026-07-15 14:03:11");
    assert_eq!(first.terminal_or_pos_id, Some("00-sheet0001"));
    assert_eq!(first.payer_digits, Some("4821"));
    assert_eq!(first.words.brand.as_ref().map(|b| b.as_str()), Some("paypay"));
    assert_eq!((first.slip_number, first.merchant_payment_id), (None, None));
    assert_eq!(row(2).words.class, RowClass::Refund);
    assert_ne!(row(1).record_key, row(2).record_key, "a refund with its sale's number is its own row");
    assert_eq!(row(3).words.class, RowClass::Failed);
    assert!(file.notices.is_empty());
}

/// Each is refused as a whole: row, field, and a word of the remedy.
#[test]
fn refusals() {
    let utf8 = cp932::decode(GOLDEN).unwrap().into_bytes();
    let bom = [&b"\xEF\xBB\xBF"[..], &utf8].concat();
    let without_newline = GOLDEN[..GOLDEN.len() - 2].to_vec();
    let half = GOLDEN[..GOLDEN.len() - 40].to_vec();
    let in_quotes = { GOLDEN[..GOLDEN.iter().rposition(|b| *b == b'"').unwrap() - 3].to_vec() };
    let twin_key = with(
        "1234567890123454500,12345678901234567,窓口市,12345678901234567,美術館,00-sheet0002,取引完了",
        "1234567890123454821,12345678901234567,窓口市,12345678901234567,美術館,00-sheet0002,取引完了",
    );
    let broken = {
        let mut b = GOLDEN.to_vec();
        b[300] = 0xFF;
        b
    };
    for (bytes, row, field, remedy) in [
        (utf8, None, "文字コード", "Shift_JIS"),
        (bom, None, "文字コード", "Shift_JIS"),
        (broken, Some(2), "文字コード", "読めないバイト"),
        (with("取引金額", "金額"), Some(1), "取引金額", "列「取引金額」がありません"),
        (with("屋号", "取引金額"), Some(1), "屋号", "がありません"),
        (with(",300,,PayPay", ",１，２００,,PayPay"), Some(2), "取引金額", "全角"),
        (with(",300,,PayPay", ",1200.5,,PayPay"), Some(2), "取引金額", "小数"),
        (with(",300,,PayPay", ",\"1,200\",,PayPay"), Some(2), "取引金額", "カンマ"),
        (with(",300,,PayPay", ",,,PayPay"), Some(2), "取引金額", "空"),
        (with(",300,,PayPay", ",-300,,PayPay"), Some(2), "取引金額", "マイナス"),
        (with(",-450,,PayPay", ",450,,PayPay"), Some(4), "取引金額", "プラス"),
        (with("2026/07/15 14:03:11", "2026/7/15 14:03"), Some(2), "取引日時", "YYYY/MM/DD"),
        (with("2026/07/15 14:03:11", "2026/02/30 14:03:11"), Some(2), "取引日時", "YYYY/MM/DD"),
        (with(",300,,PayPay", ",300,PayPay"), Some(2), "列の数", "13列"),
        (with(",300,,PayPay", ",300,,,PayPay"), Some(2), "列の数", "15列"),
        (with("1234567890123454821", ""), Some(2), "取引を見分ける列", "空"),
        (without_newline, Some(5), "最後の行", "途中で切れた"),
        (half, Some(5), "最後の行", "途中で切れた"),
        (in_quotes, Some(4), "最後の行", "引用符"),
        (twin_key, Some(3), "取引を見分ける列", "同じ取引番号"),
        (Vec::new(), None, "ファイルの大きさ", "空"),
    ] {
        let refusal = read(&bytes, &paypay(), &options()).unwrap_err();
        assert_eq!((refusal.row, refusal.field.as_str()), (row, field), "{refusal}");
        assert!(refusal.remedy.contains(remedy), "{refusal} lacks {remedy}");
        assert!(!preview(&bytes, &paypay(), &options()).refused.is_empty());
    }
}

#[test]
fn what_is_only_unknown_is_kept_and_said() {
    let file = read(&with("取引完了", "審査中"), &paypay(), &options()).unwrap();
    assert_eq!(file.rows.get(0).unwrap().words.class, RowClass::Unclassified("審査中".to_owned()));
    assert_eq!((file.totals.unclassified_count, file.totals.sale_count), (1, 1));
    assert_eq!(file.notices[0].row, Some(2));
    let text = cp932::decode(GOLDEN).unwrap();
    let wider: String = text
        .lines()
        .enumerate()
        .map(|(i, l)| format!("{l},{}\r\n", if i == 0 { "サービスタイプ" } else { "JPQR" }))
        .collect();
    let file = read(&cp932::encode(&wider).unwrap(), &paypay(), &options()).unwrap();
    assert_eq!((file.rows.len(), file.notices.len()), (4, 1));
    assert!(file.notices[0].sentence_ja.contains("サービスタイプ"));
    let formula = read(&with("窓口市", "=HYPERLINK(1)"), &paypay(), &options()).unwrap();
    assert_eq!(formula.totals.net(), Yen::new(300), "a formula is only text");
    assert!(
        read(&with("支払い詳細", "支払い詳細項目"), &paypay(), &options()).is_ok(),
        "the other published name"
    );
}

#[test]
fn twins_and_periods() {
    let text = cp932::decode(GOLDEN).unwrap();
    let second = text.lines().nth(1).unwrap();
    let doubled = cp932::encode(&format!("{text}{second}\r\n")).unwrap();
    let file = read(&doubled, &paypay(), &options()).unwrap();
    assert_eq!((file.rows.get(0).unwrap().occurrence, file.rows.get(4).unwrap().occurrence), (1, 2));
    assert_eq!(file.rows.get(0).unwrap().record_key, file.rows.get(4).unwrap().record_key);
    let day = |text: &str| text.parse().unwrap();
    let period = |from, to| ReadOptions { period: Some((day(from), day(to))), ..options() };
    assert!(read(GOLDEN, &paypay(), &period("2026-07-01", "2026-07-31")).is_ok());
    let refusal = read(GOLDEN, &paypay(), &period("2026-07-01", "2026-07-30")).unwrap_err();
    assert_eq!((refusal.row, refusal.field.as_str()), (Some(5), "取引日時"));
}

#[test]
fn a_dry_run_shows_both() {
    let bytes = with(",300,,PayPay", ",1200.5,,PayPay");
    let dry = preview(&bytes, &paypay(), &options());
    assert_eq!((dry.rows.len(), dry.refused.len(), dry.totals.net()), (3, 1, Yen::ZERO));
}

/// A file cut anywhere is refused, except where a row ends: without a row of totals such a cut cannot be seen in the bytes.
#[test]
fn a_cut_file_is_refused() {
    for end in 0..GOLDEN.len() {
        let taken = read(&GOLDEN[..end], &paypay(), &options()).is_ok();
        assert_eq!(taken, GOLDEN[..end].ends_with(b"\n"), "cut at byte {end}");
    }
}

/// A new acquirer by TOML alone: UTF-8, tabs, grouped amounts, refunds without minus, a row of totals.
#[test]
fn a_new_acquirer_needs_no_code() {
    let profile = Profile::from_toml(
        r#"
        id = "x"
        name_ja = "例"
        source = "made up"
        encoding = "utf-8"
        delimiter = "\t"
        columns = ["No", "日付", "種別", "額", "件数"]
        at_pattern = "YYYYMMDD"
        amount_grouping = true
        refund_sign = "positive"
        key = ["acquirer_transaction_id"]
        brand = "waon"
        [fields]
        acquirer_transaction_id = "No"
        at = "日付"
        status = "種別"
        amount = "額"
        [statuses]
        sale = ["売"]
        refund = ["返"]
        [control]
        marker = "合計"
        count_column = "件数"
        amount_column = "額"
        "#,
    )
    .unwrap();
    let text =
        "No\t日付\t種別\t額\t件数\n1\t20260715\t売\t1,200\t\n2\t20260716\t返\t200\t\n合計\t\t\t1,000\t2\n";
    let file = read(text.as_bytes(), &profile, &options()).unwrap();
    assert_eq!((file.rows.len(), file.totals.net()), (2, Yen::new(1_000)));
    assert_eq!(file.rows.get(1).unwrap().amount, Yen::new(-200));
    for (from, to, field) in [
        ("1,000\t2", "1,001\t2", "額"),
        ("1,000\t2", "1,000\t3", "件数"),
        ("合計\t\t\t1,000\t2\n", "", "合計"),
    ] {
        let refusal = read(text.replace(from, to).as_bytes(), &profile, &options()).unwrap_err();
        assert_eq!(refusal.field, field, "{refusal}");
    }
    let shift_jis = cp932::encode(text).unwrap();
    let refusal = read(&shift_jis, &profile, &options()).unwrap_err();
    assert_eq!((refusal.field.as_str(), refusal.found.as_str()), ("文字コード", "Shift_JIS"));
}

#[test]
fn bad_profiles_say_why() {
    let base = include_str!("../../profiles/generic_card.toml");
    for (from, to, word) in [
        ("\"金額\"]", "\"金\"]", "金額"),
        ("key = [\"terminal\"", "key = [\"nonsense\"", "nonsense"),
        ("YYYY/MM/DD hh:mm:ss", "hh:mm:ss", "date pattern"),
        ("sale = [\"売上\"]", "sale = [\"売上\", \"取消\"]", "status words"),
        ("encoding =", "encodings =", "encodings"),
    ] {
        let error = Profile::from_toml(&base.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

fn row_out(n: u64, seconds: i64, yen: i64) -> RowOut {
    RowOut {
        status_word: if yen < 0 { "返金完了" } else { "取引完了" }.to_owned(),
        at: Timestamp::from_micros(1_784_000_000_000_000 + seconds * 1_000_000),
        amount: Yen::new(yen),
        brand_word: String::new(),
        terminal_or_pos_id: "00-sheet0001".to_owned(),
        slip_number: String::new(),
        approval_code: String::new(),
        acquirer_transaction_id: format!("{n:019}"),
        merchant_payment_id: String::new(),
        extra: BTreeMap::from([
            ("屋号".to_owned(), "窓口, \"市\"".to_owned()),
            ("支払い詳細".to_owned(), "[{\"amount\":300}]".to_owned()),
        ]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is written by a profile reads back by it.
    #[test]
    fn round_trip(rows in prop::collection::vec((0_i64..10_000_000, -9_000_i64..9_000), 0..30)) {
        let out: Vec<RowOut> =
            rows.iter().enumerate().map(|(n, (s, yen))| row_out(n as u64, *s, if *yen == 0 { 1 } else { *yen })).collect();
        let file = read(&write_statement(&paypay(), &out).unwrap(), &paypay(), &options()).unwrap();
        let read_back: Vec<_> = file.rows.iter().map(|r| (r.at, r.amount, r.acquirer_transaction_id.map(String::from))).collect();
        let written: Vec<_> =
            out.iter().map(|r| (r.at, r.amount, Some(r.acquirer_transaction_id.clone()))).collect();
        prop_assert_eq!(read_back, written);
    }

    /// Any bytes at all are refused or read, never a panic.
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let header = GOLDEN.iter().position(|b| *b == b'\n').unwrap() + 1;
        let file = [&GOLDEN[..header], &bytes].concat();
        let _ = (read(&bytes, &paypay(), &options()).is_ok(), read(&file, &paypay(), &options()).is_ok());
    }
}
