//! ISO 20022 messages: a statement, a notification with header and EDI payload, an intraday report; refusals one by one.

use domain::{money::Yen, time::CivilDate};
use formats::{
    Refusal,
    bank::{self, BankFileKind, BankReadOptions, BankStatement, csv::AccountOf},
    camt::{CamtOptions, read},
    zengin::TransactionClass,
};
use proptest::prelude::*;

const STATEMENT: &str = include_str!("../../testdata/camt_053.xml");
/// A made-up password, to be found nowhere.
const PASSWORD: &str = "hiraketaigoma";

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn options() -> CamtOptions {
    CamtOptions { file_name: "明細.xml".to_owned(), accounts: Vec::new() }
}

fn taken(text: &str) -> BankStatement {
    read(text.as_bytes(), &options()).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn refused(text: &str) -> Refusal {
    read(text.as_bytes(), &options()).unwrap_err()
}

fn with(from: &str, to: &str) -> String {
    assert!(STATEMENT.contains(from), "{from}");
    STATEMENT.replacen(from, to, 1)
}

/// A notification inside an envelope with a business application header, its payload cut into lines of 76.
fn notification(entries: &str) -> String {
    format!(
        "<Envelope><AppHdr xmlns=\"urn:iso:std:iso:20022:tech:xsd:head.001.001.01\"><BizMsgIdr>B1</BizMsgIdr>\
         <Password>{PASSWORD}</Password><CreDt>2026-08-03T05:00:00Z</CreDt></AppHdr>\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\"><BkToCstmrDbtCdtNtfctn>\
         <GrpHdr><MsgId>M</MsgId></GrpHdr><Ntfctn><Id>N1</Id><Acct><Id><Othr><Id>1234567</Id></Othr></Id>\
         <Svcr><FinInstnId><ClrSysMmbId><MmbId>0001</MmbId></ClrSysMmbId></FinInstnId><BrnchId><Id>123</Id></BrnchId></Svcr>\
         </Acct>{entries}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document></Envelope>"
    )
}

fn credit(yen: i64, status: &str, details: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"JPY\">{yen}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>\
         <BookgDt><Dt>2026-08-03</Dt></BookgDt><NtryDtls>{details}</NtryDtls></Ntry>"
    )
}

#[test]
fn reads_a_statement() {
    let file = taken(STATEMENT);
    assert_eq!((file.kind, file.notices.len()), (BankFileKind::CamtStatement, 0), "{:?}", file.notices);
    let account = &file.accounts[0];
    assert_eq!(account.account_key, "0001-123-1-0001234567", "the account of the Zengin files");
    assert_eq!((account.opening, account.closing), (Some(Yen::new(1_000_000)), Some(Yen::new(1_023_897))));
    assert_eq!(
        (account.period_from, account.period_to, account.created_on),
        (Some(date("2026-08-01")), Some(date("2026-08-05")), Some(date("2026-08-05")))
    );
    let [first, second, third] = &account.entries[..] else { panic!("three entries") };
    assert_eq!((first.amount, first.class.clone()), (Yen::new(29_347), TransactionClass::Transfer));
    assert_eq!(
        (first.common.remitter_kana_raw.as_str(), first.common.remitter_kana.as_str()),
        ("ﾍﾟｲﾍﾟｲ (ｶ", "ﾍﾟｲﾍﾟｲ(ｶ")
    );
    assert_eq!(
        (first.common.sending_bank.as_str(), first.common.sending_branch.as_str()),
        ("ﾐﾅﾄｷﾞﾝｺｳ", "ﾋｶﾞｼｼﾃﾝ")
    );
    assert_eq!((first.edi.as_str(), first.common.summary.as_str()), ("SEISAN2607", "ﾌﾘｺﾐ"));
    assert_eq!(first.inquiry_no.as_deref(), Some("REF0001"));
    assert_eq!(first.details[0].end_to_end_id.as_deref(), Some("E2E-1"));
    assert_eq!((second.amount, second.common.payee.as_deref()), (Yen::new(-5_000), Some("ﾏﾄﾞﾃﾞﾝﾘﾖｸ")));
    assert_eq!((second.booked_on, second.class.code()), (date("2026-08-04"), "14"));
    assert_eq!(
        (third.amount, third.reversal),
        (Yen::new(-450), true),
        "a reversal has the sign of what it does"
    );
}

/// Prefixes, one line, CDATA, references, comments, a byte order mark: the same entries.
#[test]
fn any_spelling_of_the_xml_reads_the_same() {
    let plain = taken(STATEMENT);
    let one_line = STATEMENT.lines().map(str::trim).collect::<String>();
    let prefixed = one_line
        .replace("xmlns=", "xmlns:c=")
        .replace("</", "</c:")
        .split('<')
        .map(|part| {
            if part.starts_with(['/', '?']) || part.is_empty() {
                part.to_owned()
            } else {
                format!("c:{part}")
            }
        })
        .collect::<Vec<_>>()
        .join("<");
    let cdata = with("<Ustrd>SEISAN2607</Ustrd>", "<Ustrd><![CDATA[SEISAN]]>26<!-- x -->&#48;7</Ustrd>");
    let marked = format!("\u{FEFF}{STATEMENT}");
    let crlf = STATEMENT.replace('\n', "\r\n");
    for text in [&one_line, &prefixed, &cdata, &marked, &crlf] {
        assert_eq!(taken(text).accounts, plain.accounts);
    }
}

#[test]
fn the_header_is_never_kept() {
    let whole = notification(&credit(500, "BOOK", ""));
    let file = taken(&whole);
    assert_eq!(file.kind, BankFileKind::CamtNotification);
    assert!(!file.kind.is_ledger());
    assert!(!format!("{file:?}").contains(PASSWORD));
    assert!(!serde_json::to_string(&file).unwrap().contains(PASSWORD));
    // Broken anywhere, the refusal does not show it either.
    for end in 0..whole.len() {
        let Some(cut) = whole.get(..end) else { continue };
        let refusal = refused(cut);
        assert!(!format!("{refusal:?}").contains("hirake"), "cut at {end}");
    }
    let only_header = whole.split("<Document").next().unwrap().to_owned() + "</Envelope>";
    let refusal = refused(&only_header);
    assert_eq!(refusal.field, "本文（Document）");
    assert!(!refusal.to_string().contains(PASSWORD));
}

#[test]
fn the_edi_payload_is_kept() {
    let payload = "MIME-Version: 1.0\nContent-Type: application/xml\nContent-Transfer-Encoding: base64\n";
    let details = format!(
        "<TxDtls><RmtInf><Ustrd>{payload}</Ustrd><Ustrd>{}</Ustrd><Ustrd>QUJDREVG</Ustrd><Ustrd>請求書12</Ustrd></RmtInf></TxDtls>",
        "QUJD".repeat(19)
    );
    let file = taken(&notification(&credit(500, "BOOK", &details)));
    let entry = &file.accounts[0].entries[0];
    assert_eq!(entry.edi_payloads[0].decoded_bytes, Some(63));
    assert_eq!(entry.edi_payloads[0].headers[1].1, "application/xml");
    assert_eq!((entry.edi.as_str(), entry.details[0].remittance.len()), ("請求書12", 1));
    let broken = taken(&notification(&credit(500, "BOOK", &details.replace("QUJDREVG", "QUJDR"))));
    assert!(broken.notices[0].sentence_ja.contains("Base64"));
    assert_eq!(broken.accounts[0].in_total, Yen::new(500), "no payload decides about money");
}

#[test]
fn what_is_not_booked_is_no_money() {
    let entries = [credit(500, "BOOK", ""), credit(700, "PDNG", ""), credit(500, "BOOK", "")].concat();
    let file = taken(&notification(&entries));
    let account = &file.accounts[0];
    assert_eq!((account.in_count, account.in_total, account.pending.len()), (2, Yen::new(1_000), 1));
    assert_eq!(account.entries[1].occurrence, 2, "twins");
    assert!(file.notices.iter().any(|n| n.sentence_ja.contains("記帳されていない明細が1件")));
}

/// A batch entry is one entry; its parts are kept, and said when they do not add up.
#[test]
fn batches() {
    let part = |yen: i64, name: &str| {
        format!(
            "<TxDtls><Amt Ccy=\"JPY\">{yen}</Amt><RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties></TxDtls>"
        )
    };
    let file = taken(&notification(&credit(500, "BOOK", &(part(200, "ｱ") + &part(300, "ｲ")))));
    let entry = &file.accounts[0].entries[0];
    assert_eq!(
        (entry.details.len(), entry.common.remitter_kana.as_str()),
        (2, ""),
        "two payers are no one payer"
    );
    assert!(file.notices.is_empty());
    let short = taken(&notification(&credit(500, "BOOK", &(part(200, "ｱ") + &part(299, "ｱ")))));
    assert!(short.notices[0].sentence_ja.contains("499円"));
    assert_eq!(short.accounts[0].entries[0].common.remitter_kana, "ｱ");
}

#[test]
fn accounts_by_the_importer() {
    let known = AccountOf {
        cell: Some("1234567".to_owned()),
        bank_code: "0009".to_owned(),
        bank_name: String::new(),
        branch_code: "001".to_owned(),
        branch_name: String::new(),
        account_kind: 2,
        account_number: "7654321".to_owned(),
        account_name: String::new(),
    };
    let options = CamtOptions { accounts: vec![known], ..options() };
    let file = read(STATEMENT.as_bytes(), &options).unwrap();
    assert_eq!(file.accounts[0].account_key, "0009-001-2-0007654321");
}

/// Each is refused as a whole: entry, field, and a word of the remedy.
#[test]
fn refusals() {
    let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
    let mixed = format!("<E>{}{}</E>", STATEMENT.split_once("?>").unwrap().1, notification(""));
    for (text, row, field, remedy) in [
        (with(">29347</Amt>", ">29348</Amt>"), Some(1), "取引後残高", "1,023,898"),
        (with("1023897.00", "1023898"), Some(1), "取引後残高", "1,023,897"),
        (
            with("<NbOfNtries>1</NbOfNtries>", "<NbOfNtries>2</NbOfNtries>"),
            Some(1),
            "入金件数",
            "数え直すと1",
        ),
        (with("<Sum>5450</Sum>", "<Sum>5451</Sum>"), Some(1), "出金額", "5,450"),
        (with("<Sum>34797</Sum>", "<Sum>x</Sum>"), Some(1), "合計額", "読めません"),
        (
            with("<Amt Ccy=\"JPY\">29347</Amt>\n        <Cdt", "<Amt Ccy=\"USD\">29347</Amt>\n        <Cdt"),
            Some(1),
            "金額（Amt）",
            "円以外",
        ),
        (with(">5000</Amt>", ">5000.5</Amt>"), Some(2), "金額（Amt）", "1円未満"),
        (with(">5000</Amt>", ">-5000</Amt>"), Some(2), "金額（Amt）", "読めません"),
        (with(">5000</Amt>", ">99999999999999999999</Amt>"), Some(2), "金額（Amt）", "大きすぎ"),
        (
            with("<CdtDbtInd>DBIT</CdtDbtInd>\n        <Sts>", "<CdtDbtInd>X</CdtDbtInd>\n        <Sts>"),
            Some(2),
            "入払区分（CdtDbtInd）",
            "CRDT",
        ),
        (with("<Sts>BOOK</Sts>", "<Sts>WHAT</Sts>"), Some(1), "状態（Sts）", "記帳済み"),
        (with("<BookgDt><Dt>2026-08-05</Dt></BookgDt>", ""), Some(3), "記帳日（BookgDt）", "ありません"),
        (
            with("<Dt>2026-08-05</Dt></BookgDt>", "<Dt>2026-08-32</Dt></BookgDt>"),
            Some(3),
            "記帳日（BookgDt）",
            "日付",
        ),
        (with("<Ccy>JPY</Ccy>", "<Ccy>USD</Ccy>"), Some(1), "通貨（Ccy）", "円以外"),
        (with("<Id>1234567</Id>", "<Id></Id>"), Some(1), "口座（Acct）", "どの口座"),
        (with("<Document ", "<!DOCTYPE x [<!ENTITY a \"b\">]><Document "), None, "DOCTYPE", "安全"),
        (with("SEISAN2607", "&a;"), None, "XMLの書式", "読めません"),
        (with("</Stmt>", "</Rpt>"), None, "XMLの書式", "読めません"),
        (with("</BkToCstmrStmt>\n</Document>\n", ""), None, "ファイルの終わり", "途中で切れて"),
        (with("camt.053.001.02", "camt.054.001.02"), None, "電文の種類", "名前空間"),
        (STATEMENT.replace("BkToCstmrStmt", "CstmrPmtStsRpt"), None, "電文の種類", "camt.052・053・054"),
        (mixed, None, "電文の種類", "分けて"),
        (with("encoding=\"UTF-8\"", "encoding='Shift_JIS'"), None, "文字コード", "UTF-8"),
        (deep, None, "XMLの深さ", "深すぎ"),
        ("<a/>".to_owned(), None, "本文（Document）", "ありません"),
        (String::new(), None, "ファイルの大きさ", "空"),
    ] {
        let refusal = refused(&text);
        assert_eq!((refusal.row, refusal.field.as_str()), (row, field), "{refusal}");
        assert!(refusal.remedy.contains(remedy), "{refusal} lacks {remedy}");
    }
    let shift_jis = formats::cp932::encode(&with("encoding=\"UTF-8\"", "").replace("ｶ", "カ")).unwrap();
    assert_eq!(read(&shift_jis, &options()).unwrap_err().field, "文字コード");
}

/// Banks count pending entries in their totals or leave them out; both are proven, each as a whole.
#[test]
fn totals_of_booked_or_all() {
    let pending = "<Ntry><Amt Ccy=\"JPY\">10</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts><ValDt><Dt>2026-08-05</Dt></ValDt></Ntry>";
    let more = with("</Stmt>", &format!("{pending}</Stmt>"));
    assert_eq!(taken(&more).accounts[0].closing, Some(Yen::new(1_023_897)));
    let all = more
        .replace("<NbOfNtries>3</NbOfNtries><Sum>34797</Sum>", "<NbOfNtries>4</NbOfNtries><Sum>34807</Sum>")
        .replace("<NbOfNtries>1</NbOfNtries><Sum>29347</Sum>", "<NbOfNtries>2</NbOfNtries><Sum>29357</Sum>");
    assert_eq!(taken(&all).accounts[0].pending.len(), 1);
    let half = more.replace("<NbOfNtries>3</NbOfNtries>", "<NbOfNtries>4</NbOfNtries>");
    assert_eq!(refused(&half).field, "合計件数");
}

#[test]
fn an_intraday_report_ends_with_its_interim_balance() {
    let report = STATEMENT
        .replace("BkToCstmrStmt", "BkToCstmrAcctRpt")
        .replace("<Stmt>", "<Rpt>")
        .replace("</Stmt>", "</Rpt>")
        .replace("camt.053", "camt.052")
        .replace("CLBD", "ITBD")
        .replace("OPBD", "PRCD");
    let file = taken(&report);
    assert_eq!((file.kind, file.accounts[0].closing), (BankFileKind::CamtReport, Some(Yen::new(1_023_897))));
    assert_eq!(file.accounts[0].entries, taken(STATEMENT).accounts[0].entries);
    let without = with("OPBD", "XPCD");
    assert!(taken(&without).notices[0].sentence_ja.contains("検算"));
}

/// One door: each kind goes to its reader.
#[test]
fn one_door_for_every_bank_file() {
    let ledger = include_bytes!("../../testdata/nyushukkin_03.bin");
    let notice = include_bytes!("../../testdata/furikomi_01_b.bin");
    let mut options = BankReadOptions::strict("銀行.dat", date("2026-08-05"));
    for (bytes, kind) in [
        (&ledger[..], BankFileKind::ZenginLedger),
        (notice, BankFileKind::ZenginNotice),
        (STATEMENT.as_bytes(), BankFileKind::CamtStatement),
    ] {
        assert_eq!(bank::read(bytes, &options).unwrap().kind, kind);
    }
    assert_eq!(bank::read(b"x", &options).unwrap_err().file, "銀行.dat");
    options.csv = bank::csv::embedded("generic_bank").unwrap();
    assert!(bank::read(b"x,y\r\n", &options).unwrap_err().remedy.contains("列「"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A file cut or changed anywhere is refused, or says the same money.
    #[test]
    fn cut_or_changed(at in 0_usize..5_000, byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = STATEMENT.as_bytes().to_vec();
        let at = at % bytes.len();
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        if let Ok(file) = read(&bytes, &options()) {
            let account = &file.accounts[0];
            let sum: i64 = account.entries.iter().map(|e| e.amount.get()).sum();
            let proven = account.opening.zip(account.closing).is_none_or(|(a, b)| b.get() - a.get() == sum);
            prop_assert!(proven);
        }
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[<>/a-z&;#! ]{0,80}") {
        let _ = read(&bytes, &options()).is_ok();
        let _ = read(text.as_bytes(), &options()).is_ok();
        let _ = read(notification(&text).as_bytes(), &options()).is_ok();
    }
}
