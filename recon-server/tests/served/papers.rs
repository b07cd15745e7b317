//! The month and the four papers as they are served: figures from the tap to the bank line, every form, every refusal.

use std::net::{IpAddr, Ipv4Addr};

use domain::{
    event::{Event, OverpaymentCause},
    money::Yen,
    payment::{Evidence, Outcome},
    time::CivilDate,
};
use formats::statement::write_statement;
use recon_server::{
    api::{PATH_CASHLESS, PATH_CONTRACT_SHEET, PATH_DAY_SHEET, PATH_DEPOSITS},
    auth,
    jobs::{
        month::{MixKind, YearMonth, monthly, to_json},
        papers::{self, render},
        refund::{NewRefund, decide, new_id, request},
        report,
        second_person::Decision,
    },
};
use store::refunds::RefundWay;

use crate::{
    journal_day::{cash, close, day, open, sell, unknown_card, wallet},
    reports::{take, take_for},
    support::{COUNTER, Centre, Counter, TODAY, attempt_id, date, sale_id},
    support_files::{at, bank, paypay, profile, row},
};

const DAY: &str = "2026-11-30";
const PAID: &str = "2026-12-01";

fn november() -> YearMonth {
    "2026-11".parse().unwrap()
}

fn yen(amount: i64) -> Yen {
    Yen::new(amount)
}

/// Cash 600 and PayPay 300 on the last of November, statement and bank file here on the next day.
async fn whole() -> (Centre, Counter) {
    let centre = Centre::set_up().await;
    centre.clock.set(at(DAY, 9, 0, 0));
    let mut counter = centre.counter().await;
    open(&mut counter, DAY);
    sell(&mut counter, DAY, 1, 1, cash(yen(600)));
    sell(&mut counter, DAY, 2, 5, wallet(yen(300), "4821"));
    close(&mut counter, DAY);
    centre.clock.set(at(PAID, 20, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    let sold = row("取引完了", at(DAY, 10, 5, 11), 300, "04000000000000004821");
    let statement = write_statement(&profile("paypay_for_business"), &[sold]).unwrap();
    take_for(&centre, "paypay", "november.csv", statement, ("2026-11-01", DAY)).await;
    take(&centre, "bank", "bank.txt", bank(PAID, &[(295, "ﾍﾟｲﾍﾟｲ(ｶ")])).await;
    (centre, counter)
}

/// What the counter did on other days of the month does not exist: it was enrolled on the last one.
#[tokio::test]
async fn a_whole_month_from_the_tap_to_the_bank_line() {
    let (centre, _) = whole().await;
    let first = monthly(centre.state(), november(), Some(date(PAID))).await.unwrap();
    assert_eq!((&*first.verdict_ja, first.reasons.as_slice()), ("一致", [].as_slice()));
    assert_eq!((first.mix.gross, first.mix.total), (yen(900), yen(900)));
    let code = first.mix.rows.iter().find(|row| row.kind == MixKind::Code).unwrap();
    assert_eq!((code.count, code.yen, code.percent.as_str()), (1, yen(300), "33.3"));
    assert_eq!(first.days.len(), 30);
    let paypay = first.contracts.iter().find(|contract| contract.contract.as_str() == "paypay").unwrap();
    assert_eq!((&*paypay.verdict_ja, &*paypay.grade_ja, paypay.sales.amount), ("一致", "明細", yen(300)));

    // Another run over the same facts, by another hand and later, writes the same bytes.
    centre.clock.set(at("2026-12-02", 8, 0, 0));
    recon_server::jobs::reconcile::reconcile(centre.state(), date("2026-12-02"), "test").await.unwrap();
    let again = monthly(centre.state(), november(), Some(date(PAID))).await.unwrap();
    assert_eq!(to_json(&again).unwrap(), to_json(&first).unwrap());
}

#[tokio::test]
async fn the_four_papers_of_a_whole_month() {
    let (centre, _) = whole().await;
    let state = centre.state();
    let counter = COUNTER.parse().unwrap();
    let sheet = papers::day_sheet(state, date(DAY), Some(&counter), None).await.unwrap().unwrap();
    assert_eq!((sheet.total.total, sheet.total.by_method.cash, sheet.total.paid), (yen(900), yen(600), 3));
    assert_eq!(sheet.month.total, yen(900));
    assert_eq!((sheet.receipts[0].first, sheet.receipts[0].last, sheet.receipts[0].gap_count), (1, 2, 0));
    assert_eq!(sheet.cuts[0].opened_by, "担当1");
    // This counter's close was written without figures, and the paper finds that out.
    assert!(sheet.reasons.iter().any(|reason| reason.contains("精算表の収納 0円")), "{:?}", sheet.reasons);

    let cashless = papers::cashless(state, date(DAY), None).await.unwrap();
    assert_eq!((cashless.sums.own.amount, cashless.sums.provisional.count), (yen(300), 0));
    assert_eq!(cashless.rows[0].difference, Some(Yen::ZERO), "no terminal, and the statement agrees");

    let contract = "paypay".parse().unwrap();
    let paper = papers::contract_sheet(state, &contract, date(DAY), None).await.unwrap().unwrap();
    assert_eq!(
        (paper.sheet.payout, paper.sheet.deposited, paper.verdict_ja.as_ref()),
        (yen(295), yen(295), "一致")
    );
    let note = &paper.table().notes[0];
    assert_eq!(note, "整理: 歳入 300、歳出 役務費 ▲5 = 295。");
    let none = papers::contract_sheet(state, &contract, date("2026-11-29"), None).await.unwrap();
    assert!(none.is_none(), "no closing on that day");

    let list = papers::deposits(state, None).await.unwrap();
    let row = list.rows.iter().find(|row| row.contract == contract).unwrap();
    assert_eq!((row.gross, row.deducted, row.deposited), (yen(300), yen(5), yen(295)));
    assert_eq!(list.verdict_ja, "一致");
    assert_eq!(list.rows[0].accounts, ["一般会計"]);
}

/// 戻出 stands in a lane of its own from the approval on, and changes no sum of the month of the sale.
#[tokio::test]
async fn a_refund_after_the_close_is_a_lane_of_its_own() {
    let (centre, _) = whole().await;
    let state = centre.state();
    let refund = new_id(state).unwrap();
    let new = NewRefund {
        refund,
        sale: sale_id(1),
        amount: yen(300),
        ground: "通数の誤り".to_owned(),
        way: RefundWay::BankTransfer,
        refunded_on: date(PAID),
    };
    request(state, "kaikei", new).await.unwrap();
    let december: YearMonth = "2026-12".parse().unwrap();
    let waiting = monthly(state, december, None).await.unwrap();
    assert_eq!((waiting.refunds.len(), waiting.refunded), (1, Yen::ZERO));
    assert!(waiting.reasons.iter().any(|reason| reason.sentence_ja.contains("決裁待ちが1件")));
    decide(state, "kacho", refund, Decision { approved: true, note: String::new() }).await.unwrap();
    let approved = monthly(state, december, None).await.unwrap();
    assert_eq!((approved.refunded, approved.refunds[0].number), (yen(300), Some(1)));
    assert_eq!(approved.refunds[0].lane_ja, "令和8年度 戻出（減額調定）");
    assert_eq!(approved.mix.gross, Yen::ZERO);
    let november = monthly(state, november(), None).await.unwrap();
    assert_eq!((november.mix.gross, november.refunded), (yen(900), Yen::ZERO));
}

/// In doubt by card, paid in cash meanwhile, then found charged: the acquirer owes it, and it is revenue of no month.
#[tokio::test]
async fn what_was_paid_twice_is_no_revenue() {
    let centre = Centre::set_up().await;
    let mut counter = centre.counter().await;
    open(&mut counter, TODAY);
    unknown_card(&mut counter);
    sell(&mut counter, TODAY, 9, 25, cash(yen(300)));
    let approval = domain::payment::Approval { settled_amount: Some(yen(300)), ..Default::default() };
    let attempt = attempt_id(9);
    let evidence = Evidence::Device { detail: "last result".to_owned() };
    let when = at(TODAY, 11, 0, 0);
    counter.write(when, Event::PaymentResolved { attempt, outcome: Outcome::Approved(approval), evidence });
    let cause = OverpaymentCause::PaidTwice;
    let (sale, amount) = (sale_id(9), yen(300));
    counter.write(when, Event::OverpaymentCaseOpened { attempt, sale, amount, cause });
    centre.clock.set(at(TODAY, 18, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    let month = monthly(centre.state(), november(), None).await.unwrap();
    assert_eq!(month.mix.gross, yen(300), "the cash; {:?}", month.mix);
    assert!(month.mix.notes.iter().any(|note| note.contains("過誤納")), "{:?}", month.mix.notes);
    let card = month.contracts.iter().find(|contract| contract.contract.as_str() == "card").unwrap();
    assert_eq!(card.sales.amount, yen(300), "what the acquirer took");
    let sheet = papers::day_sheet(centre.state(), date("2026-11-19"), None, None).await.unwrap().unwrap();
    assert_eq!(sheet.month.before, yen(300));
}

#[tokio::test]
async fn what_is_in_doubt_or_open_is_not_green() {
    let centre = Centre::set_up().await;
    day(&centre, false).await;
    let state = centre.state();
    let sheet = papers::day_sheet(state, date(TODAY), None, None).await.unwrap().unwrap();
    assert_eq!(sheet.verdict_ja, "未確定");
    assert_eq!((sheet.total.total, sheet.voids[0].figure.amount), (yen(900), yen(300)));
    assert_eq!(sheet.doubts.len(), 1);
    let month = monthly(state, november(), None).await.unwrap();
    assert_eq!((&*month.verdict_ja, month.unknowns.len()), ("未確定", 1));
    let unknown_counter = "nowhere".parse().unwrap();
    assert!(papers::day_sheet(state, date(TODAY), Some(&unknown_counter), None).await.unwrap().is_none());
}

/// An old month is looked at from the last day on which a run still records its first day, whatever is asked for.
#[tokio::test]
async fn an_old_month_never_loses_its_first_days() {
    let (centre, _) = whole().await;
    let later: CivilDate = date("2027-08-01");
    centre.clock.set(at("2027-08-01", 9, 0, 0));
    for as_of in [None, Some(later)] {
        let report = monthly(centre.state(), november(), as_of).await.unwrap();
        assert_eq!((report.mix.gross, report.as_of), (yen(900), date("2027-02-09")), "{as_of:?}");
    }
    let daily = report::daily_as_of(centre.state(), date(DAY), Some(date(PAID))).await.unwrap();
    assert_eq!((daily.as_of, daily.total.net.amount), (date(PAID), yen(900)));
}

#[tokio::test]
async fn month_and_papers_are_served_in_every_form_and_only_to_users() {
    let centre = Centre::set_up().await;
    let link = centre.server.first_login_link().unwrap().rsplit('/').next().unwrap().to_owned();
    let password = "長くて覚えやすい合言葉";
    assert!(auth::claim_first_link(centre.state(), &link, "kanri", "管理者", password).await.is_ok());
    day(&centre, true).await;
    take(&centre, "paypay", "paypay.csv", paypay(TODAY)).await;
    let session = auth::login(centre.state(), IpAddr::V4(Ipv4Addr::LOCALHOST), "kanri", password).await;
    let cookie = session.unwrap_or_else(|error| panic!("{error}")).into_cookie().stripped().to_string();
    let month = "/api/v1/reports/monthly/2026-11";
    let contract = format!("{PATH_CONTRACT_SHEET}?contract=paypay&closing=2026-11-30");
    let sheet = format!("{PATH_DAY_SHEET}?date={TODAY}&counter={COUNTER}");
    let cashless = format!("{PATH_CASHLESS}?date={TODAY}");
    let deposits = format!("{PATH_DEPOSITS}?as_of={TODAY}");
    for path in [format!("{month}?as_of={TODAY}"), contract, sheet, cashless, deposits] {
        for (format, kind) in [
            ("json", "application/json"),
            ("csv", "text/csv; charset=utf-8"),
            ("csv_cp932", "text/csv; charset=windows-31j"),
        ] {
            let url = centre.url(&format!("{path}&format={format}"));
            let response = centre.http.get(url).header("cookie", &cookie).send().await.unwrap();
            assert_eq!(
                (response.status().as_u16(), &response.headers()["content-type"]),
                (200, &kind.parse().unwrap()),
                "{path} {format}"
            );
        }
        let stranger = centre.http.get(centre.url(&path)).send().await.unwrap();
        assert_eq!(stranger.status(), 403, "{path}");
    }
    for (path, status) in [
        ("/api/v1/reports/monthly/2026-13".to_owned(), 400),
        (format!("{month}?format=pdf"), 400),
        (format!("{month}?day=1"), 400),
        (PATH_DAY_SHEET.to_owned(), 400),
        (format!("{PATH_DAY_SHEET}?date={TODAY}&counter=nowhere"), 404),
        (format!("{PATH_CONTRACT_SHEET}?contract=paypay&closing={TODAY}"), 404),
        (format!("{PATH_CONTRACT_SHEET}?contract=paypay"), 400),
        ("/api/v1/papers/unheard-of".to_owned(), 404),
    ] {
        let response = centre.http.get(centre.url(&path)).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
    }
}

/// Text, CSV and JSON of every paper of a day, byte for byte.
#[tokio::test]
async fn papers_are_written_as_they_always_were() {
    let (centre, _) = whole().await;
    let state = centre.state();
    let sheet = papers::day_sheet(state, date(DAY), None, None).await.unwrap().unwrap();
    insta::assert_snapshot!(
        "day_sheet_text",
        normal(&render::to_text(&sheet.table()), &sheet.cuts[0].close.as_ref().unwrap().chain_head)
    );
    let cashless = papers::cashless(state, date(DAY), None).await.unwrap();
    insta::assert_snapshot!("cashless_text", render::to_text(&cashless.table()));
    let contract = "paypay".parse().unwrap();
    let paper = papers::contract_sheet(state, &contract, date(DAY), None).await.unwrap().unwrap();
    insta::assert_snapshot!("contract_text", render::to_text(&paper.table()));
    insta::assert_snapshot!(
        "deposits_text",
        render::to_text(&papers::deposits(state, None).await.unwrap().table())
    );
    let report = monthly(state, november(), Some(date(PAID))).await.unwrap();
    insta::assert_snapshot!("month_text", recon_server::jobs::month::to_text(&report));
}

/// The chain's head depends on the counter's whole journal; the paper shows all of it.
fn normal(text: &str, chain_head: &str) -> String {
    assert!(text.contains(chain_head), "{text}");
    text.replace(chain_head, "(64 digits)")
}
