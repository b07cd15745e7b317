//! One row dropped, doubled, altered or shifted: it is found, named, and nothing else is.

use crate::support::{Line, line, named, run};

fn day() -> Vec<Line> {
    (0..25).map(|n| line(n % 4, n * 7, 10, 100 * (1 + i64::from(n % 5)))).collect()
}

#[test]
fn a_dropped_row_is_a_sale_without_a_row() {
    for place in 0..day().len() {
        let mut rows = day();
        rows.remove(place);
        let place = u64::try_from(place).unwrap() + 1;
        assert_eq!(named(&run(&day(), &rows)), [("J_ONLY", Some(place), None)]);
        assert_eq!(named(&run(&rows, &day())), [("A_ONLY", None, Some(place))]);
    }
}

#[test]
fn a_doubled_row_is_one_too_many() {
    for place in 0..day().len() {
        let mut rows = day();
        rows.push(rows[place].clone());
        let (first, last) = (u64::try_from(place).unwrap() + 1, u64::try_from(rows.len()).unwrap());
        assert_eq!(named(&run(&day(), &rows)), [("DUPLICATE_CHARGE", Some(first), Some(last))]);
        assert_eq!(named(&run(&rows, &day())), [("DUPLICATE_SALE", Some(last), Some(first))]);
    }
}

#[test]
fn an_altered_amount_is_named_on_both_sides() {
    for place in 0..day().len() {
        let mut rows = day();
        rows[place].yen += 1;
        let row = u64::try_from(place).unwrap() + 1;
        assert_eq!(named(&run(&day(), &rows)), [("AMOUNT_DIFF", Some(row), Some(row))]);
    }
}

#[test]
fn an_altered_number_leaves_a_sale_and_a_row() {
    for place in 0..day().len() {
        let mut rows = day();
        rows[place].approval = "999999".into();
        let row = u64::try_from(place).unwrap() + 1;
        assert_eq!(named(&run(&day(), &rows)), [("J_ONLY", Some(row), None), ("A_ONLY", None, Some(row))]);
    }
}

#[test]
fn a_row_shifted_by_a_day_is_named_and_by_two_is_not_the_same_sale() {
    for place in 0..day().len() {
        for (days, expected) in [(1, 1), (2, 2)] {
            let mut rows = day();
            rows[place].day += days;
            let outcome = run(&day(), &rows);
            assert_eq!(outcome.exceptions.len(), expected, "{outcome}");
            let class = if expected == 1 { "DATE_DIFF" } else { "J_ONLY" };
            assert_eq!(outcome.exceptions[0].class.code(), class);
        }
    }
}
