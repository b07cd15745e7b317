//! Opens what a server or a command needs: data folder, store, master key.
//!
//! Invariant: the kind of store is chosen here, by the scheme of its address, and nowhere else.

use std::{
    fs::DirBuilder,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::time::Clock;
use store::{Store, StoreError};

use crate::{
    app::Parts,
    config::{Config, DatabaseUrl},
    keys::{KeyError, MasterKey},
    random::Random,
};

/// The centre could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be made.
    #[error("make the data folder {path}", path = path.display())]
    DataDir {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// An address of another kind.
    #[error("database address must begin with sqlite: or postgres:, not {0:?}")]
    Scheme(DatabaseUrl),
    /// The store cannot be opened or brought up to date.
    #[error("open the store")]
    Store(#[from] StoreError),
    /// The master key cannot be had.
    #[error("master key")]
    Key(#[from] KeyError),
}

/// Opens store and key as configured; makes folder, file and key where there are none.
///
/// # Errors
/// Names what cannot be opened.
pub async fn open(
    config: Config,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Parts, OpenError> {
    let path = &config.storage.data_dir;
    make_private(path).map_err(|source| OpenError::DataDir { path: path.clone(), source })?;
    let store = open_store(&config).await?;
    let master_key = MasterKey::open(&config.master_key_file(), &*random)?;
    Ok(Parts { store, clock, random, config, master_key })
}

/// Makes the folder where there is none, for its owner only: it holds everything that citizens paid, and the key.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

async fn open_store(config: &Config) -> Result<Arc<dyn Store>, OpenError> {
    let url = config.database_url();
    if let Some(file) = config.sqlite_file() {
        return Ok(store_sqlite::open(&file).await?);
    }
    if url.0.starts_with("postgres:") || url.0.starts_with("postgresql:") {
        return Ok(store_postgres::open(&url.0).await?);
    }
    Err(OpenError::Scheme(url))
}
