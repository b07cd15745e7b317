//! The program `pos-agent`: reads its command line and hands over to [`pos_agent::cli`].

use std::process::ExitCode;

use clap::Parser;
use pos_agent::cli::{self, Arguments};

fn main() -> ExitCode {
    cli::run(Arguments::parse())
}
