//! The binary: reads the command line, runs one command, says how it ended.

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;
use recon_server::{api::Chain, cli};
use tracing_subscriber::EnvFilter;

/// Worker threads: the centre waits for its store, it does not compute.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let filter =
        EnvFilter::try_from_env("RECON_LOG").unwrap_or_else(|_| EnvFilter::new("warn,recon_server=info"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(cli::run(cli)),
        Err(error) => Err(error.into()),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("recon-server: {}", Chain(&*error));
        ExitCode::FAILURE
    })
}
