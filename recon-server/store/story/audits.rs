//! Manifests in their chain, settings by digest, files for the finance system.

use domain::money::Yen;
use store::{
    Store,
    audits::{ManifestKind, ManifestPlace, ManifestRow},
    exports::{ExportRow, NewExport},
};

use super::{
    runs::run,
    samples::{at, day, tenant},
};

pub async fn a_chain_has_no_gaps(store: &dyn Store) {
    let tenant = tenant("audits");
    let mut unit = store.begin().await.unwrap();
    let number = unit.record_run(&tenant, &run(), &[], &[], &[]).await.unwrap();
    unit.commit().await.unwrap();
    let manifest = |place: ManifestPlace, kind| ManifestRow {
        place,
        kind,
        run: number,
        document: format!("{{\"number\":{}}}", place.number),
        sha256: [u8::try_from(place.number).unwrap(); 32],
        made_at: at(0),
    };
    let mut unit = store.begin().await.unwrap();
    let place = unit.next_manifest(&tenant).await.unwrap();
    assert_eq!((place.number, place.previous), (1, [0; 32]));
    unit.put_manifest(&tenant, &manifest(place, ManifestKind::Run)).await.unwrap();
    drop(unit);

    let mut kept = Vec::new();
    for kind in [ManifestKind::Run, ManifestKind::Report] {
        let mut unit = store.begin().await.unwrap();
        let row = manifest(unit.next_manifest(&tenant).await.unwrap(), kind);
        unit.put_manifest(&tenant, &row).await.unwrap();
        unit.commit().await.unwrap();
        kept.push(row);
    }
    assert_eq!((kept[0].place.number, kept[1].place.number), (1, 2), "what was dropped left no gap");
    assert_eq!(kept[1].place.previous, kept[0].sha256);
    let mut unit = store.snapshot().await.unwrap();
    assert_eq!(unit.manifests(&tenant, 0, 10).await.unwrap(), kept);
    assert_eq!(unit.manifests(&tenant, 1, 10).await.unwrap(), kept[1..]);
    assert_eq!(unit.manifest_of_run(&tenant, number).await.unwrap().as_ref(), kept.first());
    assert_eq!(unit.manifest_of_run(&tenant, number + 1).await.unwrap(), None);
    drop(unit);

    let mut unit = store.begin().await.unwrap();
    for bytes in [b"first", b"later"] {
        unit.put_blob(&tenant, &[7; 32], bytes).await.unwrap();
    }
    assert_eq!(unit.blob(&tenant, &[7; 32]).await.unwrap().as_deref(), Some(&b"first"[..]));
    assert_eq!(unit.blob(&tenant, &[8; 32]).await.unwrap(), None);
    unit.commit().await.unwrap();
}

pub async fn exports_are_counted(store: &dyn Store) {
    let tenant = tenant("exports");
    let export = |batch: &str, issue: u32| NewExport {
        template: "finance".to_owned(),
        from: day("2026-08-01"),
        to: day("2026-08-31"),
        batch_id: batch.to_owned(),
        issue,
        file_name: "f.csv".to_owned(),
        file_sha256: [1; 32],
        content_sha256: [2; 32],
        rows: 3,
        amount: Yen::new(4_500),
        fee: Yen::new(99),
        refund: Yen::new(300),
        by: "kaikei".to_owned(),
        at: at(0),
    };
    let mut unit = store.begin().await.unwrap();
    for (number, (batch, issue)) in (1..).zip([("b1", 1), ("b2", 1), ("b1", 2)]) {
        let bytes = format!("{batch}-{issue}");
        assert_eq!(unit.put_export(&tenant, &export(batch, issue), bytes.as_bytes()).await.unwrap(), number);
    }
    unit.commit().await.unwrap();
    let mut unit = store.begin().await.unwrap();
    assert!(unit.put_export(&tenant, &export("b1", 2), b"x").await.is_err(), "an issue is handed out once");
    drop(unit);
    let row = |number, batch, issue| ExportRow { number, export: export(batch, issue) };
    let mut unit = store.snapshot().await.unwrap();
    let all = unit.exports(&tenant, None, 10).await.unwrap();
    assert_eq!(all, [row(3, "b1", 2), row(2, "b2", 1), row(1, "b1", 1)]);
    assert_eq!(unit.exports(&tenant, Some(3), 1).await.unwrap(), [row(2, "b2", 1)]);
    assert_eq!(unit.exports_of_batch(&tenant, "b1").await.unwrap(), [row(1, "b1", 1), row(3, "b1", 2)]);
    assert_eq!(unit.export_bytes(&tenant, 3).await.unwrap().as_deref(), Some(&b"b1-2"[..]));
    assert_eq!(unit.export_bytes(&tenant, 4).await.unwrap(), None);
}
