//! A counter without machines, at the end of a line: what it takes in cash and by hand travels to a real centre.
//!
//! Invariant: the line's own rules (pauses, order) are the product's; waiting here only lets the town's clock go on.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use domain::{command::Command, event::Actor, id::CommandId};
use pos_agent::{
    agent::{Agent, Options, Running},
    config::{Config, JOURNAL_FILE},
    till::{Envelope, View},
    uplink::{enrol::enrol, http::HttpWire, plan::Alarm},
};
use recon_server::{
    Server,
    counters::{Purpose, make_code},
};
use uuid::Uuid;

use super::{bay, line::Line};
use crate::{clerk::Clerk, clock::TownClock};

/// The counter of the demo's city that is used, and who works there.
pub const COUNTER: &str = "shimin-1";
const OPERATOR: &str = "staff-21";
/// Longest wait for the line, in looks.
const LOOKS_MAX: u32 = 400;
/// Between two looks, in milliseconds.
const LOOK_MS: u64 = 25;
/// How far the town's clock goes on between two looks, in milliseconds.
const STEP_MS: i64 = 1_000;

/// A counter on a line.
pub struct Outpost {
    folder: PathBuf,
    clock: TownClock,
    agent: Running,
    /// Who works there.
    pub clerk: Clerk,
    alarms: Arc<Mutex<Vec<Alarm>>>,
}

impl Outpost {
    /// Enrols an agent in `folder` over a line, and starts it.
    ///
    /// # Errors
    /// When the centre does not grant it or the agent does not start.
    pub async fn enrol(
        centre: &Server,
        folder: &Path,
        line: &Line,
        purpose: Purpose,
        clock: &TownClock,
        series: u64,
    ) -> Result<Self> {
        let code = make_code(centre.state(), "test", &COUNTER.parse()?, purpose).await?;
        enrol(&HttpWire::new(&line.url())?, &line.url(), &code.code).await?.write(folder)?;
        Self::start(folder, clock, series).await
    }

    /// Starts the agent of a folder.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(folder: &Path, clock: &TownClock, series: u64) -> Result<Self> {
        let paper = folder.join("paper.bin");
        let toml = format!(
            r#"data_dir = {folder:?}
listen = "127.0.0.1:0"
[uplink]
inbox_interval_s = 1
back_off_max_s = 4
[[device]]
id = "printer"
role = "printer"
driver = "escpos"
transport = "file://{}"
"#,
            paper.display()
        );
        let options = Options { clock: Arc::new(clock.clone()), ..Options::new(Config::parse(&toml)?) };
        let agent = Agent::start(options).await?;
        let clerk = Clerk::new(agent.till().clone(), OPERATOR.parse()?, clock.clone(), series);
        let alarms = Arc::default();
        tokio::spawn(watch_alarms(agent.till().view(), Arc::clone(&alarms)));
        Ok(Self { folder: folder.to_owned(), clock: clock.clone(), agent, clerk, alarms })
    }

    /// The journal.
    #[must_use]
    pub fn journal_path(&self) -> PathBuf {
        self.folder.join(JOURNAL_FILE)
    }

    /// What the screen shows.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        self.agent.till().current()
    }

    /// Every alarm of the line so far, in order, each once in a row.
    #[must_use]
    pub fn alarms(&self) -> Vec<Alarm> {
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets time go on until the screen shows something.
    ///
    /// # Errors
    /// When it does not within the bound.
    pub async fn until(&self, what: &str, shown: impl Fn(&View) -> bool) -> Result<()> {
        for look in 0..LOOKS_MAX {
            if shown(&self.view()) {
                return Ok(());
            }
            self.clock.advance_ms(STEP_MS);
            // The line wakes when the till's view changes, as it does with every tick.
            let id = CommandId(Uuid::from_u128(
                u128::from(look) << 96 | u128::from(self.view().head.sequence_number.0),
            ));
            self.agent.till().submit(Envelope { actor: Actor::Agent, id, command: Command::Tick }).await?;
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        bail!("waited in vain: {what}; undelivered {}, {:?}", self.view().undelivered(), self.view().uplink)
    }

    /// Lets time go on until the centre has every entry.
    ///
    /// # Errors
    /// When it does not within the bound.
    pub async fn delivered(&self) -> Result<()> {
        self.until("the centre has everything", |view| view.undelivered() == 0).await
    }

    /// Stops the agent in order; its folder stays.
    ///
    /// # Errors
    /// When it does not stop within the bound.
    pub async fn stop(self) -> Result<PathBuf> {
        bay::stop(self.agent, self.clerk).await?;
        Ok(self.folder)
    }
}

async fn watch_alarms(mut view: tokio::sync::watch::Receiver<Arc<View>>, alarms: Arc<Mutex<Vec<Alarm>>>) {
    loop {
        if let Some(alarm) = view.borrow_and_update().uplink.alarm.clone() {
            let mut seen = alarms.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.last() != Some(&alarm) {
                seen.push(alarm);
            }
        }
        if view.changed().await.is_err() {
            return;
        }
    }
}

/// Copies a data folder at a moment in which nothing is written: what an image of the disk is.
///
/// # Errors
/// When it cannot be copied.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().context("a file name")?;
        std::fs::copy(&path, to.join(name))?;
    }
    Ok(())
}
