//! The city of the demo and of the browser tests: one centre, two counters with their machines, all in this process, over real
//! sockets and real files.
//!
//! Invariant: the programs are the real ones, started through the same doors as their binaries; only clock, machines and the outside
//! world are simulated.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result};
use domain::{id::CounterId, time::Timestamp};
use drivers::{
    escpos::simulator::{EscPosSimulator, SimulatorConfig as PrinterConfig},
    zvt::simulator::{SimulatorConfig as TerminalConfig, ZvtSimulator},
};
use pos_agent::{
    agent::{Agent, Options as AgentOptions, Running},
    uplink::{enrol::enrol, http::HttpWire},
};
use recon_server::{
    Options as ServerOptions, Server,
    config::{Config as ServerConfig, Overrides},
    counters::{Purpose, make_code},
    random::SystemRandom,
    set_up,
};
use tokio::net::TcpListener;

use crate::{clerk::Clerk, clock::TownClock, masters};

/// Longest wait for a delivery, in milliseconds of real time.
const DELIVERY_MAX_MS: u64 = 20_000;
/// Between two looks at a delivery, in milliseconds.
const LOOK_MS: u64 = 50;

/// A counter and its machines.
pub struct Counter {
    /// The agent.
    pub agent: Running,
    /// Its payment terminal.
    pub terminal: ZvtSimulator,
    /// TID of the terminal.
    pub terminal_id: String,
    /// Its printer.
    pub printer: EscPosSimulator,
    /// Who works there.
    pub clerk: Clerk,
}

/// The centre, which can be switched off and on again.
pub struct CentreHouse {
    server: Option<Server>,
    address: SocketAddr,
    folder: PathBuf,
    database_url: Option<String>,
    clock: TownClock,
    first_login_link: Option<String>,
}

impl CentreHouse {
    /// Starts a centre on SQLite in `folder`, or on the database of an address, and sets the demo's city up.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn open(folder: &Path, database_url: Option<String>, clock: TownClock) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let folder = folder.join("centre");
        let mut house = Self { server: None, address, folder, database_url, clock, first_login_link: None };
        house.switch_on().await?;
        let set_up = set_up::read(masters::DEMO_SET_UP_TOML)?;
        set_up::apply(house.server()?.state(), &set_up, "set-up").await?;
        Ok(house)
    }

    /// The running server.
    ///
    /// # Errors
    /// While it is switched off.
    pub fn server(&self) -> Result<&Server> {
        self.server.as_ref().context("the centre is switched off")
    }

    /// The link of the first administrator, while there is none.
    #[must_use]
    pub fn first_login_link(&self) -> Option<&str> {
        self.first_login_link.as_deref()
    }

    /// Stops the server; its files stay.
    ///
    /// # Errors
    /// When requests do not end.
    pub async fn switch_off(&mut self) -> Result<()> {
        match self.server.take() {
            Some(server) => Ok(server.stop().await?),
            None => Ok(()),
        }
    }

    /// Starts the server at the address that it had before.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn switch_on(&mut self) -> Result<()> {
        let listener = TcpListener::bind(self.address).await?;
        self.address = listener.local_addr()?;
        let toml = "[tenant]\nid = \"mihon\"\nname = \"見本市\"\n";
        let overrides = Overrides {
            data_dir: Some(self.folder.clone()),
            database_url: self.database_url.clone().map(recon_server::config::DatabaseUrl),
            ..Overrides::default()
        };
        let server = Server::start(ServerOptions {
            config: ServerConfig::from_toml(toml, overrides)?,
            listener,
            clock: Arc::new(self.clock.clone()),
            random: Arc::new(SystemRandom),
        })
        .await?;
        self.first_login_link = server.first_login_link().map(str::to_owned).or(self.first_login_link.take());
        self.server = Some(server);
        Ok(())
    }
}

impl Counter {
    /// Enrols a counter at the centre and starts its agent with a terminal and a printer of its own.
    ///
    /// # Errors
    /// When any of them does not start.
    pub async fn open(
        centre: &CentreHouse,
        folder: &Path,
        id: &str,
        operator: &str,
        terminal_id: &str,
        clock: &TownClock,
    ) -> Result<Self> {
        let terminal = ZvtSimulator::start(terminal_config(terminal_id), Arc::new(clock.clone())).await?;
        let printer =
            EscPosSimulator::start(&PrinterConfig { columns: 48, ..PrinterConfig::default() }).await?;
        let folder = folder.join(id);
        std::fs::create_dir_all(&folder)?;
        let server = centre.server()?;
        let counter: CounterId = id.parse()?;
        let code = make_code(server.state(), "demo", &counter, Purpose::Enrol).await?;
        let wire = HttpWire::new(server.url())?;
        enrol(&wire, server.url(), &code.code).await?.write(&folder)?;
        let toml = agent_toml(&folder, terminal_id, &terminal, &printer);
        let mut options = AgentOptions::new(pos_agent::config::Config::parse(&toml)?);
        options.clock = Arc::new(clock.clone());
        let agent = Agent::start(options).await?;
        let series = u64::from_be_bytes(*id.as_bytes().first_chunk().context("an id of 8 letters or more")?);
        let clerk = Clerk::new(agent.till().clone(), operator.parse()?, clock.clone(), series);
        Ok(Self { agent, terminal, terminal_id: terminal_id.to_owned(), printer, clerk })
    }

    /// Ends the day's work: the clerk goes, then the agent stops in order.
    pub async fn shut(self) {
        let Self { agent, clerk, .. } = self;
        // The clerk holds a way to the till; the till ends when nobody does.
        drop(clerk);
        agent.stop().await;
    }

    /// Waits until the centre has every entry.
    ///
    /// # Errors
    /// When it does not within the bound.
    pub async fn delivered(&self, clock: &TownClock) -> Result<()> {
        for _ in 0..DELIVERY_MAX_MS / LOOK_MS {
            if self.agent.till().current().undelivered() == 0 {
                return Ok(());
            }
            clock.advance_ms(i64::try_from(LOOK_MS)?);
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        anyhow::bail!("{} entries were not delivered", self.agent.till().current().undelivered())
    }
}

fn terminal_config(terminal_id: &str) -> TerminalConfig {
    TerminalConfig {
        terminal_id: terminal_id.to_owned(),
        pace: Duration::from_millis(60),
        ack_wait: Duration::from_millis(1_500),
        ..TerminalConfig::loopback()
    }
}

fn agent_toml(
    folder: &Path,
    terminal_id: &str,
    terminal: &ZvtSimulator,
    printer: &EscPosSimulator,
) -> String {
    let (terminal, printer) = (terminal.address(), printer.address());
    format!(
        r#"data_dir = {folder:?}
listen = "127.0.0.1:0"
[uplink]
inbox_interval_s = 2
back_off_max_s = 2
[[device]]
id = "terminal"
role = "cat"
driver = "zvt"
transport = "{terminal}"
terminal_id = "{terminal_id}"
[[device]]
id = "printer"
role = "printer"
driver = "escpos"
transport = "{printer}"
"#
    )
}

/// A moment of 31 July 2026, Japan.
///
/// # Errors
/// Never for a time of day.
pub fn on_the_day(hour: i8, minute: i8) -> Result<Timestamp> {
    Timestamp::from_jst("2026-07-31".parse()?, hour, minute, 0).context("a time of day")
}
