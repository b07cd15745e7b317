//! What `decide` would say: pages offer only what the rules will take, and show the very prices that will be charged.
//!
//! Always: nothing here is written anywhere; the same pure function judges the trial and the command that follows.

use std::sync::Arc;

use domain::{
    command::{Command, Context, GroupOverride, LineRequest},
    decide::decide,
    event::{Actor, Event},
    id::{BootId, CommandId, SaleId},
    money::Yen,
    refusal::Refusal,
    sale::Line,
    state::{Attempt, Sale, SaleState, State},
    time::Timestamp,
};
use uuid::Uuid;

/// Judges a wish without anyone wishing it.
pub(super) fn judge(state: &State, now: Timestamp, command: Command) -> Result<Vec<Event>, Refusal> {
    let actor = state.operator.clone().map_or(Actor::Agent, |id| Actor::Operator { id });
    let context = Context {
        actor,
        command: CommandId(Uuid::nil()),
        at: now,
        boot: state.boot.unwrap_or(BootId(Uuid::nil())),
        chain_head: String::new(),
    };
    decide(state, &context, command)
}

/// The lines and the sum that a basket would become.
pub(super) fn priced(
    state: &State,
    now: Timestamp,
    lines: &[LineRequest],
    group: Option<&GroupOverride>,
) -> Result<(Vec<Line>, Yen), Refusal> {
    let wish = Command::RegisterSale { lines: lines.to_vec(), group: group.cloned() };
    judge(state, now, wish)?
        .into_iter()
        .find_map(|event| match event {
            Event::SaleRegistered { lines, total, .. } => Some((lines, total)),
            _ => None,
        })
        .ok_or(Refusal::LineCount)
}

/// A state that holds one open sale of these lines beside everything that decides whether it can be paid.
pub(super) fn with_open_sale(state: &State, lines: &[Line], total: Yen, now: Timestamp) -> (State, SaleId) {
    let id = SaleId(Uuid::nil());
    let sale = Sale {
        id,
        lines: lines.to_vec(),
        total,
        registered_at: now,
        state: SaleState::Open,
        day: state.day.as_ref().map_or((now.date(), 0), |day| (day.date, day.cut)),
        completion: None,
        void_reason: None,
        copies: 0,
    };
    let holds = |attempt: &Attempt| attempt.running() || attempt.in_doubt();
    let trial = State {
        identity: state.identity.clone(),
        profile: state.profile.as_ref().map(Arc::clone),
        operator: state.operator.clone(),
        day: state.day.clone(),
        clock: state.clock,
        sales: [(id, sale)].into(),
        attempts: state
            .attempts
            .iter()
            .filter(|(_, attempt)| holds(attempt))
            .map(|(id, attempt)| (*id, attempt.clone()))
            .collect(),
        ..State::default()
    };
    (trial, id)
}
