//! The machines of this counter: from configuration to running tasks.
//!
//! Invariants: what reaches a device was durable before (it comes from `due`); each effect is started once; every end comes back
//! as a command; nothing here decides about money. [`runner`] starts the tasks, [`terminal`], [`printer`] and [`scanner`] are the tasks,
//! [`standing`] is where a device stands.

pub mod breaker;
pub mod claim;
mod daily_log;
pub mod pause;
pub mod paypay_settings;
pub mod power;
pub mod printer;
mod questions;
pub mod recorder;
pub mod registry;
pub mod runner;
pub mod scanner;
pub mod standing;
pub mod terminal;
mod zvt_settings;

use std::{collections::BTreeMap, sync::Arc};

use domain::{command::Command, event::Actor, id::DeviceId};
use tokio::sync::watch;

use crate::{
    edge::Entropy,
    till::{Answer, Envelope, SubmitError, TillHandle},
};

/// How a device's task speaks to the till.
#[derive(Clone)]
pub struct Desk {
    /// Which device.
    pub device: DeviceId,
    /// The till.
    pub till: TillHandle,
    /// Ids of commands, jitter.
    pub entropy: Arc<dyn Entropy>,
}

impl Desk {
    /// Submits a command in the device's name.
    ///
    /// # Errors
    /// Refused, or the till has stopped.
    pub async fn submit(&self, command: Command) -> Result<Answer, SubmitError> {
        let actor = Actor::Device { id: self.device.clone() };
        self.till.submit(Envelope { actor, id: self.entropy.command_id(), command }).await
    }

    /// Submits a report; a refusal is a fault of this program and is logged, the till's end ends the task soon.
    pub async fn report(&self, command: Command) -> bool {
        let told = self.submit(command).await;
        if let Err(error) = &told {
            tracing::error!(device = %self.device, %error, "report not journalled");
        }
        told.is_ok()
    }
}

/// What a person at the page asks of one device: to be looked for now, after having looked at it.
struct PersonsWish {
    device: DeviceId,
    asked: watch::Receiver<BTreeMap<DeviceId, u32>>,
    heard: u32,
}

impl PersonsWish {
    fn of(desk: &Desk) -> Self {
        let asked = desk.till.board().asked_for();
        let heard = asked.borrow().get(&desk.device).copied().unwrap_or_default();
        Self { device: desk.device.clone(), asked, heard }
    }

    /// Whether it was asked for since the last look.
    fn take(&mut self) -> bool {
        let now = self.asked.borrow_and_update().get(&self.device).copied().unwrap_or_default();
        std::mem::replace(&mut self.heard, now) != now
    }

    /// Resolves when a person asks for a device, this one or another.
    async fn changed(&mut self) {
        if self.asked.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
