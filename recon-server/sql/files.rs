//! Files: receipts, bytes, import.

use async_trait::async_trait;
use domain::{
    id::TenantId,
    time::{CivilDate, Timestamp},
};
use sqlx::{query_file, query_file_as};
use store::{
    Fault, FilesStore, Result, StoreError,
    facts::{BankEntry, StatementLine, Stored},
    files::{FileFacts, FileRow, FileState, FileUpload, Import, ImportCounts},
    words,
};

use crate::{
    facts::Brought,
    support::{During, OneRow, Unit, before, fault, limit},
};

/// A receipt as the database has it.
struct FileRecord {
    file_number: i64,
    sha256: Vec<u8>,
    source: String,
    kind: String,
    name: String,
    received_at: i64,
    uploader: String,
    period_from: Option<String>,
    period_to: Option<String>,
    state: String,
    refusal: Option<String>,
    new_rows: i64,
    revised_rows: i64,
    unchanged_rows: i64,
    length: i64,
}

impl TryFrom<FileRecord> for FileRow {
    type Error = Fault;

    fn try_from(record: FileRecord) -> Result<Self, Fault> {
        Ok(Self {
            file: words::to_u64("file number", record.file_number)?,
            sha256: words::digest("file digest", &record.sha256)?,
            source: record.source,
            kind: words::from_word("file kind", &record.kind)?,
            name: record.name,
            received_at: Timestamp::from_micros(record.received_at),
            uploader: record.uploader,
            period_from: words::parse_opt("period", record.period_from.as_deref())?,
            period_to: words::parse_opt("period", record.period_to.as_deref())?,
            state: words::from_word("file state", &record.state)?,
            refusal: record.refusal,
            counts: ImportCounts {
                new: words::to_u32("rows", record.new_rows)?,
                revised: words::to_u32("rows", record.revised_rows)?,
                unchanged: words::to_u32("rows", record.unchanged_rows)?,
            },
            length: words::to_u64("length", record.length)?,
        })
    }
}

impl Unit {
    /// Stores bytes and receipt; the counts come later. Returns the number.
    async fn keep_file(
        &mut self,
        tenant: &TenantId,
        file: &FileUpload,
        state: FileState,
        refusal: Option<&str>,
    ) -> Result<i64, Fault> {
        let number = self.next_number(tenant, "file").await?;
        query_file!("../sql/files/insert_bytes.sql", tenant.as_str(), &file.sha256[..], &file.bytes)
            .execute(&mut *self.tx)
            .await
            .map_err(fault)?;
        query_file!(
            "../sql/files/insert.sql",
            tenant.as_str(),
            number,
            &file.sha256[..],
            file.source,
            words::to_word(&file.kind)?,
            words::plain(&file.name),
            file.received_at.as_micros(),
            file.uploader,
            file.period_from.map(words::date_text),
            file.period_to.map(words::date_text),
            words::to_word(&state)?,
            words::plain_opt(refusal)
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        Ok(number)
    }

    async fn import(
        &mut self,
        tenant: &TenantId,
        file: &FileUpload,
        facts: &FileFacts,
    ) -> Result<Import, Fault> {
        let (team, digest) = (tenant.as_str(), &file.sha256[..]);
        let known = query_file_as!(FileRecord, "../sql/files/accepted.sql", team, file.source, digest)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?;
        if let Some(known) = known {
            return Ok(Import::SeenBefore { first: known.try_into()? });
        }
        let number = self.keep_file(tenant, file, FileState::Accepted, None).await?;
        let Brought { counts, replaced } = self.insert_facts(tenant, &file.source, number, facts).await?;
        query_file!(
            "../sql/files/set_counts.sql",
            team,
            number,
            i64::from(counts.new),
            i64::from(counts.revised),
            i64::from(counts.unchanged)
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        Ok(Import::Accepted { file: words::to_u64("file number", number)?, counts, replaced })
    }
}

#[async_trait]
impl FilesStore for Unit {
    async fn import_file(
        &mut self,
        tenant: &TenantId,
        file: &FileUpload,
        facts: &FileFacts,
    ) -> Result<Import> {
        self.import(tenant, file, facts).await.during(StoreError::ImportFile)
    }

    async fn keep_refused_file(
        &mut self,
        tenant: &TenantId,
        file: &FileUpload,
        refusal: &str,
    ) -> Result<u64> {
        let number = self.keep_file(tenant, file, FileState::Refused, Some(refusal)).await;
        number.and_then(|number| words::to_u64("file number", number)).during(StoreError::ImportFile)
    }

    async fn files(&mut self, tenant: &TenantId, newest: Option<u64>, rows: u32) -> Result<Vec<FileRow>> {
        let before = before(newest).during(StoreError::ReadFiles)?;
        query_file_as!(FileRecord, "../sql/files/page.sql", tenant.as_str(), before, limit(rows))
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadFiles)?
            .into_iter()
            .map(FileRow::try_from)
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadFiles)
    }

    async fn file(&mut self, tenant: &TenantId, file: u64) -> Result<Option<FileRow>> {
        let number = words::to_i64("file number", file).during(StoreError::ReadFiles)?;
        query_file_as!(FileRecord, "../sql/files/find.sql", tenant.as_str(), number)
            .fetch_optional(&mut *self.tx)
            .await
            .during(StoreError::ReadFiles)?
            .map(FileRow::try_from)
            .transpose()
            .during(StoreError::ReadFiles)
    }

    async fn file_bytes(&mut self, tenant: &TenantId, file: u64) -> Result<Option<Vec<u8>>> {
        let number = words::to_i64("file number", file).during(StoreError::ReadFiles)?;
        let row = query_file!("../sql/files/bytes.sql", tenant.as_str(), number)
            .fetch_optional(&mut *self.tx)
            .await
            .during(StoreError::ReadFiles)?;
        Ok(row.map(|row| row.bytes))
    }

    async fn last_file(&mut self, tenant: &TenantId) -> Result<u64> {
        let row = query_file!("../sql/files/last.sql", tenant.as_str())
            .fetch_one(&mut *self.tx)
            .await
            .during(StoreError::ReadFiles)?;
        words::to_u64("file number", row.file_number).during(StoreError::ReadFiles)
    }

    async fn statement_lines(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<StatementLine>>> {
        self.read_statement_lines(tenant, from, to, watermark).await.during(StoreError::ReadFiles)
    }

    async fn bank_entries(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<BankEntry>>> {
        self.read_bank_entries(tenant, from, to, watermark).await.during(StoreError::ReadFiles)
    }
}
