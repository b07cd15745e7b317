//! The cancel race of `devices.md` 3 in each of its phases, and what the next question makes of a doubt.

use std::time::Duration;

use domain::payment::Outcome;
use tokio_util::sync::CancellationToken;

use super::support::{Bench, TIMERS, answer, word};
use crate::{
    cat::{CatKind, CatRequest},
    code_payment::{PROGRESS_CANCELLING, PROGRESS_WAITING},
    paypay::{
        PayPayTimers,
        simulator::{ChargeState, SimulatorOptions},
    },
};

/// The clerk cancels as soon as the code is on the display.
async fn cancelled(bench: &mut Bench, progress: u8) -> (CatRequest, Outcome) {
    let stop = CancellationToken::new();
    *bench.journal.cancel_on.lock().unwrap() = Some((progress, stop.clone()));
    let request = bench.request(300, CatKind::Sales);
    let outcome = bench.authorize(request.clone(), stop).await;
    *bench.journal.cancel_on.lock().unwrap() = None;
    assert!(bench.journal.display_is_empty());
    (request, outcome)
}

/// A rule, how the sale ends, what the next question says, what the citizen has paid at last.
type Race = (&'static str, &'static str, &'static str, &'static [i64]);

const RACES: &[Race] = &[
    // Nobody pays: deleted, cancelled, over.
    ("", "Declined CODE_DELETED", "", &[]),
    // Paid before the deletion arrives: the approval wins.
    ("{ rx = \"'delete'\", do = \"book\", truth = \"paid\" }", "Approved", "", &[300]),
    // The answer to the deletion is lost, and the citizen pays before the question.
    ("{ rx = \"'delete'\", do = \"drop\", truth = \"paid\" }", "Approved", "", &[300]),
    // Paid between the question and the cancel: the cancel takes it back, but without a deletion that is no clean end.
    (
        "{ rx = \"'delete'\", do = \"drop\" }, { rx = \"'cancel'\", nth = 1, do = \"book\", truth = \"paid\" }",
        "Unknown Silence",
        "DidNotHappen",
        &[],
    ),
    // The deletion is refused or not understood: the code may still be paid.
    (
        "{ rx = \"'delete'\", nth = 1, do = \"book\", truth = \"refuse 500 SERVICE_ERROR\" }",
        "Unknown Silence",
        "DidNotHappen",
        &[],
    ),
    (
        "{ rx = \"'delete'\", do = \"book\", truth = \"refuse 404 DYNAMIC_QR_NOT_FOUND\" }",
        "Unknown Silence",
        "DidNotHappen",
        &[],
    ),
    // The cancel is repeated until it is accepted.
    (
        "{ rx = \"'cancel'\", nth = 1, do = \"drop\" }, { rx = \"'cancel'\", nth = 2, do = \"book\", truth = \"refuse 500 INTERNAL_SERVER_ERROR\" }, { rx = \"'cancel'\", nth = 3, do = \"book\", truth = \"refuse 429 RATE_LIMIT\" }",
        "Declined CODE_DELETED",
        "",
        &[],
    ),
    // Neither is answered, today or later; then the cancel is.
    (
        "{ rx = \"'delete'\", do = \"drop\" }, { rx = \"'cancel'\", do = \"drop\" }",
        "Unknown Silence",
        "CannotTell",
        &[],
    ),
    (
        "{ rx = \"'delete'\", do = \"drop\" }, { rx = \"'cancel'\", nth = 1, do = \"drop\" }, { rx = \"'cancel'\", nth = 2, do = \"drop\" }",
        "Unknown Silence",
        "DidNotHappen",
        &[],
    ),
    // The code was too old already: the operator's last word is believed by the question.
    (
        "{ rx = \"'delete'\", do = \"book\", truth = \"state EXPIRED\" }, { rx = \"'delete'\", do = \"drop\" }",
        "Declined CODE_DELETED",
        "",
        &[],
    ),
    (
        "{ rx = \"'delete'\", do = \"drop\", truth = \"state EXPIRED\" }",
        "Unknown Silence",
        "DidNotHappen",
        &[],
    ),
    // The operator does not cancel; the code is deleted, and it says that there was no payment.
    (
        "{ rx = \"'cancel'\", do = \"book\", truth = \"refuse 400 ORDER_NOT_REVERSIBLE\" }",
        "Declined CODE_DELETED",
        "",
        &[],
    ),
];

#[tokio::test]
async fn a_cancel_in_each_phase() {
    for (rules, ends, asked_again, charged) in RACES.iter().copied() {
        let mut bench = Bench::scripted(rules).await;
        let (request, outcome) = cancelled(&mut bench, PROGRESS_WAITING).await;
        assert_eq!(word(&outcome), ends, "{rules}: {outcome:?}");
        if !asked_again.is_empty() {
            assert_eq!(answer(&bench.query(&request).await), asked_again, "{rules}");
        }
        assert_eq!(bench.charged(), charged, "{rules}");
        let deleted = bench.machine.book()[0].code_deleted;
        assert!(deleted || !ends.starts_with("Declined"), "{rules}: a clean end needs the deletion");
        assert!(bench.machine.asked("create") == 1 && bench.machine.book().len() == 1, "{rules}");
    }
}

/// Paid while the cancel is on its way and accepted after it: the operator takes it back by itself, and it is no approval meanwhile.
#[tokio::test]
async fn a_payment_after_an_accepted_cancel_is_no_approval() {
    let mut bench = Bench::scripted(
        "{ rx = \"'delete'\", do = \"drop\" }, { tx = \"'cancel 202'\", nth = 1, do = \"book\", truth = \"paid\" }",
    )
    .await;
    let (request, outcome) = cancelled(&mut bench, PROGRESS_WAITING).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_ne!(answer(&bench.query(&request).await), "Happened");
    assert_eq!(bench.machine.book()[0].state, ChargeState::Failed, "the money went back");
    assert_eq!(bench.charged(), Vec::<i64>::new());
}

/// A cancel that comes while the code is being asked for is heard after the answer; the code is shown to nobody.
#[tokio::test]
async fn a_cancel_before_the_code_is_there() {
    let mut bench = Bench::scripted("{ tx = \"'create'\", do = \"delay\", ms = 100 }").await;
    let stop = CancellationToken::new();
    let request = bench.request(300, CatKind::Sales);
    let clerk = async {
        tokio::time::sleep(Duration::from_millis(40)).await;
        stop.cancel();
    };
    let (outcome, ()) = tokio::join!(bench.authorize(request, stop.clone()), clerk);
    assert_eq!(word(&outcome), "Declined CODE_DELETED", "{outcome:?}");
    assert!(bench.journal.shown.lock().unwrap().iter().all(Option::is_none));
    assert!(bench.machine.book()[0].code_deleted);
}

/// The clerk's second press changes nothing: the race is on already.
#[tokio::test]
async fn a_cancel_during_the_cancel() {
    let rules = "{ after_ms = 60, attempt = 1, do = \"book\", truth = \"failed\" }";
    let mut bench = Bench::scripted(rules).await;
    let (_, outcome) = cancelled(&mut bench, PROGRESS_CANCELLING).await;
    assert_eq!(word(&outcome), "Declined FAILED");
    assert_eq!((bench.machine.asked("delete"), bench.machine.asked("cancel")), (1, 0), "it was over already");
}

/// After a start of the agent nothing is known of a code but its age.
#[tokio::test]
async fn a_restart_while_the_code_is_shown() {
    let quick = PayPayTimers { code_life: Duration::from_millis(300), ..TIMERS };
    let stands_still =
        PayPayTimers { poll: Duration::from_secs(60), patience: Duration::from_secs(60), ..TIMERS };
    for (truth, before, after) in [
        ("", "StillRunning", "DidNotHappen"),
        ("failed", "StillRunning", "DidNotHappen"),
        ("paid", "Happened", "Happened"),
        ("state CANCELED", "DidNotHappen", "DidNotHappen"),
        ("state AUTHORIZED", "StillRunning", "StillRunning"),
        ("state SOMETHING", "CannotTell", "CannotTell"),
    ] {
        let mut bench = Bench::with(SimulatorOptions::default(), stands_still).await;
        let request = bench.begin(300).await;
        bench.restart(quick);
        if !truth.is_empty() {
            bench.machine.truth(truth);
        }
        assert_eq!(answer(&bench.query(&request).await), before, "{truth}");
        assert_eq!(
            bench.machine.asked("delete") + bench.machine.asked("cancel"),
            0,
            "{truth}: a question only reads"
        );
        tokio::time::sleep(Duration::from_millis(350)).await;
        assert_eq!(answer(&bench.query(&request).await), after, "{truth}");
    }
}

/// Another amount under our id is for a person, also when it is asked about later.
#[tokio::test]
async fn another_amount_is_never_taken_for_ours() {
    let stands_still =
        PayPayTimers { poll: Duration::from_secs(60), patience: Duration::from_secs(60), ..TIMERS };
    let mut bench = Bench::with(SimulatorOptions::default(), stands_still).await;
    let request = bench.begin(300).await;
    bench.restart(TIMERS);
    bench.machine.truth("amount 3000");
    assert!(bench.machine.pay());
    assert_eq!(answer(&bench.query(&request).await), "CannotTell");
}
