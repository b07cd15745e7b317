//! A file that comes makes the centre match its own days again and no others, and a verification that remembers nothing agrees.

use recon_server::jobs::{
    import::{Outcome, Upload, import},
    reconcile::reconcile,
};

use crate::{
    journal_day::day,
    support::{Centre, TODAY, date},
    support_files::paypay,
};

/// Four days after the counter's first.
const BETWEEN: &str = "2026-11-22";
/// Ten days after the counter's first.
const LATER: &str = "2026-11-28";

async fn accept(centre: &Centre, day: &str) {
    let upload = Upload {
        source: "paypay".parse().unwrap(),
        name: "f".to_owned(),
        bytes: paypay(day),
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
    accept(&centre, TODAY).await;
    accept(&centre, BETWEEN).await;
    let live = &centre.state().live;
    reconcile(centre.state(), date(LATER), "test").await.unwrap();
    let first = live.last_rerun();
    assert!(first.partitions.len() > 2 && first.computed().count() == first.partitions.len());

    accept(&centre, LATER).await;
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
