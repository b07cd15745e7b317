//! A sale, a void or a refund before its first byte: everything that can be refused is refused here, as `NotStarted`.
//!
//! Invariant: `Sending` is durable before the command is written; without it nothing is written.

use std::sync::Arc;

use domain::{
    money::Yen,
    payment::{AttemptFact, NotStartedWhy, Outcome},
};
use tokio_util::sync::CancellationToken;

use super::{
    money::Money,
    registration::{self, Registered},
    session::Session,
};
use crate::{
    cat::{CatKind, CatRequest, LinkState, Recorder},
    zvt::{command, frame::Apdu},
};

/// Takes or takes back money.
pub(super) async fn authorize(
    session: &mut Session,
    request: &CatRequest,
    recorder: Arc<dyn Recorder>,
    stop: CancellationToken,
) -> Outcome {
    session.journal = Some(Arc::clone(&recorder));
    let command = match build(session, request) {
        Ok(command) => command,
        Err(detail) => return not_started(NotStartedWhy::NoByteLeft, detail),
    };
    if stop.is_cancelled() {
        return not_started(NotStartedWhy::CancelledBeforeSend, "cancelled while it waited");
    }
    if let Some(why) = session.standing_fault() {
        let detail = format!("the terminal needs a person first: {why}");
        return not_started(NotStartedWhy::DeviceUnavailable, &detail);
    }
    if session.link().is_ok_and(|link| link.is_stale()) {
        session.lose("nothing was heard for long; the line is opened anew");
    }
    if registration::ensure(session).await != Registered::Yes {
        let detail = format!("the terminal is not ready: {}", words(&session.state()));
        return not_started(NotStartedWhy::DeviceUnavailable, &detail);
    }
    if let Err(error) = hear_what_waits(session).await {
        session.lose(&error.to_string());
        return not_started(NotStartedWhy::DeviceUnavailable, "the line was lost before the request");
    }
    if stop.is_cancelled() {
        return not_started(NotStartedWhy::CancelledBeforeSend, "cancelled while the line was opened");
    }
    if recorder.record(request.attempt, AttemptFact::Sending).await.is_err() {
        return not_started(NotStartedWhy::NoByteLeft, "the journal could not take the intent");
    }
    session.late = None;
    session.set_state(LinkState::Busy);
    let outcome = Money::new(session, request, recorder, stop).run(&command).await;
    if session.state() == LinkState::Busy {
        session.set_ready();
    }
    tracing::info!(attempt = %request.attempt, outcome = outcome.word(), "terminal: attempt ended");
    outcome
}

/// The command of a request, or why there is none.
fn build(session: &Session, request: &CatRequest) -> Result<Apdu, &'static str> {
    if request.amount <= Yen::ZERO {
        return Err("the amount is not above zero");
    }
    let units = session.config.currency_exponent.to_units(request.amount);
    let password = session.config.password;
    match request.kind {
        CatKind::Sales => units.and_then(command::sale).ok_or("twelve digits cannot say the amount"),
        CatKind::Refund { .. } => {
            let command = units.and_then(|units| command::refund(password, units));
            command.ok_or("twelve digits cannot say the amount")
        }
        CatKind::Void { .. } => {
            let slip = request.original.as_ref().and_then(|original| original.slip_number.as_deref());
            slip.and_then(|slip| command::void(password, slip))
                .ok_or("the original has no slip number of this terminal")
        }
    }
}

/// What the terminal said by itself belongs to the time before this request.
async fn hear_what_waits(session: &mut Session) -> Result<(), super::link::LinkError> {
    while let Some(message) = session.link()?.take_message().await? {
        session.unasked(message).await?;
    }
    Ok(())
}

fn not_started(why: NotStartedWhy, detail: &str) -> Outcome {
    Outcome::NotStarted { why, detail: detail.to_owned() }
}

/// The state in words, for a detail.
pub(super) fn words(state: &LinkState) -> String {
    match state {
        LinkState::Lost(why) | LinkState::Faulted(why) => why.clone(),
        other => format!("{other:?}"),
    }
}
