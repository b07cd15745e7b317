//! The evening and what outlives it: counting, totals, closing, late results, the clock.
#![expect(clippy::unwrap_used, reason = "helpers of a test")]

#[expect(dead_code, reason = "the builder serves other tests too")]
mod desk;

use desk::{Desk, approval, date, kinds};
use domain::{
    cash::CashCount,
    command::{Command, KeyedResult},
    event::{ClockDoubt, Event, UnknownExit},
    inbox::InboxItem,
    money::Yen,
    payment::{Evidence, QueryAnswer},
    refusal::Refusal,
    settlement::{Tally, TerminalBrandTotal, TotalsSource},
};

fn count(yen_100: u32) -> Command {
    Command::CountCash { count: CashCount::new([(1_000, 20), (500, 10), (100, yen_100)]).unwrap() }
}

#[test]
fn totals_are_typed_twice_and_must_agree() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("koseki", 1)]);
    let attempt = desk.pay(sale, "emoney");
    desk.ok(Command::KeyResult {
        attempt,
        result: KeyedResult::Approved { brand: "nanaco".parse().unwrap(), slip_number: "1".into() },
    });
    desk.ok(count(50));
    assert!(
        matches!(desk.try_do(Command::CloseCounter { reason: None }), Err(Refusal::ReasonNeeded(what)) if what.contains("日計のない端末"))
    );
    let total = |amount| {
        vec![TerminalBrandTotal {
            brand: "nanaco".parse().unwrap(),
            tally: Tally { count: 1, amount: Yen::new(amount) },
        }]
    };
    let typed = |first, second| Command::RecordTerminalTotals {
        route: "emoney".parse().unwrap(),
        source: TotalsSource::TypedTwice,
        first: total(first),
        second: total(second),
    };
    assert_eq!(desk.try_do(typed(450, 540)), Err(Refusal::TotalsDiffer));
    desk.ok(typed(540, 540));
    assert!(
        matches!(desk.try_do(Command::CloseCounter { reason: None }), Err(Refusal::ReasonNeeded(what)) if what.contains("合わないブランド"))
    );
    desk.ok(typed(450, 450));
    desk.ok(Command::CloseCounter { reason: None });
}

#[test]
fn x_and_z_are_the_same_figures() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("adult", 25)]);
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(10_000) });
    desk.ok(Command::CountCash { count: CashCount::new([(1_000, 26), (500, 10), (100, 50)]).unwrap() });
    let x = desk.try_do(Command::Inspect).unwrap();
    let z = desk.try_do(Command::CloseCounter { reason: None }).unwrap();
    let (Event::InspectionTaken { settlement: x }, Event::CounterClosed { settlement: z, .. }) =
        (&x[0], &z[0])
    else {
        panic!()
    };
    assert_eq!(x, z);
    assert_eq!((z.visitors[0].paid_group, z.net_total()), (25, Yen::new(6_000)));
}

#[test]
fn a_second_cut_of_the_same_day_gets_its_own_number() {
    let mut desk = Desk::open();
    desk.ok(count(50));
    desk.ok(Command::CloseCounter { reason: None });
    let open = desk.open_command();
    desk.ok(open);
    assert_eq!(desk.state.day.as_ref().unwrap().cut, 2);
}

#[test]
fn a_sale_that_waits_for_its_paper_is_settled_once() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin", 1)]);
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(300) });
    desk.ok(count(53));
    desk.ok(Command::CloseCounter { reason: None });
    assert!(desk.state.sales.contains_key(&sale), "its receipt is not printed yet");
    let open = desk.open_command();
    desk.ok(open);
    let figures = desk.figures();
    assert_eq!((figures.sales_total().count, figures.items.len(), figures.receipts), (0, 0, None));
}

#[test]
fn cash_for_a_sale_of_yesterday_is_in_todays_drawer() {
    let mut desk = Desk::open();
    let (sale, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    desk.ok(count(50));
    desk.ok(Command::CloseCounter { reason: Some("端末の日計が読めない".into()) });
    let open = desk.open_command();
    desk.ok(open);
    desk.ok(Command::ChooseUnknownExit { attempt, exit: UnknownExit::PaysAnotherWay });
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(300) });
    let figures = desk.figures();
    assert_eq!((figures.cash.takings, figures.late.len()), (Yen::new(300), 0));
    desk.ok(Command::VoidSale { sale, reason: "申請の取下げ".into() });
    assert_eq!(desk.figures().cash.takings, Yen::ZERO);
}

#[test]
fn what_became_known_at_night_stands_in_the_next_settlement() {
    let mut desk = Desk::open();
    let (_, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    desk.ok(count(50));
    desk.ok(Command::CloseCounter { reason: Some("端末の日計が読めない".into()) });
    let happened = QueryAnswer::Happened { approval: approval(300), detail: "receipt 45".into() };
    desk.ok(Command::RecordQueryAnswer { attempt, answer: happened });
    desk.now = desk.now.plus_ms(20 * 3_600 * 1_000);
    let open = desk.open_command();
    desk.ok(open);
    assert_eq!(desk.figures().late.len(), 1);
    desk.ok(count(50));
    desk.ok(Command::CloseCounter { reason: None });
    let open = desk.open_command();
    desk.ok(open);
    assert!(desk.figures().late.is_empty(), "once");
}

#[test]
fn a_doubt_outlives_its_day_and_comes_back_as_late() {
    let mut desk = Desk::open();
    let (sale, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    desk.ok(count(50));
    desk.ok(Command::CloseCounter { reason: Some("端末の日計が読めない".into()) });
    assert!(desk.state.sales.contains_key(&sale));
    desk.now = desk.now.plus_ms(20 * 3_600 * 1_000);
    let open = desk.open_command();
    desk.ok(open);
    let evidence = Evidence::Statement { file: "ab".repeat(32), row: 7, decided_by: "accountant-1".into() };
    let item = InboxItem::AttemptCharged { attempt, approval: approval(300), evidence };
    assert_eq!(
        desk.try_do(Command::ReceiveInbox { number: 2, item: item.clone() }),
        Err(Refusal::InboxGap { expected: 1 })
    );
    let events = desk.try_do(Command::ReceiveInbox { number: 1, item: item.clone() }).unwrap();
    assert_eq!(kinds(&events), ["inbox_received", "payment_resolved", "sale_completed", "print_requested"]);
    let Event::SaleCompleted { payment_date, .. } = &events[2] else { panic!() };
    assert_eq!(*payment_date, date("2026-07-31"), "the day on which the citizen paid");
    let figures = desk.figures();
    assert_eq!((figures.late.len(), figures.sales_total().count), (1, 0));
    assert_eq!(desk.try_do(Command::ReceiveInbox { number: 1, item }), Ok(Vec::new()));
}

#[test]
fn a_clock_that_steps_back_stops_the_opening_until_a_person_confirms() {
    let mut desk = Desk::enrolled();
    desk.now = desk.now.plus_ms(-120_000);
    assert_eq!(kinds(&desk.try_do(Command::Tick).unwrap()), ["clock_doubted"]);
    let open = desk.open_command();
    assert_eq!(desk.try_do(open.clone()), Err(Refusal::ClockInDoubt));
    desk.ok(Command::ConfirmClock { reason: "電波時計と一致".into() });
    desk.ok(open);
}

#[test]
fn small_drift_never_runs_a_journal_backwards() {
    let mut desk = Desk::open();
    desk.now = desk.now.plus_ms(-30_000);
    desk.sale(&[("jumin", 1)]);
    let times: Vec<_> = desk.journal.iter().map(|recorded| recorded.meta.at).collect();
    assert!(times.is_sorted());
}

#[test]
fn a_jump_ahead_is_doubted() {
    let mut desk = Desk::open();
    desk.now = desk.now.plus_ms(25 * 3_600 * 1_000);
    let events = desk.try_do(Command::Tick).unwrap();
    assert!(matches!(events[0], Event::ClockDoubted { doubt: ClockDoubt::JumpedAhead { .. } }));
}
