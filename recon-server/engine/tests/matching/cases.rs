//! More of papers.md by number: roundings through a whole closing (C1), second charges under another number, figures of earlier days,
//! 利用券 and 証券, and a centre without counters.

use domain::{
    method::Method,
    money::Yen,
    rate::{Ppm, Rounding},
};
use engine::{
    Contract, ExceptionClass, Facts, Outcome, Verdict, audit,
    contract::{FeeBase, PayDay, PayoutRule, Shift},
    facts::{Deposit, Row, RowClass, Sale, SaleState},
    outcome::{Ended, Figure, PayoutState},
    reconcile,
};

use crate::support::{all_delivered, contract, date, deposit, facts, row, sale};

fn run(facts: &Facts) -> Outcome {
    let outcome = reconcile(facts).unwrap();
    assert_eq!(audit(facts, &outcome), Vec::<String>::new());
    outcome
}

fn figure(count: i64, yen: i64) -> Figure {
    Figure::new(count, Yen::new(yen))
}

/// C1: 100 × 300 at 1.98%, tax 10%: fee, tax, and what arrives.
#[test]
fn c1_three_roundings() {
    for (base, rounding, fee, tax, net) in [
        (FeeBase::Each, Rounding::Floor, 500, 50, 29_450),
        (FeeBase::Each, Rounding::HalfUp, 600, 60, 29_340),
        (FeeBase::ClosingTotal, Rounding::Floor, 594, 59, 29_347),
    ] {
        let mut facts = facts();
        (facts.contracts[0].fee.base, facts.contracts[0].fee.rounding) = (base, rounding);
        for n in 0..100 {
            let (when, digits) =
                (format!("2026-07-{:02} 10:{:02}:00", 1 + n % 25, n / 25), format!("{n:04}"));
            facts.sales.push(sale(&format!("s{n:03}"), &when, 300, &digits));
            facts.rows.push(row(&format!("r{n:03}"), &when, 300, &digits));
        }
        facts.deposits.push(deposit("d", "2026-08-03", net));
        let outcome = run(&all_delivered(facts));
        let payout = &outcome.payouts[0];
        assert_eq!((payout.sales, payout.fee.get(), payout.fee_tax.get()), (figure(100, 30_000), fee, tax));
        assert_eq!((payout.net.get(), outcome.verdict), (net, Verdict::Matched), "{base:?} {rounding:?}");
    }
}

/// Two rows under two numbers for one sale: named where the second is minutes from the first on the same sheet and no sale is left over.
#[test]
fn a_second_charge_under_another_number() {
    let second = |when: &str, yen: i64, sheet: &str| Row {
        terminal_id: Some(sheet.to_owned()),
        ..row("r2", &format!("2026-07-15 {when}"), yen, "7777")
    };
    let sheet = crate::support::SHEET;
    let brandless = Row { brand: None, ..second("14:05:00", 300, sheet) };
    let another = |state| Some(Sale { state, ..sale("t", "2026-07-15 14:30:00", 300, "5555") });
    for (case, told, left_over, class) in [
        ("two minutes later", second("14:05:00", 300, sheet), None, ExceptionClass::DuplicateCharge),
        ("before it", second("13:59:00", 300, sheet), None, ExceptionClass::DuplicateCharge),
        ("five minutes", second("14:08:11", 300, sheet), None, ExceptionClass::DuplicateCharge),
        ("a second more", second("14:08:12", 300, sheet), None, ExceptionClass::AOnly),
        ("another amount", second("14:05:00", 400, sheet), None, ExceptionClass::AOnly),
        ("another sheet", second("14:05:00", 300, "00-sheet0002"), None, ExceptionClass::AOnly),
        ("another brand", brandless, None, ExceptionClass::AOnly),
        (
            "a sale is left over",
            second("14:05:00", 300, sheet),
            another(SaleState::Completed),
            ExceptionClass::AOnly,
        ),
        (
            "so is a voided one",
            second("14:05:00", 300, sheet),
            another(SaleState::Voided),
            ExceptionClass::AOnly,
        ),
        (
            "a failed row has no money",
            Row { class: RowClass::Failed, ..second("14:05:00", 300, sheet) },
            None,
            ExceptionClass::PayoutNoDeposit,
        ),
    ] {
        let mut facts = facts();
        let own = |id: &str| engine::facts::OwnTerminal { id: id.to_owned(), counter: "m1".parse().unwrap() };
        facts.terminals = vec![own(sheet), own("00-sheet0002")];
        facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
        facts.sales.extend(left_over);
        facts.rows = vec![row("r1", "2026-07-15 14:03:11", 300, "4821"), told];
        let outcome = run(&all_delivered(facts));
        let about = outcome.exceptions.iter().find(|e| e.members.first().is_some_and(|m| m == "r2"));
        let found = about.map_or(ExceptionClass::PayoutNoDeposit, |e| e.class);
        assert_eq!(found, class, "{case}");
        if found == ExceptionClass::DuplicateCharge {
            let twice = about.unwrap();
            assert_eq!(
                (&twice.members[..], twice.amount),
                (&["r2".to_owned(), "s".to_owned()][..], Yen::new(300))
            );
            assert_eq!(twice.verdict, Verdict::Differences, "a suspicion stays a difference");
            assert!(twice.sentence_ja.contains("取引番号は別"), "{}", twice.sentence_ja);
            assert_eq!(outcome.sheets[0].residual, Yen::new(-300));
        }
        assert!(outcome.links.iter().all(|link| link.right != "r2"), "{case}: never linked");
    }
}

/// 過日分確定 (7/13 nanaco) 300: on the books of the 15th, in the closing of its own day, line 3 of its 照合書.
#[test]
fn confirmed_of_an_earlier_day() {
    let mut facts = facts();
    let earlier = sale("s", "2026-07-13 14:00:00", 300, "1301");
    facts.sales.push(Sale { business_day: date("2026-07-15"), settled_by_statement: true, ..earlier });
    facts.sales.push(sale("t", "2026-07-15 10:00:00", 450, "1501"));
    let voided = sale("v", "2026-07-14 10:00:00", 300, "1401");
    facts.sales.push(Sale { business_day: date("2026-07-15"), state: SaleState::Voided, ..voided });
    facts.rows =
        vec![row("r", "2026-07-13 14:00:05", 300, "1301"), row("q", "2026-07-15 10:00:05", 450, "1501")];
    let outcome = run(&all_delivered(facts));
    let [line] = &outcome.lines[..] else { panic!("one line") };
    assert_eq!(
        (line.business_day, line.net, line.late),
        (date("2026-07-15"), figure(2, 750), figure(1, 300))
    );
    let [late] = &outcome.late[..] else { panic!("one") };
    assert_eq!(
        (late.sale.as_str(), late.payment_date, late.amount),
        ("s", date("2026-07-13"), Yen::new(300))
    );
    assert_eq!((late.business_day, late.counter.as_str()), (date("2026-07-15"), "m1"));
    let sheet = &outcome.sheets[0];
    assert_eq!(
        (sheet.settled_unknowns, sheet.sales, sheet.residual),
        (figure(1, 300), figure(1, 450), Yen::ZERO)
    );
}

/// Four coupons of 300 of a travel agent that keeps 8% and pays at the end of the next month.
fn coupons(as_of: &str) -> Facts {
    let mut facts = facts();
    let mut agent = Contract {
        statement_profile: None,
        statement_required: false,
        payout: PayoutRule::DayOfMonth { pay: PayDay { months_after: 1, day: 31 }, shift: Shift::Next },
        payer_kana: vec!["ﾘﾖｺｳｼﾔ".to_owned()],
        ..contract("agent", "coupon", Method::Voucher)
    };
    (agent.fee.rate, agent.fee.tax_rate) = (Ppm(80_000), Ppm(0));
    facts.contracts = vec![agent];
    facts.received.clear();
    facts.as_of = date(as_of);
    facts.bank_received[0].to = date(as_of);
    for n in 0..4 {
        let base = sale(&format!("s{n}"), &format!("2026-07-15 10:0{n}:00"), 300, "");
        facts.sales.push(Sale {
            method: Method::Voucher,
            brand: None,
            contract: (n > 0).then(|| "agent".parse().unwrap()),
            attempt: None,
            sheet_number: None,
            payer_digits: None,
            slip_number: Some(format!("C-{n}")),
            provisional: false,
            ..base
        });
    }
    all_delivered(facts)
}

/// 利用券: 調定済・収納未済 until the agent's 1,104 arrive; the commission of 96 is the fee; never a missing row.
#[test]
fn c12_coupons_are_claims() {
    let pays =
        Deposit { remitter_kana: "ﾘﾖｺｳｼﾔ".to_owned(), ..deposit("d", "2026-08-31", 1_104) };
    let waiting = "調定済・収納未済 4件 1,200円、手数料を引いた1,104円は令和8年8月31日(月)に入金予定";
    let late =
        "調定済・収納未済 4件 1,200円、手数料を引いた1,104円は令和8年8月31日(月)の期日を過ぎても未入金";
    for (as_of, deposits, state, verdict, sentence) in [
        ("2026-07-20", vec![], PayoutState::Open, Verdict::Pending, format!("保留あり（{waiting}）")),
        ("2026-08-05", vec![], PayoutState::NotDue, Verdict::Pending, format!("保留あり（{waiting}）")),
        ("2026-09-01", vec![], PayoutState::Overdue, Verdict::Differences, format!("差異あり（{late}）")),
        ("2026-09-01", vec![pays], PayoutState::Arrived, Verdict::Matched, "一致".to_owned()),
    ] {
        let facts = Facts { deposits, ..coupons(as_of) };
        let outcome = run(&facts);
        let [payout] = &outcome.payouts[..] else { panic!("one closing") };
        assert_eq!(
            (payout.sales, payout.fee.get(), payout.fee_tax, payout.net.get()),
            (figure(4, 1_200), 96, Yen::ZERO, 1_104)
        );
        assert_eq!((payout.state, outcome.verdict), (state, verdict), "{as_of}");
        assert_eq!(outcome.sheets[0].sentence_ja, sentence);
        assert!(outcome.exceptions.iter().all(|e| e.class == ExceptionClass::PayoutNoDeposit), "{as_of}");
        assert!(outcome.lines.iter().all(|line| line.statement_received && line.difference == Yen::ZERO));
    }
}

/// A coupon that no contract covers is named; 証券 go to the bank with the cash and need none.
#[test]
fn without_a_contract() {
    for (method, class) in [
        (Method::Voucher, Some(ExceptionClass::NoContract)),
        (Method::Deferred, Some(ExceptionClass::NoContract)),
        (Method::PostalOrder, None),
        (Method::Cash, None),
    ] {
        let mut facts = facts();
        let base = sale("s", "2026-07-15 10:00:00", 300, "");
        let named = (method == Method::PostalOrder).then(|| "paypay".parse().unwrap());
        facts.sales.push(Sale { method, brand: None, contract: named, provisional: false, ..base });
        let outcome = run(&all_delivered(facts));
        assert_eq!(outcome.exceptions.first().map(|e| e.class), class, "{method:?}");
        if class.is_none() {
            assert_eq!(
                (&outcome.dispositions[0].ended, outcome.verdict),
                (&Ended::NoAcquirer, Verdict::Matched)
            );
        }
    }
}

/// Nothing is known of any counter: not green.
#[test]
fn a_centre_without_counters() {
    let outcome = run(&facts());
    let [open] = &outcome.exceptions[..] else { panic!("one finding") };
    assert_eq!((open.class, open.counter.clone()), (ExceptionClass::CounterDayOpen, None));
    assert!(open.sentence_ja.contains("窓口"), "{}", open.sentence_ja);
    assert_eq!((outcome.verdict, outcome.days[0].verdict), (Verdict::Incomplete, Verdict::Incomplete));
}

/// A result recorded when a payout had at most one deposit can still be read.
#[test]
fn results_of_before_are_readable() {
    let mut facts = coupons("2026-09-01");
    facts.deposits.push(Deposit {
        remitter_kana: "ﾘﾖｺｳｼﾔ".to_owned(), ..deposit("d", "2026-08-31", 1_104)
    });
    let payout = run(&facts).payouts[0].clone();
    for (deposit, expected) in [(serde_json::json!("d"), vec!["d"]), (serde_json::json!(null), vec![])] {
        let mut written = serde_json::to_value(&payout).unwrap();
        let fields = written.as_object_mut().unwrap();
        fields.remove("deposits");
        fields.remove("years");
        fields.insert("deposit".to_owned(), deposit);
        let read: engine::outcome::Payout = serde_json::from_value(written).unwrap();
        assert_eq!(read.deposits, expected);
        assert!(read.years.is_empty());
    }
}
