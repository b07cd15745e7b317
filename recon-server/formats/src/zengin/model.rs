//! What a bank file says, as values.
//!
//! Invariant: amounts are signed (in positive, out negative); a blank field is `None`, never 0 (reconciliation.md 6.1, "blanks").

use std::sync::Arc;

use domain::{money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::{Digest, Text, refusal::Notice};

use super::framing::Framing;

/// Largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Most entries of one file.
pub const ENTRIES_MAX: usize = 1_000_000;

/// How six digits without era mark are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateReading {
    /// 和暦 or 西暦, whichever brings 作成日 closest to the reference date; the rest of the file follows.
    Auto,
    /// 和暦 always.
    Japanese,
    /// The last two digits of the western year always (some banks).
    Western,
}

/// What the reader must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOptions {
    /// Name of the file, for messages.
    pub file_name: String,
    /// A date near the file's making: the day it was received. Settles which era a year without mark belongs to.
    pub reference_date: CivilDate,
    /// How dates are read.
    pub dates: DateReading,
    /// Accept records whose trailing spaces were stripped by a tool (framed files only: without separators nothing shows where a
    /// shortened record ends).
    pub stripped: bool,
    /// Accept records padded with spaces to this many bytes (200 to [`super::PADDED_LENGTH_MAX_BYTES`], separator not counted).
    pub padded_length: Option<usize>,
    /// Whether レコード総件数 counts the end record too. The layout says "total records"; a bank that leaves it out is configured so.
    pub end_counts_itself: bool,
}

impl ReadOptions {
    /// The standard layout, nothing tolerated.
    #[must_use]
    pub fn strict(file_name: &str, reference_date: CivilDate) -> Self {
        Self {
            file_name: file_name.to_owned(),
            reference_date,
            dates: DateReading::Auto,
            stripped: false,
            padded_length: None,
            end_counts_itself: true,
        }
    }
}

/// A whole file that passed every gate. Its digest is taken where its bytes come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankFile {
    /// How records are separated.
    pub framing: Framing,
    /// Accounts in the order of the file.
    pub accounts: Vec<BankAccountBlock>,
    /// レコード総件数
    pub records: u64,
    /// What a person should know although the file was taken.
    pub notices: Vec<Notice>,
}

/// One header-to-trailer block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccountBlock {
    /// Record number of the header, from 1.
    pub row: u32,
    /// 作成日
    pub created_on: Option<CivilDate>,
    /// 勘定日自
    pub period_from: Option<CivilDate>,
    /// 勘定日至
    pub period_to: Option<CivilDate>,
    /// 銀行コード, 4 digits.
    pub bank_code: String,
    /// 銀行名
    pub bank_name: String,
    /// 支店コード, 3 digits.
    pub branch_code: String,
    /// 支店名
    pub branch_name: String,
    /// 預金種目: 1 普通, 2 当座, 4 貯蓄.
    pub account_kind: u8,
    /// 口座番号, 10 digits.
    pub account_number: String,
    /// 口座名
    pub account_name: String,
    /// 取引前残高, signed.
    pub opening: Yen,
    /// 取引後残高, signed.
    pub closing: Yen,
    /// Number of entries in.
    pub in_count: u32,
    /// Sum of entries in, positive.
    pub in_total: Yen,
    /// Number of entries out.
    pub out_count: u32,
    /// Sum of entries out, positive.
    pub out_total: Yen,
    /// 明細
    pub entries: Vec<BankEntry>,
}

impl BankAccountBlock {
    /// `0001-123-1-0001234567`: bank, branch, kind, number; the key of the account.
    #[must_use]
    pub fn account_key(&self) -> String {
        format!("{}-{}-{}-{}", self.bank_code, self.branch_code, self.account_kind, self.account_number)
    }
}

/// 取引区分, bytes 23-24 of a data record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionClass {
    /// 10 現金
    Cash,
    /// 11 振込
    Transfer,
    /// 12 他店券入金
    OtherBankCheque,
    /// 13 交換
    Clearing,
    /// 14 振替
    AccountTransfer,
    /// 15 継続
    Continuation,
    /// 18 その他
    Other,
    /// 19 訂正
    Correction,
    /// A code that the layout does not list, kept as it stands.
    Unlisted(String),
}

impl TransactionClass {
    /// The class of two digits.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "10" => Self::Cash,
            "11" => Self::Transfer,
            "12" => Self::OtherBankCheque,
            "13" => Self::Clearing,
            "14" => Self::AccountTransfer,
            "15" => Self::Continuation,
            "18" => Self::Other,
            "19" => Self::Correction,
            other => Self::Unlisted(other.to_owned()),
        }
    }

    /// The two digits.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Cash => "10",
            Self::Transfer => "11",
            Self::OtherBankCheque => "12",
            Self::Clearing => "13",
            Self::AccountTransfer => "14",
            Self::Continuation => "15",
            Self::Other => "18",
            Self::Correction => "19",
            Self::Unlisted(code) => code,
        }
    }
}

/// One 明細.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankEntry {
    /// Record number in the file, from 1.
    pub row: u32,
    /// Key of the entry: the layout has no row id, so everything that describes it (reconciliation.md 6.1, "no row id").
    pub record_key: Digest,
    /// 1 for the first entry with this key in the file, 2 for the next: genuine twins survive.
    pub occurrence: u32,
    /// SHA-256 of what the record says beside its key, and of the key (ADR 0022); of a 振込入金通知, of the record's bytes.
    pub content_hash: Digest,
    /// 勘定日
    pub booked_on: CivilDate,
    /// 預入・払出日 (起算日)
    pub value_on: Option<CivilDate>,
    /// Signed: in positive, out negative.
    pub amount: Yen,
    /// 取引区分
    pub class: TransactionClass,
    /// 振込依頼人コード
    pub remitter_code: Option<Text>,
    /// EDI情報
    pub edi: Text,
    /// 照会番号
    pub inquiry_no: Option<Text>,
    /// What it has in common with others.
    #[serde(flatten, with = "crate::shared")]
    pub common: Arc<Common>,
}

/// What entries of one payer have in common, in every bank's format: one for all of them, since a file has millions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Common {
    /// うち他店券
    pub of_which_cheques: Option<Yen>,
    /// 振込依頼人名 as written (entries in).
    pub remitter_kana_raw: Text,
    /// 振込依頼人名 in comparison form ([`super::kana::normalise`]).
    pub remitter_kana: Text,
    /// 仕向銀行名
    pub sending_bank: Text,
    /// 仕向店名
    pub sending_branch: Text,
    /// 摘要
    pub summary: Text,
    /// 契約者番号 of an entry out: it stands where an entry in has the remitter's name. Absent in facts stored before it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_number: Option<Text>,
    /// Name of the other side of an entry out, which other formats have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<Text>,
}
