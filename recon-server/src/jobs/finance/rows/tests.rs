//! The lanes of refunds in a finance file: each line by its own year rule. Not here: files ([`super::super::scope`] and its tests).

use domain::year_rule::YearRule;

use super::*;
use crate::jobs::refund::samples::{line, lines_of_two_years, refund};

/// Lane, year, 戻出, 償還金, 節.
type Found = (Lane, i16, i64, i64, String);

fn found(rows: &[ExportRow]) -> Vec<Found> {
    let one = |row: &ExportRow| {
        (row.lane, row.fiscal_year.0, row.refund.get(), row.repayment.get(), row.setsu.clone())
    };
    rows.iter().map(one).collect()
}

/// papers.md C7 with a sale of 2 April 2026 of which 使用料 ¥300 belongs to 令和7年度 (its term ended on 31 March) and 手数料 ¥450 to
/// 令和8年度: until 31 May both come out of revenue, each of its year; from 1 June on the closed year's part is an expenditure.
#[test]
fn a_refund_of_mixed_year_rules_goes_by_each_line() {
    let lines = lines_of_two_years();
    let back = |on: &str, yen: i64| given_back(&refund("2026-04-02", on, yen), Some(&lines), &[]);
    let named = |text: &str| text.to_owned();
    assert_eq!(
        found(&back("2026-05-20", 750)),
        [(Lane::Refund, 2025, 300, 0, named("使用料")), (Lane::Refund, 2026, 450, 0, named("手数料"))],
        "C7 (1) and (3)"
    );
    let after = back("2026-06-03", 750);
    assert_eq!(
        found(&after),
        [(Lane::Refund, 2026, 450, 0, named("手数料")), (Lane::Expenditure, 2026, 0, 300, String::new())],
        "C7 (2) and (3)"
    );
    assert!(after.iter().all(|row| !row.summary.contains("按分")), "the whole sale is certain");
    let part = back("2026-05-20", 100);
    assert_eq!(
        found(&part),
        [(Lane::Refund, 2025, 40, 0, named("使用料")), (Lane::Refund, 2026, 60, 0, named("手数料"))],
        "a part, by largest remainder"
    );
    assert!(part.iter().all(|row| row.summary.contains("按分のため要確認")));
    let one_yen = back("2026-05-20", 1);
    assert_eq!(found(&one_yen), [(Lane::Refund, 2026, 1, 0, named("手数料"))]);
    assert!(one_yen[0].summary.contains("按分のため要確認"), "although it fell to one year whole");
}

/// One rule for all lines is one row, and so is a sale of which nothing is known any more.
#[test]
fn a_refund_of_one_year_is_one_row() {
    let lines = [line(300, "使用料", YearRule::PaymentDate), line(450, "手数料", YearRule::PaymentDate)];
    let rows = given_back(&refund("2026-03-25", "2026-05-20", 750), Some(&lines), &[]);
    assert_eq!(found(&rows), [(Lane::Refund, 2025, 750, 0, String::new())]);
    assert!(rows[0].summary.contains("科目は複数のため要確認"), "{}", rows[0].summary);
    let unknown = given_back(&refund("2026-03-25", "2026-06-03", 750), None, &[]);
    assert_eq!(found(&unknown), [(Lane::Expenditure, 2026, 0, 750, String::new())]);
}
