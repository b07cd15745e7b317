//! The fault scripts 1 to 6 of `devices.md` 5 at the level of the driver: outcome, what was recorded, and the terminal's own book.

use std::time::Duration;

use domain::payment::{DoubtCause, NotStartedWhy, Outcome, Phase, QueryAnswer};
use tokio_util::sync::CancellationToken;

use super::support::{Bench, yen};
use crate::{
    cat::LinkState,
    script::Script,
    test_counter::scripts::integers,
    zvt::simulator::{Card, Next},
};

const OK: [u8; 3] = [0x80, 0x00, 0x00];

/// The book is as the script says.
fn agrees(bench: &Bench, script: &Script) {
    let wanted = integers(&script.expect["book"]["charged"]);
    assert_eq!(bench.simulator.charged(), yen(&wanted));
}

async fn script_1(mut bench: Bench) {
    let script = bench.load("01_no_answer_but_charged");
    let request = bench.request(300);
    let second = bench.request(300);
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(120)).await;
        bench.authorize(second, CancellationToken::new()).await
    };
    let (outcome, refused) =
        tokio::join!(bench.authorize(request.clone(), CancellationToken::new()), meanwhile);
    assert!(matches!(refused, Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, .. }));
    let Outcome::Unknown(doubt) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((doubt.cause, doubt.phase), (DoubtCause::Silence, Phase::Sent));
    let answer = bench.query(&request, &outcome).await;
    let QueryAnswer::Happened { approval, .. } = answer else { panic!("{answer:?}") };
    assert_eq!(approval.slip_number.as_deref(), Some("0001"));
    assert_eq!(bench.simulator.counters().sales, 1);
    agrees(&bench, &script);
}

#[tokio::test]
async fn script_1_no_answer_but_charged() {
    script_1(Bench::new().await).await;
}

#[cfg(unix)]
#[tokio::test]
async fn script_1_on_a_serial_line() {
    script_1(Bench::on_a_pty().await).await;
}

#[tokio::test]
async fn script_2_our_acknowledgement_is_lost() {
    let mut bench = Bench::new().await;
    let script = bench.load("02_acknowledgement_lost");
    let request = bench.request(300);
    let outcome = bench.authorize(request.clone(), CancellationToken::new()).await;
    let Outcome::Unknown(doubt) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(doubt.phase, Phase::Acknowledged);
    assert!(doubt.partial.is_some());
    assert_eq!(bench.journal.words(), ["Sending", "ResultSeen 00"]);
    let answer = bench.query(&request, &outcome).await;
    assert!(matches!(answer, QueryAnswer::DidNotHappen { .. }), "{answer:?}");
    agrees(&bench, &script);
    // The citizen pays again, once.
    bench.approved(300).await;
    assert_eq!(bench.simulator.charged(), yen(&[300]));
}

#[tokio::test]
async fn script_3_the_result_comes_three_times() {
    let mut bench = Bench::new().await;
    let script = bench.load("03_result_doubled");
    bench.approved(300).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(matches!(bench.terminal.link(), LinkState::Lost(_)));
    assert_eq!(bench.terminal.connect().await, LinkState::Ready);
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(bench.journal.words(), ["Sending", "ResultSeen 00"], "one result");
    assert!(bench.journal.strays().is_empty());
    let answers = bench.simulator.transcript().into_iter().filter(|(_, message)| message[0] == 0x84).count();
    assert_eq!(answers, 0, "no repeat was refused");
    assert!(bench.replies_to(&[0x04, 0x0F]).iter().all(|reply| reply[..] == OK));
    agrees(&bench, &script);
    bench.approved(450).await;
}

#[tokio::test]
async fn script_4_a_result_without_amount_and_trace() {
    let mut bench = Bench::new().await;
    let script = bench.load("04_result_without_amount");
    let approval = bench.approved(300).await;
    assert_eq!(approval.settled_amount, None);
    assert_eq!(approval.trace_number.as_deref(), Some("000000"));
    agrees(&bench, &script);
}

#[tokio::test]
async fn script_5_the_cancel_loses_the_race() {
    let mut bench = Bench::new().await;
    let script = bench.load("05_cancel_just_before_the_result");
    let code = u8::from_str_radix(script.clerk["cancel_on_status"].as_str().unwrap(), 16).unwrap();
    let stop = CancellationToken::new();
    *bench.journal.cancel_on.lock().unwrap() = Some((code, stop.clone()));
    let request = bench.request(300);
    let outcome = bench.authorize(request, stop).await;
    let Outcome::Approved(approval) = outcome else { panic!("{outcome:?}") };
    agrees(&bench, &script);
    let aborts =
        bench.simulator.transcript().into_iter().filter(|(_, message)| message[..2] == [0x06, 0xB0]).count();
    assert_eq!(aborts, 1, "asked once");
    // The void that is offered then works.
    assert!(matches!(bench.void(300, approval).await, Outcome::Approved(_)));
    assert_eq!(bench.simulator.charged(), yen(&[]));
}

#[tokio::test]
async fn script_6_codes_that_prove_nothing() {
    let mut bench = Bench::new().await;
    let script = bench.load("06_codes_that_prove_nothing");
    for (cause, phase) in [(DoubtCause::UnlistedCode, Phase::Accepted), (DoubtCause::Silence, Phase::Sent)] {
        let request = bench.request(300);
        let outcome = bench.authorize(request.clone(), CancellationToken::new()).await;
        let Outcome::Unknown(doubt) = &outcome else { panic!("{outcome:?}") };
        assert_eq!((doubt.cause, doubt.phase), (cause, phase), "{}", doubt.detail);
        assert!(matches!(bench.query(&request, &outcome).await, QueryAnswer::DidNotHappen { .. }));
    }
    agrees(&bench, &script);
}

/// The `after_ms` point and the `attempt` filter on a real protocol: the line goes by itself while the card is waited for, in the
/// second payment only.
#[tokio::test]
async fn a_line_that_goes_by_time_in_the_second_payment() {
    let mut bench = Bench::new().await;
    let script = Script::parse(
        "device = \"zvt\"\nrule = [{ after_ms = 15, attempt = 2, do = \"cut\", reconnect_ms = 30 }]",
    )
    .unwrap();
    bench.simulator.load_script(&script);
    bench.approved(300).await;
    bench.simulator.set_next(Next { hold: Duration::from_millis(120), ..Next::approve(Card::Visa) });
    let request = bench.request(450);
    let outcome = bench.authorize(request.clone(), CancellationToken::new()).await;
    let Outcome::Unknown(doubt) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(doubt.cause, DoubtCause::LineCut);
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(matches!(bench.query(&request, &outcome).await, QueryAnswer::DidNotHappen { .. }));
    assert_eq!(bench.simulator.charged(), yen(&[300]));
    bench.approved(450).await;
}
