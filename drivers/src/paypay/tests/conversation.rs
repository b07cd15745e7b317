//! A day at the operator, and every word with which a sale can end.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use domain::{
    money::Yen,
    payment::{DoubtCause, NotStartedWhy, Outcome},
};
use tokio_util::sync::CancellationToken;

use super::support::{Bench, SECRET, TIMERS, answer, till, word};
use crate::{
    cat::{Cat as _, CatKind, DailyLogOutcome, LinkState},
    codes::PaymentCode,
    paypay::{ApiSecret, PayPayConfig, simulator::SimulatorOptions},
};

/// The citizen pays 60 ms after each code.
const PAYS: &str = "{ after_ms = 60, attempt = 1, do = \"book\", truth = \"paid\" }, { after_ms = 60, attempt = 2, do = \"book\", truth = \"paid\" }";

#[tokio::test]
async fn a_day_at_the_operator() {
    let mut bench = Bench::scripted(PAYS).await;
    assert_eq!(bench.till.connect().await, LinkState::Ready);
    assert_eq!((bench.machine.asked("create"), bench.machine.book().len()), (0, 0), "asking made no order");
    let (first, outcome) = bench.sale(300).await;
    let Outcome::Approved(approval) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(approval.settled_amount, Some(Yen::new(300)));
    assert_eq!(approval.brand.as_ref().map(|brand| brand.as_str()), Some("paypay"));
    assert_eq!(approval.terminal_id.as_deref(), Some("MADO-1"));
    assert_eq!(approval.slip_number.as_deref(), Some("00000000000000000001"), "決済番号");
    assert_eq!(approval.terminal_time.as_deref(), Some("2026-11-21 10:30:15"));
    let (_, second) = bench.sale(450).await;
    assert_eq!(word(&second), "Approved");
    assert_eq!(bench.charged(), [300, 450]);
    assert_eq!(
        bench.journal.words(),
        ["PaymentRequested", "PaymentResultSeen", "PaymentRequested", "PaymentResultSeen"]
    );
    {
        let shown = bench.journal.shown.lock().unwrap();
        let code = shown[0].as_ref().expect("the code is shown first");
        assert_eq!(code.amount, Yen::new(300));
        assert!(code.payload.expose().starts_with(bench.machine.base_url()));
        assert_eq!(shown.iter().filter(|code| code.is_some()).count(), 2);
    }
    assert!(bench.journal.display_is_empty());
    assert_eq!(answer(&bench.query(&first).await), "Happened");
    assert!(matches!(bench.till.access_daily_log().await, DailyLogOutcome::Refused(_)));
    let can = bench.till.capabilities();
    assert!(can.void && can.query && can.abort && !can.refuse_result && !can.daily_log);
}

#[tokio::test]
async fn a_code_is_paid_at_the_address_that_it_carries() {
    let mut bench = Bench::new().await;
    let request = bench.request(300, CatKind::Sales);
    let citizen = async {
        loop {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let shown = bench.journal.shown.lock().unwrap().first().cloned();
            if let Some(Some(code)) = shown {
                let client = reqwest::Client::builder().build().unwrap();
                return client.post(code.payload.expose()).send().await.unwrap().status().as_u16();
            }
        }
    };
    let (outcome, status) = tokio::join!(bench.authorize(request.clone(), CancellationToken::new()), citizen);
    assert_eq!((word(&outcome).as_str(), status), ("Approved", 200));
}

/// What the operator answers to the order, and how the sale ends. `refuse` is an answer to an order that was not made, `answer`
/// one to an order that was.
#[tokio::test]
async fn every_answer_to_an_order() {
    for (truth, ends) in [
        ("refuse 400 INVALID_REQUEST_PARAMS", "NotStarted RefusedByDevice"),
        ("refuse 400 MISSING_REQUEST_PARAMS", "NotStarted RefusedByDevice"),
        ("refuse 400 DYNAMIC_QR_BAD_REQUEST", "NotStarted RefusedByDevice"),
        ("refuse 400 UNACCEPTABLE_OP", "NotStarted RefusedByDevice"),
        ("refuse 401 UNAUTHORIZED", "NotStarted RefusedByDevice"),
        ("refuse 401 OP_OUT_OF_SCOPE", "NotStarted RefusedByDevice"),
        ("refuse 404 OPA_CLIENT_NOT_FOUND", "NotStarted RefusedByDevice"),
        ("refuse 429 RATE_LIMIT", "NotStarted DeviceUnavailable"),
        ("refuse 503 MAINTENANCE_MODE", "NotStarted DeviceUnavailable"),
        // Asked under the same id: it was never made, or it was and is taken back unseen.
        ("refuse 500 INTERNAL_SERVER_ERROR", "NotStarted DeviceUnavailable"),
        ("refuse 400 DUPLICATE_DYNAMIC_QR_REQUEST", "NotStarted DeviceUnavailable"),
        ("answer 500 SERVICE_ERROR", "NotStarted DeviceUnavailable"),
        ("answer 201 SUCCESS", "NotStarted DeviceUnavailable"),
        // Words that no list names, or that no list names with this status.
        ("refuse 400 TEAPOT", "Unknown UnlistedCode"),
        ("answer 418 SUCCESS", "Unknown UnlistedCode"),
        ("answer 400 SERVICE_ERROR", "Unknown UnlistedCode"),
        ("answer 500 RATE_LIMIT", "Unknown UnlistedCode"),
        ("answer 302 REDIRECT", "Unknown UnlistedCode"),
    ] {
        let rule = format!("{{ rx = \"'create'\", do = \"book\", truth = \"{truth}\" }}");
        let mut bench = Bench::scripted(&rule).await;
        let (request, outcome) = bench.sale(300).await;
        assert_eq!(word(&outcome), ends, "{truth}: {outcome:?}");
        assert_eq!(bench.machine.asked("create"), 1, "{truth}");
        assert!(bench.journal.shown.lock().unwrap().iter().all(Option::is_none), "{truth}: nothing is shown");
        if matches!(outcome, Outcome::Unknown(_)) {
            // An order that nobody has seen is taken back by the question.
            assert_eq!(answer(&bench.query(&request).await), "DidNotHappen", "{truth}");
        }
        assert!(
            !bench.machine.pay() || bench.machine.book()[0].cancelled,
            "{truth}: money that comes goes back"
        );
    }
}

/// What the operator says of the order while the citizen should pay.
#[tokio::test]
async fn every_state_of_an_order() {
    for (truth, ends) in [
        ("paid", "Approved"),
        ("amount 299", "Unknown AmountDiffers"),
        ("failed", "Declined FAILED"),
        ("state CANCELED", "Declined CANCELED"),
        ("state EXPIRED", "Declined EXPIRED"),
        ("state REFUNDED", "Declined REFUNDED"),
        ("state AUTHORIZED", "Unknown Silence"),
        ("state REAUTHORIZING", "Unknown Silence"),
        ("state PENDING_SOMEHOW", "Unknown UnlistedCode"),
        ("state lower case", "Unknown UnlistedCode"),
    ] {
        let rules = format!(
            "{{ after_ms = 60, attempt = 1, do = \"book\", truth = \"{truth}\" }}, {{ after_ms = 80, attempt = 1, do = \"book\", truth = \"{}\" }}",
            if truth.starts_with("amount") { "paid" } else { truth }
        );
        let mut bench = Bench::scripted(&rules).await;
        let (_, outcome) = bench.sale(300).await;
        assert_eq!(word(&outcome), ends, "{truth}: {outcome:?}");
        assert!(bench.journal.display_is_empty(), "{truth}");
        let deleted = bench.machine.asked("delete");
        assert_eq!(deleted, u32::from(!truth.starts_with("paid") && !truth.starts_with("amount")), "{truth}");
        if let Outcome::Unknown(doubt) = &outcome
            && doubt.cause == DoubtCause::AmountDiffers
        {
            assert_eq!(doubt.partial.as_ref().and_then(|seen| seen.settled_amount), Some(Yen::new(299)));
            assert_eq!(bench.journal.words(), ["PaymentRequested", "PaymentResultSeen"]);
        }
    }
}

#[tokio::test]
async fn nobody_pays_in_time() {
    for unpaid_is_not_found in [false, true] {
        let options = SimulatorOptions { unpaid_is_not_found, ..SimulatorOptions::default() };
        let mut bench = Bench::with(options, TIMERS).await;
        let (_, outcome) = bench.sale(300).await;
        assert_eq!(word(&outcome), "Declined CODE_DELETED", "{outcome:?}");
        assert!(bench.machine.book()[0].code_deleted && bench.machine.book()[0].cancelled);
        assert!(!bench.machine.pay(), "the code is dead");
    }
}

/// Answers that come in pieces, twice, late, broken: pieces and lateness change nothing, what cannot be read is no approval.
#[tokio::test]
async fn answers_in_pieces_doubled_and_late() {
    let pays = "{ after_ms = 60, attempt = 1, do = \"book\", truth = \"paid\" }";
    for (rule, ends) in [
        ("{ tx = \"'create'\", do = \"split\", at_byte = 1, ms = 30 }", "Approved"),
        ("{ tx = \"'details'\", do = \"split\", at_byte = 40, ms = 30 }", "Approved"),
        ("{ tx = \"'create'\", do = \"delay\", ms = 120 }", "Approved"),
        ("{ tx = \"'details'\", do = \"delay\", ms = 120 }", "Approved"),
        ("{ rx = \"'create'\", do = \"double\" }", "Approved"),
        ("{ tx = \"'details'\", nth = 1, do = \"drop\" }", "Approved"),
        ("{ tx = \"'details'\", nth = 2, do = \"cut\", at_byte = 9 }", "Approved"),
        ("{ tx = \"'details 200'\", do = \"double\" }", "Unknown UnlistedCode"),
        ("{ tx = \"'details 200'\", do = \"replace\", with = \"'{}'\" }", "Unknown UnlistedCode"),
        ("{ tx = \"'details 200'\", do = \"corrupt\", at_byte = 0 }", "Unknown UnlistedCode"),
    ] {
        // Whoever pays before a broken answer is read has paid: only where the answers are good does somebody pay.
        let pays = if ends == "Approved" { pays } else { "" };
        let mut bench = Bench::scripted(&format!("{rule}, {pays}")).await;
        let (request, outcome) = bench.sale(300).await;
        assert_eq!(word(&outcome), ends, "{rule}: {outcome:?}");
        assert_eq!(bench.machine.asked("create"), 1, "{rule}: an order is asked for once");
        assert_eq!(bench.machine.book().len(), 1, "{rule}");
        if ends.starts_with("Unknown") {
            bench.load("");
            assert_eq!(
                answer(&bench.query(&request).await),
                "DidNotHappen",
                "{rule}: a clear word ends the doubt"
            );
        }
    }
}

/// The order exists, or not; its code was seen by nobody, and it is taken back under the same id.
#[tokio::test]
async fn an_order_that_is_not_answered() {
    for (rule, exists) in [
        ("{ tx = \"'create'\", do = \"cut\", at_byte = 5 }", true),
        ("{ tx = \"'create'\", do = \"stall\" }", true),
        ("{ tx = \"'create'\", do = \"drop\" }", true),
        ("{ rx = \"'create'\", do = \"cut\" }", false),
        ("{ rx = \"'create'\", do = \"drop\" }", false),
    ] {
        let mut bench = Bench::scripted(rule).await;
        let (_, outcome) = bench.sale(300).await;
        assert_eq!(word(&outcome), "NotStarted DeviceUnavailable", "{rule}: {outcome:?}");
        assert_eq!(
            (bench.machine.asked("create"), bench.machine.book().len()),
            (1, usize::from(exists)),
            "{rule}"
        );
        assert!(bench.machine.book().iter().all(|charge| charge.cancelled), "{rule}");
    }
}

#[tokio::test]
async fn an_operator_that_is_not_there() {
    let mut bench = Bench::new().await;
    bench.machine.stop().await;
    assert!(matches!(bench.till.connect().await, LinkState::Lost(_)));
    let (_, outcome) = bench.sale(300).await;
    assert_eq!(word(&outcome), "NotStarted DeviceUnavailable");
    assert!(matches!(bench.till.link(), LinkState::Lost(_)));
}

#[tokio::test]
async fn a_wrong_secret_is_said_at_the_link_and_at_the_sale() {
    let mut bench = Bench::new().await;
    bench.till = Arc::new(till(bench.machine.base_url(), "ANOTHER-SECRET", TIMERS));
    assert!(matches!(bench.till.connect().await, LinkState::Faulted(_)));
    let (_, outcome) = bench.sale(300).await;
    assert_eq!(word(&outcome), "NotStarted RefusedByDevice");
    assert_eq!((bench.machine.asked("unauthorized"), bench.machine.book().len()), (2, 0));
}

#[tokio::test]
async fn a_clock_that_is_off_has_its_remedy() {
    for (seconds, ends) in
        [(121_i32, "NotStarted ClockOff"), (-130, "NotStarted ClockOff"), (119, "Approved")]
    {
        let mut bench = Bench::scripted(PAYS).await;
        bench.machine.truth(&format!("clock {seconds}"));
        assert_eq!(bench.till.connect().await, LinkState::Ready, "the sale says it");
        let (_, outcome) = bench.sale(300).await;
        assert_eq!(word(&outcome), ends, "{seconds}: {outcome:?}");
        if let Outcome::NotStarted { detail, .. } = outcome {
            assert!(detail.contains(&format!("{}秒", seconds.abs())), "{detail}");
            assert!(detail.contains("日付と時刻を合わせて"), "{detail}");
            assert_eq!(bench.machine.book().len(), 0);
        }
    }
}

#[tokio::test]
async fn a_journal_that_is_down() {
    let mut bench = Bench::scripted(PAYS).await;
    bench.journal.down.store(true, Ordering::SeqCst);
    assert_eq!(word(&bench.sale(300).await.1), "NotStarted NoByteLeft");
    assert_eq!(bench.machine.asked("create"), 0, "not a byte");
    bench.journal.down.store(false, Ordering::SeqCst);
    bench.journal.down_at_result.store(true, Ordering::SeqCst);
    let (request, outcome) = bench.sale(300).await;
    assert_eq!(word(&outcome), "Unknown JournalDown");
    assert_eq!(answer(&bench.query(&request).await), "Happened", "the money is there");
}

#[tokio::test]
async fn what_is_not_offered_is_not_sent() {
    let mut bench = Bench::new().await;
    let mut request = bench.request(300, CatKind::Sales);
    request.code = Some(PaymentCode::new("281234567890123456").unwrap());
    let outcome = bench.authorize(request, CancellationToken::new()).await;
    assert_eq!(word(&outcome), "NotStarted NoByteLeft", "the payer's code is not in the public interface");
    let request = bench.request(300, CatKind::Sales);
    let stop = CancellationToken::new();
    stop.cancel();
    let outcome = bench.authorize(request, stop).await;
    assert!(matches!(outcome, Outcome::NotStarted { why: NotStartedWhy::CancelledBeforeSend, .. }));
    assert!(bench.journal.words().is_empty() && bench.machine.asked("create") == 0);
}

#[tokio::test]
async fn a_dropped_future_cancels_nothing() {
    let mut bench = Bench::scripted("{ after_ms = 150, attempt = 1, do = \"book\", truth = \"paid\" }").await;
    bench.begin(300).await;
    let busy = bench.sale(450).await.1;
    assert_eq!(word(&busy), "NotStarted DeviceUnavailable", "one order at a time");
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(bench.charged(), [300]);
    assert_eq!(bench.journal.words(), ["PaymentRequested", "PaymentResultSeen"]);
}

#[test]
fn a_configuration_is_checked_before_use() {
    let make = |base: &str, key: &str| {
        let config = PayPayConfig::new(base, key);
        let secret = ApiSecret::new(SECRET).unwrap();
        super::super::PayPay::new(config, secret, Arc::new(crate::test_counter::Standing), Arc::new(|| 0))
            .is_ok()
    };
    assert!(make(super::super::config::PRODUCTION, "key") && make("http://127.0.0.1:1", "key"));
    for bad in ["", "http://apigw.paypay.ne.jp", "https://u@host", "https://host/path", "ftp://host"] {
        assert!(!make(bad, "key"), "{bad}");
    }
    assert!(!make("https://host", "") && !make("https://host", "a:b"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    assert!(ApiSecret::read(&file).is_err());
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    assert!(ApiSecret::read(&file).is_ok());
    std::fs::write(&file, "two words").unwrap();
    assert!(ApiSecret::read(&file).is_err());
    std::fs::write(&file, "x".repeat(100_000)).unwrap();
    assert!(ApiSecret::read(&file).is_err());
}
