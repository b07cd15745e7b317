//! Whole conversations with the simulator: sale, void, end of day, cancel, refusals.

use std::{sync::atomic::Ordering, time::Duration};

use domain::{
    money::Yen,
    payment::{DoubtCause, NotStartedWhy, Outcome, Phase, QueryAnswer},
};
use tokio_util::sync::CancellationToken;

use super::support::{Bench, quick, yen};
use crate::{
    cat::{BrandTotal, DailyLogOutcome, LinkState},
    script::Script,
    zvt::simulator::{Card, EntryKind, EntryState, Next, NextEnd, Quirks, SimulatorConfig},
};

async fn sells(mut bench: Bench) {
    assert_eq!(bench.terminal.connect().await, LinkState::Ready);
    bench.simulator.set_next(Next::approve(Card::Jcb));
    let approval = bench.approved(1_000).await;
    assert_eq!(approval.settled_amount, Some(Yen::new(1_000)));
    assert_eq!(approval.brand.unwrap().as_str(), "jcb");
    assert_eq!(approval.slip_number.as_deref(), Some("0001"));
    assert_eq!(approval.terminal_time.as_deref(), Some("11-21 10:30:15"));
    assert_eq!(approval.masked_account.as_deref(), Some("**************12"));
    assert_eq!(approval.receipt_text[0], "売上票（お客様控え）");
    assert_eq!(bench.journal.words(), ["Sending", "ResultSeen 00"]);
    assert_eq!(bench.simulator.charged(), yen(&[1_000]));
    assert_eq!(*bench.journal.progress.lock().unwrap(), [0x0A, 0x04]);
    // A second one over the same line, with an amount whose serial check bytes are 10 03.
    bench.approved(85_834).await;
    assert_eq!(bench.simulator.charged(), yen(&[1_000, 85_834]));
    assert_eq!(bench.simulator.counters().registrations, 1);
    assert_eq!(bench.terminal.link(), LinkState::Ready);
}

#[tokio::test]
async fn a_sale_over_tcp() {
    sells(Bench::new().await).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_sale_over_a_serial_line() {
    sells(Bench::on_a_pty().await).await;
}

#[tokio::test]
async fn a_terminal_that_counts_hundredths() {
    let mut bench = Bench::with(SimulatorConfig { counts_hundredths: true, ..quick() }, |_| {}).await;
    for amount in [1, 300, 99_999] {
        assert_eq!(bench.approved(amount).await.settled_amount, Some(Yen::new(amount)));
    }
    assert_eq!(bench.simulator.charged(), yen(&[1, 300, 99_999]));
}

#[tokio::test]
async fn a_wrong_exponent_is_refused_and_needs_a_person() {
    let mut bench = Bench::new().await;
    let quirks = Quirks { amount_times_100: true, ..Quirks::default() };
    bench.simulator.set_next(Next { quirks, ..Next::approve(Card::Visa) });
    let Outcome::Unknown(doubt) = bench.sale(300).await else { panic!() };
    assert_eq!(doubt.cause, DoubtCause::AmountDiffers);
    assert_eq!(doubt.partial.unwrap().settled_amount, Some(Yen::new(30_000)));
    assert_eq!(bench.replies_to(&[0x04, 0x0F]), [[0x84, 0x66, 0x00]]);
    assert_eq!(bench.simulator.charged(), yen(&[]), "the terminal reversed it");
    assert!(matches!(bench.terminal.link(), LinkState::Faulted(_)));
    // No further payment until someone connects on purpose.
    let Outcome::NotStarted { why, .. } = bench.sale(300).await else { panic!() };
    assert_eq!(why, NotStartedWhy::DeviceUnavailable);
    assert_eq!(bench.simulator.counters().sales, 1);
    assert_eq!(bench.terminal.connect().await, LinkState::Ready);
    bench.approved(300).await;
}

#[tokio::test]
async fn declines_are_declines() {
    for (end, code) in [
        (NextEnd::Decline(0x71), "71"),
        (NextEnd::Abort(0x6C), "6C"),
        (NextEnd::NoCard, "6C"),
        (NextEnd::Abort(0xB4), "B4"),
    ] {
        let mut bench = Bench::new().await;
        bench.simulator.set_next(Next { end, ..Next::approve(Card::Visa) });
        let Outcome::Declined(decline) = bench.sale(300).await else { panic!("{end:?}") };
        assert_eq!(decline.code, code);
        assert_eq!(bench.simulator.charged(), yen(&[]));
        bench.approved(300).await;
    }
}

#[tokio::test]
async fn an_unregistered_terminal_has_not_begun() {
    let mut bench = Bench::new().await;
    bench.simulator.set_next(Next { end: NextEnd::Abort(0x6B), ..Next::approve(Card::Visa) });
    let Outcome::NotStarted { why, .. } = bench.sale(300).await else { panic!() };
    assert_eq!(why, NotStartedWhy::RefusedByDevice);
}

#[tokio::test]
async fn voids_the_last_and_an_older_sale_and_none_twice() {
    let mut bench = Bench::new().await;
    let first = bench.approved(300).await;
    let second = bench.approved(450).await;
    let third = bench.approved(200).await;
    for (amount, original) in [(450, &second), (200, &third)] {
        let Outcome::Approved(void) = bench.void(amount, original.clone()).await else { panic!() };
        assert_ne!(void.slip_number, original.slip_number);
        assert_eq!(void.receipt_text[0], "取消票（お客様控え）");
    }
    assert_eq!(bench.simulator.charged(), yen(&[300]));
    let Outcome::Declined(decline) = bench.void(450, second).await else { panic!() };
    assert_eq!(decline.code, "B4");
    let unknown = domain::payment::Approval { slip_number: Some("0099".into()), ..first };
    let Outcome::Declined(decline) = bench.void(300, unknown).await else { panic!() };
    assert_eq!(decline.code, "B5");
    assert_eq!(bench.simulator.charged(), yen(&[300]));
    let nameless = domain::payment::Approval::default();
    assert!(matches!(
        bench.void(300, nameless).await,
        Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, .. }
    ));
    assert_eq!(bench.simulator.counters().voids, 4);
}

#[tokio::test]
async fn gives_money_back_after_the_day_was_closed() {
    let mut bench = Bench::new().await;
    let sold = bench.approved(450).await;
    assert!(matches!(bench.terminal.access_daily_log().await, DailyLogOutcome::Totals(_)));
    let Outcome::Declined(too_late) = bench.void(450, sold.clone()).await else { panic!("closed: no void") };
    assert_eq!(too_late.code, "B5");
    // Part of it; the slip has a number of its own, and the journal saw the result before it was acknowledged.
    let (_, outcome) = bench.refund(150, sold.clone()).await;
    let Outcome::Approved(refund) = outcome else { panic!("{outcome:?}") };
    assert_eq!(refund.settled_amount, Some(Yen::new(150)));
    assert_ne!(refund.slip_number, sold.slip_number);
    assert_eq!(refund.receipt_text[0], "返品票（お客様控え）");
    assert_eq!(bench.journal.words().last().unwrap(), "ResultSeen 00");
    let newest = *bench.simulator.book().last().unwrap();
    assert_eq!((newest.kind, newest.amount), (EntryKind::Refund, Yen::new(150)));
    // A refund is no sale: the terminal's next day has none.
    assert_eq!(bench.terminal.access_daily_log().await, DailyLogOutcome::Totals(vec![]));
    assert_eq!(bench.simulator.counters().refunds, 1);
}

#[tokio::test]
async fn a_refund_in_doubt_is_proven_only_by_its_own_result() {
    let mut bench = Bench::new().await;
    let sold = bench.approved(450).await;
    assert!(matches!(bench.terminal.access_daily_log().await, DailyLogOutcome::Totals(_)));
    // The journal goes down when the result comes: it is refused, and the terminal gives nothing back.
    bench.journal.down_from_now();
    let (_, refused) = bench.refund(150, sold.clone()).await;
    assert!(matches!(refused, Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, .. }), "{refused:?}");
    bench.journal.up_again();
    bench.simulator.set_next(Next { end: NextEnd::Decline(0x05), ..Next::approve(Card::Visa) });
    let (request, doubt) = bench.refund(150, sold).await;
    let Outcome::Unknown(_) = &doubt else { panic!("an unlisted code proves nothing: {doubt:?}") };
    assert!(matches!(
        bench.query(&request, &doubt).await,
        QueryAnswer::CannotTell { .. } | QueryAnswer::DidNotHappen { .. }
    ));
    assert!(bench.simulator.book().iter().all(|entry| entry.kind != EntryKind::Refund));
}

async fn closes(mut bench: Bench) {
    for (card, amount) in [(Card::Visa, 300), (Card::Jcb, 450), (Card::Visa, 200), (Card::Other, 1_000)] {
        bench.simulator.set_next(Next::approve(card));
        let approval = bench.approved(amount).await;
        if amount == 200 {
            assert!(matches!(bench.void(200, approval).await, Outcome::Approved(_)));
        }
    }
    let total =
        |brand: &str, count, amount| BrandTotal { brand: brand.to_owned(), count, amount: Yen::new(amount) };
    let expected = vec![total("jcb", 1, 450), total("visa", 1, 300), total("credit", 1, 1_000)];
    assert_eq!(bench.terminal.access_daily_log().await, DailyLogOutcome::Totals(expected));
    assert!(bench.simulator.book().iter().all(|entry| entry.day_closed));
    assert_eq!(bench.terminal.access_daily_log().await, DailyLogOutcome::Totals(vec![]));
}

#[tokio::test]
async fn the_end_of_day_gives_totals_by_brand() {
    closes(Bench::new().await).await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_end_of_day_over_a_serial_line() {
    closes(Bench::on_a_pty().await).await;
}

#[tokio::test]
async fn cancelled_before_anything_was_sent() {
    let mut bench = Bench::new().await;
    let stop = CancellationToken::new();
    stop.cancel();
    let request = bench.request(300);
    let outcome = bench.authorize(request, stop).await;
    assert!(matches!(outcome, Outcome::NotStarted { why: NotStartedWhy::CancelledBeforeSend, .. }));
    assert_eq!(bench.journal.words(), [""; 0]);
    assert_eq!(bench.simulator.counters().sales, 0);
}

#[tokio::test]
async fn cancelled_while_the_card_is_awaited() {
    let mut bench = Bench::new().await;
    let stop = CancellationToken::new();
    *bench.journal.cancel_on.lock().unwrap() = Some((0x0A, stop.clone()));
    bench.simulator.set_next(Next { hold: Duration::from_millis(400), ..Next::approve(Card::Visa) });
    let request = bench.request(300);
    let Outcome::Declined(decline) = bench.authorize(request, stop).await else { panic!() };
    assert_eq!(decline.code, "6C");
    assert_eq!(bench.simulator.charged(), yen(&[]));
}

/// No answer yet: the till waits for it, then asks the terminal to stop.
#[tokio::test]
async fn cancelled_before_the_terminal_has_answered() {
    let mut bench = Bench::new().await;
    let rule = "device = \"zvt\"\nrule = [{ tx = \"80\", after = \"06 01\", do = \"delay\", ms = 60 }]";
    bench.simulator.load_script(&Script::parse(rule).unwrap());
    bench.simulator.set_next(Next { hold: Duration::from_millis(300), ..Next::approve(Card::Visa) });
    let stop = CancellationToken::new();
    let request = bench.request(300);
    let cancelling = async {
        tokio::time::sleep(Duration::from_millis(40)).await;
        stop.cancel();
    };
    let (outcome, ()) = tokio::join!(bench.authorize(request, stop.clone()), cancelling);
    assert!(matches!(outcome, Outcome::Declined(decline) if decline.code == "6C"));
    assert_eq!(bench.simulator.charged(), yen(&[]));
}

#[tokio::test]
async fn a_line_that_was_silent_for_long_is_opened_anew() {
    let mut bench = Bench::with(quick(), |config| config.timers.stale = Duration::from_millis(40)).await;
    bench.approved(300).await;
    bench.approved(300).await;
    assert_eq!(bench.simulator.counters().registrations, 1);
    tokio::time::sleep(Duration::from_millis(60)).await;
    bench.approved(300).await;
    assert_eq!(bench.simulator.counters().registrations, 2);
}

/// A terminal that keeps talking and never ends is given up at the hard limit.
#[tokio::test]
async fn talk_without_end_ends() {
    let mut bench = Bench::with(quick(), |config| config.timers.hard = Duration::from_millis(200)).await;
    let wait = Next { end: NextEnd::NoCard, ..Next::approve(Card::Visa) };
    bench.simulator.set_next(wait);
    let rule = "device = \"zvt\"\nrule = [{ tx = \"04 FF\", do = \"delay\", ms = 120 }, { tx = \"06 1E\", do = \"delay\", ms = 60 }]";
    bench.simulator.load_script(&Script::parse(rule).unwrap());
    let Outcome::Unknown(doubt) = bench.sale(300).await else { panic!() };
    assert_eq!((doubt.cause, doubt.phase), (DoubtCause::Silence, Phase::Accepted));
}

#[tokio::test]
async fn a_cancel_that_comes_too_late_loses_to_the_approval() {
    let mut bench = Bench::new().await;
    let stop = CancellationToken::new();
    *bench.journal.cancel_on.lock().unwrap() = Some((0x04, stop.clone()));
    let request = bench.request(300);
    let outcome = bench.authorize(request, stop).await;
    assert!(matches!(outcome, Outcome::Approved(_)), "{outcome:?}");
    assert_eq!(bench.simulator.charged(), yen(&[300]));
}

#[tokio::test]
async fn without_a_journal_nothing_is_asked_and_nothing_is_acknowledged() {
    let mut bench = Bench::new().await;
    bench.journal.down.store(true, Ordering::SeqCst);
    assert!(matches!(bench.sale(300).await, Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, .. }));
    assert_eq!(bench.simulator.counters().sales, 0);

    bench.journal.down.store(false, Ordering::SeqCst);
    bench.simulator.set_next(Next { hold: Duration::from_millis(120), ..Next::approve(Card::Visa) });
    let request = bench.request(300);
    let selling = bench.authorize(request, CancellationToken::new());
    let failing = async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        bench.journal.down.store(true, Ordering::SeqCst);
    };
    let (outcome, ()) = tokio::join!(selling, failing);
    let Outcome::Unknown(doubt) = outcome else { panic!() };
    assert_eq!(doubt.cause, DoubtCause::JournalDown);
    assert!(doubt.phase < Phase::ResultSeen);
    assert_eq!(bench.replies_to(&[0x04, 0x0F]), [[0x84, 0x66, 0x00]]);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(bench.simulator.charged(), yen(&[]));
}

/// The disk is slow: no byte of the sale leaves before the intent is durable, no acknowledgement before the result is.
#[tokio::test]
async fn written_before_acted() {
    let mut bench =
        Bench::with(SimulatorConfig { ack_wait: Duration::from_secs(1), ..quick() }, |_| {}).await;
    bench.terminal.connect().await;
    bench.journal.disk_ms.store(150, Ordering::SeqCst);
    let request = bench.request(300);
    let watching = async {
        tokio::time::sleep(Duration::from_millis(75)).await;
        assert_eq!(bench.simulator.counters().sales, 0, "the intent is not durable yet");
        while bench.simulator.book().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(bench.journal.words(), ["Sending"]);
        assert!(bench.replies_to(&[0x04, 0x0F]).is_empty(), "the result is not durable yet");
    };
    let (outcome, ()) = tokio::join!(bench.authorize(request, CancellationToken::new()), watching);
    assert!(matches!(outcome, Outcome::Approved(_)), "{outcome:?}");
    assert_eq!(bench.replies_to(&[0x04, 0x0F]), [[0x80, 0x00, 0x00]]);
}

#[tokio::test]
async fn a_second_payment_is_refused_while_one_runs() {
    let mut bench = Bench::new().await;
    bench.terminal.connect().await;
    bench.simulator.set_next(Next { hold: Duration::from_millis(150), ..Next::approve(Card::Visa) });
    let (first, second) = (bench.request(300), bench.request(450));
    let later = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        bench.authorize(second, CancellationToken::new()).await
    };
    let (first, second) = tokio::join!(bench.authorize(first, CancellationToken::new()), later);
    assert!(matches!(first, Outcome::Approved(_)));
    assert!(matches!(second, Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, .. }));
    assert_eq!(bench.simulator.counters().sales, 1);
}

#[tokio::test]
async fn dropping_the_future_cancels_nothing() {
    let mut bench = Bench::new().await;
    bench.simulator.set_next(Next { hold: Duration::from_millis(60), ..Next::approve(Card::Visa) });
    let request = bench.request(300);
    let impatient = bench.authorize(request, CancellationToken::new());
    assert!(tokio::time::timeout(Duration::from_millis(30), impatient).await.is_err());
    assert_eq!(bench.terminal.connect().await, LinkState::Ready, "waits for its turn");
    assert_eq!(bench.journal.words(), ["Sending", "ResultSeen 00"]);
    assert_eq!(bench.simulator.book()[0].state, EntryState::Standing);
}

#[tokio::test]
async fn another_terminal_than_the_enrolled_one_is_not_used() {
    let mut bench = Bench::with(quick(), |config| config.terminal_id = Some("87654321".into())).await;
    assert!(matches!(bench.terminal.connect().await, LinkState::Faulted(why) if why.contains("12345678")));
    assert!(matches!(
        bench.sale(300).await,
        Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, .. }
    ));
    assert_eq!(bench.simulator.counters().sales, 0);
}

#[tokio::test]
async fn connecting_and_waiting_start_no_transaction_and_no_timed_job() {
    let bench = Bench::new().await;
    for _ in 0..3 {
        assert_eq!(bench.terminal.connect().await, LinkState::Ready);
        bench.simulator.power_off();
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert!(matches!(bench.terminal.link(), LinkState::Lost(_)));
        bench.simulator.power_on();
    }
    let counters = bench.simulator.counters();
    assert_eq!((counters.registrations, counters.sales, counters.voids), (3, 0, 0));
    assert_eq!((counters.days_closed, counters.status_enquiries, counters.repeats), (0, 0, 0));
    assert_eq!(bench.simulator.book(), []);
}

#[tokio::test]
async fn an_absurd_amount_never_leaves() {
    let mut bench = Bench::new().await;
    for amount in [0, -1, i64::MAX] {
        assert!(matches!(
            bench.sale(amount).await,
            Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, .. }
        ));
    }
    assert_eq!(bench.simulator.counters().registrations, 0);
}
