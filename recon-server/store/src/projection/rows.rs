//! The rows of projections, in the vocabulary of the domain.
//!
//! Invariant: each holds what one entry says, by value, and nothing that another entry would have to supply.

use domain::{
    cash::CashCount,
    event::{OverpaymentCause, UnknownExit},
    id::{AttemptId, BrandCode, ContractId, DeviceId, OperatorId, ReceiptNumber, RouteId, SaleId},
    method::Method,
    money::Yen,
    payment::{AttemptKind, Evidence, Outcome, StrayResult},
    sale::{Line, Payment},
    settlement::{Settlement, TerminalTotals},
    time::{CivilDate, Timestamp},
};

/// A completed sale, everything by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleFact {
    /// The sale.
    pub sale: SaleId,
    /// 領収書番号
    pub receipt_number: ReceiptNumber,
    /// 取扱日
    pub business_day: CivilDate,
    /// 領収日
    pub payment_date: CivilDate,
    /// When the citizen paid.
    pub paid_at: Timestamp,
    /// Sum of the lines.
    pub total: Yen,
    /// How it was paid.
    pub payment: Payment,
    /// 明細
    pub lines: Vec<Line>,
    /// 担当者, where a person caused the entry.
    pub operator: Option<OperatorId>,
    /// Wall time of the entry.
    pub recorded_at: Timestamp,
}

/// A sale taken back the same day (取消).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidFact {
    /// The sale.
    pub sale: SaleId,
    /// Its receipt.
    pub receipt_number: ReceiptNumber,
    /// 取扱日
    pub business_day: CivilDate,
    /// Yen taken back.
    pub amount: Yen,
    /// 決済手段
    pub method: Method,
    /// Why.
    pub reason: String,
    /// The void attempt, where a device was asked.
    pub attempt: Option<AttemptId>,
    /// 担当者, where a person caused the entry.
    pub operator: Option<OperatorId>,
    /// Wall time of the entry.
    pub recorded_at: Timestamp,
}

/// The intent to take or give back money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptFactRow {
    /// The attempt.
    pub attempt: AttemptId,
    /// Its sale.
    pub sale: SaleId,
    /// Sequence number of the device protocol.
    pub sequence_number: u32,
    /// Take or take back.
    pub kind: AttemptKind,
    /// 決済手段
    pub method: Method,
    /// Route.
    pub route: RouteId,
    /// 契約
    pub contract: Option<ContractId>,
    /// ブランド, where chosen beforehand.
    pub brand: Option<BrandCode>,
    /// Yen.
    pub amount: Yen,
    /// 取扱日
    pub business_day: CivilDate,
    /// Wall time of the entry.
    pub requested_at: Timestamp,
}

/// How an attempt ended, or what ended the doubt about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeFact {
    /// The attempt.
    pub attempt: AttemptId,
    /// One of the four.
    pub outcome: Outcome,
    /// What ended a doubt; none where the attempt's own run ended.
    pub evidence: Option<Evidence>,
    /// Wall time of the entry.
    pub recorded_at: Timestamp,
}

/// One of the citizen's exits from a doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExitFact {
    /// The attempt.
    pub attempt: AttemptId,
    /// Which.
    pub exit: UnknownExit,
    /// Wall time of the entry.
    pub recorded_at: Timestamp,
}

/// 過誤納: money that may have to go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverpaymentFact {
    /// The attempt whose money is too much.
    pub attempt: AttemptId,
    /// The sale.
    pub sale: SaleId,
    /// Yen too much.
    pub amount: Yen,
    /// Why.
    pub cause: OverpaymentCause,
    /// Wall time of the entry.
    pub recorded_at: Timestamp,
}

/// A device spoke of a payment that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrayFact {
    /// Which device.
    pub device: DeviceId,
    /// What it said.
    pub result: StrayResult,
    /// Wall time of the entry.
    pub recorded_at: Timestamp,
}

/// 業務開始
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningFact {
    /// 取扱日
    pub date: CivilDate,
    /// 締め回
    pub cut: u32,
    /// Who opened.
    pub operator: OperatorId,
    /// つり銭準備金 by denomination.
    pub float: CashCount,
    /// Wall time of the entry.
    pub recorded_at: Timestamp,
}

/// 日締め精算
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingFact {
    /// The figures, by value.
    pub settlement: Settlement,
    /// 差異理由
    pub reason: Option<String>,
    /// Hash of the entry before the close, hex.
    pub chain_head: String,
    /// 担当者, where a person caused the entry.
    pub operator: Option<OperatorId>,
    /// Wall time of the entry.
    pub recorded_at: Timestamp,
}

/// 端末日計 as recorded during a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalsFact {
    /// The totals.
    pub totals: TerminalTotals,
    /// Wall time of the entry.
    pub recorded_at: Timestamp,
}

/// An entry of an unknown kind or version, or with a damaged payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadFact {
    /// Frozen number.
    pub kind: u16,
    /// Payload version.
    pub version: u16,
    /// The payload is of a known kind and version and cannot be read.
    pub damaged: bool,
}

/// What an entry leaves in the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projection {
    /// 取引
    Sale(Box<SaleFact>),
    /// 取消
    Void(Box<VoidFact>),
    /// 決済処理
    Attempt(Box<AttemptFactRow>),
    /// 決済結果, or what ended a doubt
    Outcome(Box<OutcomeFact>),
    /// The citizen's exit
    Exit(ExitFact),
    /// 過誤納
    Overpayment(OverpaymentFact),
    /// A payment that is none of ours
    Stray(Box<StrayFact>),
    /// 業務開始
    Opening(OpeningFact),
    /// 日締め精算
    Closing(Box<ClosingFact>),
    /// 端末日計
    Totals(TotalsFact),
    /// Acknowledgement of an inbox item, by its number
    InboxReceipt(u64),
    /// Not understood, kept
    Unread(UnreadFact),
}
