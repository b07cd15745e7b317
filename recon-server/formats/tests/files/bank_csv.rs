//! Banks' CSV by profile: what banks really do (both orders, eras, preambles, several accounts), refusals one by one, the balance gate.

use std::sync::LazyLock;

use domain::{money::Yen, time::CivilDate};
use formats::{
    bank::{
        BankStatement, Ends,
        csv::{AccountOf, BankCsvOptions, BankCsvProfile, embedded, embedded_profiles, read},
    },
    cp932,
};
use proptest::prelude::*;

const HEADER: &str = "取引日,起算日,出金,入金,残高,取引区分,摘要,振込依頼人,EDI情報\r\n";
const ROWS: [&str; 4] = [
    "2026/8/3,,,\"29,347\",\"1,029,347\",振込,振込,ﾍﾟｲﾍﾟｲ(ｶ,SEISAN\r\n",
    "2026/8/4,2026/8/3,\"5,000\",,\"1,024,347\",振替,ﾃﾞﾝｷﾘﾖｳ,ﾏﾄﾞﾃﾞﾝﾘﾖｸ,\r\n",
    "2026/8/4,,,450,\"1,024,797\",振込,振込 ｶ)ﾋﾞﾕｰｶｰﾄﾞ,,\r\n",
    "令和8年8月5日,,,\"12,000\",\"1,036,797\",現金,窓口収納金,,\r\n",
];

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn generic() -> &'static BankCsvProfile {
    static LOADED: LazyLock<BankCsvProfile> = LazyLock::new(|| embedded("generic_bank").unwrap().unwrap());
    &LOADED
}

fn account() -> AccountOf {
    AccountOf {
        cell: None,
        bank_code: "0001".to_owned(),
        bank_name: "まどぐち銀行".to_owned(),
        branch_code: "123".to_owned(),
        branch_name: "本店".to_owned(),
        account_kind: 1,
        account_number: "1234567".to_owned(),
        account_name: String::new(),
    }
}

fn options() -> BankCsvOptions {
    BankCsvOptions {
        file_name: "明細.csv".to_owned(),
        reference_date: date("2026-08-05"),
        account: Some(account()),
        period: None,
    }
}

fn cp932(text: &str) -> Vec<u8> {
    cp932::encode(text).unwrap()
}

fn golden() -> String {
    [HEADER, &ROWS.concat()].concat()
}

fn taken(text: &str) -> BankStatement {
    read(&cp932(text), generic(), &options()).unwrap_or_else(|refusal| panic!("{refusal}"))
}

#[test]
fn every_embedded_profile_loads() {
    assert_eq!(embedded_profiles().unwrap().len(), 2);
    assert!(embedded("nowhere").unwrap().is_none());
}

#[test]
fn reads_a_file() {
    let file = taken(&golden());
    let account = &file.accounts[0];
    assert_eq!(account.account_key, "0001-123-1-0001234567", "the account of the Zengin files");
    assert_eq!((account.opening, account.closing), (Some(Yen::new(1_000_000)), Some(Yen::new(1_036_797))));
    assert_eq!((account.in_count, account.in_total), (3, Yen::new(41_797)));
    assert_eq!((account.out_count, account.out_total), (1, Yen::new(5_000)));
    let [first, second, third, fourth] = &account.entries[..] else { panic!("four entries") };
    assert_eq!((first.row, first.amount, first.class.code()), (2, Yen::new(29_347), "11"));
    assert_eq!((first.common.remitter_kana.as_str(), first.edi.as_str()), ("ﾍﾟｲﾍﾟｲ(ｶ", "SEISAN"));
    assert_eq!((second.amount, second.value_on), (Yen::new(-5_000), Some(date("2026-08-03"))));
    assert_eq!((second.common.remitter_kana.as_str(), second.common.payee.as_deref()), ("", Some("ﾏﾄﾞﾃﾞﾝﾘﾖｸ")));
    assert_eq!(third.common.remitter_kana, "ｶ)ﾋﾞﾕ-ｶ-ﾄﾞ", "after the prefix of 摘要, in comparison form");
    assert_eq!((fourth.booked_on, fourth.class.code()), (date("2026-08-05"), "10"));
    assert!(file.notices.is_empty() && file.kind.is_ledger());
}

/// Both orders, a preamble, a comma at the line's end, blank lines, other column names: the same movements.
#[test]
fn what_banks_do_otherwise() {
    let plain = taken(&golden());
    let newest_first: String = std::iter::once(HEADER).chain(ROWS.iter().rev().copied()).collect();
    let amounts = |file: &BankStatement| {
        file.accounts[0].entries.iter().map(|e| (e.record_key, e.amount)).collect::<Vec<_>>()
    };
    let preamble = format!("口座,普通 1234567\r\n\r\n照会日,2026/8/5\r\n{}", golden());
    let comma = golden().replace("\r\n", ",\r\n");
    let renamed = golden().replacen("取引日", "お取引日", 1).replacen("摘要", "お取引内容", 1);
    let totals = format!("{}合計,,\"5,000\",\"41,797\",,,,,\r\n", golden());
    for text in [&newest_first, &preamble, &comma, &renamed, &totals] {
        assert_eq!(amounts(&taken(text)), amounts(&plain));
        assert_eq!(taken(text).accounts[0].closing, plain.accounts[0].closing);
    }
    assert!(taken(&preamble).notices[0].sentence_ja.contains("2行"));
    // All of one day, newest first: the balances show it.
    let day = format!("{HEADER}2026/8/4,,,1,13,,,,\r\n2026/8/4,,,2,12,,,,\r\n");
    assert_eq!(amounts(&taken(&day))[0].1, Yen::new(2));
}

#[test]
fn balances_carried_forward_and_left_out() {
    let carry = format!("{HEADER}2026/8/1,,,,\"1,000,000\",,前月繰越,,\r\n{}", ROWS.concat());
    assert_eq!(taken(&carry).accounts[0].opening, Some(Yen::new(1_000_000)));
    let wrong = carry.replace("\"1,000,000\"", "\"999,999\"");
    assert_eq!(read(&cp932(&wrong), generic(), &options()).unwrap_err().field, "残高");
    // Only the last row of a day has a balance.
    let sparse = golden().replace("\"1,024,347\"", "");
    assert_eq!(taken(&sparse).accounts[0].opening, Some(Yen::new(1_000_000)));
    let gap = golden().replace(ROWS[1], "");
    let refusal = read(&cp932(&gap), generic(), &options()).unwrap_err();
    assert_eq!((refusal.row, refusal.field.as_str()), (Some(3), "残高"));
}

/// Each is refused as a whole: row, field, and a word of the remedy.
#[test]
fn refusals() {
    let with = |from: &str, to: &str| {
        assert!(golden().contains(from), "{from}");
        cp932(&golden().replacen(from, to, 1))
    };
    for (bytes, row, field, remedy) in [
        (golden().into_bytes(), None, "文字コード", "Shift_JIS"),
        (b"\xEF\xBB\xBFa,b".to_vec(), None, "文字コード", "Shift_JIS"),
        (Vec::new(), None, "ファイルの大きさ", "空"),
        (with("残高", "残額"), Some(1), "残高", "列「残高」がありません"),
        (with("振込依頼人", "残高"), Some(1), "振込依頼人", "ありません"),
        (with("2026/8/3,,,", "2026/8/3,,1,"), Some(2), "出金", "両方"),
        (with("\"29,347\"", ""), Some(2), "入金", "空"),
        (with("\"29,347\"", "\"29,34\""), Some(2), "入金", "読めません"),
        (with("\"29,347\"", "29347.5"), Some(2), "入金", "小数"),
        (with("\"29,347\"", "２９３４７"), Some(2), "入金", "全角"),
        (with("450,", "451,"), Some(4), "残高", "1,024,798"),
        (with("\"1,024,347\"", "\"1,024,346\""), Some(3), "残高", "1,024,347"),
        (with(ROWS[1], ""), Some(3), "残高", "行が抜けた"),
        (with("2026/8/3,", "2026-08-03,"), Some(2), "取引日", "YYYY/M/D"),
        (with("2026/8/3,", "2026/2/30,"), Some(2), "取引日", "YYYY/M/D"),
        (with("令和8年", "令和0年"), Some(5), "取引日", "YYYY/M/D"),
        (with(",SEISAN", ""), Some(2), "列の数", "8列"),
        (with(",SEISAN", ",SEISAN,X"), Some(2), "列の数", "10列"),
        (with("\"29,347\"", "\"29,347"), Some(5), "最後の行", "引用符"),
        (cp932(&format!("{}合計,,\"5,001\",,,,,,\r\n", golden())), Some(6), "出金", "5,000"),
        (cp932(&format!("{}合計,,,,,,,,\r\n{}", golden(), ROWS[0])), Some(7), "合計の後ろの行", "つなげて"),
    ] {
        let refusal = read(&bytes, generic(), &options()).unwrap_err();
        assert_eq!((refusal.row, refusal.field.as_str()), (row, field), "{refusal}");
        assert!(refusal.remedy.contains(remedy), "{refusal} lacks {remedy}");
    }
    let nobody = BankCsvOptions { account: None, ..options() };
    assert_eq!(read(&cp932(&golden()), generic(), &nobody).unwrap_err().field, "口座");
    let july = BankCsvOptions { period: Some((date("2026-07-01"), date("2026-08-04"))), ..options() };
    assert_eq!(read(&cp932(&golden()), generic(), &july).unwrap_err().row, Some(5));
}

const OTHER_BANK: &str = r#"
id = "x"
name_ja = "例"
source = "made up"
encoding = "utf-8"
delimiter = "\t"
header = false
columns = ["口座", "日", "区分", "額", "残", "内容"]
dates = ["EEMMDD"]
order = "newest_first"
[fields]
account = "口座"
booked_on = "日"
direction = "区分"
amount = "額"
balance = "残"
summary = "内容"
[direction]
in = ["入"]
out = ["出"]
[[accounts]]
cell = "普1"
bank_code = "0001"
branch_code = "123"
account_kind = 1
account_number = "1"
[[accounts]]
cell = "当2"
bank_code = "0001"
branch_code = "123"
account_kind = 2
account_number = "2"
"#;

/// UTF-8, tabs, no header, one signed column, two accounts: by TOML alone.
#[test]
fn another_bank_needs_no_code() {
    let profile = BankCsvProfile::from_toml(OTHER_BANK).unwrap();
    let text = "普1\t080804\t出\t300\t900\ta\n普1\t080803\t入\t200\t1200\tb\n当2\t080803\t入\t-5\t95\tc\n";
    let file = read(text.as_bytes(), &profile, &options()).unwrap();
    assert_eq!(file.accounts.len(), 2);
    let first = &file.accounts[0];
    assert_eq!((first.opening, first.closing), (Some(Yen::new(1_000)), Some(Yen::new(900))));
    assert_eq!(first.entries[0].booked_on, date("2026-08-03"));
    let second = &file.accounts[1].entries[0];
    assert_eq!((second.amount, second.reversal), (Yen::new(-5), true), "a deposit taken back");
    for (from, to, field) in [("普1", "普9", "口座"), ("出", "？", "区分")] {
        let refusal = read(text.replacen(from, to, 1).as_bytes(), &profile, &options()).unwrap_err();
        assert_eq!(refusal.field, field, "{refusal}");
    }
    let shift_jis = read(&cp932(text), &profile, &options()).unwrap_err();
    assert_eq!(shift_jis.field, "文字コード");
}

#[test]
fn bad_profiles_say_why() {
    for (from, to, word) in [
        ("amount = \"額\"", "amount = \"金\"", "金"),
        ("dates = [\"EEMMDD\"]", "dates = [\"MMDD\"]", "date pattern"),
        ("dates = [\"EEMMDD\"]", "dates = []", "dates"),
        ("encoding =", "encodings =", "encodings"),
        ("account = \"口座\"", "", "several accounts"),
        ("amount = \"額\"", "deposit = \"額\"", "deposit and withdrawal"),
        ("bank_code = \"0001\"", "bank_code = \"1\"", "wrong length"),
        ("columns = [\"口座\"", "columns = [\"日\"", "only once"),
        ("delimiter = \"\\t\"", "delimiter = \"、\"", "delimiter"),
    ] {
        assert!(OTHER_BANK.contains(from), "{from}");
        let error = BankCsvProfile::from_toml(&OTHER_BANK.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

/// The ANSER inquiry CSV, every cell quoted, with made-up rows.
#[test]
fn reads_the_anser_layout() {
    let profile = embedded("anser_inquiry").unwrap().unwrap();
    let quoted = |cells: [&str; 13]| cells.map(|cell| format!("\"{cell}\"")).join(",") + "\r\n";
    let names: Vec<String> = profile.columns.iter().map(|name| format!("\"{name}\"")).collect();
    let one = [
        "本店 普通 1234567",
        "1",
        "2026年08月03日",
        "",
        "",
        "29347",
        "",
        "129347",
        "振込",
        "",
        "ミナト",
        "ヒガシ",
        "ペイペイ（カ",
    ];
    let two = [
        "本店 普通 1234567",
        "2",
        "2026年08月04日",
        "",
        "5000",
        "",
        "",
        "124347",
        "振替",
        "",
        "",
        "",
        "デンキリョウ",
    ];
    let text = format!("{}\r\n{}{}", names.join(","), quoted(one), quoted(two));
    let file = read(&cp932(&text), &profile, &options()).unwrap();
    let entries = &file.accounts[0].entries;
    assert_eq!((entries[0].amount, entries[0].common.remitter_kana.as_str()), (Yen::new(29_347), "ﾍﾟｲﾍﾟｲ(ｶ"));
    assert_eq!((entries[1].amount, file.accounts[0].opening), (Yen::new(-5_000), Some(Yen::new(100_000))));
    assert_eq!(Ends::from(&file.accounts[0]).closing, Some(Yen::new(124_347)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A ledger written in either order reads as the same movements; dropping any row but the first and the last is found.
    #[test]
    fn balances_prove_every_row(
        amounts in prop::collection::vec(prop_oneof![1_i64..1_000_000, -1_000_000_i64..-1], 3..30),
        newest_first in any::<bool>(),
        dropped in any::<prop::sample::Index>(),
    ) {
        let mut balance = 5_000_000_i64;
        let rows: Vec<String> = amounts
            .iter()
            .enumerate()
            .map(|(n, yen)| {
                balance += yen;
                let (out, into) = if *yen < 0 { ((-yen).to_string(), String::new()) } else { (String::new(), yen.to_string()) };
                format!("2026/8/{},,{out},{into},{balance},,摘要{n},,\r\n", 1 + n * 27 / amounts.len())
            })
            .collect();
        let file = |rows: &[String]| {
            let body: String = if newest_first { rows.iter().rev().cloned().collect() } else { rows.concat() };
            cp932(&format!("{HEADER}{body}"))
        };
        let read_back = read(&file(&rows), generic(), &options()).unwrap();
        let read_amounts: Vec<i64> = read_back.accounts[0].entries.iter().map(|e| e.amount.get()).collect();
        prop_assert_eq!(&read_amounts, &amounts);
        prop_assert_eq!(read_back.accounts[0].opening, Some(Yen::new(5_000_000)));
        let mut fewer = rows;
        fewer.remove(1 + dropped.index(fewer.len() - 2));
        prop_assert!(read(&file(&fewer), generic(), &options()).is_err());
    }

    /// Any text at all under the header is refused or read, never a panic.
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, generic(), &options()).is_ok();
        let _ = read(&[cp932(HEADER), bytes].concat(), generic(), &options()).is_ok();
    }
}
