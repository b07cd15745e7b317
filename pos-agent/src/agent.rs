//! Puts the rooms together: store → till → devices, page, uplink, ticks. As a library, so that a whole town runs in one process.
//!
//! Invariants: the journal is folded and the start is journalled before a device or a page is served; clock and randomness are
//! handed in; a till that has stopped ends the agent ([`Running::ended`]).

mod rooms;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use domain::{
    command::Command,
    event::Actor,
    id::BootId,
    time::{Clock, Timestamp},
};
use tokio::{net::TcpListener, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::rooms::Rooms;
use crate::{
    config::{Config, ConfigError},
    edge::{Entropy, SystemClock, SystemEntropy},
    journal_store::{
        JournalStore,
        sqlite::{OpenError, SqliteStore},
    },
    till::{self, Core, CoreError, Envelope, Stopped, SubmitError, TillHandle},
    uplink::{
        grant::{Grant, GrantError},
        http::NotAServer,
    },
};

/// Version in the journal's start entries.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// How long tasks may take to end, in milliseconds; a terminal's order in flight gets two thirds of it.
const STOP_GRACE_MS: u64 = 15_000;
/// What an agent is started with.
pub struct Options {
    /// Configuration.
    pub config: Config,
    /// Wall clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and jitter.
    pub entropy: Arc<dyn Entropy>,
    /// The journal; the SQLite file of the data folder where none is given.
    pub store: Option<Box<dyn JournalStore>>,
    /// Tick once a second by the runtime's clock. The simulation posts its own ticks.
    pub ticks: bool,
}

impl Options {
    /// An agent of the real world.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            store: None,
            ticks: true,
        }
    }
}

/// Why an agent does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The journal's file.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The journal's content.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// The counter's key.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// The journal takes no entry.
    #[error("the start cannot be journalled: {0}")]
    Submit(#[from] SubmitError),
    /// The key belongs to another journal.
    #[error("the key in the data folder belongs to another counter or incarnation than the journal")]
    ForeignKey,
    /// The centre's address.
    #[error(transparent)]
    Server(#[from] NotAServer),
    /// The page's address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// Starts agents.
#[derive(Debug, Clone, Copy)]
pub struct Agent;

/// An agent that runs.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    till: TillHandle,
    stop: CancellationToken,
    tasks: TaskTracker,
    stopped: Stopped,
}

impl Agent {
    /// Starts an agent on the current runtime.
    ///
    /// # Errors
    /// When the configuration, the journal or the page's address cannot be used.
    pub async fn start(options: Options) -> Result<Running, StartError> {
        let Options { config, clock, entropy, store, ticks } = options;
        config.check()?;
        let store = match store {
            Some(store) => store,
            None => Box::new(SqliteStore::open(&config.journal_path())?),
        };
        let grant = Grant::read(&config.data_dir)?;
        let core = open(store, clock.now(), &*entropy, grant.as_ref())?;
        let listener = listen(config.listen).await?;
        let address = listener.local_addr().unwrap_or(config.listen);
        let (till, stopped) = till::start(core, Arc::clone(&clock))?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let rooms =
            Rooms { config, clock, entropy, till: till.clone(), stop: stop.clone(), tasks: tasks.clone() };
        rooms.devices()?;
        rooms.page(listener)?;
        if let Some(grant) = grant {
            rooms.uplink(&grant)?;
        }
        if ticks {
            rooms.ticks();
        }
        tasks.close();
        Ok(Running { address, till, stop, tasks, stopped })
    }
}

/// Folds the journal, journals an enrolment that was granted and not yet written, and journals the start.
fn open(
    store: Box<dyn JournalStore>,
    now: Timestamp,
    entropy: &dyn Entropy,
    grant: Option<&Grant>,
) -> Result<Core<Box<dyn JournalStore>>, StartError> {
    let mut core = Core::open(store, BootId(entropy.uuid()))?;
    let submit = |core: &mut Core<_>, command| {
        let envelope = Envelope { actor: Actor::Agent, id: entropy.command_id(), command };
        core.handle(now, envelope)?.answer.map_err(StartError::from)
    };
    if let (None, Some(grant)) = (core.journal(), grant) {
        submit(&mut core, grant.enrol_command())?;
    }
    if let (Some(journal), Some(grant)) = (core.journal(), grant) {
        let granted = (&grant.reply.tenant, &grant.reply.counter, grant.reply.incarnation);
        if granted != (&journal.tenant, &journal.counter, journal.incarnation) {
            return Err(StartError::ForeignKey);
        }
    }
    if core.journal().is_some() {
        submit(&mut core, Command::Start { version: VERSION.to_owned() })?;
    }
    Ok(core)
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

impl Running {
    /// Where the clerk's page is.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The till.
    #[must_use]
    pub const fn till(&self) -> &TillHandle {
        &self.till
    }

    /// Resolves when the till has ended by itself, with the sentence for the clerk.
    pub async fn ended(&mut self) -> Option<String> {
        (&mut self.stopped).await.unwrap_or(None)
    }

    /// Stops devices, page and uplink; what is in a device's hands is brought to its end. The till still answers.
    pub async fn stop_tasks(&self) {
        self.stop.cancel();
        let grace = Duration::from_millis(STOP_GRACE_MS);
        if timeout(grace, self.tasks.wait()).await.is_err() {
            tracing::warn!("some tasks did not end in time; the journal says where they stood");
        }
    }

    /// Stops in order: [`Running::stop_tasks`], then the till, which gives its files back.
    pub async fn stop(self) {
        self.stop_tasks().await;
        // The last handle goes here; the till's thread ends and gives its files back.
        drop(self.till);
        let _ = self.stopped.await;
    }
}
