//! Payment statements, dated terms, carry-over, trustees, remitter names, reversals: one table or story each.

use domain::{
    money::Yen,
    rate::Ppm,
    time::{CivilDate, FiscalYear},
};
use engine::{
    Contract, ExceptionClass, Facts, Outcome, Verdict, audit,
    contract::{Closing, DatedTerms, FeeRule, PayDay, PayoutRule, Shift},
    facts::{DeclaredPayout, Deposit, SalePart},
    matching::Grade,
    outcome::{Ended, PayoutState},
    reconcile,
    trustee::{EntrustedOn, Trustee},
};

use crate::support::{all_delivered, date, deposit, facts, paypay_july, received, row, sale};

fn run(facts: &Facts) -> Outcome {
    let outcome = reconcile(facts).unwrap();
    assert_eq!(audit(facts, &outcome), Vec::<String>::new());
    outcome
}

fn yen(amount: i64) -> Yen {
    Yen::new(amount)
}

/// July of papers.md as the acquirer declares it: 30,000, fee 594, tax 59, net 29,347.
fn declared() -> DeclaredPayout {
    DeclaredPayout {
        id: "p1".to_owned(),
        contract: "paypay".parse().unwrap(),
        file: "payout".to_owned(),
        row: 2,
        from: date("2026-07-01"),
        to: date("2026-07-31"),
        paid_on: Some(date("2026-08-03")),
        gross: yen(30_000),
        fee: yen(594),
        tax: Some(yen(59)),
        transfer_fee: Yen::ZERO,
        plan_fee: Yen::ZERO,
        adjustment: Yen::ZERO,
        carry_in: Yen::ZERO,
        carry_out: Yen::ZERO,
        net: yen(29_347),
        payout_id: None,
        by_hand: false,
    }
}

/// The grade follows from what really stands behind a sheet: one figure from paper makes it 手入力, whatever the contract says.
#[test]
fn the_grade_follows_from_the_facts() {
    let by_hand = |said: bool, paid: bool| {
        let mut facts = with(vec![DeclaredPayout { by_hand: said, ..declared() }], 29_347);
        facts.deposits[0].by_hand = paid;
        facts
    };
    for (said, paid, grade) in [
        (false, false, Grade::Rows),
        (true, false, Grade::ByHand),
        (false, true, Grade::ByHand),
        (true, true, Grade::ByHand),
    ] {
        let outcome = run(&by_hand(said, paid));
        let july = outcome.sheets.iter().find(|sheet| sheet.to == date("2026-07-31")).unwrap();
        assert_eq!((july.grade, july.residual), (grade, Yen::ZERO), "{said} {paid}");
        let other = outcome.sheets.iter().filter(|sheet| sheet.to != july.to);
        assert!(
            other.clone().all(|sheet| sheet.grade == Grade::Rows),
            "only the sheet that it stands behind"
        );
    }
    let mut elsewhere = by_hand(false, false);
    elsewhere.deposits.push(Deposit { by_hand: true, ..deposit("d9", "2026-08-20", 5) });
    let outcome = run(&elsewhere);
    assert!(
        outcome.sheets.iter().all(|sheet| sheet.grade == Grade::Rows),
        "a deposit of nobody's grades nothing"
    );
}

fn with(declared: Vec<DeclaredPayout>, deposited: i64) -> Facts {
    let mut facts = Facts { declared, ..paypay_july() };
    facts.deposits = vec![deposit("d1", "2026-08-03", deposited)];
    facts
}

const fn leg2(class: ExceptionClass) -> bool {
    matches!(
        class,
        ExceptionClass::FeeVariance
            | ExceptionClass::TaxVariance
            | ExceptionClass::PayoutMath
            | ExceptionClass::Adjustment
    )
}

/// A statement, and what is found: class and yen.
struct Said(&'static str, DeclaredPayout, Vec<(ExceptionClass, i64)>);

/// What a payment statement may say wrongly. The deposit follows the statement.
fn statements() -> Vec<Said> {
    use ExceptionClass::{Adjustment, FeeVariance, PayoutMath, TaxVariance};
    let said = |net: i64| DeclaredPayout { net: yen(net), ..declared() };
    let of = |net: i64, fee: i64, tax: Option<i64>| DeclaredPayout {
        fee: yen(fee),
        tax: tax.map(yen),
        ..said(net)
    };
    vec![
        Said("as we compute", declared(), vec![]),
        Said("fee in one figure", of(29_347, 653, None), vec![]),
        Said("half-up each", of(29_336, 604, Some(60)), vec![(FeeVariance, 10)]),
        Said("fee in one figure, another one", of(29_300, 700, None), vec![(FeeVariance, 47)]),
        Said("tax rounded up", of(29_346, 594, Some(60)), vec![(TaxVariance, 1)]),
        Said("its own sum is wrong", said(29_000), vec![(PayoutMath, -347)]),
        Said(
            "a transfer fee that the contract does not have",
            DeclaredPayout { transfer_fee: yen(330), ..said(29_017) },
            vec![(PayoutMath, 330)],
        ),
        Said(
            "a plan fee",
            DeclaredPayout { plan_fee: yen(2_178), ..said(27_169) },
            vec![(PayoutMath, 2_178)],
        ),
        Said(
            "a chargeback",
            DeclaredPayout { adjustment: yen(-300), ..said(29_047) },
            vec![(Adjustment, -300)],
        ),
        Said(
            "other sales",
            DeclaredPayout { gross: yen(30_300), ..of(29_642, 599, Some(59)) },
            vec![(PayoutMath, 300)],
        ),
    ]
}

#[test]
fn statements_against_our_arithmetic() {
    for Said(case, said, expected) in statements() {
        let net = said.net.get();
        let outcome = run(&with(vec![said], net));
        let raised = outcome.exceptions.iter().filter(|e| leg2(e.class));
        let found: Vec<_> = raised.map(|e| (e.class, e.amount.get())).collect();
        assert_eq!(found, expected, "{case}");
        assert_eq!(
            outcome.payouts[0].state,
            PayoutState::Arrived,
            "{case}: the deposit is what was declared"
        );
        assert_eq!(
            outcome.payouts[0].declared.as_ref().unwrap().net,
            yen(29_347),
            "{case}: ours stays beside"
        );
        let green = outcome.sheets[0].verdict == Verdict::Matched;
        assert_eq!(green, expected.is_empty(), "{case}: {}", outcome.sheets[0].sentence_ja);
    }
}

#[test]
fn a_variance_names_both_figures_and_the_rule() {
    let said = DeclaredPayout { fee: yen(604), tax: Some(yen(60)), net: yen(29_336), ..declared() };
    let outcome = run(&with(vec![said], 29_336));
    let fee = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::FeeVariance).unwrap();
    for words in ["604円", "594円", "差は10円", "1.98%、締めの合計、切捨て"] {
        assert!(fee.sentence_ja.contains(words), "{} lacks {words}", fee.sentence_ja);
    }
    assert_eq!(fee.contract.as_ref().map(ToString::to_string).as_deref(), Some("paypay"));
}

/// Statements of days: they count together, and only when every day with a row is among them.
#[test]
fn daily_statements() {
    let half = |id: &str, from: &str, to: &str, gross: i64, fee: i64, tax: i64| DeclaredPayout {
        id: id.to_owned(),
        from: date(from),
        to: date(to),
        gross: yen(gross),
        fee: yen(fee),
        tax: Some(yen(tax)),
        net: yen(gross - fee - tax),
        ..declared()
    };
    let july = paypay_july();
    let first: i64 =
        july.rows.iter().filter(|row| row.at.date() <= date("2026-07-15")).map(|row| row.amount.get()).sum();
    let a = half("a", "2026-07-01", "2026-07-15", first, 300, 30);
    let b = half("b", "2026-07-16", "2026-07-31", 30_000 - first, 294, 29);
    let both = run(&with(vec![b.clone(), a.clone()], 29_347));
    assert!(!both.exceptions.iter().any(|e| leg2(e.class)), "together they are the closing");
    assert_eq!(both.payouts[0].declared.as_ref().unwrap().ids, ["a", "b"]);
    let only = run(&with(vec![a], 29_347));
    let partial = only.exceptions.iter().find(|e| leg2(e.class)).unwrap();
    assert_eq!((partial.class, partial.verdict), (ExceptionClass::PayoutMath, Verdict::Pending));
    assert!(only.payouts[0].declared.is_none(), "half a statement decides nothing");
}

fn terms(from: &str, of: &Contract) -> DatedTerms {
    DatedTerms {
        valid_from: date(from),
        fee: of.fee,
        transfer_fee: Yen::ZERO,
        plan_fee: Yen::ZERO,
        carry_below: Yen::ZERO,
        chargeback_reply_days: None,
    }
}

/// Rate, transfer fee and plan fee by date.
#[test]
fn dated_terms() {
    let mut facts = paypay_july();
    let old = terms("2026-04-01", &facts.contracts[0]);
    let changed = DatedTerms {
        fee: FeeRule { rate: Ppm(16_000), ..old.fee },
        transfer_fee: yen(330),
        plan_fee: yen(2_178),
        ..terms("2026-07-01", &facts.contracts[0])
    };
    for (history, expected) in [
        (vec![old], (594, 59, 0, 0, 29_347)),
        (vec![old, changed], (480, 48, 330, 2_178, 26_964)),
        (vec![changed, old], (480, 48, 330, 2_178, 26_964)),
        (vec![old, DatedTerms { valid_from: date("2026-08-01"), ..changed }], (594, 59, 0, 0, 29_347)),
    ] {
        facts.contracts[0].terms = history;
        facts.deposits = vec![deposit("d1", "2026-08-03", expected.4)];
        let outcome = run(&facts);
        let p = &outcome.payouts[0];
        let found = [p.fee, p.fee_tax, p.transfer_fee, p.plan_fee, p.net].map(Yen::get);
        assert_eq!(found, [expected.0, expected.1, expected.2, expected.3, expected.4]);
        assert_eq!(p.state, PayoutState::Arrived);
    }
}

/// A closing below the threshold is carried with its fiscal year: the next one pays it, and its old year's part stays the old year's.
#[test]
fn small_sums_are_carried_with_their_years() {
    let mut facts = facts();
    let c = &mut facts.contracts[0];
    c.closing = Closing::Days(vec![15, 31]);
    c.payout = PayoutRule::DayOfMonth { pay: PayDay { months_after: 0, day: 20 }, shift: Shift::Next };
    c.terms = vec![DatedTerms { carry_below: yen(10_000), transfer_fee: yen(200), ..terms("2026-01-01", c) }];
    facts.received = vec![received("paypay", "2026-03-16", "2026-04-30")];
    facts.bank_received[0].from = date("2026-03-01");
    for (n, (day, amount)) in [("2026-03-20", 5_000), ("2026-04-02", 20_000)].into_iter().enumerate() {
        let (when, digits) = (format!("{day} 10:00:00"), format!("{n:04}"));
        facts.sales.push(sale(&format!("s{n}"), &when, amount, &digits));
        facts.rows.push(row(&format!("r{n}"), &when, amount, &digits));
    }
    facts.deposits.push(deposit("d", "2026-04-20", 24_258));
    let outcome = run(&all_delivered(facts));
    let [march, april] = &outcome.payouts[..] else { panic!("two closings") };
    // 5,000 less 99 and 9; 20,000 less 396 and 39; 200 for the transfer.
    assert_eq!((march.state, march.net, march.carry_out), (PayoutState::CarriedOver, Yen::ZERO, yen(4_892)));
    assert_eq!(
        (april.carry_in, april.net, april.state),
        (yen(4_892), yen(24_257), PayoutState::AmountDiffers)
    );
    let years: Vec<_> = april.years.iter().map(|share| (share.year, share.net.get())).collect();
    assert_eq!(years, [(FiscalYear(2025), 4_892), (FiscalYear(2026), 19_365)]);
}

fn trustee() -> Trustee {
    Trustee {
        notice_number: "12".to_owned(),
        notice_date: date("2026-03-20"),
        valid_from: date("2026-04-01"),
        valid_to: Some(date("2027-03-31")),
        revenues: vec!["使用料及び手数料/手数料".to_owned()],
        pay_by: None,
        entrusted_on: EntrustedOn::PaymentDate,
    }
}

fn part(revenue: &str, amount: i64) -> SalePart {
    SalePart {
        account: "一般会計".to_owned(),
        revenue: revenue.to_owned(),
        section: "市民課".to_owned(),
        amount: yen(amount),
        year_date: None,
    }
}

/// What the 告示 covers: revenue and validity.
#[test]
fn the_scope_of_the_designation() {
    let covered = "使用料及び手数料/手数料/総務手数料/戸籍住民基本台帳手数料";
    for (case, trustee, revenue, found) in [
        ("covered", trustee(), covered, false),
        ("another revenue", trustee(), "諸収入/雑入", true),
        ("a level by name", Trustee { revenues: vec!["総務手数料".to_owned()], ..trustee() }, covered, false),
        ("nothing known of the sale", trustee(), "", false),
        ("every revenue", Trustee { revenues: vec![], ..trustee() }, "諸収入/雑入", false),
        ("not yet", Trustee { valid_from: date("2026-08-01"), ..trustee() }, covered, true),
        ("no more", Trustee { valid_to: Some(date("2026-07-14")), ..trustee() }, covered, true),
        ("the last day", Trustee { valid_to: Some(date("2026-07-15")), ..trustee() }, covered, false),
    ] {
        let mut facts = facts();
        facts.contracts[0].trustee = Some(trustee);
        let mut one = sale("s", "2026-07-15 14:00:00", 300, "4821");
        one.parts = vec![part(revenue, 300)];
        facts.sales.push(one);
        facts.rows.push(row("r", "2026-07-15 14:00:05", 300, "4821"));
        let outcome = run(&all_delivered(facts));
        let outside: Vec<_> =
            outcome.exceptions.iter().filter(|e| e.class == ExceptionClass::TrusteeScope).collect();
        assert_eq!(!outside.is_empty(), found, "{case}");
        if let [outside] = outside[..] {
            assert_eq!(
                (outside.members.as_slice(), outside.gross),
                (&["s".to_owned()][..], yen(300)),
                "{case}"
            );
            assert!(outside.sentence_ja.contains("告示第12号"), "{}", outside.sentence_ja);
        }
    }
}

/// C11: money that comes after the 指定日.
#[test]
fn c11_the_deemed_date_is_lost() {
    let by_the_fifth = PayoutRule::DayOfMonth { pay: PayDay { months_after: 1, day: 5 }, shift: Shift::Next };
    for (case, pay_by, arrives, as_of, lost) in [
        ("on the day", None, Some("2026-08-03"), "2026-08-05", false),
        ("a day late", None, Some("2026-08-04"), "2026-08-05", true),
        (
            "the 告示 allows until the 5th",
            Some(by_the_fifth.clone()),
            Some("2026-08-04"),
            "2026-08-05",
            false,
        ),
        ("and no longer", Some(by_the_fifth), Some("2026-08-06"), "2026-08-07", true),
        ("not here yet, and overdue", None, None, "2026-08-05", true),
        ("not due", None, None, "2026-08-03", false),
    ] {
        let mut facts = paypay_july();
        facts.as_of = date(as_of);
        facts.bank_received[0].to = date(as_of);
        facts.contracts[0].trustee = Some(Trustee { pay_by, ..trustee() });
        facts.deposits = arrives.map(|day| deposit("d1", day, 29_347)).into_iter().collect();
        let outcome = run(&facts);
        let found: Vec<_> =
            outcome.exceptions.iter().filter(|e| e.class == ExceptionClass::DeemedDateLost).collect();
        assert_eq!(!found.is_empty(), lost, "{case}");
        if let [one] = found[..] {
            assert!(
                one.sentence_ja.contains("指定日") && one.sentence_ja.contains("委託日"),
                "{}",
                one.sentence_ja
            );
            assert_eq!(one.members, [outcome.payouts[0].id.clone()]);
        }
    }
}

/// An unknown name is proposed only where deposit and payout fit nothing else, and matches only once a person has confirmed it.
#[test]
fn unknown_names() {
    let stranger = |id: &str, day: &str, amount| Deposit {
        remitter_kana: "ﾍﾟｲﾍﾟｲｶ)ﾎﾝﾃﾝ".to_owned(),
        ..deposit(id, day, amount)
    };
    for (case, deposits, proposed) in [
        ("fits", vec![stranger("d", "2026-08-03", 29_347)], true),
        (
            "two deposits fit",
            vec![stranger("d", "2026-08-03", 29_347), stranger("e", "2026-08-04", 29_347)],
            false,
        ),
        ("another sum", vec![stranger("d", "2026-08-03", 29_346)], false),
        ("too early", vec![stranger("d", "2026-07-31", 29_347)], false),
        (
            "already paid",
            vec![deposit("k", "2026-08-03", 29_347), stranger("d", "2026-08-03", 29_347)],
            false,
        ),
    ] {
        let mut facts = Facts { deposits, ..paypay_july() };
        let outcome = run(&facts);
        assert_eq!(!outcome.aliases.is_empty(), proposed, "{case}");
        let Some(proposal) = outcome.aliases.first() else { continue };
        assert_eq!(outcome.payouts[0].state, PayoutState::Overdue, "a proposal has no effect");
        assert_eq!((proposal.evidence.len(), proposal.evidence[0].deposit.as_str()), (1, "d"));
        facts.contracts[0].payer_kana.push(proposal.remitter_kana.clone());
        let confirmed = run(&facts);
        assert_eq!(confirmed.payouts[0].state, PayoutState::Arrived);
        assert!(confirmed.aliases.is_empty());
    }
}

/// A deposit, its reversal and the corrected one: the pair is no money, the corrected one is the payout's.
#[test]
fn bank_reversals() {
    let mut facts = paypay_july();
    let wrong = deposit("d1", "2026-08-03", 29_347);
    let back = Deposit { reversal: true, ..deposit("d2", "2026-08-03", -29_347) };
    let right = deposit("d3", "2026-08-04", 29_347);
    facts.deposits = vec![wrong, back, right];
    let outcome = run(&facts);
    let ended = |id: &str| &outcome.dispositions.iter().find(|d| d.id == id).unwrap().ended;
    assert_eq!((ended("d1"), ended("d2")), (&Ended::NoMoney, &Ended::NoMoney));
    assert!(matches!(ended("d3"), Ended::Linked { .. }));
    assert_eq!(outcome.payouts[0].deposits, ["d3"]);
}

/// Ageing in banking days: Monday 3 August to Wednesday 5 August is two, over a weekend it is fewer than the days.
#[test]
fn ageing_in_banking_days() {
    for (as_of, days, business) in [("2026-08-05", 2, 2), ("2026-08-11", 8, 5)] {
        let mut facts = paypay_july();
        facts.deposits.clear();
        facts.as_of = date(as_of);
        facts.bank_received[0].to = date(as_of);
        facts.calendar.holidays.insert(date("2026-08-11"));
        let outcome = run(&facts);
        let payout = &outcome.payouts[0];
        assert_eq!((payout.overdue_days, payout.overdue_business_days), (days, business), "{as_of}");
        let overdue = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::PayoutNoDeposit).unwrap();
        assert_eq!((overdue.days, overdue.business_days), (days, business));
    }
}

/// Parts of a payout by year and revenue, with a year that goes by another day than the receipt's.
#[test]
fn breakdown_by_revenue() {
    let mut facts = facts();
    let mut mixed = sale("a", "2026-07-10 10:00:00", 1_000, "0001");
    mixed.parts = vec![part("手数料", 300), part("使用料", 700)];
    let mut earlier = sale("b", "2026-07-11 10:00:00", 500, "0002");
    let of_last_year = |day: &str| -> CivilDate { date(day) };
    earlier.parts = vec![SalePart { year_date: Some(of_last_year("2026-03-31")), ..part("手数料", 500) }];
    facts.sales = vec![mixed, earlier];
    facts.rows =
        vec![row("ra", "2026-07-10 10:00:05", 1_000, "0001"), row("rb", "2026-07-11 10:00:05", 500, "0002")];
    let outcome = run(&all_delivered(facts));
    let parts: Vec<_> = outcome.payouts[0]
        .breakdown
        .iter()
        .map(|p| (p.year.0, p.revenue.as_str(), p.gross.get(), p.fee.get(), p.net.get()))
        .collect();
    // 1,500 × 1.98% = 29, tax 2: all to the year of the closing, over 300 and 700 by largest remainder.
    assert_eq!(
        parts,
        [(2025, "手数料", 500, 0, 500), (2026, "使用料", 700, 22, 678), (2026, "手数料", 300, 9, 291)]
    );
}
