//! 入出金取引明細 against golden files laid out by hand, byte by byte, from the published positions.

use domain::{money::Yen, time::CivilDate};
use formats::zengin::{AccountOut, EntryOut, FileOut, Framing, ReadOptions, TransactionClass, read, write};
use proptest::prelude::*;

const PLAIN: &[u8] = include_bytes!("../../testdata/nyushukkin_03.bin");
const CRLF: &[u8] = include_bytes!("../../testdata/nyushukkin_03_crlf_eof.bin");
const TWO: &[u8] = include_bytes!("../../testdata/nyushukkin_03_two_accounts.bin");

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn options() -> ReadOptions {
    ReadOptions::strict("入出金.txt", date("2026-08-05"))
}

/// The golden file with bytes written over it; positions count from 1 within a record from 1.
fn with(record: usize, start: usize, text: &str) -> Vec<u8> {
    let mut bytes = PLAIN.to_vec();
    let at = (record - 1) * 200 + start - 1;
    bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
    bytes
}

#[test]
fn reads_the_golden_file() {
    let file = read(PLAIN, &options()).unwrap();
    assert_eq!((file.framing, file.records, file.notices.len()), (Framing::None, 6, 0));
    let account = &file.accounts[0];
    assert_eq!(account.account_key(), "0001-123-1-0001234567");
    assert_eq!((account.bank_name.as_str(), account.branch_name.as_str()), ("ﾏﾄﾞｸﾞﾁｷﾞﾝｺｳ", "ﾎﾝﾃﾝ"));
    assert_eq!(
        (account.period_from, account.period_to),
        (Some(date("2026-08-01")), Some(date("2026-08-05")))
    );
    assert_eq!((account.opening, account.closing), (Yen::new(1_000_000), Yen::new(1_036_347)));
    assert_eq!((account.in_count, account.out_count), (2, 1));
    let [first, second, third] = &account.entries[..] else { panic!("three entries") };
    assert_eq!((first.row, first.booked_on, first.amount), (2, date("2026-08-03"), Yen::new(29_347)));
    assert_eq!(
        (first.class.clone(), first.common.remitter_kana.as_str()),
        (TransactionClass::Transfer, "ﾍﾟｲﾍﾟｲ(ｶ")
    );
    assert_eq!(
        (first.remitter_code.as_deref(), first.inquiry_no.as_deref()),
        (Some("0000012345"), Some("00000001"))
    );
    assert_eq!((first.common.sending_bank.as_str(), first.common.summary.as_str()), ("ﾐﾅﾄｷﾞﾝｺｳ", "ﾌﾘｺﾐ"));
    assert_eq!((second.amount, second.class.clone()), (Yen::new(-5_000), TransactionClass::AccountTransfer));
    assert_eq!(
        (third.inquiry_no.as_ref(), third.common.of_which_cheques, third.value_on),
        (None, None, None),
        "blank is not 0"
    );
}

#[test]
fn framing_changes_nothing_else() {
    let plain = read(PLAIN, &options()).unwrap();
    let crlf = read(CRLF, &options()).unwrap();
    assert_eq!((crlf.framing, &crlf.accounts), (Framing::CrLf, &plain.accounts));
    let records: Vec<&[u8]> = PLAIN.chunks(200).collect();
    for (separator, framing) in [(&b"\n"[..], Framing::Lf), (b"\r", Framing::Cr), (b"\r\n", Framing::CrLf)] {
        let without_last = records.join(separator);
        let with_last = [&without_last[..], separator].concat();
        for bytes in [without_last, with_last] {
            let file = read(&bytes, &options()).unwrap();
            assert_eq!((file.framing, file.accounts), (framing, plain.accounts.clone()));
        }
    }
}

#[test]
fn several_accounts() {
    let file = read(TWO, &options()).unwrap();
    assert_eq!(file.accounts.len(), 2);
    assert_eq!((file.accounts[1].opening, file.accounts[1].closing), (Yen::new(-500), Yen::new(-500)));
}

/// Each is refused as a whole: record, field, and a word of the remedy.
#[test]
fn refusals() {
    let mixed = {
        let mut bytes = CRLF.to_vec();
        bytes[200..202].copy_from_slice(b" \n");
        bytes
    };
    let stripped = {
        let records: Vec<&[u8]> = PLAIN.chunks(200).map(|r| r.trim_ascii_end()).collect();
        records.join(&b"\r\n"[..])
    };
    let padded = PLAIN.chunks(200).flat_map(|r| [r, b"    \r\n"].concat()).collect::<Vec<u8>>();
    let twice = [PLAIN, PLAIN].concat();
    for (bytes, row, field, remedy) in [
        (PLAIN[..1100].to_vec(), Some(6), "レコード長", "途中で切れた"),
        (PLAIN[..1000].to_vec(), Some(5), "エンド・レコード", "途中で切れた"),
        (PLAIN[..600].to_vec(), Some(3), "エンド・レコード", "途中で切れた"),
        ([&PLAIN[..200], &PLAIN[800..]].concat(), Some(2), "入金件数", "数え直すと0"),
        (with(5, 2, "000003"), Some(5), "入金件数", "数え直すと2"),
        (with(5, 8, "0000000041348"), Some(5), "入金額合計", "41,347"),
        (with(5, 21, "000002"), Some(5), "出金件数", "数え直すと1"),
        (with(5, 27, "0000000005001"), Some(5), "出金額合計", "5,000"),
        (with(5, 41, "00000001036348"), Some(5), "取引後残高", "1,036,347"),
        (with(5, 40, "2"), Some(5), "取引後残高", "1,036,347"),
        (with(5, 55, "0000004"), Some(5), "データ・レコード件数", "数え直すと3"),
        (with(6, 2, "0000000005"), Some(6), "レコード総件数", "数え直すと6"),
        (with(6, 12, "00002"), Some(6), "口座数", "数え直すと1"),
        (with(2, 25, "00000002934A"), Some(2), "取引金額", "数字だけ"),
        (with(2, 25, "            "), Some(2), "取引金額", "空欄"),
        (with(2, 22, "3"), Some(2), "入払区分", "1（入金）か2（出金）"),
        (with(2, 10, "081303"), Some(2), "勘定日", "暦にない"),
        (with(2, 10, "080810"), Some(2), "勘定日", "期間の外"),
        (with(1, 5, "999999"), Some(1), "作成日", "年月日"),
        (with(1, 2, "01"), Some(1), "種別コード", "振込入金通知"),
        (with(1, 2, "91"), Some(1), "種別コード", "種別03"),
        (with(1, 4, "1"), Some(1), "コード区分", "EBCDIC"),
        (with(1, 63, "5"), Some(1), "預金種目", "定期預金"),
        (with(2, 1, "1"), Some(2), "データ区分", "2（データ）"),
        (with(3, 162, "\u{7}"), Some(3), "摘要", "半角"),
        (mixed, Some(1), "レコード長", "長すぎます"),
        (stripped, Some(1), "レコード長", "200バイト"),
        (padded, Some(1), "レコード長", "設定"),
        (twice, Some(7), "データ区分", "エンドの後"),
        (Vec::new(), None, "ファイルの大きさ", "空"),
        ("\u{FEFF}1030".as_bytes().to_vec(), Some(1), "コード区分", "BOM"),
    ] {
        let refusal = read(&bytes, &options()).unwrap_err();
        assert_eq!((refusal.row, refusal.field.as_str()), (row, field), "{refusal}");
        assert!(refusal.remedy.contains(remedy), "{refusal} lacks {remedy}");
        assert_eq!(refusal.file, "入出金.txt");
    }
}

#[test]
fn tolerances_are_configured() {
    let plain = read(PLAIN, &options()).unwrap();
    let records: Vec<&[u8]> = PLAIN.chunks(200).map(|r| r.trim_ascii_end()).collect();
    let stripped = ReadOptions { stripped: true, ..options() };
    assert_eq!(read(&records.join(&b"\r\n"[..]), &stripped).unwrap().accounts, plain.accounts);
    let padded = PLAIN.chunks(200).flat_map(|r| [r, b"    "].concat()).collect::<Vec<u8>>();
    let long = ReadOptions { padded_length: Some(204), ..options() };
    assert_eq!(read(&padded, &long).unwrap().accounts, plain.accounts);
    let short_count = ReadOptions { end_counts_itself: false, ..options() };
    assert!(read(&with(6, 2, "0000000005"), &short_count).is_ok());
    assert!(read(PLAIN, &short_count).is_err());
}

/// The same file with western years reads the same; a file near a change of era spans both.
#[test]
fn dates_follow_the_file() {
    let western = {
        let mut bytes = PLAIN.to_vec();
        for (record, starts) in [(0, &[5, 11, 17][..]), (1, &[10, 16]), (2, &[10, 16]), (3, &[10])] {
            for start in starts {
                bytes[record * 200 + start - 1..record * 200 + start + 1].copy_from_slice(b"26");
            }
        }
        bytes
    };
    let plain = read(PLAIN, &options()).unwrap();
    let file = read(&western, &options()).unwrap();
    let days =
        |f: &formats::zengin::BankFile| f.accounts[0].entries.iter().map(|e| e.booked_on).collect::<Vec<_>>();
    assert_eq!(days(&file), days(&plain));
}

#[test]
fn an_unlisted_class_is_kept_and_said() {
    let file = read(&with(2, 23, "77"), &options()).unwrap();
    assert_eq!(file.accounts[0].entries[0].class, TransactionClass::Unlisted("77".to_owned()));
    assert_eq!(file.notices[0].row, Some(2));
}

fn golden_out() -> FileOut {
    let entry =
        |day, yen, class, code: &str, kana: &str, bank: &str, branch: &str, summary: &str, inquiry: &str| {
            EntryOut {
                booked_on: date(day),
                amount: Yen::new(yen),
                class,
                remitter_code: code.to_owned(),
                remitter_kana: kana.to_owned(),
                sending_bank: bank.to_owned(),
                sending_branch: branch.to_owned(),
                summary: summary.to_owned(),
                edi: String::new(),
                inquiry_no: inquiry.to_owned(),
            }
        };
    let transfer = TransactionClass::Transfer;
    FileOut {
        created_on: date("2026-08-05"),
        framing: Framing::None,
        accounts: vec![AccountOut {
            from: date("2026-08-01"),
            to: date("2026-08-05"),
            bank_code: "0001".to_owned(),
            bank_name: "ﾏﾄﾞｸﾞﾁｷﾞﾝｺｳ".to_owned(),
            branch_code: "123".to_owned(),
            branch_name: "ﾎﾝﾃﾝ".to_owned(),
            account_kind: 1,
            account_number: "1234567".to_owned(),
            account_name: "ﾏﾄﾞｸﾞﾁｼｶｲｹｲｶﾝﾘｼﾔ".to_owned(),
            opening: Yen::new(1_000_000),
            entries: vec![
                entry("2026-08-03", 29_347, transfer, "12345", "ﾍﾟｲﾍﾟｲ(ｶ", "ﾐﾅﾄｷﾞﾝｺｳ", "ﾋｶﾞｼｼﾃﾝ", "ﾌﾘｺﾐ", "1"),
                entry(
                    "2026-08-04",
                    -5_000,
                    TransactionClass::AccountTransfer,
                    "",
                    "",
                    "",
                    "",
                    "ｺｳｻﾞﾌﾘｶｴ",
                    "2",
                ),
            ],
        }],
    }
}

/// The writer gives the golden bytes for the header and the first two entries.
#[test]
fn writes_the_golden_bytes() {
    let bytes = write(&golden_out()).unwrap();
    assert_eq!(&bytes[..600], &PLAIN[..600]);
    let file = read(&bytes, &options()).unwrap();
    assert_eq!(file.accounts[0].closing, Yen::new(1_024_347));
}

#[test]
fn what_does_not_fit_is_not_written() {
    let mut out = golden_out();
    out.accounts[0].entries[0].remitter_kana = "ペイペイ".to_owned();
    assert!(write(&out).unwrap_err().to_string().contains("振込依頼人名"));
    let mut out = golden_out();
    out.accounts[0].account_number = "12345678901".to_owned();
    assert!(write(&out).unwrap_err().to_string().contains("口座番号"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is written reads back; any other framing too.
    #[test]
    fn round_trip(
        amounts in prop::collection::vec((1_i64..1_000_000_000, any::<bool>(), 0_i32..5), 0..30),
        framing in prop::sample::select(vec![Framing::None, Framing::CrLf, Framing::Lf, Framing::Cr]),
        opening in -1_000_000_i64..1_000_000,
    ) {
        let mut out = golden_out();
        out.framing = framing;
        let pattern = out.accounts[0].entries[0].clone();
        out.accounts[0].opening = Yen::new(opening);
        out.accounts[0].entries = amounts
            .iter()
            .map(|(yen, incoming, day)| EntryOut {
                amount: Yen::new(if *incoming { *yen } else { -*yen }),
                booked_on: date("2026-08-01").plus_days(*day),
                ..pattern.clone()
            })
            .collect();
        let file = read(&write(&out).unwrap(), &options()).unwrap();
        let read_back: Vec<_> = file.accounts[0].entries.iter().map(|e| (e.amount, e.booked_on)).collect();
        let written: Vec<_> = out.accounts[0].entries.iter().map(|e| (e.amount, e.booked_on)).collect();
        prop_assert_eq!(read_back, written);
        let keys: std::collections::BTreeSet<_> =
            file.accounts[0].entries.iter().map(|e| (e.record_key, e.occurrence)).collect();
        prop_assert_eq!(keys.len(), amounts.len());
    }

    /// Any one changed byte is refused or changes nothing that is money: it never panics, and never moves the balance.
    #[test]
    fn one_wrong_byte(at in 0_usize..1200, byte in any::<u8>()) {
        let mut bytes = PLAIN.to_vec();
        bytes[at] = byte;
        if let Ok(file) = read(&bytes, &options()) {
            let sum: i64 = file.accounts[0].entries.iter().map(|e| e.amount.get()).sum();
            prop_assert_eq!(file.accounts[0].closing.get() - file.accounts[0].opening.get(), sum);
            prop_assert_eq!(sum, 36_347);
        }
    }

    /// Any bytes at all are refused or read, never a panic.
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..900)) {
        let _ = read(&bytes, &options()).is_ok();
    }
}
