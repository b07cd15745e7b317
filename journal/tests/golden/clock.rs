//! `testdata/v2_clock.journal`: an operator of codes refuses a request because the clock is off; the second payload version of an outcome.

use crate::{desk::Desk, file::Golden};
use domain::{
    command::Command,
    event::Recorded,
    money::Yen,
    payment::{AttemptFact, NotStartedWhy, Outcome},
};

const GOLDEN: Golden = Golden("v2_clock");
/// 決済結果
const CONCLUDED: u16 = 33;

/// The clock is off; the clerk sets it and the citizen pays in cash.
fn refused_for_the_clock() -> Vec<Recorded> {
    let mut desk = Desk::enrolled();
    desk.ok(Command::Start { version: "0.3.0".into() });
    let open = desk.open_command();
    desk.ok(open);
    let sale = desk.sale(&[("jumin", 1)]);
    let attempt = desk.pay(sale, "card");
    desk.ok(Command::RecordFact { attempt, fact: AttemptFact::Sending });
    let detail = "時計が130秒ずれています".to_owned();
    let outcome = Outcome::NotStarted { why: NotStartedWhy::ClockOff, detail };
    desk.ok(Command::RecordOutcome { attempt, outcome });
    let again = desk.pay(sale, "card");
    let outcome = Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, detail: "off".to_owned() };
    desk.ok(Command::RecordOutcome { attempt: again, outcome });
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(300) });
    desk.journal
}

#[test]
fn this_release_writes_the_golden_bytes() {
    GOLDEN.is_written_by(&refused_for_the_clock());
}

#[test]
fn only_the_clock_needs_the_second_version() {
    let entries = GOLDEN.entries();
    let versions: Vec<u16> =
        entries.iter().filter(|entry| entry.kind == CONCLUDED).map(|entry| entry.payload_version).collect();
    assert_eq!(versions, [2, 1]);
    // An older program meets the word in no entry that it believes to know.
    let old = entries.iter().filter(|entry| entry.payload_version == 1);
    assert!(old.into_iter().all(|entry| !String::from_utf8_lossy(entry.payload()).contains("clock_off")));
}

#[test]
fn the_golden_journal_verifies_and_folds() {
    assert_eq!(GOLDEN.fold().completed, 1);
}
