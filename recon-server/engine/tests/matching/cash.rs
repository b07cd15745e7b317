//! Payouts and deposits: the 入金予定・未入金一覧 of papers.md, and everything a bank line can do.

use domain::{method::Method, money::Yen, rate::Ppm};
use engine::{
    Contract, ExceptionClass, Facts, Outcome, Verdict, audit,
    contract::{Closing, GrossOrNet, PayDay, PayoutRule, Shift},
    facts::{Deposit, Row, Sale},
    outcome::{Ended, PayoutState, Side},
    reconcile,
};

use crate::support::{all_delivered, contract, date, deposit, facts, received, row, sale};

fn run(facts: &Facts) -> Outcome {
    let outcome = reconcile(facts).unwrap();
    assert_eq!(audit(facts, &outcome), Vec::<String>::new());
    outcome
}

/// A sale and its row of a contract.
fn sold(facts: &mut Facts, contract: &Contract, day: &str, yen: i64) {
    let n = facts.sales.len();
    let when = format!("{day} 10:00:00");
    let (method, brand) = contract.covers[0].clone();
    let digits = format!("{n:04}");
    let base = sale(&format!("s{n}"), &when, yen, &digits);
    facts.sales.push(Sale {
        method,
        brand: Some(brand.clone()),
        contract: Some(contract.id.clone()),
        ..base
    });
    let told = row(&format!("r{n}"), &when, yen, &digits);
    facts.rows.push(Row { contract: contract.id.clone(), brand: Some(brand), ..told });
}

/// Five closings of four contracts, with the figures of the list (fee rates chosen so that the deductions are its own).
fn july_and_its_contracts() -> Facts {
    let mut facts = facts();
    facts.contracts.clear();
    facts.received.clear();
    let named = |id: &str, brand: &str, method, kana: &str| Contract {
        payer_kana: vec![kana.to_owned()],
        ..contract(id, brand, method)
    };
    let paypay = named("paypay", "paypay", Method::CodeStatic, "ﾍﾟｲﾍﾟｲ");
    let card = Contract {
        closing: Closing::Days(vec![15, 31]),
        payout: PayoutRule::ByClosingDay {
            days: vec![(15, PayDay { months_after: 0, day: 31 }), (31, PayDay { months_after: 1, day: 15 })],
            shift: Shift::Next,
        },
        gross_or_net: GrossOrNet::Gross,
        ..named("card", "visa", Method::Credit, "ｺｳｶｰﾄﾞ")
    };
    let mut money = Contract {
        payout: PayoutRule::DayOfMonth { pay: PayDay { months_after: 1, day: 31 }, shift: Shift::Next },
        ..named("money", "transit", Method::ElectronicMoney, "ｵﾂﾏﾈ-")
    };
    money.fee.rate = Ppm(30_000);
    let mut aupay = Contract {
        payout: PayoutRule::BusinessDays { after: 2 },
        ..named("aupay", "aupay", Method::CodeStatic, "ﾃｲﾍﾟｲ")
    };
    aupay.fee.rate = Ppm(26_000);
    for (c, day, yen) in [
        (&paypay, "2026-07-02", 30_000),
        (&card, "2026-07-10", 41_250),
        (&card, "2026-07-20", 38_700),
        (&money, "2026-07-03", 62_400),
        (&aupay, "2026-07-04", 18_000),
    ] {
        sold(&mut facts, c, day, yen);
        facts.received.push(received(c.id.as_str(), "2026-07-01", "2026-07-31"));
    }
    facts.contracts = vec![paypay, card, money, aupay];
    facts.deposits = vec![
        Deposit { remitter_kana: "ﾍﾟｲﾍﾟｲ".to_owned(), ..deposit("d1", "2026-08-03", 29_347) },
        Deposit { remitter_kana: "ｺｳｶｰﾄﾞ".to_owned(), ..deposit("d2", "2026-07-31", 41_250) },
    ];
    all_delivered(facts)
}

/// 8月5日現在: 済, 済, 未到来, 未到来, 期日経過1日.
#[test]
fn list_of_5_august() {
    let outcome = run(&july_and_its_contracts());
    let found: Vec<_> = outcome
        .payouts
        .iter()
        .map(|p| (p.contract.as_str(), p.net.get(), p.expected_on.to_string(), p.state, p.overdue_days))
        .collect();
    assert_eq!(
        found,
        [
            ("aupay", 17_486, "2026-08-04".to_owned(), PayoutState::Overdue, 1),
            ("card", 41_250, "2026-07-31".to_owned(), PayoutState::Arrived, 0),
            ("card", 38_700, "2026-08-17".to_owned(), PayoutState::NotDue, 0),
            ("money", 60_341, "2026-08-31".to_owned(), PayoutState::NotDue, 0),
            ("paypay", 29_347, "2026-08-03".to_owned(), PayoutState::Arrived, 0),
        ]
    );
    let gross: i64 = outcome.payouts.iter().map(|p| p.sales.amount.get()).sum();
    let net: i64 = outcome.payouts.iter().map(|p| p.net.get()).sum();
    let arrived: i64 = outcome.payouts.iter().map(|p| p.deposited.get()).sum();
    assert_eq!((gross, net, arrived), (190_350, 187_124, 70_597));
    assert_eq!(outcome.verdict, Verdict::Differences);
}

fn one_sale() -> Facts {
    let mut facts = facts();
    let paypay = facts.contracts[0].clone();
    sold(&mut facts, &paypay, "2026-07-02", 30_000);
    all_delivered(facts)
}

/// What the bank has beside one payout of 29,347 due on 3 August: state, classes, verdict.
type DepositCase = (&'static str, Vec<Deposit>, PayoutState, Vec<ExceptionClass>, Verdict);

fn deposit_cases() -> Vec<DepositCase> {
    let unknown_name = |d: Deposit| Deposit { remitter_kana: "ﾅｿﾞﾉﾋﾄ".to_owned(), ..d };
    let whole = deposit("d", "2026-08-03", 29_347);
    vec![
        ("exact", vec![whole.clone()], PayoutState::Arrived, vec![], Verdict::Matched),
        (
            "a week late",
            vec![deposit("d", "2026-08-10", 29_347)],
            PayoutState::Arrived,
            vec![],
            Verdict::Matched,
        ),
        (
            "less",
            vec![deposit("d", "2026-08-03", 29_017)],
            PayoutState::AmountDiffers,
            vec![ExceptionClass::DepositAmountDiff],
            Verdict::Differences,
        ),
        ("none", vec![], PayoutState::Overdue, vec![ExceptionClass::PayoutNoDeposit], Verdict::Differences),
        (
            "too early",
            vec![deposit("d", "2026-08-02", 29_347)],
            PayoutState::Overdue,
            vec![ExceptionClass::PayoutNoDeposit, ExceptionClass::DepositNoPayout],
            Verdict::Differences,
        ),
        (
            "name not registered",
            vec![unknown_name(whole.clone())],
            PayoutState::Overdue,
            vec![ExceptionClass::PayoutNoDeposit, ExceptionClass::DepositNoPayout],
            Verdict::Differences,
        ),
        (
            "twice",
            vec![whole.clone(), deposit("d2", "2026-08-03", 29_347)],
            PayoutState::Overdue,
            vec![
                ExceptionClass::PayoutNoDeposit,
                ExceptionClass::DepositNoPayout,
                ExceptionClass::DepositNoPayout,
            ],
            Verdict::Differences,
        ),
        (
            "one more",
            vec![whole.clone(), deposit("d2", "2026-08-03", 500)],
            PayoutState::Arrived,
            vec![ExceptionClass::DepositNoPayout],
            Verdict::Differences,
        ),
        (
            "money out",
            vec![whole, deposit("d2", "2026-08-03", -500)],
            PayoutState::Arrived,
            vec![],
            Verdict::Matched,
        ),
    ]
}

#[test]
fn deposits() {
    for (case, deposits, state, classes, verdict) in deposit_cases() {
        let outcome = run(&Facts { deposits, ..one_sale() });
        assert_eq!(outcome.payouts[0].state, state, "{case}");
        let found: Vec<_> = outcome.exceptions.iter().map(|e| e.class).collect();
        assert_eq!((found, outcome.verdict), (classes, verdict), "{case}");
    }
}

/// The day passes: 期間中, 未到来, 期日経過, and 資料未着 where the bank file is not here. The exception keeps its id while it waits.
#[test]
fn a_payout_grows_old() {
    let mut ids = Vec::new();
    for (as_of, bank_to, state, verdict) in [
        ("2026-07-20", "2026-07-20", PayoutState::Open, Verdict::Pending),
        ("2026-08-03", "2026-08-02", PayoutState::NotDue, Verdict::Pending),
        ("2026-08-06", "2026-08-05", PayoutState::Overdue, Verdict::Differences),
        ("2026-08-06", "2026-08-02", PayoutState::BankFileMissing, Verdict::Incomplete),
    ] {
        let mut facts = Facts { as_of: date(as_of), ..one_sale() };
        facts.bank_received[0].to = date(bank_to);
        let outcome = run(&facts);
        assert_eq!((outcome.payouts[0].state, outcome.verdict), (state, verdict), "{as_of}");
        assert_eq!(outcome.sheets[0].in_transit, Yen::new(29_347));
        assert_eq!(outcome.sheets[0].residual, Yen::ZERO, "in transit is not unexplained");
        if outcome.exceptions[0].class == ExceptionClass::PayoutNoDeposit {
            ids.push(outcome.exceptions[0].id.clone());
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

/// A closing that refunds outweigh is not paid; its minus is carried into the next.
#[test]
fn a_minus_is_carried() {
    let mut facts = facts();
    let paypay = facts.contracts[0].clone();
    sold(&mut facts, &paypay, "2026-07-02", 300);
    sold(&mut facts, &paypay, "2026-07-30", -1_000);
    sold(&mut facts, &paypay, "2026-08-02", 5_000);
    facts.received.push(received("paypay", "2026-08-01", "2026-08-31"));
    facts.bank_received[0].to = date("2026-09-30");
    facts.as_of = date("2026-09-02");
    let outcome = run(&all_delivered(facts));
    let [july, august] = &outcome.payouts[..] else { panic!("two closings") };
    // −700 × 1.98% = −13 fee given back, −1 tax given back.
    assert_eq!((july.net, july.carry_out, july.state), (Yen::ZERO, Yen::new(-686), PayoutState::CarriedOver));
    // 5,000 − 99 − 9 − 686.
    assert_eq!((august.carry_in, august.net), (Yen::new(-686), Yen::new(4_206)));
    let carried = outcome.dispositions.iter().find(|d| d.side == Side::Payout && d.id == july.id).unwrap();
    assert_eq!(carried.ended, Ended::CarriedOver);
}

/// 振込手数料 is kept back per payout; a contract without statements lives on our own figures.
#[test]
fn transfer_fee_and_own_figures() {
    let mut facts = one_sale();
    facts.contracts[0].transfer_fee = Yen::new(330);
    assert_eq!(run(&facts).payouts[0].net, Yen::new(29_017));
    facts.rows.clear();
    facts.received.clear();
    facts.contracts[0].statement_required = false;
    facts.contracts[0].statement_profile = None;
    facts.deposits.push(deposit("d", "2026-08-03", 29_017));
    let outcome = run(&facts);
    assert_eq!((outcome.payouts[0].state, outcome.verdict), (PayoutState::Arrived, Verdict::Matched));
    assert!(outcome.dispositions.iter().any(|d| d.ended == Ended::OwnFigures));
}

/// The shares of two counters add up to fee, payout and deposit.
#[test]
fn shares_add_up() {
    let mut facts = facts();
    let paypay = facts.contracts[0].clone();
    for (day, yen) in [("2026-07-02", 10_000), ("2026-07-03", 10_000), ("2026-07-04", 10_000)] {
        sold(&mut facts, &paypay, day, yen);
    }
    facts.deposits.push(deposit("d", "2026-08-03", 29_347));
    let outcome = run(&all_delivered(facts));
    let fees: Vec<i64> = outcome.lines.iter().map(|l| l.fee.get()).collect();
    assert_eq!(fees, [218, 218, 217]);
    let net: Vec<(i64, i64)> = outcome.lines.iter().map(|l| (l.expected.get(), l.deposited.get())).collect();
    assert_eq!(net, [(9_782, 9_782), (9_782, 9_782), (9_783, 9_783)]);
}
