//! `make sim`: the seeded simulation for as long as one likes. A failing seed is the bug report.

use std::ops::Range;

use clap::Parser;
use town::simulation::{self, Tally};

/// Runs the seeded simulation.
#[derive(Parser)]
struct Arguments {
    /// Number of seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// First seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seeds: Range<u64> = arguments.from..arguments.from + arguments.seeds;
    let mut tally = Tally::default();
    for seed in seeds {
        tally += runtime.block_on(simulation::run(seed, folder.path()))?;
    }
    println!("{tally:#?}");
    Ok(())
}
