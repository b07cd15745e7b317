//! What the house knows besides money reaches the run: numbers that never came, numbers that came twice, words that contradict.

use domain::{
    event::Event,
    id::OperatorId,
    inbox::InboxItem,
    money::Yen,
    payment::{Approval, Evidence, NotStartedWhy, Outcome},
};
use recon_server::jobs::{
    audit::{Asked, bundle, check::check},
    reconcile::{current, reconcile},
};

use crate::{
    journal_day::{cash, day, sell},
    reports::{card_statement, take},
    support::{COUNTER, Centre, TODAY, attempt_id, date, problem},
    support_files::at,
};

/// Sentences of the exceptions of a class.
async fn said(centre: &Centre, class: &str) -> Vec<String> {
    let current = current(centre.state(), date(TODAY)).await.unwrap();
    let found = current.recorded.exceptions.iter().filter(|one| one.class.code() == class);
    found.map(|one| one.sentence_ja.clone()).collect()
}

/// The bundle of the day is made again byte for byte: what was noticed is among the inputs.
async fn is_made_again(centre: &Centre) {
    let folder = centre.folder.path().join("bundle");
    bundle::write(centre.state(), &folder, Asked::Day(date(TODAY)), date(TODAY), "test").await.unwrap();
    let found = check(&folder).await.unwrap();
    assert!(found.whole() && found.done_again, "{found:?}");
}

#[tokio::test]
async fn numbers_that_were_skipped_hold_the_day_until_they_come() {
    let centre = Centre::set_up().await;
    let mut counter = day(&centre, true).await;
    assert!(said(&centre, "SEQUENCE_GAP").await.is_empty());
    let sent = counter.entries.len();
    for _ in 0..3 {
        counter.write_start(at(TODAY, 17, 30, 0));
    }
    let (status, code, _) = problem(centre.deliver(&counter, &counter.entries[sent + 2..]).await).await;
    assert_eq!((status, code.as_str()), (409, "chain_gap"));
    let gap = said(&centre, "SEQUENCE_GAP").await;
    let (first, last) = (sent + 1, sent + 2);
    assert_eq!(gap.len(), 1);
    assert!(gap[0].contains(&format!("{first}番から{last}番まで")), "{gap:?}");
    is_made_again(&centre).await;
    assert_eq!(centre.deliver(&counter, &counter.entries[sent..]).await.status(), 200);
    assert!(said(&centre, "SEQUENCE_GAP").await.is_empty(), "what was missing came");
}

#[tokio::test]
async fn numbers_that_came_twice_are_a_gap_too() {
    let centre = Centre::set_up().await;
    let counter = day(&centre, true).await;
    let mut restored = counter.clone();
    restored.entries.pop();
    let last = restored.entries.last().unwrap();
    restored.head = journal::chain::Head::after(last);
    let taken = restored.entries.len();
    sell(&mut restored, TODAY, 5, 40, cash(Yen::new(300)));
    let (status, code, _) = problem(centre.deliver(&restored, &restored.entries[taken..]).await).await;
    assert_eq!((status, code.as_str()), (409, "fork"));
    let gap = said(&centre, "SEQUENCE_GAP").await;
    assert_eq!(gap.len(), 1);
    assert!(gap[0].contains(&format!("{}番から", taken + 1)), "{gap:?}");
    is_made_again(&centre).await;
}

/// The centre's person says that nothing was charged; the terminal, asked later, says that it was.
#[tokio::test]
async fn two_sources_that_contradict_are_named() {
    let centre = Centre::set_up().await;
    let mut counter = day(&centre, true).await;
    let attempt = attempt_id(9);
    let evidence = Evidence::Person {
        operator: "kaikei1".parse::<OperatorId>().unwrap(),
        basis: "電話で確認".to_owned(),
    };
    let mut unit = centre.state().store.begin().await.unwrap();
    let item = InboxItem::AttemptNotCharged { attempt, evidence };
    let (tenant, desk) = (centre.state().tenant(), COUNTER.parse().unwrap());
    unit.put_inbox_item(tenant, &desk, &format!("attempt:{attempt}"), &item, centre.now()).await.unwrap();
    unit.commit().await.unwrap();
    assert!(said(&centre, "CONFLICTING_RESOLUTION").await.is_empty(), "one source alone");

    let sent = counter.entries.len();
    let approval = Approval { settled_amount: Some(Yen::new(300)), ..Approval::default() };
    let evidence = Evidence::Device { detail: "last result".to_owned() };
    let resolved = Event::PaymentResolved { attempt, outcome: Outcome::Approved(approval), evidence };
    counter.write(at(TODAY, 17, 40, 0), resolved);
    assert_eq!(centre.deliver(&counter, &counter.entries[sent..]).await.status(), 200);
    let conflict = said(&centre, "CONFLICTING_RESOLUTION").await;
    assert_eq!(conflict.len(), 1, "{conflict:?}");
    assert!(
        conflict[0].contains("端末の照会は成立") && conflict[0].contains("担当者の判定は不成立"),
        "{conflict:?}"
    );
    is_made_again(&centre).await;
}

/// The desk decides that nothing was charged; the acquirer's statement has the row. It is nobody else's.
#[tokio::test]
async fn a_row_of_what_was_decided_as_not_charged_contradicts() {
    let centre = Centre::set_up().await;
    let mut counter = day(&centre, true).await;
    let sent = counter.entries.len();
    let evidence = Evidence::Person {
        operator: "kaikei1".parse::<OperatorId>().unwrap(),
        basis: "控えで確認".to_owned(),
    };
    let outcome = Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, detail: String::new() };
    counter.write(at(TODAY, 17, 40, 0), Event::PaymentResolved { attempt: attempt_id(9), outcome, evidence });
    assert_eq!(centre.deliver(&counter, &counter.entries[sent..]).await.status(), 200);
    assert!(said(&centre, "CONFLICTING_RESOLUTION").await.is_empty(), "one source alone");
    let before = said(&centre, "A_ONLY").await.len();

    take(&centre, "card", "card.csv", card_statement()).await;
    let conflict = said(&centre, "CONFLICTING_RESOLUTION").await;
    assert_eq!(conflict.len(), 1, "{conflict:?}");
    assert!(
        conflict[0].contains("担当者の判定は不成立") && conflict[0].contains("会社明細は成立"),
        "{conflict:?}"
    );
    assert_eq!(said(&centre, "A_ONLY").await.len(), before, "its row is no stranger's");
    is_made_again(&centre).await;
}

/// What a run tells a counter is no news to the next run: the same facts, the same run.
#[tokio::test]
async fn telling_a_counter_changes_no_input() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    take(&centre, "card", "card.csv", card_statement()).await;
    let first = reconcile(centre.state(), date(TODAY), "test").await.unwrap();
    let second = reconcile(centre.state(), date(TODAY), "test").await.unwrap();
    assert_eq!(first.decisions, 1, "the statement settles the doubt");
    assert!(first.recorded && !second.recorded, "{first:?} {second:?}");
    assert_eq!(current(centre.state(), date(TODAY)).await.unwrap().run, first.run);
}
