//! The master key in its file, and the counter keys derived from it (DESIGN 5).
//!
//! Invariants: the master key lies in a file of its own, made with mode 0600 at the first start, never in the database and never
//! in `Debug`; a counter's key is HKDF-SHA256 (RFC 5869) of it with `tenant/counter/incarnation` as info, so that a new
//! incarnation has a new key without anything being stored.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use domain::id::{CounterId, Incarnation, TenantId};
use hkdf::Hkdf;
use journal::{chain::JournalId, signature::CounterKey};
use sha2::{Digest, Sha256};

use crate::random::{self, Random, RandomError};

/// Length of the master key, in bytes.
const MASTER_KEY_LENGTH_BYTES: usize = 32;

/// The key from which every counter key is derived.
#[derive(Clone)]
pub struct MasterKey([u8; MASTER_KEY_LENGTH_BYTES]);

/// The master key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("master key file {path}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file holds something else.
    #[error("master key file {path} does not hold 64 hex digits", path = .0.display())]
    Shape(PathBuf),
    /// No bytes for a new key.
    #[error("make a master key")]
    Random(#[from] RandomError),
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// A key of 32 bytes, for servers that live in a test.
    #[must_use]
    pub const fn new(bytes: [u8; MASTER_KEY_LENGTH_BYTES]) -> Self {
        Self(bytes)
    }

    /// Reads the key file; makes it (mode 0600) where there is none.
    ///
    /// # Errors
    /// When the file cannot be read, made, or does not hold a key.
    pub fn open(path: &Path, random: &dyn Random) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        match fs::read_to_string(path) {
            Ok(text) => {
                let mut key = [0; MASTER_KEY_LENGTH_BYTES];
                hex::decode_to_slice(text.trim(), &mut key).map_err(|_| KeyError::Shape(path.to_owned()))?;
                Ok(Self(key))
            }
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                let key = Self(random::bytes(random)?);
                key.write_new(path).map_err(failed)?;
                Ok(key)
            }
            Err(source) => Err(failed(source)),
        }
    }

    fn write_new(&self, path: &Path) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        writeln!(file, "{}", hex::encode(self.0))?;
        file.sync_all()
    }

    /// The key of one incarnation of a counter.
    #[must_use]
    pub fn counter_key(&self, id: &JournalId) -> CounterKey {
        let mut key = [0; 32];
        let expanded = Hkdf::<Sha256>::new(None, &self.0).expand(key_id(id).as_bytes(), &mut key);
        debug_assert!(expanded.is_ok(), "32 bytes are within HKDF's bound of 255 blocks");
        CounterKey::new(key)
    }
}

/// `keyid` of a counter's signatures: `tenant/counter/incarnation`.
#[must_use]
pub fn key_id(id: &JournalId) -> String {
    format!("{}/{}/{}", id.tenant, id.counter, id.incarnation.0)
}

/// The journal that a `keyid` names, if it can name one.
#[must_use]
pub fn journal_of_key_id(text: &str) -> Option<JournalId> {
    let [tenant, counter, incarnation] = text.split('/').collect::<Vec<_>>()[..] else { return None };
    Some(JournalId {
        tenant: tenant.parse::<TenantId>().ok()?,
        counter: counter.parse::<CounterId>().ok()?,
        incarnation: Incarnation(incarnation.parse().ok()?),
    })
}

/// SHA-256 of a secret that was said once (codes, links, session tokens): only this is stored.
#[must_use]
pub fn secret_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn the_key_file_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let made = MasterKey::open(&path, &SystemRandom).unwrap();
        let read = MasterKey::open(&path, &SystemRandom).unwrap();
        assert_eq!(made.0, read.0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "short").unwrap();
        assert!(matches!(MasterKey::open(&path, &SystemRandom), Err(KeyError::Shape(_))));
    }

    #[test]
    fn each_incarnation_has_a_key_of_its_own() {
        let master = MasterKey::new([7; 32]);
        let id = |text: &str| journal_of_key_id(text).unwrap();
        let first = master.counter_key(&id("t1/m1/1"));
        assert_eq!(first, master.counter_key(&id("t1/m1/1")));
        for other in ["t1/m1/2", "t1/m2/1", "t2/m1/1"] {
            assert_ne!(first, master.counter_key(&id(other)), "{other}");
        }
        for bad in ["", "t1/m1", "t1/m1/1/1", "t1/m1/x", "t 1/m1/1"] {
            assert_eq!(journal_of_key_id(bad), None, "{bad}");
        }
    }
}
