//! 入出金取引明細 as banks and tools deliver it: any framing reads the same, and what is odd is said.

use domain::{money::Yen, time::CivilDate};
use formats::zengin::{BankFile, DateReading, PADDED_LENGTH_MAX_BYTES, ReadOptions, read};
use proptest::prelude::*;

const PLAIN: &[u8] = include_bytes!("../../testdata/nyushukkin_03.bin");

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn options() -> ReadOptions {
    ReadOptions::strict("入出金.txt", date("2026-08-05"))
}

fn with(record: usize, start: usize, text: &[u8]) -> Vec<u8> {
    let mut bytes = PLAIN.to_vec();
    let at = (record - 1) * 200 + start - 1;
    bytes[at..at + text.len()].copy_from_slice(text);
    bytes
}

/// The golden records, padded or stripped, joined by a separator.
fn framed(separator: &[u8], padding: usize, strip: bool, last: bool, eof: &[u8]) -> Vec<u8> {
    let records: Vec<Vec<u8>> = PLAIN
        .chunks(200)
        .map(|record| {
            let kept = if strip { record.trim_ascii_end() } else { record };
            [kept, &b" ".repeat(padding)].concat()
        })
        .collect();
    let body = records.join(separator);
    [&body[..], if last { separator } else { b"" }, eof].concat()
}

fn accounts(bytes: &[u8], options: &ReadOptions) -> BankFile {
    read(bytes, options).unwrap_or_else(|refusal| panic!("{refusal}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Separator, padding, stripping, last separator, end-of-file byte: none of them changes what the file says.
    #[test]
    fn any_framing_reads_the_same(
        separator in prop::sample::select(vec![&b""[..], b"\r\n", b"\n", b"\r"]),
        padding in 0_usize..60,
        strip in any::<bool>(),
        last in any::<bool>(),
        eof in prop::sample::select(vec![&b""[..], b"\x1A", b"\x1A\r\n", b"\x1A\n"]),
    ) {
        // A stripped record shows its end only where a separator stands.
        let strip = strip && !separator.is_empty();
        let padding = if strip { 0 } else { padding };
        let bytes = framed(separator, padding, strip, last, eof);
        let read_as = ReadOptions {
            stripped: strip,
            padded_length: (padding > 0).then_some(200 + padding),
            ..options()
        };
        let plain = accounts(PLAIN, &options());
        prop_assert_eq!(accounts(&bytes, &read_as).accounts, plain.accounts);
    }

    /// Two different separators in one file are refused wherever the change lies.
    #[test]
    fn mixed_separators_are_refused(
        first in prop::sample::select(vec![&b"\r\n"[..], b"\n", b"\r"]),
        second in prop::sample::select(vec![&b"\r\n"[..], b"\n", b"\r"]),
        at in 1_usize..6,
    ) {
        prop_assume!(first != second);
        let mut bytes = Vec::new();
        for (index, record) in PLAIN.chunks(200).enumerate() {
            bytes.extend_from_slice(record);
            bytes.extend_from_slice(if index < at { first } else { second });
        }
        let refusal = read(&bytes, &options()).unwrap_err();
        prop_assert!(["レコード区切り", "レコード長"].contains(&refusal.field.as_str()), "{}", refusal);
    }

    /// No configured length panics.
    #[test]
    fn any_configured_length(length in any::<usize>(), bytes in prop::collection::vec(any::<u8>(), 0..900)) {
        let padded = ReadOptions { padded_length: Some(length), stripped: true, ..options() };
        let _ = read(&bytes, &padded).is_ok();
        let _ = read(&bytes, &ReadOptions { padded_length: Some(length % 300), ..padded }).is_ok();
    }
}

#[test]
fn lengths_that_cannot_be() {
    for length in [0, 120, 199, PADDED_LENGTH_MAX_BYTES + 1] {
        let refusal = read(PLAIN, &ReadOptions { padded_length: Some(length), ..options() }).unwrap_err();
        assert_eq!(refusal.field, "レコード長の設定", "{length}");
    }
    let long = ReadOptions { padded_length: Some(202), ..options() };
    let refusal = read(&framed(b"\r\n", 0, false, true, b""), &long).unwrap_err();
    assert!(refusal.remedy.contains("1件は202バイトと設定"), "{refusal}");
    let written_over = [&PLAIN[..200], b"XY"].concat();
    assert!(read(&written_over, &long).unwrap_err().remedy.contains("201バイト目"));
    // 202 bytes without separator, and 202 bytes before CRLF.
    for separator in [&b""[..], b"\r\n"] {
        assert!(read(&framed(separator, 2, false, true, b""), &long).is_ok());
    }
}

/// Characters beyond JIS X 0201 as the standard restricts it: taken, and said once per field and kind.
#[test]
fn odd_characters_are_read_and_said() {
    for (bytes, row, field, word) in [
        (with(2, 82, b"\xCD\xDF\xB2\xB0"), 2, "振込依頼人名", "長音記号"),
        (with(2, 82, b"\xCD\xDF\xA8"), 2, "振込依頼人名", "小さいカナ"),
        (with(2, 82, b"\xA6\xB6\xB7"), 2, "振込依頼人名", "ヲ"),
        (with(2, 82, b"A,B"), 2, "振込依頼人名", "カンマ"),
        (with(2, 82, b"abc"), 2, "振込依頼人名", "英小文字"),
        (with(2, 160, b"\x90\x55\x8D\x9E"), 2, "摘要", "全角文字"),
        (with(1, 45, b"A.B"), 1, "支店名", "記号"),
    ] {
        let file = accounts(&bytes, &options());
        let [notice] = &file.notices[..] else { panic!("{:?}", file.notices) };
        assert_eq!((notice.row, notice.field.as_str()), (Some(row), field));
        assert!(notice.sentence_ja.contains(word), "{}", notice.sentence_ja);
        assert_eq!(file.accounts[0].closing, Yen::new(1_036_347));
    }
    let wide = accounts(&with(2, 160, b"\x90\x55\x8D\x9E"), &options());
    assert_eq!(wide.accounts[0].entries[0].common.summary, "振込");
    let edi = accounts(&with(2, 180, b"\xA6/\xA2\xA3"), &options());
    assert!(edi.notices.is_empty(), "EDI takes these: {:?}", edi.notices);
    for half in [&b"\x90"[..], b"\x00", b"\x80", b"\xFD"] {
        let refusal = read(&with(2, 179, half), &options()).unwrap_err();
        assert_eq!((refusal.row, refusal.field.as_str()), (Some(2), "摘要"), "{half:?}");
    }
}

#[test]
fn other_deposits_are_refused_by_name() {
    for (kind, name) in [(b"5", "通知預金"), (b"6", "定期預金"), (b"7", "積立定期預金")] {
        let refusal = read(&with(1, 63, kind), &options()).unwrap_err();
        assert_eq!((refusal.row, refusal.field.as_str()), (Some(1), "預金種目"));
        assert!(refusal.remedy.starts_with(name), "{refusal}");
    }
    let ebcdic = [&b"\xF1\xF0\xF3\xF1"[..], &[0x40; 196]].concat();
    assert!(read(&ebcdic, &options()).unwrap_err().remedy.contains("EBCDIC"));
}

/// An entry out has the payee's contract number where an entry in has the remitter.
#[test]
fn an_entry_out_names_its_contract() {
    let file = accounts(&with(3, 82, b"0000123456          REST"), &options());
    let out = &file.accounts[0].entries[1];
    assert_eq!(
        (out.common.contract_number.as_deref(), out.common.remitter_kana_raw.as_str()),
        (Some("0000123456"), "")
    );
    assert_eq!(file.accounts[0].entries[0].common.contract_number, None);
}

/// The same bytes, received in different years and read as different calendars.
#[test]
fn dates_by_bank_and_by_year() {
    let received = |day: &str, dates| ReadOptions { reference_date: date(day), dates, ..options() };
    let first = |options: &ReadOptions| accounts(PLAIN, options).accounts[0].entries[0].booked_on;
    // 08 is 令和8年 in 2026, 平成8年 in 1996, 2008 where the bank writes western years.
    assert_eq!(first(&received("2026-08-05", DateReading::Auto)), date("2026-08-03"));
    assert_eq!(first(&received("1996-09-01", DateReading::Japanese)), date("1996-08-03"));
    assert_eq!(first(&received("2009-01-10", DateReading::Western)), date("2008-08-03"));
    let refusal = read(PLAIN, &received("2026-08-05", DateReading::Western)).unwrap_err();
    assert_eq!(refusal.field, "作成日", "18 years off is no file of this year");
    let late = accounts(&with(1, 5, b"080731"), &options());
    assert!(late.notices[0].sentence_ja.contains("作成日"), "made before its own period: {:?}", late.notices);
}
