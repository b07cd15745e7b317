//! Refunds after the close: two persons, one number, and a sentence for every rule that refuses.

use domain::{money::Yen, refund::RefundLane, time::FiscalYear};
use recon_server::jobs::{
    refund::{
        self, Lanes, NewRefund, Refund, RefundError, RefundRefusal, decide, list, refundable, request,
        waiting,
    },
    second_person::Decision,
};
use store::refunds::{RefundId, RefundWay};

use crate::{
    journal_day::day,
    support::{Centre, TODAY, date, sale_id},
    support_files::at,
};

const ASKER: &str = "kaikei-1";
const DECIDER: &str = "kaikei-2";
/// Of the day: cash 600, a wallet 300, cash 300 taken back.
const CASH: u128 = 1;
const WALLET: u128 = 2;
const VOIDED: u128 = 3;

/// A wish for ¥300 of a sale, by bank transfer on [`TODAY`].
fn wish(centre: &Centre, sale: u128) -> NewRefund {
    NewRefund {
        refund: refund::new_id(centre.state()).unwrap(),
        sale: sale_id(sale),
        amount: Yen::new(300),
        ground: " 誤徴収のため ".to_owned(),
        way: RefundWay::BankTransfer,
        refunded_on: date(TODAY),
    }
}

fn approve() -> Decision {
    Decision { approved: true, note: String::new() }
}

fn refused<T: std::fmt::Debug>(result: Result<T, RefundError>) -> RefundRefusal {
    match result {
        Err(RefundError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn audit(centre: &Centre) -> Vec<(String, String, String)> {
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let rows = unit.audit_rows(centre.state().tenant(), None, 50).await.unwrap();
    rows.into_iter()
        .map(|row| (row.entry.action, row.entry.actor, row.entry.subject))
        .filter(|(action, ..)| action.starts_with("refund."))
        .collect()
}

#[tokio::test]
async fn one_asks_another_approves_and_the_number_has_no_gap() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    let new = NewRefund { way: RefundWay::Acquirer, ..wish(&centre, WALLET) };
    let asked = request(centre.state(), ASKER, new.clone()).await.unwrap();
    assert_eq!((asked.row.number, asked.row.ground.as_str()), (None, "誤徴収のため"));
    assert_eq!(asked.row.contract.as_ref().map(|contract| contract.as_str()), Some("paypay"));
    assert_eq!(asked.lanes, Lanes::One { lane: RefundLane::FromRevenue { year: FiscalYear(2026) } });
    assert_eq!(waiting(centre.state()).await.unwrap(), std::slice::from_ref(&asked));

    let approved = decide(centre.state(), DECIDER, new.refund, approve()).await.unwrap();
    assert_eq!(approved.row.number, Some(1));
    let rejected = request(centre.state(), ASKER, wish(&centre, CASH)).await.unwrap();
    let sent_back =
        Decision { approved: false, note: "根拠の書類を添えてください。".to_owned() };
    let rejected = decide(centre.state(), DECIDER, rejected.row.refund, sent_back).await.unwrap();
    assert_eq!((rejected.row.number, rejected.row.is_rejected()), (None, true));
    let second = request(centre.state(), ASKER, wish(&centre, CASH)).await.unwrap();
    let second = decide(centre.state(), DECIDER, second.row.refund, approve()).await.unwrap();
    assert_eq!(second.row.number, Some(2), "what was sent back has no number");

    let rows: Vec<Refund> = list(centre.state(), date(TODAY), date(TODAY)).await.unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows.contains(&approved) && rows.contains(&rejected) && rows.contains(&second));
    assert!(waiting(centre.state()).await.unwrap().is_empty());
    let said: Vec<_> = audit(&centre).await.into_iter().map(|(action, actor, _)| (action, actor)).collect();
    let expected = [
        ("refund.approved", DECIDER),
        ("refund.requested", ASKER),
        ("refund.rejected", DECIDER),
        ("refund.requested", ASKER),
        ("refund.approved", DECIDER),
        ("refund.requested", ASKER),
    ];
    assert_eq!(said, expected.map(|(action, actor)| (action.to_owned(), actor.to_owned())));
}

#[tokio::test]
async fn a_repeated_id_returns_the_first_answer() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    let new = wish(&centre, CASH);
    let first = request(centre.state(), ASKER, new.clone()).await.unwrap();
    centre.clock.set(at(TODAY, 19, 0, 0));
    assert_eq!(request(centre.state(), ASKER, new.clone()).await.unwrap(), first);
    let other = NewRefund { amount: Yen::new(200), ..new.clone() };
    assert_eq!(refused(request(centre.state(), ASKER, other).await), RefundRefusal::OtherRequest);
    assert_eq!(refused(request(centre.state(), DECIDER, new.clone()).await), RefundRefusal::OtherRequest);

    let decided = decide(centre.state(), DECIDER, new.refund, approve()).await.unwrap();
    assert_eq!(decide(centre.state(), DECIDER, new.refund, approve()).await.unwrap(), decided);
    let back = Decision { approved: false, note: "やはり不要".to_owned() };
    let changed = decide(centre.state(), DECIDER, new.refund, back).await;
    assert_eq!(refused(changed), RefundRefusal::AlreadyDecided);
    assert_eq!(request(centre.state(), ASKER, new).await.unwrap(), decided, "with its decision by now");
    assert_eq!(audit(&centre).await.len(), 2, "a repetition leaves no second line");
}

#[tokio::test]
async fn what_is_waiting_takes_its_part_of_the_sale() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    let part = |yen| NewRefund { amount: Yen::new(yen), ..wish(&centre, CASH) };
    request(centre.state(), ASKER, part(250)).await.unwrap();
    let too_much = request(centre.state(), ASKER, part(351)).await;
    assert_eq!(refused(too_much), RefundRefusal::Amount(Yen::new(350)));
    let rest = request(centre.state(), ASKER, part(350)).await.unwrap();
    assert_eq!(refused(request(centre.state(), ASKER, part(1)).await), RefundRefusal::NothingLeft);
    let left = refundable(centre.state(), sale_id(CASH)).await.unwrap().unwrap();
    assert_eq!(
        (left.remaining, left.refusal, left.refunds.len()),
        (Yen::ZERO, Some(RefundRefusal::NothingLeft), 2)
    );
    let back = Decision { approved: false, note: "金額を確かめてください".to_owned() };
    decide(centre.state(), DECIDER, rest.row.refund, back).await.unwrap();
    let left = refundable(centre.state(), sale_id(CASH)).await.unwrap().unwrap();
    assert_eq!((left.remaining, left.refusal), (Yen::new(350), None), "sent back, it takes nothing");
    assert_eq!(refundable(centre.state(), sale_id(77)).await.unwrap(), None);
}

#[tokio::test]
async fn each_rule_refuses_with_its_sentence() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    let good = || wish(&centre, CASH);
    let yesterday = date(TODAY).plus_days(-1);
    let tomorrow = date(TODAY).plus_days(1);
    for (new, refusal) in [
        (NewRefund { sale: sale_id(77), ..good() }, RefundRefusal::NoSale),
        (NewRefund { sale: sale_id(VOIDED), ..good() }, RefundRefusal::Voided),
        (NewRefund { amount: Yen::ZERO, ..good() }, RefundRefusal::Amount(Yen::new(600))),
        (NewRefund { amount: Yen::new(-1), ..good() }, RefundRefusal::Amount(Yen::new(600))),
        (NewRefund { amount: Yen::new(601), ..good() }, RefundRefusal::Amount(Yen::new(600))),
        (NewRefund { refunded_on: yesterday, ..good() }, RefundRefusal::BeforePayment(date(TODAY))),
        (NewRefund { refunded_on: tomorrow, ..good() }, RefundRefusal::InFuture(tomorrow)),
        (NewRefund { ground: "　 ".to_owned(), ..good() }, RefundRefusal::Ground),
        (NewRefund { ground: "あ".repeat(201), ..good() }, RefundRefusal::Ground),
        (NewRefund { ground: "カード 4111 1111 1111 1111".to_owned(), ..good() }, RefundRefusal::CardNumber),
        (NewRefund { way: RefundWay::Acquirer, ..good() }, RefundRefusal::NoAcquirer("現金")),
    ] {
        let found = refused(request(centre.state(), ASKER, new).await);
        assert_eq!(found, refusal);
        assert!(found.to_string().ends_with('。'), "{found}");
    }
    assert!(audit(&centre).await.is_empty(), "a refusal leaves nothing");

    let asked = request(centre.state(), ASKER, good()).await.unwrap().row.refund;
    let wordless = Decision { approved: false, note: " ".to_owned() };
    let nobody = RefundId(uuid::Uuid::from_u128(1));
    for (actor, refund, decision, refusal) in [
        (ASKER, asked, approve(), RefundRefusal::SamePerson),
        (DECIDER, asked, wordless, RefundRefusal::Note),
        (DECIDER, nobody, approve(), RefundRefusal::NoRefund),
    ] {
        assert_eq!(refused(decide(centre.state(), actor, refund, decision).await), refusal);
    }
    assert_eq!(waiting(centre.state()).await.unwrap().len(), 1, "still waiting for another person");
}

#[tokio::test]
async fn before_the_close_the_counter_voids() {
    let centre = Centre::set_up().await;
    let mut counter = day(&centre, false).await;
    let found = refused(request(centre.state(), ASKER, wish(&centre, CASH)).await);
    assert_eq!(found, RefundRefusal::DayOpen(date(TODAY)));
    assert!(found.to_string().contains("当日中は窓口で取消してください"), "{found}");
    let sent = counter.entries.len();
    crate::journal_day::close(&mut counter, TODAY);
    assert_eq!(centre.deliver(&counter, &counter.entries[sent..]).await.status(), 200);
    request(centre.state(), ASKER, wish(&centre, CASH)).await.unwrap();
}

/// papers.md 2, C7 (2): once the accounts of the receipt's year are closed, the money is this year's expenditure.
#[tokio::test]
async fn the_lane_follows_from_the_dates() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    centre.clock.set(at("2027-06-03", 9, 0, 0));
    let new = NewRefund { refunded_on: date("2027-06-03"), ..wish(&centre, CASH) };
    let asked = request(centre.state(), ASKER, new).await.unwrap();
    assert_eq!(asked.lanes, Lanes::One { lane: RefundLane::AsExpenditure { year: FiscalYear(2027) } });
    let decided = decide(centre.state(), DECIDER, asked.row.refund, approve()).await.unwrap();
    assert_eq!((decided.row.number, decided.row.number_year()), (Some(1), Some(FiscalYear(2027))));
}
