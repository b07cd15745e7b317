//! From files to what a run says is missing or taken back: chargebacks, bank files that do not join, files that are overdue.

use engine::{ExceptionClass, Verdict, outcome::Exception};
use formats::statement::{RowOut, write_statement};
use recon_server::jobs::{
    import::{Outcome, Upload, import},
    reconcile::current,
};

use crate::{
    journal_day::day,
    support::{Centre, TODAY, date},
    support_files::{at, bank, profile, row},
};

/// Six days after the counter's first: Tuesday 24 November, the day after a holiday.
const LATER: &str = "2026-11-24";

async fn accept(centre: &Centre, source: &str, bytes: Vec<u8>) {
    let upload = Upload {
        source: source.parse().unwrap(),
        name: "f".to_owned(),
        bytes,
        period: None,
        uploader: "test".to_owned(),
    };
    let outcome = import(centre.state(), upload).await.unwrap();
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
}

/// The exceptions of a class as of a day.
async fn raised(centre: &Centre, as_of: &str, class: ExceptionClass) -> Vec<Exception> {
    let current = current(centre.state(), date(as_of)).await.unwrap();
    current.recorded.exceptions.iter().filter(|exception| exception.class == class).cloned().collect()
}

/// A card company's file with a sale and, weeks later, the same money taken back.
#[tokio::test]
async fn a_chargeback_in_a_file_is_a_chargeback_in_the_run() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    let card = profile("generic_card");
    let line = |word: &str, hour: i8, amount: i64, slip: &str| RowOut {
        brand_word: "VISA".to_owned(),
        terminal_or_pos_id: "10000001".to_owned(),
        slip_number: slip.to_owned(),
        approval_code: "123456".to_owned(),
        ..row(word, at(TODAY, hour, 0, 0), amount, "")
    };
    let rows = [line("チャージバック", 15, -4_800, "00042"), line("異議申立て", 16, -300, "00043")];
    accept(&centre, "card", write_statement(&card, &rows).unwrap()).await;
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let stored = unit.statement_lines(centre.state().tenant(), date(TODAY), date(TODAY), 99).await.unwrap();
    drop(unit);
    assert!(stored.iter().all(|line| line.fact.class == "chargeback"), "{stored:?}");
    let told = raised(&centre, TODAY, ExceptionClass::Chargeback).await;
    let mut yen: Vec<i64> = told.iter().map(|exception| exception.amount.get()).collect();
    yen.sort_unstable();
    assert_eq!(yen, [-4_800, -300]);
    assert!(raised(&centre, TODAY, ExceptionClass::UnclassifiedRow).await.is_empty());
}

/// Each made-up file begins with 1,000,000 yen: after 500 yen came in, the next one does not carry on.
#[tokio::test]
async fn bank_files_that_do_not_join_hold_the_run_open_until_they_do() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    accept(&centre, "", bank("2026-11-18", &[(500, "ﾔﾏﾀﾞ")])).await;
    assert!(raised(&centre, TODAY, ExceptionClass::ControlTotal).await.is_empty());
    accept(&centre, "", bank("2026-11-20", &[(700, "ﾔﾏﾀﾞ")])).await;
    let told = raised(&centre, LATER, ExceptionClass::ControlTotal).await;
    assert_eq!((told.len(), told[0].verdict, told[0].gross.get()), (1, Verdict::Incomplete, 500));
    let sentence = &told[0].sentence_ja;
    assert!(sentence.contains("1,000,500円") && sentence.contains("1,000,000円"), "{sentence}");
    accept(&centre, "", bank("2026-11-19", &[(-500, "ﾔﾏﾀﾞ")])).await;
    let told = raised(&centre, LATER, ExceptionClass::ControlTotal).await;
    assert_eq!(told.len(), 2, "the file between begins with 1,000,000 too: {told:?}");
}

#[tokio::test]
async fn an_overdue_file_holds_the_run_open_until_it_comes() {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    accept(&centre, "", bank(TODAY, &[(500, "ﾔﾏﾀﾞ")])).await;
    let of_bank = |told: &[Exception]| {
        let bank = told.iter().filter(|e| e.sentence_ja.contains("口座 0001-001-1-0001234567 入出金明細"));
        bank.map(|e| e.sentence_ja.clone()).collect::<Vec<_>>()
    };
    let none = raised(&centre, TODAY, ExceptionClass::MissingFile).await;
    assert!(of_bank(&none).is_empty(), "what is due later is not overdue: {none:?}");
    let told = raised(&centre, LATER, ExceptionClass::MissingFile).await;
    let said = of_bank(&told);
    assert_eq!(said.len(), 1, "{told:?}");
    // The account that the city named, of which no file ever came: both its days are one exception.
    let named = told.iter().find(|e| e.sentence_ja.contains("口座 0001-123-1-0001234567")).unwrap();
    assert!(named.sentence_ja.contains("11月18日(水)から令和8年11月19日(木)まで"), "{named:?}");
    assert!(told.iter().all(|exception| exception.verdict == Verdict::Incomplete));
    assert!(said[0].contains("11月19日") && said[0].contains("期日の令和8年11月20日"), "{said:?}");
    accept(&centre, "", bank("2026-11-19", &[(1, "ﾔﾏﾀﾞ")])).await;
    let said = of_bank(&raised(&centre, LATER, ExceptionClass::MissingFile).await);
    assert!(said.iter().all(|sentence| !sentence.contains("11月19日")), "{said:?}");
}
