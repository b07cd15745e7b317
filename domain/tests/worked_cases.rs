//! The worked cases of `papers.md` 2 that happen at a counter, with its numbers. C5 stands with the printed sheet
//! (`counter_day.rs`), the lanes of C7 with their rule (`refund.rs`).

#[expect(dead_code, reason = "the builder serves other tests too")]
mod desk;

use desk::{Desk, date, requests};
use domain::{
    cash::CashCount,
    command::Command,
    event::Event,
    money::Yen,
    refund::{RefundLane, refund_lane},
    refusal::Refusal,
    time::{FiscalYear, Timestamp},
};

const fn yen(amount: i64) -> Yen {
    Yen::new(amount)
}

#[test]
fn c7_before_the_settlement_it_is_a_void_and_after_it_a_refund() {
    let mut desk = Desk::open();
    let [early, late] = [(); 2].map(|()| {
        let sale = desk.sale(&[("koseki", 1)]);
        desk.ok(Command::TakeCash { sale, tendered: yen(450) });
        sale
    });
    let void = |sale| Command::VoidSale { sale, reason: "申請の取下げ".into() };
    desk.ok(void(early));
    desk.ok(Command::CountCash {
        count: CashCount::new([(1_000, 20), (500, 10), (100, 54), (50, 1)]).unwrap(),
    });
    desk.ok(Command::CloseCounter { reason: None });
    let open = desk.open_command();
    desk.ok(open);
    assert_eq!(desk.now.date(), date("2026-07-31"), "still the same civil date, in the second cut");
    assert_eq!(desk.try_do(void(late)), Err(Refusal::NotVoidable));
    let lane = refund_lane(date("2026-07-31"), desk.now.date());
    assert_eq!(lane, RefundLane::FromRevenue { year: FiscalYear(2026) });
}

#[test]
fn c8_a_forgotten_close_comes_before_a_new_day() {
    let mut desk = Desk::open_with_claims("2026-03-31");
    desk.now = Timestamp::from_jst(date("2026-03-31"), 16, 50, 0).unwrap();
    let waiting = desk.sale(&[("jumin", 1)]);
    desk.now = Timestamp::from_jst(date("2026-04-01"), 8, 40, 0).unwrap();
    let not_closed = Err(Refusal::YesterdayNotClosed(date("2026-03-31")));
    let next = Command::RegisterSale { lines: requests(&[("jumin", 1)]), group: None };
    assert_eq!(desk.try_do(next), not_closed);
    assert_eq!(desk.try_do(Command::TakeCash { sale: waiting, tendered: Yen::new(300) }), not_closed);
    assert_eq!(desk.try_do(Desk::claim(waiting, "voucher", "K-1")), not_closed);
    let open = desk.open_command();
    assert_eq!(desk.try_do(open), not_closed);
    desk.ok(Command::AbandonSale { sale: waiting, reason: "閉庁".into() });
    desk.ok(Command::CountCash { count: CashCount::new([(1_000, 20), (500, 10), (100, 50)]).unwrap() });
    desk.ok(Command::CloseCounter { reason: None });
    let open = desk.open_command();
    desk.ok(open);
    let sale = desk.sale(&[("jumin", 1)]);
    let events = desk.try_do(Command::TakeCash { sale, tendered: Yen::new(300) }).unwrap();
    let Event::SaleCompleted { business_day, payment_date, .. } = &events[0] else { panic!() };
    assert_eq!((*business_day, *payment_date), (date("2026-04-01"), date("2026-04-01")));
    assert_eq!(payment_date.fiscal_year().to_japanese(), "令和8年度");
    assert_eq!(date("2026-03-31").fiscal_year().to_japanese(), "令和7年度", "where the old day stays");
}

#[test]
fn c9_a_surplus_is_explained_and_never_paid_in() {
    let mut desk = Desk::open_with_claims("2026-07-15");
    for (lines, handed_over) in
        [(("koseki", 5), 2_250), (("jumin", 18), 6_000), (("inkan", 8), 2_400), (("zei", 4), 10_000)]
    {
        let sale = desk.sale(&[lines]);
        desk.ok(Command::TakeCash { sale, tendered: Yen::new(handed_over) });
    }
    for (item, number) in [("koseki", "A-45001"), ("jumin", "A-30001")] {
        let sale = desk.sale(&[(item, 1)]);
        desk.ok(Desk::security(sale, number));
    }
    assert_eq!(desk.try_do(Command::CloseCounter { reason: None }), Err(Refusal::CashNotCounted));
    desk.ok(Command::CountCash {
        count: CashCount::new([(10_000, 1), (1_000, 26), (500, 10), (100, 2), (50, 1), (10, 2)]).unwrap(),
    });
    assert!(
        matches!(desk.try_do(Command::CloseCounter { reason: None }), Err(Refusal::ReasonNeeded(what)) if what.contains("20円過剰"))
    );
    let events =
        desk.try_do(Command::CloseCounter { reason: Some("釣銭の渡し不足の可能性".into()) }).unwrap();
    let Event::CounterClosed { settlement, .. } = &events[0] else { panic!() };
    let cash = &settlement.cash;
    assert_eq!((cash.float, cash.takings, cash.expected), (yen(30_000), yen(11_250), yen(41_250)));
    assert_eq!((cash.counted, cash.difference), (Some(yen(41_270)), Some(yen(20))));
    assert_eq!((cash.pay_in, settlement.securities()), (yen(12_000), yen(750)), "not 12,020");
}

#[test]
fn c10_two_owners_never_share_a_payment() {
    let mut desk = Desk::open();
    let mixed = Command::RegisterSale { lines: requests(&[("jumin", 1), ("goods", 1)]), group: None };
    let refused = desk.try_do(mixed).unwrap_err();
    assert_eq!(refused, Refusal::MixedOwners);
    assert_eq!(
        refused.message_ja(),
        "収入の帰属が違うものを一回の支払にまとめられません。帰属ごとに分けて会計してください。"
    );
    assert!(desk.state.sales.is_empty(), "no card payment can ask for it");
    // A line of ¥0 carries nobody's money.
    desk.sale(&[("jumin/nenkin", 1), ("goods", 1)]);
}
