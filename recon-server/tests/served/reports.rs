//! One day from the journal to the report: reconciled once, decided once, the same bytes every time.

use std::net::{IpAddr, Ipv4Addr};

use domain::{
    event::Event,
    inbox::InboxItem,
    money::Yen,
    payment::{Evidence, Outcome},
};
use formats::{
    csv_out::CsvEncoding,
    statement::{RowOut, write_statement},
};
use journal::wire::InboxReply;
use recon_server::{
    auth,
    jobs::{
        import::{Outcome as ImportOutcome, Upload, import},
        reconcile::reconcile,
        report::{daily, to_csv, to_json, to_text},
    },
};

use crate::{
    journal_day::{cash, close, day, open, sell, wallet},
    support::{Centre, TODAY, attempt_id, date, read},
    support_files::{at, bank, paypay, profile, row},
};

pub async fn take(centre: &Centre, source: &str, name: &str, bytes: Vec<u8>) {
    take_for(centre, source, name, bytes, (TODAY, TODAY)).await;
}

/// Takes a file in; a statement is said to cover the days of `period`.
pub async fn take_for(centre: &Centre, source: &str, name: &str, bytes: Vec<u8>, period: (&str, &str)) {
    let upload = Upload {
        source: source.parse().unwrap(),
        name: name.to_owned(),
        bytes,
        period: (source != "bank").then(|| (date(period.0), date(period.1))),
        uploader: "test".to_owned(),
    };
    let outcome = import(centre.state(), upload).await.unwrap();
    assert!(matches!(outcome, ImportOutcome::Accepted { .. }), "{outcome:?}");
}

pub fn card_statement() -> Vec<u8> {
    let charged = RowOut {
        brand_word: "VISA".to_owned(),
        terminal_or_pos_id: "T0001".to_owned(),
        slip_number: "00077".to_owned(),
        approval_code: "123456".to_owned(),
        ..row("売上", at(TODAY, 10, 20, 5), 300, "C1")
    };
    write_statement(&profile("generic_card"), &[charged]).unwrap()
}

#[tokio::test]
async fn missing_is_not_green() {
    let centre = Centre::set_up().await;
    day(&centre, false).await;
    let report = daily(centre.state(), date(TODAY)).await.unwrap();
    assert_eq!(report.verdict_ja, "未確定");
    assert_eq!(report.counters[0].state_ja, "未締め");
    let reasons: Vec<&str> = report.reasons.iter().map(|reason| reason.sentence_ja.as_str()).collect();
    assert!(reasons.len() >= 2, "an open day and files that are not here: {reasons:?}");
    assert_eq!((report.total.sales.amount, report.total.voids.amount), (Yen::new(1_200), Yen::new(300)));
    assert_eq!(report.unknowns.len(), 1);
    let empty = daily(centre.state(), date("2026-11-11")).await.unwrap();
    assert_eq!(empty.verdict_ja, "未確定", "a day of which nothing is known");
}

#[tokio::test]
async fn a_day_is_reported_to_the_yen_and_byte_for_byte() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    take(&centre, "paypay", "paypay.csv", paypay(TODAY)).await;
    take(&centre, "card", "card.csv", card_statement()).await;
    take(&centre, "bank", "bank.txt", bank(TODAY, &[(5_000, "ﾔﾏﾀﾞ")])).await;
    let report = daily(centre.state(), date(TODAY)).await.unwrap();
    let json = to_json(&report).unwrap();
    insta::assert_snapshot!("daily_json", json);
    insta::assert_snapshot!("daily_text", to_text(&report));
    let csv = to_csv(&report, CsvEncoding::Utf8Bom).unwrap();
    insta::assert_snapshot!("daily_csv", String::from_utf8(csv).unwrap());
    assert!(to_csv(&report, CsvEncoding::Cp932).is_ok());
    centre.clock.set(at(TODAY, 20, 0, 0));
    let again = to_json(&daily(centre.state(), date(TODAY)).await.unwrap()).unwrap();
    assert_eq!(again, json, "the same facts, the same bytes, whenever asked");
}

/// From the tap to the bank line: everything is here, everything agrees, the residual is 0.
#[tokio::test]
async fn a_month_that_is_whole_is_green() {
    const DAY: &str = "2026-11-30";
    const PAID: &str = "2026-12-01";
    let centre = Centre::set_up().await;
    centre.clock.set(at(DAY, 9, 0, 0));
    let mut counter = centre.counter().await;
    open(&mut counter, DAY);
    sell(&mut counter, DAY, 1, 1, cash(Yen::new(600)));
    sell(&mut counter, DAY, 2, 5, wallet(Yen::new(300), "4821"));
    close(&mut counter, DAY);
    centre.clock.set(at(PAID, 20, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    let sold = row("取引完了", at(DAY, 10, 5, 11), 300, "04000000000000004821");
    let statement = write_statement(&profile("paypay_for_business"), &[sold]).unwrap();
    take_for(&centre, "paypay", "november.csv", statement, ("2026-11-01", DAY)).await;
    // 300 at 1.98% is 5.94: fee 5, tax on it 0.5: 0, so 295 arrive.
    take(&centre, "bank", "bank.txt", bank(PAID, &[(295, "ﾍﾟｲﾍﾟｲ(ｶ")])).await;
    let report = daily(centre.state(), date(DAY)).await.unwrap();
    assert_eq!((&*report.verdict_ja, report.reasons.as_slice()), ("一致", [].as_slice()));
    let sheet = report.sheets.iter().find(|sheet| sheet.contract.as_str() == "paypay").unwrap();
    assert_eq!((sheet.residual, sheet.deposited, sheet.fee), (Yen::ZERO, Yen::new(295), Yen::new(5)));
    assert_eq!((report.total.deposited, report.total.net.amount), (Yen::new(295), Yen::new(900)));
    assert_eq!(report.total.provisional.count, 0, "a row has confirmed it");
}

#[tokio::test]
async fn a_working_day_is_read_live_without_recording_run_after_run() {
    let centre = Centre::set_up().await;
    let mut counter = day(&centre, false).await;
    let first = daily(centre.state(), date(TODAY)).await.unwrap();
    assert!(!first.live);
    let before = counter.entries.len();
    sell(&mut counter, TODAY, 4, 50, cash(Yen::new(300)));
    assert_eq!(centre.deliver(&counter, &counter.entries[before..]).await.status(), 200);
    for _ in 0..2 {
        let live = daily(centre.state(), date(TODAY)).await.unwrap();
        assert_eq!((live.run, live.live), (first.run, true));
        assert_eq!(live.total.sales.amount, Yen::new(1_500));
    }
    let mut unit = centre.state().store.snapshot().await.unwrap();
    assert_eq!(unit.runs(centre.state().tenant(), 10).await.unwrap().len(), 1);
    drop(unit);
    // What a recorded run says is what a reader saw live.
    let live = daily(centre.state(), date(TODAY)).await.unwrap();
    let run = reconcile(centre.state(), date(TODAY), "test").await.unwrap();
    let recorded = daily(centre.state(), date(TODAY)).await.unwrap();
    assert_eq!((recorded.live, recorded.run), (false, run.run));
    assert_eq!((recorded.total, recorded.reasons), (live.total, live.reasons));
}

#[tokio::test]
async fn a_statement_decides_an_unknown_once() {
    let centre = Centre::set_up().await;
    let mut counter = day(&centre, true).await;
    take(&centre, "card", "card.csv", card_statement()).await;
    let first = reconcile(centre.state(), date(TODAY), "test").await.unwrap();
    assert!(first.recorded && first.decisions == 1, "{first:?}");
    let again = reconcile(centre.state(), date(TODAY), "test").await.unwrap();
    assert_eq!((again.run, again.recorded), (first.run, false), "the same input is not recorded twice");
    take(&centre, "paypay", "paypay.csv", paypay(TODAY)).await;
    let third = reconcile(centre.state(), date(TODAY), "test").await.unwrap();
    assert!(third.recorded && third.run > first.run, "{third:?}");

    let inbox: InboxReply = read(centre.inbox(&counter, 0).await).await;
    assert_eq!(inbox.items.len(), 1, "told once");
    let item = inbox.items[0].item.clone();
    let InboxItem::AttemptCharged { attempt, approval, evidence } = item.clone() else { panic!("{item:?}") };
    assert_eq!((attempt, approval.settled_amount), (attempt_id(9), Some(Yen::new(300))));
    assert!(matches!(&evidence, Evidence::Statement { row: 2, .. }), "{evidence:?}");
    let nothing: InboxReply = read(centre.inbox(&counter, 1).await).await;
    assert!(nothing.items.is_empty());

    // The counter journals the decision: from then on nothing is in doubt.
    let before = counter.entries.len();
    counter.write(centre.now(), Event::InboxReceived { number: 1, item });
    let outcome = Outcome::Approved(approval);
    counter.write(centre.now(), Event::PaymentResolved { attempt, outcome, evidence });
    assert_eq!(centre.deliver(&counter, &counter.entries[before..]).await.status(), 200);
    let report = daily(centre.state(), date(TODAY)).await.unwrap();
    assert!(report.unknowns.is_empty(), "{:?}", report.unknowns);
    assert_eq!(report.total.unknown.count, 0);
}

#[tokio::test]
async fn the_report_is_served_as_json_and_csv() {
    let centre = Centre::set_up().await;
    let link = centre.server.first_login_link().unwrap().rsplit('/').next().unwrap().to_owned();
    let password = "長くて覚えやすい合言葉";
    let first = auth::claim_first_link(centre.state(), &link, "kanri", "管理者", password).await;
    assert!(first.is_ok());
    day(&centre, true).await;
    let session = auth::login(centre.state(), IpAddr::V4(Ipv4Addr::LOCALHOST), "kanri", password).await;
    let cookie = session.unwrap_or_else(|error| panic!("{error}")).into_cookie().stripped().to_string();
    for (query, status, kind) in [
        ("date=2026-11-18", 200, "application/json"),
        ("date=2026-11-18&format=csv", 200, "text/csv; charset=utf-8"),
        ("date=2026-11-18&format=csv_cp932", 200, "text/csv; charset=windows-31j"),
        ("date=2026-13-18", 400, "application/problem+json"),
        ("date=2026-11-18&format=pdf", 400, "application/problem+json"),
        ("", 400, "application/problem+json"),
    ] {
        let url = centre.url(&format!("{}?{query}", recon_server::api::PATH_DAILY_REPORT));
        let response = centre.http.get(url).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(response.status(), status, "{query}");
        assert_eq!(response.headers()["content-type"], kind, "{query}");
    }
    for path in ["/healthz", "/readyz", "/metrics", "/api/openapi.json"] {
        assert_eq!(centre.http.get(centre.url(path)).send().await.unwrap().status(), 200, "{path}");
    }
    let metrics = centre.http.get(centre.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("recon_entries_appended_total"), "{metrics}");
}
