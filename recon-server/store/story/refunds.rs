//! Refunds: asked for once, decided once, numbered without gaps.

use domain::{id::SaleId, method::Method, money::Yen};
use store::{
    Store, StoreError,
    refunds::{RefundDecision, RefundId, RefundRow, RefundWay},
};
use uuid::Uuid;

use super::samples::{at, counter, day, enrol, tenant};

fn id(number: u128) -> RefundId {
    RefundId(Uuid::from_u128(number))
}

/// A refund that says nothing it need not say.
fn bare(number: u128, sale: u128, refunded_on: &str) -> RefundRow {
    RefundRow {
        refund: id(number),
        sale: SaleId(Uuid::from_u128(sale)),
        counter: counter("m1"),
        contract: None,
        method: Method::Cash,
        brand: None,
        original_payment_date: day("2026-08-03"),
        amount: Yen::new(300),
        ground: "誤徴収".to_owned(),
        way: RefundWay::BankTransfer,
        refunded_on: day(refunded_on),
        number: None,
        requested_by: "kaikei-1".to_owned(),
        requested_at: at(0),
        decision: None,
    }
}

fn full(number: u128, sale: u128, refunded_on: &str) -> RefundRow {
    RefundRow {
        contract: Some("paypay".parse().unwrap()),
        method: Method::CodeStatic,
        brand: Some("paypay".parse().unwrap()),
        way: RefundWay::Acquirer,
        ..bare(number, sale, refunded_on)
    }
}

/// Decided `seconds` after the opening of 3 August 2026.
fn decision(approved: bool, seconds: i64) -> RefundDecision {
    let note = if approved { "" } else { "根拠を添えてください" };
    RefundDecision { approved, note: note.to_owned(), by: "kaikei-2".to_owned(), at: at(seconds) }
}

pub async fn asked_for_and_decided(store: &dyn Store) {
    const SECONDS_A_YEAR: i64 = 365 * 86_400;
    let tenant = tenant("refunds");
    enrol(store, &tenant, "m1", 11, at(0)).await;
    let asked = [
        full(1, 7, "2026-08-05"),
        bare(2, 7, "2026-08-04"),
        bare(3, 8, "2026-08-05"),
        bare(4, 9, "2026-08-09"),
    ];
    let mut unit = store.begin().await.unwrap();
    unit.lock_refunds(&tenant, &counter("m1")).await.unwrap();
    for row in &asked {
        unit.request_refund(&tenant, row).await.unwrap();
    }
    unit.commit().await.unwrap();

    let mut unit = store.begin().await.unwrap();
    assert_eq!(unit.undecided_refunds(&tenant).await.unwrap(), asked, "oldest first");
    // An approval that is undone gives its number back.
    assert_eq!(unit.decide_refund(&tenant, id(4), &decision(true, 10)).await.unwrap(), Some(1));
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    assert_eq!(unit.decide_refund(&tenant, id(1), &decision(true, 10)).await.unwrap(), Some(1));
    assert_eq!(unit.decide_refund(&tenant, id(2), &decision(false, 11)).await.unwrap(), None);
    assert_eq!(unit.decide_refund(&tenant, id(3), &decision(true, 12)).await.unwrap(), Some(2));
    let next_year = decision(true, SECONDS_A_YEAR);
    assert_eq!(unit.decide_refund(&tenant, id(4), &next_year).await.unwrap(), Some(1), "of another year");
    unit.commit().await.unwrap();

    let decided =
        |row: &RefundRow, number, decision| RefundRow { number, decision: Some(decision), ..row.clone() };
    let expected = [
        decided(&asked[0], Some(1), decision(true, 10)),
        decided(&asked[1], None, decision(false, 11)),
        decided(&asked[2], Some(2), decision(true, 12)),
        decided(&asked[3], Some(1), next_year),
    ];
    let years: Vec<_> = expected.iter().map(|row| row.number_year().map(|year| year.0)).collect();
    assert_eq!(years, [Some(2026), None, Some(2026), Some(2027)]);
    let mut unit = store.snapshot().await.unwrap();
    for row in &expected {
        assert_eq!(unit.refund(&tenant, row.refund).await.unwrap().as_ref(), Some(row));
    }
    assert_eq!(unit.refund(&tenant, id(5)).await.unwrap(), None);
    assert!(unit.undecided_refunds(&tenant).await.unwrap().is_empty());
    let of_sale = unit.refunds_of_sale(&tenant, SaleId(Uuid::from_u128(7))).await.unwrap();
    assert_eq!(of_sale, expected[..2]);
    let between = unit.refunds(&tenant, day("2026-08-04"), day("2026-08-05")).await.unwrap();
    assert_eq!(between.iter().map(|row| row.refund).collect::<Vec<_>>(), [id(2), id(1), id(3)], "by day");
}

pub async fn said_once(store: &dyn Store) {
    let tenant = tenant("refunds-once");
    enrol(store, &tenant, "m1", 12, at(0)).await;
    let mut unit = store.begin().await.unwrap();
    unit.request_refund(&tenant, &bare(1, 1, "2026-08-05")).await.unwrap();
    unit.decide_refund(&tenant, id(1), &decision(false, 1)).await.unwrap();
    unit.commit().await.unwrap();

    let refused = |result: Result<(), StoreError>, why: &str| {
        assert!(matches!(result, Err(StoreError::ChangeRefund(_))), "{why}: {result:?}");
    };
    let mut unit = store.begin().await.unwrap();
    refused(unit.request_refund(&tenant, &bare(1, 2, "2026-08-06")).await, "the id is taken");
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    let again = unit.decide_refund(&tenant, id(1), &decision(true, 2)).await;
    refused(again.map(|_| ()), "the first decision stays");
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    let unknown = unit.decide_refund(&tenant, id(2), &decision(true, 2)).await;
    refused(unknown.map(|_| ()), "nobody asked");
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    let born_decided = RefundRow { decision: Some(decision(true, 0)), ..bare(3, 1, "2026-08-05") };
    refused(unit.request_refund(&tenant, &born_decided).await, "a decision comes later");
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    let nothing = RefundRow { amount: Yen::ZERO, ..bare(3, 1, "2026-08-05") };
    refused(unit.request_refund(&tenant, &nothing).await, "no refund of nothing");
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    refused(unit.lock_refunds(&tenant, &counter("m9")).await, "no such counter");
}
