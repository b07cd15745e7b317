//! Appending, repeating, forking, replacing.

use domain::{id::Incarnation, money::Yen};
use store::{
    Store,
    journal::{AsideReason, EntryKey},
};

use super::samples::{Diary, at, counter, deliver, enrol, opened, position, tenant};

pub async fn append_and_repeat(store: &dyn Store) {
    let tenant = tenant("append");
    enrol(store, &tenant, "m1", 1, at(0)).await;
    let mut diary = Diary::new(&tenant, &counter("m1"), Incarnation(1), at(10));
    let entries = [diary.write(opened(1)), diary.cash_sale(1, 300), diary.cash_sale(2, 450)];

    let first = deliver(store, &diary, &entries[..2], at(20)).await;
    assert_eq!((first.stored, first.known, first.aside, first.gap), (2, 0, 0, None));
    let again = deliver(store, &diary, &entries, at(30)).await;
    assert_eq!((again.stored, again.known, again.aside, again.gap), (1, 2, 0, None));
    assert_eq!(again.head, diary.head);

    let beyond = [diary.cash_sale(3, 300), diary.cash_sale(4, 300)];
    let gap = deliver(store, &diary, &beyond[1..], at(40)).await;
    assert_eq!((gap.stored, gap.gap), (0, Some(position(5))), "a gap stores nothing");
    assert_eq!(gap.head, again.head);
    deliver(store, &diary, &beyond[1..], at(41)).await;
    let mut unit = store.snapshot().await.unwrap();
    let gaps = unit.journal_gaps(&tenant).await.unwrap();
    let said: Vec<_> = gaps.iter().map(|row| (row.head.0, row.seen.0, row.at)).collect();
    assert_eq!(said, [(3, 5, at(40))], "remembered once, as it was first seen");
    drop(unit);

    let mut unit = store.snapshot().await.unwrap();
    let page = unit.entries(&diary.id, position(1), 1).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(
        (&page[0].entry, page[0].received_at),
        (&entries[1], at(20)),
        "frozen bytes come back as they were"
    );
    let key = EntryKey::of(&entries[2]);
    assert_eq!(unit.entry(&tenant, &key).await.unwrap().unwrap().entry, entries[2]);
    assert_eq!(unit.entry(&tenant, &EntryKey::of(&beyond[0])).await.unwrap(), None);
    let row = unit.counter(&tenant, &counter("m1")).await.unwrap().unwrap().current.unwrap();
    assert_eq!((row.head, row.last_received_at), (again.head, Some(at(30))));
    drop(unit);

    let mut other = Diary::new(&tenant, &counter("m1"), Incarnation(9), at(10));
    let foreign = other.write(opened(1));
    let mut unit = store.begin().await.unwrap();
    assert_eq!(unit.append_entries(&other.id, std::slice::from_ref(&foreign), at(50)).await.unwrap(), None);
    assert!(unit.append_entries(&diary.id, &[foreign], at(50)).await.is_err(), "of another journal");
    drop(unit);

    deliver(store, &diary, &beyond, at(60)).await;
    let mut unit = store.snapshot().await.unwrap();
    assert!(unit.journal_gaps(&tenant).await.unwrap().is_empty(), "what was missing came");
}

/// The disk of a counter was restored from an image: it writes other entries under numbers that are taken.
pub async fn fork(store: &dyn Store) {
    let tenant = tenant("fork");
    enrol(store, &tenant, "m1", 1, at(0)).await;
    let mut diary = Diary::new(&tenant, &counter("m1"), Incarnation(1), at(10));
    let opening = diary.write(opened(1));
    let mut restored = diary.clone();
    let true_sale = diary.cash_sale(1, 300);
    deliver(store, &diary, &[opening, true_sale.clone()], at(20)).await;

    let other = restored.cash_sale(2, 1_000);
    let next = restored.cash_sale(3, 500);
    let forked = deliver(store, &restored, &[other.clone(), next.clone()], at(30)).await;
    assert_eq!((forked.stored, forked.known, forked.aside, forked.gap), (0, 0, 2, None));
    assert_eq!(forked.head, diary.head, "the head does not follow a fork");
    let third = restored.cash_sale(4, 200);
    let repeated = deliver(store, &restored, &[next, third.clone()], at(40)).await;
    assert_eq!((repeated.aside, repeated.gap), (2, None));

    let mut unit = store.snapshot().await.unwrap();
    let aside = unit.aside_entries(&tenant).await.unwrap();
    let seen: Vec<_> = aside.iter().map(|row| (row.key.sequence_number, row.reason, row.amount)).collect();
    assert_eq!(
        seen,
        [
            (position(2), AsideReason::PositionTaken, Some(Yen::new(1_000))),
            (position(3), AsideReason::OtherChain, Some(Yen::new(500))),
            (position(4), AsideReason::OtherChain, Some(Yen::new(200))),
        ]
    );
    assert_eq!((aside[0].hash, aside[0].bytes.as_slice()), (other.hash(), other.bytes()));
    assert_eq!(
        (aside[1].received_at, aside[2].received_at),
        (at(30), at(40)),
        "a repetition changes nothing"
    );
    let sales = unit.sales_paid(&tenant, diary.now.date(), diary.now.date()).await.unwrap();
    assert_eq!(sales.len(), 1, "money beside the journal is not counted as sold");
    assert_eq!(sales[0].key, EntryKey::of(&true_sale));
}

/// The counter's PC is replaced; the old one still has undelivered entries, and someone goes on working on it.
pub async fn replacement(store: &dyn Store) {
    let tenant = tenant("replacement");
    enrol(store, &tenant, "m1", 1, at(0)).await;
    let mut old = Diary::new(&tenant, &counter("m1"), Incarnation(1), at(10));
    let delivered = [old.write(opened(1)), old.cash_sale(1, 300), old.cash_sale(2, 300)];
    deliver(store, &old, &delivered, at(20)).await;
    let tail = old.cash_sale(3, 450);

    let grant = enrol(store, &tenant, "m1", 2, at(100)).await;
    assert_eq!(grant.incarnation, Incarnation(2));
    assert_eq!(grant.first_receipt, 3, "one more than the highest that was seen");

    let late = deliver(store, &old, std::slice::from_ref(&tail), at(110)).await;
    assert_eq!((late.stored, late.head), (1, old.head), "the tail is taken");
    old.now = at(200);
    let working_on = [old.cash_sale(4, 700), old.cash_sale(5, 800)];
    let refused = deliver(store, &old, &working_on, at(210)).await;
    assert_eq!((refused.stored, refused.aside, refused.gap), (0, 2, None), "it cannot be extended");

    let mut unit = store.snapshot().await.unwrap();
    let aside = unit.aside_entries(&tenant).await.unwrap();
    assert!(aside.iter().all(|row| row.reason == AsideReason::AfterReplacement), "{aside:?}");
    let generations = unit.incarnations(&tenant, &counter("m1")).await.unwrap();
    assert_eq!(generations.len(), 2);
    assert_eq!((generations[0].ended_at, generations[1].ended_at), (Some(at(101)), None));
    drop(unit);

    let again = enrol(store, &tenant, "m1", 3, at(300)).await;
    assert_eq!(again.first_receipt, 6, "receipts beside the journal may be in citizens' hands");
}
