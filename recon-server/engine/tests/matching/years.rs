//! Fiscal years: one deposit over 31 March (C3), after the closing of accounts (C4), refunds and their year (C7), and what always holds.

use domain::{money::Yen, time::FiscalYear};
use engine::{
    Contract, ExceptionClass, Facts, Outcome, Verdict, audit,
    breakdown::SalePart,
    contract::{Closing, FeeYear, GrossOrNet, PayDay, PayoutRule, Shift},
    facts::{RefundOf, Sale},
    outcome::{Figure, PayoutState, ReceivedAs, YearShare},
    reconcile,
    years::carried_over,
};
use proptest::prelude::*;

use crate::support::{all_delivered, date, deposit, facts, received, row, sale};

const R7: FiscalYear = FiscalYear(2025);
const R8: FiscalYear = FiscalYear(2026);

fn run(facts: &Facts) -> Outcome {
    let outcome = reconcile(facts).unwrap();
    assert_eq!(audit(facts, &outcome), Vec::<String>::new());
    outcome
}

/// A contract that closes on the 4th and the 30th: 31 March to 4 April is one closing.
fn straddling(base: &Contract, pay: PayDay) -> Contract {
    Contract {
        closing: Closing::Days(vec![4, 30]),
        payout: PayoutRule::ByClosingDay { days: vec![(4, pay)], shift: Shift::Next },
        ..base.clone()
    }
}

fn sold(facts: &mut Facts, day: &str, yen: i64) {
    let n = facts.sales.len();
    let (when, digits) = (format!("{day} 10:00:00"), format!("{n:04}"));
    facts.sales.push(sale(&format!("s{n:02}"), &when, yen, &digits));
    facts.rows.push(row(&format!("r{n:02}"), &when, yen, &digits));
}

/// C3: 9,300 of 令和7年度, 20,700 of 令和8年度, fee 594 and tax 59, expected on the day that `pay` says.
fn march_and_april(pay: PayDay, as_of: &str, fee_year: FeeYear) -> Facts {
    let mut facts = facts();
    facts.contracts[0] = Contract { fee_year, ..straddling(&facts.contracts[0], pay) };
    facts.received = vec![received("paypay", "2026-03-31", "2026-04-04")];
    facts.bank_received[0].from = date("2026-03-01");
    facts.bank_received[0].to = date(as_of);
    facts.as_of = date(as_of);
    sold(&mut facts, "2026-03-31", 9_300);
    sold(&mut facts, "2026-04-01", 20_000);
    sold(&mut facts, "2026-04-04", 700);
    all_delivered(facts)
}

const TENTH_OF_APRIL: PayDay = PayDay { months_after: 0, day: 10 };
const END_OF_MAY: PayDay = PayDay { months_after: 1, day: 31 };

fn share(year: FiscalYear, count: i64, gross: i64, fee: i64, net: i64, received_as: ReceivedAs) -> YearShare {
    let gross = Figure::new(count, Yen::new(gross));
    YearShare { year, gross, fee: Yen::new(fee), net: Yen::new(net), received_as }
}

/// C3, default and pro rata, deposit 29,347 on 10 April.
#[test]
fn c3_one_deposit_two_years() {
    let own = ReceivedAs::OwnYear;
    for (rule, expected) in [
        (FeeYear::ClosingDate, [share(R7, 1, 9_300, 0, 9_300, own), share(R8, 2, 20_700, 653, 20_047, own)]),
        (FeeYear::ProRata, [share(R7, 1, 9_300, 202, 9_098, own), share(R8, 2, 20_700, 451, 20_249, own)]),
    ] {
        let mut facts = march_and_april(TENTH_OF_APRIL, "2026-04-13", rule);
        facts.deposits.push(deposit("d", "2026-04-10", 29_347));
        let outcome = run(&facts);
        let [payout] = &outcome.payouts[..] else { panic!("one closing") };
        assert_eq!((payout.from, payout.to), (date("2026-03-31"), date("2026-04-04")));
        assert_eq!((payout.fee, payout.fee_tax, payout.net), (Yen::new(594), Yen::new(59), Yen::new(29_347)));
        assert_eq!(payout.years, expected, "{rule:?}");
        let [review] = &outcome.exceptions[..] else { panic!("one notice") };
        assert_eq!((review.class, review.verdict), (ExceptionClass::YearSplitReview, Verdict::Matched));
        for share in &payout.years {
            let part = format!("{} {}円", share.year.to_japanese(), share.net);
            assert!(review.sentence_ja.contains(&part), "{} lacks {part}", review.sentence_ja);
        }
        assert_eq!((outcome.verdict, outcome.sheets[0].verdict), (Verdict::Matched, Verdict::Matched));
        assert_eq!(outcome.sheets[0].breaks_gross, Yen::ZERO, "a notice is no difference");
    }
}

/// Before the money is here the notice is no better than the payout, and while the closing is open there is none.
#[test]
fn the_notice_waits_for_the_money() {
    for (as_of, verdict) in [
        ("2026-04-04", None),
        ("2026-04-09", Some(Verdict::Pending)),
        ("2026-04-13", Some(Verdict::Differences)),
    ] {
        let outcome = run(&march_and_april(TENTH_OF_APRIL, as_of, FeeYear::ClosingDate));
        let notice = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::YearSplitReview);
        assert_eq!(notice.map(|e| e.verdict), verdict, "{as_of}");
        assert!(outcome.payouts[0].years.iter().all(|share| share.received_as == ReceivedAs::NotYet));
    }
}

/// C7 with a rule of its own: paid on 2 April, of a notice of March. Until 31 May it comes out of 令和7年度's revenue, then it is 償還金,
/// though a fee that was paid on the same day is still given back out of 令和8年度's revenue.
#[test]
fn c7_a_refund_follows_the_year_of_each_part() {
    let mut original = sale("s", "2026-04-02 10:00:00", 1_000, "4821");
    original.parts = vec![part("使用料", 700, Some("2026-03-25")), part("手数料", 300, None)];
    for (refunded_on, own, as_expenditure) in [("2026-05-20", R7, false), ("2026-06-03", R8, true)] {
        let parts = original.parts.iter();
        let refund = Sale {
            kind: engine::facts::SaleKind::Refund,
            payment_date: date(refunded_on),
            amount: Yen::new(-1_000),
            refund_of: Some(RefundOf {
                sale: "s".to_owned(),
                payment_date: original.payment_date,
                amount: Yen::new(1_000),
            }),
            parts: parts
                .map(|part| SalePart { amount: Yen::new(-part.amount.get()), ..part.clone() })
                .collect(),
            ..sale("b", &format!("{refunded_on} 10:00:00"), -1_000, "4821")
        };
        let years: Vec<FiscalYear> = refund.parts.iter().map(|part| refund.part_year(part)).collect();
        assert_eq!(years, [own, R8], "{refunded_on}");
        let lanes: Vec<bool> = refund
            .parts
            .iter()
            .map(|part| {
                matches!(refund.lane_of(part), Some(domain::refund::RefundLane::AsExpenditure { .. }))
            })
            .collect();
        assert_eq!(lanes, [as_expenditure, false], "{refunded_on}");
        let mut facts = facts();
        facts.as_of = date(refunded_on);
        facts.sales = vec![refund];
        let facts = all_delivered(facts);
        let entries = engine::postings::postings(&facts, &reconcile(&facts).unwrap());
        let held = engine::postings::balances(&entries);
        let repaid: i64 = held
            .iter()
            .filter(|(book, _)| matches!(book, engine::postings::Book::Repayment { .. }))
            .map(|(_, yen)| yen.get())
            .sum();
        assert_eq!(repaid, if as_expenditure { 700 } else { 0 }, "{refunded_on}");
        assert_eq!(held.values().map(|yen| yen.get()).sum::<i64>(), 0, "the entries add up");
    }
}

fn part(revenue: &str, yen: i64, year_date: Option<&str>) -> SalePart {
    SalePart {
        account: "一般会計".to_owned(),
        revenue: revenue.to_owned(),
        section: "市民課".to_owned(),
        amount: Yen::new(yen),
        year_date: year_date.map(date),
    }
}

/// 施行令142条1項: two classes of revenue sold at once on 1 April, as in C3 and C4. The fee of the counter goes by 領収日, the rent
/// of which a notice was issued in March by the notice: one sale, one deposit, two years; after 31 May the old year's part is 過年度収入.
#[test]
fn c3_c4_two_classes_of_revenue_in_one_sale() {
    for (pay, as_of, arrives, old) in [
        (TENTH_OF_APRIL, "2026-04-13", "2026-04-10", ReceivedAs::OwnYear),
        (END_OF_MAY, "2026-06-02", "2026-06-01", ReceivedAs::PastYear { year: R8 }),
    ] {
        let mut facts = facts();
        facts.contracts[0] = straddling(&facts.contracts[0], pay);
        facts.received = vec![received("paypay", "2026-03-31", "2026-04-04")];
        facts.bank_received[0].from = date("2026-03-01");
        facts.bank_received[0].to = date(as_of);
        facts.as_of = date(as_of);
        sold(&mut facts, "2026-04-01", 30_000);
        facts.sales[0].parts = vec![part("使用料", 9_300, Some("2026-03-25")), part("手数料", 20_700, None)];
        facts.deposits.push(deposit("d", arrives, 29_347));
        let facts = all_delivered(facts);
        let outcome = run(&facts);
        let payout = &outcome.payouts[0];
        let of_new = share(R8, 0, 20_700, 653, 20_047, ReceivedAs::OwnYear);
        assert_eq!(payout.years, [share(R7, 1, 9_300, 0, 9_300, old), of_new], "{arrives}");
        let booked: Vec<_> =
            payout.breakdown.iter().map(|p| (p.year, p.revenue.as_str(), p.net.get())).collect();
        assert_eq!(booked, [(R7, "使用料", 9_300), (R8, "手数料", 20_047)], "{arrives}");
        let entries = engine::postings::postings(&facts, &outcome);
        let held = engine::postings::balances(&entries);
        let revenue = |year: FiscalYear| {
            let of_year = held.iter().filter(|(book, _)| {
                matches!(book, engine::postings::Book::Revenue { year: found, .. } if *found == year)
            });
            of_year.map(|(_, yen)| yen.get()).sum::<i64>()
        };
        assert_eq!((revenue(R7), revenue(R8)), (-9_300, -20_700), "revenue is a credit, gross, of its year");
    }
}

/// C4: C3 with the deposit on Monday 1 June 2026: 31 May is a Sunday, and the accounts of 令和7年度 are closed by then.
#[test]
fn c4_after_the_closing_of_accounts() {
    let mut facts = march_and_april(END_OF_MAY, "2026-06-02", FeeYear::ClosingDate);
    facts.deposits.push(deposit("d", "2026-06-01", 29_347));
    let outcome = run(&facts);
    let payout = &outcome.payouts[0];
    assert_eq!((payout.expected_on, payout.state), (date("2026-06-01"), PayoutState::Arrived));
    assert_eq!(
        payout.years,
        [
            share(R7, 1, 9_300, 0, 9_300, ReceivedAs::PastYear { year: R8 }),
            share(R8, 2, 20_700, 653, 20_047, ReceivedAs::OwnYear),
        ]
    );
    let review = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::YearSplitReview).unwrap();
    assert!(review.sentence_ja.contains("令和8年度の過年度収入"), "{}", review.sentence_ja);
    let listed = |on: &str| -> Vec<(FiscalYear, i64, bool)> {
        carried_over(&outcome.payouts, date(on))
            .iter()
            .map(|l| (l.year, l.net.get(), l.accounts_close))
            .collect()
    };
    assert_eq!(listed("2026-05-31"), [(R7, 9_300, true), (R8, 20_047, false)]);
    assert_eq!(listed("2026-05-29"), [(R7, 9_300, false), (R8, 20_047, false)]);
    assert_eq!(listed("2026-06-01"), []);
    assert_eq!(listed("2026-03-30"), [], "the closing begins later");
}

/// C7: the year whose books carry a refund, and the payout that it is taken off.
#[test]
fn c7_the_year_of_a_refund() {
    for (case, sold_on, refunded_on, year) in [
        ("(1)", "2026-03-25", "2026-05-20", R7),
        ("(2)", "2026-03-25", "2026-06-03", R8),
        ("(3)", "2026-04-10", "2026-06-03", R8),
    ] {
        let mut facts = facts();
        let end = date(refunded_on).month_end();
        facts.as_of = end;
        facts.received = vec![received("paypay", "2026-03-01", &end.to_string())];
        sold(&mut facts, sold_on, 450);
        sold(&mut facts, refunded_on, 5_000);
        sold(&mut facts, refunded_on, -450);
        let original =
            RefundOf { sale: "s00".to_owned(), payment_date: date(sold_on), amount: Yen::new(450) };
        facts.sales[2].refund_of = Some(original);
        assert_eq!(facts.sales[2].books_year(), year, "{case}");
        let outcome = run(&all_delivered(facts));
        let payout = outcome.payouts.iter().find(|p| p.to == end).unwrap();
        let years: Vec<_> =
            payout.years.iter().map(|s| (s.year, s.gross.count, s.gross.amount.get())).collect();
        let expected = if year == R7 { vec![(R7, -1, -450), (R8, 1, 5_000)] } else { vec![(R8, 0, 4_550)] };
        assert_eq!(years, expected, "{case}");
        assert_eq!(outcome.sheets.iter().map(|s| s.residual).max(), Some(Yen::ZERO), "{case}");
    }
}

/// Refunds of one sale, whole and in parts: fine to the yen, and one yen more is named; of a voided sale nothing can be given back.
#[test]
fn refunds_beyond_their_sale() {
    for (case, refunds, voided, excess) in [
        ("whole", &[450_i64][..], false, None),
        ("in parts", &[300, 150], false, None),
        ("one yen more", &[300, 151], false, Some(1)),
        ("twice", &[450, 450], false, Some(450)),
        ("of a voided sale", &[450], true, Some(450)),
    ] {
        let mut facts = facts();
        let state =
            if voided { engine::facts::SaleState::Voided } else { engine::facts::SaleState::Completed };
        facts.sales.push(Sale { state, ..sale("s", "2026-07-01 10:00:00", 450, "9999") });
        for (n, yen) in refunds.iter().enumerate() {
            let base = sale(&format!("b{n}"), &format!("2026-07-1{n} 10:00:00"), -yen, &format!("{n:04}"));
            let of =
                RefundOf { sale: "s".to_owned(), payment_date: date("2026-07-01"), amount: Yen::new(450) };
            facts.sales.push(Sale { refund_of: Some(of), ..base });
        }
        let outcome = run(&all_delivered(facts));
        let named = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::RefundExceeds);
        assert_eq!(named.map(|e| e.gross.get()), excess, "{case}");
        if let Some(named) = named {
            assert_eq!(
                (named.verdict, named.members.len()),
                (Verdict::Differences, refunds.len() + 1),
                "{case}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// For any closing over 31 March: the years add up to the payout, gross is never moved, the default takes nothing off the old year,
    /// and the order of the facts means nothing.
    #[test]
    fn years_add_up(
        taken in prop::collection::vec((0_usize..5, -500_i64..10_000), 1..8),
        rate in 0_u32..50_000,
        transfer_fee in prop_oneof![Just(0_i64), 100_i64..700],
        net in any::<bool>(),
        pro_rata in any::<bool>(),
        arrives in any::<bool>(),
    ) {
        let fee_year = if pro_rata { FeeYear::ProRata } else { FeeYear::ClosingDate };
        let mut facts = march_and_april(TENTH_OF_APRIL, "2026-04-13", fee_year);
        (facts.sales, facts.rows) = (Vec::new(), Vec::new());
        let days = ["2026-03-31", "2026-04-01", "2026-04-02", "2026-04-03", "2026-04-04"];
        taken.iter().filter(|(_, yen)| *yen != 0).for_each(|(day, yen)| sold(&mut facts, days[*day], *yen));
        facts.contracts[0].fee.rate = domain::rate::Ppm(rate);
        facts.contracts[0].transfer_fee = Yen::new(transfer_fee);
        facts.contracts[0].gross_or_net = if net { GrossOrNet::Net } else { GrossOrNet::Gross };
        let mut facts = all_delivered(facts);
        if arrives {
            let pays = reconcile(&facts).unwrap().payouts.first().map_or(0, |p| p.net.get());
            facts.deposits.push(deposit("d", "2026-04-10", pays));
        }
        let outcome = reconcile(&facts).unwrap();
        prop_assert_eq!(audit(&facts, &outcome), Vec::<String>::new());
        for payout in &outcome.payouts {
            for share in &payout.years {
                let ours = facts.sales.iter().filter(|s| s.payment_date.fiscal_year() == share.year);
                prop_assert_eq!(share.gross.amount.get(), ours.map(|s| s.amount.get()).sum::<i64>());
                // A closing that does not even pay its transfer fee pays nothing; its sum is handed on with its years.
                let whole = if payout.carry_out > Yen::ZERO { Yen::ZERO } else { share.gross.amount };
                prop_assert!(fee_year == FeeYear::ProRata || share.year == R8 || share.net == whole);
            }
        }
        let bytes = serde_json::to_vec(&outcome).unwrap();
        facts.sales.reverse();
        facts.rows.reverse();
        prop_assert_eq!(serde_json::to_vec(&reconcile(&facts).unwrap()).unwrap(), bytes);
    }
}
