//! A counter with its machines: a data folder, a payment terminal, a receipt printer, and the agent between them.
//!
//! Invariants: terminal and printer live as long as the bay, whatever becomes of the agent, and keep their own books; deadlines are
//! short because the configuration says so.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result};
use domain::{
    command::Command,
    event::Actor,
    id::{BootId, CommandId, Incarnation},
    time::{Clock, Timestamp},
};
use drivers::{
    escpos::simulator::{EscPosSimulator, SimulatorConfig as PrinterConfig},
    script::Script,
    zvt::simulator::{Listen, SimulatorConfig as TerminalConfig, ZvtSimulator},
};
use pos_agent::{
    agent::{Agent, Options, Running},
    config::{Config, JOURNAL_FILE},
    journal_store::sqlite::SqliteStore,
    till::{Core, Envelope},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{clerk::Clerk, clock::TownClock, masters};

/// Who works at the bay.
pub const OPERATOR: &str = "staff-1";
/// Longest wait for an orderly stop, in milliseconds.
const STOP_MAX_MS: u64 = 20_000;
/// File name of the configuration in the bay's folder.
const CONFIG_FILE: &str = "pos-agent.toml";

/// What a bay is made of.
pub struct Plan {
    /// The payment terminal.
    pub terminal: TerminalConfig,
    /// What the terminal does wrong, from its first message on.
    pub terminal_script: Script,
    /// What the printer does wrong.
    pub printer_script: Script,
    /// How long a print job waits for a person, in milliseconds.
    pub attention_ms: u64,
}

impl Default for Plan {
    /// Quick machines without faults, on TCP.
    fn default() -> Self {
        let terminal = TerminalConfig {
            pace: Duration::from_millis(20),
            card_wait: Duration::from_millis(300),
            ack_wait: Duration::from_millis(300),
            ..TerminalConfig::loopback()
        };
        Self {
            terminal,
            terminal_script: Script::none(),
            printer_script: Script::none(),
            attention_ms: 20_000,
        }
    }
}

impl Plan {
    /// The same with the terminal on a serial line, which is a pseudo-terminal.
    #[cfg(unix)]
    #[must_use]
    pub fn on_a_serial_line() -> Self {
        let plan = Self::default();
        Self { terminal: TerminalConfig { listen: Listen::Pty, ..plan.terminal }, ..plan }
    }
}

/// A counter and its machines.
pub struct Bay {
    folder: TempDir,
    /// The payment terminal with its own book.
    pub terminal: ZvtSimulator,
    /// The printer with its paper.
    pub printer: EscPosSimulator,
}

impl Bay {
    /// Starts the machines and writes the agent's configuration; the agent is not started.
    ///
    /// # Errors
    /// When a machine cannot listen or the folder cannot be written.
    pub async fn build(plan: Plan, clock: Arc<dyn Clock>) -> Result<Self> {
        let terminal = ZvtSimulator::start(plan.terminal, clock).await?;
        terminal.load_script(&plan.terminal_script);
        let printer = PrinterConfig { script: plan.printer_script, ..PrinterConfig::default() };
        let printer = EscPosSimulator::start(&printer).await?;
        let bay = Self { folder: tempfile::tempdir()?, terminal, printer };
        std::fs::write(bay.config_path(), bay.config_toml(plan.attention_ms))?;
        Ok(bay)
    }

    /// The agent's configuration.
    #[must_use]
    pub fn config_path(&self) -> PathBuf {
        self.folder.path().join(CONFIG_FILE)
    }

    /// The journal.
    #[must_use]
    pub fn journal_path(&self) -> PathBuf {
        self.folder.path().join(JOURNAL_FILE)
    }

    fn config_toml(&self, attention_ms: u64) -> String {
        let folder = self.folder.path();
        let (terminal, printer) = (self.terminal.address(), self.printer.address());
        format!(
            r#"data_dir = {folder:?}
listen = "127.0.0.1:0"
log = {{ filter = "warn" }}

[[device]]
id = "terminal"
role = "cat"
driver = "zvt"
transport = "{terminal}"
password = "123456"
terminal_id = "12345678"
connect_ms = 2000
reply_ms = 700
idle_ms = 1500
hard_ms = 8000
block_ms = 400
late_result_ms = 400

[[device]]
id = "printer"
role = "printer"
driver = "escpos"
transport = "{printer}"
columns = 42
connect_ms = 2000
write_ms = 1000
answer_ms = 1000
process_id_ms = 500
row_ms = 1
attention_ms = {attention_ms}
"#
        )
    }

    /// Writes the enrolment into the journal, as the centre's grant would.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn enrol(&self, now: Timestamp) -> Result<()> {
        enrol(&self.journal_path(), now)
    }

    /// Starts the real agent in this process and puts a clerk before it.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&self, clock: &TownClock, series: u64) -> Result<(Running, Clerk)> {
        let options =
            Options { clock: Arc::new(clock.clone()), ..Options::new(Config::read(&self.config_path())?) };
        let agent = Agent::start(options).await?;
        let clerk = Clerk::new(agent.till().clone(), OPERATOR.parse()?, clock.clone(), series);
        Ok((agent, clerk))
    }
}

/// Stops an agent in order. The clerk goes first: the till ends when nobody holds it any more.
///
/// # Errors
/// When it does not stop within the bound.
pub async fn stop(agent: Running, clerk: Clerk) -> Result<()> {
    drop(clerk);
    tokio::time::timeout(Duration::from_millis(STOP_MAX_MS), agent.stop())
        .await
        .context("the agent does not stop")
}

fn enrol(journal: &Path, now: Timestamp) -> Result<()> {
    let profile = masters::simulated_counter(1)?;
    let command = Command::Enrol {
        tenant: "t1".parse()?,
        counter: profile.counter.clone(),
        incarnation: Incarnation(1),
        profile,
        first_receipt: 1,
    };
    let mut core = Core::open(SqliteStore::open(journal)?, BootId(Uuid::from_u128(1)))?;
    let envelope = Envelope { actor: Actor::Agent, id: CommandId(Uuid::from_u128(1)), command };
    core.handle(now, envelope)?.answer.map(drop).map_err(Into::into)
}
