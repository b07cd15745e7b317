//! What the centre granted at the enrolment, in a file of its own beside the journal. It holds the counter's key.
//!
//! Invariants: readable by its owner only; never in the journal, never in a log; written whole and synced before the journal's
//! first entry, so that a cut between the two loses nothing.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use domain::command::Command;
use journal::{signature::CounterKey, wire::EnrolReply};
use serde::{Deserialize, Serialize};

/// Name of the file in the data folder.
pub const GRANT_FILE: &str = "counter.key";
/// Longest file, in bytes: a profile with its price lists.
const GRANT_LENGTH_MAX_BYTES: u64 = 4 << 20;

/// The centre's address and what it granted.
#[derive(Clone, Serialize, Deserialize)]
pub struct Grant {
    /// Base address of the centre.
    pub server: String,
    /// What it granted.
    pub reply: EnrolReply,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grant({} at {})", self.reply.key_id, self.server)
    }
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The disk does not give or take it.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is damaged.
    #[error("{0} is damaged; enrol the counter again")]
    Damaged(PathBuf),
}

impl Grant {
    /// The key of the signatures.
    #[must_use]
    pub fn key(&self) -> Option<CounterKey> {
        CounterKey::from_base64(&self.reply.key)
    }

    /// The journal's first command.
    #[must_use]
    pub fn enrol_command(&self) -> Command {
        Command::Enrol {
            tenant: self.reply.tenant.clone(),
            counter: self.reply.counter.clone(),
            incarnation: self.reply.incarnation,
            profile: self.reply.profile.clone(),
            first_receipt: self.reply.first_receipt,
        }
    }

    /// Reads the file of a data folder; none before the enrolment.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn read(folder: &Path) -> Result<Option<Self>, GrantError> {
        let path = folder.join(GRANT_FILE);
        let failed = |source| GrantError::Io { path: path.clone(), source };
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            Ok(found) if found.len() > GRANT_LENGTH_MAX_BYTES => return Err(GrantError::Damaged(path)),
            Ok(_) => {}
        }
        let text = fs::read(&path).map_err(failed)?;
        let grant: Self = serde_json::from_slice(&text).map_err(|_| GrantError::Damaged(path.clone()))?;
        if grant.key().is_none() { Err(GrantError::Damaged(path)) } else { Ok(Some(grant)) }
    }

    /// Writes the file whole: beside, synced, then renamed.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn write(&self, folder: &Path) -> Result<(), GrantError> {
        let path = folder.join(GRANT_FILE);
        let beside = path.with_extension("key.new");
        let failed = |source| GrantError::Io { path: path.clone(), source };
        let text = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
        fs::create_dir_all(folder).map_err(failed)?;
        let mut file = private_file(&beside).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&beside, &path).map_err(failed)?;
        sync_folder(folder).map_err(failed)
    }
}

/// A new file that only its owner can read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a rename durable where folders can be synced.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
