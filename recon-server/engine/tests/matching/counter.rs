//! The counter's own leg, card keys, and the edges of a day.

use domain::{method::Method, money::Yen};
use engine::{
    BadFacts, ExceptionClass, Facts, Outcome, Verdict, audit,
    facts::{CounterDay, CounterDayState, Row, RowClass, Sale, SaleState, TerminalTotal},
    outcome::{Figure, Stage},
    reconcile,
};

use crate::support::{SHEET, all_delivered, at, contract, date, facts, received, row, sale};

pub fn run(facts: &Facts) -> Outcome {
    let outcome = reconcile(facts).unwrap();
    assert_eq!(audit(facts, &outcome), Vec::<String>::new());
    outcome
}

/// A card sale with slip and approval code.
fn card_sale(id: &str, when: &str, yen: i64, slip: &str, approval: &str) -> Sale {
    Sale {
        method: Method::Credit,
        brand: Some("visa".parse().unwrap()),
        contract: None,
        sheet_number: None,
        payer_digits: None,
        terminal_id: Some("T1".to_owned()),
        slip_number: Some(slip.to_owned()),
        approval_code: Some(approval.to_owned()),
        provisional: false,
        ..sale(id, when, yen, "")
    }
}

fn card_row(id: &str, when: &str, yen: i64, slip: Option<&str>, approval: Option<&str>) -> Row {
    Row {
        contract: "card".parse().unwrap(),
        brand: Some("visa".parse().unwrap()),
        terminal_id: Some("T1".to_owned()),
        payer_digits: None,
        slip_number: slip.map(str::to_owned),
        approval_code: approval.map(str::to_owned),
        ..row(id, when, yen, "")
    }
}

fn card_facts() -> Facts {
    let mut facts = facts();
    facts.terminals.clear();
    facts.contracts.push(contract("card", "visa", Method::Credit));
    facts.received.push(received("card", "2026-07-01", "2026-08-01"));
    facts
}

/// Which stage and rule join a card sale: by key, by key with another amount, around midnight, by id; and when they do not.
#[test]
fn card_keys() {
    let when = "2026-07-15 14:00:00";
    let by_id = |r: Row| Row { acquirer_transaction_id: Some("X9".to_owned()), ..r };
    for (case, sold, told, expected) in [
        (
            "slip",
            when,
            card_row("r", when, 300, Some("0001"), None),
            Some((Stage::CompositeKey, "terminal, slip, date, amount")),
        ),
        (
            "approval",
            when,
            card_row("r", when, 300, None, Some("A1")),
            Some((Stage::CompositeKey, "approval code, date, amount")),
        ),
        (
            "slip, other amount",
            when,
            card_row("r", when, 500, Some("0001"), None),
            Some((Stage::CompositeKeyAmountDiffers, "terminal, slip, date, amount")),
        ),
        (
            "slip, other amount, other approval",
            when,
            card_row("r", when, 500, Some("0001"), Some("B2")),
            None,
        ),
        ("another day", when, card_row("r", "2026-07-16 14:00:00", 300, Some("0001"), None), None),
        (
            "around midnight",
            "2026-07-15 23:50:00",
            card_row("r", "2026-07-16 00:05:00", 300, Some("0001"), None),
            Some((Stage::CompositeKey, "terminal, slip, date, amount")),
        ),
        (
            "by id",
            when,
            by_id(card_row("r", "2026-07-20 09:00:00", 300, None, None)),
            Some((Stage::IdJoin, "acquirer transaction id")),
        ),
        (
            "no key in common",
            when,
            card_row("r", when, 300, None, None),
            Some((Stage::MutualUniqueWindow, "sole candidate by brand, terminal, amount, time")),
        ),
        ("nothing in common", when, card_row("r", "2026-07-16 18:00:00", 300, None, None), None),
    ] {
        let mut facts = card_facts();
        let base = card_sale("s", sold, 300, "0001", "A1");
        facts.sales.push(Sale { acquirer_transaction_id: Some("X9".to_owned()), ..base });
        facts.rows.push(told);
        let outcome = run(&all_delivered(facts));
        let found = outcome.links.first().map(|l| (l.stage, &*l.rule));
        assert_eq!(found, expected, "{case}");
    }
}

/// Our reference, echoed by the acquirer five days later.
#[test]
fn our_reference_comes_back() {
    let reference = || Some("attempt-s".to_owned());
    let mut facts = card_facts();
    let sold = card_sale("s", "2026-07-15 14:00:00", 300, "0001", "A1");
    facts.sales.push(Sale { reference: reference(), ..sold });
    let told = card_row("r", "2026-07-20 09:00:00", 300, None, None);
    facts.rows.push(Row { reference: reference(), ..told });
    let outcome = run(&all_delivered(facts));
    let found = outcome.links.first().map(|l| (l.stage, &*l.rule));
    assert_eq!(found, Some((Stage::IdJoin, "our reference")));
}

/// An unknown result has no slip: its terminal, amount and time find it, unless another sale has a key to the row.
#[test]
fn unknown_on_a_terminal() {
    let mut facts = card_facts();
    let unknown = card_sale("u", "2026-07-15 14:00:00", 300, "", "");
    facts.sales.push(Sale { state: SaleState::Unknown, slip_number: None, approval_code: None, ..unknown });
    facts.rows.push(card_row("r", "2026-07-15 14:01:00", 300, Some("0007"), Some("A7")));
    let outcome = run(&all_delivered(facts.clone()));
    assert!(outcome.decisions[0].happened);
    assert_eq!(
        (outcome.sheets[0].settled_unknowns, outcome.sheets[0].residual),
        (Figure::new(1, Yen::new(300)), Yen::ZERO)
    );
    facts.sales.push(card_sale("s", "2026-07-15 14:01:00", 300, "0007", "A7"));
    let outcome = run(&all_delivered(facts));
    assert!(!outcome.decisions[0].happened);
    assert_eq!(outcome.links[0].left, "s");
}

/// A sale just before the closing whose next statement is not here yet is carried, not missed.
#[test]
fn cut_off() {
    let mut facts = facts();
    facts.sales.push(sale("s", "2026-07-31 23:50:00", 300, "4821"));
    let outcome = run(&all_delivered(facts.clone()));
    assert_eq!(outcome.exceptions[0].class, ExceptionClass::CutoffShift);
    assert_eq!(
        (outcome.sheets[0].carried, outcome.sheets[0].residual),
        (Figure::new(1, Yen::new(300)), Yen::ZERO)
    );
    assert_eq!(outcome.sheets[0].verdict, Verdict::Pending);
    facts.received.push(received("paypay", "2026-08-01", "2026-08-05"));
    let outcome = run(&all_delivered(facts));
    assert_eq!(
        outcome.exceptions[0].class,
        ExceptionClass::JOnly,
        "the next statement does not have it either"
    );
}

#[test]
fn terminal_totals() {
    let total = |count, yen| TerminalTotal {
        counter: "m1".parse().unwrap(),
        business_day: date("2026-07-15"),
        brand: "visa".parse().unwrap(),
        count,
        amount: Yen::new(yen),
    };
    for (case, totals, unknown, difference, verdict) in [
        ("agrees", total(1, 300), false, Some(0), None),
        ("one more", total(2, 600), false, Some(300), Some(Verdict::Differences)),
        ("the unknown one", total(2, 600), true, Some(300), Some(Verdict::Pending)),
        ("nothing sold", total(0, 0), false, Some(-300), Some(Verdict::Differences)),
    ] {
        let mut facts = card_facts();
        facts.sales.push(card_sale("s", "2026-07-15 14:00:00", 300, "0001", "A1"));
        facts.rows.push(card_row("r", "2026-07-15 14:00:00", 300, Some("0001"), None));
        if unknown {
            let doubt = card_sale("u", "2026-07-15 15:00:00", 300, "0002", "A2");
            facts.sales.push(Sale { state: SaleState::Unknown, ..doubt });
        }
        facts.terminal_totals.push(totals);
        let outcome = run(&all_delivered(facts));
        assert_eq!(outcome.lines[0].terminal.map(|t| t.difference.amount.get()), difference, "{case}");
        let raised =
            outcome.exceptions.iter().find(|e| e.class == ExceptionClass::TerminalDiff).map(|e| e.verdict);
        assert_eq!(raised, verdict, "{case}");
    }
}

/// Missing is not green: open, undelivered, silent; 休業 is fine.
#[test]
fn counter_days() {
    for (state, green) in [
        (Some(CounterDayState::Delivered), true),
        (Some(CounterDayState::Holiday), true),
        (Some(CounterDayState::Undelivered), false),
        (Some(CounterDayState::Open), false),
        (Some(CounterDayState::NoReport), false),
        (None, false),
    ] {
        let mut facts = facts();
        let cash = sale("s", "2026-07-15 14:00:00", 300, "");
        facts.sales.push(Sale { method: Method::Cash, brand: None, contract: None, ..cash });
        let counter = "m1".parse().unwrap();
        facts.counter_days = state
            .map(|state| CounterDay { counter, business_day: date("2026-07-15"), state })
            .into_iter()
            .collect();
        let outcome = run(&facts);
        let expected = if green { Verdict::Matched } else { Verdict::Incomplete };
        assert_eq!(
            (outcome.verdict, outcome.days[0].verdict, outcome.lines[0].verdict),
            (expected, expected, expected)
        );
    }
}

/// A silent counter without any sale still holds its day open.
#[test]
fn a_silent_counter_is_seen() {
    let mut facts = facts();
    let counter = "m2".parse().unwrap();
    let state = CounterDayState::NoReport;
    facts.counter_days.push(CounterDay { counter, business_day: date("2026-07-15"), state });
    let outcome = run(&facts);
    assert_eq!((outcome.days.len(), outcome.days[0].verdict), (1, Verdict::Incomplete));
    assert!(outcome.days[0].sentences_ja[0].contains("休業"), "{}", outcome.days[0].sentences_ja[0]);
}

/// Rows of a status that no profile lists, sales that no contract covers: kept, shown, not green.
#[test]
fn kept_and_shown() {
    let mut facts = facts();
    let odd = row("r", "2026-07-15 14:00:00", 300, "1");
    facts.rows.push(Row { class: RowClass::Unclassified("審査中".to_owned()), ..odd });
    let lost = sale("s", "2026-07-15 14:00:00", 300, "1");
    facts.sales.push(Sale { contract: None, brand: Some("merpay".parse().unwrap()), ..lost });
    let outcome = run(&all_delivered(facts));
    let classes: Vec<_> = outcome.exceptions.iter().map(|e| e.class).collect();
    assert_eq!(classes, [ExceptionClass::UnclassifiedRow, ExceptionClass::NoContract]);
    assert_eq!(outcome.verdict, Verdict::Differences);
    assert!(outcome.exceptions[0].sentence_ja.contains("審査中"));
}

/// A row without a sale goes to the counter whose terminal it names.
#[test]
fn a_row_finds_its_counter() {
    let mut facts = facts();
    facts.rows.push(row("r", "2026-07-15 14:00:00", 300, "1"));
    facts.rows.push(Row { terminal_id: None, ..row("q", "2026-07-15 15:00:00", 300, "2") });
    let outcome = run(&facts);
    let counters: Vec<_> = outcome.lines.iter().map(|l| l.counter.as_ref().map(|c| c.as_str())).collect();
    assert_eq!(counters, [None, Some("m1")]);
    assert!(outcome.lines.iter().all(|l| l.difference == Yen::new(300) && l.verdict == Verdict::Differences));
    assert_eq!(SHEET, "00-sheet0001");
}

#[test]
fn facts_that_contradict_themselves() {
    let base = facts();
    let one = sale("s", "2026-07-15 14:00:00", 300, "1");
    let far = Sale { amount: Yen::new(2_000_000_000_000), ..one.clone() };
    let stray = Row { contract: "nowhere".parse().unwrap(), ..row("r", "2026-07-15 14:00:00", 300, "1") };
    for (facts, expected) in [
        (
            Facts { sales: vec![one.clone(), one], ..base.clone() },
            BadFacts::Twice { kind: "sale", id: "s".to_owned() },
        ),
        (Facts { sales: vec![far], ..base.clone() }, BadFacts::Amount { kind: "sale", id: "s".to_owned() }),
        (
            Facts { rows: vec![stray], ..base.clone() },
            BadFacts::NoSuchContract { id: "r".to_owned(), contract: "nowhere".to_owned() },
        ),
    ] {
        assert_eq!(reconcile(&facts).unwrap_err(), expected);
    }
    assert_eq!(at("2026-07-15 14:00:00").date(), date("2026-07-15"));
}
