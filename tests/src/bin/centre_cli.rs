//! The centre's command line for end-to-end tests: the same as `recon-server`, built with the tests that start it.

use std::process::ExitCode;

use clap::Parser as _;
use recon_server::cli::{self, Cli};

fn main() -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(cli::run(Cli::parse()))
}
