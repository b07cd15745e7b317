//! What is missing although nothing of ours waits for it: overdue files and bank files that do not join.

use domain::money::Yen;
use engine::{
    ExceptionClass, Facts, Outcome, Verdict,
    facts::{BankGap, Gaps, OverdueFile},
    outcome::Exception,
};

use crate::{
    counter::run,
    support::{date, facts, paypay_july, received, sale},
};

const ACCOUNT: &str = "main";

fn overdue(source: &str, from: &str, to: &str, due: &str) -> OverdueFile {
    OverdueFile {
        source: source.to_owned(),
        from: date(from),
        to: date(to),
        due_on: date(due),
        label_ja: format!("{source}の資料"),
        contract: source.parse().ok().filter(|_| source == "paypay"),
    }
}

fn bank(from: &str, to: &str, due: &str) -> OverdueFile {
    overdue(&format!("bank:{ACCOUNT}"), from, to, due)
}

fn missing(outcome: &Outcome) -> Vec<&Exception> {
    let classes = [ExceptionClass::MissingFile, ExceptionClass::ControlTotal];
    outcome.exceptions.iter().filter(|exception| classes.contains(&exception.class)).collect()
}

fn with(gaps: Gaps) -> Facts {
    Facts { gaps, ..paypay_july() }
}

#[test]
fn an_overdue_file_leaves_its_days_open_and_moves_no_yen() {
    let green = run(&paypay_july());
    assert!(missing(&green).is_empty() && green.verdict < Verdict::Incomplete);
    let file = bank("2026-07-15", "2026-07-15", "2026-07-16");
    let open = run(&with(Gaps { overdue: vec![file], bank: Vec::new() }));
    let told = missing(&open);
    assert_eq!(
        (told.len(), told[0].class, told[0].day),
        (1, ExceptionClass::MissingFile, date("2026-07-15"))
    );
    assert_eq!((told[0].amount, told[0].gross, open.verdict), (Yen::ZERO, Yen::ZERO, Verdict::Incomplete));
    for words in ["bank:mainの資料", "7月15日", "期日の令和8年7月16日", "「資料取込」"] {
        assert!(told[0].sentence_ja.contains(words), "{words}: {}", told[0].sentence_ja);
    }
    assert_eq!((&open.links, &open.payouts, &open.sheets), (&green.links, &green.payouts, &green.sheets));
    for (day, before) in open.days.iter().zip(&green.days) {
        let of_it = day.business_day == date("2026-07-15");
        assert_eq!(day.verdict == Verdict::Incomplete, of_it, "{}", day.business_day);
        assert_eq!(day.sentences_ja.contains(&told[0].sentence_ja), of_it);
        assert_eq!(day.net, before.net);
    }
}

/// Friday, Monday and Tuesday are one stretch with Friday's due day; Thursday of the week after is another.
#[test]
fn files_that_follow_one_another_are_one_exception() {
    let files = [
        ("2026-07-17", "2026-07-20"),
        ("2026-07-20", "2026-07-21"),
        ("2026-07-21", "2026-07-22"),
        ("2026-07-30", "2026-07-31"),
    ];
    for reversed in [false, true] {
        let mut overdue: Vec<_> = files.iter().map(|(day, due)| bank(day, day, due)).collect();
        if reversed {
            overdue.reverse();
        }
        let outcome = run(&with(Gaps { overdue, bank: Vec::new() }));
        let told: Vec<&str> = missing(&outcome).iter().map(|e| e.sentence_ja.as_str()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].contains("7月17日")
                && told[0].contains("7月21日")
                && told[0].contains("期日の令和8年7月20日"),
            "{told:?}"
        );
        assert!(told[1].contains("7月30日"), "{told:?}");
    }
}

/// Where a sale waits for the statement, its exception says so: the overdue file is not said beside it.
#[test]
fn a_file_that_a_sale_waits_for_is_said_once() {
    let mut base = facts();
    base.sales = vec![sale("s", "2026-07-15 10:00:00", 300, "4821")];
    base.received = vec![received("paypay", "2026-07-01", "2026-07-10")];
    base.gaps.overdue = vec![overdue("paypay", "2026-07-01", "2026-07-31", "2026-08-04")];
    let told_by_sale = run(&base);
    assert_eq!(missing(&told_by_sale).len(), 1);
    assert_eq!(missing(&told_by_sale)[0].members, ["s"]);
    base.sales.clear();
    let told_by_file = run(&base);
    let told = missing(&told_by_file);
    assert_eq!((told.len(), told[0].contract.as_ref().map(|c| c.as_str())), (1, Some("paypay")));
    assert!(told[0].members.is_empty() && told_by_file.verdict == Verdict::Incomplete);
}

#[test]
fn files_that_do_not_join_are_a_control_total() {
    let gap = |opening: Option<i64>| BankGap {
        account: ACCOUNT.to_owned(),
        before: date("2026-07-14"),
        after: date("2026-07-16"),
        closing: opening.map(|_| Yen::new(1_000)),
        opening: opening.map(Yen::new),
    };
    let outcome = run(&with(Gaps { overdue: Vec::new(), bank: vec![gap(Some(1_300)), gap(Some(1_300))] }));
    let told = missing(&outcome);
    assert_eq!((told.len(), told[0].class.code(), told[0].gross), (1, "CONTROL_TOTAL", Yen::new(300)));
    for words in ["口座 main", "1,000円", "1,300円", "差額300円", "7月14日", "7月16日"] {
        assert!(told[0].sentence_ja.contains(words), "{words}: {}", told[0].sentence_ja);
    }
    let open: Vec<_> = outcome.days.iter().filter(|day| day.verdict == Verdict::Incomplete).collect();
    assert!(open.iter().all(|day| (date("2026-07-14")..=date("2026-07-16")).contains(&day.business_day)));
    assert_eq!(outcome.verdict, Verdict::Incomplete);
    let unknown = run(&with(Gaps { overdue: Vec::new(), bank: vec![gap(None)] }));
    assert!(missing(&unknown)[0].sentence_ja.contains("間の営業日の明細がありません"));
}

/// Facts that were kept before this existed are read as facts without gaps, and written as they were.
#[test]
fn facts_without_gaps_are_written_as_before() {
    let facts = paypay_july();
    let json = serde_json::to_string(&facts).unwrap();
    assert!(!json.contains("\"gaps\":"), "{json}");
    assert_eq!(serde_json::from_str::<Facts>(&json).unwrap(), facts);
}
