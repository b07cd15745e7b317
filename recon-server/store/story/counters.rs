//! Registration and enrolment.

use domain::id::Incarnation;
use journal::chain::{Head, JournalId};
use store::{
    Store, StoreError,
    counters::{Enrolment, NewEnrolmentCode},
};

use super::samples::{at, counter, enrol, profile, tenant};

pub async fn enrolment(store: &dyn Store) {
    let tenant = tenant("enrolment");
    let desk = counter("m1");
    let mut unit = store.begin().await.unwrap();
    let unknown = NewEnrolmentCode {
        code_sha256: [9; 32],
        counter: counter("nobody"),
        created_by: "admin".to_owned(),
        created_at: at(0),
        expires_at: at(600),
    };
    let refused = unit.put_enrolment_code(&tenant, &unknown).await;
    assert!(matches!(refused, Err(StoreError::ChangeCounter(_))), "a code needs a registered counter");
    drop(unit);

    let grant = enrol(store, &tenant, "m1", 1, at(0)).await;
    assert_eq!((grant.incarnation, grant.first_receipt), (Incarnation(1), 1));
    assert_eq!(grant.profile, profile("m1", "1番窓口"));

    let mut unit = store.begin().await.unwrap();
    assert_eq!(unit.enrol(&tenant, &[1; 32], at(2)).await.unwrap(), Enrolment::UsedCode);
    assert_eq!(unit.enrol(&tenant, &[2; 32], at(2)).await.unwrap(), Enrolment::UnknownCode);
    let late = NewEnrolmentCode { code_sha256: [3; 32], counter: desk.clone(), ..unknown };
    unit.put_enrolment_code(&tenant, &late).await.unwrap();
    assert_eq!(unit.enrol(&tenant, &[3; 32], at(600)).await.unwrap(), Enrolment::ExpiredCode);
    assert_eq!(
        unit.put_counter(&tenant, &profile("m1", "1番窓口"), at(3)).await.unwrap(),
        1,
        "the same again"
    );
    assert_eq!(unit.put_counter(&tenant, &profile("m1", "東の窓口"), at(4)).await.unwrap(), 2);
    unit.commit().await.unwrap();

    let mut unit = store.snapshot().await.unwrap();
    let row = unit.counter(&tenant, &desk).await.unwrap().unwrap();
    assert_eq!((row.profile_version, row.profile.counter_label.as_str()), (2, "東の窓口"));
    assert_eq!(row.created_at, at(0));
    let current = row.current.unwrap();
    assert_eq!((current.granted_at, current.ended_at, current.last_received_at), (at(1), None, None));
    assert_eq!(current.head, Head::EMPTY);
    let journal = |incarnation| JournalId { tenant: tenant.clone(), counter: desk.clone(), incarnation };
    assert_eq!(unit.head(&journal(Incarnation(1))).await.unwrap(), Some(Head::EMPTY));
    assert_eq!(unit.head(&journal(Incarnation(2))).await.unwrap(), None, "never granted");
}
