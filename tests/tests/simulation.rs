//! Two hundred seeds of the stepped simulation. A failing seed is the bug report: `cargo run -p town --bin sim -- --from SEED --seeds 1`.

use town::simulation::{self, Tally};

/// Seeds of one test; eight tests run beside each other.
const SEEDS_PER_TEST: u64 = 25;

fn run(part: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut tally = Tally::default();
    for seed in part * SEEDS_PER_TEST..(part + 1) * SEEDS_PER_TEST {
        match runtime.block_on(simulation::run(seed, folder.path())) {
            Ok(one) => tally += one,
            Err(error) => panic!("{error:#}"),
        }
    }
    println!("{tally:?}");
    // A run in which nothing goes wrong proves nothing.
    assert!(tally.crashes > 0 && tally.doubts > 0 && tally.line_losses > 0 && tally.sales > 0, "{tally:?}");
    assert!(tally.papers > 0 && tally.overpayments > 0, "{tally:?}");
}

macro_rules! parts {
    ($($name:ident $part:literal),+) => {
        $(#[test]
        fn $name() {
            run($part);
        })+
    };
}

parts! {
    seeds_000_to_024 0, seeds_025_to_049 1, seeds_050_to_074 2, seeds_075_to_099 3,
    seeds_100_to_124 4, seeds_125_to_149 5, seeds_150_to_174 6, seeds_175_to_199 7
}
