//! Signed is signed: a month that was signed stays byte for byte, and a correction is shown in the open month (DESIGN 3.10).

use formats::csv_out::CsvEncoding;
use recon_server::jobs::{
    audit::{Asked, bundle, check::check},
    controls::{ControlError, ControlRefusal, NewControl, decide, new_id, request},
    month::{self, MonthlyReport, monthly_or_signed},
    period::{self, NewLock},
    report,
    second_person::Decision,
};
use store::controls::{ControlAction, ControlTopic, LockRow};

use crate::{
    month_end::{JULY_31, july, july_statement},
    reports::take_for,
    support::{Centre, date},
    support_files::at,
};

async fn lock(centre: &Centre, month: &str, reason: &str) -> Result<LockRow, ControlError> {
    let new = NewLock { month: month.parse().unwrap(), contract: None, reason: reason.to_owned() };
    period::lock(centre.state(), "kaikei-1", new).await
}

async fn of_month(centre: &Centre, text: &str) -> MonthlyReport {
    monthly_or_signed(centre.state(), text.parse().unwrap(), None).await.unwrap()
}

/// The papers of July as files.
async fn papers(centre: &Centre) -> (String, Vec<u8>, String) {
    let month = of_month(centre, "2026-07").await;
    let day = report::daily(centre.state(), date(JULY_31)).await.unwrap();
    let csv = month::to_csv(&month, CsvEncoding::Utf8Bom).unwrap();
    (month::to_json(&month).unwrap(), csv, report::to_json(&day).unwrap())
}

fn refused(result: Result<impl std::fmt::Debug, ControlError>) -> ControlRefusal {
    match result {
        Err(ControlError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn corrections(month: &MonthlyReport) -> Vec<(&str, i64)> {
    let found = month.exceptions.iter().filter(|one| one.exception.class.code() == "REVISED_AFTER_CLOSE");
    found.map(|one| (one.exception.sentence_ja.as_str(), one.exception.amount.get())).collect()
}

#[tokio::test]
async fn a_correction_after_the_signing_is_shown_in_the_open_month() {
    let centre = july().await.0;
    assert!(matches!(refused(lock(&centre, "2026-08", "x").await), ControlRefusal::MonthOpen(_)));
    assert_eq!(refused(lock(&centre, "2026-06", "x").await), ControlRefusal::EmptyMonth);
    let live = papers(&centre).await;
    let row = lock(&centre, "2026-07", "7月31日から始めたため、そのまま締めます").await.unwrap();
    assert_eq!(row.through, date(JULY_31));
    assert_eq!(refused(lock(&centre, "2026-07", "x").await), ControlRefusal::Locked);
    let signed = papers(&centre).await;
    assert_eq!(signed.1, live.1, "what was signed is what was shown");

    centre.clock.set(at("2026-08-10", 9, 0, 0));
    take_for(&centre, "paypay", "july-corrected.csv", july_statement(700), ("2026-07-01", JULY_31)).await;
    assert_eq!(papers(&centre).await, signed, "signed is signed");
    let august = of_month(&centre, "2026-08").await;
    let shown = corrections(&august);
    assert!(
        shown.iter().any(|(text, yen)| text.contains("300円から700円") && *yen == 400),
        "the row: {shown:?}"
    );
    assert!(shown.iter().any(|(text, _)| text.contains("前期分")), "the closing: {shown:?}");
    assert!(corrections(&of_month(&centre, "2026-07").await).is_empty());

    let folder = centre.folder.path().join("august");
    let asked = Asked::Month("2026-08".to_owned());
    bundle::write(centre.state(), &folder, asked, date("2026-08-10"), "test").await.unwrap();
    let found = check(&folder).await.unwrap();
    assert!(found.whole() && found.done_again, "locks are among the inputs: {found:?}");
}

#[tokio::test]
async fn two_persons_open_a_month_again() {
    let centre = july().await.0;
    let row = lock(&centre, "2026-07", "7月31日から始めたため、そのまま締めます").await.unwrap();
    let signed = papers(&centre).await;
    centre.clock.set(at("2026-08-10", 9, 0, 0));
    take_for(&centre, "paypay", "july-corrected.csv", july_statement(700), ("2026-07-01", JULY_31)).await;
    let wish = |reason: &str| NewControl {
        id: new_id(centre.state()).unwrap(),
        topic: ControlTopic::Period,
        action: ControlAction::Reopen,
        subject: row.number.to_string(),
        reason: reason.to_owned(),
        valid_from: None,
    };
    assert_eq!(refused(request(centre.state(), "kaikei-1", wish("")).await), ControlRefusal::Reason);
    let asked = request(centre.state(), "kaikei-1", wish("会社の訂正を月報に載せる")).await.unwrap();
    let yes = || Decision { approved: true, note: String::new() };
    let alone = decide(centre.state(), "kaikei-1", asked.id, yes()).await;
    assert_eq!(refused(alone), ControlRefusal::SamePerson);
    assert_eq!(papers(&centre).await, signed, "asked for is not decided");
    decide(centre.state(), "kaikei-2", asked.id, yes()).await.unwrap();
    let opened = papers(&centre).await;
    assert_ne!(opened, signed, "the month is open and knows the correction");
    assert!(corrections(&of_month(&centre, "2026-08").await).is_empty(), "nothing is signed");
    let locks = period::list(centre.state()).await.unwrap();
    let said: Vec<_> = locks.iter().map(|lock| (lock.row.approver.as_deref(), lock.in_force)).collect();
    assert_eq!(said, [(Some("kaikei-2"), false), (None, false)], "nothing is deleted");
    lock(&centre, "2026-07", "訂正を入れて締め直します").await.unwrap();
    let again = papers(&centre).await;
    assert_eq!(again.1, opened.1);
}
