//! What happened. The only thing that changes state, the only thing the journal keeps.
//!
//! Invariants: kinds and their meaning never change; a payload carries prices, account, method and brand by value; every entry
//! names actor, command, wall time and boot ([`Meta`]). The journal crate gives each kind its frozen number.

use serde::{Deserialize, Serialize};

use crate::{
    cash::CashCount,
    catalogue::CounterProfile,
    id::{
        AttemptId, BootId, BrandCode, CommandId, ContractId, CounterId, DeviceId, Incarnation, OperatorId,
        PrintJobId, ReceiptNumber, RouteId, SaleId, TenantId,
    },
    inbox::InboxItem,
    method::Method,
    money::Yen,
    payment::{AttemptFact, AttemptKind, Evidence, Outcome, StrayResult},
    sale::{Line, Payment},
    settlement::{Settlement, TerminalTotals},
    time::{CivilDate, Timestamp},
};

/// Who or what caused an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    /// A clerk or supervisor.
    Operator {
        /// Staff code.
        id: OperatorId,
    },
    /// A device of this counter.
    Device {
        /// Its name in the configuration.
        id: DeviceId,
    },
    /// The agent itself: start, timers, recovery.
    Agent,
    /// The centre, through the inbox.
    Centre,
}

/// What every entry names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Who.
    pub actor: Actor,
    /// Which wish.
    pub command: CommandId,
    /// Wall time of the agent.
    pub at: Timestamp,
    /// Which run of the process.
    pub boot: BootId,
}

/// An event and what it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Who, which wish, when.
    pub meta: Meta,
    /// What.
    pub event: Event,
}

/// What a print job puts on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "paper", rename_all = "snake_case")]
pub enum Paper {
    /// 領収書 or 利用明細 of a sale; `copy` 0 is the original, from 1 再発行 n.
    Receipt {
        /// The sale.
        sale: SaleId,
        /// 0 original, n-th copy otherwise.
        copy: u32,
    },
    /// 取消票.
    VoidSlip {
        /// The sale that was taken back.
        sale: SaleId,
    },
    /// 預り証 while a result is unknown.
    HeldCertificate {
        /// The attempt in doubt.
        attempt: AttemptId,
    },
    /// 点検票 (X), by value.
    InspectionSlip {
        /// The figures.
        settlement: Box<Settlement>,
    },
    /// 精算票 (Z), by value, with the head of the chain.
    SettlementSlip {
        /// The figures.
        settlement: Box<Settlement>,
        /// Hash of the entry before the close, hex.
        chain_head: String,
    },
}

/// The citizen's exits from an unknown result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "exit", rename_all = "snake_case")]
pub enum UnknownExit {
    /// お待ちいただく.
    Waits,
    /// 預り証 (the certificate itself is held or handed as the city rules) and leaves.
    TakesHeldCertificate,
    /// Pays another way: 二重納付確認中.
    PaysAnotherWay,
}

/// Why money is held that may have to go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverpaymentCause {
    /// An unknown attempt and its replacement both proved charged.
    PaidTwice,
    /// The payer typed a wrong amount on a printed JPQR.
    WrongAmountTyped,
    /// The terminal settled another amount than was asked for, and a person found it charged (`devices.md` M3).
    SettledAmountDiffers,
}

/// Why the clock is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "doubt", rename_all = "snake_case")]
pub enum ClockDoubt {
    /// Stepped back by more than a minute.
    SteppedBack {
        /// The latest time in the journal.
        last: Timestamp,
        /// What the clock says now.
        now: Timestamp,
    },
    /// Jumped ahead by more than a day.
    JumpedAhead {
        /// The latest time in the journal.
        last: Timestamp,
        /// What the clock says now.
        now: Timestamp,
    },
}

/// What happened at a counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// First entry of an incarnation.
    CounterEnrolled {
        /// 団体
        tenant: TenantId,
        /// 窓口
        counter: CounterId,
        /// 世代
        incarnation: Incarnation,
        /// What the centre knows of the counter.
        profile: CounterProfile,
        /// First receipt number to use (a replaced counter goes on where the old one stopped).
        first_receipt: u32,
    },
    /// The process started and read its journal to the end.
    AgentStarted {
        /// Version of the program.
        version: String,
    },
    /// 業務開始.
    BusinessDayOpened {
        /// 取扱日
        date: CivilDate,
        /// 締め回 of that date, from 1.
        cut: u32,
        /// Who opened.
        operator: OperatorId,
        /// つり銭準備金 by denomination.
        float: CashCount,
    },
    /// 担当者交代.
    OperatorChanged {
        /// Who works from now on.
        operator: OperatorId,
    },
    /// Lines were registered; no money yet.
    SaleRegistered {
        /// The sale.
        sale: SaleId,
        /// 明細 by value.
        lines: Vec<Line>,
        /// Sum of the lines.
        total: Yen,
        /// Set where a person overrode the group rule.
        #[serde(skip_serializing_if = "Option::is_none")]
        group_override_reason: Option<String>,
    },
    /// 取引中止 before any money.
    SaleAbandoned {
        /// The sale.
        sale: SaleId,
        /// Why.
        reason: String,
    },
    /// The intent to take money; durable before a device hears of it.
    PaymentRequested {
        /// The attempt.
        attempt: AttemptId,
        /// The sale.
        sale: SaleId,
        /// Sequence number of UnifiedPOS CAT.
        sequence_number: u32,
        /// Take or take back.
        kind: AttemptKind,
        /// 決済手段
        method: Method,
        /// Route.
        route: RouteId,
        /// 契約
        #[serde(skip_serializing_if = "Option::is_none")]
        contract: Option<ContractId>,
        /// ブランド, where chosen beforehand.
        #[serde(skip_serializing_if = "Option::is_none")]
        brand: Option<BrandCode>,
        /// Yen.
        amount: Yen,
        /// 取扱日 to which it belongs.
        business_day: CivilDate,
        /// Given where the same amount and method is in doubt meanwhile.
        #[serde(skip_serializing_if = "Option::is_none")]
        repeat_reason: Option<String>,
    },
    /// What a device reported while the attempt ran.
    AttemptProgressed {
        /// The attempt.
        attempt: AttemptId,
        /// The fact.
        fact: AttemptFact,
    },
    /// The clerk wished to cancel; a wish, not an end.
    CancelAsked {
        /// The attempt.
        attempt: AttemptId,
    },
    /// 決済結果.
    PaymentConcluded {
        /// The attempt.
        attempt: AttemptId,
        /// One of the four.
        outcome: Outcome,
    },
    /// An unknown result became known, by evidence.
    PaymentResolved {
        /// The attempt.
        attempt: AttemptId,
        /// Approved or Declined or NotStarted; never Unknown.
        outcome: Outcome,
        /// By what.
        evidence: Evidence,
    },
    /// The device or person asked could not tell; the doubt stays.
    QueryUnanswered {
        /// The attempt.
        attempt: AttemptId,
        /// What was said, in English.
        detail: String,
    },
    /// One of the citizen's exits was taken.
    UnknownExitChosen {
        /// The attempt.
        attempt: AttemptId,
        /// Which.
        exit: UnknownExit,
    },
    /// 過誤納: money that may have to go back.
    OverpaymentCaseOpened {
        /// The attempt whose money is too much.
        attempt: AttemptId,
        /// The sale.
        sale: SaleId,
        /// Yen too much.
        amount: Yen,
        /// Why.
        cause: OverpaymentCause,
    },
    /// A person lets the terminal work again although its last result is still unknown.
    TerminalReleased {
        /// The attempt in doubt; it stays in doubt.
        attempt: AttemptId,
        /// Why, in that person's words.
        reason: String,
    },
    /// A device spoke of a payment that is not ours.
    StrayResultSeen {
        /// Which device.
        device: DeviceId,
        /// What it said.
        result: StrayResult,
    },
    /// The money is here: the sale is done, with everything by value.
    SaleCompleted {
        /// The sale.
        sale: SaleId,
        /// 領収書番号
        receipt_number: ReceiptNumber,
        /// 取扱日 under which it is booked.
        business_day: CivilDate,
        /// 領収日: civil date on which the citizen paid.
        payment_date: CivilDate,
        /// When the citizen paid.
        paid_at: Timestamp,
        /// 明細
        lines: Vec<Line>,
        /// Sum of the lines.
        total: Yen,
        /// How it was paid.
        payment: Payment,
    },
    /// 取消: counter-entry of the same day. The receipt number stays and is never used again.
    SaleVoided {
        /// The sale.
        sale: SaleId,
        /// Its receipt.
        receipt_number: ReceiptNumber,
        /// 取扱日
        business_day: CivilDate,
        /// How it had been paid.
        payment: Payment,
        /// Why.
        reason: String,
        /// The void attempt, where a device was asked.
        #[serde(skip_serializing_if = "Option::is_none")]
        attempt: Option<AttemptId>,
    },
    /// A paper is wanted; durable before the printer hears of it.
    PrintRequested {
        /// The job.
        job: PrintJobId,
        /// What.
        paper: Paper,
    },
    /// The printer is about to get the job's bytes.
    PrintStarted {
        /// The job.
        job: PrintJobId,
    },
    /// The printer said that the whole job is on paper.
    PaperPrinted {
        /// The job.
        job: PrintJobId,
    },
    /// Surely not on paper.
    PrintFailed {
        /// The job.
        job: PrintJobId,
        /// In Japanese, for the clerk.
        reason: String,
    },
    /// 印刷不明.
    PrintUnknown {
        /// The job.
        job: PrintJobId,
        /// In Japanese, for the clerk.
        reason: String,
        /// The printer may still print it.
        may_still_print: bool,
    },
    /// The clerk looked at the paper and let the job rest.
    PrintSettled {
        /// The job.
        job: PrintJobId,
        /// What the clerk saw.
        note: String,
    },
    /// Terminal totals are wanted over the wire.
    TerminalTotalsRequested {
        /// Route of the terminal.
        route: RouteId,
    },
    /// The terminal could not give them.
    TerminalTotalsFailed {
        /// Route of the terminal.
        route: RouteId,
        /// In Japanese, for the clerk.
        reason: String,
    },
    /// 端末日計.
    TerminalTotalsRecorded {
        /// The totals.
        totals: TerminalTotals,
    },
    /// 実査 by denomination, blind: entered before the expected sum is shown.
    CashCounted {
        /// What was counted.
        count: CashCount,
    },
    /// 点検 (X).
    InspectionTaken {
        /// The figures.
        settlement: Settlement,
    },
    /// 日締め精算 (Z).
    CounterClosed {
        /// The figures.
        settlement: Settlement,
        /// 差異理由, where cash or a terminal differs or totals are missing.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Hash of the entry before this one, hex; printed on the slip.
        chain_head: String,
    },
    /// Something came from the centre; its number acknowledges it.
    InboxReceived {
        /// Gapless number of this counter's inbox.
        number: u64,
        /// What.
        item: InboxItem,
    },
    /// The clock is not believed; nothing opens until a person confirms it.
    ClockDoubted {
        /// Why.
        doubt: ClockDoubt,
    },
    /// A person confirmed the clock.
    ClockConfirmed {
        /// In that person's words.
        reason: String,
    },
    /// An entry of a kind that this program does not know; kept, counted, without effect.
    Unrecognised {
        /// Its frozen number.
        kind: u16,
        /// Its payload version.
        version: u16,
    },
}
