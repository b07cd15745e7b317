//! A receipt printer in software: it takes ESC/POS bytes on a line, prints on paper that a test can read, and fails on request.
//!
//! What always holds: it reads the bytes in its own way and shares no code with the driver's `frame.rs`, `command.rs` or
//! `layout.rs`; what it printed stays printed; its real-time commands work inside data, as on a real printer.
//! Fault scripts (`devices.md` 5) take hold of what it sends (`tx`) and of its states `line` (a row was printed) and `cut`; an attempt
//! begins with each `1B 40`; what it
//! receives has no messages, so `rx` finds nothing. Words for `truth`: `paper_end`, `paper_loaded`, `near_end`, `cover_open`, `cover_closed`,
//! `busy` (XOFF, and nothing is taken), `ready` (XON).
//! Deliberately not here: dots, fonts, darkness and the speed of a real mechanism.

mod dots;
mod head;
mod interpret;
mod machine;
mod paper;
mod realtime;
mod sensors;
mod serve;
mod symbol;

use std::sync::Arc;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::{
    machine::BUFFER_MAX_BYTES,
    paper::{PAPERS_MAX, Paper, ROWS_MAX},
};
use self::{machine::Machine, serve::Shared};
use crate::{
    script::{Engine, Script},
    transport::{Listener, SerialDefaults, Transport, TransportError},
};

/// What kind of printer it is.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Where it waits; port 0 lets the system choose.
    pub listen: Transport,
    /// Width of its paper in half-width characters.
    pub columns: u8,
    /// What goes wrong, and when.
    pub script: Script,
}

impl Default for SimulatorConfig {
    /// A printer without faults, 42 columns wide, on loopback.
    fn default() -> Self {
        let listen = Transport::Tcp { host: "127.0.0.1".to_owned(), port: 0 };
        Self { listen, columns: 42, script: Script::none() }
    }
}

/// A running printer. Dropping it switches it off for good.
#[derive(Debug)]
pub struct EscPosSimulator {
    shared: Arc<Shared>,
    address: Transport,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl EscPosSimulator {
    /// Starts a printer at the configured place.
    ///
    /// # Errors
    /// When nothing can wait there.
    pub async fn start(config: &SimulatorConfig) -> Result<Self, TransportError> {
        let listener = Listener::bind(&config.listen, SerialDefaults::PLAIN).await?;
        Ok(Self::start_on(listener, config))
    }

    /// Starts a printer behind a listener that is already open (a pseudo-terminal, say).
    #[must_use]
    pub fn start_on(listener: Listener, config: &SimulatorConfig) -> Self {
        let machine = Machine::new(usize::from(config.columns), Engine::new(&config.script));
        let shared = Arc::new(Shared::new(machine));
        let (address, stop, tasks) =
            (listener.address().clone(), CancellationToken::new(), TaskTracker::new());
        let mechanism = serve::mechanism(Arc::clone(&shared));
        let lines = serve::lines(Arc::clone(&shared), listener);
        tasks.spawn(serve::until_stopped(stop.clone(), mechanism));
        tasks.spawn(serve::until_stopped(stop.clone(), lines));
        tasks.close();
        Self { shared, address, stop, tasks }
    }

    /// Where a driver finds it.
    #[must_use]
    pub fn address(&self) -> Transport {
        self.address.clone()
    }

    /// The receipts that were cut off, oldest first.
    #[must_use]
    pub fn papers(&self) -> Vec<Paper> {
        self.shared.machine().roll.cut_off.clone()
    }

    /// What is printed and not cut off yet.
    #[must_use]
    pub fn hanging(&self) -> Paper {
        self.shared.machine().roll.hanging.clone()
    }

    /// How often the drawer opened, for any reason.
    #[must_use]
    pub fn drawer_kicks(&self) -> u32 {
        self.shared.machine().kicks
    }

    /// How many received bytes began no command that it knows.
    #[must_use]
    pub fn unknown_bytes(&self) -> u32 {
        self.shared.machine().unknown_bytes
    }

    /// The paper will end when so many more rows are printed.
    pub fn paper_end_after_lines(&self, lines: u32) {
        self.shared.change(|machine| machine.paper_end_in_lines = Some(lines.max(1)));
    }

    /// Takes the paper out now.
    pub fn take_paper(&self) {
        self.shared.change(|machine| machine.sense(|sensors| sensors.paper_end = true));
    }

    /// Puts a new roll in.
    pub fn reload_paper(&self) {
        self.shared.change(|machine| {
            machine.sense(|sensors| {
                sensors.paper_end = false;
                sensors.near_end = false;
            });
        });
    }

    /// The roll is nearly at its end, or not.
    pub fn near_end(&self, near: bool) {
        self.shared.change(|machine| machine.sense(|sensors| sensors.near_end = near));
    }

    /// Sends XOFF and takes nothing more, or sends XON and goes on.
    pub fn busy(&self, busy: bool) {
        self.shared.change(|machine| machine.hold(busy));
    }

    /// Opens or closes the cover.
    pub fn cover(&self, open: bool) {
        self.shared.change(|machine| machine.sense(|sensors| sensors.cover_open = open));
    }

    /// The cutter will jam at the next cut.
    pub fn jam_cutter(&self) {
        self.shared.change(|machine| machine.cutter_jams_next = true);
    }

    /// Frees the cutter; the cut is made then.
    pub fn free_cutter(&self) {
        self.shared.change(|machine| machine.sense(|sensors| sensors.cutter_jam = false));
    }

    /// Each row will take this long, in milliseconds.
    pub fn slow_ms(&self, ms: u64) {
        self.shared.change(|machine| machine.slow_ms = ms);
    }

    /// Power will fail at the next process id: all is printed, nothing is answered. It stays off until [`Self::power_on`].
    pub fn power_cut_before_process_id(&self) {
        self.shared.change(|machine| machine.power_cut_before_id = true);
    }

    /// Switches the printer off: buffer, modes and automatic status are gone, lines are closed at once.
    pub fn power_off(&self) {
        self.shared.change(Machine::power_off);
    }

    /// Switches the printer on again, with factory modes.
    pub fn power_on(&self) {
        self.shared.change(|machine| machine.powered = true);
    }

    /// Stops the printer and waits until its tasks have ended.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

impl Drop for EscPosSimulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
