//! Configuration: flags beat environment beats file; `config.default.toml` is the manual.
//!
//! Invariants: an unknown key is an error; the page's address is a loopback address; no secret stands here (the counter's key is
//! in a file of its own).

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use drivers::codes::BrandTable;
use serde::Deserialize;

use crate::{
    codes::{
        CodeSettings,
        sheet::{self, BadSheet, SheetConfig},
    },
    devices::registry::{DeviceConfig, DeviceError, understand_all},
    guard::is_loopback,
    uplink::plan::Pace,
};

/// The manual; every key with its unit and default.
pub const DEFAULT_TOML: &str = include_str!("../config.default.toml");
/// File name of the journal in the data folder.
pub const JOURNAL_FILE: &str = "journal.db";
/// Shortest and longest pause that may be configured, in seconds.
const SECONDS_RANGE: std::ops::RangeInclusive<u32> = 1..=3_600;

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Folder of the journal and the counter's key.
    pub data_dir: PathBuf,
    /// Address of the clerk's page: loopback only; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The line to the centre.
    pub uplink: UplinkConfig,
    /// Logs.
    pub log: LogConfig,
    /// The customer display.
    pub display: DisplayConfig,
    /// Whose codes payers' codes are.
    pub codes: BrandTable,
    /// Printed JPQR sheets whose content is known.
    pub jpqr_sheet: Vec<SheetConfig>,
    /// Devices.
    pub device: Vec<DeviceConfig>,
}

/// The line to the centre.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UplinkConfig {
    /// Base address of the centre; the one of the enrolment where it is not set.
    pub server: Option<String>,
    /// Between two looks into the inbox, in seconds.
    pub inbox_interval_s: u32,
    /// Longest pause after failures, in seconds.
    pub back_off_max_s: u32,
}

/// Logs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug`, or a filter by module.
    pub filter: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}

/// The customer display.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DisplayConfig {
    /// Sentence while nobody is served.
    pub welcome: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8460)),
            uplink: UplinkConfig::default(),
            log: LogConfig::default(),
            display: DisplayConfig::default(),
            codes: BrandTable::default(),
            jpqr_sheet: Vec::new(),
            device: Vec::new(),
        }
    }
}

impl Default for UplinkConfig {
    fn default() -> Self {
        Self { server: None, inbox_interval_s: 10, back_off_max_s: 60 }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Text }
    }
}

impl Default for DisplayConfig {
    fn default() -> Self {
        Self { welcome: "いらっしゃいませ".into() }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Not TOML, or an unknown key, or a value of the wrong kind.
    #[error("{0}")]
    Toml(String),
    /// The page would be open to others.
    #[error("listen = {0}: the clerk's page is for this machine only; use 127.0.0.1 or [::1]")]
    NotLoopback(SocketAddr),
    /// A number out of its range.
    #[error("{key} = {value}: from {} to {} seconds", SECONDS_RANGE.start(), SECONDS_RANGE.end())]
    Seconds {
        /// Which key.
        key: &'static str,
        /// What stands there.
        value: u32,
    },
    /// A device that cannot be used.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A printed sheet that cannot be used.
    #[error(transparent)]
    Sheet(#[from] BadSheet),
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or used.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.into(), source })?;
        Self::parse(&text)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Toml(error.to_string()))?;
        config.check()?;
        Ok(config)
    }

    /// What holds whatever the source: called again after flags were laid over the file.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !is_loopback(&self.listen) {
            return Err(ConfigError::NotLoopback(self.listen));
        }
        for (key, value) in [
            ("uplink.inbox_interval_s", self.uplink.inbox_interval_s),
            ("uplink.back_off_max_s", self.uplink.back_off_max_s),
        ] {
            if !SECONDS_RANGE.contains(&value) {
                return Err(ConfigError::Seconds { key, value });
            }
        }
        sheet::understand(&self.jpqr_sheet)?;
        understand_all(&self.device)?;
        Ok(())
    }

    /// What the pages need to know of codes.
    ///
    /// # Errors
    /// The first sheet that cannot be used.
    pub fn code_settings(&self) -> Result<CodeSettings, ConfigError> {
        let sheets = sheet::understand(&self.jpqr_sheet)?;
        Ok(CodeSettings { brands: self.codes.clone(), sheets })
    }

    /// Where the journal is.
    #[must_use]
    pub fn journal_path(&self) -> PathBuf {
        self.data_dir.join(JOURNAL_FILE)
    }

    /// Pauses of the line.
    #[must_use]
    pub fn pace(&self) -> Pace {
        Pace {
            inbox_interval_ms: i64::from(self.uplink.inbox_interval_s) * 1_000,
            back_off_max_ms: i64::from(self.uplink.back_off_max_s) * 1_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_says_the_defaults() {
        let manual = Config::parse(DEFAULT_TOML).unwrap();
        assert_eq!(format!("{manual:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn the_manuals_examples_can_be_used() {
        let uncommented: String = DEFAULT_TOML
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n");
        let config = Config::parse(&uncommented).unwrap();
        assert_eq!(config.device.len(), 5, "two terminals, an operator of codes, a printer and a scanner");
        assert_eq!(config.code_settings().unwrap().sheets.len(), 1);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (text, says) in [
            ("listne = \"127.0.0.1:1\"", "unknown field"),
            ("listen = \"0.0.0.0:8460\"", "this machine only"),
            ("[uplink]\ninbox_interval_s = 0", "from 1 to 3600"),
            ("[uplink]\nback_off_max_s = \"60\"", "invalid type"),
            ("[[device]]\nid = \"a\"\nrole = \"cat\"\ndriver = \"zvt\"", "transport"),
        ] {
            let error = Config::parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
