//! `testdata/v3_year_rule.journal`: an item of which a notice was issued in March is paid in April; the third payload version of a profile
//! and the second of a sale.

use std::{fs, path::Path};

use domain::{
    command::Command,
    event::{Event, Recorded},
    evolve::evolve,
    money::Yen,
    state::State,
    time::FiscalYear,
    year_rule::YearRule,
};
use journal::{chain::verify, entry::Entry, frames, payload};

use crate::{
    desk::{Desk, date, profile},
    freeze, id,
};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/v3_year_rule.journal");
/// 登録
const ENROLLED: u16 = 1;
/// 明細
const REGISTERED: u16 = 20;
/// 成立
const COMPLETED: u16 = 22;

/// 2 April 2026: a certificate, and a fee of which the notice is of 25 March.
fn notice_of_march() -> Vec<Recorded> {
    let mut profile = profile();
    for item in profile.price_lists.iter_mut().flat_map(|list| &mut list.items) {
        if item.code.as_str() == "koseki" {
            item.year_rule = YearRule::NoticeIssued { on: date("2026-03-25") };
        }
    }
    let mut desk = Desk::enrolled_at(date("2026-04-02"), (8, 30), profile);
    desk.ok(Command::Start { version: "0.4.0".into() });
    let open = desk.open_command();
    desk.ok(open);
    for item in ["jumin", "koseki"] {
        let sale = desk.sale(&[(item, 1)]);
        desk.ok(Command::TakeCash { sale, tendered: Yen::new(1_000) });
    }
    desk.journal
}

fn golden() -> Vec<Entry> {
    frames::split(&fs::read(GOLDEN).unwrap()).unwrap()
}

#[test]
fn this_release_writes_the_golden_bytes() {
    let entries = freeze(&notice_of_march());
    let bytes = frames::join(entries.iter().map(Entry::bytes));
    if !Path::new(GOLDEN).exists() {
        fs::write(GOLDEN, &bytes).unwrap();
        panic!("the golden journal was missing and has been written: look at it and commit it");
    }
    assert_eq!(fs::read(GOLDEN).unwrap(), bytes, "the bytes of a released journal are frozen");
}

/// A program that does not know the rule must not book the fee to the year of 領収日 without a word.
#[test]
fn only_what_goes_by_another_year_has_a_newer_version() {
    let entries = golden();
    let versions = |kind: u16| -> Vec<u16> {
        entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.payload_version).collect()
    };
    assert_eq!(
        (versions(ENROLLED), versions(REGISTERED), versions(COMPLETED)),
        (vec![3], vec![1, 2], vec![1, 2])
    );
    for entry in entries.iter().filter(|entry| entry.payload_version == 1) {
        assert!(!String::from_utf8_lossy(entry.payload()).contains("year_rule"), "kind {}", entry.kind);
    }
}

#[test]
fn the_golden_journal_verifies_and_folds() {
    let entries = golden();
    assert!(verify(&id(), &entries).is_ok());
    let mut state = State::default();
    let mut years = Vec::new();
    for entry in &entries {
        let recorded = payload::read(entry).unwrap();
        evolve(&mut state, &recorded);
        if let Event::SaleCompleted { payment_date, lines, .. } = recorded.event {
            years.extend(lines.iter().map(|line| line.year_rule.year(payment_date)));
        }
    }
    assert_eq!((state.unrecognised, years), (0, vec![FiscalYear(2026), FiscalYear(2025)]));
}
