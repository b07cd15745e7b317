//! Partitions and memory: whatever happened before, and however the facts are cut, the bytes are those of one whole run; and what an
//! event does not touch is not matched again. Histories are made of the small towns, spread over weeks.

use domain::{money::Yen, time::CivilDate};
use engine::{
    Facts, Memory, Rerun,
    facts::{Row, RowClass, Sale, SaleState},
    reconcile, reconcile_uncut, reconcile_with,
};

use crate::{
    small::{Dice, town},
    support::{all_delivered, at, date, deposit, received, row, sale},
};

/// Histories of each of the tests below.
const HISTORIES: u64 = 30;
/// Events of a history.
const EVENTS: u64 = 6;
/// Days by which things are moved apart: around the two weeks in which money may go back, and not at all.
const SHIFTS: [i32; 8] = [0, 0, 0, 1, 2, 13, 14, 15];

pub fn bytes(outcome: &engine::Outcome) -> Vec<u8> {
    serde_json::to_vec(outcome).unwrap()
}

fn moved_sale(sale: &mut Sale, days: i32) {
    let ms = i64::from(days) * 86_400_000;
    sale.at = sale.at.plus_ms(ms);
    sale.voided_at = sale.voided_at.map(|at| at.plus_ms(ms));
    sale.payment_date = sale.payment_date.plus_days(days);
    sale.business_day = sale.business_day.plus_days(days);
}

fn moved_row(row: &mut Row, days: i32) {
    row.at = row.at.plus_ms(i64::from(days) * 86_400_000);
}

/// A town whose things lie days apart, some around midnight, some under the acquirer's own numbers.
fn spread(seed: u64, prefix: &str) -> (Vec<Sale>, Vec<Row>) {
    let dice = &mut Dice::new(seed ^ 0x00C0_FFEE);
    let Facts { mut sales, mut rows, .. } = town(seed);
    let days = dice.pick(&SHIFTS);
    let late = i64::from(dice.roll(3) == 0) * 13 * 3_600_000;
    let named = dice.roll(3) == 0;
    for sale in &mut sales {
        let own = if dice.roll(3) == 0 { dice.pick(&SHIFTS) } else { days };
        moved_sale(sale, own);
        sale.at = sale.at.plus_ms(late);
        if sale.state == SaleState::Voided && dice.roll(3) == 0 {
            sale.voided_at = sale.voided_at.map(|at| at.plus_ms(i64::from(dice.pick(&SHIFTS)) * 86_400_000));
        }
        sale.acquirer_transaction_id = (named && dice.roll(3) == 0).then(|| format!("x{}", dice.roll(6)));
        sale.reference = (named && dice.roll(4) == 0).then(|| format!("y{}", dice.roll(6)));
        sale.id = format!("{prefix}{}", sale.id);
        if dice.roll(6) == 0 {
            sale.paid_again_as = Some(format!("{prefix}s{:02}", dice.roll(8)));
        }
    }
    for row in &mut rows {
        let own = if dice.roll(3) == 0 { dice.pick(&SHIFTS) } else { days };
        moved_row(row, own);
        row.at = row.at.plus_ms(late);
        row.acquirer_transaction_id = (named && dice.roll(3) == 0).then(|| format!("x{}", dice.roll(6)));
        row.reference = (named && dice.roll(4) == 0).then(|| format!("y{}", dice.roll(6)));
        row.id = format!("{prefix}{}", row.id);
        row.record_key = format!("{prefix}{}", row.record_key);
    }
    (sales, rows)
}

/// A town of two towns.
fn begin(seed: u64) -> Facts {
    let mut facts = town(seed);
    facts.received.iter_mut().for_each(|file| file.to = date("2026-08-20"));
    (facts.sales, facts.rows) = spread(seed, "a");
    let (sales, rows) = spread(seed + 1_000_000, "b");
    facts.sales.extend(sales);
    facts.rows.extend(rows);
    all_delivered(facts)
}

/// Something happens: facts come, change or go, a person decides, a day passes.
fn event(facts: &mut Facts, dice: &mut Dice, nth: u64) {
    let place = |dice: &mut Dice, length: usize| usize::try_from(dice.roll(length.max(1) as u64)).unwrap();
    match dice.roll(10) {
        0 | 1 => {
            let (sales, rows) = spread(dice.roll(10_000), &format!("e{nth}"));
            facts.sales.extend(sales);
            facts.rows.extend(rows);
        }
        2 if !facts.rows.is_empty() => {
            let gone = place(dice, facts.rows.len());
            facts.rows.remove(gone);
        }
        3 if !facts.sales.is_empty() => {
            let gone = place(dice, facts.sales.len());
            facts.sales.remove(gone);
        }
        4 if !facts.rows.is_empty() => {
            let revised = place(dice, facts.rows.len());
            let row = &mut facts.rows[revised];
            match dice.roll(3) {
                0 => row.amount = Yen::new(dice.pick(&[300, 450, 600])),
                1 => moved_row(row, dice.pick(&SHIFTS)),
                _ => {
                    row.class =
                        dice.pick(&[&RowClass::Sale, &RowClass::Refund, &RowClass::Chargeback]).clone()
                }
            }
        }
        5 if !facts.sales.is_empty() => {
            let changed = place(dice, facts.sales.len());
            let sale = &mut facts.sales[changed];
            sale.state = dice.pick(&[SaleState::Completed, SaleState::Voided, SaleState::Unknown]);
        }
        6 => facts.deposits.push(deposit(&format!("e{nth}"), "2026-08-04", dice.pick(&[294, 588, 1_470]))),
        7 => facts.as_of = facts.as_of.plus_days(1),
        8 => {
            let outcome = reconcile(facts).unwrap();
            let proposed =
                outcome.exceptions.iter().find(|e| e.class == engine::ExceptionClass::ProposedMatch);
            if let Some(proposal) = proposed {
                let said =
                    if dice.roll(2) == 0 { &mut facts.notices.confirmed } else { &mut facts.notices.refused };
                said.push(proposal.id.clone());
            }
        }
        _ => match facts.received.first_mut() {
            Some(file) => file.to = file.to.plus_days(if dice.roll(2) == 0 { -20 } else { 20 }),
            None => facts.received.push(received("paypay", "2026-07-01", "2026-07-20")),
        },
    }
    *facts = all_delivered(facts.clone());
}

fn histories(share: u64) {
    for seed in share * HISTORIES..(share + 1) * HISTORIES {
        let (dice, mut memory, mut facts) = (&mut Dice::new(seed), Memory::new(), begin(seed));
        for nth in 0..=EVENTS {
            let whole = reconcile(&facts).unwrap();
            let uncut = reconcile_uncut(&facts).unwrap();
            assert!(bytes(&whole) == bytes(&uncut), "seed {seed}, event {nth}: the cut shows");
            let (again, _) = reconcile_with(&facts, &mut memory).unwrap();
            assert!(bytes(&whole) == bytes(&again), "seed {seed}, event {nth}: the memory shows");
            let (_, rerun) = reconcile_with(&facts, &mut memory).unwrap();
            assert_eq!(rerun.computed().count(), 0, "seed {seed}, event {nth}: nothing happened");
            event(&mut facts, dice, nth);
        }
    }
}

#[test]
fn whatever_happened_before_the_bytes_are_the_same_0() {
    histories(0);
}

#[test]
fn whatever_happened_before_the_bytes_are_the_same_1() {
    histories(1);
}

#[test]
fn whatever_happened_before_the_bytes_are_the_same_2() {
    histories(2);
}

#[test]
fn whatever_happened_before_the_bytes_are_the_same_3() {
    histories(3);
}

/// Ten sales a day and their rows, in July, of two contracts.
fn july() -> Facts {
    let mut facts = crate::support::facts();
    facts.contracts.push(crate::support::contract("card", "visa", domain::method::Method::Credit));
    facts.received.push(received("card", "2026-07-01", "2026-07-31"));
    for day in 1..=31 {
        for n in 0..10 {
            let when = format!("2026-07-{day:02} 1{n}:15:00");
            let (id, digits) = (format!("{day:02}-{n}"), format!("{:04}", day * 100 + n));
            let card = n % 2 == 0;
            let contract = if card { "card" } else { "paypay" };
            let sold = sale(&format!("s{id}"), &when, 300, &digits);
            facts.sales.push(Sale { contract: Some(contract.parse().unwrap()), brand: None, ..sold });
            let told = row(&format!("r{id}"), &when, 300, &digits);
            facts.rows.push(Row { contract: contract.parse().unwrap(), brand: None, ..told });
        }
    }
    all_delivered(facts)
}

fn spans(rerun: &Rerun) -> Vec<(String, CivilDate, CivilDate)> {
    let of = |p: &engine::memory::PartitionRun| {
        (p.contract.as_ref().map_or_else(String::new, ToString::to_string), p.from, p.to)
    };
    rerun.computed().map(of).collect()
}

/// The day's file of one contract comes: its day is matched, 61 others are not.
#[test]
fn an_added_file_runs_its_own_days_again() {
    let (mut memory, mut facts) = (Memory::new(), july());
    let late: Vec<Row> = facts
        .rows
        .extract_if(.., |row| row.id.starts_with("r17") && row.contract.as_str() == "card")
        .collect();
    facts.received.retain(|file| file.contract.as_str() != "card");
    facts.received.push(received("card", "2026-07-01", "2026-07-16"));
    facts.received.push(received("card", "2026-07-18", "2026-07-31"));
    let (before, first) = reconcile_with(&facts, &mut memory).unwrap();
    assert_eq!(first.computed().count(), 62);
    assert!(before.exceptions.iter().any(|e| e.class == engine::ExceptionClass::MissingFile));
    facts.rows.extend(late);
    facts.received.push(received("card", "2026-07-17", "2026-07-17"));
    let (after, rerun) = reconcile_with(&facts, &mut memory).unwrap();
    // The day before asks whether the next day's statement is here (cut-off band).
    let card = |from: &str, to: &str| ("card".to_owned(), date(from), date(to));
    assert_eq!(spans(&rerun), [card("2026-07-16", "2026-07-16"), card("2026-07-17", "2026-07-17")]);
    assert_eq!(bytes(&after), bytes(&reconcile(&facts).unwrap()));
    assert!(!after.exceptions.iter().any(|e| e.class == engine::ExceptionClass::MissingFile));
}

/// The ageing moves, and nothing is matched again; only a doubt that waits for its day asks what day it is.
#[test]
fn a_day_later_nothing_is_matched_again() {
    let (mut memory, mut facts) = (Memory::new(), july());
    facts.rows.retain(|row| row.id != "r05-3");
    reconcile_with(&facts, &mut memory).unwrap();
    facts.as_of = facts.as_of.plus_days(1);
    let (later, rerun) = reconcile_with(&facts, &mut memory).unwrap();
    assert_eq!(rerun.computed().count(), 0);
    let lost = later.exceptions.iter().find(|e| e.class == engine::ExceptionClass::JOnly).unwrap();
    assert_eq!(lost.days, 32, "its age is of today");
    assert_eq!(bytes(&later), bytes(&reconcile(&facts).unwrap()));
    let doubt = facts.sales.iter_mut().find(|sale| sale.id == "s05-3").unwrap();
    doubt.state = SaleState::Unknown;
    facts.as_of = date("2026-07-05");
    let (early, _) = reconcile_with(&facts, &mut memory).unwrap();
    assert!(early.decisions.is_empty(), "its day has not passed");
    facts.as_of = date("2026-07-06");
    let (decided, rerun) = reconcile_with(&facts, &mut memory).unwrap();
    assert_eq!((decided.decisions.len(), rerun.computed().count()), (1, 1));
}

/// A refund that is booked two weeks later under its own number goes to its sale's day; one without any number ties what lies between.
#[test]
fn what_goes_back_ties_no_more_than_it_must() {
    let (mut memory, mut facts) = (Memory::new(), july());
    facts.sales.push(sale("s-back", "2026-07-03 10:00:00", -300, "9999"));
    facts.rows.push(row("r-back", "2026-07-12 10:00:00", -300, "9999"));
    let (_, rerun) = reconcile_with(&all_delivered(facts.clone()), &mut memory).unwrap();
    assert_eq!(rerun.partitions.len(), 62);
    facts.rows.last_mut().unwrap().payer_digits = None;
    let (_, rerun) = reconcile_with(&all_delivered(facts), &mut memory).unwrap();
    let tied = ("paypay".to_owned(), date("2026-07-03"), date("2026-07-12"));
    assert_eq!((rerun.partitions.len(), spans(&rerun)), (61, vec![tied]));
}

/// Cells around midnight are one where a window or the band reaches over it.
#[test]
fn midnight_ties_two_days() {
    let (mut memory, mut facts) = (Memory::new(), july());
    facts.sales.push(sale("s-late", "2026-07-03 23:59:30", 450, "9999"));
    facts.rows.push(row("r-late", "2026-07-04 00:00:10", 450, "9999"));
    let (outcome, rerun) = reconcile_with(&all_delivered(facts), &mut memory).unwrap();
    assert!(outcome.links.iter().any(|link| link.left == "s-late" && link.right == "r-late"));
    assert_eq!(rerun.partitions.len(), 61);
    assert!(at("2026-07-04 00:00:10") > at("2026-07-03 23:59:30"));
}
