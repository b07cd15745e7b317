//! Files from acquirers and banks: raw bytes, what became of them, and the facts in them.
//!
//! Invariants: every upload is kept with its bytes, refused ones with the text of the refusal; a file that was accepted before is
//! answered with its first receipt and changes nothing; the facts of a file come in all together or not at all.

use async_trait::async_trait;
use domain::{
    id::TenantId,
    time::{CivilDate, Timestamp},
};
use serde::{Deserialize, Serialize};

use crate::{
    Result,
    facts::{BankEntry, OpeningItem, PayoutLine, RowRevision, StatementLine, Stored},
};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// 取引明細 of an acquirer or trustee
    Statement,
    /// 入出金明細・振込入金通知 of a bank
    Bank,
    /// 支払明細・振込明細 of an acquirer
    Payout,
    /// 移行時の未収 of the city itself
    Opening,
}

/// How a file stands to the earlier ones of its source (reconciliation.md 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileMode {
    /// It adds to them: what it does not say again stays as it was.
    #[default]
    Delta,
    /// It stands in their place for the days that it covers: rows that it no longer has are withdrawn.
    ReplacePeriod,
}

impl FileMode {
    /// Whether it is what is taken where nothing is said; then it is not written down, and what was kept before stays the same bytes.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A file as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUpload {
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// Whose file: a contract's or account's source name.
    pub source: String,
    /// What it holds.
    pub kind: FileKind,
    /// File name as uploaded.
    pub name: String,
    /// When.
    pub received_at: Timestamp,
    /// By whom, user id or `cli`.
    pub uploader: String,
    /// First day that it declares.
    pub period_from: Option<CivilDate>,
    /// Last day that it declares.
    pub period_to: Option<CivilDate>,
    /// How it stands to the earlier files of its source.
    pub mode: FileMode,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The facts of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFacts {
    /// Of a statement.
    Statement(Vec<StatementLine>),
    /// Of a bank's file.
    Bank(Vec<BankEntry>),
    /// Of a payout statement.
    Payout(Vec<PayoutLine>),
    /// Of 移行時の未収.
    Opening(Vec<OpeningItem>),
}

/// What an import changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportCounts {
    /// Rows never seen before.
    pub new: u32,
    /// Rows seen before with other content: now a new revision.
    pub revised: u32,
    /// Rows seen before with the same content.
    pub unchanged: u32,
}

/// Most replaced rows that an import gives back, in rows; the counts know them all.
pub const REPLACED_ROWS_MAX: usize = 100;

/// How an import ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Import {
    /// The file is in.
    Accepted {
        /// Its number, from 1 per tenant.
        file: u64,
        /// What it changed.
        counts: ImportCounts,
        /// What the revised rows said until now, in the order of the file: the first [`REPLACED_ROWS_MAX`] of them.
        replaced: FileFacts,
    },
    /// The same bytes of the same source were accepted before; nothing changed.
    SeenBefore {
        /// The receipt of the first time.
        first: FileRow,
    },
}

/// How a long file begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Its parts and facts may follow.
    New {
        /// Its number, from 1 per tenant.
        file: u64,
        /// Whether its bytes are here already (of a time when it was refused, or under another source): no part may follow.
        bytes_known: bool,
    },
    /// The same bytes of the same source were accepted before; nothing changed.
    SeenBefore {
        /// The receipt of the first time.
        first: FileRow,
    },
}

/// Whether a file's facts count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Its facts are in.
    Accepted,
    /// Nothing of it is in; the refusal says why.
    Refused,
}

/// The receipt of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Its number, from 1 per tenant.
    pub file: u64,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// Whose file.
    pub source: String,
    /// What it holds.
    pub kind: FileKind,
    /// File name as uploaded.
    pub name: String,
    /// When.
    pub received_at: Timestamp,
    /// By whom.
    pub uploader: String,
    /// First day that it declares.
    pub period_from: Option<CivilDate>,
    /// Last day that it declares.
    pub period_to: Option<CivilDate>,
    /// Whether its facts count.
    pub state: FileState,
    /// How it stands to the earlier files of its source.
    pub mode: FileMode,
    /// Rows of earlier files that it withdrew.
    pub withdrawn: u32,
    /// Why it was refused: row, field and remedy in Japanese.
    pub refusal: Option<String>,
    /// What it changed; zeros for a refused file.
    pub counts: ImportCounts,
    /// Length in bytes.
    pub length: u64,
}

/// Files and their facts.
#[async_trait]
pub trait FilesStore {
    /// Takes a file in with all its facts.
    async fn import_file(
        &mut self,
        tenant: &TenantId,
        file: &FileUpload,
        facts: &FileFacts,
    ) -> Result<Import>;

    /// Begins a long file, whose facts and further bytes follow in the same unit; `file.bytes` is its first part.
    /// Dropped without a commit, nothing of it is in.
    async fn begin_file(&mut self, tenant: &TenantId, file: &FileUpload) -> Result<Begun>;

    /// The next part of a long file's bytes, from 2 on.
    async fn add_file_part(
        &mut self,
        tenant: &TenantId,
        sha256: [u8; 32],
        part: u32,
        bytes: &[u8],
    ) -> Result<()>;

    /// More facts of a long file. Their identities must not have come with an earlier part of it: the reader numbers occurrences
    /// over the whole file.
    async fn add_facts(
        &mut self,
        tenant: &TenantId,
        source: &str,
        file: u64,
        facts: &FileFacts,
    ) -> Result<(ImportCounts, FileFacts)>;

    /// Ends a long file: its counts and the days that it covers.
    async fn end_file(
        &mut self,
        tenant: &TenantId,
        file: u64,
        counts: ImportCounts,
        period: Option<(CivilDate, CivilDate)>,
    ) -> Result<()>;

    /// Withdraws rows of earlier files of the same source: from this file on they are given back by no reading, as of it or later. They
    /// stay, and a later file that has one of them again makes it a further revision. To be said once a file.
    async fn withdraw_rows(
        &mut self,
        tenant: &TenantId,
        source: &str,
        file: u64,
        rows: &[RowRevision],
    ) -> Result<()>;

    /// Keeps a file that was refused, with the text of the refusal. Returns its number.
    async fn keep_refused_file(&mut self, tenant: &TenantId, file: &FileUpload, refusal: &str)
    -> Result<u64>;

    /// At most `limit` receipts, newest first, before number `before` where given.
    async fn files(&mut self, tenant: &TenantId, before: Option<u64>, limit: u32) -> Result<Vec<FileRow>>;

    /// One receipt.
    async fn file(&mut self, tenant: &TenantId, file: u64) -> Result<Option<FileRow>>;

    /// The bytes of a file.
    async fn file_bytes(&mut self, tenant: &TenantId, file: u64) -> Result<Option<Vec<u8>>>;

    /// The highest number of an accepted file: the watermark of "everything received so far". 0 for none.
    async fn last_file(&mut self, tenant: &TenantId) -> Result<u64>;

    /// Statement rows as of file number `watermark`, newest revision each and not withdrawn, whose day is from `from` to `to`;
    /// in order of source, key and occurrence.
    async fn statement_lines(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<StatementLine>>>;

    /// Payout rows as of file number `watermark`, newest revision each and not withdrawn, whose last day of sales is from `from` to `to`;
    /// in order of source, key and occurrence.
    async fn payout_lines(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<PayoutLine>>>;

    /// Bank rows as of file number `watermark`, newest revision each and not withdrawn, with 勘定日 from `from` to `to`;
    /// in order of source, key and occurrence.
    async fn bank_entries(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<BankEntry>>>;

    /// 移行時の未収 as of file number `watermark`, newest revision each and not withdrawn, with 領収日 from `from` to `to`;
    /// in order of source, key and occurrence.
    async fn opening_items(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<OpeningItem>>>;
}
