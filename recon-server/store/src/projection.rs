//! What one entry says, as rows: the pure function behind every projection.
//!
//! Invariants: computed from that entry alone, so any order of arrival and any rebuild give the same rows; every row is keyed by its
//! entry and only ever inserted; an entry that cannot be read becomes a row too ([`Projection::Unread`]), so that it is shown and
//! counted, never dropped. Not here: what follows from several entries (open unknowns, voided sales); reading joins them.

mod rows;

use domain::{
    event::{Actor, Event},
    id::OperatorId,
    money::Yen,
    time::Timestamp,
};
use journal::{entry::Entry, payload};

pub use self::rows::{
    AttemptFactRow, ClosingFact, ExitFact, OpeningFact, OutcomeFact, OverpaymentFact, Projection, SaleFact,
    StrayFact, TotalsFact, UnreadFact, VoidFact,
};

/// What `entry` leaves in the tables; none where nothing of it is read by tables.
#[must_use]
pub fn project(entry: &Entry) -> Option<Projection> {
    let unread = |damaged| {
        Projection::Unread(UnreadFact { kind: entry.kind, version: entry.payload_version, damaged })
    };
    let Ok(recorded) = payload::read(entry) else { return Some(unread(true)) };
    let at = recorded.meta.at;
    let operator = match recorded.meta.actor {
        Actor::Operator { id } => Some(id),
        Actor::Device { .. } | Actor::Agent | Actor::Centre => None,
    };
    match recorded.event {
        event @ (Event::SaleCompleted { .. } | Event::SaleVoided { .. }) => of_sale(event, operator, at),
        event @ (Event::BusinessDayOpened { .. }
        | Event::CounterClosed { .. }
        | Event::TerminalTotalsRecorded { .. }) => of_day(event, operator, at),
        // A number that no database integer holds was never given by the centre.
        Event::InboxReceived { number, .. } if i64::try_from(number).is_err() => Some(unread(true)),
        Event::InboxReceived { number, .. } => Some(Projection::InboxReceipt(number)),
        Event::Unrecognised { .. } => Some(unread(false)),
        event => of_attempt(event, at),
    }
}

/// What is shown of an entry that is kept beside its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AsideMoney {
    /// Total of a completed sale, negative for a void; none for other kinds.
    pub amount: Option<Yen>,
    /// Receipt number that the citizen may hold.
    pub receipt_number: Option<u32>,
}

/// The money and the receipt that an entry kept beside its journal speaks of.
#[must_use]
pub fn money_of(entry: &Entry) -> AsideMoney {
    match project(entry) {
        Some(Projection::Sale(sale)) => {
            AsideMoney { amount: Some(sale.total), receipt_number: Some(sale.receipt_number.number) }
        }
        Some(Projection::Void(void)) => AsideMoney {
            amount: void.amount.checked_neg().ok(),
            receipt_number: Some(void.receipt_number.number),
        },
        _ => AsideMoney::default(),
    }
}

fn of_sale(event: Event, operator: Option<OperatorId>, at: Timestamp) -> Option<Projection> {
    match event {
        Event::SaleCompleted {
            sale,
            receipt_number,
            business_day,
            payment_date,
            paid_at,
            lines,
            total,
            payment,
        } => Some(Projection::Sale(Box::new(SaleFact {
            sale,
            receipt_number,
            business_day,
            payment_date,
            paid_at,
            total,
            payment,
            lines,
            operator,
            recorded_at: at,
        }))),
        Event::SaleVoided { sale, receipt_number, business_day, payment, reason, attempt } => {
            Some(Projection::Void(Box::new(VoidFact {
                sale,
                receipt_number,
                business_day,
                amount: payment.amount,
                method: payment.method,
                reason,
                attempt,
                operator,
                recorded_at: at,
            })))
        }
        _ => None,
    }
}

fn of_day(event: Event, operator: Option<OperatorId>, at: Timestamp) -> Option<Projection> {
    match event {
        Event::BusinessDayOpened { date, cut, operator, float } => {
            Some(Projection::Opening(OpeningFact { date, cut, operator, float, recorded_at: at }))
        }
        Event::CounterClosed { settlement, reason, chain_head } => {
            Some(Projection::Closing(Box::new(ClosingFact {
                settlement,
                reason,
                chain_head,
                operator,
                recorded_at: at,
            })))
        }
        Event::TerminalTotalsRecorded { totals } => {
            Some(Projection::Totals(TotalsFact { totals, recorded_at: at }))
        }
        _ => None,
    }
}

fn of_attempt(event: Event, at: Timestamp) -> Option<Projection> {
    let ended = |attempt, outcome, evidence| {
        Projection::Outcome(Box::new(OutcomeFact { attempt, outcome, evidence, recorded_at: at }))
    };
    Some(match event {
        Event::PaymentRequested {
            attempt,
            sale,
            sequence_number,
            kind,
            method,
            route,
            contract,
            brand,
            amount,
            business_day,
            repeat_reason: _,
        } => Projection::Attempt(Box::new(AttemptFactRow {
            attempt,
            sale,
            sequence_number,
            kind,
            method,
            route,
            contract,
            brand,
            amount,
            business_day,
            requested_at: at,
        })),
        Event::PaymentConcluded { attempt, outcome } => ended(attempt, outcome, None),
        Event::PaymentResolved { attempt, outcome, evidence } => ended(attempt, outcome, Some(evidence)),
        Event::UnknownExitChosen { attempt, exit } => {
            Projection::Exit(ExitFact { attempt, exit, recorded_at: at })
        }
        Event::OverpaymentCaseOpened { attempt, sale, amount, cause } => {
            Projection::Overpayment(OverpaymentFact { attempt, sale, amount, cause, recorded_at: at })
        }
        Event::StrayResultSeen { device, result } => {
            Projection::Stray(Box::new(StrayFact { device, result, recorded_at: at }))
        }
        _ => return None,
    })
}
