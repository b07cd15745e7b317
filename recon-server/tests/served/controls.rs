//! What the matching only proposes counts when two persons have said so, and no longer when they take it back.

use formats::statement::write_statement;
use recon_server::jobs::{
    audit::{Asked, bundle, check::check},
    controls::{ControlError, ControlRefusal, Desk, NewControl, decide, desk, new_id, request},
    reconcile::current,
    report::daily,
    second_person::Decision,
};
use store::controls::{ControlAction, ControlId, ControlTopic};

use crate::{
    journal_day::{cash, close, day, open, sell, wallet},
    reports::{take, take_for},
    support::{Centre, TODAY, date},
    support_files::{at, bank, profile, row},
};

/// The wallet sale of ¥300 whose four digits the company writes otherwise.
async fn doubtful(centre: &Centre) {
    day(centre, true).await;
    let other = row("取引完了", at(TODAY, 10, 5, 11), 300, "04000000000000009999");
    take(centre, "paypay", "paypay.csv", write_statement(&profile("paypay_for_business"), &[other]).unwrap())
        .await;
}

async fn wish(
    centre: &Centre,
    by: &str,
    topic: ControlTopic,
    action: ControlAction,
    subject: &str,
) -> Result<ControlId, ControlError> {
    let new = NewControl {
        id: new_id(centre.state()).unwrap(),
        topic,
        action,
        subject: subject.to_owned(),
        reason: "控えと明細を見比べた".to_owned(),
        valid_from: None,
    };
    request(centre.state(), by, new).await.map(|row| row.id)
}

async fn approve(centre: &Centre, by: &str, id: ControlId) -> Result<(), ControlError> {
    decide(centre.state(), by, id, Decision { approved: true, note: String::new() }).await.map(|_| ())
}

async fn both(centre: &Centre, topic: ControlTopic, action: ControlAction, subject: &str) {
    let id = wish(centre, "kaikei-1", topic, action, subject).await.unwrap();
    approve(centre, "kaikei-2", id).await.unwrap();
}

async fn proposed(centre: &Centre) -> Vec<String> {
    let current = current(centre.state(), centre.state().today()).await.unwrap();
    let proposals = current.recorded.exceptions.iter().filter(|one| one.class.code() == "PROPOSED_MATCH");
    proposals.map(|one| one.id.clone()).collect()
}

async fn desk_of(centre: &Centre) -> Desk {
    desk(centre.state()).await.unwrap()
}

fn refused(result: Result<impl std::fmt::Debug, ControlError>) -> ControlRefusal {
    match result {
        Err(ControlError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_proposal_is_confirmed_by_two_and_taken_back_by_two() {
    let centre = Centre::set_up().await;
    doubtful(&centre).await;
    let desk = desk_of(&centre).await;
    assert_eq!((desk.proposals.len(), desk.waiting.len()), (1, 0), "{desk:?}");
    let subject = desk.proposals[0].subject.clone();
    assert_eq!(proposed(&centre).await, std::slice::from_ref(&subject));
    assert_eq!(desk.proposals[0].members.len(), 2, "the sale and the row");

    let topic = ControlTopic::Match;
    let id = wish(&centre, "kaikei-1", topic, ControlAction::Confirm, &subject).await.unwrap();
    let again = wish(&centre, "kaikei-2", topic, ControlAction::Refuse, &subject).await;
    assert_eq!(refused(again), ControlRefusal::Waiting, "one wish at a time");
    assert_eq!(refused(approve(&centre, "kaikei-1", id).await), ControlRefusal::SamePerson);
    assert_eq!(proposed(&centre).await, std::slice::from_ref(&subject), "asked for is not decided");
    approve(&centre, "kaikei-2", id).await.unwrap();
    approve(&centre, "kaikei-2", id).await.unwrap();
    assert!(proposed(&centre).await.is_empty(), "the next run takes it");
    assert!(desk_of(&centre).await.proposals.is_empty());

    let folder = centre.folder.path().join("bundle");
    bundle::write(centre.state(), &folder, Asked::Day(date(TODAY)), date(TODAY), "test").await.unwrap();
    let found = check(&folder).await.unwrap();
    assert!(found.whole() && found.done_again, "the decision is among the inputs: {found:?}");

    let twice = wish(&centre, "kaikei-1", topic, ControlAction::Confirm, &subject).await;
    assert!(matches!(refused(twice), ControlRefusal::Decided | ControlRefusal::Gone));
    both(&centre, topic, ControlAction::Revoke, &subject).await;
    assert_eq!(proposed(&centre).await, std::slice::from_ref(&subject), "taken back, it is proposed again");
    let nothing = wish(&centre, "kaikei-1", topic, ControlAction::Revoke, &subject).await;
    assert_eq!(refused(nothing), ControlRefusal::NothingToRevoke);
}

#[tokio::test]
async fn a_wish_that_is_sent_back_changes_nothing() {
    let centre = Centre::set_up().await;
    doubtful(&centre).await;
    let subject = desk_of(&centre).await.proposals[0].subject.clone();
    let id = wish(&centre, "kaikei-1", ControlTopic::Match, ControlAction::Confirm, &subject).await.unwrap();
    let silent =
        decide(centre.state(), "kaikei-2", id, Decision { approved: false, note: " ".to_owned() }).await;
    assert_eq!(refused(silent), ControlRefusal::Note);
    let word = Decision { approved: false, note: "別の取引です".to_owned() };
    decide(centre.state(), "kaikei-2", id, word).await.unwrap();
    assert_eq!(refused(approve(&centre, "kaikei-2", id).await), ControlRefusal::AlreadyDecided);
    assert_eq!(proposed(&centre).await, std::slice::from_ref(&subject));
    let unknown = wish(&centre, "kaikei-1", ControlTopic::Match, ControlAction::Confirm, "no-such").await;
    assert_eq!(refused(unknown), ControlRefusal::Gone);
}

/// What two persons called another transaction is joined no more, and not asked about again.
#[tokio::test]
async fn a_refused_proposal_stands_alone() {
    let centre = Centre::set_up().await;
    doubtful(&centre).await;
    let subject = desk_of(&centre).await.proposals[0].subject.clone();
    both(&centre, ControlTopic::Match, ControlAction::Refuse, &subject).await;
    assert!(proposed(&centre).await.is_empty() && desk_of(&centre).await.proposals.is_empty());
    let current = current(centre.state(), date(TODAY)).await.unwrap();
    let alone = current.recorded.exceptions.iter().filter(|one| one.class.code() == "A_ONLY").count();
    assert_eq!(alone, 1, "{:?}", current.recorded.exceptions);
    both(&centre, ControlTopic::Match, ControlAction::Revoke, &subject).await;
    assert_eq!(proposed(&centre).await, [subject]);
}

/// The company pays under a name that nobody registered: confirmed by two, the deposit is the payout's.
#[tokio::test]
async fn a_remitter_name_is_added_from_a_day_on() {
    const DAY: &str = "2026-11-30";
    const PAID: &str = "2026-12-01";
    let centre = Centre::set_up().await;
    centre.clock.set(at(DAY, 9, 0, 0));
    let mut counter = centre.counter().await;
    open(&mut counter, DAY);
    sell(&mut counter, DAY, 1, 1, cash(domain::money::Yen::new(600)));
    sell(&mut counter, DAY, 2, 5, wallet(domain::money::Yen::new(300), "4821"));
    close(&mut counter, DAY);
    centre.clock.set(at(PAID, 20, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    let sold = row("取引完了", at(DAY, 10, 5, 11), 300, "04000000000000004821");
    let statement = write_statement(&profile("paypay_for_business"), &[sold]).unwrap();
    take_for(&centre, "paypay", "november.csv", statement, ("2026-11-01", DAY)).await;
    take(&centre, "bank", "bank.txt", bank(PAID, &[(295, "ｼﾝﾅﾏｴ(ｶ")])).await;
    let deposited = async || daily(centre.state(), date(DAY)).await.unwrap().total.deposited.get();
    assert_eq!(deposited().await, 0);
    let desk = desk_of(&centre).await;
    let name = desk.proposals.iter().find(|one| one.topic == ControlTopic::Alias).unwrap();
    assert_eq!((name.day, name.amount.get()), (date(PAID), 295));
    let subject = name.subject.clone();

    let tomorrow = NewControl {
        id: new_id(centre.state()).unwrap(),
        topic: ControlTopic::Alias,
        action: ControlAction::Confirm,
        subject: subject.clone(),
        reason: "会社に確かめた".to_owned(),
        valid_from: Some(date("2026-12-02")),
    };
    let too_late = request(centre.state(), "kaikei-1", tomorrow).await;
    assert_eq!(refused(too_late), ControlRefusal::ValidFrom(date(PAID)));
    both(&centre, ControlTopic::Alias, ControlAction::Confirm, &subject).await;
    assert_eq!(deposited().await, 295, "the name is the company's");
    assert!(desk_of(&centre).await.proposals.is_empty());
    both(&centre, ControlTopic::Alias, ControlAction::Revoke, &subject).await;
    assert_eq!(deposited().await, 0);
    both(&centre, ControlTopic::Alias, ControlAction::Refuse, &subject).await;
    assert!(desk_of(&centre).await.proposals.is_empty(), "nobody is asked again");
    assert_eq!(deposited().await, 0);
}
