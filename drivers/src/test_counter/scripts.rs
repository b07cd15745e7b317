//! One runner for the fault scripts of `devices.md` 5: the clerk of the script pays, the journal's words and the machine's own book
//! are compared with what the script expects.

use std::time::Duration;

use domain::payment::{NotStartedWhy, Outcome, QueryAnswer};
use tokio_util::sync::CancellationToken;

use super::Bench;
use crate::{
    cat::{Cat, CatKind},
    script::Script,
};

/// The script of a name, which must be for the device.
pub fn load(device: &str, name: &str) -> Script {
    let path = format!("{}/testdata/scripts/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let script = Script::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(script.device, device);
    script
}

pub fn integers(value: &toml::Value) -> Vec<i64> {
    value.as_array().unwrap().iter().map(|one| one.as_integer().unwrap()).collect()
}

pub fn integer(table: &toml::Table, key: &str) -> Option<i64> {
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

/// One payment as the clerk of the script makes it; the yen that its journal says were taken.
async fn pay<M, C: Cat>(
    bench: &mut Bench<M, C>,
    script: &Script,
    refusal: NotStartedWhy,
    yen: i64,
) -> Option<i64> {
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
        assert_eq!(*why, refusal);
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

/// All payments of a script, and the journal's words against the expected ones; the yen that the journal folds to. `refusal` is the
/// reason by which this device refuses with a remedy.
pub async fn play<M, C: Cat>(
    bench: &mut Bench<M, C>,
    script: &Script,
    refusal: NotStartedWhy,
    name: &str,
) -> Vec<i64> {
    let mut fold = Vec::new();
    for yen in integers(&script.clerk["asks"]) {
        fold.extend(pay(bench, script, refusal, yen).await);
    }
    let expected: Vec<&str> =
        script.expect["journal"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(bench.journal.words(), expected, "{name}");
    assert!(bench.journal.strays.lock().unwrap().is_empty(), "{name}");
    fold
}

/// One test for each script of a list.
macro_rules! scripts {
    ($run:ident: $($test:ident: $name:literal,)*) => {
        $(#[tokio::test]
        async fn $test() {
            $run($name).await;
        })*
    };
}
pub(crate) use scripts;
