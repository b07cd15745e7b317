//! 利用券・後納, 証券, and brands out of their days: what a day with them comes to, and what is refused.
#![expect(clippy::unwrap_used, reason = "helpers of a test")]

#[expect(dead_code, reason = "the builder serves other tests too")]
mod desk;

use desk::{Desk, date, kinds, profile_with_claims};
use domain::{
    catalogue::{CounterProfile, PaymentRoute, RouteKind},
    command::{Command, KeyedResult},
    due::{Effect, due},
    event::{Event, Paper},
    id::{BrandCode, SaleId},
    inbox::InboxItem,
    method::{Method, Validity},
    money::Yen,
    payment::{Approval, Evidence},
    refusal::Refusal,
    sale::Standing,
    settlement::VisitorRow,
    state::SaleState,
    text::TextFault,
};

const DAY: &str = "2022-07-15";

fn only(events: &[Event]) -> &domain::sale::Payment {
    let [Event::SaleCompleted { payment, .. }, Event::PrintRequested { paper: Paper::Receipt { .. }, .. }] =
        events
    else {
        panic!("{:?}", kinds(events))
    };
    payment
}

#[test]
fn a_coach_of_forty_with_a_coupon_and_two_guides_free_is_one_sale() {
    let mut desk = Desk::open_with_claims(DAY);
    let sale = desk.sale(&[("adult", 40), ("adult/guide", 2)]);
    let events = desk.try_do(Desk::claim(sale, "voucher", " K-2207-0815 ")).unwrap();
    let payment = only(&events);
    assert_eq!((payment.method, payment.amount), (Method::Voucher, Yen::new(9_600)), "40 at the group price");
    assert_eq!(payment.contract, Some("c-voucher".parse().unwrap()), "who owes");
    assert_eq!(payment.slip_number.as_deref(), Some("K-2207-0815"));
    assert_eq!((payment.attempt, payment.tendered, payment.standing), (None, None, Standing::Confirmed));
    assert!(matches!(due(&desk.state)[..], [Effect::Print { .. }]), "no device is asked");
    // Three more of the coach pay for themselves: a sale of their own, one payment, one method.
    let three = desk.sale(&[("adult", 3)]);
    desk.ok(Command::TakeCash { sale: three, tendered: Yen::new(900) });
    let figures = desk.figures();
    assert_eq!(
        figures.visitors,
        [VisitorRow { category: "一般".into(), paid_individual: 3, paid_group: 40, free: 2 }]
    );
    assert_eq!(figures.net_total(), Yen::new(10_500), "revenue is gross");
    assert_eq!((figures.uncollected(), figures.cash.pay_in), (Yen::new(9_600), Yen::new(900)));
}

#[test]
fn claims_leave_the_drawer_alone_and_securities_go_to_the_bank() {
    let mut desk = Desk::open_with_claims(DAY);
    let mut take = |lines: &[(&str, u32)], pay: &dyn Fn(SaleId) -> Command| {
        let sale = desk.sale(lines);
        desk.ok(pay(sale));
        sale
    };
    take(&[("jumin", 1)], &|sale| Command::TakeCash { sale, tendered: Yen::new(1_000) });
    take(&[("adult", 20)], &|sale| Desk::claim(sale, "deferred", "R4-12"));
    take(&[("adult", 1)], &|sale| Desk::claim(sale, "voucher", "K-1"));
    take(&[("koseki", 1)], &|sale| Desk::security(sale, "B-45001"));
    let taken_back = take(&[("koseki", 2)], &|sale| Desk::security(sale, "B-90001"));
    let figures = desk.figures();
    assert_eq!((figures.securities(), figures.uncollected()), (Yen::new(1_350), Yen::new(5_100)));
    assert_eq!((figures.cash.expected, figures.cash.pay_in), (Yen::new(30_300), Yen::new(1_650)));
    desk.ok(Command::VoidSale { sale: taken_back, reason: "申請の取下げ".into() });
    let figures = desk.figures();
    assert_eq!((figures.cash.expected, figures.cash.pay_in), (Yen::new(30_300), Yen::new(750)));
    let rows: Vec<_> =
        figures.methods.iter().map(|row| (row.method, row.route.to_string(), row.net().get())).collect();
    assert_eq!(
        rows,
        [
            (Method::Cash, "cash".to_owned(), 300),
            (Method::Voucher, "voucher".to_owned(), 300),
            (Method::Deferred, "deferred".to_owned(), 4_800),
            (Method::PostalOrder, "postal".to_owned(), 450),
        ]
    );
    desk.ok(Command::CountCash {
        count: domain::cash::CashCount::new([(1_000, 20), (500, 10), (100, 53)]).unwrap(),
    });
    desk.ok(Command::CloseCounter { reason: None });
}

#[test]
fn a_claim_is_voided_the_same_day_without_a_device() {
    let mut desk = Desk::open_with_claims(DAY);
    let sale = desk.sale(&[("adult", 20)]);
    desk.ok(Desk::claim(sale, "voucher", "K-1"));
    let events = desk.try_do(Command::VoidSale { sale, reason: "人数の誤り".into() }).unwrap();
    assert_eq!(kinds(&events), ["sale_voided", "print_requested"]);
    assert_eq!(desk.sale_state(sale), SaleState::Voided);
    let figures = desk.figures();
    assert_eq!((figures.uncollected(), figures.voids_total().amount), (Yen::ZERO, Yen::new(4_800)));
}

#[test]
fn what_is_no_claim_is_refused() {
    let mut desk = Desk::open_with_claims(DAY);
    let sale = desk.sale(&[("adult", 1)]);
    let free = desk.sale(&[("jumin/nenkin", 1)]);
    let barred = desk.sale(&[("ashi", 1)]);
    let text = |field, fault| Refusal::Text { field, fault };
    let bars = |method| Refusal::MethodBarred { item: "住居表示台帳".into(), method };
    for (wish, refusal) in [
        (Desk::claim(sale, "voucher", "  "), text("券番号", TextFault::Empty)),
        (Desk::claim(sale, "deferred", ""), text("後納承認番号", TextFault::Empty)),
        (Desk::claim(sale, "voucher", "4111 1111 1111 1111"), text("券番号", TextFault::CardNumber)),
        (Desk::claim(sale, "voucher", &"9".repeat(33)), text("券番号", TextFault::TooLong)),
        (Desk::security(sale, "4111-1111-1111-1111"), text("証券番号", TextFault::CardNumber)),
        (Desk::claim(free, "voucher", "K-1"), Refusal::NothingToPay),
        (Desk::security(free, "B-1"), Refusal::NothingToPay),
        (Desk::claim(barred, "voucher", "K-1"), bars(Method::Voucher)),
        (Desk::security(barred, "B-1"), bars(Method::PostalOrder)),
        (Desk::claim(sale, "cash", "K-1"), Refusal::UnknownRoute),
        (Desk::claim(sale, "postal", "K-1"), Refusal::UnknownRoute),
        (Desk::claim(sale, "nowhere", "K-1"), Refusal::UnknownRoute),
    ] {
        assert_eq!(desk.try_do(wish.clone()), Err(refusal), "{wish:?}");
    }
    for route in ["voucher", "deferred", "postal"] {
        let route = route.parse().unwrap();
        let asked = Command::RequestPayment { sale, route, repeat_reason: None };
        assert_eq!(desk.try_do(asked), Err(Refusal::UnknownRoute), "no attempt is ever made of it");
    }
    desk.ok(Desk::claim(sale, "voucher", "K-1"));
    assert_eq!(desk.try_do(Desk::claim(sale, "voucher", "K-1")), Err(Refusal::SaleNotOpen));
}

#[test]
fn a_number_is_taken_once_a_day_unless_its_sale_was_voided() {
    // What was taken first, what comes then, and whether the first sale was voided between.
    for (first, then, voided, refused) in [
        (("voucher", "K-1"), ("voucher", "K-1"), false, true),
        (("voucher", "K-1"), ("voucher", " k-1 "), false, true),
        (("voucher", "K-1"), ("voucher", "K-2"), false, false),
        (("voucher", "K-1"), ("deferred", "K-1"), false, false),
        (("voucher", "K-1"), ("voucher", "K-1"), true, false),
        (("deferred", "R4-12"), ("deferred", "R4-12"), false, true),
        (("postal", "B-45001"), ("postal", "B-45001"), false, true),
    ] {
        let mut desk = Desk::open_with_claims(DAY);
        let take = |sale, (route, number): (&str, &str)| match route {
            "postal" => Desk::security(sale, number),
            _ => Desk::claim(sale, route, number),
        };
        let (one, other) = (desk.sale(&[("adult", 20)]), desk.sale(&[("adult", 1)]));
        desk.ok(take(one, first));
        if voided {
            desk.ok(Command::VoidSale { sale: one, reason: "人数の誤り".into() });
        }
        let said = desk.try_do(take(other, then));
        match (said, refused) {
            (Err(refusal @ Refusal::ReferenceTaken { .. }), true) => {
                assert!(refusal.message_ja().contains("領収書番号 m1-1-000001"), "{}", refusal.message_ja());
                assert_eq!(desk.sale_state(other), SaleState::Open, "nothing was booked");
            }
            (Ok(_), false) => assert_eq!(desk.sale_state(other), SaleState::Completed),
            (said, _) => panic!("{first:?}, then {then:?}: {said:?}"),
        }
    }
}

#[test]
fn a_number_of_an_earlier_day_is_the_centres_to_judge() {
    let mut desk = Desk::open_with_claims(DAY);
    let sale = desk.sale(&[("adult", 20)]);
    desk.ok(Desk::claim(sale, "deferred", "R4-12"));
    let count = domain::cash::CashCount::new([(1_000, 20), (500, 10), (100, 50)]).unwrap();
    desk.ok(Command::CountCash { count });
    desk.ok(Command::CloseCounter { reason: None });
    desk.now = desk.now.plus_ms(23 * 3_600 * 1_000);
    desk.ok(desk.open_command());
    let sale = desk.sale(&[("adult", 20)]);
    desk.ok(Desk::claim(sale, "deferred", "R4-12"));
}

#[test]
fn a_route_that_the_centre_set_up_wrongly_takes_nothing() {
    let changed = |id: &str, change: &dyn Fn(&mut PaymentRoute)| {
        let mut profile: CounterProfile = profile_with_claims();
        profile.routes.iter_mut().filter(|route| route.id.as_str() == id).for_each(change);
        profile
    };
    type Wish = fn(SaleId) -> Command;
    let by_coupon: Wish = |sale| Desk::claim(sale, "voucher", "K-1");
    let by_paper: Wish = |sale| Desk::security(sale, "B-1");
    let method = |method| move |route: &mut PaymentRoute| route.method = method;
    for (profile, wish, route) in [
        (changed("voucher", &|route| route.contract = None), by_coupon, "voucher"),
        (changed("voucher", &method(Method::Credit)), by_coupon, "voucher"),
        (changed("voucher", &method(Method::PostalOrder)), by_coupon, "voucher"),
        (changed("postal", &method(Method::Voucher)), by_paper, "postal"),
    ] {
        let mut desk = Desk::enrolled_at(date(DAY), (8, 30), profile);
        desk.ok(desk.open_command());
        let sale = desk.sale(&[("adult", 1)]);
        let refused = desk.try_do(wish(sale)).unwrap_err();
        assert_eq!(refused, Refusal::RouteSetUpWrongly(route.into()));
        assert!(refused.message_ja().contains("管理者に連絡"), "{}", refused.message_ja());
    }
}

fn confirm(attempt: domain::id::AttemptId, wallet: &str) -> Command {
    Command::ConfirmStaticCode {
        attempt,
        wallet: wallet.parse().unwrap(),
        sheet_number: "S-0002".into(),
        payer_digits: "4821".into(),
        shown_amount: Yen::new(300),
    }
}

#[test]
fn a_wallet_that_has_ended_is_refused_from_the_day_after() {
    let until = date("2025-04-23");
    let ended = Refusal::BrandNotValid {
        brand: "LINE Pay".into(),
        validity: Validity { from: None, until: Some(until) },
    };
    for (day, wallet, refused) in [
        ("2022-07-15", "linepay", None),
        ("2025-04-23", "linepay", None),
        ("2025-04-24", "linepay", Some(&ended)),
        ("2025-04-24", "paypay", None),
        ("2025-04-24", "wallet-of-tomorrow", None),
    ] {
        let mut desk = Desk::open_with_claims(day);
        let sale = desk.sale(&[("adult", 1)]);
        let attempt = desk.pay(sale, "wallets");
        let said = desk.try_do(confirm(attempt, wallet)).err();
        assert_eq!(said.as_ref(), refused, "{wallet} on {day}");
        if let Some(refusal) = said {
            assert_eq!(
                refusal.message_ja(),
                "「LINE Pay」は令和7年4月24日(木)から使えません（前日で終了）。別の支払方法をご案内ください。"
            );
            desk.ok(confirm(attempt, "paypay"));
        }
    }
}

#[test]
fn a_route_whose_only_wallet_has_ended_asks_for_nothing() {
    let mut profile = profile_with_claims();
    for route in profile.routes.iter_mut().filter(|route| matches!(route.kind, RouteKind::StaticSheet { .. }))
    {
        route.brands.retain(|brand| brand.as_str() == "linepay");
        route.brands.push("linepay".parse().unwrap());
        route.brands.dedup();
    }
    for (day, beforehand) in [("2022-07-15", Ok(Some("linepay"))), ("2026-11-20", Err(()))] {
        let mut desk = Desk::enrolled_at(date(day), (8, 30), profile.clone());
        desk.ok(desk.open_command());
        let sale = desk.sale(&[("adult", 1)]);
        let route = "wallets".parse().unwrap();
        let found = match desk.try_do(Command::RequestPayment { sale, route, repeat_reason: None }) {
            Ok(events) => match &events[..] {
                [Event::PaymentRequested { brand, .. }] => Ok(brand.clone()),
                other => panic!("{:?}", kinds(other)),
            },
            Err(Refusal::BrandNotValid { .. }) => Err(()),
            Err(other) => panic!("{other:?}"),
        };
        let expected = beforehand.map(|brand| brand.map(|code| code.parse::<BrandCode>().unwrap()));
        assert_eq!(found, expected, "{day}");
    }
}

#[test]
fn evidence_about_an_old_doubt_is_never_refused_for_its_wallet() {
    for by_statement in [true, false] {
        let mut desk = Desk::open_with_claims("2025-04-23");
        let sale = desk.sale(&[("adult", 1)]);
        let attempt = desk.pay(sale, "wallets");
        desk.ok(Command::KeyResult { attempt, result: KeyedResult::CannotTell { brand: None } });
        desk.ok(Command::CountCash {
            count: domain::cash::CashCount::new([(1_000, 20), (500, 10), (100, 50)]).unwrap(),
        });
        desk.ok(Command::CloseCounter { reason: None });
        desk.now = desk.now.plus_ms(23 * 3_600 * 1_000);
        let open = desk.open_command();
        desk.ok(open);
        let linepay: BrandCode = "linepay".parse().unwrap();
        let wish = if by_statement {
            let evidence =
                Evidence::Statement { file: "ab".repeat(32), row: 1, decided_by: "accountant".into() };
            let approval = Approval { brand: Some(linepay.clone()), ..Approval::default() };
            Command::ReceiveInbox {
                number: 1,
                item: InboxItem::AttemptCharged { attempt, approval, evidence },
            }
        } else {
            Command::ResolveByPerson {
                attempt,
                charged: true,
                basis: "お客様の取引履歴を確認".into(),
                brand: Some(linepay.clone()),
                slip_number: None,
            }
        };
        desk.ok(wish);
        assert_eq!(desk.sale_state(sale), SaleState::Completed);
        let late = &desk.figures().late;
        assert_eq!((late[0].payment_date, late[0].brand.clone()), (date("2025-04-23"), Some(linepay)));
    }
}
