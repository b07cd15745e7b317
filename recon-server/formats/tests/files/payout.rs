//! Payouts and daily totals by profile: the arithmetic of every row is proven, what is paid is told from what is not.

use std::sync::LazyLock;

use domain::{money::Yen, time::CivilDate};
use formats::{
    cp932,
    payout::{
        PayoutFile, PayoutProfile, PayoutReadOptions, PayoutStanding, embedded, embedded_profiles, read,
    },
};
use proptest::prelude::*;

const HEADER: &str = "売上日,振込処理日,振込状況,売上金額(円),ポイント売上(円),売上手数料(円),ポイント手数料(円),振込手数料(円),繰越額(円),振込金額合計(円),繰越残高(円)\r\n";
const ROWS: &str = "2026/07/30,2026/08/01,振込済,\"12,000\",500,388,16,330,0,\"11,282\",0\r\n\
                    2026/07/31,,未振込,300,0,9,0,,0,0,291\r\n\
                    2026/08/01,2026/08/04,振込済,700,0,22,0,330,291,639,0\r\n";

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn rakuten() -> &'static PayoutProfile {
    static LOADED: LazyLock<PayoutProfile> =
        LazyLock::new(|| embedded("rakuten_pay_daily").unwrap().unwrap());
    &LOADED
}

fn options() -> PayoutReadOptions {
    PayoutReadOptions { file_name: "日次売上.csv".to_owned(), reference_date: date("2026-08-05") }
}

fn cp932(text: &str) -> Vec<u8> {
    cp932::encode(text).unwrap()
}

fn taken(text: &str) -> PayoutFile {
    read(&cp932(text), rakuten(), &options()).unwrap_or_else(|refusal| panic!("{refusal}"))
}

#[test]
fn every_embedded_profile_loads() {
    assert_eq!(embedded_profiles().unwrap().len(), 2);
}

#[test]
fn reads_daily_totals() {
    let file = taken(&[HEADER, ROWS].concat());
    let [first, second, third] = &file.rows[..] else { panic!("three rows") };
    assert_eq!(
        (first.gross, first.fee, first.transfer_fee, first.net),
        (Yen::new(12_000), Yen::new(388), Yen::new(330), Yen::new(11_282))
    );
    assert_eq!(
        (first.from, first.to, first.paid_on),
        (date("2026-07-30"), date("2026-07-30"), Some(date("2026-08-01")))
    );
    assert_eq!(
        (second.standing.clone(), second.paid_on, second.carried_out),
        (PayoutStanding::Scheduled, None, Yen::new(291))
    );
    assert_eq!((third.carried_in, third.net), (Yen::new(291), Yen::new(639)));
    assert_eq!(
        (file.totals.gross, file.totals.fees, file.totals.net),
        (Yen::new(13_000), Yen::new(1_079), Yen::new(11_921))
    );
    assert!(file.notices.is_empty());
    let odd = taken(&[HEADER, &ROWS.replacen("振込済", "組戻", 1)].concat());
    assert_eq!(odd.rows[0].standing, PayoutStanding::Unlisted("組戻".to_owned()));
    assert!(odd.notices[0].sentence_ja.contains("組戻"));
}

/// Each is refused as a whole: row, field, and a word of the remedy.
#[test]
fn refusals() {
    let with = |from: &str, to: &str| {
        let text = [HEADER, ROWS].concat();
        assert!(text.contains(from), "{from}");
        cp932(&text.replacen(from, to, 1))
    };
    for (bytes, row, field, remedy) in [
        (with("388", "387"), Some(2), "振込金額合計", "11,283"),
        (with("\"12,000\"", "\"12,001\""), Some(2), "振込金額合計", "11,283"),
        (with("291,639", "290,639"), Some(4), "振込金額合計", "638"),
        (with("\"12,000\"", ""), Some(2), "売上金額", "空"),
        (with("388", "3.88"), Some(2), "売上手数料", "小数"),
        (with("2026/07/30,", ","), Some(2), "売上日", "空"),
        (with("2026/07/30,", "7月30日,"), Some(2), "売上日", "YYYY/MM/DD"),
        (with("売上手数料(円)", "手数料"), Some(1), "売上手数料", "ありません"),
        (with(",291\r\n", "\r\n"), Some(3), "列の数", "10列"),
        (cp932(&[HEADER, ROWS, "合計,,,\"13,001\",,,,,,,\r\n"].concat()), Some(5), "売上金額", "13,000"),
        ([HEADER, ROWS].concat().into_bytes(), None, "文字コード", "Shift_JIS"),
        (Vec::new(), None, "ファイルの大きさ", "空"),
    ] {
        let refusal = read(&bytes, rakuten(), &options()).unwrap_err();
        assert_eq!((refusal.row, refusal.field.as_str()), (row, field), "{refusal}");
        assert!(refusal.remedy.contains(remedy), "{refusal} lacks {remedy}");
    }
    assert!(
        read(
            &cp932(&[HEADER, ROWS, "合計,,,\"13,000\",,,,,,\"11,921\",\r\n"].concat()),
            rakuten(),
            &options()
        )
        .is_ok()
    );
}

/// By brand and shop, with a count; fees written with a minus by TOML alone.
#[test]
fn another_acquirer_needs_no_code() {
    let profile = embedded("jcb_link_payout").unwrap().unwrap();
    let text = format!(
        "{}\r\n000000001,2026/08/31,2026/07/16,2026/08/15,市民課,JCB,98,29950,603,0,29347\r\n\
         000000001,2026/08/31,2026/07/16,2026/08/15,市民課,AMEX,2,600,20,-80,500\r\n",
        profile.columns.join(",")
    );
    let file = read(&cp932(&text), &profile, &options()).unwrap();
    assert_eq!((file.rows[0].count, file.rows[0].brand_word.as_str()), (Some(98), "JCB"));
    assert_eq!((file.rows[0].from, file.rows[0].to), (date("2026-07-16"), date("2026-08-15")));
    assert_eq!(file.rows[1].carried_in, Yen::new(-80), "その他精算");
    assert_ne!(file.rows[0].record_key, file.rows[1].record_key);
    assert_eq!(file.rows[0].standing, PayoutStanding::Unsaid);
    let toml = include_str!("../../profiles/payout/jcb_link_payout.toml");
    let minus =
        PayoutProfile::from_toml(&toml.replacen("encoding", "fee_sign = \"negative\"\nencoding", 1)).unwrap();
    let signed = text.replace(",603,", ",-603,").replace(",20,", ",-20,");
    assert_eq!(read(&cp932(&signed), &minus, &options()).unwrap().totals, file.totals);
    for (from, to, word) in [
        ("net = \"振込金額\"", "net = \"金額\"", "金額"),
        ("key = [\"payout_id\"", "key = [\"nonsense\"", "nonsense"),
        ("\"YYYYMMDD\"", "\"MMDD\"", "date pattern"),
        ("encoding =", "encodings =", "encodings"),
        ("count = \"件数\"", "status = \"件数\"", "status"),
    ] {
        assert!(toml.contains(from), "{from}");
        let error = PayoutProfile::from_toml(&toml.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A row whose parts add up is taken as written; one yen off anywhere is refused.
    #[test]
    fn every_yen_is_proven(
        gross in -100_000_i64..10_000_000, fee in 0_i64..10_000, transfer in 0_i64..1_000,
        carried in 0_i64..10_000, kept in 0_i64..10_000, at in 0_usize..6, off in prop::sample::select(vec![-1_i64, 1]),
    ) {
        let net = gross - fee - transfer + carried - kept;
        let line = |v: [i64; 6]| {
            let [gross, fee, transfer, carried, net, kept] = v;
            cp932(&format!("{HEADER}2026/07/30,,振込済,{gross},0,{fee},0,{transfer},{carried},{net},{kept}\r\n"))
        };
        let mut values = [gross, fee, transfer, carried, net, kept];
        let row = read(&line(values), rakuten(), &options()).unwrap().rows.remove(0);
        prop_assert_eq!(
            [row.gross, row.fee, row.transfer_fee, row.carried_in, row.net, row.carried_out].map(Yen::get),
            values
        );
        values[at] += off;
        prop_assert!(read(&line(values), rakuten(), &options()).is_err());
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, rakuten(), &options()).is_ok();
        let _ = read(&[cp932(HEADER), bytes].concat(), rakuten(), &options()).is_ok();
    }
}
