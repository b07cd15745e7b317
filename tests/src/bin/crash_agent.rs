//! The real agent, built for the crash tests: the same entry point as `pos-agent`, with the crash points that only tests build in.
//!
//! Not here: anything else. In a build without tests it has no crash points and is simply another `pos-agent`.

use std::process::ExitCode;

use clap::Parser as _;
use pos_agent::cli::{self, Arguments};

fn main() -> ExitCode {
    cli::run(Arguments::parse())
}
