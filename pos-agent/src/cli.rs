//! The command line: `serve | enrol | devices list|test|simulate|certify|decode | journal verify|export | receipt render | doctor`.
//!
//! Invariants: exit codes are 0 done, 1 refused or failed, 2 wrong usage, 3 differences found (DESIGN 5); `--format json` gives
//! one JSON document on the standard output; errors go to the standard error output, in Japanese where a clerk reads them.

mod devices;
mod doctor;
mod enrol;
mod journal;
mod receipt;
mod serve;

use std::{io::IsTerminal, net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{Config, ConfigError, LogFormat};

/// One counter: journal, till, devices, the clerk's page, the line to the centre.
#[derive(Debug, Parser)]
#[command(name = "pos-agent", version, propagate_version = true)]
pub struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every command; they beat the environment, which beats the file.
#[derive(Debug, Args)]
struct Common {
    /// Configuration file; `config.default.toml` is its manual.
    #[arg(long, global = true, env = "POS_AGENT_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the journal and the counter's key.
    #[arg(long, global = true, env = "POS_AGENT_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Log filter: error, warn, info, debug, or by module.
    #[arg(long, global = true, env = "POS_AGENT_LOG")]
    log: Option<String>,
    /// How results are written.
    #[arg(long, global = true, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the counter.
    Serve(serve::Serve),
    /// Enrol this counter with the centre's one-time code.
    Enrol(enrol::Enrol),
    /// The machines of this counter.
    #[command(subcommand)]
    Devices(devices::Devices),
    /// The electronic journal.
    #[command(subcommand)]
    Journal(journal::Journal),
    /// Papers.
    #[command(subcommand)]
    Receipt(receipt::Receipt),
    /// Look whether this machine can work as a counter.
    Doctor,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

/// How a command ended (DESIGN 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Refused or failed.
    Failed,
    /// Wrong usage.
    Usage,
    /// Differences found.
    Differences,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Differences => 3,
        })
    }
}

/// Runs a command line.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    let Arguments { common, command } = arguments;
    let config = match configure(&common) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("設定を使えません: {error}");
            return Exit::Usage.into();
        }
    };
    log(&config);
    let format = common.format;
    match command {
        Command::Serve(serve) => serve.run(config),
        Command::Enrol(enrol) => enrol.run(&config, format),
        Command::Devices(devices) => devices.run(&config, format),
        Command::Journal(journal) => journal.run(&config, format),
        Command::Receipt(receipt) => receipt.run(&config),
        Command::Doctor => doctor::run(&config, format),
    }
    .into()
}

fn configure(common: &Common) -> Result<Config, ConfigError> {
    let mut config = match &common.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    if let Some(folder) = &common.data_dir {
        config.data_dir.clone_from(folder);
    }
    if let Some(filter) = &common.log {
        config.log.filter.clone_from(filter);
    }
    config.check()?;
    Ok(config)
}

/// Lays the flags of `serve` over the file.
fn overlay(
    config: &mut Config,
    listen: Option<SocketAddr>,
    server: Option<String>,
) -> Result<(), ConfigError> {
    if let Some(address) = listen {
        config.listen = address;
    }
    if server.is_some() {
        config.uplink.server = server;
    }
    config.check()
}

fn log(config: &Config) {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_new(&config.log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let logger =
        fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let set = match config.log.format {
        LogFormat::Text => logger.try_init(),
        LogFormat::Json => logger.json().try_init(),
    };
    if let Err(error) = set {
        eprintln!("no log: {error}");
    }
}

/// A runtime of one thread, as the agent needs it: the till has its own.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .build()
}

/// Threads for files and name look-ups.
const BLOCKING_THREADS_MAX: usize = 4;

/// Ctrl-C everywhere, SIGTERM where there is one.
async fn asked_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminate = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signals) => {
                    signals.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! { () = interrupt => {}, () = terminate => {} }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

/// Says on the standard error output why a command failed.
fn failed(message: &dyn std::fmt::Display) -> Exit {
    eprintln!("{message}");
    Exit::Failed
}

/// Writes one JSON document.
fn print_json(value: &serde_json::Value) {
    println!("{value:#}");
}
