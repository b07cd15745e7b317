//! What happened changes the state.
//!
//! Invariant: total. It never panics and never refuses anything that was ever written: an event that names what is not here is
//! counted or ignored, because the journal, not the state, is the truth.

use std::sync::Arc;

use crate::{
    event::{Event, Paper, Recorded, UnknownExit},
    id::{AttemptId, RouteId, SaleId},
    inbox::InboxItem,
    money::Yen,
    payment::{Approval, AttemptFact, AttemptKind, Outcome, Phase},
    sale::Line,
    settlement::Settlement,
    state::{
        Attempt, AttemptState, Completion, Identity, OpenDay, OverpaymentCase, PrintJob, PrintState, Sale,
        SaleState, State,
    },
    time::{CivilDate, Timestamp},
};

/// Folds one entry into the state.
pub fn evolve(state: &mut State, recorded: &Recorded) {
    let at = recorded.meta.at;
    let confirms = matches!(recorded.event, Event::ClockConfirmed { .. });
    if confirms || state.clock.last.is_none_or(|last| last < at) {
        state.clock.last = Some(at);
    }
    state.answered_today.insert(recorded.meta.command);
    match &recorded.event {
        Event::AgentStarted { .. } => state.boot = Some(recorded.meta.boot),
        Event::ClockDoubted { doubt } => state.clock.doubt = Some(*doubt),
        Event::ClockConfirmed { .. } => state.clock.doubt = None,
        Event::StrayResultSeen { .. } => state.strays = state.strays.saturating_add(1),
        Event::Unrecognised { .. } => state.unrecognised = state.unrecognised.saturating_add(1),
        Event::CounterEnrolled { .. } | Event::InboxReceived { .. } => {
            from_the_centre(state, &recorded.event)
        }
        Event::BusinessDayOpened { .. }
        | Event::OperatorChanged { .. }
        | Event::CashCounted { .. }
        | Event::InspectionTaken { .. }
        | Event::TerminalTotalsRequested { .. }
        | Event::TerminalTotalsFailed { .. }
        | Event::TerminalTotalsRecorded { .. }
        | Event::CounterClosed { .. } => day(state, &recorded.event, at),
        Event::SaleRegistered { .. }
        | Event::SaleAbandoned { .. }
        | Event::SaleCompleted { .. }
        | Event::SaleVoided { .. }
        | Event::OverpaymentCaseOpened { .. } => sale(state, &recorded.event, at),
        Event::PaymentRequested { .. }
        | Event::AttemptProgressed { .. }
        | Event::CancelAsked { .. }
        | Event::PaymentConcluded { .. }
        | Event::PaymentResolved { .. }
        | Event::QueryUnanswered { .. }
        | Event::TerminalReleased { .. }
        | Event::UnknownExitChosen { .. } => attempt(state, &recorded.event, at),
        Event::PrintRequested { .. }
        | Event::PrintStarted { .. }
        | Event::PaperPrinted { .. }
        | Event::PrintFailed { .. }
        | Event::PrintUnknown { .. }
        | Event::PrintSettled { .. } => print(state, &recorded.event, at),
    }
}

fn from_the_centre(state: &mut State, event: &Event) {
    match event {
        Event::CounterEnrolled { tenant, counter, incarnation, profile, first_receipt } => {
            state.identity = Some(Identity {
                tenant: tenant.clone(),
                counter: counter.clone(),
                incarnation: *incarnation,
            });
            state.profile = Some(Arc::new(profile.clone()));
            state.next_receipt = *first_receipt;
            state.next_sequence_number = 1;
            state.next_print_job = 1;
        }
        Event::InboxReceived { number, item } => {
            state.inbox_number = state.inbox_number.max(*number);
            if let InboxItem::ProfileReplaced { profile } = item {
                state.profile = Some(Arc::new((**profile).clone()));
            }
        }
        _ => {}
    }
}

fn day(state: &mut State, event: &Event, at: Timestamp) {
    match event {
        Event::BusinessDayOpened { date, cut, operator, float } => {
            state.operator = Some(operator.clone());
            // A form made the day before may still be sent twice; one from two days ago may not.
            state.answered = std::mem::take(&mut state.answered_today);
            state.prints.retain(|_, job| !job.state.ended());
            book_what_came_between(state, (*date, *cut));
            state.day = Some(OpenDay {
                date: *date,
                cut: *cut,
                float: float.clone(),
                opened_at: at,
                counted: None,
                terminal_totals: std::collections::BTreeMap::new(),
                totals_wanted: std::collections::BTreeSet::new(),
                totals_failed: std::collections::BTreeMap::new(),
            });
        }
        Event::OperatorChanged { operator } => state.operator = Some(operator.clone()),
        Event::CashCounted { count } => {
            if let Some(day) = &mut state.day {
                day.counted = Some(count.clone());
            }
        }
        Event::TerminalTotalsRequested { route } => totals_wanted(state, route),
        Event::TerminalTotalsFailed { route, reason } => {
            if let Some(day) = &mut state.day {
                day.totals_wanted.remove(route);
                day.totals_failed.insert(route.clone(), reason.clone());
            }
        }
        Event::TerminalTotalsRecorded { totals } => {
            if let Some(day) = &mut state.day {
                day.totals_wanted.remove(&totals.route);
                day.totals_failed.remove(&totals.route);
                day.terminal_totals.insert(totals.route.clone(), totals.clone());
            }
        }
        Event::CounterClosed { settlement, .. } => close(state, settlement),
        _ => {}
    }
}

/// What became known between two days stands in the settlement of the next.
fn book_what_came_between(state: &mut State, day: (CivilDate, u32)) {
    for completion in state.sales.values_mut().filter_map(|sale| sale.completion.as_mut()) {
        completion.booked.get_or_insert(day);
    }
}

fn totals_wanted(state: &mut State, route: &RouteId) {
    if let Some(day) = &mut state.day {
        day.totals_failed.remove(route);
        day.totals_wanted.insert(route.clone());
    }
}

/// The day leaves; what is unresolved stays: doubts with their sales, papers that have not ended with theirs.
fn close(state: &mut State, settlement: &Settlement) {
    state.day = None;
    state.last_closed = Some((settlement.date, settlement.cut));
    state.last_settlement = Some(Arc::new(settlement.clone()));
    let on_paper: Vec<SaleId> = state
        .prints
        .values()
        .filter(|job| !job.state.ended())
        .filter_map(|job| match job.paper {
            Paper::Receipt { sale, .. } | Paper::VoidSlip { sale } => Some(sale),
            _ => None,
        })
        .collect();
    state.attempts.retain(|_, attempt| attempt.in_doubt() || attempt.running());
    let needed = |id: &SaleId| on_paper.contains(id) || state.attempts.values().any(|a| a.sale == *id);
    state.sales.retain(|id, _| needed(id));
}

fn sale(state: &mut State, event: &Event, at: Timestamp) {
    match event {
        Event::SaleRegistered { sale, lines, total, .. } => register(state, *sale, lines, *total, at),
        Event::SaleAbandoned { sale, .. } => set_sale(state, *sale, SaleState::Abandoned),
        Event::SaleCompleted {
            sale, receipt_number, payment_date, paid_at, lines, total, payment, ..
        } => {
            state.next_receipt = state.next_receipt.max(receipt_number.number.saturating_add(1));
            if !state.sales.contains_key(sale) {
                register(state, *sale, lines, *total, at);
            }
            let today = today(state);
            // Money of an earlier day that became known now; cash in the drawer is always of today.
            let asked = payment.attempt.and_then(|id| state.attempts.get(&id)).map(|attempt| attempt.day);
            if let Some(known) = state.sales.get_mut(sale) {
                known.state = SaleState::Completed;
                known.completion = Some(Completion {
                    receipt_number: receipt_number.clone(),
                    payment: payment.clone(),
                    payment_date: *payment_date,
                    paid_at: *paid_at,
                    late: asked.is_some_and(|day| day != today),
                    booked: today,
                });
            }
        }
        Event::SaleVoided { sale, reason, .. } => {
            set_sale(state, *sale, SaleState::Voided);
            if let Some(known) = state.sales.get_mut(sale) {
                known.void_reason = Some(reason.clone());
            }
        }
        Event::OverpaymentCaseOpened { attempt, sale, amount, cause } => {
            state.overpayments.push(OverpaymentCase {
                attempt: *attempt,
                sale: *sale,
                amount: *amount,
                cause: *cause,
                opened_at: at,
            });
            reopen_after_short_payment(state, *sale, *attempt);
        }
        _ => {}
    }
}

/// Too little was typed on a printed JPQR: the sale waits for the right amount again.
fn reopen_after_short_payment(state: &mut State, sale: SaleId, attempt: AttemptId) {
    if let Some(known) = state.sales.get_mut(&sale)
        && known.state == SaleState::Paying(attempt)
    {
        known.state = SaleState::Open;
    }
}

fn today(state: &State) -> Option<(CivilDate, u32)> {
    state.day.as_ref().map(|day| (day.date, day.cut))
}

fn register(state: &mut State, sale: SaleId, lines: &[Line], total: Yen, at: Timestamp) {
    let day = state.day.as_ref().map_or_else(|| (at.date(), 0), |day| (day.date, day.cut));
    state.sales.insert(
        sale,
        Sale {
            id: sale,
            lines: lines.to_vec(),
            total,
            registered_at: at,
            state: SaleState::Open,
            day,
            completion: None,
            void_reason: None,
            copies: 0,
        },
    );
}

fn set_sale(state: &mut State, sale: SaleId, to: SaleState) {
    if let Some(known) = state.sales.get_mut(&sale) {
        known.state = to;
    }
}

fn attempt(state: &mut State, event: &Event, at: Timestamp) {
    match event {
        Event::PaymentRequested { .. } => request(state, event, at),
        Event::AttemptProgressed { attempt, fact } => {
            if let Some(known) = state.attempts.get_mut(attempt) {
                known.phase = known.phase.max(match fact {
                    AttemptFact::Sending => Phase::Sent,
                    AttemptFact::ResultSeen { .. } => Phase::ResultSeen,
                });
            }
        }
        Event::CancelAsked { attempt } => with_attempt(state, *attempt, |known| known.cancel_asked = true),
        Event::PaymentConcluded { attempt, outcome } | Event::PaymentResolved { attempt, outcome, .. } => {
            conclude(state, *attempt, outcome);
        }
        Event::QueryUnanswered { attempt, detail } => {
            with_attempt(state, *attempt, |known| known.last_query = Some(detail.clone()));
        }
        Event::TerminalReleased { attempt, .. } => {
            with_attempt(state, *attempt, |known| known.terminal_released = true);
        }
        Event::UnknownExitChosen { attempt, exit } => {
            with_attempt(state, *attempt, |known| known.exit = Some(exit.clone()));
            // Only while the sale waits for this attempt: one that was paid meanwhile stays done.
            if *exit == UnknownExit::PaysAnotherWay
                && let Some(sale) = state.attempts.get(attempt).map(|known| known.sale)
                && state.sales.get(&sale).is_some_and(|known| known.state == SaleState::Paying(*attempt))
            {
                set_sale(state, sale, SaleState::Open);
            }
        }
        _ => {}
    }
}

fn with_attempt(state: &mut State, attempt: AttemptId, change: impl FnOnce(&mut Attempt)) {
    if let Some(known) = state.attempts.get_mut(&attempt) {
        change(known);
    }
}

fn request(state: &mut State, event: &Event, at: Timestamp) {
    let Event::PaymentRequested {
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
        repeat_reason,
    } = event
    else {
        return;
    };
    state.next_sequence_number = state.next_sequence_number.max(sequence_number.saturating_add(1));
    let device = state.device_of(route);
    state.attempts.insert(
        *attempt,
        Attempt {
            id: *attempt,
            sale: *sale,
            sequence_number: *sequence_number,
            kind: *kind,
            method: *method,
            route: route.clone(),
            device,
            contract: contract.clone(),
            brand: brand.clone(),
            amount: *amount,
            requested_at: at,
            business_day: *business_day,
            day: today(state),
            phase: Phase::Queued,
            cancel_asked: false,
            state: AttemptState::Running,
            exit: None,
            terminal_released: false,
            last_query: None,
        },
    );
    match kind {
        AttemptKind::Sales => set_sale(state, *sale, SaleState::Paying(*attempt)),
        AttemptKind::Void { .. } => {
            set_sale(state, *sale, SaleState::Voiding(*attempt));
            if let Some(known) = state.sales.get_mut(sale) {
                known.void_reason.clone_from(repeat_reason);
            }
        }
    }
}

fn conclude(state: &mut State, attempt: AttemptId, outcome: &Outcome) {
    let Some(known) = state.attempts.get_mut(&attempt) else { return };
    known.state = match outcome {
        Outcome::Unknown(doubt) => AttemptState::InDoubt(doubt.clone()),
        other => AttemptState::Known(other.clone()),
    };
    let (sale, kind, device) = (known.sale, known.kind, known.device.clone());
    if let (Outcome::Approved(approval), Some(device)) = (outcome, device) {
        state.last_approval.insert(device, without_paper(approval));
    }
    if matches!(outcome, Outcome::Declined(_) | Outcome::NotStarted { .. }) {
        after_nothing_happened(state, sale, attempt, kind);
    }
}

fn without_paper(approval: &Approval) -> Approval {
    Approval { receipt_text: Vec::new(), ..approval.clone() }
}

/// Nothing was charged: the sale waits again, or the void is off.
fn after_nothing_happened(state: &mut State, sale: SaleId, attempt: AttemptId, kind: AttemptKind) {
    let Some(known) = state.sales.get_mut(&sale) else { return };
    match (kind, known.state) {
        (AttemptKind::Sales, SaleState::Paying(current)) if current == attempt => {
            known.state = SaleState::Open
        }
        (AttemptKind::Void { .. }, SaleState::Voiding(current)) if current == attempt => {
            known.state = SaleState::Completed;
            known.void_reason = None;
        }
        _ => {}
    }
}

fn print(state: &mut State, event: &Event, at: Timestamp) {
    let (job, to) = match event {
        Event::PrintRequested { job, paper } => {
            state.next_print_job = state.next_print_job.max(job.0.saturating_add(1));
            if let Paper::Receipt { sale, copy } = paper
                && let Some(known) = state.sales.get_mut(sale)
            {
                known.copies = known.copies.max(*copy);
            }
            let paper = paper.clone();
            state
                .prints
                .insert(*job, PrintJob { id: *job, paper, state: PrintState::Queued, requested_at: at });
            return;
        }
        Event::PrintStarted { job } => (job, PrintState::Started),
        Event::PaperPrinted { job } => (job, PrintState::Printed),
        Event::PrintFailed { job, reason } => (job, PrintState::Failed(reason.clone())),
        Event::PrintUnknown { job, reason, .. } => (job, PrintState::Unknown(reason.clone())),
        Event::PrintSettled { job, note } => (job, PrintState::Settled(note.clone())),
        _ => return,
    };
    if let Some(known) = state.prints.get_mut(job) {
        known.state = to;
    }
}
