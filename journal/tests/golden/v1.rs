//! `testdata/v1.journal`: one entry of every kind, as the first release wrote it.

use std::collections::BTreeSet;

use domain::{
    cash::CashCount,
    command::{Command, KeyedResult, PrintReport},
    event::{Event, Recorded, UnknownExit},
    id::{AttemptId, PrintJobId, RouteId},
    inbox::InboxItem,
    money::Yen,
    payment::{AttemptFact, Evidence, Outcome, QueryAnswer, StrayResult},
    settlement::{Tally, TerminalBrandTotal, TotalsSource},
};
use journal::{
    chain::{ChainBreak, Head, verify},
    entry::Entry,
    payload,
};

use crate::{
    desk::{Desk, approval},
    file::Golden,
    id,
};

const GOLDEN: Golden = Golden("v1");

fn route(id: &str) -> RouteId {
    id.parse().unwrap()
}

/// A day in which every kind of entry happens.
fn every_kind() -> Vec<Recorded> {
    let mut desk = Desk::enrolled();
    desk.ok(Command::Start { version: "0.1.0".into() });
    desk.now = desk.now.plus_ms(-120_000);
    desk.ok(Command::Tick);
    desk.ok(Command::ConfirmClock { reason: "電波時計と一致".into() });
    let open = desk.open_command();
    desk.ok(open);
    desk.ok(Command::ChangeOperator { operator: "staff-1".parse().unwrap() });
    let profile = Box::new((**desk.state.profile.as_ref().unwrap()).clone());
    desk.ok(Command::ReceiveInbox { number: 1, item: InboxItem::ProfileReplaced { profile } });
    cash_and_papers(&mut desk);
    doubts(&mut desk);
    sheet_and_keyed(&mut desk);
    close(&mut desk);
    desk.journal
}

fn cash_and_papers(desk: &mut Desk) {
    let given_up = desk.sale(&[("jumin", 1)]);
    desk.ok(Command::AbandonSale { sale: given_up, reason: "申請の取りやめ".into() });
    let sale = desk.sale(&[("jumin", 2), ("koseki", 1), ("jumin/nenkin", 1)]);
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(2_000) });
    let job = PrintJobId(1);
    desk.ok(Command::ReportPrint { job, report: PrintReport::Started });
    let unknown = PrintReport::Unknown { reason: "応答がありません".into(), may_still_print: true };
    desk.ok(Command::ReportPrint { job, report: unknown });
    desk.ok(Command::SettlePrint { job, again: true, note: "途中で切れていた".into() });
    desk.ok(Command::ReportPrint {
        job: PrintJobId(2),
        report: PrintReport::Failed { reason: "用紙切れ".into() },
    });
    desk.ok(Command::SettlePrint { job: PrintJobId(2), again: true, note: "紙を替えた".into() });
    desk.ok(Command::ReportPrint { job: PrintJobId(3), report: PrintReport::Printed });
    desk.ok(Command::VoidSale { sale, reason: "枚数の誤り".into() });
}

fn doubts(desk: &mut Desk) {
    let (sale, attempt) = desk.card_in_doubt(&[("jumin", 1)]);
    let cannot = QueryAnswer::CannotTell { detail: "other receipt".into() };
    desk.ok(Command::RecordQueryAnswer { attempt, answer: cannot });
    desk.ok(Command::ReleaseTerminal { attempt, reason: "端末の表示を確認".into() });
    desk.ok(Command::ChooseUnknownExit { attempt, exit: UnknownExit::PaysAnotherWay });
    desk.ok(Command::TakeCash { sale, tendered: Yen::new(300) });
    let evidence = Evidence::Statement { file: "ab".repeat(32), row: 7, decided_by: "accountant".into() };
    let item = InboxItem::AttemptCharged { attempt, approval: approval(300), evidence };
    desk.ok(Command::ReceiveInbox { number: 2, item });
    let sale = desk.sale(&[("koseki", 1)]);
    let attempt = desk.pay(sale, "card");
    desk.ok(Command::RecordFact { attempt, fact: AttemptFact::Sending });
    desk.ok(Command::AskCancel { attempt });
    let seen = AttemptFact::ResultSeen { code: "00".into(), approval: approval(450) };
    desk.ok(Command::RecordFact { attempt, fact: seen });
    desk.ok(Command::RecordOutcome { attempt, outcome: Outcome::Approved(approval(450)) });
    let result = StrayResult { code: "00".into(), approval: approval(999) };
    desk.ok(Command::RecordStray { device: "cat-1".parse().unwrap(), result });
}

fn sheet_and_keyed(desk: &mut Desk) {
    let sale = desk.sale(&[("adult", 20)]);
    let attempt = desk.pay(sale, "sheet");
    desk.ok(Command::ConfirmStaticCode {
        attempt,
        wallet: "paypay".parse().unwrap(),
        sheet_number: "S-0001".into(),
        payer_digits: "4821".into(),
        shown_amount: Yen::new(4_800),
    });
    let sale = desk.sale(&[("adult", 1)]);
    let attempt: AttemptId = desk.pay(sale, "emoney");
    let result = KeyedResult::Approved { brand: "nanaco".parse().unwrap(), slip_number: "00123".into() };
    desk.ok(Command::KeyResult { attempt, result });
}

fn close(desk: &mut Desk) {
    desk.ok(Command::RequestTerminalTotals { route: route("card") });
    desk.ok(Command::RecordTerminalTotalsFailure {
        route: route("card"), reason: "応答がありません".into()
    });
    let total = |brand: &str, amount| {
        let tally = Tally { count: 1, amount: Yen::new(amount) };
        vec![TerminalBrandTotal { brand: brand.parse().unwrap(), tally }]
    };
    let wire = Command::RecordTerminalTotals {
        route: route("card"),
        source: TotalsSource::Wire,
        first: total("visa", 450),
        second: Vec::new(),
    };
    desk.ok(wire);
    let typed = Command::RecordTerminalTotals {
        route: route("emoney"),
        source: TotalsSource::TypedTwice,
        first: total("nanaco", 300),
        second: total("nanaco", 300),
    };
    desk.ok(typed);
    desk.ok(Command::Inspect);
    desk.ok(Command::CountCash {
        count: CashCount::new([(1_000, 20), (500, 10), (100, 53), (10, 2)]).unwrap(),
    });
    desk.ok(Command::CloseCounter { reason: Some("釣銭の渡し不足の可能性".into()) });
}

#[test]
fn this_release_writes_the_golden_bytes() {
    GOLDEN.is_written_by(&every_kind());
}

#[test]
fn every_kind_is_in_the_golden_journal() {
    let written: BTreeSet<u16> = GOLDEN.entries().iter().map(|entry| entry.kind).collect();
    let known: BTreeSet<u16> = payload::KINDS.iter().map(|(number, _)| *number).collect();
    assert_eq!(written, known);
    for entry in GOLDEN.entries() {
        let word = serde_json::to_value(payload::read(&entry).unwrap().event).unwrap();
        let expected = payload::KINDS.iter().find(|(number, _)| *number == entry.kind).unwrap().1;
        assert_eq!(word["event"], expected);
    }
}

#[test]
fn the_golden_journal_verifies_and_folds_to_its_figures() {
    GOLDEN.has_figures(&GOLDEN.fold().closed.unwrap());
}

#[test]
fn every_edit_of_the_golden_journal_is_found() {
    let entries = GOLDEN.entries();
    for position in 1..entries.len() - 1 {
        let mut dropped = entries.clone();
        dropped.remove(position);
        let (head, broken) = verify(&id(), &dropped).unwrap_err();
        assert_eq!(usize::try_from(head.sequence_number.0).unwrap(), position);
        assert!(matches!(broken, ChainBreak::Sequence { .. }));
        let mut swapped = entries.clone();
        swapped.swap(position, position + 1);
        assert!(verify(&id(), &swapped).is_err());
        let mut bytes = entries[position].bytes().to_vec();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        let mut altered = entries.clone();
        altered[position] = Entry::thaw(bytes).unwrap();
        let (head, broken) = verify(&id(), &altered).unwrap_err();
        assert_eq!(head.sequence_number, entries[position].sequence_number);
        assert!(matches!(broken, ChainBreak::PreviousHash(_)));
    }
}

#[test]
fn a_kind_of_tomorrow_is_kept_and_counted() {
    let recorded = &every_kind()[0];
    let bytes = payload::write(recorded).unwrap();
    for (kind, version) in [(60_000, 1), (1, 0), (1, 3), (5, 3), (2, 2), (22, 2)] {
        let entry = Head::EMPTY.freeze_next(&id(), kind, version, &bytes).unwrap();
        let read = payload::read(&entry).unwrap();
        assert_eq!(read.event, Event::Unrecognised { kind, version });
        assert_eq!(read.meta, recorded.meta);
    }
}
