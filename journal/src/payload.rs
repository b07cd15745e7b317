//! Payloads: the JSON inside an entry, and the frozen number of each kind.
//!
//! Invariants: a number never changes its meaning and is never used again; readers lift old payload versions to today's shape;
//! a kind or version that this program does not know is [`domain::event::Event::Unrecognised`], never an error that stops a fold.
//!
//! Versions so far. An entry is written with the lowest version whose readers understand it, so that a centre which is older than
//! its counters keeps what it cannot read instead of calling it damaged.
//!
//! | version | kinds | what grew |
//! |---|---|---|
//! | 1 | every kind | the first shape |
//! | 2 | `counter_enrolled`, `inbox_received` | the profile may hold routes of kind `claim` (利用券・後納) and `security` (証券) |
//! | 2 | `sale_registered`, `sale_completed` | a line may go by another year than that of 領収日 (`year_rule`) |
//! | 3 | `counter_enrolled`, `inbox_received` | an item may, likewise |
//!
//! A newer version is a superset of the older ones: lifting is reading. The golden files in `testdata` hold each
//! for ever.

use domain::{
    catalogue::{CounterProfile, RouteKind},
    event::{Event, Meta, Recorded},
    inbox::InboxItem,
    payment::{NotStartedWhy, Outcome},
    sale::Line,
};
use serde::Deserialize;

use crate::entry::Entry;

/// The first version of every kind, and the only one of most.
pub const PAYLOAD_VERSION: u16 = 1;
/// The version of an entry whose profile holds a route of kind `claim` or `security`.
pub const PAYLOAD_VERSION_WITH_CLAIMS: u16 = 2;
/// The version of an entry whose profile holds an item with a year rule of its own.
pub const PAYLOAD_VERSION_WITH_YEAR_RULES: u16 = 3;
/// The version of a sale of such an item. A centre that does not know the rule would book it to the wrong year without a word.
pub const PAYLOAD_VERSION_OF_SALE_WITH_YEAR_RULE: u16 = 2;
/// The version of an outcome that was not started because the clock is off.
pub const PAYLOAD_VERSION_WITH_CLOCK: u16 = 2;

const KIND_COUNTER_ENROLLED: u16 = 1;
const KIND_INBOX_RECEIVED: u16 = 5;
const KIND_SALE_REGISTERED: u16 = 20;
const KIND_SALE_COMPLETED: u16 = 22;
const KIND_PAYMENT_CONCLUDED: u16 = 33;
const KIND_PAYMENT_RESOLVED: u16 = 34;

/// A payload that is damaged: known kind and version, unreadable JSON.
#[derive(Debug, thiserror::Error)]
#[error("payload of kind {kind} version {version} cannot be read")]
pub struct PayloadError {
    /// Frozen number.
    pub kind: u16,
    /// Payload version.
    pub version: u16,
    /// What the JSON reader said.
    #[source]
    pub source: serde_json::Error,
}

macro_rules! kinds {
    ($($number:literal $name:ident $word:literal),+ $(,)?) => {
        /// Every kind: frozen number, and the `event` word of its JSON.
        pub const KINDS: &[(u16, &str)] = &[$(($number, $word)),+];

        /// The frozen number of an event.
        #[must_use]
        pub const fn kind_of(event: &Event) -> u16 {
            match event {
                $(Event::$name { .. } => $number,)+
                Event::Unrecognised { kind, .. } => *kind,
            }
        }
    };
}

kinds! {
    1 CounterEnrolled "counter_enrolled",
    2 AgentStarted "agent_started",
    3 ClockDoubted "clock_doubted",
    4 ClockConfirmed "clock_confirmed",
    5 InboxReceived "inbox_received",
    10 BusinessDayOpened "business_day_opened",
    11 OperatorChanged "operator_changed",
    12 CashCounted "cash_counted",
    13 TerminalTotalsRequested "terminal_totals_requested",
    14 TerminalTotalsFailed "terminal_totals_failed",
    15 TerminalTotalsRecorded "terminal_totals_recorded",
    16 InspectionTaken "inspection_taken",
    17 CounterClosed "counter_closed",
    20 SaleRegistered "sale_registered",
    21 SaleAbandoned "sale_abandoned",
    22 SaleCompleted "sale_completed",
    23 SaleVoided "sale_voided",
    30 PaymentRequested "payment_requested",
    31 AttemptProgressed "attempt_progressed",
    32 CancelAsked "cancel_asked",
    33 PaymentConcluded "payment_concluded",
    34 PaymentResolved "payment_resolved",
    35 QueryUnanswered "query_unanswered",
    36 UnknownExitChosen "unknown_exit_chosen",
    37 OverpaymentCaseOpened "overpayment_case_opened",
    38 StrayResultSeen "stray_result_seen",
    39 TerminalReleased "terminal_released",
    50 PrintRequested "print_requested",
    51 PrintStarted "print_started",
    52 PaperPrinted "paper_printed",
    53 PrintFailed "print_failed",
    54 PrintUnknown "print_unknown",
    55 PrintSettled "print_settled",
}

/// The version that an event is written with: the lowest whose readers understand it.
#[must_use]
pub fn version_of(event: &Event) -> u16 {
    match event {
        Event::CounterEnrolled { profile, .. } => version_of_profile(profile),
        Event::InboxReceived { item: InboxItem::ProfileReplaced { profile }, .. } => {
            version_of_profile(profile)
        }
        Event::PaymentConcluded { outcome, .. } | Event::PaymentResolved { outcome, .. } => match outcome {
            Outcome::NotStarted { why: NotStartedWhy::ClockOff, .. } => PAYLOAD_VERSION_WITH_CLOCK,
            _ => PAYLOAD_VERSION,
        },
        Event::SaleRegistered { lines, .. } => version_of_lines(lines),
        Event::SaleCompleted { lines, .. } => version_of_lines(lines),
        Event::Unrecognised { version, .. } => *version,
        _ => PAYLOAD_VERSION,
    }
}

fn version_of_profile(profile: &CounterProfile) -> u16 {
    let grown = |kind: &RouteKind| kind.is_of_second_version();
    let mut items = profile.price_lists.iter().flat_map(|list| &list.items);
    if items.any(|item| !item.year_rule.is_payment_date()) {
        PAYLOAD_VERSION_WITH_YEAR_RULES
    } else if profile.routes.iter().any(|route| grown(&route.kind)) {
        PAYLOAD_VERSION_WITH_CLAIMS
    } else {
        PAYLOAD_VERSION
    }
}

fn version_of_lines(lines: &[Line]) -> u16 {
    if lines.iter().all(|line| line.year_rule.is_payment_date()) {
        PAYLOAD_VERSION
    } else {
        PAYLOAD_VERSION_OF_SALE_WITH_YEAR_RULE
    }
}

/// Whether this program reads a kind in a version.
fn is_known(kind: u16, version: u16) -> bool {
    let newest = match kind {
        KIND_COUNTER_ENROLLED | KIND_INBOX_RECEIVED => PAYLOAD_VERSION_WITH_YEAR_RULES,
        KIND_SALE_REGISTERED | KIND_SALE_COMPLETED => PAYLOAD_VERSION_OF_SALE_WITH_YEAR_RULE,
        KIND_PAYMENT_CONCLUDED | KIND_PAYMENT_RESOLVED => PAYLOAD_VERSION_WITH_CLOCK,
        _ => PAYLOAD_VERSION,
    };
    (PAYLOAD_VERSION..=newest).contains(&version) && KINDS.iter().any(|(number, _)| *number == kind)
}

/// The payload bytes of what happened, in today's shape; [`version_of`] says which version that is.
///
/// # Errors
/// When a map key cannot be JSON; no event of today has one.
pub fn write(recorded: &Recorded) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(recorded)
}

#[derive(Deserialize)]
struct OnlyMeta {
    meta: Meta,
}

/// What an entry says, lifted to today's shape.
///
/// # Errors
/// When a known kind and version cannot be read: the bytes are damaged or this program has a fault; the caller stops.
pub fn read(entry: &Entry) -> Result<Recorded, PayloadError> {
    let (kind, version) = (entry.kind, entry.payload_version);
    let failed = |source| PayloadError { kind, version, source };
    if !is_known(kind, version) {
        let OnlyMeta { meta } = serde_json::from_slice(entry.payload()).map_err(failed)?;
        return Ok(Recorded { meta, event: Event::Unrecognised { kind, version } });
    }
    serde_json::from_slice(entry.payload()).map_err(failed)
}
