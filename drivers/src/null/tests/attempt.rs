//! The attempt machine on the null terminal: every phase, every end.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use domain::{
    money::Yen,
    payment::{DoubtCause, NotStartedWhy, Outcome, Phase, QueryAnswer},
};
use tokio_util::sync::CancellationToken;

use super::support::Bench;
use crate::{
    cat::{Cat as _, CatKind, DailyLogOutcome, LinkState, Recorder},
    null::{TERMINAL_ID, Unacknowledged},
    script::Script,
};

fn bench(rule: &str) -> Bench {
    let bench = Bench::new(Unacknowledged::Reverse);
    bench.machine.load_script(&Script::parse(&format!("device = \"null\"\nrule = [{rule}]")).unwrap());
    bench
}

#[tokio::test]
async fn a_training_day() {
    let mut bench = bench("");
    assert_eq!(bench.till.connect().await, LinkState::Ready);
    let (sale, outcome) = bench.sale(300).await;
    let Outcome::Approved(approval) = outcome else { panic!("{outcome:?}") };
    assert_eq!(approval.terminal_id.as_deref(), Some(TERMINAL_ID));
    assert!(approval.receipt_text.concat().contains("訓練"));
    bench.sale(450).await;
    let mut void = bench.request(300, CatKind::Void { original: sale.attempt });
    void.original = Some(approval);
    assert!(matches!(bench.authorize(void.clone(), CancellationToken::new()).await, Outcome::Approved(_)));
    assert_eq!(bench.charged(), [450]);
    let again = bench.authorize(void, CancellationToken::new()).await;
    assert!(
        matches!(again, Outcome::NotStarted { why: NotStartedWhy::RefusedByDevice, .. }),
        "a second void"
    );
    bench.machine.end_next("D1");
    let (_, declined) = bench.sale(500).await;
    assert!(matches!(declined, Outcome::Declined(decline) if decline.code == "D1"));
    let DailyLogOutcome::Totals(totals) = bench.till.access_daily_log().await else { panic!() };
    assert_eq!((totals[0].count, totals[0].amount), (1, Yen::new(450)));
    assert_eq!(bench.till.access_daily_log().await, DailyLogOutcome::Totals(vec![]));
    assert_eq!(bench.machine.asks(), 5, "and no health check among them");
}

/// The clerk's wish to stop, in each phase.
#[tokio::test]
async fn a_cancel_in_each_phase() {
    for (progress, charged) in [(None, vec![]), (Some(1), vec![]), (Some(2), vec![300]), (Some(3), vec![300])]
    {
        let mut bench = bench("");
        let stop = CancellationToken::new();
        match progress {
            None => stop.cancel(),
            Some(code) => *bench.journal.cancel_on.lock().unwrap() = Some((code, stop.clone())),
        }
        let request = bench.request(300, CatKind::Sales);
        let outcome = bench.authorize(request, stop).await;
        match progress {
            None => {
                assert!(matches!(
                    outcome,
                    Outcome::NotStarted { why: NotStartedWhy::CancelledBeforeSend, .. }
                ));
                assert!(bench.journal.words().is_empty() && bench.machine.asks() == 0);
            }
            Some(1) => assert!(matches!(outcome, Outcome::Declined(_)), "{outcome:?}"),
            Some(_) => assert!(matches!(outcome, Outcome::Approved(_)), "{outcome:?}"),
        }
        assert_eq!(bench.charged(), charged, "{progress:?}");
    }
}

/// A line that is cut at each word: the phase is told, and the question ends the doubt as the book says.
#[tokio::test]
async fn a_cut_at_each_word() {
    for (rule, phase, kept) in [
        ("{ rx = \"'ask'\", nth = 1, do = \"cut\", reconnect_ms = 30 }", Phase::Sent, false),
        ("{ tx = \"'accepted'\", nth = 1, do = \"cut\", reconnect_ms = 30 }", Phase::Sent, false),
        ("{ tx = \"'card'\", nth = 1, do = \"cut\", reconnect_ms = 30 }", Phase::Accepted, false),
        ("{ tx = \"'centre'\", nth = 1, do = \"power\", reconnect_ms = 30 }", Phase::CardSeen, false),
        ("{ tx = \"'result'\", nth = 1, do = \"cut\", reconnect_ms = 30 }", Phase::AtCentre, true),
        ("{ rx = \"'ack'\", nth = 1, do = \"cut\", reconnect_ms = 30 }", Phase::Acknowledged, true),
        ("{ tx = \"'completed'\", nth = 1, do = \"cut\", reconnect_ms = 30 }", Phase::Acknowledged, true),
        ("{ after_ms = 30, attempt = 1, do = \"cut\", reconnect_ms = 30 }", Phase::CardSeen, false),
        ("{ tx = \"'result'\", nth = 1, do = \"stall\" }", Phase::AtCentre, true),
    ] {
        for unacknowledged in [Unacknowledged::Reverse, Unacknowledged::Keep] {
            let mut bench = Bench::new(unacknowledged);
            bench
                .machine
                .load_script(&Script::parse(&format!("device = \"null\"\nrule = [{rule}]")).unwrap());
            let (request, outcome) = bench.sale(300).await;
            let Outcome::Unknown(doubt) = outcome else { panic!("{rule}: {outcome:?}") };
            let cause = if rule.contains("stall") { DoubtCause::Silence } else { DoubtCause::LineCut };
            assert_eq!((doubt.phase, doubt.cause), (phase, cause), "{rule}");
            if cause == DoubtCause::LineCut {
                assert!(matches!(bench.till.link(), LinkState::Lost(_)), "{rule}");
                let busy = bench.query(&request).await;
                assert!(matches!(busy, QueryAnswer::CannotTell { .. }), "{rule}: out of reach");
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
            let stands = kept && (unacknowledged == Unacknowledged::Keep || rule.contains("completed"));
            match bench.query(&request).await {
                QueryAnswer::Happened { .. } => assert!(stands, "{rule}"),
                QueryAnswer::DidNotHappen { .. } => assert!(!stands, "{rule}"),
                other => panic!("{rule}: {other:?}"),
            }
            assert_eq!(bench.charged().len(), usize::from(stands), "{rule} {unacknowledged:?}");
            // The next citizen is not held up.
            assert!(matches!(bench.sale(450).await.1, Outcome::Approved(_)), "{rule}");
        }
    }
}

#[tokio::test]
async fn a_journal_that_is_down_never_acknowledges() {
    let mut bench = bench("");
    bench.journal.down_at_result.store(true, Ordering::SeqCst);
    let (request, outcome) = bench.sale(300).await;
    assert!(matches!(outcome, Outcome::Unknown(doubt) if doubt.cause == DoubtCause::JournalDown));
    assert!(matches!(bench.query(&request).await, QueryAnswer::DidNotHappen { .. }), "taken back");
    assert_eq!(bench.charged(), Vec::<i64>::new());
}

#[tokio::test]
async fn another_amount_is_kept_for_a_person() {
    let mut bench = bench(
        "{ tx = \"'result'\", nth = 1, do = \"replace\", with = \"'result 00 amount 400 slip 0001'\" }",
    );
    let (_, outcome) = bench.sale(300).await;
    let Outcome::Unknown(doubt) = outcome else { panic!("{outcome:?}") };
    assert_eq!((doubt.cause, doubt.phase), (DoubtCause::AmountDiffers, Phase::Committed));
    assert_eq!(doubt.partial.and_then(|partial| partial.settled_amount), Some(Yen::new(400)));
}

#[tokio::test]
async fn a_result_that_fits_no_attempt_is_recorded_and_refused() {
    let mut bench = bench(
        "{ tx = \"'hello'\", nth = 1, do = \"insert\", with = \"'result 00 slip 0777'\", at_byte = 0 }, { tx = \"'hello'\", nth = 2, do = \"book\", truth = \"silent\" }",
    );
    // The greeting and the result run together: no word, so the till finds nobody there.
    assert!(matches!(
        bench.sale(300).await.1,
        Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, .. }
    ));
    assert!(bench.journal.words().is_empty(), "nothing was recorded before a line stood");
    assert!(matches!(bench.sale(300).await.1, Outcome::Approved(_)));

    let mut stray =
        self::bench("{ tx = \"'card'\", nth = 1, do = \"replace\", with = \"'result 00 slip 0777'\" }");
    // A stray result in place of the card's word is taken for ours; the true one is then the stray, recorded and refused.
    let (_, outcome) = stray.sale(300).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_eq!(stray.journal.strays.lock().unwrap().len(), 1);
    assert_eq!(stray.charged(), Vec::<i64>::new());
}

#[tokio::test]
async fn a_dropped_future_cancels_nothing() {
    let mut bench = bench("");
    let request = bench.request(300, CatKind::Sales);
    let recorder = Arc::clone(&bench.journal) as Arc<dyn Recorder>;
    let till = Arc::clone(&bench.till);
    let waited = tokio::time::timeout(
        Duration::from_millis(30),
        till.authorize(request, recorder, CancellationToken::new()),
    );
    assert!(waited.await.is_err());
    let busy = bench.sale(450).await.1;
    assert!(matches!(busy, Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, .. }));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(bench.charged(), [300]);
    assert_eq!(bench.journal.words(), ["PaymentRequested", "PaymentResultSeen"]);
}
