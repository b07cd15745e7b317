//! Rows of the store as facts: refunds and their lanes, parts by year, results that were in doubt.

use domain::{
    id::{Incarnation, SequenceNumber},
    method::Method,
    payment::{Approval, Doubt, DoubtCause, NotStartedWhy, Phase},
    refund::RefundLane,
    time::FiscalYear,
    year_rule::YearRule,
};
use store::{
    journal::EntryKey,
    projection::{AttemptFactRow, OutcomeFact},
    refunds::RefundDecision,
    reports::Keyed,
};

use super::*;
use crate::jobs::refund::{
    divide,
    samples::{self, day, line},
};

/// A refund by the acquirer of a sale that was paid with a printed code.
fn row(sold_on: &str, refunded_on: &str, decided_on: &str) -> RefundRow {
    let of_cash = samples::refund(sold_on, refunded_on, 450);
    let decided = of_cash.decision.map(|decision| RefundDecision { at: evening(decided_on), ..decision });
    RefundRow {
        contract: Some("paypay".parse().unwrap()),
        method: Method::CodeStatic,
        brand: Some("paypay".parse().unwrap()),
        requested_at: evening(decided_on),
        decision: decided,
        ..of_cash
    }
}

fn evening(of: &str) -> Timestamp {
    Timestamp::from_jst(day(of), 15, 30, 0).unwrap()
}

/// papers.md C7, lanes 1 to 3: the refund is of the day on which it goes back, and its books are those of the lane.
#[test]
fn c7_a_refund_keeps_its_lane() {
    for (case, sold_on, refunded_on, year) in [
        ("C7 (1)", "2026-03-25", "2026-05-20", 2025),
        ("C7 (2)", "2026-03-25", "2026-06-03", 2026),
        ("C7 (3)", "2026-04-10", "2026-06-03", 2026),
    ] {
        let fact = refund(&row(sold_on, refunded_on, refunded_on), None);
        assert_eq!(fact.books_year(), FiscalYear(year), "{case}");
        assert_eq!((fact.kind, fact.state), (SaleKind::Refund, SaleState::Completed), "{case}");
        assert_eq!((fact.payment_date, fact.amount), (day(refunded_on), Yen::new(-450)), "{case}");
    }
}

/// 施行令142条, around 31 March: a sale of two classes of revenue has two parts, each with the day that decides its year.
#[test]
fn each_class_of_revenue_goes_by_its_own_day() {
    let term = YearRule::TermEnds { on: day("2026-03-31") };
    let lines = [
        line(300, "手数料", YearRule::PaymentDate),
        line(9_300, "使用料", term),
        line(700, "使用料", YearRule::PaymentDate),
        line(100, "使用料", term),
    ];
    let found: Vec<_> =
        parts(&lines).into_iter().map(|part| (part.revenue, part.amount.get(), part.year_date)).collect();
    let place = |setsu: &str| format!("使用料及び手数料/使用料/総務使用料/{setsu}");
    assert_eq!(
        found,
        [
            (place("使用料"), 700, None),
            (place("使用料"), 9_400, Some(day("2026-03-31"))),
            (place("手数料"), 300, None),
        ]
    );
}

/// A refusal never was money. What was in doubt and then decided as not charged is looked for in the statement still.
#[test]
fn what_was_in_doubt_is_a_fact_after_the_decision() {
    let at = Timestamp::from_jst(day("2026-07-15"), 14, 3, 20).unwrap();
    let not_charged = || Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, detail: String::new() };
    let doubt = Doubt {
        phase: Phase::Sent,
        cause: DoubtCause::Silence,
        detail: String::new(),
        partial: Some(Approval { slip_number: Some("417".to_owned()), ..Approval::default() }),
    };
    let key = EntryKey {
        counter: "m1".parse().unwrap(),
        incarnation: Incarnation(1),
        sequence_number: SequenceNumber(7),
    };
    let attempt = |outcomes: Vec<Outcome>| AttemptRow {
        key: key.clone(),
        attempt: AttemptFactRow {
            attempt: AttemptId(uuid::Uuid::from_u128(9)),
            sale: SaleId(uuid::Uuid::from_u128(8)),
            sequence_number: 3,
            kind: AttemptKind::Sales,
            method: Method::ElectronicMoney,
            route: "t1".parse().unwrap(),
            contract: Some("otsu".parse().unwrap()),
            brand: Some("edy".parse().unwrap()),
            amount: Yen::new(300),
            business_day: day("2026-07-15"),
            requested_at: at,
        },
        outcomes: outcomes
            .into_iter()
            .map(|outcome| Keyed {
                key: key.clone(),
                fact: OutcomeFact {
                    attempt: AttemptId(uuid::Uuid::from_u128(9)),
                    outcome,
                    evidence: None,
                    recorded_at: at,
                },
            })
            .collect(),
        exits: Vec::new(),
    };
    assert!(sales(&[], &[attempt(vec![not_charged()])]).is_empty());
    let decided = sales(&[], &[attempt(vec![Outcome::Unknown(doubt), not_charged()])]);
    assert_eq!((decided.len(), decided[0].state), (1, SaleState::NotCharged));
    assert_eq!((decided[0].amount, decided[0].slip_number.as_deref()), (Yen::new(300), Some("417")));
}

/// By what the statement finds it: the keys of the sale; of a part, the whole stays known.
#[test]
fn a_refund_is_found_by_its_sale() {
    let whole = refund(&row("2026-07-10", "2026-07-14", "2026-07-14"), None);
    assert_eq!(whole.refund_of.as_ref().map(|of| of.amount), Some(Yen::new(450)));
    assert_eq!((whole.payer_digits.clone(), whole.sheet_number.clone()), (None, None));
    let sale = Sale {
        id: "00000000-0000-0000-0000-00000000a001".to_owned(),
        kind: SaleKind::Sale,
        amount: Yen::new(600),
        payer_digits: Some("4821".to_owned()),
        sheet_number: Some("00-sheet0001".to_owned()),
        reference: Some("attempt".to_owned()),
        refund_of: None,
        ..whole
    };
    let part = refund(&row("2026-07-10", "2026-07-14", "2026-07-13"), Some(&sale));
    assert_eq!(
        part.refund_of.as_ref().map(|of| (of.sale.clone(), of.amount)),
        Some((sale.id, Yen::new(600)))
    );
    assert_eq!(
        (part.payer_digits.as_deref(), part.sheet_number.as_deref()),
        (Some("4821"), Some("00-sheet0001"))
    );
    assert_eq!(part.reference.as_deref(), Some("attempt"));
    assert_eq!(part.at.to_paper(), Timestamp::from_jst(day("2026-07-14"), 12, 0, 0).unwrap().to_paper());
}

/// papers.md C7 with a sale of two years: the books divide a refund to the yen as screens, papers and the finance file do, whole or in part,
/// also where equal remainders go to the earlier part and where a 科目 sorts otherwise level by level than as it is written.
#[test]
fn the_books_share_a_refund_as_the_papers_do() {
    let term = YearRule::TermEnds { on: day("2026-03-31") };
    let equal =
        [line(100, "手数料", YearRule::PaymentDate), line(100, "手数料", term), line(100, "使用料", term)];
    let mut levels = [line(100, "甲", YearRule::PaymentDate), line(100, "甲", term)];
    // Level by level 款 "X" comes before "X!"; as written "X!/…" comes before "X/…".
    levels[1].account.kan.push('!');
    for lines in [&samples::lines_of_two_years()[..], &equal, &levels] {
        let taken = lines.iter().map(|line| line.amount.get()).sum::<i64>();
        for (refunded_on, amount) in
            ["2026-05-20", "2026-06-03"].into_iter().flat_map(|on| (1..=taken).map(move |yen| (on, yen)))
        {
            let row = samples::refund("2026-04-02", refunded_on, amount);
            let sale = Sale {
                amount: Yen::new(taken),
                parts: parts(lines),
                refund_of: None,
                kind: SaleKind::Sale,
                ..refund(&row, None)
            };
            let fact = refund(&row, Some(&sale));
            let mut booked: BTreeMap<RefundLane, i64> = BTreeMap::new();
            for part in &fact.parts {
                *booked.entry(fact.lane_of(part).unwrap()).or_default() -= part.amount.get();
            }
            let papers: BTreeMap<RefundLane, i64> =
                divide(&row, lines).backs.iter().map(|back| (back.lane, back.amount.get())).collect();
            assert_eq!(papers, booked, "{refunded_on} {amount} of {taken}");
            assert_eq!(papers.values().sum::<i64>(), amount);
        }
    }
}
