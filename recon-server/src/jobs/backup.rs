//! A copy of the SQLite store that is whole: `VACUUM INTO`, then an integrity check of the copy.
//!
//! Invariants: an existing file is never overwritten; a copy that fails its check is deleted, not left lying; the copy is readable by
//! its owner only. PostgreSQL is not copied here: `pg_dump` does that. The master key is a file of its own and is not in the copy.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::config::Config;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Not a SQLite store.
    #[error(
        "このコマンドは SQLite 専用です。PostgreSQL の控えは pg_dump --format=custom --file=FILE DATABASE で取ってください。"
    )]
    NotSqlite,
    /// There is a file of this name.
    #[error("{path} は既にあります。上書きはしません。別の名前を指定してください。", path = .0.display())]
    Exists(PathBuf),
    /// The database failed.
    #[error("copy the database")]
    Database(#[from] sqlx::Error),
    /// The copy is not whole; it was deleted.
    #[error("控えの検査に失敗したため、控えを消しました: {0}")]
    Integrity(String),
    /// The copy cannot be read or protected.
    #[error("read the copy")]
    File(#[from] io::Error),
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Copy {
    /// Where.
    pub file: PathBuf,
    /// Its length, in bytes.
    pub length_bytes: u64,
    /// The key that must be kept beside it.
    pub master_key_file: PathBuf,
}

/// Copies the store to a new file.
///
/// # Errors
/// When there is no whole copy afterwards.
pub async fn backup(config: &Config, to: &Path) -> Result<Copy, BackupError> {
    let from = config.sqlite_file().ok_or(BackupError::NotSqlite)?;
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let copied = copy(&from, to).await;
    let checked = match copied {
        Ok(()) => check(to).await,
        Err(error) => Err(error),
    };
    if checked.is_err() && to.exists() {
        fs::remove_file(to)?;
    }
    checked?;
    Ok(Copy {
        file: to.to_owned(),
        length_bytes: fs::metadata(to)?.len(),
        master_key_file: config.master_key_file(),
    })
}

async fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let options = SqliteConnectOptions::new().filename(from).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    // A path that is no UTF-8 would be changed on its way into SQL.
    let name = to.to_str().ok_or_else(|| io::Error::other("the file name is not UTF-8"))?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(&mut connection).await?;
    connection.close().await?;
    #[cfg(unix)]
    fs::set_permissions(to, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

async fn check(copy: &Path) -> Result<(), BackupError> {
    let options = SqliteConnectOptions::new().filename(copy).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let answer: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await?;
    connection.close().await?;
    if answer == "ok" { Ok(()) } else { Err(BackupError::Integrity(answer)) }
}
