//! The rules of a counter's day, one case a test, through one builder. Numbers in names are worked cases of the papers.
#![expect(clippy::unwrap_used, reason = "helpers of a test")]

mod desk;

use desk::{Desk, approval, date, requests, silence};
use domain::{
    cash::CashCount,
    command::{Command, GroupOverride, KeyedResult, PrintReport},
    due::{Effect, due},
    event::{ClockDoubt, Event, OverpaymentCause, Paper, UnknownExit},
    inbox::InboxItem,
    method::Method,
    money::Yen,
    payment::{AttemptFact, Decline, Evidence, NotStartedWhy, Outcome, QueryAnswer},
    refusal::Refusal,
    sale::Standing,
    settlement::{Tally, TerminalBrandTotal, TotalsSource},
    state::{PrintState, SaleState},
};

fn kinds(events: &[Event]) -> Vec<String> {
    let word = |event: &Event| serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned();
    events.iter().map(word).collect()
}

#[test]
fn a_cash_sale_is_one_append_with_change_and_paper() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin", 2)]);
    let events = desk.try_do(Command::TakeCash { sale, tendered: Yen::new(1_000) }).unwrap();
    assert_eq!(kinds(&events), ["sale_completed", "print_requested"]);
    let Event::SaleCompleted { payment, total, receipt_number, .. } = &events[0] else { panic!() };
    assert_eq!((*total, payment.change), (Yen::new(600), Some(Yen::new(400))));
    assert_eq!(receipt_number.to_string(), "m1-1-000001");
    assert_eq!(desk.figures().cash.expected, Yen::new(30_600));
}

#[test]
fn too_little_and_far_too_much_cash_are_refused() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin", 1)]);
    for (tendered, refusal) in [
        (299, Refusal::TooLittleTendered),
        (-300, Refusal::TooLittleTendered),
        (1_000_000, Refusal::TooMuchTendered),
    ] {
        assert_eq!(desk.try_do(Command::TakeCash { sale, tendered: Yen::new(tendered) }), Err(refusal));
    }
}

#[test]
fn a_repeated_command_changes_nothing() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin", 1)]);
    let context = desk.context();
    let take = Command::TakeCash { sale, tendered: Yen::new(300) };
    assert_eq!(desk.try_with(&context, take.clone()).unwrap().len(), 2);
    assert_eq!(desk.try_with(&context, take), Ok(Vec::new()));
    assert_eq!(desk.figures().sales_total(), Tally { count: 1, amount: Yen::new(300) });
}

#[test]
fn groups_get_the_group_price_by_rule_or_by_a_reason() {
    let mut desk = Desk::open();
    for (people, group, unit) in [
        (19, None, 300),
        (20, None, 240),
        (20, Some(GroupOverride { group: false, reason: "別々の団体".into() }), 300),
        (5, Some(GroupOverride { group: true, reason: "学校行事の申請あり".into() }), 240),
    ] {
        let events =
            desk.try_do(Command::RegisterSale { lines: requests(&[("adult", people)]), group }).unwrap();
        let Event::SaleRegistered { lines, .. } = &events[0] else { panic!() };
        assert_eq!(lines[0].unit_price, Yen::new(unit), "{people} people");
    }
    let silent = Some(GroupOverride { group: true, reason: " ".into() });
    let refused = desk.try_do(Command::RegisterSale { lines: requests(&[("adult", 5)]), group: silent });
    assert!(matches!(refused, Err(Refusal::Text { .. })));
}

#[test]
fn a_free_issue_is_a_line_with_a_ground_and_takes_no_money() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin/nenkin", 2)]);
    assert_eq!(desk.try_do(Command::TakeCash { sale, tendered: Yen::new(0) }), Err(Refusal::NothingToPay));
    desk.ok(Command::IssueFree { sale });
    let figures = desk.figures();
    assert_eq!(figures.items[0].free_quantity, 2);
    assert!(figures.methods.is_empty());
    let paid = desk.sale(&[("jumin", 1)]);
    assert_eq!(desk.try_do(Command::IssueFree { sale: paid }), Err(Refusal::NotFree));
}

#[test]
fn c10_two_owners_never_share_a_payment() {
    let mut desk = Desk::open();
    let mixed = Command::RegisterSale { lines: requests(&[("jumin", 1), ("goods", 1)]), group: None };
    assert_eq!(desk.try_do(mixed), Err(Refusal::MixedOwners));
}

#[test]
fn a_barred_method_says_which_item() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("card", 1)]);
    let refused =
        desk.try_do(Command::RequestPayment { sale, route: "card".parse().unwrap(), repeat_reason: None });
    assert_eq!(refused, Err(Refusal::MethodBarred { item: "カード再交付".into(), method: Method::Credit }));
}

#[test]
fn a_card_sale_walks_from_intent_to_paper() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin", 2)]);
    let attempt = desk.pay(sale, "card");
    assert!(matches!(due(&desk.state)[..], [Effect::Authorize { amount, .. }] if amount == Yen::new(600)));
    desk.ok(Command::RecordFact { attempt, fact: AttemptFact::Sending });
    assert_eq!(due(&desk.state), [], "what was sent is never asked for again");
    desk.ok(Command::RecordFact {
        attempt,
        fact: AttemptFact::ResultSeen { code: "00".into(), approval: approval(600) },
    });
    let events =
        desk.try_do(Command::RecordOutcome { attempt, outcome: Outcome::Approved(approval(600)) }).unwrap();
    assert_eq!(kinds(&events), ["payment_concluded", "sale_completed", "print_requested"]);
    assert!(matches!(due(&desk.state)[..], [Effect::Print { .. }]));
}

#[test]
fn a_refusal_gives_the_sale_back() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin", 1)]);
    let attempt = desk.pay(sale, "card");
    let declined = Outcome::Declined(Decline { code: "6C".into(), text: "aborted".into() });
    desk.ok(Command::RecordOutcome { attempt, outcome: declined });
    assert_eq!(desk.sale_state(sale), SaleState::Open);
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(300) });
}

#[test]
fn an_approval_of_another_amount_is_a_doubt() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin", 1)]);
    let attempt = desk.pay(sale, "card");
    desk.ok(Command::RecordOutcome { attempt, outcome: Outcome::Approved(approval(30_000)) });
    assert!(desk.state.attempts[&attempt].in_doubt());
    assert_eq!(desk.sale_state(sale), SaleState::Paying(attempt));
}

#[test]
fn a_doubt_holds_its_sale_and_its_terminal_and_nothing_else() {
    let mut desk = Desk::open();
    let (held, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    assert_eq!(
        desk.try_do(Command::TakeCash { sale: held, tendered: Yen::new(300) }),
        Err(Refusal::SaleNotOpen)
    );
    let next = desk.sale(&[("koseki", 1)]);
    let by_card =
        |sale| Command::RequestPayment { sale, route: "card".parse().unwrap(), repeat_reason: None };
    assert_eq!(desk.try_do(by_card(next)), Err(Refusal::TerminalHeld));
    desk.ok(Command::TakeCash { sale: next, tendered: Yen::new(450) });
    desk.ok(Command::ReleaseTerminal { attempt, reason: "端末で前回取引なしを確認".into() });
    let same = desk.sale(&[("jumin", 1)]);
    assert_eq!(desk.try_do(by_card(same)), Err(Refusal::RepeatReasonNeeded));
    desk.ok(Command::RequestPayment {
        sale: same,
        route: "card".parse().unwrap(),
        repeat_reason: Some("別のお客様".into()),
    });
}

#[test]
fn a_doubt_ends_only_by_evidence() {
    let mut desk = Desk::open();
    let (sale, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    assert!(matches!(due(&desk.state)[..], [Effect::Query { .. }]));
    let tell = |answer| Command::RecordQueryAnswer { attempt, answer };
    let cannot = QueryAnswer::CannotTell { detail: "other receipt".into() };
    assert_eq!(kinds(&desk.try_do(tell(cannot.clone())).unwrap()), ["query_unanswered"]);
    assert_eq!(desk.try_do(tell(cannot)), Ok(Vec::new()), "the same answer is not written twice");
    assert_eq!(desk.try_do(Command::RecordOutcome { attempt, outcome: silence() }), Ok(Vec::new()));
    let happened = QueryAnswer::Happened { approval: approval(300), detail: "receipt 45".into() };
    let events = desk.try_do(tell(happened)).unwrap();
    assert_eq!(kinds(&events), ["payment_resolved", "sale_completed", "print_requested"]);
    assert_eq!(desk.sale_state(sale), SaleState::Completed);
}

#[test]
fn the_terminal_says_that_nothing_happened() {
    let mut desk = Desk::open();
    let (sale, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    let answer = QueryAnswer::DidNotHappen { detail: "last receipt is an earlier one".into() };
    desk.ok(Command::RecordQueryAnswer { attempt, answer });
    assert_eq!(desk.sale_state(sale), SaleState::Open);
    assert_eq!(desk.figures().sales_total().count, 0);
}

#[test]
fn a_person_decides_only_with_a_ground() {
    let mut desk = Desk::open();
    let (_, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    let decide = |basis: &str| Command::ResolveByPerson {
        attempt,
        charged: true,
        basis: basis.into(),
        brand: Some("jcb".parse().unwrap()),
        slip_number: Some("0107".into()),
    };
    assert!(matches!(desk.try_do(decide("")), Err(Refusal::Text { .. })));
    assert!(matches!(desk.try_do(decide("4111 1111 1111 1111")), Err(Refusal::Text { .. })));
    let events = desk.try_do(decide("端末の売上票控えを確認")).unwrap();
    let Event::PaymentResolved { evidence: Evidence::Person { .. }, .. } = &events[0] else { panic!() };
    let Event::SaleCompleted { payment, .. } = &events[1] else { panic!() };
    assert_eq!(payment.standing, Standing::Provisional);
    assert_eq!(desk.try_do(decide("もう一度")), Err(Refusal::AttemptNotInDoubt));
}

#[test]
fn paying_another_way_and_both_charged_opens_a_case_by_itself() {
    let mut desk = Desk::open();
    let (sale, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    desk.ok(Command::ChooseUnknownExit { attempt, exit: UnknownExit::PaysAnotherWay });
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(300) });
    let happened = QueryAnswer::Happened { approval: approval(300), detail: "receipt 45".into() };
    let events = desk.try_do(Command::RecordQueryAnswer { attempt, answer: happened }).unwrap();
    assert_eq!(kinds(&events), ["payment_resolved", "overpayment_case_opened"]);
    assert_eq!(desk.state.overpayments[0].cause, OverpaymentCause::PaidTwice);
    assert_eq!(desk.figures().sales_total().count, 1, "revenue counts once");
}

#[test]
fn a_citizen_who_leaves_takes_a_certificate() {
    let mut desk = Desk::open();
    let (_, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    let events =
        desk.try_do(Command::ChooseUnknownExit { attempt, exit: UnknownExit::TakesHeldCertificate }).unwrap();
    assert!(matches!(events[1], Event::PrintRequested { paper: Paper::HeldCertificate { .. }, .. }));
}

#[test]
fn an_unlinked_terminal_is_keyed_and_provisional() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("koseki", 1)]);
    let attempt = desk.pay(sale, "emoney");
    assert_eq!(due(&desk.state), [], "no device is asked");
    let key = |brand: &str, slip: &str| Command::KeyResult {
        attempt,
        result: KeyedResult::Approved { brand: brand.parse().unwrap(), slip_number: slip.into() },
    };
    assert!(matches!(desk.try_do(key("visa", "1")), Err(Refusal::BrandNotTaken(_))));
    assert!(matches!(desk.try_do(key("nanaco", "")), Err(Refusal::Text { .. })));
    desk.ok(key("nanaco", "00123"));
    let row = &desk.figures().methods[0];
    assert_eq!((row.provisional.count, row.provisional.amount), (1, Yen::new(450)));
}

#[test]
fn c5_the_payer_types_a_wrong_amount_on_the_sheet() {
    for (shown, state, case) in [
        (300, SaleState::Completed, None),
        (200, SaleState::Open, Some(200)),
        (3_000, SaleState::Completed, Some(2_700)),
    ] {
        let mut desk = Desk::open();
        let sale = desk.sale(&[("jumin", 1)]);
        let attempt = desk.pay(sale, "sheet");
        let confirm = |sheet: &str, digits: &str| Command::ConfirmStaticCode {
            attempt,
            wallet: "paypay".parse().unwrap(),
            sheet_number: sheet.into(),
            payer_digits: digits.into(),
            shown_amount: Yen::new(shown),
        };
        assert_eq!(desk.try_do(confirm("S-9999", "4821")), Err(Refusal::SheetNotOurs("S-9999".into())));
        assert_eq!(desk.try_do(confirm("S-0001", "48２1")), Err(Refusal::PayerDigits));
        desk.ok(confirm("S-0001", "4821"));
        assert_eq!(desk.sale_state(sale), state, "{shown}");
        assert_eq!(desk.state.overpayments.first().map(|open| open.amount.get()), case, "{shown}");
        if state == SaleState::Completed {
            assert_eq!(
                desk.figures().sales_total().amount,
                Yen::new(300),
                "revenue is the fee, not what was typed"
            );
        }
    }
}

#[test]
fn a_frozen_phone_is_a_doubt_and_never_an_approval() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin", 1)]);
    let attempt = desk.pay(sale, "sheet");
    let wallet = "paypay".parse().unwrap();
    let approved = KeyedResult::Approved { brand: wallet, slip_number: "4821".into() };
    assert_eq!(desk.try_do(Command::KeyResult { attempt, result: approved }), Err(Refusal::UnknownRoute));
    desk.ok(Command::KeyResult { attempt, result: KeyedResult::CannotTell { brand: None } });
    assert!(desk.state.attempts[&attempt].in_doubt());
    assert_eq!(desk.sale_state(sale), SaleState::Paying(attempt));
}

#[test]
fn a_void_is_a_counter_entry_and_keeps_the_number() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("koseki", 1)]);
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(500) });
    let events = desk.try_do(Command::VoidSale { sale, reason: "申請の取下げ".into() }).unwrap();
    assert_eq!(kinds(&events), ["sale_voided", "print_requested"]);
    assert_eq!(desk.try_do(Command::VoidSale { sale, reason: "二度目".into() }), Err(Refusal::NotVoidable));
    let figures = desk.figures();
    assert_eq!(figures.methods[0].sales.amount, Yen::new(450), "gross stays");
    assert_eq!(figures.methods[0].voids.amount, Yen::new(450));
    assert_eq!(figures.net_total(), Yen::ZERO);
    assert_eq!(figures.voided_receipts.len(), 1);
    let next = desk.sale(&[("jumin", 1)]);
    desk.ok(Command::TakeCash { sale: next, tendered: Yen::new(300) });
    assert_eq!(desk.state.next_receipt, 3);
}

#[test]
fn a_card_void_is_an_attempt_with_four_outcomes() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin", 1)]);
    let attempt = desk.pay(sale, "card");
    desk.ok(Command::RecordOutcome { attempt, outcome: Outcome::Approved(approval(300)) });
    let void = |desk: &mut Desk| {
        domain::id::AttemptId(desk.ok(Command::VoidSale { sale, reason: "枚数違い".into() }).0)
    };
    let first = void(&mut desk);
    assert!(
        due(&desk.state).iter().any(|effect| matches!(effect, Effect::Authorize { original: Some(_), .. }))
    );
    desk.ok(Command::RecordOutcome {
        attempt: first,
        outcome: Outcome::Declined(Decline { code: "B4".into(), text: "already reversed".into() }),
    });
    assert_eq!(desk.sale_state(sale), SaleState::Completed, "a refused void leaves the sale");
    let second = void(&mut desk);
    desk.ok(Command::RecordFact { attempt: second, fact: AttemptFact::Sending });
    desk.ok(Command::RecordOutcome { attempt: second, outcome: silence() });
    assert_eq!(desk.sale_state(sale), SaleState::Voiding(second));
    desk.ok(Command::RecordQueryAnswer {
        attempt: second,
        answer: QueryAnswer::Happened { approval: approval(300), detail: "reversal".into() },
    });
    assert_eq!(desk.sale_state(sale), SaleState::Voided);
}

#[test]
fn a_restart_ends_what_was_in_a_devices_hands_by_its_last_durable_phase() {
    let mut desk = Desk::open();
    let queued = desk.sale(&[("jumin", 1)]);
    let attempt = desk.pay(queued, "card");
    desk.ok(Command::Start { version: "test".into() });
    assert_eq!(desk.sale_state(queued), SaleState::Open);
    assert!(matches!(
        &desk.state.attempts[&attempt].state,
        domain::state::AttemptState::Known(Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, .. })
    ));
    let sent = desk.pay(queued, "card");
    desk.ok(Command::RecordFact { attempt: sent, fact: AttemptFact::Sending });
    desk.ok(Command::Start { version: "test".into() });
    assert!(desk.state.attempts[&sent].in_doubt());
    assert!(matches!(due(&desk.state)[..], [Effect::Query { .. }]));
}

#[test]
fn one_print_at_a_time_and_never_a_second_original() {
    let mut desk = Desk::open();
    for _ in 0..2 {
        let sale = desk.sale(&[("jumin", 1)]);
        desk.ok(Command::TakeCash { sale, tendered: Yen::new(300) });
    }
    let job = |n| domain::id::PrintJobId(n);
    desk.ok(Command::ReportPrint { job: job(1), report: PrintReport::Started });
    assert_eq!(due(&desk.state), []);
    desk.ok(Command::ReportPrint {
        job: job(1),
        report: PrintReport::Unknown { reason: "応答なし".into(), may_still_print: true },
    });
    assert!(matches!(due(&desk.state)[..], [Effect::Print { job: next, .. }] if next == job(2)));
    let events = desk
        .try_do(Command::SettlePrint { job: job(1), again: true, note: "途中で切れていた".into() })
        .unwrap();
    assert!(matches!(events[1], Event::PrintRequested { paper: Paper::Receipt { copy: 1, .. }, .. }));
    desk.ok(Command::ReportPrint {
        job: job(2), report: PrintReport::Failed { reason: "用紙切れ".into() }
    });
    let events =
        desk.try_do(Command::SettlePrint { job: job(2), again: true, note: "紙を替えた".into() }).unwrap();
    assert!(matches!(events[1], Event::PrintRequested { paper: Paper::Receipt { copy: 0, .. }, .. }));
    assert!(matches!(desk.state.prints[&job(1)].state, PrintState::Settled(_)));
}

fn count(yen_100: u32) -> Command {
    Command::CountCash { count: CashCount::new([(1_000, 20), (500, 10), (100, yen_100)]).unwrap() }
}

#[test]
fn c9_a_surplus_is_explained_and_never_paid_in() {
    let mut desk = Desk::open();
    let sale = desk.sale(&[("jumin", 1)]);
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(300) });
    assert_eq!(desk.try_do(Command::CloseCounter { reason: None }), Err(Refusal::CashNotCounted));
    desk.ok(Command::CountCash {
        count: CashCount::new([(1_000, 20), (500, 10), (100, 53), (10, 2)]).unwrap(),
    });
    assert!(
        matches!(desk.try_do(Command::CloseCounter { reason: None }), Err(Refusal::ReasonNeeded(what)) if what.contains("20円過剰"))
    );
    let events =
        desk.try_do(Command::CloseCounter { reason: Some("釣銭の渡し不足の可能性".into()) }).unwrap();
    let Event::CounterClosed { settlement, .. } = &events[0] else { panic!() };
    assert_eq!((settlement.cash.difference, settlement.cash.pay_in), (Some(Yen::new(20)), Yen::new(300)));
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
fn c8_a_forgotten_close_comes_before_a_new_day() {
    let mut desk = Desk::open();
    let waiting = desk.sale(&[("jumin", 1)]);
    desk.now = desk.now.plus_ms(16 * 3_600 * 1_000);
    let next = Command::RegisterSale { lines: requests(&[("jumin", 1)]), group: None };
    assert_eq!(desk.try_do(next), Err(Refusal::YesterdayNotClosed(date("2026-07-31"))));
    assert_eq!(
        desk.try_do(Command::TakeCash { sale: waiting, tendered: Yen::new(300) }),
        Err(Refusal::YesterdayNotClosed(date("2026-07-31")))
    );
    let open = desk.open_command();
    assert_eq!(desk.try_do(open), Err(Refusal::YesterdayNotClosed(date("2026-07-31"))));
    desk.ok(Command::AbandonSale { sale: waiting, reason: "閉庁".into() });
    desk.ok(count(50));
    desk.ok(Command::CloseCounter { reason: None });
    let open = desk.open_command();
    desk.ok(open);
    assert_eq!(desk.state.day.as_ref().unwrap().date, date("2026-08-01"));
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
