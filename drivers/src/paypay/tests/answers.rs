//! What an answer amounts to, as a table and for any bytes whatever.

use domain::{id::AttemptId, money::Yen, payment::Outcome};
use proptest::prelude::*;

use crate::paypay::{
    client::testing::{Answer, Cancelled, Created, Deleted, Look, Refunded},
    message::Reply,
    result_code::{Call, Meaning, meaning},
};

const CALLS: [Call; 6] =
    [Call::Create, Call::Details, Call::Delete, Call::Cancel, Call::Refund, Call::RefundDetails];

fn attempt() -> AttemptId {
    "00000000-0000-7000-8000-000000000001".parse().unwrap()
}

fn answer(call: Call, status: u16, body: &[u8]) -> Answer {
    let reply = Reply::read(body);
    let meaning = meaning(call, status, &reply.code);
    Answer { reply, meaning, clock_off_seconds: None }
}

/// The rows of the operator's tables, each with its HTTP status.
#[test]
fn every_listed_row_means_something_and_only_with_its_status() {
    for (call, status, code, means) in [
        (Call::Create, 201, "SUCCESS", Meaning::Good),
        (Call::Create, 400, "DUPLICATE_DYNAMIC_QR_REQUEST", Meaning::Ask),
        (Call::Create, 400, "DYNAMIC_QR_BAD_REQUEST", Meaning::Refused),
        (Call::Details, 200, "SUCCESS", Meaning::Good),
        (Call::Details, 400, "DYNAMIC_QR_PAYMENT_NOT_FOUND", Meaning::NotThere),
        (Call::Delete, 400, "DYNAMIC_QR_ALREADY_PAID", Meaning::AlreadyPaid),
        (Call::Delete, 404, "DYNAMIC_QR_NOT_FOUND", Meaning::NotThere),
        (Call::Cancel, 202, "REQUEST_ACCEPTED", Meaning::Good),
        (Call::Cancel, 400, "ORDER_NOT_REVERSIBLE", Meaning::Refused),
        (Call::Refund, 202, "REQUEST_ACCEPTED", Meaning::Ask),
        (Call::RefundDetails, 404, "NO_SUCH_REFUND_ORDER", Meaning::NotThere),
        (Call::Cancel, 429, "RATE_LIMIT", Meaning::Later),
        (Call::Refund, 503, "MAINTENANCE_MODE", Meaning::Later),
        (Call::Details, 500, "SERVICE_ERROR", Meaning::Ask),
        (Call::Create, 401, "UNAUTHORIZED", Meaning::NotAuthorised),
    ] {
        assert_eq!(meaning(call, status, code), means, "{call:?} {status} {code}");
        assert_eq!(meaning(call, 299, code), Meaning::Unlisted, "{call:?} {code} with another status");
    }
    for code in ["DYNAMIC_QR_PAYMENT_NOT_FOUND", "NO_SUCH_REFUND_ORDER", "ORDER_NOT_REVERSIBLE"] {
        assert_eq!(meaning(Call::Create, 400, code), Meaning::Unlisted, "{code} is no answer to an order");
    }
}

#[test]
fn an_answer_about_another_order_is_none() {
    let body = |id: &str, currency: &str| {
        format!(
            r#"{{"resultInfo":{{"code":"SUCCESS"}},"data":{{"status":"COMPLETED","paymentId":"0123","merchantPaymentId":"{id}","amount":{{"amount":300,"currency":"{currency}"}}}}}}"#
        )
    };
    let look = |id: &str, currency: &str| {
        answer(Call::Details, 200, body(id, currency).as_bytes()).looked(attempt())
    };
    let Look::Seen(ours) = look(&attempt().to_string(), "JPY") else { panic!() };
    assert_eq!(ours.amount, Some(Yen::new(300)));
    assert!(matches!(look("another", "JPY"), Look::Unlisted(_)));
    let Look::Seen(foreign) = look(&attempt().to_string(), "USD") else { panic!() };
    assert_eq!(foreign.amount, None, "another currency is no amount, so no approval");
}

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let words = "[A-Z_a-z0-9]{0,80}";
    let made = (words, words, any::<i64>(), words, words).prop_map(|(code, status, amount, id, currency)| {
        format!(
            r#"{{"resultInfo":{{"code":"{code}"}},"data":{{"status":"{status}","codeId":"{id}","url":"{id}","paymentId":"{id}","acceptedAt":{amount},"expiryDate":{amount},"amount":{{"amount":{amount},"currency":"{currency}"}}}}}}"#
        )
        .into_bytes()
    });
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..300), made]
}

proptest! {
    /// Whatever comes, nothing panics, nothing is approved that is not listed, and no journalled word is anything but a word.
    #[test]
    fn any_answer_is_read_or_left(call in 0_usize..6, status in 100_u16..600, body in any_body()) {
        let call = CALLS[call];
        let read = answer(call, status, &body);
        let is_word = |text: &str| text.len() <= 64 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        prop_assert!(is_word(&read.reply.code));
        if read.meaning != Meaning::Unlisted {
            return Ok(());
        }
        let again = || answer(call, status, &body);
        prop_assert!(matches!(again().created(), Created::Unlisted(_)));
        prop_assert!(matches!(again().looked(attempt()), Look::Unlisted(_)));
        prop_assert!(matches!(again().deleted(), Deleted::Unproven(_)));
        prop_assert!(matches!(again().cancelled(), Cancelled::Refused(_)));
        prop_assert!(matches!(again().refunded(attempt()), Refunded::Unlisted(_)));
    }

    /// A good answer with any data is a code, a payment, a refund, or nothing; times and amounts of any size are borne.
    #[test]
    fn any_data_in_a_good_answer(status in "[A-Z]{3,10}|COMPLETED|CREATED", amount in any::<i64>(), at in any::<i64>()) {
        let body = format!(
            r#"{{"resultInfo":{{"code":"SUCCESS"}},"data":{{"status":"{status}","acceptedAt":{at},"expiryDate":{at},"codeId":"c","url":"u","amount":{{"amount":{amount},"currency":"JPY"}}}}}}"#
        );
        let Look::Seen(payment) = answer(Call::Details, 200, body.as_bytes()).looked(attempt()) else {
            return Err(TestCaseError::fail("not seen"));
        };
        prop_assert_eq!(payment.amount, Some(Yen::new(amount)));
        prop_assert!(!payment.accepted_at.unwrap().to_paper().is_empty());
        let made = answer(Call::Create, 201, body.as_bytes()).created();
        prop_assert!(matches!(made, Created::Code(_)));
        let refunded = answer(Call::Refund, 201, body.as_bytes()).refunded(attempt());
        let taken = matches!(&refunded, Refunded::Seen(seen) if seen.taken);
        prop_assert_eq!(taken, matches!(status.as_str(), "CREATED" | "REFUNDED"));
    }
}

#[test]
fn a_refusal_is_proven_by_a_listed_word_alone() {
    for call in CALLS {
        for (status, code) in
            [(400, "INVALID_REQUEST_PARAMS"), (401, "UNAUTHORIZED"), (503, "MAINTENANCE_MODE")]
        {
            let body = format!(r#"{{"resultInfo":{{"code":"{code}"}}}}"#);
            let ended = answer(call, status, body.as_bytes()).created();
            assert!(matches!(ended, Created::Ended(Outcome::NotStarted { .. })), "{call:?} {code}");
        }
    }
}
