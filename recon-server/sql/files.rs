//! Files: receipts, bytes, import.

use async_trait::async_trait;
use domain::{
    id::TenantId,
    time::{CivilDate, Timestamp},
};
use sqlx::{query_file, query_file_as};
use store::{
    Fault, FilesStore, Result, StoreError,
    facts::{BankEntry, OpeningItem, PayoutLine, RowRevision, StatementLine, Stored},
    files::{Begun, FileFacts, FileKind, FileRow, FileState, FileUpload, Import, ImportCounts},
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
    holds: Option<String>,
    brings: Option<String>,
    name: String,
    received_at: i64,
    uploader: String,
    period_from: Option<String>,
    period_to: Option<String>,
    state: String,
    mode: String,
    withdrawn_rows: i64,
    refusal: Option<String>,
    new_rows: i64,
    revised_rows: i64,
    unchanged_rows: i64,
    length: i64,
}

/// What a file holds, from its three columns.
fn kind(kind: &str, holds: Option<&str>, brings: Option<&str>) -> Result<FileKind, Fault> {
    words::from_word("file kind", holds.or(brings).unwrap_or(kind))
}

/// The three columns of what a file holds: the first knows two kinds, and its check cannot be widened in place.
fn kind_words(kind: FileKind) -> Result<(String, Option<String>, Option<String>), Fault> {
    let word = words::to_word(&kind)?;
    let statement = || words::to_word(&FileKind::Statement);
    Ok(match kind {
        FileKind::Statement | FileKind::Bank => (word, None, None),
        FileKind::Payout => (statement()?, Some(word), None),
        FileKind::Opening => (statement()?, None, Some(word)),
    })
}

impl TryFrom<FileRecord> for FileRow {
    type Error = Fault;

    fn try_from(record: FileRecord) -> Result<Self, Fault> {
        Ok(Self {
            file: words::to_u64("file number", record.file_number)?,
            sha256: words::digest("file digest", &record.sha256)?,
            source: record.source,
            kind: kind(&record.kind, record.holds.as_deref(), record.brings.as_deref())?,
            name: record.name,
            received_at: Timestamp::from_micros(record.received_at),
            uploader: record.uploader,
            period_from: words::parse_opt("period", record.period_from.as_deref())?,
            period_to: words::parse_opt("period", record.period_to.as_deref())?,
            state: words::from_word("file state", &record.state)?,
            mode: words::from_word("file mode", &record.mode)?,
            withdrawn: words::to_u32("rows", record.withdrawn_rows)?,
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
        let (kind, holds, brings) = kind_words(file.kind)?;
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
            kind,
            holds,
            brings,
            words::plain(&file.name),
            file.received_at.as_micros(),
            file.uploader,
            file.period_from.map(words::date_text),
            file.period_to.map(words::date_text),
            words::to_word(&state)?,
            words::to_word(&file.mode)?,
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
        if let Some(first) = self.accepted(tenant, file).await? {
            return Ok(Import::SeenBefore { first });
        }
        let number = self.keep_file(tenant, file, FileState::Accepted, None).await?;
        let Brought { counts, replaced } = self.insert_facts(tenant, &file.source, number, facts).await?;
        self.set_counts(tenant, number, counts).await?;
        Ok(Import::Accepted { file: words::to_u64("file number", number)?, counts, replaced })
    }

    /// The receipt of the same bytes of the same source.
    async fn accepted(&mut self, tenant: &TenantId, file: &FileUpload) -> Result<Option<FileRow>, Fault> {
        let (team, digest) = (tenant.as_str(), &file.sha256[..]);
        query_file_as!(FileRecord, "../sql/files/accepted.sql", team, file.source, digest)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?
            .map(FileRow::try_from)
            .transpose()
    }

    async fn set_counts(
        &mut self,
        tenant: &TenantId,
        number: i64,
        counts: ImportCounts,
    ) -> Result<(), Fault> {
        query_file!(
            "../sql/files/set_counts.sql",
            tenant.as_str(),
            number,
            i64::from(counts.new),
            i64::from(counts.revised),
            i64::from(counts.unchanged)
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
    }

    async fn begin_long(&mut self, tenant: &TenantId, file: &FileUpload) -> Result<Begun, Fault> {
        if let Some(first) = self.accepted(tenant, file).await? {
            return Ok(Begun::SeenBefore { first });
        }
        let known = query_file!("../sql/files/has_bytes.sql", tenant.as_str(), &file.sha256[..])
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?;
        let number = self.keep_file(tenant, file, FileState::Accepted, None).await?;
        Ok(Begun::New { file: words::to_u64("file number", number)?, bytes_known: known.is_some() })
    }

    async fn insert_part(
        &mut self,
        tenant: &TenantId,
        sha256: [u8; 32],
        part: u32,
        bytes: &[u8],
    ) -> Result<(), Fault> {
        query_file!("../sql/files/insert_part.sql", tenant.as_str(), &sha256[..], i64::from(part), bytes)
            .execute(&mut *self.tx)
            .await
            .one_row()
    }

    async fn end_long(
        &mut self,
        tenant: &TenantId,
        file: u64,
        counts: ImportCounts,
        period: Option<(CivilDate, CivilDate)>,
    ) -> Result<(), Fault> {
        let number = words::to_i64("file number", file)?;
        let (from, to) =
            (period.map(|(from, _)| words::date_text(from)), period.map(|(_, to)| words::date_text(to)));
        query_file!("../sql/files/set_period.sql", tenant.as_str(), number, from, to)
            .execute(&mut *self.tx)
            .await
            .one_row()?;
        self.set_counts(tenant, number, counts).await
    }

    async fn whole_bytes(&mut self, tenant: &TenantId, file: u64) -> Result<Option<Vec<u8>>, Fault> {
        let number = words::to_i64("file number", file)?;
        let first = query_file!("../sql/files/bytes.sql", tenant.as_str(), number)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?;
        let Some(mut bytes) = first.map(|row| row.bytes) else { return Ok(None) };
        let parts = query_file!("../sql/files/parts.sql", tenant.as_str(), number)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?;
        for row in parts {
            bytes.extend_from_slice(&row.bytes);
        }
        Ok(Some(bytes))
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

    async fn begin_file(&mut self, tenant: &TenantId, file: &FileUpload) -> Result<Begun> {
        self.begin_long(tenant, file).await.during(StoreError::ImportFile)
    }

    async fn add_file_part(
        &mut self,
        tenant: &TenantId,
        sha256: [u8; 32],
        part: u32,
        bytes: &[u8],
    ) -> Result<()> {
        self.insert_part(tenant, sha256, part, bytes).await.during(StoreError::ImportFile)
    }

    async fn add_facts(
        &mut self,
        tenant: &TenantId,
        source: &str,
        file: u64,
        facts: &FileFacts,
    ) -> Result<(ImportCounts, FileFacts)> {
        let number = words::to_i64("file number", file).during(StoreError::ImportFile)?;
        let brought = self.insert_facts(tenant, source, number, facts).await;
        brought.map(|Brought { counts, replaced }| (counts, replaced)).during(StoreError::ImportFile)
    }

    async fn end_file(
        &mut self,
        tenant: &TenantId,
        file: u64,
        counts: ImportCounts,
        period: Option<(CivilDate, CivilDate)>,
    ) -> Result<()> {
        self.end_long(tenant, file, counts, period).await.during(StoreError::ImportFile)
    }

    async fn withdraw_rows(
        &mut self,
        tenant: &TenantId,
        source: &str,
        file: u64,
        rows: &[RowRevision],
    ) -> Result<()> {
        self.insert_withdrawn(tenant, source, file, rows).await.during(StoreError::ImportFile)
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
        self.whole_bytes(tenant, file).await.during(StoreError::ReadFiles)
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

    async fn payout_lines(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<PayoutLine>>> {
        self.read_payout_lines(tenant, from, to, watermark).await.during(StoreError::ReadFiles)
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

    async fn opening_items(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<OpeningItem>>> {
        self.read_opening_items(tenant, from, to, watermark).await.during(StoreError::ReadFiles)
    }
}
