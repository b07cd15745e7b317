//! DuckDB and Polars, installed into a private environment of Python, each with its two best ways of doing the task.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use super::Truth;

/// The peers and their ways.
pub const TOOLS: [&str; 4] = ["duckdb-group", "duckdb-join", "polars-group", "polars-join"];
const SCRIPT: &str = include_str!("peers.py");

/// An environment with both.
pub struct Peers {
    python: PathBuf,
    script: PathBuf,
}

/// One round of every peer.
pub struct Round(Vec<(&'static str, Duration, u64)>);

impl Round {
    /// The fastest.
    #[must_use]
    pub fn best(&self) -> Duration {
        self.0.iter().map(|(_, time, _)| *time).min().unwrap_or_default()
    }

    /// What a peer took.
    #[must_use]
    pub fn time_of(&self, tool: &str) -> Option<Duration> {
        self.0.iter().find(|(name, ..)| *name == tool).map(|(_, time, _)| *time)
    }

    /// A peer's most memory, in KiB.
    #[must_use]
    pub fn kib_of(&self, tool: &str) -> Option<u64> {
        self.0.iter().find(|(name, ..)| *name == tool).map(|(.., kib)| *kib)
    }
}

impl Peers {
    /// Installs both in `folder`.
    ///
    /// # Errors
    /// When Python or the packages are not to be had.
    pub fn install(folder: &Path) -> Result<Self> {
        let home = folder.join("peers");
        let made = Command::new("python3").args(["-m", "venv"]).arg(&home).status()?;
        ensure!(made.success(), "python3 -m venv failed");
        let python = home.join("bin/python");
        let installed = Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "duckdb", "polars"])
            .status()?;
        ensure!(installed.success(), "pip install failed");
        let script = folder.join("peers.py");
        fs::write(&script, SCRIPT)?;
        Ok(Self { python, script })
    }

    /// Runs every peer once; their counts must be those of the generator.
    ///
    /// # Errors
    /// When one fails or counts otherwise.
    pub fn round(&self, sales: &Path, statement: &Path, truth: &Truth, whole_process: bool) -> Result<Round> {
        let one = |tool| self.one(tool, sales, statement, truth, whole_process);
        TOOLS.iter().map(|tool| one(tool)).collect::<Result<_>>().map(Round)
    }

    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
    fn one(
        &self,
        tool: &'static str,
        sales: &Path,
        statement: &Path,
        truth: &Truth,
        whole_process: bool,
    ) -> Result<(&'static str, Duration, u64)> {
        let mut command = Command::new(&self.python);
        command.arg(&self.script).arg(tool).arg(sales).arg(statement).env("POLARS_MAX_THREADS", "2");
        let begun = Instant::now();
        let output = command.output().with_context(|| format!("start {tool}"))?;
        let whole = begun.elapsed();
        ensure!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout)?;
        let numbers: Vec<u64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let [matched, duplicates, amount_differs, only_sales, only_statement, micros, kib] = numbers[..]
        else {
            anyhow::bail!("{tool} answered {text:?}");
        };
        let found = Truth { matched, duplicates, amount_differs, only_sales, only_statement };
        ensure!(found == *truth, "{tool} {found:?}, generated {truth:?}");
        Ok((tool, if whole_process { whole } else { Duration::from_micros(micros) }, kib))
    }
}
