//! A wish becomes events or a refusal.
//!
//! Invariants: pure; the events of one command are one durable append; a repeated command id gives no events, so that the first
//! answer stands; nothing that a device reports is ever refused for the state of the day (nothing seen is lost).

mod claim;
mod close;
mod complete;
mod day;
mod inbox;
mod payment;
mod print;
mod resolve;
mod sale;
mod void;

use crate::{
    command::{Command, Context},
    event::{Actor, ClockDoubt, Event, Meta},
    id::OperatorId,
    refusal::Refusal,
    state::State,
    text::{TextFault, free_text},
    time::Timestamp,
};

/// A step back of the clock that is still taken for drift, in milliseconds (DESIGN 3.11).
pub const CLOCK_BACK_MAX_MS: i64 = 60_000;
/// A jump ahead that still needs no person, in milliseconds (DESIGN 3.11).
pub const CLOCK_AHEAD_MAX_MS: i64 = 24 * 3_600 * 1_000;
/// Most lines in one sale.
pub const SALE_LINES_MAX: usize = 50;
/// Largest quantity of one line.
pub const LINE_QUANTITY_MAX: u32 = 999;
/// Largest total of one sale, in yen.
pub const SALE_TOTAL_MAX_YEN: i64 = 10_000_000;
/// Most cash over the total that a person hands over, in yen.
pub const TENDERED_OVER_MAX_YEN: i64 = 100_000;

/// What the events of a command, if any, name. Time never runs backwards in a journal until a person has confirmed the clock.
#[must_use]
pub fn meta(state: &State, context: &Context, command: &Command) -> Meta {
    let confirms = matches!(command, Command::ConfirmClock { .. });
    let at = match state.clock.last {
        Some(last) if context.at < last && !confirms => last,
        _ => context.at,
    };
    Meta { actor: context.actor.clone(), command: context.command, at, boot: context.boot }
}

/// Judges a wish against the state.
///
/// # Errors
/// The refusal says, in Japanese, what to do.
pub fn decide(state: &State, context: &Context, command: Command) -> Result<Vec<Event>, Refusal> {
    if state.answered_before(&context.command) {
        return Ok(Vec::new());
    }
    if state.identity.is_none() && !matches!(command, Command::Enrol { .. } | Command::Tick) {
        return Err(Refusal::NotEnrolled);
    }
    let doubt = new_clock_doubt(state, context.at);
    let confirming = matches!(command, Command::ConfirmClock { .. });
    let mut events: Vec<Event> = Vec::new();
    if let (Some(doubt), false) = (doubt, confirming) {
        events.push(Event::ClockDoubted { doubt });
    }
    let at = meta(state, context, &command).at;
    let wish = Wish { state, context, at, clock_doubted: doubt.is_some() || state.clock.doubt.is_some() };
    events.extend(wish.judge(command)?);
    Ok(events)
}

/// A doubt that the journal does not know yet.
fn new_clock_doubt(state: &State, now: Timestamp) -> Option<ClockDoubt> {
    let last = state.clock.last?;
    if state.clock.doubt.is_some() {
        return None;
    }
    let ahead_ms = now.ms_since(last);
    if ahead_ms < -CLOCK_BACK_MAX_MS {
        Some(ClockDoubt::SteppedBack { last, now })
    } else if ahead_ms > CLOCK_AHEAD_MAX_MS {
        Some(ClockDoubt::JumpedAhead { last, now })
    } else {
        None
    }
}

/// One command before its judge.
struct Wish<'a> {
    state: &'a State,
    context: &'a Context,
    /// The time that the events will carry.
    at: Timestamp,
    clock_doubted: bool,
}

type Judged = Result<Vec<Event>, Refusal>;

impl Wish<'_> {
    fn judge(&self, command: Command) -> Judged {
        match command {
            Command::Enrol { tenant, counter, incarnation, profile, first_receipt } => {
                self.enrol(tenant, counter, incarnation, profile, first_receipt)
            }
            Command::Start { version } => Ok(self.start(version)),
            Command::OpenDay { date, operator, float } => self.open_day(date, operator, float),
            Command::ChangeOperator { operator } => self.change_operator(operator),
            Command::ConfirmClock { reason } => self.confirm_clock(&reason),
            Command::Tick => Ok(Vec::new()),
            Command::RegisterSale { lines, group } => self.register_sale(&lines, group),
            Command::AbandonSale { sale, reason } => self.abandon_sale(sale, &reason),
            Command::IssueFree { sale } => self.issue_free(sale),
            Command::TakeCash { sale, tendered } => self.take_cash(sale, tendered),
            Command::TakeClaim { sale, route, reference } => self.take_claim(sale, &route, &reference),
            Command::TakeSecurity { sale, route, reference } => self.take_security(sale, &route, &reference),
            Command::RequestPayment { sale, route, repeat_reason } => {
                self.request_payment(sale, &route, repeat_reason)
            }
            Command::RecordFact { attempt, fact } => self.record_fact(attempt, fact),
            Command::RecordOutcome { attempt, outcome } => self.record_outcome(attempt, outcome),
            Command::RecordQueryAnswer { attempt, answer } => self.record_query_answer(attempt, answer),
            Command::RecordStray { device, result } => Ok(vec![Event::StrayResultSeen { device, result }]),
            Command::AskCancel { attempt } => self.ask_cancel(attempt),
            Command::KeyResult { attempt, result } => self.key_result(attempt, result),
            Command::ConfirmStaticCode { attempt, wallet, sheet_number, payer_digits, shown_amount } => {
                self.confirm_static_code(attempt, wallet, &sheet_number, &payer_digits, shown_amount)
            }
            Command::ResolveByPerson { attempt, charged, basis, brand, slip_number } => {
                self.resolve_by_person(attempt, charged, &basis, brand, slip_number)
            }
            Command::ReleaseTerminal { attempt, reason } => self.release_terminal(attempt, &reason),
            Command::ChooseUnknownExit { attempt, exit } => self.choose_exit(attempt, exit),
            Command::VoidSale { sale, reason } => self.void_sale(sale, &reason),
            Command::ReprintReceipt { sale } => self.reprint(sale),
            Command::ReportPrint { job, report } => self.report_print(job, report),
            Command::SettlePrint { job, again, note } => self.settle_print(job, again, &note),
            Command::Inspect => self.inspect(),
            Command::RequestTerminalTotals { route } => self.request_totals(&route),
            Command::RecordTerminalTotals { route, source, first, second } => {
                self.record_totals(&route, source, first, &second)
            }
            Command::RecordTerminalTotalsFailure { route, reason } => {
                Ok(vec![Event::TerminalTotalsFailed { route, reason }])
            }
            Command::CountCash { count } => self.count_cash(count),
            Command::CloseCounter { reason } => self.close_counter(reason.as_deref()),
            Command::ReceiveInbox { number, item } => self.receive_inbox(number, item),
        }
    }

    /// The staff code of the person who wishes, or of whoever works.
    fn person(&self) -> Result<OperatorId, Refusal> {
        match &self.context.actor {
            Actor::Operator { id } => Ok(id.clone()),
            _ => self.state.operator.clone().ok_or(Refusal::UnknownOperator),
        }
    }
}

/// A typed text within its guards.
fn typed(field: &'static str, text: &str) -> Result<String, Refusal> {
    free_text(text).map_err(|fault| Refusal::Text { field, fault })
}

/// A typed text within its guards, or nothing where nothing was typed.
fn typed_or_none(field: &'static str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    match text.map(free_text) {
        None | Some(Err(TextFault::Empty)) => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(fault)) => Err(Refusal::Text { field, fault }),
    }
}
