//! The worked cases of papers.md, by number, and the 照合書 with its figures.

use crate::support::*;
use domain::{method::Method, money::Yen};
use engine::{
    ExceptionClass, Facts, Outcome, Verdict, audit,
    facts::{OwnTerminal, RowClass, Sale, SaleState},
    outcome::{Figure, PayoutState, Stage},
    proof::{LinkState, Pairing},
    reconcile,
};

/// Runs and audits.
fn run(facts: &Facts) -> Outcome {
    let outcome = reconcile(facts).unwrap();
    assert_eq!(audit(facts, &outcome), Vec::<String>::new());
    outcome
}

fn figure(count: i64, yen: i64) -> Figure {
    Figure::new(count, Yen::new(yen))
}

#[test]
fn sheet_of_july() {
    let outcome = run(&paypay_july());
    let sheet = &outcome.sheets[0];
    assert_eq!(sheet.to, date("2026-07-31"));
    assert_eq!(sheet.opening, figure(0, 0), "1 前月末未報告");
    assert_eq!(sheet.sales, figure(101, 30_450), "2 当方収納");
    assert_eq!(sheet.settled_unknowns, figure(1, 300), "3 結果不明 → 明細で成立");
    assert_eq!(sheet.refunds, figure(-1, -450), "4 締め後返金");
    assert_eq!(sheet.reported_sales, figure(101, 30_450), "5 会社明細 売上");
    assert_eq!(sheet.reported_refunds, figure(-1, -450), "5 会社明細 返金");
    assert_eq!(sheet.carried, figure(1, 300), "6 翌月繰越");
    assert_eq!((sheet.fee, sheet.fee_tax), (Yen::new(594), Yen::new(59)), "7 手数料・消費税");
    assert_eq!(sheet.payout, Yen::new(29_347), "8 支払予定額");
    assert_eq!(
        (sheet.deposited, sheet.deposited_on),
        (Yen::new(29_347), Some(date("2026-08-03"))),
        "9 口座入金"
    );
    assert_eq!((sheet.in_transit, sheet.residual), (Yen::ZERO, Yen::ZERO), "10 入金未達 / 原因不明差額");
    assert_eq!(sheet.verdict, Verdict::Matched);
    assert_eq!(sheet.sentence_ja, "一致（翌期繰越 1件 300円）");
    let august = &outcome.sheets[1];
    assert_eq!(
        (august.opening, august.reported_sales, august.carried),
        (figure(1, 300), figure(1, 300), figure(0, 0))
    );
    assert_eq!(august.residual, Yen::ZERO);
    assert_eq!(august.payout_state, PayoutState::Open);
}

/// C5: sale ¥300 at 14:03:20, digits 4821. One case a line: the row, then class, amount (theirs less ours), verdict of the day.
#[test]
fn c5_static_jpqr() {
    let base = |rows: Vec<engine::facts::Row>| {
        let mut facts = facts();
        facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
        facts.rows = rows;
        all_delivered(facts)
    };
    let near = |yen, class| engine::facts::Row { class, ..row("r", "2026-07-15 14:03:11", yen, "4821") };
    let foreign = engine::facts::Row {
        terminal_id: Some("00-notours".to_owned()),
        ..row("r", "2026-07-15 14:03:11", 300, "4821")
    };
    for (case, rows, expected) in [
        ("a", vec![near(300, RowClass::Sale)], vec![]),
        ("b", vec![near(200, RowClass::Sale)], vec![(ExceptionClass::AmountDiff, -100)]),
        ("c", vec![near(3_000, RowClass::Sale)], vec![(ExceptionClass::AmountDiff, 2_700)]),
        ("d", vec![near(300, RowClass::Failed)], vec![(ExceptionClass::FailedOnly, -300)]),
        ("f", vec![], vec![(ExceptionClass::JOnly, -300)]),
        ("g", vec![foreign], vec![(ExceptionClass::JOnly, -300), (ExceptionClass::SheetUnknown, 300)]),
    ] {
        let outcome = run(&base(rows));
        let found: Vec<_> = outcome
            .exceptions
            .iter()
            .filter(|e| e.class != ExceptionClass::PayoutNoDeposit)
            .map(|e| (e.class, e.amount.get()))
            .collect();
        assert_eq!(found, expected, "case {case}");
        let linked = outcome.links.iter().filter(|l| l.left == "s").count();
        assert_eq!(linked, usize::from(["a", "b", "c"].contains(&case)), "case {case}");
        if !expected.is_empty() {
            assert_eq!(outcome.lines[0].verdict, Verdict::Differences, "case {case}");
        }
    }
}

/// C5 f, second half: the file is missing.
#[test]
fn c5_f_file_missing() {
    let mut facts = facts();
    facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
    facts.received.clear();
    let outcome = run(&all_delivered(facts));
    assert_eq!(outcome.exceptions[0].class, ExceptionClass::MissingFile);
    assert_eq!(outcome.verdict, Verdict::Incomplete);
    assert_eq!(outcome.sheets[0].awaiting, figure(1, 300));
    assert!(!outcome.lines[0].statement_received);
}

/// C5 e: found in another wallet's file: shown, not matched.
#[test]
fn c5_e_other_wallet() {
    let mut facts = facts();
    facts.contracts.push(contract("aupay", "aupay", Method::CodeStatic));
    facts.received.push(received("aupay", "2026-07-01", "2026-07-31"));
    facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
    let other = row("r", "2026-07-15 14:03:11", 300, "4821");
    facts.rows.push(engine::facts::Row { contract: "aupay".parse().unwrap(), ..other });
    let outcome = run(&all_delivered(facts));
    let missing = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::JOnly).unwrap();
    assert_eq!(missing.near[0].id, "r");
    assert!(missing.near[0].why_ja.contains("別の契約（aupay）"), "{}", missing.near[0].why_ja);
    assert!(outcome.exceptions.iter().any(|e| e.class == ExceptionClass::AOnly));
}

/// An unknown result: found, not found in a complete statement, failed, and not decided while the statement is missing.
#[test]
fn unknown_results() {
    let found = row("r", "2026-07-15 14:05:00", 300, "4821");
    let failed = engine::facts::Row { class: RowClass::Failed, ..found.clone() };
    for (rows, complete, expected) in [
        (vec![found], true, Some((true, Some(2)))),
        (vec![failed], true, Some((false, Some(2)))),
        (vec![], true, Some((false, None))),
        (vec![], false, None),
    ] {
        let mut facts = facts();
        let unknown = sale("s", "2026-07-15 14:03:20", 300, "4821");
        facts.sales.push(Sale { state: SaleState::Unknown, payer_digits: None, ..unknown });
        facts.rows = rows;
        if !complete {
            facts.received.clear();
        }
        let outcome = run(&all_delivered(facts));
        let decided = outcome.decisions.first().map(|d| (d.happened, d.row));
        assert_eq!(decided, expected);
        let pending = outcome.exceptions.iter().any(|e| e.class == ExceptionClass::UnknownPending);
        assert_eq!(pending, expected.is_none_or(|(happened, _)| !happened));
        assert!(
            outcome.decisions.iter().all(|d| d.file.is_some() && d.attempt.as_deref() == Some("attempt-s"))
        );
    }
}

/// The citizen paid again in cash while the first try was unknown, and both went through.
#[test]
fn both_payments_charged() {
    let mut facts = facts();
    let unknown = sale("s", "2026-07-15 14:03:20", 300, "4821");
    facts.sales.push(Sale { state: SaleState::Unknown, paid_again_as: Some("again".to_owned()), ..unknown });
    let cash = sale("again", "2026-07-15 14:06:00", 300, "");
    facts.sales.push(Sale { method: Method::Cash, contract: None, brand: None, ..cash });
    facts.rows.push(row("r", "2026-07-15 14:03:11", 300, "4821"));
    let outcome = run(&all_delivered(facts));
    assert!(outcome.decisions[0].happened);
    let twice = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::DuplicateCharge).unwrap();
    assert_eq!((twice.amount, twice.members.len()), (Yen::new(300), 2));
}

/// Voids: nothing in the statement, a pair, and one half.
#[test]
fn voided_sales() {
    let charge = row("r1", "2026-07-15 14:03:11", 300, "4821");
    let back = row("r2", "2026-07-15 14:10:00", -300, "4821");
    for (rows, classes) in
        [(vec![], vec![]), (vec![charge.clone(), back], vec![]), (vec![charge], vec![ExceptionClass::AOnly])]
    {
        let mut facts = facts();
        let voided = sale("s", "2026-07-15 14:03:20", 300, "4821");
        facts.sales.push(Sale {
            state: SaleState::Voided,
            voided_at: Some(at("2026-07-15 14:09:30")),
            ..voided
        });
        facts.rows = rows;
        let outcome = run(&all_delivered(facts));
        let found: Vec<_> = outcome
            .exceptions
            .iter()
            .map(|e| e.class)
            .filter(|c| *c != ExceptionClass::PayoutNoDeposit)
            .collect();
        assert_eq!(found, classes);
        assert_eq!(outcome.lines[0].net, figure(0, 0));
        assert_eq!(outcome.lines[0].voids, figure(1, 300));
    }
}

/// A refund that was decided days before the acquirer booked it is still one.
#[test]
fn a_refund_booked_later() {
    let mut facts = facts();
    facts.sales.push(sale("s", "2026-07-10 15:00:00", -450, "4500"));
    facts.rows.push(row("r", "2026-07-16 09:00:00", -450, "4500"));
    let outcome = run(&all_delivered(facts));
    assert_eq!(outcome.links.len(), 1);
    assert_eq!((outcome.sheets[0].refunds, outcome.sheets[0].residual), (figure(-1, -450), Yen::ZERO));
}

/// One sale, two rows with one key; the same row twice in a file.
#[test]
fn charged_twice() {
    let first = row("r1", "2026-07-15 14:03:11", 300, "4821");
    let second = row("r2", "2026-07-15 14:04:00", 300, "4821");
    let repeated = engine::facts::Row { occurrence: 2, record_key: "r1".to_owned(), ..second.clone() };
    for other in [second, repeated] {
        let mut facts = facts();
        facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
        facts.rows = vec![first.clone(), other];
        let outcome = run(&all_delivered(facts));
        let twice = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::DuplicateCharge).unwrap();
        assert_eq!(twice.members, ["r2", "s"]);
        assert_eq!(outcome.links.iter().find(|l| l.left == "s").unwrap().right, "r1");
        assert_eq!(outcome.sheets[0].residual, Yen::new(-300));
    }
}

/// +1,000 beside −1,000 is not green: the residual is 0, the gross is not.
#[test]
fn gross_stands_beside_net() {
    let mut facts = facts();
    facts.sales.push(sale("s", "2026-07-15 14:03:20", 1_000, "4821"));
    facts.rows.push(row("r", "2026-07-20 09:00:00", 1_000, "7777"));
    facts.deposits.push(deposit("d", "2026-08-03", 980));
    let outcome = run(&all_delivered(facts));
    let sheet = &outcome.sheets[0];
    assert_eq!((sheet.residual, sheet.breaks_gross), (Yen::ZERO, Yen::new(2_000)));
    assert_eq!(sheet.payout_state, PayoutState::Arrived);
    assert_eq!((sheet.verdict, outcome.verdict), (Verdict::Differences, Verdict::Differences));
}

/// Two alike on both sides, one key: proven as a set, not one by one. Two against three: one too many, and a second charge.
#[test]
fn alike_is_not_guessed() {
    let mut facts = facts();
    for n in 0..2 {
        facts.sales.push(sale(&format!("s{n}"), "2026-07-15 14:03:20", 300, "4821"));
        facts.rows.push(row(&format!("r{n}"), "2026-07-15 14:03:11", 300, "4821"));
    }
    facts.terminals.push(OwnTerminal { id: "t".to_owned(), counter: "m2".parse().unwrap() });
    let outcome = run(&all_delivered(facts.clone()));
    let [set] = &outcome.sets[..] else { panic!("one set") };
    assert_eq!((set.proven, set.amount, set.ours.len(), set.theirs.len()), (2, Yen::new(600), 2, 2));
    assert!(outcome.links.iter().all(|link| link.stage == Stage::InterchangeableSet
        && link.proof.pairing == Pairing::Indeterminate
        && link.proof.state == LinkState::Confirmed));
    assert_eq!((outcome.links.len(), outcome.sheets[0].residual), (2, Yen::ZERO));
    facts.rows.push(row("r2", "2026-07-15 14:04:00", 300, "4821"));
    let outcome = run(&all_delivered(facts));
    let twice = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::DuplicateCharge).unwrap();
    assert_eq!((twice.members.len(), twice.count, twice.amount), (3, 1, Yen::new(300)));
}
