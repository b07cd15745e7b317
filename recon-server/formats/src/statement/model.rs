//! What an acquirer's file says, as values.
//!
//! Invariants: amounts are signed (sale positive, refund and chargeback negative); failed and unclassified rows count in their own totals only, so
//! no yen of theirs is mistaken for a sale.

use domain::{
    id::{BrandCode, ContractId},
    money::Yen,
    time::{CivilDate, Timestamp},
};
use serde::{Deserialize, Serialize};

use crate::{
    Digest, Text,
    refusal::{Notice, Refusal},
};

use super::rows::Rows;

/// Largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Most rows of one file.
pub const ROWS_MAX: usize = 1_000_000;
/// Most refused rows that a preview lists, in rows.
pub const REFUSALS_MAX: usize = 200;

/// What the importer says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOptions {
    /// Name of the file, for messages.
    pub file_name: String,
    /// Contract that the file belongs to; the profile's own when none.
    pub contract: Option<ContractId>,
    /// ブランド of rows whose file has no word for it: that of the contract, where it has one only.
    pub brand: Option<BrandCode>,
    /// The period that the file is said to cover, both days included; every row must lie in it.
    pub period: Option<(CivilDate, CivilDate)>,
}

impl ReadOptions {
    /// Options with nothing but a file name.
    #[must_use]
    pub fn named(file_name: &str) -> Self {
        Self { file_name: file_name.to_owned(), contract: None, brand: None, period: None }
    }
}

/// What a row is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowClass {
    /// 売上
    Sale,
    /// 返金・取消
    Refund,
    /// チャージバック (異議申立て): taken back by the company at the payer's word (reconciliation.md 5.5, 6.3).
    Chargeback,
    /// 取引失敗: no money moved.
    Failed,
    /// A status word that the profile does not list; kept and counted.
    Unclassified(String),
}

impl RowClass {
    /// The stable word of the class.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Refund => "refund",
            Self::Chargeback => "chargeback",
            Self::Failed => "failed",
            Self::Unclassified(_) => "unclassified",
        }
    }
}

/// What rows have in common: one for all rows of the same words, since a file has millions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What the row is.
    pub class: RowClass,
    /// The status word as written.
    pub status_word: Text,
    /// ブランド, where the profile knows the word.
    pub brand: Option<BrandCode>,
    /// The brand word as written; empty where the profile has no brand column.
    pub brand_word: Text,
}

/// One row that could be read, as it is looked at in its [`Rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementRow<'r> {
    /// Row in the file as a spreadsheet counts it: the header is row 1.
    pub row: u32,
    /// Key of the row by the profile's key columns.
    pub record_key: &'r str,
    /// 1 for the first row with this key in the file, 2 for the next (alike in every cell).
    pub occurrence: u32,
    /// SHA-256 of the row as CSV writes it, in UTF-8 (ADR 0022): a later file with the same key and another hash is a revision.
    pub content_hash: Digest,
    /// What the row is and of which brand, in the file's words.
    pub words: &'r Words,
    /// When the payment was made.
    pub at: Timestamp,
    /// Signed: sale positive, refund and chargeback negative; a failed row keeps the amount that was tried.
    pub amount: Yen,
    /// 端末番号 or PosID (number of the printed sheet).
    pub terminal_or_pos_id: Option<&'r str>,
    /// 伝票番号・レシート番号
    pub slip_number: Option<&'r str>,
    /// 承認番号
    pub approval_code: Option<&'r str>,
    /// The acquirer's own transaction number.
    pub acquirer_transaction_id: Option<&'r str>,
    /// Our reference, echoed (加盟店決済ID).
    pub merchant_payment_id: Option<&'r str>,
    /// Last four digits of the payer's transaction number, where the profile names a column for them.
    pub payer_digits: Option<&'r str>,
}

/// Counts and sums of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// 売上件数
    pub sale_count: u32,
    /// 売上金額
    pub sale_amount: Yen,
    /// 返金件数
    pub refund_count: u32,
    /// 返金金額, negative.
    pub refund_amount: Yen,
    /// チャージバック件数
    #[serde(default)]
    pub chargeback_count: u32,
    /// チャージバック金額, negative.
    #[serde(default)]
    pub chargeback_amount: Yen,
    /// Rows of failed payments; no money.
    pub failed_count: u32,
    /// Rows with a status word that the profile does not list.
    pub unclassified_count: u32,
    /// Their amounts as written.
    pub unclassified_amount: Yen,
}

impl Totals {
    /// Adds a row.
    pub(super) fn add(&mut self, class: &RowClass, yen: Yen) {
        let (count, amount) = match class {
            RowClass::Sale => (&mut self.sale_count, Some(&mut self.sale_amount)),
            RowClass::Refund => (&mut self.refund_count, Some(&mut self.refund_amount)),
            RowClass::Chargeback => (&mut self.chargeback_count, Some(&mut self.chargeback_amount)),
            RowClass::Failed => (&mut self.failed_count, None),
            RowClass::Unclassified(_) => (&mut self.unclassified_count, Some(&mut self.unclassified_amount)),
        };
        *count = count.saturating_add(1);
        if let Some(amount) = amount {
            *amount = amount.saturating_add(yen);
        }
    }

    /// Sales less refunds and what was taken back.
    #[must_use]
    pub const fn net(&self) -> Yen {
        self.sale_amount.saturating_add(self.refund_amount).saturating_add(self.chargeback_amount)
    }
}

/// A file that was taken. Its digest is taken where its bytes come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementFile {
    /// Id of the profile that read it.
    pub profile: String,
    /// Contract that the file belongs to.
    pub contract: Option<ContractId>,
    /// Period given by the importer.
    pub period: Option<(CivilDate, CivilDate)>,
    /// Rows in the order of the file.
    pub rows: Rows,
    /// Counts and sums.
    pub totals: Totals,
    /// What a person should know although the file was taken.
    pub notices: Vec<Notice>,
}

/// A dry run: what would be taken and what stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Id of the profile.
    pub profile: String,
    /// Rows that can be read.
    pub rows: Rows,
    /// What refuses the file, at most [`REFUSALS_MAX`]; empty when [`super::read()`] would take it.
    pub refused: Vec<Refusal>,
    /// Refusals beyond those listed.
    pub refused_more: u32,
    /// Counts and sums of the rows that can be read.
    pub totals: Totals,
    /// What a person should know.
    pub notices: Vec<Notice>,
}
