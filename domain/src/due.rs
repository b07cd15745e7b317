//! What must be done now, read off the state. Live run and restart call the same function.
//!
//! Invariant: naming an effect twice is harmless: the runner starts each once, and everything that reaches a device was durable
//! before. Not here: when to try again (that is the supervisor's).

use crate::{
    catalogue::RouteKind,
    event::Paper,
    id::{AttemptId, DeviceId, PrintJobId, RouteId},
    money::Yen,
    payment::{Approval, AttemptKind, Phase},
    state::{Attempt, AttemptState, PrintState, State},
};

/// Something that the world outside must be asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask a linked terminal for money, or to take it back.
    Authorize {
        /// The attempt; durable.
        attempt: AttemptId,
        /// Which device.
        device: DeviceId,
        /// UnifiedPOS CAT sequence number.
        sequence_number: u32,
        /// Yen.
        amount: Yen,
        /// Take or take back.
        kind: AttemptKind,
        /// What the terminal said of the original, for a void.
        original: Option<Approval>,
    },
    /// Tell the terminal that the clerk wishes to cancel.
    Cancel {
        /// The attempt.
        attempt: AttemptId,
        /// Which device.
        device: DeviceId,
    },
    /// Ask a linked terminal what became of an attempt.
    Query {
        /// The attempt.
        attempt: AttemptId,
        /// Which device.
        device: DeviceId,
        /// Yen.
        amount: Yen,
        /// Take or take back.
        kind: AttemptKind,
        /// What was seen before the doubt.
        partial: Option<Approval>,
    },
    /// Put a paper out. One at a time, in order.
    Print {
        /// The job; durable.
        job: PrintJobId,
        /// What.
        paper: Paper,
    },
    /// Read a linked terminal's totals.
    ReadTerminalTotals {
        /// Route.
        route: RouteId,
        /// Which device.
        device: DeviceId,
    },
}

/// Everything that is due, in the order of its need: cancel, query, authorise, totals, print.
#[must_use]
pub fn due(state: &State) -> Vec<Effect> {
    let mut effects = Vec::new();
    effects.extend(state.attempts.values().filter_map(cancel));
    effects.extend(state.doubts().filter_map(query));
    effects.extend(state.attempts.values().filter_map(|attempt| authorise(state, attempt)));
    effects.extend(totals(state));
    effects.extend(next_print(state));
    effects
}

fn cancel(attempt: &Attempt) -> Option<Effect> {
    let device = attempt.device.clone()?;
    let wished = attempt.running() && attempt.cancel_asked;
    wished.then_some(Effect::Cancel { attempt: attempt.id, device })
}

fn query(attempt: &Attempt) -> Option<Effect> {
    let device = attempt.device.clone()?;
    let AttemptState::InDoubt(doubt) = &attempt.state else { return None };
    Some(Effect::Query {
        attempt: attempt.id,
        device,
        amount: attempt.amount,
        kind: attempt.kind,
        partial: doubt.partial.clone(),
    })
}

/// Only what has not been sent: a request in the terminal's hands is never made again.
fn authorise(state: &State, attempt: &Attempt) -> Option<Effect> {
    let device = attempt.device.clone()?;
    let original = match attempt.kind {
        AttemptKind::Void { original } => state.attempts.get(&original).and_then(|a| a.approval().cloned()),
        AttemptKind::Sales => None,
    };
    let unsent = attempt.running() && attempt.phase == Phase::Queued;
    unsent.then_some(Effect::Authorize {
        attempt: attempt.id,
        device,
        sequence_number: attempt.sequence_number,
        amount: attempt.amount,
        kind: attempt.kind,
        original,
    })
}

fn totals(state: &State) -> Vec<Effect> {
    let wanted = state.day.iter().flat_map(|day| &day.totals_wanted);
    wanted
        .filter_map(|route| match &state.route(route)?.kind {
            RouteKind::LinkedTerminal { device } => {
                Some(Effect::ReadTerminalTotals { route: route.clone(), device: device.clone() })
            }
            _ => None,
        })
        .collect()
}

/// The oldest job that waits, unless one is in the printer's hands: one open job at a time.
fn next_print(state: &State) -> Option<Effect> {
    if state.prints.values().any(|job| job.state == PrintState::Started) {
        return None;
    }
    let job = state.prints.values().find(|job| job.state == PrintState::Queued)?;
    Some(Effect::Print { job: job.id, paper: job.paper.clone() })
}
