//! What else takes two persons: an amount that is done with, a chargeback with its deadline, a change of the charges.

use domain::money::Yen;
use engine::contract::ReplyDays;
use formats::{csv_out::CsvEncoding, statement::write_statement};
use recon_server::{
    jobs::{
        audit::{Asked, bundle, check::check},
        controls::{self, ControlError, ControlRefusal, Document, NewControl, decide, new_id},
        exceptions::{ExceptionList, Wanted, list},
        month,
        papers::{contract_sheet_as_of, render},
        reconcile::current,
        second_person::Decision,
        settled::SettledWord,
    },
    set_up,
};
use store::controls::{ControlAction, ControlId, ControlTopic};

use crate::{
    journal_day::{cash, close, day, open, sell, wallet},
    reports::{take, take_for},
    support::{Centre, TODAY, date},
    support_files::{at, paypay, profile, row},
};

async fn ask(
    centre: &Centre,
    (topic, action): (ControlTopic, ControlAction),
    subject: &str,
) -> Result<ControlId, ControlError> {
    let new = NewControl {
        id: new_id(centre.state()).unwrap(),
        topic,
        action,
        subject: subject.to_owned(),
        reason: "会社にも記録がない".to_owned(),
        valid_from: None,
    };
    controls::request(centre.state(), "kaikei-1", new).await.map(|row| row.id)
}

async fn approve(centre: &Centre, by: &str, id: ControlId) -> Result<(), ControlError> {
    decide(centre.state(), by, id, Decision { approved: true, note: String::new() }).await.map(|_| ())
}

async fn both(centre: &Centre, what: (ControlTopic, ControlAction), subject: &str) {
    let id = ask(centre, what, subject).await.unwrap();
    approve(centre, "kaikei-2", id).await.unwrap();
}

async fn all(centre: &Centre) -> ExceptionList {
    list(centre.state(), None, &Wanted::default()).await.unwrap()
}

fn subject(list: &ExceptionList, class: &str) -> String {
    let found = list.rows.iter().find(|row| row.exception.class.code() == class);
    found.unwrap_or_else(|| panic!("no {class} in {list:?}")).exception.id.clone()
}

async fn whole(centre: &Centre, name: &str) {
    let folder = centre.folder.path().join(name);
    let today = centre.state().today();
    bundle::write(centre.state(), &folder, Asked::Day(date(TODAY)), today, "test").await.unwrap();
    let found = check(&folder).await.unwrap();
    assert!(found.whole() && found.done_again, "{found:?}");
}

/// reconciliation.md 5.9: it leaves the open list and nothing else moves.
#[tokio::test]
async fn an_amount_is_done_with_by_two_and_no_sum_changes() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    take(&centre, "paypay", "paypay.csv", paypay(TODAY)).await;
    let before = all(&centre).await;
    let id = subject(&before, "A_ONLY");
    let waits = subject(&before, "UNKNOWN_PENDING");
    let nothing = ask(&centre, (ControlTopic::WriteOff, ControlAction::Confirm), &waits).await;
    assert!(
        matches!(nothing, Err(ControlError::Refused(ControlRefusal::Gone))),
        "evidence ends a doubt: {nothing:?}"
    );
    let wish = ask(&centre, (ControlTopic::WriteOff, ControlAction::Confirm), &id).await.unwrap();
    let same = approve(&centre, "kaikei-1", wish).await;
    assert!(matches!(same, Err(ControlError::Refused(ControlRefusal::SamePerson))), "{same:?}");
    assert_eq!(all(&centre).await.rows, before.rows, "asked for is not decided");
    approve(&centre, "kaikei-2", wish).await.unwrap();

    let after = all(&centre).await;
    assert_eq!(after.rows.len() + 1, before.rows.len());
    assert_eq!(
        (after.net, after.breaks_gross, after.verdict),
        (before.net, before.breaks_gross, before.verdict),
        "the yen stay in every sum"
    );
    let settled = after.settled[0].settled.as_ref().unwrap();
    assert_eq!((settled.word, settled.amount), (SettledWord::WrittenOff, Yen::new(1_200)));
    let csv = String::from_utf8(render::to_csv(&after.table(), CsvEncoding::Utf8Bom).unwrap()).unwrap();
    assert!(csv.contains("処理済(二人の承認) kaikei-1・kaikei-2"), "{csv}");

    let run = current(centre.state(), date(TODAY)).await.unwrap();
    let sheet = run.recorded.sheets.iter().find(|one| one.contract.as_str() == "paypay").unwrap();
    assert_ne!(sheet.residual, Yen::ZERO, "no evidence came");
    let paper = contract_sheet_as_of(centre.state(), &sheet.contract, sheet.to, Some(date(TODAY))).await;
    let paper = paper.unwrap().unwrap();
    assert_eq!((paper.sheet.residual, paper.settled.len()), (sheet.residual, 1));
    let text = render::to_text(&paper.table());
    assert!(text.contains("処理済(二人の承認) kaikei-1・kaikei-2"), "{text}");
    let monthly = month::monthly(centre.state(), "2026-11".parse().unwrap(), None).await.unwrap();
    assert_eq!(monthly.exceptions.iter().filter(|one| one.settled.is_some()).count(), 1);
    whole(&centre, "done-with").await;

    both(&centre, (ControlTopic::WriteOff, ControlAction::Revoke), &id).await;
    assert_eq!(all(&centre).await.rows, before.rows, "taken back, it is open again");
}

/// The example city with a term for chargebacks of the card company, which takes one back.
async fn taken_back(reply: Option<ReplyDays>) -> Centre {
    let centre = Centre::empty().await;
    let mut example = set_up::read(set_up::EXAMPLE_TOML).unwrap();
    for contract in &mut example.contracts {
        contract.terms.chargeback_reply_days = reply;
    }
    set_up::apply(centre.state(), &example, "test").await.unwrap();
    day(&centre, true).await;
    let back = row("チャージバック", at(TODAY, 11, 0, 0), -300, "C9");
    take(&centre, "card", "card.csv", write_statement(&profile("generic_card"), &[back]).unwrap()).await;
    centre
}

/// reconciliation.md 5.5: a fact of the company alone, with a deadline, open until a person decides. 23 November is a holiday.
#[tokio::test]
async fn a_chargeback_has_a_deadline_and_waits_for_a_decision() {
    for (reply, due) in [
        (Some(ReplyDays::Calendar(3)), Some("2026-11-21")),
        (Some(ReplyDays::Banking(3)), Some("2026-11-24")),
        (None, None),
    ] {
        let centre = taken_back(reply).await;
        let open = all(&centre).await;
        let id = subject(&open, "CHARGEBACK");
        let line = open.rows.iter().find(|row| row.exception.id == id).unwrap();
        assert_eq!(line.exception.due_on, due.map(date), "{reply:?}");
        let said = line.due_ja.clone().unwrap();
        assert!(said.contains(if due.is_some() { "あと" } else { "不明" }), "{said}");
        let json = serde_json::to_value(&open).unwrap();
        let in_json = json["rows"].as_array().unwrap().iter().any(|row| row["due_ja"] == said.as_str());
        assert!(in_json, "{json}");
        let desk = controls::desk(centre.state()).await.unwrap();
        assert!(desk.proposals.iter().any(|one| one.subject == id), "{desk:?}");
        let (action, word) = match due {
            Some(_) => (ControlAction::Refuse, SettledWord::Contested),
            None => (ControlAction::Confirm, SettledWord::Accepted),
        };
        both(&centre, (ControlTopic::Chargeback, action), &id).await;
        let after = all(&centre).await;
        assert!(after.rows.iter().all(|row| row.exception.id != id), "decided");
        assert_eq!(after.settled[0].settled.as_ref().unwrap().word, word);
        assert_eq!(after.breaks_gross, open.breaks_gross);
    }
}

/// November with one wallet sale of ¥300; 1.98% of it is 5.
async fn november(centre: &Centre) {
    const DAY: &str = "2026-11-30";
    centre.clock.set(at(DAY, 9, 0, 0));
    let mut counter = centre.counter().await;
    open(&mut counter, DAY);
    sell(&mut counter, DAY, 1, 1, cash(Yen::new(600)));
    sell(&mut counter, DAY, 2, 5, wallet(Yen::new(300), "4821"));
    close(&mut counter, DAY);
    centre.clock.set(at("2026-12-01", 20, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    let sold = row("取引完了", at(DAY, 10, 5, 11), 300, "04000000000000004821");
    let statement = write_statement(&profile("paypay_for_business"), &[sold]).unwrap();
    take_for(centre, "paypay", "november.csv", statement, ("2026-11-01", DAY)).await;
}

#[tokio::test]
async fn changed_charges_count_when_another_person_approved_them() {
    let centre = Centre::set_up().await;
    november(&centre).await;
    let fee = async || {
        let run = current(centre.state(), centre.state().today()).await.unwrap();
        let sheet = run.recorded.sheets.iter().find(|one| one.contract.as_str() == "paypay").unwrap().clone();
        let today = Some(centre.state().today());
        let paper = contract_sheet_as_of(centre.state(), &sheet.contract, sheet.to, today).await.unwrap();
        let paper = paper.unwrap();
        assert_eq!(
            paper.table().notes.iter().any(|note| note.contains("承認待ち")),
            !paper.waiting_terms.is_empty()
        );
        (sheet.fee.get(), paper.waiting_terms.len())
    };
    assert_eq!(fee().await, (5, 0), "the first version needs nobody");
    let mut dearer = set_up::read(set_up::EXAMPLE_TOML).unwrap();
    for contract in dearer.contracts.iter_mut().filter(|one| one.terms.id.as_str() == "paypay") {
        contract.valid_from = date("2026-11-01");
        contract.terms.fee.rate = domain::rate::Ppm(30_000);
    }
    let unnamed = set_up::apply(centre.state(), &dearer, set_up::NOBODY).await.unwrap_err().to_string();
    assert!(unnamed.contains("--by"), "{unnamed}");
    let done = set_up::apply(centre.state(), &dearer, "kaikei-1").await.unwrap();
    assert_eq!(done.waiting.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["paypay"]);
    let again = set_up::apply(centre.state(), &dearer, "kaikei-1").await.unwrap();
    assert_eq!(again.waiting, done.waiting, "loaded again, it waits still");
    assert_eq!(fee().await, (5, 1), "the old terms, and it is said");
    let monthly = month::monthly(centre.state(), "2026-11".parse().unwrap(), None).await.unwrap();
    assert_eq!(monthly.contracts.iter().flat_map(|one| &one.waiting_terms).count(), 1);
    whole(&centre, "waiting").await;

    let desk = controls::desk(centre.state()).await.unwrap();
    let [wish] = &desk.waiting[..] else { panic!("one wish: {:?}", desk.waiting) };
    let Document::Terms { change } = controls::document(wish).unwrap() else { panic!("of charges") };
    assert!(change.after_ja.contains('3') && change.before_ja.contains("1.98"), "{change:?}");
    let same = approve(&centre, "kaikei-1", wish.id).await;
    assert!(matches!(same, Err(ControlError::Refused(ControlRefusal::SamePerson))), "{same:?}");
    approve(&centre, "kaikei-2", wish.id).await.unwrap();
    assert_eq!(fee().await, (9, 0));
    whole(&centre, "approved").await;
    let taken_back = ask(&centre, (ControlTopic::Terms, ControlAction::Revoke), &wish.subject).await;
    assert!(taken_back.is_err(), "a further version replaces it");
}

#[tokio::test]
async fn a_change_of_the_same_day_keeps_the_version_before_it() {
    let centre = Centre::set_up().await;
    november(&centre).await;
    let mut dearer = set_up::read(set_up::EXAMPLE_TOML).unwrap();
    for contract in dearer.contracts.iter_mut().filter(|one| one.terms.id.as_str() == "paypay") {
        contract.terms.fee.rate = domain::rate::Ppm(30_000);
    }
    set_up::apply(centre.state(), &dearer, "kaikei-1").await.unwrap();
    let run = current(centre.state(), centre.state().today()).await.unwrap();
    let sheet = run.recorded.sheets.iter().find(|one| one.contract.as_str() == "paypay").unwrap();
    assert_eq!(sheet.fee.get(), 5);
    let desk = controls::desk(centre.state()).await.unwrap();
    let word = Decision { approved: false, note: "覚書を待ちます".to_owned() };
    decide(centre.state(), "kaikei-2", desk.waiting[0].id, word).await.unwrap();
    let done = set_up::apply(centre.state(), &dearer, "kaikei-1").await.unwrap();
    assert_eq!(done.waiting.len(), 1, "sent back is not for ever");
    assert_eq!(controls::desk(centre.state()).await.unwrap().waiting.len(), 1);
}
