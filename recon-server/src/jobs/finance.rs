//! 財務会計連携: the takings of some days as a file for the city's finance system, by template (`formats::export`).
//!
//! Invariants: gross — revenue, refunds and expenditures stand in lanes of their own and are never netted (総計予算主義, 地方自治法210条);
//! revenue is of the 取扱日 on which it was booked and carries its own 領収日 and year, so that what became certain later is in exactly
//! one file (DESIGN 3.10); what belongs to others is in no file of the city's, and in another only beside its owner's name; what a
//! file leaves out is said; nothing is handed out unless every cell can be written and every yen has a column; the same period handed
//! out again is flagged 再出力, counted, and keeps its batch id. Each file is kept byte for byte.

mod expenditure;
mod rows;
mod scope;
mod templates;

use domain::time::{CivilDate, Timestamp};
use formats::export::{CannotExport, ExportBatch, Template, write};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{
    StoreError,
    exports::{ExportRow, NewExport},
    users::AuditEntry,
};

pub use scope::scope_ja;
pub use templates::{EXPORTS_FOLDER, Known, templates};

use super::JobError;
use crate::app::AppState;

/// Most exports that are listed.
pub const LISTED_MAX: u32 = 200;
/// Longest period of one file, in days.
pub const PERIOD_MAX_DAYS: i32 = 366;

/// No file was handed out.
#[derive(Debug, thiserror::Error)]
pub enum FinanceError {
    /// The job failed.
    #[error(transparent)]
    Job(#[from] JobError),
    /// No template of this id, or one that cannot be used.
    #[error("{0}")]
    Template(String),
    /// The period ends before it begins, lies ahead, or is too long.
    #[error("期間を確かめてください。今日までの、{PERIOD_MAX_DAYS}日以内の期間を指定します。")]
    Period,
    /// Cells that cannot be written, each by name.
    #[error(transparent)]
    Cells(#[from] CannotExport),
}

impl From<StoreError> for FinanceError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

/// A file that was handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Handed {
    /// Number of the export.
    pub number: u64,
    /// Id of the template.
    pub template: String,
    /// Its name.
    pub template_ja: String,
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
    /// Id of the batch.
    pub batch_id: String,
    /// How often it has been handed out, this time included.
    pub issue: u32,
    /// 再出力
    pub again: bool,
    /// Whether the content is that of the time before; none for the first time.
    pub unchanged: Option<bool>,
    /// Name of the file.
    pub file_name: String,
    /// Rows.
    pub rows: u32,
    /// 金額, gross.
    pub amount: domain::money::Yen,
    /// 決済手数料
    pub fee: domain::money::Yen,
    /// 還付: 戻出 and 償還金.
    pub refund: domain::money::Yen,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What a person should know, one Japanese sentence each.
    pub notices: Vec<String>,
}

/// Makes the file of a period, keeps it, and gives it.
///
/// # Errors
/// When the template or the period cannot be used, a cell cannot be written, or the store fails.
pub async fn hand_out(
    state: &AppState,
    template: &str,
    (from, to): (CivilDate, CivilDate),
    by: &str,
) -> Result<(Handed, Vec<u8>), FinanceError> {
    let now = state.now();
    if from > to || to > now.date() || to.days_since(from) >= PERIOD_MAX_DAYS {
        return Err(FinanceError::Period);
    }
    let template = templates::find(state, template).map_err(FinanceError::Template)?;
    let all = rows::read(state, from, to).await?;
    let scope = scope::narrow(&template, all).map_err(FinanceError::Template)?;
    let batch_id = batch_id(&template, from, to);
    let mut unit = state.store.begin().await?;
    let before = unit.exports_of_batch(state.tenant(), &batch_id).await?;
    let issue = u32::try_from(before.len()).unwrap_or(u32::MAX).saturating_add(1);
    let batch = ExportBatch {
        batch_id: batch_id.clone(),
        made_on: now.date(),
        from,
        to,
        re_export: issue > 1,
        rows: scope.rows,
    };
    let written = write(&template, &batch)?;
    let content_sha256 = digest(&written.content_hash);
    let export = NewExport {
        template: template.id.clone(),
        from,
        to,
        batch_id,
        issue,
        file_name: format!("{}-{from}-{to}-{issue}.{}", template.id, ending(&template)),
        file_sha256: Sha256::digest(&written.bytes).into(),
        content_sha256,
        rows: u32::try_from(written.totals.rows).unwrap_or(u32::MAX),
        amount: written.totals.amount,
        fee: written.totals.fee,
        refund: written.totals.refund.saturating_add(written.totals.repayment),
        by: by.to_owned(),
        at: now,
    };
    let number = unit.put_export(state.tenant(), &export, &written.bytes).await?;
    unit.record_audit(state.tenant(), &audit(&export, number)).await?;
    unit.commit().await?;
    let mut handed = handed(&ExportRow { number, export }, &template.name_ja);
    handed.unchanged = before.last().map(|last| last.export.content_sha256 == content_sha256);
    handed.notices = scope.notices;
    handed.notices.extend(written.notices.iter().map(|notice| notice.sentence_ja.clone()));
    Ok((handed, written.bytes))
}

/// Every cell that cannot be written, one Japanese sentence each.
#[must_use]
pub fn problems(cannot: &CannotExport) -> Vec<String> {
    let CannotExport::Cells { problems, more } = cannot else { return vec![cannot.to_string()] };
    let mut said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    if *more > 0 {
        said.push(format!("ほか{more}件"));
    }
    said
}

/// What was handed out before, newest first.
///
/// # Errors
/// When the store fails.
pub async fn handed_out(state: &AppState) -> Result<Vec<Handed>, JobError> {
    let known = templates(state);
    let rows = state.store.snapshot().await?.exports(state.tenant(), None, LISTED_MAX).await?;
    let name = |id: &str| {
        let template = known.iter().find_map(|one| one.template.as_ref().ok().filter(|found| found.id == id));
        template.map_or_else(|| id.to_owned(), |template| template.name_ja.clone())
    };
    Ok(rows.iter().map(|row| handed(row, &name(&row.export.template))).collect())
}

/// The very bytes of an export, with its file name; none where there is no such number.
///
/// # Errors
/// When the store fails.
pub async fn bytes_of(state: &AppState, number: u64) -> Result<Option<(String, Vec<u8>)>, JobError> {
    let mut unit = state.store.snapshot().await?;
    let before = number.checked_add(1);
    let rows = unit.exports(state.tenant(), before, 1).await?;
    let Some(row) = rows.into_iter().find(|row| row.number == number) else { return Ok(None) };
    let bytes = unit.export_bytes(state.tenant(), number).await?;
    Ok(bytes.map(|bytes| (row.export.file_name, bytes)))
}

fn handed(row: &ExportRow, template_ja: &str) -> Handed {
    let export = &row.export;
    Handed {
        number: row.number,
        template: export.template.clone(),
        template_ja: template_ja.to_owned(),
        from: export.from,
        to: export.to,
        batch_id: export.batch_id.clone(),
        issue: export.issue,
        again: export.issue > 1,
        unchanged: None,
        file_name: export.file_name.clone(),
        rows: export.rows,
        amount: export.amount,
        fee: export.fee,
        refund: export.refund,
        sha256: hex::encode(export.file_sha256),
        by: export.by.clone(),
        at: export.at,
        notices: Vec::new(),
    }
}

fn audit(export: &NewExport, number: u64) -> AuditEntry {
    AuditEntry {
        at: export.at,
        actor: export.by.clone(),
        action: "finance.exported".to_owned(),
        subject: export.batch_id.clone(),
        detail: format!(r#"{{"export":{number},"issue":{}}}"#, export.issue),
    }
}

/// Days and template, 20 characters: the width of the example templates.
fn batch_id(template: &Template, from: CivilDate, to: CivilDate) -> String {
    let days = format!("{from}{to}").replace('-', "");
    let mut of_template = hex::encode(Sha256::digest(&template.id));
    of_template.truncate(3);
    format!("{days}-{of_template}")
}

fn ending(template: &Template) -> &'static str {
    match template.layout {
        formats::export::Layout::Csv => "csv",
        formats::export::Layout::Fixed => "txt",
    }
}

/// A digest that is written in hex.
fn digest(text: &str) -> [u8; 32] {
    let bytes = hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.unwrap_or_else(|| Sha256::digest(text).into())
}
