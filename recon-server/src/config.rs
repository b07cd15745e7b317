//! Configuration: flags beat environment beats file beats `config.default.toml`, which is the manual and the defaults at once.
//!
//! Invariants: unknown keys are errors; every default stands in the manual and nowhere else; a database address never shows in
//! `Debug` (it may hold a password). Not here: tenants' contracts and counters, which are data ([`crate::set_up`]).

use std::{
    fmt, fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use domain::id::TenantId;
use serde::Deserialize;
use toml::{Table, Value};

/// The manual, as shipped.
pub const DEFAULT_TOML: &str = include_str!("../config.default.toml");

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listening and addresses.
    pub server: ServerConfig,
    /// Where the data lie.
    pub storage: StorageConfig,
    /// The municipality.
    pub tenant: TenantConfig,
    /// How long people stay logged in.
    pub sessions: SessionsConfig,
    /// How many wrong passwords are too many.
    pub login: LoginConfig,
    /// How long enrolment codes live.
    pub enrolment: EnrolmentConfig,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address of the pages, without a final slash; empty means made from the listener.
    pub public_url: String,
    /// Longest time for one request, in seconds.
    pub request_timeout_seconds: u32,
}

/// `[storage]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageConfig {
    /// Folder of the data.
    pub data_dir: PathBuf,
    /// Database; empty means a SQLite file in the data folder.
    database_url: DatabaseUrl,
    /// Master key file; empty means `master.key` in the data folder.
    master_key_file: PathBuf,
}

/// `[tenant]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantConfig {
    /// 団体
    pub id: TenantId,
    /// Its name on screens and papers.
    pub name: String,
}

/// `[sessions]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionsConfig {
    /// Minutes without a request until a session ends.
    pub idle_minutes: u32,
    /// Hours after login until a session ends.
    pub absolute_hours: u32,
    /// Minutes during which the first administrator's link works.
    pub first_link_minutes: u32,
}

/// `[login]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginConfig {
    /// Failures allowed per user and address in a window.
    pub failures_max: u32,
    /// The window, in minutes.
    pub window_minutes: u32,
}

/// `[enrolment]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentConfig {
    /// Hours during which a one-time code works.
    pub code_hours: u32,
}

/// A database address; may hold a password.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(pub String);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.split_once(':').map_or("", |(scheme, _)| scheme);
        write!(f, "DatabaseUrl({scheme}:…)")
    }
}

/// What flags and environment say; each beats the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--listen`
    pub listen: Option<SocketAddr>,
    /// `--public-url`
    pub public_url: Option<String>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--database-url`
    pub database_url: Option<DatabaseUrl>,
    /// `--tenant`
    pub tenant: Option<TenantId>,
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("設定ファイル {path} を読めません", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Not TOML, or a value that its key cannot take.
    #[error("設定ファイル: {0}")]
    Shape(#[from] toml::de::Error),
    /// A key that there is not.
    #[error("設定ファイル: {key} という項目はありません。ここに書けるのは {known} です")]
    UnknownKey {
        /// With the tables that it is in.
        key: String,
        /// Keys of the same table.
        known: String,
    },
    /// A number where a text belongs, and the like.
    #[error(
        "設定ファイル: {key} に書けるのは {wanted} です（書いてあるのは {found}）。例: {key} = {example}"
    )]
    Kind {
        /// With the tables that it is in.
        key: String,
        /// TOML's name of the kind that belongs there.
        wanted: &'static str,
        /// And of the one that stands there.
        found: &'static str,
        /// The default.
        example: String,
    },
    /// A value that no server can work with.
    #[error("設定ファイル: {0}")]
    Value(&'static str),
}

impl Config {
    /// The defaults, then the file, then the overrides.
    ///
    /// # Errors
    /// When the file cannot be read, has an unknown key, or a value cannot be used.
    pub fn load(file: Option<&Path>, overrides: Overrides) -> Result<Self, ConfigError> {
        let text = match file {
            Some(path) => fs::read_to_string(path)
                .map_err(|source| ConfigError::File { path: path.to_owned(), source })?,
            None => String::new(),
        };
        Self::from_toml(&text, overrides)
    }

    /// The same from a text, for servers that live in a test.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_toml(text: &str, overrides: Overrides) -> Result<Self, ConfigError> {
        let mut whole: Table = toml::from_str(DEFAULT_TOML)?;
        overlay(&mut whole, toml::from_str(text)?, "")?;
        let mut config: Self = whole.try_into()?;
        config.apply(overrides);
        config.validate()?;
        Ok(config)
    }

    fn apply(&mut self, overrides: Overrides) {
        let Overrides { listen, public_url, data_dir, database_url, tenant } = overrides;
        replace(&mut self.server.listen, listen);
        replace(&mut self.server.public_url, public_url);
        replace(&mut self.storage.data_dir, data_dir);
        replace(&mut self.storage.database_url, database_url);
        replace(&mut self.tenant.id, tenant);
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let url = &self.server.public_url;
        let url_ok = url.is_empty() || url.starts_with("http://") || url.starts_with("https://");
        let checks = [
            (
                url_ok && !url.ends_with('/'),
                "server.public_url は http:// か https:// で始め、最後の / を付けないでください",
            ),
            (self.server.request_timeout_seconds > 0, "server.request_timeout_seconds は1以上です"),
            (self.sessions.idle_minutes > 0, "sessions.idle_minutes は1以上です"),
            (self.sessions.absolute_hours > 0, "sessions.absolute_hours は1以上です"),
            (self.sessions.first_link_minutes > 0, "sessions.first_link_minutes は1以上です"),
            (self.login.failures_max > 0, "login.failures_max は1以上です"),
            (self.login.window_minutes > 0, "login.window_minutes は1以上です"),
            (self.enrolment.code_hours > 0, "enrolment.code_hours は1以上です"),
        ];
        checks.iter().find(|(good, _)| !good).map_or(Ok(()), |(_, why)| Err(ConfigError::Value(why)))
    }

    /// The database's address.
    #[must_use]
    pub fn database_url(&self) -> DatabaseUrl {
        let configured = &self.storage.database_url;
        if configured.0.is_empty() {
            DatabaseUrl(format!("sqlite://{}", self.storage.data_dir.join("recon.db").display()))
        } else {
            configured.clone()
        }
    }

    /// The file of the SQLite database, where it is one.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let DatabaseUrl(url) = self.database_url();
        let path = url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
    }

    /// The file of the master key.
    #[must_use]
    pub fn master_key_file(&self) -> PathBuf {
        let configured = &self.storage.master_key_file;
        if configured.as_os_str().is_empty() {
            self.storage.data_dir.join("master.key")
        } else {
            configured.clone()
        }
    }
}

fn replace<T>(slot: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *slot = given;
    }
}

/// Lays `over` on `under`: tables are merged, anything else replaces. Every key has a default, so what has none is a mistake.
fn overlay(under: &mut Table, over: Table, within: &str) -> Result<(), ConfigError> {
    for (name, value) in over {
        let key = format!("{within}{name}");
        let Some(below) = under.get_mut(&name) else {
            let known = under.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(ConfigError::UnknownKey { key, known });
        };
        match (below, value) {
            (Value::Table(below), Value::Table(above)) => overlay(below, above, &format!("{key}."))?,
            (below, value) if below.same_type(&value) => *below = value,
            (below, value) => {
                let (wanted, found) = (below.type_str(), value.type_str());
                return Err(ConfigError::Kind { key, wanted, found, example: below.to_string() });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_is_a_configuration_and_the_stronger_wins() {
        let plain = Config::from_toml("", Overrides::default()).unwrap();
        assert_eq!(plain.server.listen, "127.0.0.1:7080".parse().unwrap());
        assert_eq!(plain.database_url().0, "sqlite://recon-data/recon.db");
        let file = "[server]\nlisten = \"127.0.0.1:1\"\n[storage]\ndata_dir = \"/srv/a\"";
        let overrides = Overrides { listen: "127.0.0.1:2".parse().ok(), ..Overrides::default() };
        let config = Config::from_toml(file, overrides).unwrap();
        assert_eq!(config.server.listen, "127.0.0.1:2".parse().unwrap());
        assert_eq!(config.sqlite_file(), Some(PathBuf::from("/srv/a/recon.db")));
        assert_eq!(config.sessions.idle_minutes, plain.sessions.idle_minutes);
    }

    /// Each names the key, or the line where it is no TOML at all.
    #[test]
    fn mistakes_are_errors_that_name_their_place() {
        for (bad, named) in [
            ("[server]\nlistne = \"127.0.0.1:1\"", "server.listne"),
            ("[sever]\nlisten = \"127.0.0.1:1\"", "sever"),
            ("data_dir = \"a\"", "data_dir"),
            ("[server]\nlisten = \"127.0.0.1\"", "server.listen"),
            ("[sessions]\nidle_minutes = 0", "sessions.idle_minutes"),
            ("[sessions]\nidle_minutes = \"60\"", "sessions.idle_minutes"),
            ("sessions = 3", "sessions"),
            ("[server]\npublic_url = \"recon.example\"", "server.public_url"),
            ("[tenant]\nid = \"市\"", "tenant.id"),
            ("[tenant]\nid = mihon", "line 2"),
        ] {
            let said = Config::from_toml(bad, Overrides::default()).unwrap_err().to_string();
            assert!(said.contains(named), "{bad}: {said}");
        }
    }

    #[test]
    fn a_password_does_not_show() {
        let url = DatabaseUrl("postgres://u:hunter2@127.0.0.1/db".to_owned());
        assert_eq!(format!("{url:?}"), "DatabaseUrl(postgres:…)");
    }
}
