//! Files handed to the finance system.

use async_trait::async_trait;
use domain::{id::TenantId, money::Yen, time::Timestamp};
use sqlx::{query_file, query_file_as};
use store::{
    ExportStore, Fault, Result, StoreError,
    exports::{ExportRow, NewExport},
    words,
};

use crate::support::{During, OneRow, Unit, before, limit};

/// An export as the database has it.
struct ExportRecord {
    export_number: i64,
    template: String,
    from_day: String,
    to_day: String,
    batch_id: String,
    issue: i64,
    file_name: String,
    file_sha256: Vec<u8>,
    content_sha256: Vec<u8>,
    row_count: i64,
    amount: i64,
    fee: i64,
    refund: i64,
    exported_by: String,
    exported_at: i64,
}

impl TryFrom<ExportRecord> for ExportRow {
    type Error = Fault;

    fn try_from(record: ExportRecord) -> Result<Self, Fault> {
        Ok(Self {
            number: words::to_u64("export number", record.export_number)?,
            export: NewExport {
                template: record.template,
                from: words::parse("day", &record.from_day)?,
                to: words::parse("day", &record.to_day)?,
                batch_id: record.batch_id,
                issue: words::to_u32("issue", record.issue)?,
                file_name: record.file_name,
                file_sha256: words::digest("file digest", &record.file_sha256)?,
                content_sha256: words::digest("content digest", &record.content_sha256)?,
                rows: words::to_u32("rows", record.row_count)?,
                amount: Yen::new(record.amount),
                fee: Yen::new(record.fee),
                refund: Yen::new(record.refund),
                by: record.exported_by,
                at: Timestamp::from_micros(record.exported_at),
            },
        })
    }
}

impl Unit {
    async fn insert_export(
        &mut self,
        tenant: &TenantId,
        export: &NewExport,
        bytes: &[u8],
    ) -> Result<u64, Fault> {
        let number = self.next_number(tenant, "finance_export").await?;
        query_file!(
            "../sql/exports/insert.sql",
            tenant.as_str(),
            number,
            words::plain(&export.template),
            words::date_text(export.from),
            words::date_text(export.to),
            words::plain(&export.batch_id),
            i64::from(export.issue),
            words::plain(&export.file_name),
            bytes,
            &export.file_sha256[..],
            &export.content_sha256[..],
            i64::from(export.rows),
            export.amount.get(),
            export.fee.get(),
            export.refund.get(),
            export.by,
            export.at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        words::to_u64("export number", number)
    }
}

#[async_trait]
impl ExportStore for Unit {
    async fn put_export(&mut self, tenant: &TenantId, export: &NewExport, bytes: &[u8]) -> Result<u64> {
        self.insert_export(tenant, export, bytes).await.during(StoreError::RecordExport)
    }

    async fn exports(&mut self, tenant: &TenantId, newest: Option<u64>, rows: u32) -> Result<Vec<ExportRow>> {
        let before = before(newest).during(StoreError::ReadExports)?;
        query_file_as!(ExportRecord, "../sql/exports/page.sql", tenant.as_str(), before, limit(rows))
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadExports)?
            .into_iter()
            .map(ExportRow::try_from)
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadExports)
    }

    async fn exports_of_batch(&mut self, tenant: &TenantId, batch_id: &str) -> Result<Vec<ExportRow>> {
        query_file_as!(ExportRecord, "../sql/exports/of_batch.sql", tenant.as_str(), batch_id)
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadExports)?
            .into_iter()
            .map(ExportRow::try_from)
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadExports)
    }

    async fn export_bytes(&mut self, tenant: &TenantId, number: u64) -> Result<Option<Vec<u8>>> {
        let number = words::to_i64("export number", number).during(StoreError::ReadExports)?;
        let row = query_file!("../sql/exports/bytes.sql", tenant.as_str(), number)
            .fetch_optional(&mut *self.tx)
            .await
            .during(StoreError::ReadExports)?;
        Ok(row.map(|row| row.bytes))
    }
}
