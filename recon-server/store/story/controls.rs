//! What takes two persons: asked for once, decided once, in one order; locks with the papers that they sign.

use store::{
    Store, StoreError,
    controls::{ControlAction, ControlDecision, ControlId, ControlRow, ControlTopic, LockRow, LockState},
};
use uuid::Uuid;

use super::samples::{at, day, tenant};

fn id(number: u128) -> ControlId {
    ControlId(Uuid::from_u128(number))
}

fn wish(number: u64, action: ControlAction) -> ControlRow {
    ControlRow {
        id: id(u128::from(number)),
        number,
        topic: ControlTopic::Match,
        action,
        subject: "x-1".to_owned(),
        document: "{\"sentence\":\"似ています\"}".to_owned(),
        reason: "控えを見ました".to_owned(),
        requested_by: "kaikei-1".to_owned(),
        requested_at: at(1),
        decision: None,
    }
}

fn word(number: u64, approved: bool) -> ControlDecision {
    ControlDecision { number, approved, note: String::new(), by: "kaikei-2".to_owned(), at: at(2) }
}

pub async fn asked_for_and_decided(store: &dyn Store) {
    let tenant = tenant("controls");
    let mut kept = Vec::new();
    for action in [ControlAction::Confirm, ControlAction::Refuse, ControlAction::Revoke] {
        let mut unit = store.begin().await.unwrap();
        let row = wish(unit.next_control(&tenant).await.unwrap(), action);
        unit.request_control(&tenant, &row).await.unwrap();
        unit.commit().await.unwrap();
        kept.push(row);
    }
    for (row, approved) in kept.iter_mut().zip([true, false]) {
        let mut unit = store.begin().await.unwrap();
        let decision = word(unit.next_control(&tenant).await.unwrap(), approved);
        unit.decide_control(&tenant, row.id, &decision).await.unwrap();
        unit.commit().await.unwrap();
        row.decision = Some(decision);
    }
    let numbers: Vec<_> = kept.iter().map(|row| row.decision.as_ref().map(|d| d.number)).collect();
    assert_eq!(numbers, [Some(4), Some(5), None], "wishes and decisions share one order");
    let mut unit = store.snapshot().await.unwrap();
    assert_eq!(unit.controls(&tenant).await.unwrap(), kept);
    assert_eq!(unit.control(&tenant, id(1)).await.unwrap().as_ref(), kept.first());
    assert_eq!(unit.control(&tenant, id(9)).await.unwrap(), None);
    drop(unit);

    for (again, why) in [(id(1), "the first decision stays"), (id(9), "nobody asked")] {
        let mut unit = store.begin().await.unwrap();
        let refused = unit.decide_control(&tenant, again, &word(99, true)).await;
        assert!(matches!(refused, Err(StoreError::ChangeControl(_))), "{why}: {refused:?}");
    }
    let mut unit = store.begin().await.unwrap();
    let born_decided = ControlRow { decision: Some(word(98, true)), ..wish(97, ControlAction::Confirm) };
    let refused = unit.request_control(&tenant, &born_decided).await;
    assert!(matches!(refused, Err(StoreError::ChangeControl(_))), "a decision comes later: {refused:?}");
}

pub async fn scans(store: &dyn Store) {
    let tenant = tenant("scans");
    let mut unit = store.begin().await.unwrap();
    let row = ControlRow { topic: ControlTopic::Hand, ..wish(1, ControlAction::Confirm) };
    unit.request_control(&tenant, &row).await.unwrap();
    unit.put_scan(&tenant, row.id, [7; 32], b"%PDF-1.7\0\xff").await.unwrap();
    unit.commit().await.unwrap();
    let mut unit = store.snapshot().await.unwrap();
    assert_eq!(unit.control(&tenant, row.id).await.unwrap(), Some(row.clone()), "a topic of its own");
    assert_eq!(unit.scan(&tenant, row.id).await.unwrap().as_deref(), Some(&b"%PDF-1.7\0\xff"[..]));
    assert_eq!(unit.scan(&tenant, id(9)).await.unwrap(), None);
    drop(unit);
    for (of, why) in [(row.id, "one a wish"), (id(9), "nobody asked")] {
        let mut unit = store.begin().await.unwrap();
        let refused = unit.put_scan(&tenant, of, [7; 32], b"x").await;
        assert!(matches!(refused, Err(StoreError::ChangeControl(_))), "{why}: {refused:?}");
    }
}

pub async fn locks_and_papers(store: &dyn Store) {
    let tenant = tenant("locks");
    let mut unit = store.begin().await.unwrap();
    let locked = LockRow {
        number: unit.next_lock(&tenant).await.unwrap(),
        contract: None,
        through: day("2026-07-31"),
        state: LockState::Locked,
        reason: String::new(),
        run: 3,
        watermark: 0,
        actor: "kaikei-1".to_owned(),
        approver: None,
        at: at(0),
    };
    unit.put_lock(&tenant, &locked).await.unwrap();
    unit.put_signed_paper(&tenant, locked.number, "month", "{\"月\":7}").await.unwrap();
    let reopened = LockRow {
        number: unit.next_lock(&tenant).await.unwrap(),
        contract: Some("paypay".parse().unwrap()),
        state: LockState::Reopened,
        approver: Some("kaikei-2".to_owned()),
        watermark: 7,
        ..locked.clone()
    };
    unit.put_lock(&tenant, &reopened).await.unwrap();
    unit.commit().await.unwrap();
    let mut unit = store.snapshot().await.unwrap();
    assert_eq!(unit.locks(&tenant).await.unwrap(), [locked.clone(), reopened.clone()]);
    assert_eq!(unit.signed_paper(&tenant, 1, "month").await.unwrap().as_deref(), Some("{\"月\":7}"));
    assert_eq!(unit.signed_paper(&tenant, 2, "month").await.unwrap(), None);
    drop(unit);

    let mut unit = store.begin().await.unwrap();
    let alone = LockRow { number: 3, approver: None, ..reopened };
    let refused = unit.put_lock(&tenant, &alone).await;
    assert!(matches!(refused, Err(StoreError::ChangeControl(_))), "nobody reopens alone: {refused:?}");
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    let twice = unit.put_signed_paper(&tenant, 1, "month", "{}").await;
    assert!(matches!(twice, Err(StoreError::ChangeControl(_))), "signed is signed: {twice:?}");
}
