//! Fault script 12 of `devices.md` 5, in its variants, against the operator in software. The book is the judge.

use domain::payment::{NotStartedWhy, Outcome, QueryAnswer};
use tokio_util::sync::CancellationToken;

use super::support::Bench;
use crate::{cat::CatKind, script::Script};

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

/// One payment as the clerk of the script makes it; what the journal says of its money.
async fn pay(bench: &mut Bench, script: &Script, yen: i64) -> Option<i64> {
    let stop = CancellationToken::new();
    if let Some(code) = integer(&script.clerk, "cancel_on_progress") {
        *bench.journal.cancel_on.lock().unwrap() = Some((u8::try_from(code).unwrap(), stop.clone()));
    }
    let request = bench.request(yen, CatKind::Sales);
    let outcome = bench.authorize(request.clone(), stop).await;
    bench.journal.note(outcome_word(&outcome));
    if let (Outcome::NotStarted { why, detail }, Some(remedy)) = (&outcome, script.expect.get("remedy")) {
        assert_eq!(*why, NotStartedWhy::ClockOff);
        assert!(detail.contains(remedy.as_str().unwrap()), "{detail}");
    }
    let mut settled = match &outcome {
        Outcome::Approved(approval) => approval.settled_amount,
        _ => None,
    };
    if matches!(outcome, Outcome::Unknown(_)) {
        for _ in 0..integer(&script.clerk, "questions").unwrap_or(1) {
            let answer = bench.query(&request).await;
            bench.journal.note(answer_word(&answer));
            if let QueryAnswer::Happened { approval, .. } = answer {
                settled = approval.settled_amount;
            }
        }
    }
    settled.map(domain::money::Yen::get)
}

async fn run(name: &str) {
    let path = format!("{}/testdata/scripts/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let script = Script::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(script.device, "paypay");
    let mut bench = Bench::new().await;
    bench.operator.load_script(&script);
    let mut fold = Vec::new();
    for yen in integers(&script.clerk["asks"]) {
        fold.extend(pay(&mut bench, &script, yen).await);
    }
    let expected: Vec<&str> =
        script.expect["journal"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(bench.journal.words(), expected, "{name}");
    assert_eq!(bench.charged(), integers(&script.expect["book"]["charged"]), "{name}");
    assert_eq!(bench.charged(), fold, "{name}: the book is what the journal folds to");
    assert_eq!(integer(&script.expect, "creates"), Some(i64::from(bench.operator.asked("create"))), "{name}");
    let ids: std::collections::BTreeSet<String> =
        bench.operator.book().into_iter().map(|charge| charge.merchant_payment_id).collect();
    assert_eq!(ids.len(), bench.operator.book().len(), "{name}: one order an attempt");
    assert!(bench.journal.strays.lock().unwrap().is_empty() && bench.journal.display_is_empty(), "{name}");
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
    script_12_exists: "12a_create_times_out_but_exists",
    script_12_exists_and_is_paid: "12b_create_times_out_and_nobody_answers",
    script_12_paid_during_cancel: "12c_paid_during_the_cancel",
    script_12_paid_after_cancel: "12d_paid_after_the_accepted_cancel",
    script_12_clock: "12e_clock_off",
}
