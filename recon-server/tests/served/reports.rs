//! One day from the journal to the report: reconciled once, decided once, the same bytes every time.

use std::net::{IpAddr, Ipv4Addr};

use domain::{
    cash::CashCount,
    event::Event,
    id::ReceiptNumber,
    inbox::InboxItem,
    method::Method,
    money::Yen,
    payment::{AttemptKind, Doubt, DoubtCause, Evidence, Outcome, Phase},
    sale::{Line, Payment, Standing},
    settlement::{CashPosition, Settlement},
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
    support::{Centre, Counter, TODAY, attempt_id, date, operator, read, sale_id},
    support_files::{at, bank, paypay, profile, row},
};

fn line(counter: &Counter, quantity: u32) -> Line {
    let Some(Event::CounterEnrolled { profile, .. }) =
        counter.entries.first().map(|entry| journal::payload::read(entry).unwrap().event)
    else {
        panic!("the first entry enrols")
    };
    let item = profile.price_lists[0].items[0].clone();
    Line {
        amount: item.price.checked_mul(quantity).unwrap(),
        item: item.code,
        name: item.name,
        quantity,
        unit_price: item.price,
        group: false,
        exemption: None,
        visitor_category: None,
        account: item.account,
        section: item.section,
        owner: item.owner,
        tax: item.tax,
    }
}

fn cash(amount: Yen) -> Payment {
    Payment {
        method: Method::Cash,
        route: "cash".parse().unwrap(),
        brand: None,
        contract: None,
        attempt: None,
        amount,
        tendered: Some(amount),
        change: Some(Yen::ZERO),
        standing: Standing::Confirmed,
        terminal_id: None,
        slip_number: None,
        approval_code: None,
        sheet_number: None,
        payer_digits: None,
    }
}

fn wallet(amount: Yen, digits: &str) -> Payment {
    Payment {
        method: Method::CodeStatic,
        route: "jpqr".parse().unwrap(),
        brand: Some("paypay".parse().unwrap()),
        contract: Some("paypay".parse().unwrap()),
        attempt: Some(attempt_id(2)),
        tendered: None,
        change: None,
        standing: Standing::Provisional,
        sheet_number: Some("P0001".to_owned()),
        payer_digits: Some(digits.to_owned()),
        ..cash(amount)
    }
}

fn sell(counter: &mut Counter, number: u32, minute: i8, payment: Payment) {
    let when = at(TODAY, 10, minute, 3);
    let lines = vec![line(counter, u32::try_from(payment.amount.get() / 300).unwrap())];
    counter.write(
        when,
        Event::SaleCompleted {
            sale: sale_id(number.into()),
            receipt_number: ReceiptNumber {
                counter: counter.id.counter.clone(),
                incarnation: counter.id.incarnation,
                number,
            },
            business_day: date(TODAY),
            payment_date: date(TODAY),
            paid_at: when,
            total: payment.amount,
            lines,
            payment,
        },
    );
}

/// A card payment of ¥300 whose end nobody saw.
fn unknown_card(counter: &mut Counter) {
    let when = at(TODAY, 10, 20, 0);
    let attempt = attempt_id(9);
    counter.write(
        when,
        Event::PaymentRequested {
            attempt,
            sale: sale_id(9),
            sequence_number: 1,
            kind: AttemptKind::Sales,
            method: Method::Credit,
            route: "card".parse().unwrap(),
            contract: Some("card".parse().unwrap()),
            brand: Some("visa".parse().unwrap()),
            amount: Yen::new(300),
            business_day: date(TODAY),
            repeat_reason: None,
        },
    );
    let partial = domain::payment::Approval {
        terminal_id: Some("T0001".to_owned()),
        slip_number: Some("00077".to_owned()),
        ..Default::default()
    };
    let doubt = Doubt {
        phase: Phase::AtCentre,
        cause: DoubtCause::LineCut,
        detail: "connection reset".to_owned(),
        partial: Some(partial),
    };
    counter.write(when, Event::PaymentConcluded { attempt, outcome: Outcome::Unknown(doubt) });
}

fn close(counter: &mut Counter) {
    let settlement = Settlement {
        date: date(TODAY),
        cut: 1,
        methods: Vec::new(),
        items: Vec::new(),
        visitors: Vec::new(),
        cash: CashPosition::default(),
        terminal_totals: Vec::new(),
        terminal_differences: Vec::new(),
        unknowns: Vec::new(),
        receipts: None,
        voided_receipts: Vec::new(),
        late: Vec::new(),
    };
    let chain_head = counter.head.hash.to_hex();
    counter.write(at(TODAY, 17, 15, 0), Event::CounterClosed { settlement, reason: None, chain_head });
}

/// Opened, a cash sale of 600, one of 300 taken back, a wallet sale of 300, a card payment in doubt; closed if said so.
async fn day(centre: &Centre, closed: bool) -> Counter {
    let mut counter = centre.counter().await;
    counter.write(
        at(TODAY, 9, 5, 0),
        Event::BusinessDayOpened {
            date: date(TODAY),
            cut: 1,
            operator: operator(),
            float: CashCount::new([(1_000, 30)]).unwrap(),
        },
    );
    sell(&mut counter, 1, 1, cash(Yen::new(600)));
    sell(&mut counter, 2, 5, wallet(Yen::new(300), "4821"));
    sell(&mut counter, 3, 9, cash(Yen::new(300)));
    counter.write(
        at(TODAY, 10, 12, 0),
        Event::SaleVoided {
            sale: sale_id(3),
            receipt_number: ReceiptNumber {
                counter: counter.id.counter.clone(),
                incarnation: counter.id.incarnation,
                number: 3,
            },
            business_day: date(TODAY),
            payment: cash(Yen::new(300)),
            reason: "通数の間違い".to_owned(),
            attempt: None,
        },
    );
    unknown_card(&mut counter);
    if closed {
        close(&mut counter);
    }
    centre.clock.set(at(TODAY, 18, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    counter
}

async fn take(centre: &Centre, source: &str, name: &str, bytes: Vec<u8>) {
    let upload = Upload {
        source: source.parse().unwrap(),
        name: name.to_owned(),
        bytes,
        period: (source != "bank").then(|| (date(TODAY), date(TODAY))),
        uploader: "test".to_owned(),
    };
    let outcome = import(centre.state(), upload).await.unwrap();
    assert!(matches!(outcome, ImportOutcome::Accepted { .. }), "{outcome:?}");
}

fn card_statement() -> Vec<u8> {
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
