//! What a person or a machine wishes. A wish becomes events or a refusal; a repeated id gives the first answer.

use serde::{Deserialize, Serialize};

use crate::{
    cash::CashCount,
    catalogue::CounterProfile,
    event::{Actor, UnknownExit},
    id::{
        AttemptId, BootId, BrandCode, CommandId, CounterId, DeviceId, GroundCode, Incarnation, ItemCode,
        OperatorId, PrintJobId, RouteId, SaleId, TenantId,
    },
    inbox::InboxItem,
    money::Yen,
    payment::{AttemptFact, Outcome, QueryAnswer, StrayResult},
    settlement::{TerminalBrandTotal, TotalsSource},
    time::{CivilDate, Timestamp},
};

/// What the world tells `decide` beside the wish. Everything that is not a pure function of state enters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Who.
    pub actor: Actor,
    /// Id made with the form; also the id of the sale or attempt that the command makes.
    pub command: CommandId,
    /// Wall time as the clock says it; [`crate::decide::meta`] keeps a journal's time from running backwards.
    pub at: Timestamp,
    /// This run of the process.
    pub boot: BootId,
    /// Hash of the journal's last entry, hex, for the settlement slip.
    pub chain_head: String,
}

/// One line as the clerk keyed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRequest {
    /// Item.
    pub item: ItemCode,
    /// Copies or persons, from 1.
    pub quantity: u32,
    /// Ground for ¥0.
    pub exemption: Option<GroundCode>,
}

/// A person's override of the group rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupOverride {
    /// Whether the group price holds.
    pub group: bool,
    /// Why.
    pub reason: String,
}

/// What the clerk keyed from a terminal that is not linked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum KeyedResult {
    /// 成立
    Approved {
        /// ブランド on the slip.
        brand: BrandCode,
        /// 伝票番号 on the slip.
        slip_number: String,
    },
    /// 不成立
    Declined,
    /// 処理未了: the clerk cannot tell.
    CannotTell {
        /// ブランド, if seen.
        brand: Option<BrandCode>,
    },
}

/// What a printer job came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum PrintReport {
    /// The bytes are about to leave.
    Started,
    /// On paper.
    Printed,
    /// Surely not on paper.
    Failed {
        /// In Japanese.
        reason: String,
    },
    /// Nobody can tell.
    Unknown {
        /// In Japanese.
        reason: String,
        /// It may still come.
        may_still_print: bool,
    },
}

/// A wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// First command of a new journal, with what the centre granted.
    Enrol {
        /// 団体
        tenant: TenantId,
        /// 窓口
        counter: CounterId,
        /// 世代
        incarnation: Incarnation,
        /// Profile.
        profile: CounterProfile,
        /// First receipt number.
        first_receipt: u32,
    },
    /// The process started.
    Start {
        /// Version of the program.
        version: String,
    },
    /// 業務開始.
    OpenDay {
        /// 取扱日 that the person confirms.
        date: CivilDate,
        /// Who.
        operator: OperatorId,
        /// つり銭準備金.
        float: CashCount,
    },
    /// 担当者交代.
    ChangeOperator {
        /// Who works from now on.
        operator: OperatorId,
    },
    /// Register lines.
    RegisterSale {
        /// 明細
        lines: Vec<LineRequest>,
        /// Override of the group rule.
        group: Option<GroupOverride>,
    },
    /// 取引中止.
    AbandonSale {
        /// The sale.
        sale: SaleId,
        /// Why.
        reason: String,
    },
    /// A sale of ¥0: issue without payment.
    IssueFree {
        /// The sale.
        sale: SaleId,
    },
    /// 現金.
    TakeCash {
        /// The sale.
        sale: SaleId,
        /// お預り.
        tendered: Yen,
    },
    /// 利用券・後納: an organisation pays later. Completes the sale at once, as cash does.
    TakeClaim {
        /// The sale.
        sale: SaleId,
        /// Route of kind [`crate::catalogue::RouteKind::Claim`].
        route: RouteId,
        /// Number of the coupon or approval.
        reference: String,
    },
    /// 証券 (定額小為替) whose face value is the sale's total. Completes the sale at once.
    TakeSecurity {
        /// The sale.
        sale: SaleId,
        /// Route of kind [`crate::catalogue::RouteKind::Security`].
        route: RouteId,
        /// 証券番号.
        reference: String,
    },
    /// Ask a route for the money.
    RequestPayment {
        /// The sale.
        sale: SaleId,
        /// Route.
        route: RouteId,
        /// Reason for charging the same amount by the same method while another is in doubt.
        repeat_reason: Option<String>,
    },
    /// A device's fact; answered when durable.
    RecordFact {
        /// The attempt.
        attempt: AttemptId,
        /// The fact.
        fact: AttemptFact,
    },
    /// A device's end of an attempt.
    RecordOutcome {
        /// The attempt.
        attempt: AttemptId,
        /// One of the four.
        outcome: Outcome,
    },
    /// A device's answer about an attempt in doubt.
    RecordQueryAnswer {
        /// The attempt.
        attempt: AttemptId,
        /// The answer.
        answer: QueryAnswer,
    },
    /// A device's word on a payment that is not ours.
    RecordStray {
        /// Which device.
        device: DeviceId,
        /// What it said.
        result: StrayResult,
    },
    /// The clerk wishes to cancel a running attempt.
    AskCancel {
        /// The attempt.
        attempt: AttemptId,
    },
    /// The clerk keys the result of a terminal that is not linked.
    KeyResult {
        /// The attempt.
        attempt: AttemptId,
        /// What the slip or screen says.
        result: KeyedResult,
    },
    /// The clerk saw the payer's completed screen of a printed JPQR.
    ConfirmStaticCode {
        /// The attempt.
        attempt: AttemptId,
        /// Wallet.
        wallet: BrandCode,
        /// Sheet number.
        sheet_number: String,
        /// Last four digits of the transaction number.
        payer_digits: String,
        /// Amount on the payer's screen.
        shown_amount: Yen,
    },
    /// A person decides an unknown result, with a ground.
    ResolveByPerson {
        /// The attempt.
        attempt: AttemptId,
        /// Whether it was charged.
        charged: bool,
        /// On what ground.
        basis: String,
        /// ブランド, if the evidence shows it.
        brand: Option<BrandCode>,
        /// 伝票番号, if the evidence shows it.
        slip_number: Option<String>,
    },
    /// A person lets the terminal of a doubt work again, with a reason.
    ReleaseTerminal {
        /// The attempt in doubt.
        attempt: AttemptId,
        /// Why.
        reason: String,
    },
    /// The citizen's exit.
    ChooseUnknownExit {
        /// The attempt.
        attempt: AttemptId,
        /// Which.
        exit: UnknownExit,
    },
    /// 取消 of a sale of the open day.
    VoidSale {
        /// The sale.
        sale: SaleId,
        /// Why.
        reason: String,
    },
    /// 再発行.
    ReprintReceipt {
        /// The sale.
        sale: SaleId,
    },
    /// The printer's side of a job.
    ReportPrint {
        /// The job.
        job: PrintJobId,
        /// What it came to.
        report: PrintReport,
    },
    /// The clerk looked at the paper.
    SettlePrint {
        /// The job.
        job: PrintJobId,
        /// Print it again.
        again: bool,
        /// What the clerk saw.
        note: String,
    },
    /// 点検 (X).
    Inspect,
    /// Ask a linked terminal for its totals.
    RequestTerminalTotals {
        /// Route.
        route: RouteId,
    },
    /// Totals read or typed.
    RecordTerminalTotals {
        /// Route.
        route: RouteId,
        /// Wire or keyed.
        source: TotalsSource,
        /// First entry, or what the wire said.
        first: Vec<TerminalBrandTotal>,
        /// Second entry of a keyed total; must equal the first.
        second: Vec<TerminalBrandTotal>,
    },
    /// The terminal could not give totals.
    RecordTerminalTotalsFailure {
        /// Route.
        route: RouteId,
        /// In Japanese.
        reason: String,
    },
    /// 実査.
    CountCash {
        /// What was counted.
        count: CashCount,
    },
    /// 日締め精算 (Z).
    CloseCounter {
        /// 差異理由.
        reason: Option<String>,
    },
    /// From the centre.
    ReceiveInbox {
        /// Number.
        number: u64,
        /// What.
        item: InboxItem,
    },
    /// A person confirms the clock.
    ConfirmClock {
        /// In that person's words.
        reason: String,
    },
    /// Time passed.
    Tick,
}
