//! Manifests of results, in their order.

use async_trait::async_trait;
use domain::{id::TenantId, time::Timestamp};
use sqlx::{query_file, query_file_as};
use store::{
    AuditStore, Fault, Result, StoreError,
    audits::{ManifestPlace, ManifestRow},
    words,
};

use crate::support::{During, OneRow, Unit, fault, limit};

/// A manifest as the database has it.
struct ManifestRecord {
    manifest_number: i64,
    kind: String,
    run_number: i64,
    document: String,
    sha256: Vec<u8>,
    previous_sha256: Vec<u8>,
    made_at: i64,
}

impl TryFrom<ManifestRecord> for ManifestRow {
    type Error = Fault;

    fn try_from(record: ManifestRecord) -> Result<Self, Fault> {
        Ok(Self {
            place: ManifestPlace {
                number: words::to_u64("manifest number", record.manifest_number)?,
                previous: words::digest("digest of the manifest before", &record.previous_sha256)?,
            },
            kind: words::from_word("kind of manifest", &record.kind)?,
            run: words::to_u64("run number", record.run_number)?,
            document: record.document,
            sha256: words::digest("digest of a manifest", &record.sha256)?,
            made_at: Timestamp::from_micros(record.made_at),
        })
    }
}

impl Unit {
    async fn place_manifest(&mut self, tenant: &TenantId) -> Result<ManifestPlace, Fault> {
        // The row of the number stays locked until the commit: nobody else continues the chain meanwhile.
        let number = self.next_number(tenant, "manifest").await?;
        let before = number.saturating_sub(1);
        let previous = query_file!("../sql/audits/sha256_at.sql", tenant.as_str(), before)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?;
        let previous = match previous {
            Some(row) => words::digest("digest of a manifest", &row.sha256)?,
            None if before == 0 => [0; 32],
            None => return Err(Fault::Missing("manifest")),
        };
        Ok(ManifestPlace { number: words::to_u64("manifest number", number)?, previous })
    }

    async fn insert_manifest(&mut self, tenant: &TenantId, manifest: &ManifestRow) -> Result<(), Fault> {
        query_file!(
            "../sql/audits/insert.sql",
            tenant.as_str(),
            words::to_i64("manifest number", manifest.place.number)?,
            words::to_word(&manifest.kind)?,
            words::to_i64("run number", manifest.run)?,
            manifest.document,
            &manifest.sha256[..],
            &manifest.place.previous[..],
            manifest.made_at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
    }
}

#[async_trait]
impl AuditStore for Unit {
    async fn next_manifest(&mut self, tenant: &TenantId) -> Result<ManifestPlace> {
        self.place_manifest(tenant).await.during(StoreError::RecordManifest)
    }

    async fn put_manifest(&mut self, tenant: &TenantId, manifest: &ManifestRow) -> Result<()> {
        self.insert_manifest(tenant, manifest).await.during(StoreError::RecordManifest)
    }

    async fn manifests(&mut self, tenant: &TenantId, after: u64, rows: u32) -> Result<Vec<ManifestRow>> {
        let after = words::to_i64("manifest number", after).during(StoreError::ReadManifests)?;
        query_file_as!(ManifestRecord, "../sql/audits/page.sql", tenant.as_str(), after, limit(rows))
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadManifests)?
            .into_iter()
            .map(ManifestRow::try_from)
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadManifests)
    }

    async fn manifest_of_run(&mut self, tenant: &TenantId, run: u64) -> Result<Option<ManifestRow>> {
        let run = words::to_i64("run number", run).during(StoreError::ReadManifests)?;
        query_file_as!(ManifestRecord, "../sql/audits/of_run.sql", tenant.as_str(), run)
            .fetch_optional(&mut *self.tx)
            .await
            .during(StoreError::ReadManifests)?
            .map(ManifestRow::try_from)
            .transpose()
            .during(StoreError::ReadManifests)
    }

    async fn put_blob(&mut self, tenant: &TenantId, sha256: &[u8; 32], bytes: &[u8]) -> Result<()> {
        query_file!("../sql/audits/insert_blob.sql", tenant.as_str(), &sha256[..], bytes)
            .execute(&mut *self.tx)
            .await
            .map(|_| ())
            .during(StoreError::RecordManifest)
    }

    async fn blob(&mut self, tenant: &TenantId, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>> {
        let row = query_file!("../sql/audits/blob.sql", tenant.as_str(), &sha256[..])
            .fetch_optional(&mut *self.tx)
            .await
            .during(StoreError::ReadManifests)?;
        Ok(row.map(|row| row.bytes))
    }
}
