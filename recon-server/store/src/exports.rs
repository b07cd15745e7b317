//! Files handed to the finance system: what, for which days, by whom, and how often.
//!
//! Invariants: a batch is one template and one period; each time it is handed out is a row of its own with the exact bytes, numbered
//! from 1 without gaps, so that a second time is known as one (再出力).

use async_trait::async_trait;
use domain::{
    id::TenantId,
    money::Yen,
    time::{CivilDate, Timestamp},
};

use crate::Result;

/// One file that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExport {
    /// Id of the template.
    pub template: String,
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
    /// Id of the batch.
    pub batch_id: String,
    /// How often this batch has been handed out, this time included.
    pub issue: u32,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the bytes.
    pub file_sha256: [u8; 32],
    /// SHA-256 over period and rows: the same facts, whatever the template or the number of times.
    pub content_sha256: [u8; 32],
    /// Rows.
    pub rows: u32,
    /// 金額, gross.
    pub amount: Yen,
    /// 決済手数料
    pub fee: Yen,
    /// 還付
    pub refund: Yen,
    /// By whom, user id or `cli`.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// The same with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRow {
    /// Number, from 1 per tenant.
    pub number: u64,
    /// What was handed out.
    pub export: NewExport,
}

/// Exports.
#[async_trait]
pub trait ExportStore {
    /// Keeps a file with its bytes. The issue must be one more than the last of the batch. Returns its number.
    async fn put_export(&mut self, tenant: &TenantId, export: &NewExport, bytes: &[u8]) -> Result<u64>;

    /// At most `limit` exports, newest first, before number `before` where given.
    async fn exports(&mut self, tenant: &TenantId, before: Option<u64>, limit: u32)
    -> Result<Vec<ExportRow>>;

    /// Every time a batch was handed out, oldest first.
    async fn exports_of_batch(&mut self, tenant: &TenantId, batch_id: &str) -> Result<Vec<ExportRow>>;

    /// The bytes of an export.
    async fn export_bytes(&mut self, tenant: &TenantId, number: u64) -> Result<Option<Vec<u8>>>;
}
