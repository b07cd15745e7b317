//! Units of work: all or nothing; snapshots read one state and write nothing.

use store::Store;

use super::samples::{at, counter, profile, tenant};

pub async fn drop_and_snapshot(store: &dyn Store) {
    let tenant = tenant("units");
    let mut dropped = store.begin().await.unwrap();
    dropped.put_counter(&tenant, &profile("m1", "1番窓口"), at(0)).await.unwrap();
    drop(dropped);

    let mut unit = store.begin().await.unwrap();
    assert_eq!(unit.counter(&tenant, &counter("m1")).await.unwrap(), None, "dropped units leave nothing");
    assert_eq!(unit.put_counter(&tenant, &profile("m1", "1番窓口"), at(0)).await.unwrap(), 1);
    unit.commit().await.unwrap();

    let mut before = store.snapshot().await.unwrap();
    assert_eq!(before.counters(&tenant).await.unwrap().len(), 1);
    let mut unit = store.begin().await.unwrap();
    unit.put_counter(&tenant, &profile("m2", "2番窓口"), at(1)).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(before.counters(&tenant).await.unwrap().len(), 1, "a snapshot sees one state");
    let refused = before.put_counter(&tenant, &profile("m3", "3番窓口"), at(2)).await;
    assert!(refused.is_err(), "a snapshot writes nothing");
    drop(before);
    let mut after = store.snapshot().await.unwrap();
    let ids: Vec<_> = after.counters(&tenant).await.unwrap().into_iter().map(|row| row.counter).collect();
    assert_eq!(ids, [counter("m1"), counter("m2")]);
}
