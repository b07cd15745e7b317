//! What a counter is at this moment: the open day and what is unresolved, not all history.
//!
//! Invariant: only [`crate::evolve::evolve`] changes it; anything in it can be folded again from the journal. Closed days leave
//! behind only what is still unresolved.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    cash::CashCount,
    catalogue::{CounterProfile, PaymentRoute, RouteKind},
    event::{ClockDoubt, Paper, UnknownExit},
    id::{
        AttemptId, BootId, BrandCode, CommandId, ContractId, CounterId, DeviceId, Incarnation, OperatorId,
        PrintJobId, ReceiptNumber, RouteId, SaleId, TenantId,
    },
    method::Method,
    money::Yen,
    payment::{Approval, AttemptKind, Doubt, Outcome, Phase},
    sale::{Line, Payment},
    settlement::{Settlement, TerminalTotals},
    time::{CivilDate, Timestamp},
};

/// Who this journal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// 団体
    pub tenant: TenantId,
    /// 窓口
    pub counter: CounterId,
    /// 世代
    pub incarnation: Incarnation,
}

/// The open day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDay {
    /// 取扱日
    pub date: CivilDate,
    /// 締め回
    pub cut: u32,
    /// つり銭準備金
    pub float: CashCount,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// 実査, once counted.
    pub counted: Option<CashCount>,
    /// 端末日計 as recorded.
    pub terminal_totals: BTreeMap<RouteId, TerminalTotals>,
    /// Routes whose totals are being read over the wire.
    pub totals_wanted: BTreeSet<RouteId>,
    /// Routes whose last read failed, with the sentence for the clerk.
    pub totals_failed: BTreeMap<RouteId, String>,
}

/// Where a sale stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleState {
    /// 支払待ち
    Open,
    /// An attempt is running or in doubt.
    Paying(AttemptId),
    /// 完了
    Completed,
    /// A void attempt is running or in doubt.
    Voiding(AttemptId),
    /// 取消済
    Voided,
    /// 中止
    Abandoned,
}

/// A sale of the open day, or one that something unresolved still needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// Id.
    pub id: SaleId,
    /// 明細
    pub lines: Vec<Line>,
    /// Sum.
    pub total: Yen,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// Where it stands.
    pub state: SaleState,
    /// 取扱日 and 締め回 in which it was registered.
    pub day: (CivilDate, u32),
    /// What completed it.
    pub completion: Option<Completion>,
    /// Why it was taken back or is about to be.
    pub void_reason: Option<String>,
    /// Receipts printed or asked for beyond the original.
    pub copies: u32,
}

/// What completed a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// 領収書番号
    pub receipt_number: ReceiptNumber,
    /// How it was paid.
    pub payment: Payment,
    /// 領収日
    pub payment_date: CivilDate,
    /// When the citizen paid.
    pub paid_at: Timestamp,
    /// 過日分確定: known only after its day was closed.
    pub late: bool,
    /// 取扱日 and 締め回 whose settlement lists it. None between two days: then the next day's settlement does.
    pub booked: Option<(CivilDate, u32)>,
}

/// Where an attempt stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptState {
    /// Running: a device or the clerk is at it.
    Running,
    /// 結果不明
    InDoubt(Doubt),
    /// Known.
    Known(Outcome),
}

/// One try to take or give back money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Id.
    pub id: AttemptId,
    /// Sale.
    pub sale: SaleId,
    /// UnifiedPOS CAT sequence number.
    pub sequence_number: u32,
    /// Take or take back.
    pub kind: AttemptKind,
    /// 決済手段
    pub method: Method,
    /// Route.
    pub route: RouteId,
    /// The device, for a linked terminal.
    pub device: Option<DeviceId>,
    /// 契約
    pub contract: Option<ContractId>,
    /// ブランド, where known.
    pub brand: Option<BrandCode>,
    /// Yen.
    pub amount: Yen,
    /// When.
    pub requested_at: Timestamp,
    /// 取扱日
    pub business_day: CivilDate,
    /// 取扱日 and 締め回 that were open when it was asked for.
    pub day: Option<(CivilDate, u32)>,
    /// How far it got.
    pub phase: Phase,
    /// The clerk wished to cancel.
    pub cancel_asked: bool,
    /// Where it stands.
    pub state: AttemptState,
    /// Which exit the citizen took.
    pub exit: Option<UnknownExit>,
    /// A person let the terminal work again.
    pub terminal_released: bool,
    /// What the last unanswered query said.
    pub last_query: Option<String>,
}

impl Attempt {
    /// Whether the result is unknown.
    #[must_use]
    pub const fn in_doubt(&self) -> bool {
        matches!(self.state, AttemptState::InDoubt(_))
    }

    /// Whether it is running.
    #[must_use]
    pub const fn running(&self) -> bool {
        matches!(self.state, AttemptState::Running)
    }

    /// What was approved, if it was.
    #[must_use]
    pub const fn approval(&self) -> Option<&Approval> {
        match &self.state {
            AttemptState::Known(Outcome::Approved(approval)) => Some(approval),
            _ => None,
        }
    }
}

/// Where a print job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrintState {
    /// Waiting for the printer.
    Queued,
    /// Bytes may have left.
    Started,
    /// On paper.
    Printed,
    /// Surely not on paper; the clerk may print again.
    Failed(String),
    /// 印刷不明; the clerk looks.
    Unknown(String),
    /// The clerk looked and let it rest.
    Settled(String),
}

impl PrintState {
    /// Whether nothing more is to be done.
    #[must_use]
    pub const fn ended(&self) -> bool {
        matches!(self, Self::Printed | Self::Settled(_))
    }
}

/// A paper that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintJob {
    /// Number.
    pub id: PrintJobId,
    /// What.
    pub paper: Paper,
    /// Where it stands.
    pub state: PrintState,
    /// When it was asked for.
    pub requested_at: Timestamp,
}

/// 過誤納 that waits for its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverpaymentCase {
    /// The attempt whose money is too much.
    pub attempt: AttemptId,
    /// The sale.
    pub sale: SaleId,
    /// Yen.
    pub amount: Yen,
    /// Why.
    pub cause: crate::event::OverpaymentCause,
    /// When it opened.
    pub opened_at: Timestamp,
}

/// The clock as the journal knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockState {
    /// Time of the last entry.
    pub last: Option<Timestamp>,
    /// Why the clock is not believed.
    pub doubt: Option<ClockDoubt>,
}

/// What a counter is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Who; none before the enrolment.
    pub identity: Option<Identity>,
    /// What the centre told us.
    pub profile: Option<Arc<CounterProfile>>,
    /// This run.
    pub boot: Option<BootId>,
    /// Who works.
    pub operator: Option<OperatorId>,
    /// The open day.
    pub day: Option<OpenDay>,
    /// The last closed day and cut.
    pub last_closed: Option<(CivilDate, u32)>,
    /// The figures of the last close, for the screen.
    pub last_settlement: Option<Arc<Settlement>>,
    /// Sales of the open day and those that something unresolved needs.
    pub sales: BTreeMap<SaleId, Sale>,
    /// Attempts of the open day and those in doubt.
    pub attempts: BTreeMap<AttemptId, Attempt>,
    /// Print jobs of the open day and those not ended.
    pub prints: BTreeMap<PrintJobId, PrintJob>,
    /// 過誤納 open.
    pub overpayments: Vec<OverpaymentCase>,
    /// The last approval of each device, kept across closes: a query must not take yesterday's result for today's.
    pub last_approval: BTreeMap<DeviceId, Approval>,
    /// Results that fit no attempt, counted.
    pub strays: u32,
    /// Next receipt number.
    pub next_receipt: u32,
    /// Next CAT sequence number.
    pub next_sequence_number: u32,
    /// Next print job.
    pub next_print_job: u32,
    /// Highest inbox number journalled.
    pub inbox_number: u64,
    /// Clock.
    pub clock: ClockState,
    /// Commands answered since the day before was opened; a repeated one changes nothing.
    pub answered: BTreeSet<CommandId>,
    /// Of these, the ones of the open day.
    pub answered_today: BTreeSet<CommandId>,
    /// Entries of kinds that this program does not know.
    pub unrecognised: u64,
}

impl State {
    /// The route of an id in today's profile.
    #[must_use]
    pub fn route(&self, id: &RouteId) -> Option<&PaymentRoute> {
        self.profile.as_deref().and_then(|profile| profile.route(id))
    }

    /// The device behind a route, if it is a linked terminal.
    #[must_use]
    pub fn device_of(&self, route: &RouteId) -> Option<DeviceId> {
        match &self.route(route)?.kind {
            RouteKind::LinkedTerminal { device } => Some(device.clone()),
            _ => None,
        }
    }

    /// Attempts in doubt, oldest first.
    pub fn doubts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.values().filter(|attempt| attempt.in_doubt())
    }

    /// The running or doubtful attempt of a sale.
    #[must_use]
    pub fn attempt_of(&self, sale: &Sale) -> Option<&Attempt> {
        match sale.state {
            SaleState::Paying(attempt) | SaleState::Voiding(attempt) => self.attempts.get(&attempt),
            _ => None,
        }
    }

    /// Whether a command was answered before.
    #[must_use]
    pub fn answered_before(&self, command: &CommandId) -> bool {
        self.answered.contains(command) || self.answered_today.contains(command)
    }

    /// Results already in the journal's open part: a query must not take one of these for another attempt.
    #[must_use]
    pub fn known_approvals(&self) -> Vec<Approval> {
        let today = self.attempts.values().filter_map(|attempt| attempt.approval().cloned());
        today.chain(self.last_approval.values().cloned()).collect()
    }
}
