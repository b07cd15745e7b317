//! A clean town in which one thing is dropped, doubled, altered or shifted: it is found, and named by class and members. Every row and
//! every sale of three towns: one whose payments carry keys, one that only time tells apart, one in which many are alike.

use std::collections::BTreeSet;

use domain::money::Yen;
use engine::{
    ExceptionClass, Facts, Verdict, audit,
    class::Leg,
    facts::{Row, Sale},
    reconcile,
};

use crate::support::{all_delivered, facts, row, sale};

/// What tells the payments of a town apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Keys,
    Times,
    Alike,
}

/// What happens to one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Drop,
    Double,
    Alter,
    Shift,
}

const STYLES: [Style; 3] = [Style::Keys, Style::Times, Style::Alike];
const CHANGES: [Change; 4] = [Change::Drop, Change::Double, Change::Alter, Change::Shift];
/// Payments of a town.
const PAYMENTS: usize = 12;
/// Three days.
const SHIFT_MS: i64 = 3 * 86_400_000;

fn clean(style: Style) -> Facts {
    let mut facts = facts();
    for n in 0..PAYMENTS {
        let yen = if style == Style::Keys { 300 + 50 * i64::try_from(n % 3).unwrap() } else { 300 };
        let (day, minute) = match style {
            Style::Keys => (5 + n % 4, n),
            Style::Times => (5 + n % 4, 20 * (n / 4)),
            Style::Alike => (5 + n % 2, n),
        };
        let when = format!("2026-07-{day:02} {:02}:{:02}:00", 10 + minute / 60, minute % 60);
        let (mut ours, mut theirs) = (
            sale(&format!("s{n:02}"), &when, yen, &format!("{n:04}")),
            row(&format!("r{n:02}"), &when, yen, &format!("{n:04}")),
        );
        theirs.at = theirs.at.plus_ms(9_000);
        if style != Style::Keys {
            (ours.payer_digits, theirs.payer_digits) = (None, None);
        }
        facts.sales.push(ours);
        facts.rows.push(theirs);
    }
    all_delivered(facts)
}

fn change_row(facts: &mut Facts, nth: usize, change: Change) {
    let row = facts.rows[nth].clone();
    match change {
        Change::Drop => {
            facts.rows.remove(nth);
        }
        Change::Double => facts.rows.push(Row { id: format!("{}x", row.id), occurrence: 2, ..row }),
        Change::Alter => facts.rows[nth].amount = Yen::new(row.amount.get() + 7),
        Change::Shift => facts.rows[nth].at = row.at.plus_ms(SHIFT_MS + 40_000_000),
    }
}

fn change_sale(facts: &mut Facts, nth: usize, change: Change) {
    let sale = facts.sales[nth].clone();
    match change {
        Change::Drop => {
            facts.sales.remove(nth);
        }
        Change::Double => facts.sales.push(Sale { id: format!("{}x", sale.id), ..sale }),
        Change::Alter => facts.sales[nth].amount = Yen::new(sale.amount.get() + 7),
        Change::Shift => {
            let at = sale.at.plus_ms(SHIFT_MS + 40_000_000);
            facts.sales[nth] = Sale { at, payment_date: at.date(), ..sale };
        }
    }
}

/// Class and one member of everything that leg 1 raises.
fn findings(facts: &Facts) -> Vec<(ExceptionClass, BTreeSet<String>)> {
    let outcome = reconcile(facts).unwrap();
    assert_eq!(audit(facts, &outcome), Vec::<String>::new());
    let raised = outcome.exceptions.iter().filter(|e| e.class.leg() == Leg::JournalStatement);
    let found: Vec<_> = raised.map(|e| (e.class, e.members.iter().cloned().collect())).collect();
    assert!(found.is_empty() || outcome.verdict >= Verdict::Differences, "{found:?}");
    found
}

/// The classes that a change must raise, in order, and for each the thing that must be among its members.
fn expected(style: Style, change: Change, of_row: bool, nth: usize) -> Vec<(ExceptionClass, String)> {
    use ExceptionClass::{AOnly, AmountDiff, DuplicateCharge, JOnly};
    let (sale, row) = (format!("s{nth:02}"), format!("r{nth:02}"));
    match (style, change, of_row) {
        (_, Change::Drop, true) => vec![(JOnly, sale)],
        (_, Change::Drop, false) => vec![(AOnly, row)],
        (Style::Alike, Change::Double, true) => vec![(AOnly, format!("{row}x"))],
        (_, Change::Double, true) => vec![(DuplicateCharge, format!("{row}x"))],
        (_, Change::Double, false) => vec![(JOnly, format!("{sale}x"))],
        (Style::Keys, Change::Alter, _) => vec![(AmountDiff, sale)],
        (_, Change::Alter | Change::Shift, _) => vec![(JOnly, sale), (AOnly, row)],
    }
}

#[test]
fn a_clean_town_is_clean() {
    for style in STYLES {
        assert_eq!(findings(&clean(style)), [], "{style:?}");
    }
}

/// 3 towns × 12 payments × 2 sides × 4 changes.
#[test]
fn every_change_is_found_and_named() {
    for style in STYLES {
        for nth in 0..PAYMENTS {
            for (change, of_row) in CHANGES.iter().flat_map(|change| [(*change, true), (*change, false)]) {
                let mut facts = clean(style);
                if of_row {
                    change_row(&mut facts, nth, change)
                } else {
                    change_sale(&mut facts, nth, change)
                }
                let found = findings(&facts);
                let expected = expected(style, change, of_row, nth);
                let case = format!(
                    "{style:?} {change:?} of {} {nth}: {found:?}",
                    if of_row { "row" } else { "sale" }
                );
                let classes: Vec<ExceptionClass> = found.iter().map(|(class, _)| *class).collect();
                let wanted: Vec<ExceptionClass> = expected.iter().map(|(class, _)| *class).collect();
                assert_eq!(classes, wanted, "{case}");
                for ((_, members), (_, member)) in found.iter().zip(&expected) {
                    assert!(members.contains(member), "{case}");
                }
            }
        }
    }
}
