//! Rows of files as facts: what an acquirer's statement and a bank's file say, one struct a row.
//!
//! Invariants: a fact's identity is (source, record key, occurrence): the n-th row of one file with the same key is occurrence n,
//! so that genuine twins survive; other content under the same identity is a new revision; the same content is nothing new
//! (reconciliation.md 5.2, 5.5). A row that was withdrawn and comes again is a new revision too, whatever it says. Amounts carry their sign: refunds and withdrawals are negative. A statement's row is all columns: there
//! are hundreds of thousands of them, and nothing of what its reader found is left out. The few rows of banks and payouts travel whole
//! as JSON in `document`, exactly as their reader gave them; the columns beside it are what people search and the database orders by.

use domain::{
    id::{BrandCode, ContractId},
    method::Method,
    money::Yen,
    time::{CivilDate, Timestamp},
};

/// Identity of a row and what it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowIdentity {
    /// Key of the row by the source's profile.
    pub record_key: String,
    /// The n-th row with this key in its file, from 1.
    pub occurrence: u32,
    /// SHA-256 of the row's content.
    pub content_sha256: [u8; 32],
    /// Row in the file, from 1.
    pub row: u32,
}

/// One revision of a row of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRevision {
    /// Key of the row by the source's profile.
    pub record_key: String,
    /// The n-th row with this key, from 1.
    pub occurrence: u32,
    /// Revision, from 1.
    pub revision: u32,
}

/// One row of an acquirer's statement (取引明細).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// Which row.
    pub identity: RowIdentity,
    /// What it is about, as the reader's stable word: `sale`, `refund`, `unclassified`, …
    pub class: String,
    /// 契約 that it settles under.
    pub contract: ContractId,
    /// ブランド
    pub brand: Option<BrandCode>,
    /// 端末番号
    pub terminal_id: Option<String>,
    /// 伝票番号
    pub slip_number: Option<String>,
    /// 承認番号
    pub approval_code: Option<String>,
    /// The acquirer's transaction number.
    pub transaction_id: Option<String>,
    /// 取引金額, signed.
    pub amount: Yen,
    /// The day under which the row is read: 利用日, or 処理日 where the file has no other.
    pub day: CivilDate,
    /// 支払予定日
    pub payout_date: Option<CivilDate>,
    /// When the payment was made, as the file says.
    pub at: Timestamp,
    /// The status word as written: what an unclassified row says.
    pub status_word: String,
    /// The brand word as written; empty where there is no such column.
    pub brand_word: String,
    /// Our reference, echoed (加盟店決済ID).
    pub reference: Option<String>,
    /// Last four digits of the payer's transaction number.
    pub payer_digits: Option<String>,
}

/// One row of a bank's file (入出金明細・振込入金通知).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankEntry {
    /// Which row.
    pub identity: RowIdentity,
    /// The city's account: bank, branch, kind and number as one key.
    pub account: String,
    /// 勘定日
    pub booked_on: CivilDate,
    /// 起算日・預入払出日
    pub value_date: Option<CivilDate>,
    /// Yen, negative for a withdrawal.
    pub amount: Yen,
    /// 取引区分, two digits (全銀: 11 振込, 10 現金, 19 訂正, …).
    pub class: String,
    /// 振込依頼人コード
    pub remitter_code: Option<String>,
    /// 振込依頼人名, half-width kana as in the file.
    pub remitter_name: Option<String>,
    /// 照会番号
    pub inquiry_number: Option<String>,
    /// The whole row as its reader's JSON.
    pub document: String,
}

/// One row of an acquirer's payout statement (支払明細・振込明細).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutLine {
    /// Which row.
    pub identity: RowIdentity,
    /// 契約 that pays.
    pub contract: ContractId,
    /// First day of the sales that it pays.
    pub from: CivilDate,
    /// Last day of the sales that it pays.
    pub to: CivilDate,
    /// 振込日; none where it is not said.
    pub paid_on: Option<CivilDate>,
    /// 売上, signed.
    pub gross: Yen,
    /// Fees and transfer fee together, positive.
    pub fee: Yen,
    /// What is paid, signed.
    pub net: Yen,
    /// The whole row as its reader's JSON.
    pub document: String,
}

/// One sale from before the first counter day that its acquirer had not paid by then (移行時の未収).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningItem {
    /// Which row.
    pub identity: RowIdentity,
    /// 契約 that owes it.
    pub contract: ContractId,
    /// 決済手段
    pub method: Method,
    /// ブランド
    pub brand: Option<BrandCode>,
    /// 端末番号
    pub terminal_id: Option<String>,
    /// 伝票番号
    pub slip_number: Option<String>,
    /// 承認番号
    pub approval_code: Option<String>,
    /// When it was paid; noon of its day where the file has no time.
    pub at: Timestamp,
    /// 領収日
    pub day: CivilDate,
    /// 金額, positive.
    pub amount: Yen,
    /// 備考; may be empty.
    pub note: String,
}

/// A stored fact: where it came from, and which revision of its row it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    /// Source of the file.
    pub source: String,
    /// Revision, from 1.
    pub revision: u32,
    /// Number of the file that brought this revision.
    pub file: u64,
    /// The fact.
    pub fact: T,
}
