//! The inbox.

use domain::{
    event::{Actor, Event},
    id::{AttemptId, Incarnation},
    inbox::InboxItem,
    payment::{Approval, Evidence},
};
use store::Store;
use uuid::Uuid;

use super::samples::{Diary, at, counter, deliver, enrol, profile, tenant};

pub async fn numbers_have_no_gaps(store: &dyn Store) {
    let tenant = tenant("inbox");
    enrol(store, &tenant, "m1", 1, at(0)).await;
    enrol(store, &tenant, "m2", 2, at(0)).await;
    let desk = counter("m1");
    let charged = InboxItem::AttemptCharged {
        attempt: AttemptId(Uuid::from_u128(1)),
        approval: Approval::default(),
        evidence: Evidence::Statement { file: "ab".to_owned(), row: 12, decided_by: "kaikei".to_owned() },
    };
    let replaced = InboxItem::ProfileReplaced { profile: Box::new(profile("m1", "西の窓口")) };

    let mut unit = store.begin().await.unwrap();
    assert!(unit.put_inbox_item(&tenant, &counter("none"), "k", &charged, at(1)).await.is_err());
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    assert_eq!(unit.put_inbox_item(&tenant, &desk, "attempt:1", &charged, at(1)).await.unwrap(), 1);
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    assert_eq!(unit.put_inbox_item(&tenant, &desk, "profile:2", &replaced, at(2)).await.unwrap(), 1);
    assert_eq!(unit.put_inbox_item(&tenant, &desk, "attempt:1", &charged, at(3)).await.unwrap(), 2);
    assert_eq!(unit.put_inbox_item(&tenant, &desk, "attempt:1", &replaced, at(4)).await.unwrap(), 2);
    assert_eq!(unit.put_inbox_item(&tenant, &counter("m2"), "attempt:1", &charged, at(4)).await.unwrap(), 1);
    unit.commit().await.unwrap();

    let mut unit = store.snapshot().await.unwrap();
    let all = unit.inbox_items(&tenant, &desk, 0, 10).await.unwrap();
    let read: Vec<_> = all.iter().map(|row| (row.number, &row.item)).collect();
    assert_eq!(read, [(1, &replaced), (2, &charged)], "the first content of a decision stays");
    assert_eq!(unit.inbox_items(&tenant, &desk, 1, 1).await.unwrap()[0].number, 2);
    assert!(unit.inbox_items(&tenant, &desk, 2, 10).await.unwrap().is_empty());
    let decided = unit.decisions_told(&tenant).await.unwrap();
    assert_eq!(decided, [(desk.clone(), charged.clone()), (counter("m2"), charged.clone())], "no profiles");
    drop(unit);

    let mut diary = Diary::new(&tenant, &desk, Incarnation(1), at(10));
    let mut unit = store.snapshot().await.unwrap();
    assert_eq!(unit.inbox_acknowledged(&diary.id).await.unwrap(), 0);
    drop(unit);
    let received = [
        diary.write_as(Actor::Centre, Event::InboxReceived { number: 1, item: replaced }),
        diary.write_as(Actor::Centre, Event::InboxReceived { number: 2, item: charged }),
    ];
    deliver(store, &diary, &received, at(20)).await;
    let mut unit = store.snapshot().await.unwrap();
    assert_eq!(unit.inbox_acknowledged(&diary.id).await.unwrap(), 2);
}
