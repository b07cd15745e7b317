//! Doubts and how they end: the line is cut at each phase, results come late, results fit nothing.

use std::time::Duration;

use domain::payment::{DoubtCause, Outcome, Phase, QueryAnswer};
use tokio_util::sync::CancellationToken;

use super::support::{Bench, quick, yen};
use crate::{
    cat::{DailyLogOutcome, LinkState},
    script::Script,
    zvt::simulator::{Card, Next, SimulatorConfig, Unacknowledged},
};

fn script(rules: &str) -> Script {
    Script::parse(&format!("device = \"zvt\"\nrule = [{rules}]")).unwrap()
}

/// The line is cut in the middle of each message that a sale brings; what the query says is what the terminal's book says.
#[tokio::test]
async fn a_cut_anywhere_never_charges_twice_and_is_resolved() {
    for (point, phase) in [
        ("tx = \"80\", after = \"06 01\"", Phase::Sent),
        ("tx = \"04 FF 01 0A\"", Phase::Accepted),
        ("tx = \"04 FF 01 04\"", Phase::Accepted),
        ("tx = \"04 0F\"", Phase::AtCentre),
        ("tx = \"06 D3\"", Phase::Acknowledged),
        ("tx = \"06 0F\", after = \"80\", nth = 2", Phase::Acknowledged),
    ] {
        for at_byte in [0, 2] {
            let mut bench = Bench::new().await;
            bench.approved(111).await;
            bench
                .simulator
                .load_script(&script(&format!("{{ {point}, at_byte = {at_byte}, do = \"cut\" }}")));
            if point.contains("06 0F") {
                // The first completion after loading is the one of this sale: count from one.
                bench.simulator.load_script(&script(&format!(
                    "{{ tx = \"06 0F\", at_byte = {at_byte}, nth = 1, do = \"cut\" }}"
                )));
            }
            let request = bench.request(300);
            let outcome = bench.authorize(request.clone(), CancellationToken::new()).await;
            let Outcome::Unknown(doubt) = &outcome else { panic!("{point} {at_byte}: {outcome:?}") };
            assert_eq!((doubt.cause, doubt.phase), (DoubtCause::LineCut, phase), "{point} {at_byte}");
            assert!(matches!(bench.terminal.link(), LinkState::Lost(_)));

            bench.simulator.load_script(&Script::none());
            let answer = bench.query(&request, &outcome).await;
            let charged = bench.simulator.charged();
            match answer {
                QueryAnswer::Happened { approval, .. } => {
                    assert_eq!(charged, yen(&[111, 300]), "{point} {at_byte}");
                    assert_eq!(approval.slip_number.as_deref(), Some("0002"));
                }
                QueryAnswer::DidNotHappen { .. } => assert_eq!(charged, yen(&[111]), "{point} {at_byte}"),
                other => panic!("{point} {at_byte}: {other:?}"),
            }
            assert_eq!(bench.simulator.counters().sales, 2, "never sent again");
            bench.approved(450).await;
        }
    }
}

#[tokio::test]
async fn power_lost_while_the_card_is_awaited() {
    let mut bench = Bench::new().await;
    bench.simulator.set_next(Next { hold: Duration::from_millis(300), ..Next::approve(Card::Visa) });
    let request = bench.request(300);
    let cutting = async {
        tokio::time::sleep(Duration::from_millis(80)).await;
        bench.simulator.power_off();
    };
    let (outcome, ()) = tokio::join!(bench.authorize(request.clone(), CancellationToken::new()), cutting);
    assert!(matches!(&outcome, Outcome::Unknown(doubt) if doubt.phase == Phase::Accepted), "{outcome:?}");
    assert!(matches!(bench.query(&request, &outcome).await, QueryAnswer::CannotTell { .. }), "still dark");
    bench.simulator.power_on();
    assert!(matches!(bench.query(&request, &outcome).await, QueryAnswer::DidNotHappen { .. }));
    assert_eq!(bench.simulator.charged(), yen(&[]));
}

#[cfg(unix)]
#[tokio::test]
async fn power_lost_on_a_serial_line_is_silence() {
    let mut bench = Bench::on_a_pty().await;
    bench.simulator.set_next(Next { hold: Duration::from_millis(300), ..Next::approve(Card::Visa) });
    let request = bench.request(300);
    let cutting = async {
        tokio::time::sleep(Duration::from_millis(80)).await;
        bench.simulator.power_off();
    };
    let (outcome, ()) = tokio::join!(bench.authorize(request.clone(), CancellationToken::new()), cutting);
    assert!(matches!(&outcome, Outcome::Unknown(doubt) if doubt.cause == DoubtCause::Silence), "{outcome:?}");
    bench.simulator.power_on();
    assert!(matches!(bench.query(&request, &outcome).await, QueryAnswer::DidNotHappen { .. }));
    bench.approved(300).await;
    assert_eq!(bench.simulator.charged(), yen(&[300]));
}

/// A damaged block is asked for again, and the sale goes through once.
#[cfg(unix)]
#[tokio::test]
async fn damaged_serial_blocks_are_asked_for_again() {
    let mut bench = Bench::on_a_pty().await;
    bench.simulator.load_script(&script(
        "{ tx = \"04 0F\", nth = 1, at_byte = 5, do = \"corrupt\" }, { tx = \"06 D3\", nth = 1, at_byte = 9, do = \"corrupt\" }",
    ));
    bench.approved(300).await;
    assert_eq!(bench.journal.words(), ["Sending", "ResultSeen 00"]);
    assert_eq!(bench.simulator.charged(), yen(&[300]));
}

#[tokio::test]
async fn a_late_result_that_comes_by_itself_is_the_answer() {
    let mut bench =
        Bench::with(SimulatorConfig { unacknowledged: Unacknowledged::SayAgain, ..quick() }, |_| {}).await;
    bench.simulator.load_script(&script("{ tx = \"04 0F\", nth = 1, do = \"cut\", reconnect_ms = 20 }"));
    let request = bench.request(300);
    let outcome = bench.authorize(request.clone(), CancellationToken::new()).await;
    assert!(matches!(outcome, Outcome::Unknown(_)));
    tokio::time::sleep(Duration::from_millis(40)).await;
    let answer = bench.query(&request, &outcome).await;
    assert!(matches!(answer, QueryAnswer::Happened { .. }), "{answer:?}");
    assert_eq!(bench.journal.words(), ["Sending", "ResultSeen 00"]);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(bench.replies_to(&[0x04, 0x0F]).last().unwrap(), &[0x80, 0, 0]);
    assert_eq!(bench.simulator.counters().repeats, 0, "no need to ask");
    assert_eq!(bench.simulator.charged(), yen(&[300]));
}

/// The terminal says an earlier result of the same amount again: it is not the answer about the attempt in doubt.
#[tokio::test]
async fn an_earlier_result_of_the_same_amount_is_not_ours() {
    let mut bench = Bench::new().await;
    bench.simulator.load_script(&script(
        "{ tx = \"80\", after = \"06 01\", nth = 2, do = \"cut\", truth = \"silent\" }, \
         { tx = \"06 0F\", nth = 3, do = \"repeat\", of = \"04 0F\" }",
    ));
    bench.approved(300).await;
    let request = bench.request(300);
    let outcome = bench.authorize(request.clone(), CancellationToken::new()).await;
    let answer = bench.query(&request, &outcome).await;
    assert!(matches!(answer, QueryAnswer::DidNotHappen { .. }), "{answer:?}");
    assert!(bench.journal.strays().is_empty());
    assert_eq!(bench.simulator.charged(), yen(&[300]));
}

/// Even a result that says nothing but 27 00 may come twice: the repeat is acknowledged, not taken for a stranger.
#[tokio::test]
async fn a_nameless_result_may_come_twice() {
    let mut bench = Bench::new().await;
    bench.simulator.load_script(&script(
        "{ tx = \"04 0F\", nth = 1, do = \"replace\", with = \"04 0F 02 27 00 04 0F 02 27 00\" }",
    ));
    bench.approved(300).await;
    assert!(bench.journal.strays().is_empty());
    assert_eq!(bench.simulator.charged(), yen(&[300]));
}

/// A listed code proves a decline, but not after a success was seen.
#[tokio::test]
async fn a_refusal_after_a_success_is_a_doubt() {
    let mut bench = Bench::new().await;
    bench
        .simulator
        .load_script(&script("{ tx = \"06 0F\", nth = 2, do = \"replace\", with = \"06 1E 01 6C\" }"));
    let Outcome::Unknown(doubt) = bench.sale(300).await else { panic!() };
    assert_eq!((doubt.cause, doubt.phase), (DoubtCause::UnlistedCode, Phase::Acknowledged));
    assert!(doubt.partial.is_some());
}

#[tokio::test]
async fn a_lost_answer_alone_is_no_doubt() {
    let mut bench = Bench::new().await;
    bench.simulator.load_script(&script("{ tx = \"80\", after = \"06 01\", do = \"drop\" }"));
    bench.approved(300).await;
    assert_eq!(bench.simulator.charged(), yen(&[300]));
}

#[tokio::test]
async fn a_day_cut_in_the_middle_may_have_closed() {
    for (rule, refused) in [
        ("{ tx = \"04 0F\", after = \"06 50\", do = \"cut\" }", false),
        ("{ tx = \"06 1E\", after = \"06 23\", do = \"cut\" }", true),
    ] {
        let bench = Bench::new().await;
        bench.simulator.load_script(&script(rule));
        let outcome = bench.terminal.access_daily_log().await;
        assert_eq!(matches!(outcome, DailyLogOutcome::Refused(_)), refused, "{outcome:?}");
        assert_eq!(matches!(outcome, DailyLogOutcome::Unknown(_)), !refused, "{outcome:?}");
        assert_eq!(bench.simulator.counters().days_closed, u32::from(!refused));
    }
}

#[tokio::test]
async fn a_result_that_fits_nothing_is_recorded_then_refused() {
    let bench = Bench::new().await;
    bench.simulator.load_script(&script(
        "{ tx = \"06 0F\", nth = 1, do = \"insert\", at_byte = 1000, with = \"04 0F 0A 27 00 87 00 77 29 12 34 56 78\" }",
    ));
    bench.terminal.connect().await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    let strays = bench.journal.strays();
    assert_eq!(strays.len(), 1);
    assert_eq!(strays[0].approval.slip_number.as_deref(), Some("0077"));
    let refusals =
        bench.simulator.transcript().iter().filter(|(_, bytes)| bytes[..] == [0x84, 0x66, 0x00]).count();
    assert_eq!(refusals, 1);
}

#[tokio::test]
async fn a_terminal_still_at_it_says_so() {
    let mut bench = Bench::new().await;
    bench
        .simulator
        .load_script(&script("{ tx = \"80\", after = \"06 01\", do = \"cut\", truth = \"busy 200\" }"));
    let request = bench.request(300);
    let outcome = bench.authorize(request.clone(), CancellationToken::new()).await;
    bench.simulator.load_script(&Script::none());
    assert_eq!(bench.query(&request, &outcome).await, QueryAnswer::StillRunning);
    tokio::time::sleep(Duration::from_millis(220)).await;
    assert!(matches!(bench.query(&request, &outcome).await, QueryAnswer::DidNotHappen { .. }));
}

#[tokio::test]
async fn after_our_own_end_of_day_an_empty_day_is_proof() {
    let mut bench = Bench::new().await;
    bench.approved(111).await;
    bench.terminal.access_daily_log().await;
    bench
        .simulator
        .load_script(&script("{ tx = \"80\", after = \"06 01\", do = \"cut\", truth = \"silent\" }"));
    let request = bench.request(300);
    let outcome = bench.authorize(request.clone(), CancellationToken::new()).await;
    bench.simulator.load_script(&Script::none());
    assert!(matches!(bench.query(&request, &outcome).await, QueryAnswer::DidNotHappen { .. }));
}

#[tokio::test]
async fn a_void_in_doubt_is_resolved_too() {
    for (rule, happened) in [
        ("{ tx = \"80\", after = \"06 30\", do = \"cut\", truth = \"charged\" }", true),
        ("{ tx = \"80\", after = \"06 30\", do = \"cut\", truth = \"silent\" }", false),
    ] {
        let mut bench = Bench::new().await;
        let sale = bench.approved(300).await;
        bench.simulator.load_script(&script(rule));
        let of = bench.request(300).attempt;
        let request = crate::cat::CatRequest {
            kind: crate::cat::CatKind::Void { original: of },
            original: Some(sale),
            ..bench.request(300)
        };
        let outcome = bench.authorize(request.clone(), CancellationToken::new()).await;
        bench.simulator.load_script(&Script::none());
        let answer = bench.query(&request, &outcome).await;
        assert_eq!(matches!(answer, QueryAnswer::Happened { .. }), happened, "{answer:?}");
        assert_eq!(matches!(answer, QueryAnswer::DidNotHappen { .. }), !happened, "{answer:?}");
        assert_eq!(bench.simulator.charged().is_empty(), happened);
    }
}
