//! What a 振込入金通知 says, as values.
//!
//! Invariant: amounts are signed: a transfer is positive, a cancelled one negative, because it takes back what was notified.

use domain::{money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::refusal::Notice;

use super::super::{BankEntry, Framing, ReadOptions};

/// The layout of the data records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeFormat {
    /// Amounts of ten digits, EDI at byte 129.
    A,
    /// A second amount of twelve digits at byte 129, EDI at byte 153.
    B,
}

impl NoticeFormat {
    /// `A` or `B`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// What the reader must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeOptions {
    /// Name, dates, framing: as for 入出金取引明細. `end_counts_itself` has no meaning here: the end record counts nothing.
    pub common: ReadOptions,
    /// The bank's format; none to tell by the bytes (digits at 129 to 152 in any entry mean B).
    pub format: Option<NoticeFormat>,
}

/// A whole file that passed every gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeFile {
    /// How records are separated.
    pub framing: Framing,
    /// How data records were read.
    pub format: NoticeFormat,
    /// Accounts in the order of the file.
    pub accounts: Vec<NoticeAccount>,
    /// What a person should know although the file was taken.
    pub notices: Vec<Notice>,
}

/// One header-to-trailer block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeAccount {
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
    /// 口座番号, 7 digits.
    pub account_number: String,
    /// 口座名
    pub account_name: String,
    /// 振込件数, without cancelled ones.
    pub count: u32,
    /// Their sum.
    pub total: Yen,
    /// 取消件数
    pub cancel_count: u32,
    /// Their sum, positive.
    pub cancel_total: Yen,
    /// 明細
    pub entries: Vec<NoticeEntry>,
}

/// One notified transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeEntry {
    /// 取消区分 1.
    pub cancelled: bool,
    /// The transfer, in the shape of a ledger's entry; its class is 11 振込, or 19 訂正 when cancelled.
    pub entry: BankEntry,
}
