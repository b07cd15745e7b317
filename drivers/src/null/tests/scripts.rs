//! The fault scripts 1 to 6 and 12 of `devices.md` 5 on the null terminal. One runner reads them all; the book is the judge.

use std::sync::Arc;

use domain::payment::NotStartedWhy;

use super::support::Bench;
use crate::{
    null::Unacknowledged,
    test_counter::scripts::{integer, integers, load, play, scripts},
};

async fn run(name: &str) {
    let script = load("null", name);
    let mut bench = Bench::new(Unacknowledged::Reverse);
    bench.machine.load_script(&script);
    play(&mut bench, &script, NotStartedWhy::RefusedByDevice, name).await;
    assert_eq!(bench.charged(), integers(&script.expect["book"]["charged"]), "{name}");
    assert_eq!(integer(&script.expect, "asks"), Some(i64::from(bench.machine.asks())), "{name}");
    assert_eq!(Arc::strong_count(&bench.journal), 1, "{name}: no task is left");
}

scripts! {
    run:
    script_1: "null_01_no_answer_but_charged",
    script_2: "null_02_acknowledgement_lost",
    script_3: "null_03_result_doubled",
    script_4: "null_04_result_without_amount",
    script_5: "null_05_cancel_just_before_the_result",
    script_6: "null_06_codes_that_prove_nothing",
    script_12_exists: "null_12a_request_times_out_but_exists",
    script_12_paid: "null_12b_paid_during_the_cancel",
    script_12_clock: "null_12c_clock_off",
}
