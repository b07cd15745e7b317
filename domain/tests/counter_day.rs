//! The rules of a counter's day, one case a test, through one builder. Numbers in names are worked cases of the papers.

#[expect(dead_code, reason = "the builder serves other tests too")]
mod desk;

use desk::{Desk, approval, kinds, requests, silence};
use domain::{
    command::{Command, GroupOverride, KeyedResult, PrintReport},
    due::{Effect, due},
    event::{Event, OverpaymentCause, Paper, UnknownExit},
    method::Method,
    money::Yen,
    payment::{AttemptFact, Decline, Evidence, NotStartedWhy, Outcome, QueryAnswer},
    refusal::Refusal,
    sale::Standing,
    settlement::Tally,
    state::{PrintState, SaleState},
};

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
fn a_person_who_finds_another_amount_charged_hides_none_of_it() {
    for (settled, state, case) in [(30_000, SaleState::Completed, 29_700), (3, SaleState::Open, 3)] {
        let mut desk = Desk::open();
        let sale = desk.sale(&[("jumin", 1)]);
        let attempt = desk.pay(sale, "card");
        desk.ok(Command::RecordOutcome { attempt, outcome: Outcome::Approved(approval(settled)) });
        desk.ok(Command::ResolveByPerson {
            attempt,
            charged: true,
            basis: "端末の売上票控えを確認".into(),
            brand: None,
            slip_number: None,
        });
        assert_eq!(desk.sale_state(sale), state, "{settled}");
        let open = &desk.state.overpayments[0];
        assert_eq!((open.amount, open.cause), (Yen::new(case), OverpaymentCause::SettledAmountDiffers));
    }
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

/// The page of a doubt may be an old one: pressed again after the citizen has paid in cash, the way out must not open the sale anew.
#[test]
fn paying_another_way_twice_never_takes_the_money_twice() {
    let mut desk = Desk::open();
    let (sale, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    let another_way = Command::ChooseUnknownExit { attempt, exit: UnknownExit::PaysAnotherWay };
    desk.ok(another_way.clone());
    assert_eq!(desk.try_do(another_way.clone()).unwrap(), [], "pressed again before paying");
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(300) });
    assert_eq!(desk.try_do(another_way), Err(Refusal::SaleNotOpen));
    let happened = QueryAnswer::Happened { approval: approval(300), detail: "receipt 45".into() };
    let events = desk.try_do(Command::RecordQueryAnswer { attempt, answer: happened }).unwrap();
    assert_eq!(kinds(&events), ["payment_resolved", "overpayment_case_opened"]);
    assert_eq!(desk.figures().sales_total().count, 1, "one receipt");
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
