//! `testdata/v3_year_rule.journal`: an item of which a notice was issued in March is paid in April; the third payload version of a profile
//! and the second of a sale.

use domain::{
    command::Command,
    event::{Event, Recorded},
    money::Yen,
    time::FiscalYear,
    year_rule::YearRule,
};
use journal::payload;

use crate::{
    desk::{Desk, date, profile},
    file::Golden,
};

const GOLDEN: Golden = Golden("v3_year_rule");
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

#[test]
fn this_release_writes_the_golden_bytes() {
    GOLDEN.is_written_by(&notice_of_march());
}

/// A program that does not know the rule must not book the fee to the year of 領収日 without a word.
#[test]
fn only_what_goes_by_another_year_has_a_newer_version() {
    let entries = GOLDEN.entries();
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
    assert_eq!(GOLDEN.fold().completed, 2);
    let mut years = Vec::new();
    for entry in GOLDEN.entries() {
        if let Event::SaleCompleted { payment_date, lines, .. } = payload::read(&entry).unwrap().event {
            years.extend(lines.iter().map(|line| line.year_rule.year(payment_date)));
        }
    }
    assert_eq!(years, [FiscalYear(2026), FiscalYear(2025)]);
}
