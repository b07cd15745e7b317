//! `testdata/v2.journal`: a day with 利用券, 後納, 証券 and a void of a claim, as the second payload version of a profile writes it.
//!
//! Beside the profiles nothing grew: every other entry of this day has version 1.

use std::collections::BTreeMap;

use crate::{
    desk::{Desk, date, profile_with_claims},
    file::Golden,
};
use domain::{
    cash::CashCount, command::Command, event::Recorded, inbox::InboxItem, method::Method, money::Yen,
};

const GOLDEN: Golden = Golden("v2");

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

#[test]
fn this_release_writes_the_golden_bytes() {
    GOLDEN.is_written_by(&day_with_claims());
}

#[test]
fn only_profiles_with_the_new_routes_have_the_second_version() {
    let mut versions: BTreeMap<u16, Vec<u16>> = BTreeMap::new();
    for entry in GOLDEN.entries() {
        versions.entry(entry.kind).or_default().push(entry.payload_version);
    }
    assert_eq!((versions[&1].as_slice(), versions[&5].as_slice()), ([2].as_slice(), [1, 2].as_slice()));
    versions.retain(|kind, _| !matches!(kind, 1 | 5));
    assert!(versions.len() > 8 && versions.values().flatten().all(|version| *version == 1), "{versions:?}");
}

#[test]
fn a_program_of_the_first_release_keeps_and_counts_what_it_cannot_read() {
    // Its rule: version 1 and known, or unrecognised. It must therefore never meet a claim in an entry of version 1.
    for entry in GOLDEN.entries().iter().filter(|entry| entry.payload_version == 1) {
        let text = std::str::from_utf8(entry.payload()).unwrap();
        assert!(!text.contains("\"kind\":\"claim\"") && !text.contains("\"kind\":\"security\""), "{text}");
    }
}

#[test]
fn the_golden_journal_verifies_and_folds_to_its_figures() {
    let settlement = GOLDEN.fold().closed.unwrap();
    assert_eq!((settlement.uncollected(), settlement.securities()), (Yen::new(15_360), Yen::new(750)));
    assert_eq!((settlement.cash.expected, settlement.cash.pay_in), (Yen::new(30_900), Yen::new(1_650)));
    assert!(settlement.methods.iter().any(|row| row.method == Method::Voucher && row.voids.count == 1));
    GOLDEN.has_figures(&settlement);
}
