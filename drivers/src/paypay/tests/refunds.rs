//! Giving a sale back: once, under an id of its own, asked about under that id.

use domain::{money::Yen, payment::Outcome};
use tokio_util::sync::CancellationToken;

use super::support::{Bench, TIMERS, answer, word};
use crate::{
    cat::{CatKind, CatRequest},
    paypay::simulator::ChargeState,
};

const PAYS: &str = "{ after_ms = 30, attempt = 1, do = \"book\", truth = \"paid\" }";

async fn paid(rules: &str) -> (Bench, CatRequest, Outcome) {
    let mut bench = Bench::scripted(&format!("{PAYS}{rules}")).await;
    let (sale, outcome) = bench.sale(300).await;
    assert_eq!(word(&outcome), "Approved");
    (bench, sale, outcome)
}

#[tokio::test]
async fn a_sale_is_given_back_once() {
    let (mut bench, sale, outcome) = paid("").await;
    let (void, given_back) = bench.void(&sale, &outcome).await;
    let Outcome::Approved(approval) = &given_back else { panic!("{given_back:?}") };
    assert_eq!(approval.settled_amount, Some(Yen::new(300)));
    assert_eq!(bench.charged(), Vec::<i64>::new());
    let refunds = bench.machine.refunds();
    assert_eq!(refunds[0].merchant_refund_id, void.attempt.to_string(), "the id of the void");
    assert_eq!(answer(&bench.query(&void).await), "Happened");
    // Under another id it would be a second refund.
    let (second, refused) = bench.void(&sale, &outcome).await;
    assert_eq!(word(&refused), "Declined UNACCEPTABLE_OP");
    assert_eq!((bench.machine.refunds().len(), bench.machine.book()[0].state), (1, ChargeState::Refunded));
    assert_ne!(answer(&bench.query(&second).await), "Happened");
}

/// What the operator answers to a refund, how it ends, what the question says, whether the money went back.
#[tokio::test]
async fn every_answer_to_a_refund() {
    for (truth, ends, asked_again, given_back) in [
        ("refuse 400 INVALID_PARAMS", "Declined INVALID_PARAMS", "", false),
        ("refuse 400 UNACCEPTABLE_OP", "Declined UNACCEPTABLE_OP", "", false),
        ("refuse 400 CANCELED_USER", "Declined CANCELED_USER", "", false),
        ("refuse 404 RESOURCE_NOT_FOUND", "Declined RESOURCE_NOT_FOUND", "", false),
        ("refuse 400 REFUND_LIMIT_EXCEEDED", "Declined REFUND_LIMIT_EXCEEDED", "", false),
        ("refuse 400 REFUND_WINDOW_EXCEED", "Declined REFUND_WINDOW_EXCEED", "", false),
        ("refuse 400 ORDER_NO_LONGER_AVAILABLE", "Declined ORDER_NO_LONGER_AVAILABLE", "", false),
        ("refuse 400 THROTTLED_MULTIPLE_REFUND_REJECTED", "NotStarted DeviceUnavailable", "", false),
        ("refuse 429 RATE_LIMIT", "NotStarted DeviceUnavailable", "", false),
        ("refuse 401 UNAUTHORIZED", "NotStarted RefusedByDevice", "", false),
        ("refuse 503 MAINTENANCE_MODE", "NotStarted DeviceUnavailable", "", false),
        // Taken, and said so by the refund itself.
        ("answer 202 REQUEST_ACCEPTED", "Approved", "", true),
        ("answer 500 INTERNAL_SERVER_ERROR", "Approved", "", true),
        // Not proven: a late request may still arrive.
        ("refuse 500 TRANSACTION_FAILED", "Unknown Silence", "", false),
        ("refuse 400 TEAPOT", "Unknown UnlistedCode", "StillRunning", false),
        ("answer 418 SUCCESS", "Unknown UnlistedCode", "Happened", true),
        ("answer 201 SUCCESS", "Unknown UnlistedCode", "Happened", true),
    ] {
        let rule = format!(", {{ rx = \"'refund /'\", do = \"book\", truth = \"{truth}\" }}");
        let (mut bench, sale, outcome) = paid(&rule).await;
        let (void, outcome) = bench.void(&sale, &outcome).await;
        assert_eq!(word(&outcome), ends, "{truth}: {outcome:?}");
        assert_eq!(bench.machine.asked("refund"), 1, "{truth}: sent once");
        if !asked_again.is_empty() {
            assert_eq!(answer(&bench.query(&void).await), asked_again, "{truth}");
        }
        assert_eq!(bench.charged().is_empty(), given_back, "{truth}");
    }
}

#[tokio::test]
async fn a_refund_that_never_arrived_is_over_when_it_cannot_arrive_any_more() {
    let (mut bench, sale, outcome) = paid(", { rx = \"'refund /'\", do = \"drop\" }").await;
    let (void, outcome) = bench.void(&sale, &outcome).await;
    assert_eq!(word(&outcome), "Unknown Silence", "{outcome:?}");
    tokio::time::sleep(TIMERS.last_word).await;
    assert_eq!(answer(&bench.query(&void).await), "DidNotHappen");
    assert_eq!(bench.charged(), [300]);
}

#[tokio::test]
async fn a_refund_whose_answer_is_lost() {
    for rule in [
        ", { tx = \"'refund 201'\", do = \"drop\" }",
        ", { tx = \"'refund 201'\", do = \"cut\", at_byte = 7 }",
        ", { rx = \"'refund /'\", do = \"double\" }",
        ", { tx = \"'refund 201'\", do = \"drop\" }, { tx = \"'refund-details'\", nth = 1, do = \"drop\" }",
    ] {
        let (mut bench, sale, outcome) = paid(rule).await;
        let (_, outcome) = bench.void(&sale, &outcome).await;
        assert_eq!(word(&outcome), "Approved", "{rule}: {outcome:?}");
        assert_eq!((bench.machine.refunds().len(), bench.machine.asked("refund")), (1, 1), "{rule}");
    }
}

/// After the day a part may be given back too; more than was paid never is.
#[tokio::test]
async fn a_part_is_given_back() {
    let (mut bench, sale, _) = paid("").await;
    let too_much = bench.request(301, CatKind::Refund { original: sale.attempt });
    let outcome = bench.authorize(too_much, CancellationToken::new()).await;
    assert_eq!(word(&outcome), "Declined INVALID_PARAMS");
    let part = bench.request(100, CatKind::Refund { original: sale.attempt });
    let outcome = bench.authorize(part.clone(), CancellationToken::new()).await;
    assert_eq!(word(&outcome), "Approved", "{outcome:?}");
    assert_eq!((bench.charged(), answer(&bench.query(&part).await)), (vec![200], "Happened"));
}

/// A void of a sale of which the journal has no number: the operator says it by our id.
#[tokio::test]
async fn the_number_of_the_payment_is_asked_for() {
    let (mut bench, sale, _) = paid("").await;
    let void = bench.request(300, CatKind::Void { original: sale.attempt });
    let outcome = bench.authorize(void, CancellationToken::new()).await;
    assert_eq!(word(&outcome), "Approved", "{outcome:?}");
    let stranger = format!("00000000-0000-7000-8000-{:012}", 999).parse().unwrap();
    let void = bench.request(300, CatKind::Void { original: stranger });
    let outcome = bench.authorize(void, CancellationToken::new()).await;
    assert_eq!(word(&outcome), "NotStarted DeviceUnavailable", "{outcome:?}");
    assert_eq!(bench.machine.asked("refund"), 1);
}
