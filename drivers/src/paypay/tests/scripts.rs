//! Fault script 12 of `devices.md` 5, in its variants, against the operator in software. The book is the judge.

use std::collections::BTreeSet;

use domain::payment::NotStartedWhy;

use super::support::Bench;
use crate::test_counter::scripts::{integer, integers, load, play, scripts};

async fn run(name: &str) {
    let script = load("paypay", name);
    let mut bench = Bench::new().await;
    bench.machine.load_script(&script);
    let fold = play(&mut bench, &script, NotStartedWhy::ClockOff, name).await;
    assert_eq!(bench.charged(), integers(&script.expect["book"]["charged"]), "{name}");
    assert_eq!(bench.charged(), fold, "{name}: the book is what the journal folds to");
    assert_eq!(integer(&script.expect, "creates"), Some(i64::from(bench.machine.asked("create"))), "{name}");
    let ids: BTreeSet<String> =
        bench.machine.book().into_iter().map(|charge| charge.merchant_payment_id).collect();
    assert_eq!(ids.len(), bench.machine.book().len(), "{name}: one order an attempt");
    assert!(bench.journal.display_is_empty(), "{name}");
}

scripts! {
    run:
    script_12_exists: "12a_create_times_out_but_exists",
    script_12_exists_and_is_paid: "12b_create_times_out_and_nobody_answers",
    script_12_paid_during_cancel: "12c_paid_during_the_cancel",
    script_12_paid_after_cancel: "12d_paid_after_the_accepted_cancel",
    script_12_clock: "12e_clock_off",
}
