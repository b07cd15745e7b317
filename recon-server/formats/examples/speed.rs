//! Bytes to rows, in MB/s of one core, beside baselines of the same run: `cargo run --release -p formats --example speed [FILE]`.
//!
//! One line a figure, for people and for scripts: `reader NAME MB/s TARGET` or `baseline NAME MB/s`. Baselines: copying the bytes, their
//! SHA-256 (the digest is the file's identity), and the `csv` crate cutting the same bytes into records without understanding them. Each
//! figure is the median of rounds over one file in memory, in time on the processor. With a FILE (`paypay`, `card`, `zengin`, `bank`,
//! `payout`, `camt` or `gigabyte`) only that one is read.

#![expect(clippy::unwrap_used, reason = "a measurement whose input is wrong must stop")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the monotonic clock")]

use std::{collections::BTreeMap, hint::black_box, sync::LazyLock, time::Instant};

use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};
use formats::{
    bank::csv::{AccountOf, BankCsvOptions},
    cp932,
    statement::{self, Profile, ReadOptions, RowOut},
    zengin::{self, AccountOut, EntryOut, FileOut, Framing, TransactionClass},
};

const ROWS: u64 = 200_000;
/// Entries of the XML file: one is ten times as long as in a fixed-width file.
const CAMT_ENTRIES: u64 = 20_000;
const ROUNDS: usize = 7;
/// Time of a round, in ns: the work is done again until so much has gone by. The system tells time on the processor in ticks of some
/// milliseconds, in which a copy of the file is over.
const ROUND_NS: u128 = 200_000_000;
/// What a statement's reader should reach, in MB/s.
const STATEMENT_TARGET: u32 = 150;
/// What the reader of 入出金取引明細 should reach, in MB/s.
const ZENGIN_TARGET: u32 = 300;
/// What the reader of a bank's CSV should reach, in MB/s.
const BANK_CSV_TARGET: u32 = 100;
/// Bytes that are read at a time of a file that comes in parts.
const PART_BYTES: usize = 4 << 20;

fn main() {
    let only = std::env::args().nth(1);
    let asked = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let paypay = statement::embedded("paypay_for_business").unwrap().unwrap();
    let card = statement::embedded("generic_card").unwrap().unwrap();
    // First, so that the peak is that of the parts alone.
    if asked("gigabyte") {
        one_gigabyte(&paypay);
    }
    for (name, profile) in [("paypay", &paypay), ("card", &card)] {
        if asked(name) {
            statements(name, profile);
        }
    }
    if asked("zengin") {
        ledgers();
    }
    if asked("camt") {
        let bytes = camt_file();
        let options = formats::camt::CamtOptions { file_name: "f".to_owned(), accounts: Vec::new() };
        baselines("camt", &bytes);
        measure("reader camt", &bytes, None, || {
            formats::camt::read(&bytes, &options).unwrap().accounts[0].entries.len()
        });
    }
    if asked("payout") {
        let bytes = payout_csv();
        let profile = formats::payout::embedded("rakuten_pay_daily").unwrap().unwrap();
        let options = formats::payout::PayoutReadOptions {
            file_name: "f".to_owned(),
            reference_date: day("2026-08-05"),
        };
        baselines("payout", &bytes);
        measure("reader payout", &bytes, None, || {
            formats::payout::read(&bytes, &profile, &options).unwrap().rows.len()
        });
    }
    if asked("bank") {
        let bytes = bank_csv();
        let profile = formats::bank::csv::embedded("generic_bank").unwrap().unwrap();
        baselines("bank", &bytes);
        measure("reader bank-csv", &bytes, Some(BANK_CSV_TARGET), || {
            formats::bank::csv::read(&bytes, &profile, &bank_options()).unwrap().accounts[0].entries.len()
        });
    }
}

fn statements(name: &str, profile: &Profile) {
    let bytes = statement_file(profile);
    println!("# {name}: {ROWS} rows of {} bytes", bytes.len() as u64 / ROWS);
    baselines(name, &bytes);
    measure(&format!("reader {name}-whole"), &bytes, Some(STATEMENT_TARGET), || {
        statement::read(&bytes, profile, &ReadOptions::named("f")).unwrap().rows.len()
    });
    measure(&format!("reader {name}-by-parts"), &bytes, Some(STATEMENT_TARGET), || by_parts(&bytes, profile));
}

fn ledgers() {
    let bytes = zengin_file();
    let options = zengin::ReadOptions::strict("f", day("2026-08-05"));
    baselines("zengin", &bytes);
    measure("reader zengin-whole", &bytes, Some(ZENGIN_TARGET), || {
        zengin::read(&bytes, &options).unwrap().accounts[0].entries.len()
    });
    measure("reader zengin-by-parts", &bytes, Some(ZENGIN_TARGET), || {
        let mut parts = zengin::LedgerParts::new(&options, u64::try_from(bytes.len()).ok());
        let count =
            |read: zengin::EntriesByAccount| read.iter().map(|(_, entries)| entries.len()).sum::<usize>();
        let entries: usize = bytes.chunks(PART_BYTES).map(|part| count(parts.push(part).unwrap())).sum();
        entries + count(parts.finish().unwrap().0)
    });
}

/// A file of 1 GB that is made while it is read: rows out are dropped, as a store that takes them would.
fn one_gigabyte(profile: &Profile) {
    const LENGTH: u64 = 1_000_000_000;
    let sample = cp932::decode(&statement_file_of(profile, 2)).unwrap();
    let (header, rows) = sample.split_once('\n').unwrap();
    let (row, _) = rows.split_once('\n').unwrap();
    let (before, after) = row.split_once("4000000000000000000").unwrap();
    let (before, after) = (cp932::encode(before).unwrap(), cp932::encode(after).unwrap());
    let options = ReadOptions::named("f");
    let mut parts = statement::StatementParts::new(profile, &options, Some(LENGTH)).unwrap();
    let begun = on_processor_ns();
    let (mut part, mut made, mut rows) = (cp932::encode(header).unwrap(), 0_u64, 0_u64);
    part.push(b'\n');
    while made < LENGTH {
        while part.len() < PART_BYTES {
            part.extend_from_slice(&before);
            part.extend_from_slice((4_000_000_000_000_000_000 + rows).to_string().as_bytes());
            part.extend_from_slice(&after);
            part.push(b'\n');
            rows += 1;
        }
        made += part.len() as u64;
        black_box(parts.push(&part).unwrap());
        part.clear();
    }
    let end = parts.finish().unwrap().1;
    assert_eq!(u64::from(end.rows), rows);
    let seconds = (on_processor_ns() - begun) / 1_000_000_000;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: not told");
    println!("# 1 GB by parts: {rows} rows in {seconds} s; {peak}");
}

fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn by_parts(bytes: &[u8], profile: &Profile) -> usize {
    let options = ReadOptions::named("f");
    let mut parts =
        statement::StatementParts::new(profile, &options, u64::try_from(bytes.len()).ok()).unwrap();
    let rows: usize = bytes.chunks(PART_BYTES).map(|part| parts.push(part).unwrap().len()).sum();
    rows + parts.finish().unwrap().0.len()
}

fn baselines(file: &str, bytes: &[u8]) {
    measure(&format!("baseline {file}-copy"), bytes, None, || black_box(bytes.to_vec()).len());
    measure(&format!("baseline {file}-sha256"), bytes, None, || formats::sha256_hex(bytes).len());
    measure(&format!("baseline {file}-csv-crate-records"), bytes, None, || {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let (mut record, mut rows) = (csv::ByteRecord::new(), 0);
        while reader.read_byte_record(&mut record).unwrap() {
            rows += record.len();
        }
        rows
    });
}

fn measure(name: &str, bytes: &[u8], target: Option<u32>, mut work: impl FnMut() -> usize) {
    let mut rounds = [0_u128; ROUNDS];
    for round in &mut rounds {
        let (begun, mut times, mut taken) = (on_processor_ns(), 0, 0);
        while taken < ROUND_NS {
            black_box(work());
            times += 1;
            taken = on_processor_ns() - begun;
        }
        *round = (taken / times).max(1);
    }
    rounds.sort_unstable();
    // Bytes a microsecond are megabytes a second.
    let target = target.map(|target| format!(" {target}")).unwrap_or_default();
    println!("{name} {}{target}", bytes.len() as u128 * 1_000 / rounds[ROUNDS / 2]);
}

/// Time that this thread was on a processor, in ns: what others do on the machine is not counted. Where the system does not tell it,
/// the monotonic clock.
fn on_processor_ns() -> u128 {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
    told.unwrap_or_else(|| BEGUN.elapsed().as_nanos())
}

fn statement_file(profile: &Profile) -> Vec<u8> {
    statement_file_of(profile, ROWS)
}

fn statement_file_of(profile: &Profile, rows: u64) -> Vec<u8> {
    let first = Timestamp::from_jst(day("2026-07-01"), 9, 0, 0).unwrap();
    let row = |n: u64| RowOut {
        status_word: profile.statuses.sale[0].clone(),
        at: first.plus_ms(i64::try_from(n).unwrap() * 1_700),
        amount: Yen::new(i64::try_from(n % 7 + 1).unwrap() * 150),
        brand_word: profile.brand_words.keys().next().cloned().unwrap_or_default(),
        terminal_or_pos_id: format!("{:08}", 80_000_000 + n % 40),
        slip_number: format!("{:06}", n),
        approval_code: format!("{:06}", n * 7 % 1_000_000),
        acquirer_transaction_id: format!("{:019}", 4_000_000_000_000_000_000 + n),
        merchant_payment_id: String::new(),
        extra: BTreeMap::from([
            ("加盟店ID".to_owned(), "12345678901234567".to_owned()),
            ("屋号".to_owned(), "窓口市".to_owned()),
            ("店舗ID".to_owned(), "12345678901234567".to_owned()),
            ("店舗名".to_owned(), "市立美術館".to_owned()),
            ("支払い方法".to_owned(), "PayPay残高".to_owned()),
            ("支払い詳細".to_owned(), "[{\"method\":\"PayPay残高\",\"amount\":300}]".to_owned()),
        ]),
    };
    statement::write_statement(profile, &(0..rows).map(row).collect::<Vec<_>>()).unwrap()
}

fn zengin_file() -> Vec<u8> {
    const NAMES: [&str; 4] = ["ﾍﾟｲﾍﾟｲ(ｶ", "ﾗｸﾃﾝﾍﾟｲﾒﾝﾄ(ｶ", "ﾏﾄﾞｸﾞﾁ ﾀﾛｳ", "ｺｳｶ-ﾄﾞ(ｶ"];
    let entry = |n: u64| EntryOut {
        booked_on: day("2026-08-03").plus_days(i32::try_from(n * 2 / ROWS).unwrap()),
        amount: Yen::new(i64::try_from(n % 90_000 + 1).unwrap()),
        class: TransactionClass::Transfer,
        remitter_code: format!("{:010}", n % 1_000),
        remitter_kana: NAMES[usize::try_from(n % 4).unwrap()].to_owned(),
        sending_bank: "ﾚｲｼﾞｷﾞﾝｺｳ".to_owned(),
        sending_branch: "ﾎﾝﾃﾝ".to_owned(),
        summary: "ﾌﾘｺﾐ".to_owned(),
        edi: format!("SEISAN{:06}", n % 1_000_000),
        inquiry_no: format!("{:08}", n),
    };
    let account = AccountOut {
        from: day("2026-08-03"),
        to: day("2026-08-05"),
        bank_code: "0001".to_owned(),
        bank_name: "ﾚｲｼﾞｷﾞﾝｺｳ".to_owned(),
        branch_code: "001".to_owned(),
        branch_name: "ﾎﾝﾃﾝ".to_owned(),
        account_kind: 1,
        account_number: "1234567".to_owned(),
        account_name: "ﾚｲｼﾞｼ".to_owned(),
        opening: Yen::new(1_000_000),
        entries: (0..ROWS).map(entry).collect(),
    };
    zengin::write(&FileOut { created_on: day("2026-08-05"), framing: Framing::CrLf, accounts: vec![account] })
        .unwrap()
}

fn bank_options() -> BankCsvOptions {
    BankCsvOptions {
        file_name: "f".to_owned(),
        reference_date: day("2026-08-05"),
        account: Some(AccountOf {
            cell: None,
            bank_code: "0001".to_owned(),
            bank_name: String::new(),
            branch_code: "001".to_owned(),
            branch_name: String::new(),
            account_kind: 1,
            account_number: "1234567".to_owned(),
            account_name: String::new(),
        }),
        period: None,
    }
}

fn bank_csv() -> Vec<u8> {
    let mut text = "取引日,起算日,出金,入金,残高,取引区分,摘要,振込依頼人,EDI情報\r\n".to_owned();
    let mut balance = 1_000_000_u64;
    for n in 0..ROWS {
        let amount = n % 9_000 + 1;
        balance += amount;
        text.push_str(&format!("2026/8/3,2026/8/3,,{amount},{balance},振込,振込,ﾍﾟｲﾍﾟｲ(ｶ,SEISAN{n:06}\r\n"));
    }
    cp932::encode(&text).unwrap()
}

/// Days of one payout each: a file of a shop is short, one of many shops is not.
fn payout_csv() -> Vec<u8> {
    let mut text = "売上日,振込処理日,振込状況,売上金額,ポイント売上,売上手数料,ポイント手数料,振込手数料,繰越額,振込金額合計,繰越残高\r\n".to_owned();
    for n in 0..ROWS {
        let (gross, day) = (n % 90_000 + 10_000, n % 28 + 1);
        let (fee, net) = (gross / 31, gross - gross / 31 - 330);
        text.push_str(&format!("2026/07/{day:02},2026/08/03,振込済,{gross},0,{fee},0,330,0,{net},0\r\n"));
    }
    cp932::encode(&text).unwrap()
}

fn camt_file() -> Vec<u8> {
    const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>
<CreDtTm>2026-08-05T18:00:00</CreDtTm><FrToDt><FrDtTm>2026-08-01T00:00:00</FrDtTm><ToDtTm>2026-08-05T23:59:59</ToDtTm></FrToDt>
<Acct><Id><Othr><Id>1234567</Id></Othr></Id><Tp><Prtry>1</Prtry></Tp><Ccy>JPY</Ccy><Nm>ﾚｲｼﾞｼ</Nm><Svcr><FinInstnId><ClrSysMmbId>
<ClrSysId><Cd>JPZGN</Cd></ClrSysId><MmbId>0001</MmbId></ClrSysMmbId></FinInstnId><BrnchId><Id>123</Id></BrnchId></Svcr></Acct>
"#;
    let balance = |code: &str, yen: u64, day: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"JPY\">{yen}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
        )
    };
    let amount = |n: u64| n % 9_000 + 1;
    let total: u64 = (0..CAMT_ENTRIES).map(amount).sum();
    let mut text = HEAD.to_owned();
    text.push_str(&balance("OPBD", 1_000_000, "2026-08-01"));
    text.push_str(&balance("CLBD", 1_000_000 + total, "2026-08-05"));
    for n in 0..CAMT_ENTRIES {
        text.push_str(&format!(
            "<Ntry><NtryRef>{n}</NtryRef><Amt Ccy=\"JPY\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
             <BookgDt><Dt>2026-08-03</Dt></BookgDt><ValDt><Dt>2026-08-03</Dt></ValDt><AcctSvcrRef>REF{n:07}</AcctSvcrRef>\
             <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>\
             <NtryDtls><TxDtls><Refs><EndToEndId>E2E-{n}</EndToEndId></Refs><RltdPties><Dbtr><Nm>ﾍﾟｲﾍﾟｲ(ｶ</Nm></Dbtr></RltdPties>\
             <RmtInf><Ustrd>SEISAN{n:06}</Ustrd></RmtInf></TxDtls></NtryDtls><AddtlNtryInf>ﾌﾘｺﾐ</AddtlNtryInf></Ntry>\n",
            amount(n)
        ));
    }
    text.push_str("</Stmt></BkToCstmrStmt></Document>\n");
    text.into_bytes()
}
