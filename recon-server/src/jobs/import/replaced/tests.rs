//! What is replaced, by example; and what no file may take back.

use store::facts::RowIdentity;

use super::*;

fn line(key: &str, day: i8, yen: i64, content: u8) -> Line {
    let day = format!("2026-08-{day:02}").parse().unwrap();
    Line {
        identity: RowIdentity {
            record_key: key.to_owned(),
            occurrence: 1,
            content_sha256: [content; 32],
            row: u32::from(content),
        },
        revision: 1,
        file: 4,
        first: day,
        day,
        amount: Yen::new(yen),
        who: String::new(),
        words: format!("{key} {yen}円"),
    }
}

fn days(from: i8, to: i8) -> Option<Days> {
    let day = |n: i8| format!("2026-08-{n:02}").parse().unwrap();
    Some((day(from), day(to)))
}

fn refused(period: Option<Days>, before: &[Line], after: &[Line]) -> String {
    plan("a.csv", period, before, after).unwrap_err().to_string()
}

#[test]
fn what_the_file_no_longer_has_is_withdrawn_and_the_rest_is_told() {
    let before = [line("same", 1, 300, 1), line("other", 2, 450, 2), line("gone", 3, 700, 3)];
    let after = [line("same", 1, 300, 1), line("other", 2, 500, 9), line("new", 2, 1_000, 8)];
    let plan = plan("a.csv", days(1, 3), &before, &after).unwrap();
    assert_eq!(plan.withdrawn.iter().map(|row| row.record_key.as_str()).collect::<Vec<_>>(), ["gone"]);
    let sum = |sum: RowSum| (sum.rows, sum.amount.get());
    let said = &plan.replaced;
    assert_eq!((sum(said.added), sum(said.changed), sum(said.withdrawn)), ((1, 1_000), (1, 50), (1, 700)));
    let changes: Vec<Change> = said.rows.iter().map(|row| row.change).collect();
    assert_eq!(changes, [Change::Withdrawn, Change::Changed, Change::Added]);
    // One sentence over all, and one each for what was taken back and what was changed.
    let notices = said.notices();
    assert_eq!(notices.len(), 3);
    assert!(notices[0].sentence_ja.contains("取下げ 1行 700円"), "{}", notices[0].sentence_ja);
    assert!(notices[1].sentence_ja.contains("受付番号 4 の3行目「gone 700円」"));
}

#[test]
fn the_same_rows_are_no_news() {
    let rows = [line("a", 1, 300, 1), line("b", 2, 450, 2)];
    let plan = plan("a.csv", days(1, 2), &rows, &rows).unwrap();
    assert!(plan.withdrawn.is_empty() && plan.replaced.count() == 0 && plan.replaced.notices().is_empty());
}

#[test]
fn nothing_is_withdrawn_by_a_file_that_says_nothing() {
    let before = [line("a", 1, 300, 1), line("b", 2, 450, 2)];
    assert!(refused(days(1, 2), &before, &[]).contains("2行 750円を取り下げません"));
    assert!(refused(None, &[], &[]).contains("対象期間の始めの日と終わりの日"));
    // A day without sales of which nothing was known stays possible.
    assert!(plan("a.csv", days(1, 2), &[], &[]).unwrap().withdrawn.is_empty());
}

#[test]
fn a_period_cuts_no_row_in_two() {
    // A payout of 1 to 15 August, and a file that begins on the 10th.
    let long = Line { first: "2026-08-01".parse().unwrap(), ..line("p", 15, 9_000, 1) };
    let part = Line { first: "2026-08-10".parse().unwrap(), ..line("q", 15, 4_000, 2) };
    assert!(
        refused(days(10, 15), std::slice::from_ref(&long), std::slice::from_ref(&part))
            .contains("端をまたいで")
    );
    // The whole of it may be replaced, and a file that has it too takes nothing back.
    let whole = plan("a.csv", days(1, 15), std::slice::from_ref(&long), &[part]).unwrap();
    assert_eq!(whole.withdrawn.len(), 1);
    assert!(refused(days(10, 15), &[], &[long]).contains("外の行"));
}

#[test]
fn the_named_rows_are_bounded_and_the_sums_are_not() {
    let before: Vec<Line> = (0..150).map(|n| line(&format!("k{n:03}"), 1, 10, 1)).collect();
    let plan = plan("a.csv", days(1, 1), &before, &[line("x", 1, 1, 1)]).unwrap();
    assert_eq!(
        (plan.replaced.rows.len(), plan.replaced.withdrawn.rows, plan.withdrawn.len()),
        (100, 150, 150)
    );
}
