//! What is exported, as values, and what stands in the way.
//!
//! Invariants: amount, fee, refund and repayment are separate sums and all non-negative by meaning; a negative one is written with its sign
//! or refused by the template, never turned round. A row stands in one lane and belongs to one owner (DESIGN 3.7, 3.8).

use std::fmt;

use domain::{
    money::{Yen, YenOverflow},
    time::{CivilDate, FiscalYear},
};
use serde::{Deserialize, Serialize};

use crate::{digest::of_parts, refusal::Notice};

/// Most rows of one batch.
pub const ROWS_MAX: usize = 1_000_000;
/// Most problems that are listed.
pub const PROBLEMS_MAX: usize = 200;

/// In which book a row stands; lanes are never netted (総計予算主義, 地方自治法210条).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// 調定・収納, gross.
    #[default]
    Revenue,
    /// 戻出 out of the revenue of its year, with 減額調定.
    Refund,
    /// 歳出: what the companies keep back or invoice, and refunds of a year whose accounts are closed.
    Expenditure,
}

impl Lane {
    /// Every lane, in the order of the rows.
    pub const ALL: [Self; 3] = [Self::Revenue, Self::Refund, Self::Expenditure];

    /// The word in files.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Revenue => "歳入",
            Self::Refund => "戻出",
            Self::Expenditure => "歳出",
        }
    }
}

/// One line for the finance system: the fields of reconciliation.md 6.5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRow {
    /// 歳入・戻出・歳出
    #[serde(default)]
    pub lane: Lane,
    /// 収入の帰属: whose money it is; empty is the municipality's own.
    #[serde(default)]
    pub owner: String,
    /// 会計年度
    pub fiscal_year: FiscalYear,
    /// 会計
    pub account: String,
    /// 所属
    pub section: String,
    /// 款
    pub kan: String,
    /// 項
    pub kou: String,
    /// 目
    pub moku: String,
    /// 節
    pub setsu: String,
    /// 細節
    pub saisetsu: String,
    /// 調定番号
    pub assessment_number: String,
    /// 調定日
    pub assessed_on: Option<CivilDate>,
    /// 領収日
    pub paid_on: Option<CivilDate>,
    /// 収納日
    pub received_on: Option<CivilDate>,
    /// 納付区分
    pub payment_class: String,
    /// 受託者
    pub trustee: String,
    /// 件数
    pub count: u32,
    /// 金額 (gross)
    pub amount: Yen,
    /// 決済手数料
    pub fee: Yen,
    /// 戻出
    pub refund: Yen,
    /// 歳出 償還金: given back out of a year whose accounts are closed.
    #[serde(default)]
    pub repayment: Yen,
    /// 摘要
    pub summary: String,
}

/// A batch for the finance system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportBatch {
    /// Id of the batch; a batch sent again keeps it.
    pub batch_id: String,
    /// 作成日
    pub made_on: CivilDate,
    /// First day that the batch covers.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
    /// Whether it was exported before.
    pub re_export: bool,
    /// Rows in their order.
    pub rows: Vec<ExportRow>,
}

impl ExportBatch {
    /// SHA-256 over period and rows, hex: the same rows give the same hash, whatever the template, the day or the number of times.
    #[must_use]
    pub fn content_hash(&self) -> String {
        let mut parts = vec![self.from.to_string(), self.to.to_string()];
        for row in &self.rows {
            let day = |date: Option<CivilDate>| date.map(|d| d.to_string()).unwrap_or_default();
            parts.extend([
                row.fiscal_year.0.to_string(),
                row.account.clone(),
                row.section.clone(),
                row.kan.clone(),
                row.kou.clone(),
                row.moku.clone(),
                row.setsu.clone(),
                row.saisetsu.clone(),
                row.assessment_number.clone(),
                day(row.assessed_on),
                day(row.paid_on),
                day(row.received_on),
                row.payment_class.clone(),
                row.trustee.clone(),
                row.count.to_string(),
                row.amount.get().to_string(),
                row.fee.get().to_string(),
                row.refund.get().to_string(),
                row.summary.clone(),
            ]);
            // Only where there is one: a batch of the municipality's own money keeps the hash that it always had.
            if !row.owner.is_empty() {
                parts.push(format!("owner {}", row.owner));
            }
            if row.repayment != Yen::ZERO {
                parts.push(format!("repayment {}", row.repayment.get()));
            }
        }
        of_parts(parts.iter().map(String::as_str)).into()
    }

    /// Counts and sums of the rows.
    ///
    /// # Errors
    /// When a sum leaves the range.
    pub fn totals(&self) -> Result<ExportTotals, YenOverflow> {
        let mut totals = ExportTotals { rows: self.rows.len(), ..ExportTotals::default() };
        for row in &self.rows {
            totals.count = totals.count.saturating_add(u64::from(row.count));
            totals.amount = totals.amount.checked_add(row.amount)?;
            totals.fee = totals.fee.checked_add(row.fee)?;
            totals.refund = totals.refund.checked_add(row.refund)?;
            totals.repayment = totals.repayment.checked_add(row.repayment)?;
        }
        Ok(totals)
    }
}

/// Counts and sums of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExportTotals {
    /// Rows.
    pub rows: usize,
    /// 件数
    pub count: u64,
    /// 金額
    pub amount: Yen,
    /// 決済手数料
    pub fee: Yen,
    /// 戻出
    pub refund: Yen,
    /// 償還金
    #[serde(default)]
    pub repayment: Yen,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// [`ExportBatch::content_hash`].
    pub content_hash: String,
    /// Totals as written.
    pub totals: ExportTotals,
    /// What a person should know: texts that were cut, cells that a spreadsheet would run.
    pub notices: Vec<Notice>,
}

/// Why a cell cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportReason {
    /// A character that the encoding does not have.
    Unencodable(char),
    /// A line break or another control character, which would break the record.
    Control,
    /// Longer than the column.
    TooLong {
        /// Bytes of the value.
        bytes: usize,
        /// Bytes of the column.
        width: usize,
    },
    /// A negative amount where the template has no sign.
    Negative,
    /// A date that the pattern cannot write (an era before 昭和).
    Date,
    /// A text that would need quotes where the template has none.
    NeedsQuotes,
}

/// One cell that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportProblem {
    /// Row of the batch, from 1; none in header and trailer.
    pub row: Option<usize>,
    /// Name of the column.
    pub column: String,
    /// What was to be written, cut.
    pub found: String,
    /// Why not.
    pub reason: ExportReason,
}

/// `3行目 摘要「…」: 「😀」はこの文字コードにありません。…`
impl fmt::Display for ExportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "{row}行目 ")?;
        }
        write!(f, "{}「{}」: ", self.column, self.found)?;
        match &self.reason {
            ExportReason::Unencodable(c) => {
                write!(f, "「{c}」は出力する文字コードにありません。別の字に直してください。")
            }
            ExportReason::Control => write!(f, "改行などの制御文字が入っています。取り除いてください。"),
            ExportReason::TooLong { bytes, width } => {
                write!(
                    f,
                    "{bytes}バイトは{width}バイトの欄に入りません。短くするか、様式の幅を直してください。"
                )
            }
            ExportReason::Negative => {
                write!(f, "マイナスを書けない欄です。様式の符号の設定か金額を確かめてください。")
            }
            ExportReason::Date => write!(f, "この日付は様式の形で書けません。"),
            ExportReason::NeedsQuotes => {
                write!(
                    f,
                    "区切り文字や引用符が入っています。取り除くか、様式で引用符を使う設定にしてください。"
                )
            }
        }
    }
}

/// A batch that cannot be written; nothing is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotExport {
    /// Cells that do not fit.
    #[error("{}", shown(problems, *more))]
    Cells {
        /// At most [`PROBLEMS_MAX`].
        problems: Vec<ExportProblem>,
        /// Problems beyond those listed.
        more: usize,
    },
    /// A sum leaves the range.
    #[error(transparent)]
    Overflow(#[from] YenOverflow),
    /// More rows than [`ROWS_MAX`].
    #[error("{0}行は多すぎます。期間を分けて出力してください。")]
    TooManyRows(usize),
    /// The template is wrong.
    #[error(transparent)]
    Template(#[from] super::BadTemplate),
}

fn shown(problems: &[ExportProblem], more: usize) -> String {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    match problems.len().saturating_add(more).saturating_sub(1) {
        0 => first,
        others => format!("{first}（ほか{others}件）"),
    }
}
