//! 振込入金通知, formats A and B, against golden files laid out by hand from the published positions.

use domain::{money::Yen, time::CivilDate};
use formats::zengin::{
    Framing, ReadOptions, TransactionClass,
    notice::{
        NoticeAccountOut, NoticeEntryOut, NoticeFile, NoticeFileOut, NoticeFormat, NoticeOptions, read, write,
    },
};
use proptest::prelude::*;

const A: &[u8] = include_bytes!("../../testdata/furikomi_01_a.bin");
const B: &[u8] = include_bytes!("../../testdata/furikomi_01_b.bin");

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn options(format: Option<NoticeFormat>) -> NoticeOptions {
    NoticeOptions { common: ReadOptions::strict("通知.txt", date("2026-08-05")), format }
}

fn taken(bytes: &[u8], format: Option<NoticeFormat>) -> NoticeFile {
    read(bytes, &options(format)).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn with(golden: &[u8], record: usize, start: usize, text: &str) -> Vec<u8> {
    let mut bytes = golden.to_vec();
    let at = (record - 1) * 200 + start - 1;
    bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
    bytes
}

#[test]
fn reads_format_a() {
    for format in [None, Some(NoticeFormat::A)] {
        let file = taken(A, format);
        assert_eq!((file.format, file.framing, file.notices.len()), (NoticeFormat::A, Framing::None, 0));
        let account = &file.accounts[0];
        assert_eq!(account.account_key(), "0001-123-1-0001234567", "as the ten digits of 入出金取引明細");
        assert_eq!((account.count, account.total), (2, Yen::new(41_347)));
        assert_eq!((account.cancel_count, account.cancel_total), (1, Yen::new(12_000)));
        let [first, second, third] = &account.entries[..] else { panic!("three entries") };
        assert_eq!((first.entry.amount, first.entry.booked_on), (Yen::new(29_347), date("2026-08-03")));
        assert_eq!(
            (first.entry.common.remitter_kana.as_str(), first.entry.edi.as_str()),
            ("ﾍﾟｲﾍﾟｲ(ｶ", "SEISAN2607")
        );
        assert_eq!(first.entry.inquiry_no.as_deref(), Some("000001"));
        assert_eq!((second.cancelled, second.entry.remitter_code.as_ref()), (false, None), "blank is not 0");
        assert!(third.cancelled);
        assert_eq!(
            (third.entry.amount, third.entry.class.clone()),
            (Yen::new(-12_000), TransactionClass::Correction)
        );
    }
}

#[test]
fn reads_format_b() {
    for format in [None, Some(NoticeFormat::B)] {
        let file = taken(B, format);
        assert_eq!(file.format, NoticeFormat::B);
        let entries = &file.accounts[0].entries;
        assert_eq!(entries[0].entry.amount, Yen::new(29_347), "ten digits are enough: the first field");
        assert_eq!(entries[0].entry.edi, "SEISAN2607");
        assert_eq!(entries[1].entry.amount, Yen::new(12_345_678_901), "more than ten digits: the second");
    }
}

/// Each is refused as a whole: record, field, and a word of the remedy.
#[test]
fn refusals() {
    let auto = None;
    for (bytes, format, row, field, remedy) in [
        (A[..900].to_vec(), auto, Some(5), "レコード長", "途中で切れた"),
        (A[..1000].to_vec(), auto, Some(5), "エンド・レコード", "途中で切れた"),
        ([A, &A[..200]].concat(), auto, Some(7), "データ区分", "エンドの後"),
        (with(A, 1, 2, "03"), auto, Some(1), "種別コード", "種別01"),
        (with(A, 1, 4, "1"), auto, Some(1), "コード区分", "EBCDIC"),
        (with(A, 1, 60, "6"), auto, Some(1), "預金種目", "普通"),
        (with(A, 1, 17, "080731"), auto, Some(1), "勘定日(至)", "始まり"),
        (with(A, 2, 8, "080806"), auto, Some(2), "勘定日", "期間の外"),
        (with(A, 2, 8, "      "), auto, Some(2), "勘定日", "空"),
        (with(A, 2, 20, "          "), auto, Some(2), "金額", "空欄"),
        (with(A, 2, 20, "00000029A4"), auto, Some(2), "金額", "数字だけ"),
        (with(A, 2, 128, "2"), auto, Some(2), "取消区分", "取消"),
        (with(A, 2, 20, "0000029348"), auto, Some(5), "振込合計金額", "41,348"),
        (with(A, 5, 2, "000003"), auto, Some(5), "振込合計件数", "数え直すと2"),
        (with(A, 5, 20, "000002"), auto, Some(5), "取消合計件数", "数え直すと1"),
        (with(A, 5, 26, "000000012001"), auto, Some(5), "取消合計金額", "12,000"),
        (with(B, 3, 20, "0000000001"), auto, Some(3), "金額(2)", "両方"),
        (B.to_vec(), Some(NoticeFormat::A), Some(4), "振込合計金額", "29,347"),
        (A.to_vec(), Some(NoticeFormat::B), Some(2), "金額(2)", "数字だけ"),
        (with(A, 2, 60, "\u{7}"), auto, Some(2), "振込依頼人名", "半角"),
        (Vec::new(), auto, None, "ファイルの大きさ", "空"),
    ] {
        let refusal = read(&bytes, &options(format)).unwrap_err();
        assert_eq!((refusal.row, refusal.field.as_str()), (row, field), "{refusal}");
        assert!(refusal.remedy.contains(remedy), "{refusal} lacks {remedy}");
        assert_eq!(refusal.file, "通知.txt");
    }
}

/// The sources leave open whether the first total holds cancelled transfers; what the bank does is found, and said.
#[test]
fn totals_with_cancelled_transfers() {
    let both = with(&with(A, 5, 2, "000003"), 5, 8, "000000053347");
    let file = taken(&both, None);
    assert!(file.notices[0].sentence_ja.contains("取消も含めた"), "{:?}", file.notices);
    assert_eq!(file.accounts[0].total, Yen::new(41_347), "our own total stays without them");
    assert!(read(&with(A, 5, 2, "000003"), &options(None)).is_err(), "count and sum decide together");
    let blank = with(B, 4, 20, "                  ");
    assert_eq!(taken(&blank, None).accounts, taken(B, None).accounts, "no cancellations, blank or zero");
}

#[test]
fn framing_changes_nothing() {
    let plain = taken(A, None);
    for separator in [&b"\r\n"[..], b"\n", b"\r"] {
        let joined = A.chunks(200).collect::<Vec<_>>().join(separator);
        for bytes in [joined.clone(), [&joined[..], separator, b"\x1A"].concat()] {
            assert_eq!(taken(&bytes, None).accounts, plain.accounts);
        }
    }
}

fn out(format: NoticeFormat, entries: Vec<NoticeEntryOut>) -> NoticeFileOut {
    NoticeFileOut {
        created_on: date("2026-08-05"),
        framing: Framing::None,
        format,
        accounts: vec![NoticeAccountOut {
            from: date("2026-08-01"),
            to: date("2026-08-05"),
            bank_code: "0001".to_owned(),
            bank_name: "ﾏﾄﾞｸﾞﾁｷﾞﾝｺｳ".to_owned(),
            branch_code: "123".to_owned(),
            branch_name: "ﾎﾝﾃﾝ".to_owned(),
            account_kind: 1,
            account_number: "1234567".to_owned(),
            account_name: "ﾏﾄﾞｸﾞﾁｼｶｲｹｲｶﾝﾘｼﾔ".to_owned(),
            entries,
        }],
    }
}

fn golden_entries() -> Vec<NoticeEntryOut> {
    let entry = |day: &str, yen, cancelled, code: &str, kana: &str, branch: &str, edi: &str, no: &str| {
        NoticeEntryOut {
            booked_on: date(day),
            amount: Yen::new(yen),
            cancelled,
            remitter_code: code.to_owned(),
            remitter_kana: kana.to_owned(),
            sending_bank: "ﾐﾅﾄｷﾞﾝｺｳ".to_owned(),
            sending_branch: branch.to_owned(),
            edi: edi.to_owned(),
            inquiry_no: no.to_owned(),
        }
    };
    vec![
        entry("2026-08-03", 29_347, false, "12345", "ﾍﾟｲﾍﾟｲ(ｶ", "ﾋｶﾞｼｼﾃﾝ", "SEISAN2607", "1"),
        entry("2026-08-04", 12_000, false, "", "ｶ)ﾋﾞﾕ-ｶ-ﾄﾞ", "ﾆｼｼﾃﾝ", "", "2"),
        entry("2026-08-05", 12_000, true, "", "ｶ)ﾋﾞﾕ-ｶ-ﾄﾞ", "ﾆｼｼﾃﾝ", "", "3"),
    ]
}

#[test]
fn writes_the_golden_bytes() {
    assert_eq!(write(&out(NoticeFormat::A, golden_entries())).unwrap(), A);
    let mut entries = golden_entries();
    entries.truncate(2);
    entries[1].amount = Yen::new(12_345_678_901);
    assert_eq!(write(&out(NoticeFormat::B, entries.clone())).unwrap(), B);
    assert!(write(&out(NoticeFormat::A, entries)).unwrap_err().to_string().contains("金額"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is written reads back, in either format and any framing.
    #[test]
    fn round_trip(
        rows in prop::collection::vec((1_i64..3_000_000_000, any::<bool>(), 0_i32..5), 0..30),
        large in any::<bool>(),
        framing in prop::sample::select(vec![Framing::None, Framing::CrLf, Framing::Lf, Framing::Cr]),
    ) {
        let format = if large { NoticeFormat::B } else { NoticeFormat::A };
        let pattern = golden_entries()[0].clone();
        let entries: Vec<_> = rows
            .iter()
            .map(|(yen, cancelled, day)| NoticeEntryOut {
                amount: Yen::new(if large { yen * 10 } else { *yen }),
                cancelled: *cancelled,
                booked_on: date("2026-08-01").plus_days(*day),
                ..pattern.clone()
            })
            .collect();
        let file = NoticeFileOut { framing, ..out(format, entries.clone()) };
        let back = taken(&write(&file).unwrap(), Some(format));
        let read_back: Vec<_> = back.accounts[0]
            .entries
            .iter()
            .map(|e| (e.entry.amount.get().abs(), e.cancelled, e.entry.booked_on))
            .collect();
        let written: Vec<_> = entries.iter().map(|e| (e.amount.get(), e.cancelled, e.booked_on)).collect();
        prop_assert_eq!(read_back, written);
    }

    /// One changed byte never moves money and never panics.
    #[test]
    fn one_wrong_byte(at in 0_usize..1200, byte in any::<u8>()) {
        let mut bytes = A.to_vec();
        bytes[at] = byte;
        if let Ok(file) = read(&bytes, &options(Some(NoticeFormat::A))) {
            let sum: i64 = file.accounts[0].entries.iter().map(|e| e.entry.amount.get()).sum();
            prop_assert!([29_347, 53_347].contains(&sum), "{}", sum);
        }
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..900)) {
        let _ = read(&bytes, &options(None)).is_ok();
    }
}
