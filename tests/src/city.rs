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
/// A second of the town's clock, in milliseconds.
const SECOND_MS: i64 = 1_000;
/// Sets the ids of a clerk who comes back apart from those of before.
const AGAIN_SERIES: u64 = 1;
/// Between two looks at a delivery, in milliseconds.
const LOOK_MS: u64 = 10;

/// Which city it is.
#[derive(Debug, Clone, Copy)]
pub struct City {
    /// Configuration of the centre: `[tenant]` and what else differs from the default.
    pub config_toml: &'static str,
    /// Set-up file.
    pub set_up_toml: &'static str,
}

/// The made-up city of one day.
pub const MIHON: City = City {
    config_toml: "[tenant]\nid = \"mihon\"\nname = \"見本市\"\n",
    set_up_toml: masters::DEMO_SET_UP_TOML,
};

/// Where a counter stands and who works there.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// 窓口, eight letters or more.
    pub id: &'a str,
    /// Staff code.
    pub operator: &'a str,
    /// TID of its payment terminal.
    pub terminal_id: &'a str,
    /// How long a card company's centre takes, in milliseconds.
    pub pace_ms: u64,
}

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
    city: City,
    first_login_link: Option<String>,
}

impl CentreHouse {
    /// Starts a centre on SQLite in `folder`, or on the database of an address, and sets the made-up city up.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn open(folder: &Path, database_url: Option<String>, clock: TownClock) -> Result<Self> {
        Self::open_city(folder, database_url, clock, MIHON).await
    }

    /// The same for any city.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn open_city(
        folder: &Path,
        database_url: Option<String>,
        clock: TownClock,
        city: City,
    ) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let folder = folder.join("centre");
        let mut house =
            Self { server: None, address, folder, database_url, clock, city, first_login_link: None };
        house.switch_on().await?;
        let set_up = set_up::read(city.set_up_toml)?;
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
        let overrides = Overrides {
            data_dir: Some(self.folder.clone()),
            database_url: self.database_url.clone().map(recon_server::config::DatabaseUrl),
            ..Overrides::default()
        };
        let server = Server::start(ServerOptions {
            config: ServerConfig::from_toml(self.city.config_toml, overrides)?,
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
        place: Place<'_>,
        clock: &TownClock,
    ) -> Result<Self> {
        let (terminal, printer) = machines(place, clock).await?;
        let agent =
            start_agent(centre, &folder.join(place.id), place, Purpose::Enrol, (&terminal, &printer), clock)
                .await?;
        let clerk = Clerk::new(agent.till().clone(), place.operator.parse()?, clock.clone(), series(place)?);
        Ok(Self { agent, terminal, terminal_id: place.terminal_id.to_owned(), printer, clerk })
    }

    /// The machine is replaced: the old agent stops for good, a new one starts in `folder` as the next incarnation, with the same
    /// terminal and printer.
    ///
    /// # Errors
    /// When the centre gives no code or the new agent does not start.
    pub async fn replaced(
        self,
        centre: &CentreHouse,
        folder: &Path,
        place: Place<'_>,
        clock: &TownClock,
    ) -> Result<Self> {
        let Self { agent, terminal, terminal_id, printer, clerk } = self;
        let clerk = clerk.leaves();
        agent.stop().await;
        let agent =
            start_agent(centre, folder, place, Purpose::Replace, (&terminal, &printer), clock).await?;
        let clerk = clerk.works_at(agent.till().clone());
        Ok(Self { agent, terminal, terminal_id, printer, clerk })
    }

    /// Starts the agent of a counter that was shut, from its folder, with fresh machines.
    ///
    /// # Errors
    /// When any of them does not start.
    pub async fn started_again(folder: &Path, place: Place<'_>, clock: &TownClock) -> Result<Self> {
        let (terminal, printer) = machines(place, clock).await?;
        let agent = run_agent(folder, place, (&terminal, &printer), clock).await?;
        let series = AGAIN_SERIES ^ series(place)?;
        let clerk = Clerk::new(agent.till().clone(), place.operator.parse()?, clock.clone(), series);
        Ok(Self { agent, terminal, terminal_id: place.terminal_id.to_owned(), printer, clerk })
    }

    /// Ends the day's work: the clerk goes, then the agent stops in order.
    pub async fn shut(self) {
        let Self { agent, clerk, .. } = self;
        // The clerk holds a way to the till; the till ends when nobody does.
        drop(clerk);
        agent.stop().await;
    }

    /// Waits for something that the centre sends.
    ///
    /// # Errors
    /// When it does not come within the bound; `what` says what was waited for.
    pub async fn hears(
        &mut self,
        clock: &TownClock,
        what: &str,
        shown: impl Fn(&domain::state::State) -> bool,
    ) -> Result<()> {
        for _ in 0..DELIVERY_MAX_MS / LOOK_MS {
            if shown(&self.clerk.state()) {
                return Ok(());
            }
            clock.advance_ms(SECOND_MS);
            self.clerk.second_passes().await?;
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        anyhow::bail!("waited in vain: {what}")
    }

    /// Waits until the centre has every entry.
    ///
    /// # Errors
    /// When it does not within the bound.
    pub async fn delivered(&mut self, clock: &TownClock) -> Result<()> {
        for _ in 0..DELIVERY_MAX_MS / LOOK_MS {
            if self.agent.till().current().undelivered() == 0 {
                return Ok(());
            }
            clock.advance_ms(i64::try_from(LOOK_MS)?);
            self.clerk.second_passes().await?;
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        anyhow::bail!("{} entries were not delivered", self.agent.till().current().undelivered())
    }
}

/// A terminal and a printer.
async fn machines(place: Place<'_>, clock: &TownClock) -> Result<(ZvtSimulator, EscPosSimulator)> {
    let terminal = ZvtSimulator::start(terminal_config(place), Arc::new(clock.clone())).await?;
    let printer = EscPosSimulator::start(&PrinterConfig { columns: 48, ..PrinterConfig::default() }).await?;
    Ok((terminal, printer))
}

/// What keeps the ids of two clerks apart.
fn series(place: Place<'_>) -> Result<u64> {
    Ok(u64::from_be_bytes(*place.id.as_bytes().first_chunk().context("an id of 8 letters or more")?))
}

/// Enrols an agent by a one-time code and starts it.
async fn start_agent(
    centre: &CentreHouse,
    folder: &Path,
    place: Place<'_>,
    purpose: Purpose,
    (terminal, printer): (&ZvtSimulator, &EscPosSimulator),
    clock: &TownClock,
) -> Result<Running> {
    std::fs::create_dir_all(folder)?;
    let server = centre.server()?;
    let counter: CounterId = place.id.parse()?;
    let code = make_code(server.state(), "demo", &counter, purpose).await?;
    let wire = HttpWire::new(server.url())?;
    enrol(&wire, server.url(), &code.code).await?.write(folder)?;
    run_agent(folder, place, (terminal, printer), clock).await
}

/// Starts the agent of a folder.
async fn run_agent(
    folder: &Path,
    place: Place<'_>,
    (terminal, printer): (&ZvtSimulator, &EscPosSimulator),
    clock: &TownClock,
) -> Result<Running> {
    let toml = agent_toml(folder, place.terminal_id, terminal, printer);
    let mut options = AgentOptions::new(pos_agent::config::Config::parse(&toml)?);
    options.clock = Arc::new(clock.clone());
    Ok(Agent::start(options).await?)
}

fn terminal_config(place: Place<'_>) -> TerminalConfig {
    TerminalConfig {
        terminal_id: place.terminal_id.to_owned(),
        pace: Duration::from_millis(place.pace_ms),
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
