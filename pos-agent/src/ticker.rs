//! The one place that turns the runtime's time into commands: a tick a second.
//!
//! Invariant: a tick that the till has not taken yet is not followed by another; missed ticks are not made up for.

use std::{sync::Arc, time::Duration};

use domain::{command::Command, event::Actor};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    edge::Entropy,
    till::{Envelope, SubmitError, TillHandle},
};

/// Between two ticks, in milliseconds.
const TICK_MS: u64 = 1_000;

/// Ticks until `stop` or the till's end.
pub async fn run(till: TillHandle, entropy: Arc<dyn Entropy>, stop: CancellationToken) {
    let mut ticks = interval(Duration::from_millis(TICK_MS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stop.cancelled() => return,
        }
        let envelope = Envelope { actor: Actor::Agent, id: entropy.command_id(), command: Command::Tick };
        if matches!(till.submit(envelope).await, Err(SubmitError::Stopped)) {
            return;
        }
    }
}
