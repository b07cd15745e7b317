//! A refund after the close reaches the reconciliation when its second person approves it, and not before.

use domain::money::Yen;
use recon_server::jobs::{
    reconcile::current,
    refund::{self, NewRefund, decide, request},
    second_person::Decision,
};
use store::refunds::RefundWay;

use crate::{
    journal_day::day,
    support::{Centre, TODAY, date, sale_id},
};

const WALLET: u128 = 2;
const CASH: u128 = 1;

async fn refunds_of_the_day(centre: &Centre) -> (u64, Vec<i64>) {
    let current = current(centre.state(), date(TODAY)).await.unwrap();
    let refunds = current.recorded.lines.iter().map(|line| line.refunds.amount.get()).filter(|yen| *yen != 0);
    (current.run, refunds.collect())
}

async fn ask(centre: &Centre, sale: u128, way: RefundWay) -> NewRefund {
    let new = NewRefund {
        refund: refund::new_id(centre.state()).unwrap(),
        sale: sale_id(sale),
        amount: Yen::new(200),
        ground: "二重に納付".to_owned(),
        way,
        refunded_on: date(TODAY),
    };
    request(centre.state(), "kaikei-1", new.clone()).await.unwrap();
    new
}

#[tokio::test]
async fn an_approved_refund_is_reconciled() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    let (first, none) = refunds_of_the_day(&centre).await;
    assert!(none.is_empty());
    let by_acquirer = ask(&centre, WALLET, RefundWay::Acquirer).await;
    let by_bank = ask(&centre, CASH, RefundWay::BankTransfer).await;
    assert_eq!(refunds_of_the_day(&centre).await, (first, vec![]), "asked for is not decided");
    let approve = || Decision { approved: true, note: String::new() };
    decide(centre.state(), "kaikei-2", by_bank.refund, approve()).await.unwrap();
    assert_eq!(refunds_of_the_day(&centre).await, (first, vec![]), "no acquirer speaks of a bank transfer");
    decide(centre.state(), "kaikei-2", by_acquirer.refund, approve()).await.unwrap();
    let (second, refunds) = refunds_of_the_day(&centre).await;
    assert!(second > first, "the recorded run no longer says everything");
    assert_eq!(refunds, [-200]);
    let current = current(centre.state(), date(TODAY)).await.unwrap();
    let sheet = current.recorded.sheets.iter().find(|sheet| !sheet.refunds.is_zero()).unwrap();
    assert_eq!((sheet.contract.as_str(), sheet.refunds.amount), ("paypay", Yen::new(-200)));
}
