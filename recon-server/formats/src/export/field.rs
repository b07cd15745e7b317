//! What may stand in a column of an export: the values of a row and of the whole batch (reconciliation.md 6.5).
//!
//! Invariant: names in TOML are the names here in snake case; each field is one kind of value.

use serde::{Deserialize, Serialize};

/// A value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "each is the field of `ExportRow` or `BatchField` of the same name, documented there"
)]
pub enum RowField {
    /// 歳入・戻出・歳出.
    Lane,
    /// 収入の帰属; 団体 for the municipality itself.
    Owner,
    FiscalYear,
    Account,
    Section,
    Kan,
    Kou,
    Moku,
    Setsu,
    Saisetsu,
    AssessmentNumber,
    AssessedOn,
    PaidOn,
    ReceivedOn,
    PaymentClass,
    Trustee,
    Count,
    Amount,
    Fee,
    Refund,
    Repayment,
    Summary,
    /// Number of the row in the batch, from 1.
    RowNumber,
    BatchId,
    ContentHash,
    ReExport,
}

/// A value of the whole batch, for header and trailer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchField {
    /// Id of the batch.
    BatchId,
    /// 作成日
    MadeOn,
    /// First day.
    From,
    /// Last day.
    To,
    /// The word of [`super::ReExportWords`].
    ReExport,
    /// SHA-256 over period and rows, hex.
    ContentHash,
    /// Rows of the batch.
    RowCount,
    /// Sum of 件数.
    TotalCount,
    /// Sum of 金額.
    TotalAmount,
    /// Sum of 決済手数料.
    TotalFee,
    /// Sum of 戻出.
    TotalRefund,
    /// Sum of 償還金.
    TotalRepayment,
    /// Sum of 歳出: 決済手数料 and 償還金.
    TotalExpenditure,
}

/// What kind of value a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Date,
    Year,
}

impl RowField {
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::FiscalYear => Kind::Year,
            Self::AssessedOn | Self::PaidOn | Self::ReceivedOn => Kind::Date,
            Self::Count | Self::Amount | Self::Fee | Self::Refund | Self::Repayment | Self::RowNumber => {
                Kind::Number
            }
            _ => Kind::Text,
        }
    }
}

impl BatchField {
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::MadeOn | Self::From | Self::To => Kind::Date,
            Self::RowCount
            | Self::TotalCount
            | Self::TotalAmount
            | Self::TotalFee
            | Self::TotalRefund
            | Self::TotalRepayment
            | Self::TotalExpenditure => Kind::Number,
            Self::BatchId | Self::ReExport | Self::ContentHash => Kind::Text,
        }
    }
}
