//! `testdata/v2_clock.journal`: an operator of codes refuses a request because the clock is off; the second payload version of an outcome.

use std::{fs, path::Path};

use domain::{
    command::Command,
    event::{Event, Recorded},
    evolve::evolve,
    money::Yen,
    payment::{AttemptFact, NotStartedWhy, Outcome},
    state::State,
};
use journal::{chain::verify, entry::Entry, frames, payload};

use crate::{desk::Desk, freeze, id};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/v2_clock.journal");
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

fn golden() -> Vec<Entry> {
    frames::split(&fs::read(GOLDEN).unwrap()).unwrap()
}

#[test]
fn this_release_writes_the_golden_bytes() {
    let entries = freeze(&refused_for_the_clock());
    let bytes = frames::join(entries.iter().map(Entry::bytes));
    if !Path::new(GOLDEN).exists() {
        fs::write(GOLDEN, &bytes).unwrap();
        panic!("the golden journal was missing and has been written: look at it and commit it");
    }
    assert_eq!(fs::read(GOLDEN).unwrap(), bytes, "the bytes of a released journal are frozen");
}

#[test]
fn only_the_clock_needs_the_second_version() {
    let entries = golden();
    let versions: Vec<u16> =
        entries.iter().filter(|entry| entry.kind == CONCLUDED).map(|entry| entry.payload_version).collect();
    assert_eq!(versions, [2, 1]);
    // An older program meets the word in no entry that it believes to know.
    let old = entries.iter().filter(|entry| entry.payload_version == 1);
    assert!(old.into_iter().all(|entry| !String::from_utf8_lossy(entry.payload()).contains("clock_off")));
}

#[test]
fn the_golden_journal_verifies_and_folds() {
    let entries = golden();
    assert!(verify(&id(), &entries).is_ok());
    let mut state = State::default();
    let mut completed = 0;
    for entry in &entries {
        let recorded = payload::read(entry).unwrap();
        evolve(&mut state, &recorded);
        completed += usize::from(matches!(recorded.event, Event::SaleCompleted { .. }));
    }
    assert_eq!((state.unrecognised, completed), (0, 1));
}
