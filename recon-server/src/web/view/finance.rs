//! 財務会計連携: what was handed to the finance system, and handing out more.
//!
//! Invariant: a file that was handed out more than once says so (再出力) with its count, in words.

use askama::Template;
use domain::money::Yen;

use super::{
    exceptions::Choice,
    form::{Field, FormId},
    shell::Shell,
};

/// One file that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLine {
    /// Number, and where the file can be had again.
    pub number: u64,
    /// 様式
    pub template: String,
    /// 対象期間
    pub period: String,
    /// Id of the batch.
    pub batch: String,
    /// How often; 1 for the first time.
    pub issue: u32,
    /// Rows.
    pub rows: u32,
    /// 金額
    pub amount: Yen,
    /// 決済手数料
    pub fee: Yen,
    /// 還付
    pub refund: Yen,
    /// By whom.
    pub by: String,
    /// When.
    pub at: String,
}

/// 財務会計連携
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "finance.html")]
pub struct FinancePage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form.
    pub form_id: FormId,
    /// 様式
    pub templates: Vec<Choice>,
    /// Files of the city's templates that cannot be used, one sentence each.
    pub faults: Vec<String>,
    /// First day.
    pub from: Field,
    /// Last day.
    pub to: Field,
    /// Cells that could not be written, one sentence each; no file was made.
    pub problems: Vec<String>,
    /// What a person should know of the file that was just made, one sentence each.
    pub notices: Vec<String>,
    /// What was handed out, newest first.
    pub exports: Vec<ExportLine>,
}
