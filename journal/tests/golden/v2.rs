//! `testdata/v2.journal`: a day with 利用券, 後納, 証券 and a void of a claim, as the second payload version of a profile writes it.
//!
//! Beside the profiles nothing grew: every other entry of this day has version 1.

use std::{collections::BTreeMap, fs, path::Path};

use domain::{
    cash::CashCount,
    command::Command,
    event::{Event, Recorded},
    evolve::evolve,
    inbox::InboxItem,
    method::Method,
    money::Yen,
    settlement::Settlement,
    state::State,
};
use journal::{chain::verify, entry::Entry, frames, payload};

use crate::{
    desk::{Desk, date, profile_with_claims},
    freeze, id,
};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/v2.journal");
const FIGURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/v2.settlement.json");

/// 15 July 2022: a coach with coupons, a school on invoice, a mail request, cash, and a claim that is taken back.
fn day_with_claims() -> Vec<Recorded> {
    let mut desk = Desk::enrolled_at(date("2022-07-15"), (8, 30), profile_with_claims());
    desk.ok(Command::Start { version: "0.2.0".into() });
    let mut narrow = profile_with_claims();
    narrow.routes.retain(|route| !route.kind.is_of_second_version());
    let replaced = |profile| InboxItem::ProfileReplaced { profile: Box::new(profile) };
    desk.ok(Command::ReceiveInbox { number: 1, item: replaced(narrow) });
    desk.ok(Command::ReceiveInbox { number: 2, item: replaced(profile_with_claims()) });
    let open = desk.open_command();
    desk.ok(open);
    let coach = desk.sale(&[("adult", 40), ("adult/guide", 2)]);
    desk.ok(Desk::claim(coach, "voucher", "K-2207-0815"));
    let school = desk.sale(&[("adult", 24)]);
    desk.ok(Desk::claim(school, "deferred", "R4-KO-12"));
    let by_mail = desk.sale(&[("koseki", 1), ("jumin", 1)]);
    desk.ok(Desk::security(by_mail, "A-45001"));
    let cash = desk.sale(&[("adult", 3)]);
    desk.ok(Command::TakeCash { sale: cash, tendered: Yen::new(1_000) });
    let mistaken = desk.sale(&[("adult", 1)]);
    desk.ok(Desk::claim(mistaken, "voucher", "K-2207-0816"));
    desk.ok(Command::VoidSale { sale: mistaken, reason: "券の取り違え".into() });
    desk.ok(Command::Inspect);
    desk.ok(Command::CountCash { count: CashCount::new([(1_000, 20), (500, 11), (100, 54)]).unwrap() });
    desk.ok(Command::CloseCounter { reason: None });
    desk.journal
}

fn golden() -> Vec<Entry> {
    frames::split(&fs::read(GOLDEN).unwrap()).unwrap()
}

#[test]
fn this_release_writes_the_golden_bytes() {
    let entries = freeze(&day_with_claims());
    let bytes = frames::join(entries.iter().map(Entry::bytes));
    if !Path::new(GOLDEN).exists() {
        fs::write(GOLDEN, &bytes).unwrap();
        panic!("the golden journal was missing and has been written: look at it and commit it");
    }
    assert_eq!(fs::read(GOLDEN).unwrap(), bytes, "the bytes of a released journal are frozen");
}

#[test]
fn only_profiles_with_the_new_routes_have_the_second_version() {
    let mut versions: BTreeMap<u16, Vec<u16>> = BTreeMap::new();
    for entry in golden() {
        versions.entry(entry.kind).or_default().push(entry.payload_version);
    }
    assert_eq!((versions[&1].as_slice(), versions[&5].as_slice()), ([2].as_slice(), [1, 2].as_slice()));
    versions.retain(|kind, _| !matches!(kind, 1 | 5));
    assert!(versions.len() > 8 && versions.values().flatten().all(|version| *version == 1), "{versions:?}");
}

#[test]
fn a_program_of_the_first_release_keeps_and_counts_what_it_cannot_read() {
    // Its rule: version 1 and known, or unrecognised. It must therefore never meet a claim in an entry of version 1.
    for entry in golden().iter().filter(|entry| entry.payload_version == 1) {
        let text = std::str::from_utf8(entry.payload()).unwrap();
        assert!(!text.contains("\"kind\":\"claim\"") && !text.contains("\"kind\":\"security\""), "{text}");
    }
}

#[test]
fn the_golden_journal_verifies_and_folds_to_its_figures() {
    let entries = golden();
    assert!(verify(&id(), &entries).is_ok());
    let mut state = State::default();
    let mut closed: Option<Settlement> = None;
    for entry in &entries {
        let recorded = payload::read(entry).unwrap();
        evolve(&mut state, &recorded);
        if let Event::CounterClosed { settlement, .. } = recorded.event {
            closed = Some(settlement);
        }
    }
    assert_eq!(state.unrecognised, 0);
    let settlement = closed.unwrap();
    assert_eq!((settlement.uncollected(), settlement.securities()), (Yen::new(15_360), Yen::new(750)));
    assert_eq!((settlement.cash.expected, settlement.cash.pay_in), (Yen::new(30_900), Yen::new(1_650)));
    assert!(settlement.methods.iter().any(|row| row.method == Method::Voucher && row.voids.count == 1));
    let figures = serde_json::to_string_pretty(&settlement).unwrap() + "\n";
    if !Path::new(FIGURES).exists() {
        fs::write(FIGURES, &figures).unwrap();
        panic!("the golden figures were missing and have been written: look at them and commit them");
    }
    assert_eq!(fs::read_to_string(FIGURES).unwrap(), figures);
}
