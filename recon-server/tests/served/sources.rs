//! Every shape of file comes in as a source of its own, and the same money counts once.

use domain::money::Yen;
use formats::{
    cp932,
    zengin::{
        Framing,
        notice::{NoticeAccountOut, NoticeEntryOut, NoticeFileOut, NoticeFormat, write},
    },
};
use recon_server::{
    jobs::{
        expected::{ExpectedState, expected},
        import::{
            OnDisk, Outcome, Receipt, Upload, counted_entries, import, import_file, preview, profile_list,
        },
    },
    set_up,
};

use crate::{
    support::{Centre, TODAY, date},
    support_files::{bank, paypay},
};

const ACCOUNT: &str = "0001-001-1-0001234567";

fn upload(source: &str, bytes: Vec<u8>) -> Upload {
    Upload {
        source: source.parse().unwrap(),
        name: "f".to_owned(),
        bytes,
        period: None,
        uploader: "test".to_owned(),
    }
}

async fn accept(centre: &Centre, source: &str, bytes: Vec<u8>) -> (Receipt, String) {
    match import(centre.state(), upload(source, bytes)).await.unwrap() {
        Outcome::Accepted { receipts, notices } => {
            let said: Vec<String> = notices.into_iter().map(|notice| notice.sentence_ja).collect();
            (receipts.into_iter().next().unwrap(), said.join(" "))
        }
        other => panic!("{other:?}"),
    }
}

/// The example city with these settings of sources beside its own.
async fn city(sources: &str) -> Centre {
    let centre = Centre::empty().await;
    let text = format!("{}\n{sources}", set_up::EXAMPLE_TOML);
    let read = set_up::read(&text).unwrap();
    let done = set_up::apply(centre.state(), &read, "test").await.unwrap();
    assert!(done.sources > 0);
    centre
}

fn notice(day: &str, amount: i64) -> Vec<u8> {
    let account = NoticeAccountOut {
        from: date(day),
        to: date(day),
        bank_code: "0001".to_owned(),
        bank_name: "ﾚｲｼﾞｷﾞﾝｺｳ".to_owned(),
        branch_code: "001".to_owned(),
        branch_name: "ﾎﾝﾃﾝ".to_owned(),
        account_kind: 1,
        account_number: "1234567".to_owned(),
        account_name: "ﾚｲｼﾞｼ".to_owned(),
        entries: vec![NoticeEntryOut {
            booked_on: date(day),
            amount: Yen::new(amount),
            cancelled: false,
            remitter_code: String::new(),
            remitter_kana: "ﾍﾟｲﾍﾟｲ(ｶ".to_owned(),
            sending_bank: "ﾚｲｼﾞ".to_owned(),
            sending_branch: "ﾎﾝﾃﾝ".to_owned(),
            edi: String::new(),
            inquiry_no: String::new(),
        }],
    };
    write(&NoticeFileOut {
        created_on: date(day),
        format: NoticeFormat::A,
        framing: Framing::CrLf,
        accounts: vec![account],
    })
    .unwrap()
}

fn csv(day: &str, amount: i64) -> Vec<u8> {
    let header = "取引日,起算日,出金,入金,残高,取引区分,摘要,振込依頼人,EDI情報";
    let day = day.replace('-', "/");
    cp932::encode(&format!("{header}\r\n{day},,,{amount},{},振込,振込,ﾍﾟｲﾍﾟｲ(ｶ,\r\n", amount + 1_000_000))
        .unwrap()
}

async fn counted(centre: &Centre) -> Vec<(String, i64)> {
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let watermark = unit.last_file(centre.state().tenant()).await.unwrap();
    let days = (date("2026-11-01"), date("2026-11-30"));
    let rows = counted_entries(&mut *unit, centre.state().tenant(), days, watermark).await.unwrap();
    rows.into_iter().map(|row| (row.source, row.fact.amount.get())).collect()
}

/// One deposit in a notice, a CSV and the ledger: three sources, three receipts, one deposit.
#[tokio::test]
async fn one_deposit_in_three_formats_counts_once() {
    let centre = Centre::set_up().await;
    let (receipt, _) = accept(&centre, "", notice(TODAY, 29_347)).await;
    assert_eq!((receipt.source, receipt.new), (format!("bank:{ACCOUNT}#notice"), 1));
    assert_eq!(counted(&centre).await, [], "a notice only announces");
    let (receipt, said) = accept(&centre, &format!("bank:{ACCOUNT}"), csv(TODAY, 29_347)).await;
    assert_eq!(receipt.source, format!("bank:{ACCOUNT}#csv"));
    assert!(said.contains("例"), "{said}");
    assert_eq!(counted(&centre).await, [(format!("bank:{ACCOUNT}#csv"), 29_347)]);
    let (receipt, _) = accept(&centre, "", bank(TODAY, &[(29_347, "ﾍﾟｲﾍﾟｲ(ｶ")])).await;
    assert_eq!(receipt.source, format!("bank:{ACCOUNT}"));
    assert_eq!(
        counted(&centre).await,
        [(format!("bank:{ACCOUNT}"), 29_347)],
        "the ledger goes before the CSV"
    );
    let again = import(centre.state(), upload("", notice(TODAY, 29_347))).await.unwrap();
    assert!(matches!(again, Outcome::SeenBefore { .. }), "{again:?}");
}

#[tokio::test]
async fn what_the_city_set_counts() {
    let setting = format!(
        "[[sources]]\nsource = \"bank:{ACCOUNT}\"\nvalid_from = \"2026-04-01\"\n[sources.terms]\ncounts = \"notice\"\n"
    );
    let centre = city(&setting).await;
    accept(&centre, "", bank(TODAY, &[(29_347, "ﾍﾟｲﾍﾟｲ(ｶ")])).await;
    accept(&centre, "", notice(TODAY, 29_347)).await;
    assert_eq!(counted(&centre).await, [(format!("bank:{ACCOUNT}#notice"), 29_347)]);
}

/// A day is missing between two files of one account: the receipt of the second says so.
#[tokio::test]
async fn a_gap_between_two_files_is_said() {
    let centre = Centre::set_up().await;
    accept(&centre, "", bank("2026-11-16", &[(500, "ﾔﾏﾀﾞ")])).await;
    let (_, said) = accept(&centre, "", bank("2026-11-18", &[(700, "ﾔﾏﾀﾞ")])).await;
    assert!(said.contains("取引前残高は1,000,000円ですが") && said.contains("1,000,500円"), "{said}");
}

/// A payout statement: the profile is set, the row's arithmetic is proven, a corrected row is a revision that is told.
#[tokio::test]
async fn payout_statements_are_sources_of_their_own() {
    let setting = "[[sources]]\nsource = \"payout:card\"\nvalid_from = \"2026-04-01\"\n[sources.terms]\npayout_profile = \"jcb_link_payout\"\n";
    let centre = city(setting).await;
    let file = |fee: i64| {
        let header = "支払先番号,振込年月日,締切年月日（自）,締切年月日（至）,店舗名,ブランド,件数,売上金額,手数料,その他精算,振込金額";
        let row =
            format!("123456789,2026/11/30,2026/11/01,2026/11/15,美術館,JCB,2,1500,{fee},0,{}", 1_500 - fee);
        cp932::encode(&format!("{header}\r\n{row}\r\n")).unwrap()
    };
    let seen = preview(centre.state(), &upload("", file(30))).await.unwrap();
    assert_eq!((seen.source.as_deref(), seen.total, seen.rows), (Some("payout:card"), Yen::new(1_470), 1));
    assert_eq!(seen.totals[1].amount, Yen::new(-30));
    let (receipt, said) = accept(&centre, "", file(30)).await;
    assert_eq!((receipt.source.as_str(), receipt.new), ("payout:card", 1));
    assert!(said.contains("JCB Link"), "{said}");
    let (receipt, _) = accept(&centre, "payout:card", file(45)).await;
    let fields: Vec<_> = receipt.revisions.iter().map(|r| (r.field_ja, r.after.as_str())).collect();
    assert_eq!((receipt.revised, fields), (1, vec![("支払額", "1,455円"), ("手数料", "45円")]));
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let rows =
        unit.payout_lines(centre.state().tenant(), date("2026-11-15"), date("2026-11-15"), 99).await.unwrap();
    assert_eq!((rows.len(), rows[0].revision, rows[0].fact.net), (1, 2, Yen::new(1_455)));
}

#[tokio::test]
async fn expected_files_are_listed_until_they_come() {
    let centre = Centre::set_up().await;
    let source = format!("bank:{ACCOUNT}");
    for day in ["2026-11-12", "2026-11-16"] {
        accept(&centre, "", bank(day, &[(500, "ﾔﾏﾀﾞ")])).await;
    }
    let list = expected(centre.state(), date(TODAY), None).await.unwrap();
    let of = |to: &str| list.iter().find(|row| row.source == source && row.to == date(to)).unwrap();
    assert_eq!(of("2026-11-16").state, ExpectedState::Received);
    assert_eq!(of("2026-11-13").state, ExpectedState::Overdue);
    assert_eq!(of("2026-11-17").state, ExpectedState::Waiting, "due today");
    assert!(list.iter().any(|row| row.source == "paypay" && row.from == date("2026-10-01")));
    let overdue = list.iter().position(|row| row.state == ExpectedState::Overdue);
    assert_eq!(overdue, Some(0), "what is late stands first");
}

#[tokio::test]
async fn every_profile_is_listed_with_its_source() {
    let centre = Centre::empty().await;
    let (list, faults) = profile_list(centre.state());
    assert!(list.len() >= 21 && faults.is_empty(), "{} {faults:?}", list.len());
}

/// A long file comes in by parts: the same facts, the same receipt, the same bytes; broken in its last row, nothing.
#[tokio::test]
async fn a_long_file_is_taken_by_parts_or_not_at_all() {
    let centre = Centre::set_up().await;
    let line = paypay(TODAY);
    let header = line.iter().position(|b| *b == b'\n').unwrap() + 1;
    let row = String::from_utf8(line[header..].split_inclusive(|b| *b == b'\n').next().unwrap().to_vec());
    let row = row.unwrap_or_else(|bytes| cp932::decode(&bytes.into_bytes()).unwrap());
    let mut bytes = line[..header].to_vec();
    let rows = 2_400;
    for n in 0..rows {
        let padded = row.replace("04000000000000004821", &format!("{n:020}"));
        bytes.extend(cp932::encode(&padded.replacen(",,", &format!(",{},", "0".repeat(4_000)), 1)).unwrap());
    }
    assert!(bytes.len() > 9 << 20, "three parts: {}", bytes.len());
    let path = centre.folder.path().join("long.csv");
    let file = |path| OnDisk {
        path,
        source: "paypay".parse().unwrap(),
        period: None,
        uploader: "test".to_owned(),
        in_one_piece_max_bytes: 1 << 20,
    };
    std::fs::write(&path, [&bytes[..], b"half"].concat()).unwrap();
    let refused = import_file(centre.state(), &file(&path)).await.unwrap();
    assert!(matches!(refused, Outcome::Refused { .. }), "{refused:?}");
    assert_eq!(
        centre.state().store.snapshot().await.unwrap().last_file(centre.state().tenant()).await.unwrap(),
        0
    );
    std::fs::write(&path, &bytes).unwrap();
    let taken = import_file(centre.state(), &file(&path)).await.unwrap();
    let Outcome::Accepted { receipts, .. } = taken else { panic!("{taken:?}") };
    assert_eq!((receipts[0].new, receipts[0].period_from), (rows, Some(date(TODAY))));
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let kept = unit.file_bytes(centre.state().tenant(), receipts[0].file).await.unwrap().unwrap();
    assert_eq!(kept, bytes);
    let row = unit.file(centre.state().tenant(), receipts[0].file).await.unwrap().unwrap();
    assert_eq!((row.length, row.counts.new), (u64::try_from(bytes.len()).unwrap(), rows));
    drop(unit);
    let again = import_file(centre.state(), &file(&path)).await.unwrap();
    assert!(matches!(again, Outcome::SeenBefore { .. }), "{again:?}");
}
