//! The simulated printer on a line: one host at a time, and a mechanism that works on while nobody is connected.
//!
//! Invariant: the machine is locked only between awaits. Deliberately not here: what the printer does (`machine.rs`).

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::Notify,
    time::{Instant, sleep, sleep_until, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::machine::{Machine, Worked};
use crate::{
    script::Step,
    transport::{Line, Listener},
};

/// Most bytes taken from the line at once.
const READ_MAX_BYTES: usize = 512;

/// Pause after a line that is sent away, in milliseconds: a serial line is there again at once.
const REFUSED_PAUSE_MS: u64 = 5;

/// The printer between its tasks.
#[derive(Debug)]
pub(super) struct Shared {
    machine: Mutex<Machine>,
    /// Something changed that may let the mechanism work.
    work: Notify,
    /// Something changed that the line must look at: replies, room, power.
    line: Notify,
}

impl Shared {
    pub fn new(machine: Machine) -> Self {
        Self { machine: Mutex::new(machine), work: Notify::new(), line: Notify::new() }
    }

    pub fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the printer from outside and wakes everybody.
    pub fn change(&self, change: impl FnOnce(&mut Machine)) {
        change(&mut self.machine());
        self.work.notify_one();
        self.line.notify_one();
    }
}

/// The mechanism: prints row after row.
pub(super) async fn mechanism(shared: Arc<Shared>) {
    loop {
        let (worked, slow_ms, due) = {
            let mut machine = shared.machine();
            machine.on_time();
            (machine.work(), machine.slow_ms, machine.due())
        };
        shared.line.notify_one();
        match worked {
            Worked::Idle => {
                let due = async {
                    match due {
                        Some(due) => sleep_until(due).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = shared.work.notified() => {}
                    () = due => {}
                }
            }
            Worked::Row if slow_ms > 0 => sleep(Duration::from_millis(slow_ms)).await,
            Worked::Row => tokio::task::yield_now().await,
        }
    }
}

/// How a line ended, and how long the printer cannot be reached then.
enum Ended {
    ByOther,
    Cut(Duration),
    Power(Duration),
}

/// Accepts one line after the other until stopped.
pub(super) async fn lines(shared: Arc<Shared>, mut listener: Listener) {
    loop {
        let line = match listener.accept().await {
            Ok(line) => line,
            Err(error) => {
                tracing::warn!(%error, "the simulated printer cannot be reached any more");
                return;
            }
        };
        if !shared.machine().powered {
            drop(line);
            sleep(Duration::from_millis(REFUSED_PAUSE_MS)).await;
            continue;
        }
        shared.machine().forget_replies();
        let ended = converse(&shared, line).await;
        match ended {
            Ended::ByOther => {}
            Ended::Cut(time) => refuse(&mut listener, time).await,
            Ended::Power(time) => {
                shared.change(Machine::power_off);
                refuse(&mut listener, time).await;
                shared.change(|machine| machine.powered = true);
            }
        }
    }
}

/// Whoever comes within this time is sent away.
async fn refuse(listener: &mut Listener, time: Duration) {
    let until = Instant::now() + time;
    while timeout_at(until, listener.accept()).await.is_ok() {
        sleep(Duration::from_millis(REFUSED_PAUSE_MS)).await;
    }
}

async fn converse(shared: &Shared, mut line: Line) -> Ended {
    loop {
        let room = shared.machine().room().min(READ_MAX_BYTES);
        let mut bytes = [0; READ_MAX_BYTES];
        tokio::select! {
            () = shared.line.notified() => {
                if !shared.machine().powered {
                    return Ended::ByOther;
                }
                if let Some(ended) = answer(shared, &mut line).await {
                    return ended;
                }
            }
            read = line.read(&mut bytes[..room]), if room > 0 => match read {
                Ok(0) | Err(_) => return Ended::ByOther,
                Ok(length) => shared.change(|machine| machine.receive(&bytes[..length])),
            },
        }
    }
}

/// Sends what the printer has to say, with what the fault script makes of it.
async fn answer(shared: &Shared, line: &mut Line) -> Option<Ended> {
    loop {
        let step = shared.machine().next_reply()?;
        match step {
            Step::Pass(bytes) => {
                if line.write_all(&bytes).await.is_err() {
                    return Some(Ended::ByOther);
                }
            }
            Step::Wait(time) => sleep(time).await,
            Step::Cut(time) => return Some(Ended::Cut(time)),
            Step::Power(time) => return Some(Ended::Power(time)),
            Step::Stall => {
                let mut unheard = [0; READ_MAX_BYTES];
                while line.read(&mut unheard).await.is_ok_and(|length| length > 0) {}
                return Some(Ended::ByOther);
            }
            Step::Truth(word) => shared.change(|machine| machine.truth(&word)),
        }
    }
}

/// Runs a part of the printer until it ends or the printer is stopped.
pub(super) async fn until_stopped(stop: CancellationToken, part: impl Future<Output = ()>) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = part => {}
    }
}
