//! Reads the raw inputs of a bundle once more, in an empty store of its own, by the same code as the centre.
//!
//! Invariants: nothing is taken over but raw bytes and settings; files come in at the times and in the order of their receipts, so that
//! numbers and revisions are the same; the store lies in a private temporary folder and is gone afterwards. Not here: what is compared
//! ([`super::check`]).

mod fill;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use domain::{
    id::TenantId,
    time::{CivilDate, Clock, Timestamp},
};

use super::{
    Inputs,
    folder::{self, Folder, FolderError},
    inputs::FileLine,
    outputs::outcome_bytes,
    settings::{PROFILE_KINDS, Settings},
};
use crate::{
    app::{AppState, Parts},
    config::{Config, ConfigError, Overrides},
    jobs::{JobError, import::PROFILES_FOLDER, reconcile},
    keys::MasterKey,
    random::SystemRandom,
};

/// Receipts of files read at a time.
const FILES_PAGE: u32 = 500;

/// The inputs cannot be read once more.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A job failed.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The folder cannot be read.
    #[error("read the bundle")]
    Folder(#[from] FolderError),
    /// The temporary store cannot be had.
    #[error("make a temporary store")]
    Temporary(#[from] std::io::Error),
    /// The configuration of the temporary store.
    #[error("configure a temporary store")]
    Config(#[from] ConfigError),
    /// An input is none that this program can take.
    #[error("{0}")]
    Input(String),
}

impl From<store::StoreError> for ReplayError {
    fn from(error: store::StoreError) -> Self {
        Self::Job(error.into())
    }
}

/// Stands where it is set.
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A centre in a temporary folder that holds what a bundle says.
pub struct Replay {
    state: AppState,
    clock: Arc<SetClock>,
    settings: Settings,
    _folder: tempfile::TempDir,
}

impl Replay {
    /// Takes in everything that the bundle holds, as of the moment at which its result was made.
    pub async fn of(folder: &Folder, inputs: &Inputs, at: Timestamp) -> Result<Self, ReplayError> {
        let settings = folder.read(folder::SETTINGS)?.unwrap_or_default();
        let settings: Settings =
            serde_json::from_slice(&settings).map_err(|error| ReplayError::Input(error.to_string()))?;
        let files = folder.read(folder::FILES)?.unwrap_or_default();
        let files: Vec<FileLine> =
            serde_json::from_slice(&files).map_err(|error| ReplayError::Input(error.to_string()))?;
        let replay = Self::empty(settings, at).await?;
        replay.put_settings().await?;
        for counter in &replay.settings.counters {
            replay.put_counter(folder, inputs, counter).await?;
        }
        replay.put_aside().await?;
        replay.put_refunds().await?;
        replay.put_controls().await?;
        for line in &files {
            replay.put_file(folder, line).await?;
        }
        replay.clock.0.store(at.as_micros(), Ordering::SeqCst);
        Ok(replay)
    }

    async fn empty(settings: Settings, at: Timestamp) -> Result<Self, ReplayError> {
        let folder = tempfile::Builder::new().prefix("recon-replay-").tempdir()?;
        let overrides = Overrides {
            data_dir: Some(folder.path().to_owned()),
            tenant: Some(settings.tenant.clone()),
            ..Overrides::default()
        };
        let mut config = Config::from_toml("", overrides)?;
        config.tenant.name.clone_from(&settings.tenant_name);
        let profiles = folder.path().join(PROFILES_FOLDER);
        std::fs::create_dir_all(&profiles)?;
        for profile in &settings.profiles {
            // Only the folders of the kinds, whatever a bundle's text says.
            let kind = profile.file.split_once('/').map_or("", |(kind, _)| kind);
            let name = std::path::Path::new(&profile.file).file_name().unwrap_or_default();
            if PROFILE_KINDS.contains(&kind) {
                std::fs::create_dir_all(profiles.join(kind))?;
                std::fs::write(profiles.join(kind).join(name), &profile.text)?;
            }
        }
        let clock = Arc::new(SetClock(AtomicI64::new(at.as_micros())));
        let parts = Parts {
            store: store_sqlite::open(&folder.path().join("replay.db")).await?,
            clock: clock.clone(),
            random: Arc::new(SystemRandom),
            config,
            // Nobody signs anything here: entries come as frozen bytes.
            master_key: MasterKey::new([0; 32]),
        };
        let state = AppState::new(parts, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        Ok(Self { state, clock, settings, _folder: folder })
    }

    /// The centre.
    pub const fn state(&self) -> &AppState {
        &self.state
    }

    fn tenant(&self) -> &TenantId {
        self.state.tenant()
    }

    /// Digest of the facts, and the result as bytes.
    pub async fn outcome(&self, as_of: CivilDate) -> Result<(String, Vec<u8>), JobError> {
        let (facts_sha256, outcome) = reconcile::once_more(&self.state, as_of).await?;
        Ok((facts_sha256, outcome_bytes(&outcome)?))
    }

    /// The receipts that the inputs gave this time.
    pub async fn files(&self) -> Result<Vec<FileLine>, JobError> {
        let mut unit = self.state.store.snapshot().await?;
        let (mut lines, mut before) = (Vec::new(), None);
        loop {
            let page = unit.files(self.tenant(), before, FILES_PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.file);
            lines.extend(page.iter().map(FileLine::of));
        }
        lines.reverse();
        Ok(lines)
    }
}
