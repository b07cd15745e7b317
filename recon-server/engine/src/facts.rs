//! What is known as of a day: the input of one run.
//!
//! Invariants: ids are unique per kind ([`crate::BadFacts`] otherwise); amounts are bounded by [`FACT_YEN_MAX`], so that no sum of a run can
//! leave the range of yen. Empty texts are given as `None`. The order of the lists means nothing.

use domain::{
    id::{BrandCode, ContractId, CounterId},
    method::Method,
    money::Yen,
    refund::{RefundLane, refund_lane},
    time::{CivilDate, FiscalYear, Timestamp},
};
use serde::{Deserialize, Serialize};

use crate::{calendar::BankCalendar, contract::Contract, locks::PeriodLock, notices::Notices};

pub use crate::{
    breakdown::SalePart,
    declared::DeclaredPayout,
    gaps::{BankGap, Gaps, OverdueFile},
    opening::Opening,
};

/// Largest magnitude of one amount, in yen.
pub const FACT_YEN_MAX: i64 = 1_000_000_000_000;
/// Most facts of one kind in a run; with [`FACT_YEN_MAX`] every sum fits `i64`.
pub const FACTS_MAX: usize = 2_000_000;

/// Everything a run looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The day on which we stand: what is due before it is overdue.
    pub as_of: CivilDate,
    /// Version of contracts, fees, calendars and aliases; part of every link's evidence.
    pub config_version: String,
    /// 当方: sales and refunds of the counters, cash included.
    pub sales: Vec<Sale>,
    /// 会社明細: rows of every statement file that was taken, newest revision only.
    pub rows: Vec<Row>,
    /// 口座入金: bank entries of the accounts that payouts arrive in.
    pub deposits: Vec<Deposit>,
    /// 契約
    pub contracts: Vec<Contract>,
    /// Days on which banks do not work.
    pub calendar: BankCalendar,
    /// Which days of which contract's statement were received.
    pub received: Vec<ReceivedStatement>,
    /// Which days of which bank account were received.
    pub bank_received: Vec<ReceivedBank>,
    /// 端末日計 per counter, day and brand.
    pub terminal_totals: Vec<TerminalTotal>,
    /// State of each enrolled counter on each day of the run.
    pub counter_days: Vec<CounterDay>,
    /// Terminals and printed sheets that are ours. While empty, no row is called foreign.
    pub terminals: Vec<OwnTerminal>,
    /// What the house knows besides.
    #[serde(default)]
    pub notices: Notices,
    /// 支払明細: what the acquirers say that they pay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<DeclaredPayout>,
    /// Periods that were signed and locked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<PeriodLock>,
    /// Files that are overdue, and bank files that do not join.
    #[serde(default, skip_serializing_if = "Gaps::is_empty")]
    pub gaps: Gaps,
}

/// What a sale has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaleState {
    /// 成立
    Completed,
    /// 取消 before the close of the day.
    Voided,
    /// 結果不明
    Unknown,
    /// 不成立と判定: it was in doubt, and a terminal, a person or a statement decided that nothing was charged.
    NotCharged,
}

/// Whether money was taken or given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaleKind {
    /// 収納
    Sale,
    /// 返金 after the close (戻出); its amount is negative.
    Refund,
}

/// The sale that a refund gives back, whole or in part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RefundOf {
    /// Id of the sale; it need not be among the facts, which may begin later.
    pub sale: String,
    /// 領収日 of the sale: its year's revenue gives the money back while that year's accounts are open (papers.md C7).
    pub payment_date: CivilDate,
    /// What was taken, positive.
    pub amount: Yen,
}

/// 当方: one payment (or refund) as the counter's journal has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sale {
    /// Stable id: the sale's or, where a sale had several tries, the attempt's.
    pub id: String,
    /// The attempt whose result may be unknown; goes into proposals for the counter's inbox.
    pub attempt: Option<String>,
    /// 窓口
    pub counter: CounterId,
    /// 取扱日
    pub business_day: CivilDate,
    /// 領収日
    pub payment_date: CivilDate,
    /// When, by the terminal where it says so, else by the counter.
    pub at: Timestamp,
    /// Sale or refund.
    pub kind: SaleKind,
    /// 決済手段
    pub method: Method,
    /// ブランド
    pub brand: Option<BrandCode>,
    /// 契約; none for cash and other methods without an acquirer.
    pub contract: Option<ContractId>,
    /// 端末番号
    pub terminal_id: Option<String>,
    /// Number of the printed sheet (PosID).
    pub sheet_number: Option<String>,
    /// 伝票番号
    pub slip_number: Option<String>,
    /// 承認番号
    pub approval_code: Option<String>,
    /// Last four digits of the payer's transaction number.
    pub payer_digits: Option<String>,
    /// The acquirer's transaction id, where the terminal told it.
    pub acquirer_transaction_id: Option<String>,
    /// Our reference, where the acquirer was given one.
    pub reference: Option<String>,
    /// Signed: sale positive, refund negative.
    pub amount: Yen,
    /// What a refund gives back; none for a sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_of: Option<RefundOf>,
    /// 暫定: no machine has confirmed it; a statement row does.
    pub provisional: bool,
    /// State.
    pub state: SaleState,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// 伝票番号 of the void itself, where the terminal gave it one of its own; the acquirer lists the reversal under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void_slip_number: Option<String>,
    /// It was unknown, and a statement settled it (line 3 of the 照合書).
    pub settled_by_statement: bool,
    /// Where it was read, of 移行時の未収: no counter of this system took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
    /// Id of the sale by which the citizen paid again while this one was unknown (二重納付確認中).
    pub paid_again_as: Option<String>,
    /// What it is made of by 会計, 科目 and 所属; adds up to the amount. Empty where nothing is known of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<SalePart>,
}

impl Sale {
    /// 過日分確定: taken, standing, and paid on an earlier day than the one on whose books it is (papers.md 1).
    #[must_use]
    pub fn is_late(&self) -> bool {
        let stands = self.kind == SaleKind::Sale && self.state == SaleState::Completed;
        stands && self.payment_date < self.business_day
    }

    /// The fiscal year whose books carry it: by 領収日; of a refund, the year of what it gives back while that year's accounts are
    /// open, and afterwards the year in which it is given back (papers.md C7).
    #[must_use]
    pub fn books_year(&self) -> FiscalYear {
        match &self.refund_of {
            Some(original) => refund_lane(original.payment_date, self.payment_date).year(),
            None => self.payment_date.fiscal_year(),
        }
    }

    /// By which lane a part of a refund is given back: by the day that decides the part's year; none for a sale.
    #[must_use]
    pub fn lane_of(&self, part: &SalePart) -> Option<RefundLane> {
        let original = self.refund_of.as_ref()?;
        Some(refund_lane(part.year_date.unwrap_or(original.payment_date), self.payment_date))
    }

    /// The fiscal year whose books carry a part: by its own rule (施行令142条), of a refund by its lane.
    #[must_use]
    pub fn part_year(&self, part: &SalePart) -> FiscalYear {
        match self.lane_of(part) {
            Some(lane) => lane.year(),
            None => part.year_date.unwrap_or(self.payment_date).fiscal_year(),
        }
    }
}

/// What a statement row is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowClass {
    /// 売上
    Sale,
    /// 返金・取消
    Refund,
    /// チャージバック: taken back by the card company at the payer's word.
    Chargeback,
    /// 取引失敗
    Failed,
    /// A status word that no profile lists.
    Unclassified(String),
}

impl RowClass {
    /// Whether money goes back.
    #[must_use]
    pub const fn gives_back(&self) -> bool {
        matches!(self, Self::Refund | Self::Chargeback)
    }
}

/// 会社明細: one row.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Row {
    /// Stable id ([`crate::ident::row_id`] makes one of contract, key and occurrence).
    pub id: String,
    /// 契約
    pub contract: ContractId,
    /// SHA-256 of the file, hex.
    pub file: String,
    /// Row in the file, from 1.
    pub row: u32,
    /// nth row with the same key and content in its file, from 1.
    pub occurrence: u32,
    /// Key of the row in its file: rows with the same key and a higher occurrence are repetitions.
    pub record_key: String,
    /// What it is.
    pub class: RowClass,
    /// When.
    pub at: Timestamp,
    /// The acquirer's own process or closing date, where the file has one; else the date of `at` decides the closing period.
    pub process_date: Option<CivilDate>,
    /// Signed: sale positive, refund negative.
    pub amount: Yen,
    /// ブランド
    pub brand: Option<BrandCode>,
    /// 端末番号 or PosID.
    pub terminal_id: Option<String>,
    /// 伝票番号
    pub slip_number: Option<String>,
    /// 承認番号
    pub approval_code: Option<String>,
    /// Last four digits of the payer's transaction number.
    pub payer_digits: Option<String>,
    /// The acquirer's transaction id.
    pub acquirer_transaction_id: Option<String>,
    /// Our reference, echoed.
    pub reference: Option<String>,
}

impl Row {
    /// The date that decides the closing period.
    #[must_use]
    pub fn closing_date(&self) -> CivilDate {
        self.process_date.unwrap_or_else(|| self.at.date())
    }
}

/// 口座入金: one bank entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposit {
    /// Stable id.
    pub id: String,
    /// Key of the account.
    pub account: String,
    /// SHA-256 of the file, hex.
    pub file: String,
    /// Record in the file, from 1.
    pub row: u32,
    /// 勘定日
    pub booked_on: CivilDate,
    /// Signed: in positive, out negative.
    pub amount: Yen,
    /// 振込依頼人名 in comparison form.
    pub remitter_kana: String,
    /// 摘要, as written.
    pub summary: String,
    /// The bank says that this entry takes another one back (取引区分 19 訂正, 取消区分 1; reconciliation.md 6.1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reversal: bool,
    /// 手入力: two persons entered it from a passbook or a paper notice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

/// Days of a contract's statement that were received, both included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReceivedStatement {
    /// 契約
    pub contract: ContractId,
    /// SHA-256 of the file, hex.
    pub file: String,
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
}

/// Days of an account's bank file that were received, both included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReceivedBank {
    /// Key of the account.
    pub account: String,
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
}

/// 端末日計 of one brand on one day at one counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalTotal {
    /// 窓口
    pub counter: CounterId,
    /// 取扱日
    pub business_day: CivilDate,
    /// ブランド
    pub brand: BrandCode,
    /// 件数
    pub count: u32,
    /// 円, net of voids.
    pub amount: Yen,
}

/// State of a counter on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CounterDayState {
    /// Closed, and the journal delivered up to the close.
    Delivered,
    /// Closed as far as we know, the journal not delivered up to the close.
    Undelivered,
    /// Opened, not closed.
    Open,
    /// Nothing heard of this counter.
    NoReport,
    /// 休業, entered by a person.
    Holiday,
}

/// A counter on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CounterDay {
    /// 窓口
    pub counter: CounterId,
    /// 取扱日
    pub business_day: CivilDate,
    /// State.
    pub state: CounterDayState,
}

/// A terminal or printed sheet of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OwnTerminal {
    /// 端末番号 or PosID.
    pub id: String,
    /// 窓口 where it stands.
    pub counter: CounterId,
}
