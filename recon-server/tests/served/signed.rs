//! A signed month is stored, whole: every paper that it shows is the same bytes for ever, on its page, by the command line's way and in a
//! bundle; and a second month that is signed takes in what was corrected behind the first, once.

use domain::{id::ContractId, money::Yen, time::CivilDate};
use recon_server::jobs::{
    audit::{Asked, bundle, check::check},
    controls::{NewControl, decide, new_id, request},
    month::{MonthlyReport, monthly_or_signed},
    papers,
    period::{self, NewLock, Scope},
    second_person::Decision,
    verify,
};
use store::controls::{ControlAction, ControlTopic, LockRow};

use crate::{
    journal_day::{cash, close, open, sell, wallet},
    month_end::{JULY_31, july, july_statement, statement},
    reports::{take, take_for},
    support::{Centre, Counter, date},
    support_files::{at, bank},
};

const AUGUST_20: &str = "2026-08-20";

/// A day of August with a sale of its own.
async fn august(centre: &Centre, counter: &mut Counter) {
    centre.clock.set(at(AUGUST_20, 9, 0, 0));
    open(counter, AUGUST_20);
    sell(counter, AUGUST_20, 3, 5, wallet(Yen::new(600), "4822"));
    close(counter, AUGUST_20);
    centre.clock.set(at("2026-09-02", 20, 0, 0));
    assert_eq!(centre.deliver(counter, &counter.entries).await.status(), 200);
    let sold = statement(AUGUST_20, 600, "04000000000000004822");
    take_for(centre, "paypay", "august.csv", sold, ("2026-08-01", "2026-08-31")).await;
}

async fn lock(centre: &Centre, month: &str) -> LockRow {
    let reason = "確かめたうえで締めます".to_owned();
    let new = NewLock { month: month.parse().unwrap(), contract: None, reason };
    period::lock(centre.state(), "kaikei-1", new).await.unwrap()
}

async fn reopen(centre: &Centre, lock: &LockRow) {
    let wish = NewControl {
        id: new_id(centre.state()).unwrap(),
        topic: ControlTopic::Period,
        action: ControlAction::Reopen,
        subject: lock.number.to_string(),
        reason: "会社の訂正を載せる".to_owned(),
        valid_from: None,
    };
    let asked = request(centre.state(), "kaikei-1", wish).await.unwrap();
    let yes = Decision { approved: true, note: String::new() };
    decide(centre.state(), "kaikei-2", asked.id, yes).await.unwrap();
}

/// Every paper of July as a reader gets it, with its name.
async fn papers_of_july(centre: &Centre, as_of: Option<CivilDate>) -> Vec<(&'static str, String)> {
    let (state, day) = (centre.state(), date(JULY_31));
    let counter = "shimin-1".parse().ok();
    let paypay: ContractId = "paypay".parse().unwrap();
    let mut found = Vec::new();
    for (name, counter) in [("all", None), ("one", counter.as_ref())] {
        let sheet = papers::day_sheet(state, day, counter, as_of).await.unwrap();
        found.push((name, serde_json::to_string(&sheet).unwrap()));
    }
    let cashless = papers::cashless(state, day, as_of).await.unwrap();
    found.push(("cashless", serde_json::to_string(&cashless).unwrap()));
    let sheet = papers::contract_sheet(state, &paypay, day, as_of).await.unwrap().unwrap();
    found.push(("contract", serde_json::to_string(&sheet).unwrap()));
    let list = papers::deposits(state, Some(as_of.unwrap_or(day))).await.unwrap();
    found.push(("deposits", serde_json::to_string(&list).unwrap()));
    found
}

async fn of_month(centre: &Centre, text: &str) -> MonthlyReport {
    monthly_or_signed(centre.state(), text.parse().unwrap(), None).await.unwrap()
}

/// What the month says of corrections behind signed ones.
fn corrections(month: &MonthlyReport) -> Vec<&str> {
    let found = month.exceptions.iter().filter(|one| one.exception.class.code() == "REVISED_AFTER_CLOSE");
    found.map(|one| one.exception.sentence_ja.as_str()).collect()
}

/// The fault: only the month and its days were stored, the papers were made again of what is known now.
#[tokio::test]
async fn every_paper_of_a_signed_month_is_the_one_that_was_signed() {
    let (centre, mut counter) = july().await;
    let before = papers_of_july(&centre, None).await;
    lock(&centre, "2026-07").await;
    let signed = papers_of_july(&centre, None).await;
    assert_eq!(signed, before, "what was signed is what was shown");
    centre.clock.set(at("2026-08-10", 9, 0, 0));
    take_for(&centre, "paypay", "july-corrected.csv", july_statement(700), ("2026-07-01", JULY_31)).await;
    // A sale that the counter delivers late, and a bank line of the month that was not there before.
    sell(&mut counter, JULY_31, 4, 40, cash(Yen::new(900)));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    take(&centre, "bank", "july-bank.txt", bank(JULY_31, &[(90, "ﾍﾟｲﾍﾟｲ(ｶ")])).await;
    assert_eq!(papers_of_july(&centre, None).await, signed, "signed is signed");
    let today = papers_of_july(&centre, Some(date("2026-08-10"))).await;
    for ((name, now), (_, signed)) in today.iter().zip(&signed) {
        assert_ne!(now, signed, "{name}: asked for as of another day, it is another paper");
    }
}

#[tokio::test]
async fn a_bundle_of_a_signed_month_holds_what_was_signed_and_can_be_made_again() {
    let (centre, _) = july().await;
    let signed = lock(&centre, "2026-07").await;
    centre.clock.set(at("2026-08-10", 9, 0, 0));
    take_for(&centre, "paypay", "july-corrected.csv", july_statement(700), ("2026-07-01", JULY_31)).await;
    let scope = Scope { month: "2026-07".parse().unwrap(), contract: None };
    let (_, documents) = period::signed_documents(centre.state(), &scope).await.unwrap().unwrap();
    assert_eq!(
        documents.len(),
        1 + 1 + 31 * 2 + 1 + 1,
        "the engine's, the month, its days, the list, one 照合書"
    );
    let folder = centre.folder.path().join("july");
    let asked = Asked::Signed(scope.clone());
    let written = bundle::write(centre.state(), &folder, asked, date("2026-08-10"), "test").await.unwrap();
    assert_eq!(written.run, signed.run, "the run that was signed, not today's");
    for (name, document) in &documents {
        let file = folder.join("outputs/signed").join(format!("{}.json", name.replace(':', "+")));
        assert_eq!(&std::fs::read_to_string(file).unwrap(), document, "{name}");
    }
    let found = check(&folder).await.unwrap();
    assert!(found.whole() && found.done_again, "the raw inputs of then give the same bytes: {found:?}");
    let paper = folder.join("outputs/signed/papers+2026-07-31.json");
    let forged = std::fs::read_to_string(&paper).unwrap().replace("600", "900");
    std::fs::write(&paper, forged).unwrap();
    let found = check(&folder).await.unwrap();
    assert_eq!(found.differences[0].title_ja, "収納日計表・キャッシュレス収納内訳");
    let found = verify::verify(centre.state()).await.unwrap();
    assert!(found.whole(), "{:?}", found.broken);
}

/// The fault: what August had taken in was shown again in September.
#[tokio::test]
async fn a_correction_is_shown_in_one_month_only() {
    let (centre, mut counter) = july().await;
    lock(&centre, "2026-07").await;
    centre.clock.set(at("2026-08-10", 9, 0, 0));
    take_for(&centre, "paypay", "corrected.csv", july_statement(700), ("2026-07-01", JULY_31)).await;
    august(&centre, &mut counter).await;
    let shown = of_month(&centre, "2026-08").await;
    assert!(corrections(&shown).iter().any(|text| text.contains("前期分")), "{:?}", corrections(&shown));
    let signed = lock(&centre, "2026-08").await;
    let july = papers_of_july(&centre, None).await;
    assert_eq!(corrections(&of_month(&centre, "2026-08").await), corrections(&shown), "August keeps them");
    assert_eq!(corrections(&of_month(&centre, "2026-09").await), Vec::<&str>::new(), "September has none");

    centre.clock.set(at("2026-09-10", 9, 0, 0));
    take_for(&centre, "paypay", "again.csv", july_statement(750), ("2026-07-01", JULY_31)).await;
    let september = of_month(&centre, "2026-09").await;
    let found = corrections(&september);
    assert!(found.iter().any(|text| text.contains("700円から750円")), "the further difference: {found:?}");
    assert!(found.iter().any(|text| text.contains("さらに変わりました")), "{found:?}");

    reopen(&centre, &signed).await;
    let august = of_month(&centre, "2026-08").await;
    let found = corrections(&august);
    assert!(found.iter().any(|text| text.contains("300円から750円")), "August takes all of it: {found:?}");
    assert_eq!(papers_of_july(&centre, None).await, july, "July is signed through all of this");
    lock(&centre, "2026-08").await;
    assert_eq!(corrections(&of_month(&centre, "2026-09").await), Vec::<&str>::new());
    let found = verify::verify(centre.state()).await.unwrap();
    assert!(found.whole(), "{:?}", found.broken);
}
