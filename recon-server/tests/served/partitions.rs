//! A file that comes makes the centre match its own days again and no others, and a verification that remembers nothing agrees.

use formats::statement::write_statement;
use recon_server::jobs::{
    import::{Outcome, Upload, import},
    reconcile::reconcile,
};

use crate::{
    journal_day::day,
    support::{Centre, TODAY, date},
    support_files::{at, profile, row},
};

/// Four days after the counter's first.
const BETWEEN: &str = "2026-11-22";
/// Ten days after the counter's first.
const LATER: &str = "2026-11-28";

/// A statement of one day with one row under a number of its own.
async fn accept(centre: &Centre, day: &str, number: &str) {
    let row = row("取引完了", at(day, 10, 5, 11), 300, number);
    let upload = Upload {
        source: "paypay".parse().unwrap(),
        name: "f".to_owned(),
        bytes: write_statement(&profile("paypay_for_business"), &[row]).unwrap(),
        period: Some((date(day), date(day))),
        uploader: "test".to_owned(),
    };
    let outcome = import(centre.state(), upload).await.unwrap();
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
}

#[tokio::test]
async fn an_added_file_runs_its_own_partitions_again() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    accept(&centre, TODAY, "04000000000000004821").await;
    accept(&centre, BETWEEN, "04000000000000004822").await;
    let live = &centre.state().live;
    reconcile(centre.state(), date(LATER), "test").await.unwrap();
    let first = live.last_rerun();
    assert!(first.partitions.len() > 2 && first.computed().count() == first.partitions.len());

    accept(&centre, LATER, "04000000000000004823").await;
    reconcile(centre.state(), date(LATER), "test").await.unwrap();
    let second = live.last_rerun();
    let computed: Vec<_> = second.computed().map(|run| (run.contract.clone().unwrap(), run.from)).collect();
    assert_eq!(computed, [("paypay".parse().unwrap(), date(LATER))]);
    assert_eq!(second.partitions.len(), first.partitions.len() + 1);

    // The next day: only what is open asks for the day.
    reconcile(centre.state(), date(LATER).plus_days(1), "test").await.unwrap();
    let third = live.last_rerun();
    assert!(third.computed().count() < third.partitions.len(), "{third:?}");
}
