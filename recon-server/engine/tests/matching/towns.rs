//! The engine against the oracle on many small towns: 20,000 in every test run, and as many as one likes with `TOWNS=2000000` and a
//! release build (`make sim`). A failing seed is the bug report.

use crate::{oracle::disagreement, small::town};

/// Towns of each of the tests below.
const TOWNS_EACH: u64 = 2_500;
/// Number of the tests below.
const TESTS: u64 = 8;
/// Name of the variable with the number of towns in all.
const TOWNS: &str = "TOWNS";

fn agree(nth: u64) {
    let asked = std::env::var(TOWNS).ok().and_then(|text| text.parse::<u64>().ok());
    let each = asked.map_or(TOWNS_EACH, |all| all.div_ceil(TESTS));
    for seed in (nth * each)..(nth + 1) * each {
        if let Some(difference) = disagreement(&town(seed)) {
            panic!("seed {seed}: {difference}");
        }
    }
}

macro_rules! shares {
    ($($name:ident = $nth:expr;)*) => {
        $(#[test]
        fn $name() {
            agree($nth);
        })*
    };
}

shares! {
    agree_0 = 0;
    agree_1 = 1;
    agree_2 = 2;
    agree_3 = 3;
    agree_4 = 4;
    agree_5 = 5;
    agree_6 = 6;
    agree_7 = 7;
}
