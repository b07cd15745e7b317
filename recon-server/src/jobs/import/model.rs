//! What is handed in, and what becomes of it.

use domain::{
    id::BrandCode,
    money::Yen,
    time::{CivilDate, Timestamp},
};
use formats::{Notice, Refusal};
use serde::Serialize;

use super::{Replaced, Restated, Revision, SourceChoice};

/// A file as it is handed in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Whose file it is said to be; found from the content where nobody says.
    pub source: SourceChoice,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Days that it is said to cover, both included; statements only, a bank's file says so itself.
    pub period: Option<(CivilDate, CivilDate)>,
    /// Who hands it in: user id or `cli`.
    pub uploader: String,
}

/// What a taken file brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Number of the file.
    pub file: u64,
    /// Whose file: contract, or `bank:` and the account.
    pub source: String,
    /// First day that it covers.
    pub period_from: Option<CivilDate>,
    /// Last day that it covers.
    pub period_to: Option<CivilDate>,
    /// Rows never seen before.
    pub new: u32,
    /// Rows seen before with other content.
    pub revised: u32,
    /// Rows seen before with the same content.
    pub unchanged: u32,
    /// What the first revised rows changed, at most [`super::REVISIONS_MAX`] lines.
    pub revisions: Vec<Revision>,
    /// Rows of earlier files of the same days that this one has not, at most [`super::RESTATED_MAX`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restated: Vec<Restated>,
    /// What it changed in its period, of a source whose newer file stands in the place of the earlier ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Replaced>,
}

/// How an import ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// The file is in; a bank's file gives one receipt per account.
    Accepted {
        /// The receipts.
        receipts: Vec<Receipt>,
        /// What a person should know although the file was taken.
        notices: Vec<Notice>,
    },
    /// The same file was taken before; nothing changed.
    SeenBefore {
        /// Number of the first time.
        file: u64,
        /// When that was.
        received_at: Timestamp,
        /// One Japanese sentence.
        sentence_ja: String,
    },
    /// Nothing of it is in.
    Refused {
        /// Number under which the bytes are kept.
        file: u64,
        /// File, row, field, what was found, remedy.
        refusal: Refusal,
    },
}

/// Count and sum of one class of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DryTotal {
    /// The class, in Japanese; of a bank's file with its account.
    pub class_ja: String,
    /// 件数
    pub count: u32,
    /// Yen, signed; zero for payments that failed.
    pub amount: Yen,
}

/// A row as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DryRow {
    /// Row in the file, as a spreadsheet counts it.
    pub row: u32,
    /// Day, with the time where the file has one.
    pub at: String,
    /// The class, in Japanese.
    pub class_ja: &'static str,
    /// ブランド, where one is known.
    pub brand: Option<BrandCode>,
    /// Numbers or names by which a person finds it.
    pub reference: String,
    /// Yen, signed.
    pub amount: Yen,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DryRun {
    /// Whose file, where it was found.
    pub source: Option<String>,
    /// Rows that can be read.
    pub rows: usize,
    /// Their sum, signed.
    pub total: Yen,
    /// Counts and sums by class, in the order of screens.
    pub totals: Vec<DryTotal>,
    /// The first of them, at most [`super::DRY_ROWS_MAX`].
    pub first_rows: Vec<DryRow>,
    /// What refuses the file; empty when it would be taken.
    pub refused: Vec<Refusal>,
    /// Refusals beyond those listed.
    pub refused_more: u32,
    /// What a person should know.
    pub notices: Vec<Notice>,
    /// What would change in its period, by account of a bank's file; of sources whose newer file stands in the place of the earlier ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<Replaced>,
}
