//! Evidence from paper: entered by one, approved by another, counted once, graded beside the verdict, taken back by two.

use domain::{money::Yen, time::CivilDate};
use engine::{ExceptionClass, matching::Grade};
use formats::statement::write_statement;
use recon_server::jobs::{
    audit::{Asked, bundle, check::check},
    controls::{self, ControlError, ControlRefusal, NewControl, decide, new_id},
    expected::{self, ExpectedState},
    hand::{self, HandDeposit, HandError, HandFact, HandPayout, NewEntry, ScanKind, book, enter},
    import::{self, Outcome, Upload},
    month::{self, EvidenceGrade},
    papers::contract_sheet_as_of,
    reconcile::current,
    second_person::Decision,
};
use recon_server::set_up;
use store::controls::{ControlAction, ControlId, ControlTopic};

use crate::{
    journal_day::{cash, close, open, sell, wallet},
    reports::{take, take_for},
    support::{Centre, date},
    support_files::{at, bank, profile, row},
};

const DAY: &str = "2026-11-30";
const PAID: &str = "2026-12-01";
const ACCOUNT: &str = "0001-001-1-0001234567";

/// November with one wallet sale of ¥300 that the company's statement has; it pays 295 on 1 December.
async fn november(centre: &Centre) {
    centre.clock.set(at(DAY, 9, 0, 0));
    let mut counter = centre.counter().await;
    open(&mut counter, DAY);
    sell(&mut counter, DAY, 1, 1, cash(Yen::new(600)));
    sell(&mut counter, DAY, 2, 5, wallet(Yen::new(300), "4821"));
    close(&mut counter, DAY);
    centre.clock.set(at(PAID, 20, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    let sold = row("取引完了", at(DAY, 10, 5, 11), 300, "04000000000000004821");
    let statement = write_statement(&profile("paypay_for_business"), &[sold]).unwrap();
    take_for(centre, "paypay", "november.csv", statement, ("2026-11-01", DAY)).await;
}

fn passbook(amount: i64) -> HandFact {
    HandFact::Deposit(HandDeposit {
        account: ACCOUNT.to_owned(),
        booked_on: date(PAID),
        amount: Yen::new(amount),
        kana: "ペイペイ（カ".to_owned(),
        summary: String::new(),
    })
}

fn notice(fee: i64, net: i64) -> HandFact {
    HandFact::Payout(HandPayout {
        contract: "paypay".parse().unwrap(),
        from: date("2026-11-01"),
        to: date(DAY),
        count: 1,
        sales: Yen::new(300),
        refunds: Yen::ZERO,
        fee: Yen::new(fee),
        tax: Yen::ZERO,
        transfer_fee: Yen::ZERO,
        adjustment: Yen::ZERO,
        net: Yen::new(net),
        paid_on: date(PAID),
    })
}

async fn typed(centre: &Centre, fact: HandFact, scan: Option<&[u8]>) -> Result<ControlId, HandError> {
    let new = NewEntry {
        id: new_id(centre.state()).unwrap(),
        fact,
        scan: scan.map(<[u8]>::to_vec),
        reason: "普通預金通帳 3ページ".to_owned(),
    };
    enter(centre.state(), "kaikei-1", new).await.map(|row| row.id)
}

async fn approve(centre: &Centre, by: &str, id: ControlId) -> Result<(), ControlError> {
    decide(centre.state(), by, id, Decision { approved: true, note: String::new() }).await.map(|_| ())
}

async fn entered(centre: &Centre, fact: HandFact, scan: Option<&[u8]>) -> ControlId {
    let id = typed(centre, fact, scan).await.unwrap();
    approve(centre, "kaikei-2", id).await.unwrap();
    id
}

async fn taken_back(centre: &Centre, entry: ControlId) {
    let new = NewControl {
        id: new_id(centre.state()).unwrap(),
        topic: ControlTopic::Hand,
        action: ControlAction::Revoke,
        subject: entry.to_string(),
        reason: "ファイルが届いた".to_owned(),
        valid_from: None,
    };
    let wish = controls::request(centre.state(), "kaikei-2", new).await.unwrap();
    approve(centre, "kaikei-1", wish.id).await.unwrap();
}

/// What was deposited for November, the engine's grade, and the word on the 照合書 and on the month.
async fn stands(centre: &Centre) -> (i64, Grade, String, String) {
    let state = centre.state();
    let november = |to: CivilDate| to == date(DAY);
    let run = current(state, state.today()).await.unwrap();
    let sheet = run.recorded.sheets.iter().find(|one| november(one.to)).unwrap();
    assert_eq!(sheet.residual, Yen::ZERO);
    let paper = contract_sheet_as_of(state, &sheet.contract, sheet.to, Some(state.today())).await.unwrap();
    let paper = paper.unwrap();
    let table = paper.table();
    assert!(table.head.iter().any(|(name, word)| *name == "資料の等級" && *word == paper.grade_ja));
    let monthly = month::monthly(state, "2026-11".parse().unwrap(), Some(state.today())).await.unwrap();
    let card = monthly.contracts.iter().find(|one| one.contract == sheet.contract).unwrap();
    (sheet.deposited.get(), sheet.grade, paper.grade_ja.to_string(), card.grade_ja.to_string())
}

fn by_hand(deposited: i64) -> (i64, Grade, String, String) {
    let word = EvidenceGrade::ByHand.label_ja().to_owned();
    (deposited, Grade::ByHand, word.clone(), word)
}

fn by_file(deposited: i64) -> (i64, Grade, String, String) {
    (deposited, Grade::Rows, "明細".to_owned(), "明細".to_owned())
}

async fn whole(centre: &Centre, name: &str) -> std::path::PathBuf {
    let folder = centre.folder.path().join(name);
    let today = centre.state().today();
    bundle::write(centre.state(), &folder, Asked::Day(date(DAY)), today, "test").await.unwrap();
    let found = check(&folder).await.unwrap();
    assert!(found.whole() && found.done_again, "{found:?}");
    folder
}

#[tokio::test]
async fn a_deposit_of_a_passbook_takes_two_and_is_taken_back_by_two() {
    let centre = Centre::set_up().await;
    november(&centre).await;
    let waiting = typed(&centre, passbook(295), Some(b"%PDF-1.7 page 3")).await.unwrap();
    assert_eq!(stands(&centre).await, by_file(0), "entered is not approved");
    let same = approve(&centre, "kaikei-1", waiting).await;
    assert!(matches!(same, Err(ControlError::Refused(ControlRefusal::SamePerson))), "{same:?}");
    approve(&centre, "kaikei-2", waiting).await.unwrap();
    approve(&centre, "kaikei-2", waiting).await.unwrap();
    assert_eq!(
        stands(&centre).await,
        by_hand(295),
        "the next run counts it, once, and says what it rests on"
    );

    let (scan, bytes) = hand::scan(centre.state(), waiting).await.unwrap().unwrap();
    assert_eq!((scan.kind, &bytes[..]), (ScanKind::Pdf, &b"%PDF-1.7 page 3"[..]));
    let folder = whole(&centre, "with-scan").await;
    let kept = folder.join(format!("inputs/scans/{}.bin", scan.sha256));
    std::fs::write(&kept, b"%PDF-1.7 page 4").unwrap();
    let found = check(&folder).await.unwrap();
    assert!(found.differences.iter().any(|one| one.title_ja.contains("証ひょう")), "{found:?}");

    taken_back(&centre, waiting).await;
    assert_eq!(stands(&centre).await, by_file(0), "withdrawn");
    let book = book(centre.state()).await.unwrap();
    assert_eq!((book.standing.len(), book.ended.len()), (0, 1), "and still told");
    whole(&centre, "taken-back").await;
}

/// papers.md 3, and one deposit in two forms: it counts once, by the file, and both are named.
#[tokio::test]
async fn a_file_that_says_it_too_counts_instead() {
    let centre = Centre::set_up().await;
    november(&centre).await;
    let entry = entered(&centre, passbook(295), None).await;
    let before = book(centre.state()).await.unwrap();
    assert!(before.standing[0].counts && before.standing[0].proposal_ja.is_none(), "{before:?}");
    let upload = Upload {
        source: "bank".parse().unwrap(),
        name: "bank.txt".to_owned(),
        bytes: bank(PAID, &[(295, "ﾍﾟｲﾍﾟｲ(ｶ")]),
        period: None,
        uploader: "test".to_owned(),
    };
    let Outcome::Accepted { notices, .. } = import::import(centre.state(), upload).await.unwrap() else {
        panic!("the file is good")
    };
    assert!(
        notices.iter().any(|one| one.field == "手入力" && one.sentence_ja.contains("二重には数えません"))
    );
    assert_eq!(stands(&centre).await, by_file(295), "once, and as good as the file");
    let after = book(centre.state()).await.unwrap();
    let line = &after.standing[0];
    let proposal = line.proposal_ja.clone().unwrap();
    assert!(!line.counts && proposal.contains(&line.beside[0].words_ja), "{proposal}");
    assert!(proposal.contains("手入力を取り消してください"), "{proposal}");
    taken_back(&centre, entry).await;
    assert_eq!(stands(&centre).await, by_file(295));
    whole(&centre, "twice").await;
}

#[tokio::test]
async fn a_notice_on_paper_stands_for_the_payout() {
    let centre = Centre::set_up().await;
    november(&centre).await;
    take(&centre, "bank", "bank.txt", bank(PAID, &[(295, "ﾍﾟｲﾍﾟｲ(ｶ")])).await;
    assert_eq!(stands(&centre).await, by_file(295));
    let entry = entered(&centre, notice(5, 295), None).await;
    assert_eq!(stands(&centre).await, by_hand(295));
    let payouts = current(centre.state(), centre.state().today()).await.unwrap();
    let declared = payouts.recorded.payouts.iter().find_map(|one| one.declared.as_ref()).unwrap();
    assert_eq!((declared.net, declared.paid_on), (Yen::new(295), Some(date(PAID))));
    taken_back(&centre, entry).await;
    assert_eq!(stands(&centre).await, by_file(295));
    let other = entered(&centre, notice(6, 294), None).await;
    let run = current(centre.state(), centre.state().today()).await.unwrap();
    let classes: Vec<_> = run.recorded.exceptions.iter().map(|one| one.class.code()).collect();
    assert!(classes.contains(&"FEE_VARIANCE"), "its figures are compared as any statement's: {classes:?}");
    taken_back(&centre, other).await;
    whole(&centre, "notice").await;
}

/// The rule of its payment statements, in the book of set-up.
async fn payouts_are_expected(centre: &Centre) {
    let source = "[[sources]]\nsource = \"payout:paypay\"\nvalid_from = \"2026-04-01\"\n[sources.terms]\ndue = { per_closing = { banking_days_after = 3 } }\n";
    let read = set_up::read(&format!("{}\n{source}", set_up::EXAMPLE_TOML)).unwrap();
    set_up::apply(centre.state(), &read, "test").await.unwrap();
}

/// The state of November's payment statement in the calendar, and whether the month and its run miss it.
async fn awaited(centre: &Centre) -> (ExpectedState, bool, bool) {
    let state = centre.state();
    let list = expected::expected(state, state.today(), None).await.unwrap();
    let file = list.iter().find(|one| one.source == "payout:paypay" && one.to == date(DAY)).unwrap();
    let run = current(state, state.today()).await.unwrap();
    let missed = run.recorded.exceptions.iter().any(|one| {
        one.class == ExceptionClass::MissingFile && one.sentence_ja.contains("PayPay（印刷QR） 支払明細")
    });
    let monthly = month::monthly(state, "2026-11".parse().unwrap(), Some(state.today())).await.unwrap();
    let said = monthly.reasons.iter().any(|one| one.sentence_ja.contains("PayPay（印刷QR） 支払明細"));
    (file.state, missed, said)
}

/// ADR 0026: a notice on paper is the payment statement of its closing once a second person approved it, and only while it stands.
#[tokio::test]
async fn an_approved_notice_is_the_expected_payment_statement() {
    let centre = Centre::empty().await;
    payouts_are_expected(&centre).await;
    november(&centre).await;
    take(&centre, "bank", "bank.txt", bank(PAID, &[(295, "ﾍﾟｲﾍﾟｲ(ｶ")])).await;
    centre.clock.set(at("2026-12-10", 9, 0, 0));
    let (missing, here) = ((ExpectedState::Overdue, true, true), (ExpectedState::Received, false, false));
    assert_eq!(awaited(&centre).await, missing);
    let refused = typed(&centre, notice(5, 295), None).await.unwrap();
    assert_eq!(awaited(&centre).await, missing, "what waits is not here");
    let no = Decision { approved: false, note: "紙と違う".to_owned() };
    decide(centre.state(), "kaikei-2", refused, no).await.unwrap();
    assert_eq!(awaited(&centre).await, missing, "nor what was sent back");
    let entry = entered(&centre, notice(5, 295), None).await;
    assert_eq!(awaited(&centre).await, here);
    assert_eq!(stands(&centre).await, by_hand(295), "and the grade says what it rests on");
    let earlier = expected::expected(centre.state(), date("2026-12-09"), None).await.unwrap();
    let earlier = earlier.iter().find(|one| one.source == "payout:paypay" && one.to == date(DAY)).unwrap();
    assert_eq!(earlier.state, ExpectedState::Overdue, "the day before, it was not here");
    taken_back(&centre, entry).await;
    assert_eq!(awaited(&centre).await, missing, "taken back, it is missed again");
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_beside_its_field() {
    let centre = Centre::set_up().await;
    november(&centre).await;
    let refused = async |fact, scan: Option<&[u8]>| match typed(&centre, fact, scan).await {
        Err(HandError::Refused(refusal)) => (refusal.field, refusal.sentence_ja),
        other => panic!("{other:?}"),
    };
    let (field, sentence) = refused(notice(5, 300), None).await;
    assert_eq!(field, "net");
    assert!(sentence.contains("= 295円 ですが、支払額は 300円 で、5円 合いません"), "{sentence}");
    let HandFact::Deposit(deposit) = passbook(295) else { panic!("a deposit") };
    let with = |change: fn(&mut HandDeposit)| {
        let mut one = deposit.clone();
        change(&mut one);
        HandFact::Deposit(one)
    };
    for (fact, scan, wanted) in [
        (passbook(0), None, "amount"),
        (with(|one| one.booked_on = date("2026-12-02")), None, "booked_on"),
        (with(|one| one.account = "どこか".to_owned()), None, "account"),
        (with(|one| one.kana = " ".to_owned()), None, "kana"),
        (with(|one| one.summary = "4111 1111 1111 1111".to_owned()), None, "summary"),
        (passbook(295), Some(&b"<svg onload=x>"[..]), "scan"),
    ] {
        assert_eq!(refused(fact, scan).await.0, wanted);
    }
    assert_eq!(book(centre.state()).await.unwrap().waiting.len(), 0, "nothing was kept");
}
