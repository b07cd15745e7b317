//! The fault scripts 1 to 6 and 12 of `devices.md` 5 on the null terminal. One runner reads them all; the book is the judge.

use std::{sync::Arc, time::Duration};

use domain::payment::{NotStartedWhy, Outcome, QueryAnswer};

use tokio_util::sync::CancellationToken;

use super::support::Bench;
use crate::{cat::CatKind, null::Unacknowledged, script::Script};

fn integers(value: &toml::Value) -> Vec<i64> {
    value.as_array().unwrap().iter().map(|one| one.as_integer().unwrap()).collect()
}

fn integer(table: &toml::Table, key: &str) -> Option<i64> {
    table.get(key).map(|value| value.as_integer().unwrap())
}

const fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Approved(_) => "Outcome.Approved",
        Outcome::Declined(_) => "Outcome.Declined",
        Outcome::NotStarted { .. } => "Outcome.NotStarted",
        Outcome::Unknown(_) => "Outcome.Unknown",
    }
}

const fn answer_word(answer: &QueryAnswer) -> &'static str {
    match answer {
        QueryAnswer::Happened { .. } => "Resolved.Approved",
        QueryAnswer::DidNotHappen { .. } => "Resolved.DidNotHappen",
        QueryAnswer::StillRunning | QueryAnswer::CannotTell { .. } => "StillUnknown",
    }
}

/// One payment as the clerk of the script makes it.
async fn pay(bench: &mut Bench, script: &Script, yen: i64) {
    let stop = CancellationToken::new();
    if let Some(code) = integer(&script.clerk, "cancel_on_progress") {
        *bench.journal.cancel_on.lock().unwrap() = Some((u8::try_from(code).unwrap(), stop.clone()));
    }
    let request = bench.request(yen, CatKind::Sales);
    let second = integer(&script.clerk, "second_tap_after_ms")
        .map(|ms| (u64::try_from(ms).unwrap(), bench.request(yen, CatKind::Sales)));
    let second_tap = async {
        let Some((ms, second)) = second else { return };
        tokio::time::sleep(Duration::from_millis(ms)).await;
        let refused = bench.authorize(second, CancellationToken::new()).await;
        assert!(matches!(refused, Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, .. }));
        bench.journal.note("SecondTapRefused");
    };
    let (outcome, ()) = tokio::join!(bench.authorize(request.clone(), stop), second_tap);
    bench.journal.note(outcome_word(&outcome));
    if let (Outcome::NotStarted { why, detail }, Some(remedy)) = (&outcome, script.expect.get("remedy")) {
        assert_eq!(*why, NotStartedWhy::RefusedByDevice);
        assert!(detail.contains(remedy.as_str().unwrap()), "{detail}");
    }
    if matches!(outcome, Outcome::Unknown(_)) {
        for _ in 0..integer(&script.clerk, "questions").unwrap_or(1) {
            let answer = bench.query(&request).await;
            bench.journal.note(answer_word(&answer));
        }
    }
}

async fn run(name: &str) {
    let path = format!("{}/testdata/scripts/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let script = Script::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(script.device, "null");
    let mut bench = Bench::new(Unacknowledged::Reverse);
    bench.machine.load_script(&script);
    for yen in integers(&script.clerk["asks"]) {
        pay(&mut bench, &script, yen).await;
    }
    let expected: Vec<&str> =
        script.expect["journal"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(bench.journal.words(), expected, "{name}");
    assert_eq!(bench.charged(), integers(&script.expect["book"]["charged"]), "{name}");
    assert_eq!(integer(&script.expect, "asks"), Some(i64::from(bench.machine.asks())), "{name}");
    assert!(bench.journal.strays.lock().unwrap().is_empty(), "{name}");
    assert_eq!(Arc::strong_count(&bench.journal), 1, "{name}: no task is left");
}

macro_rules! scripts {
    ($($test:ident: $name:literal,)*) => {
        $(#[tokio::test]
        async fn $test() {
            run($name).await;
        })*
    };
}

scripts! {
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
