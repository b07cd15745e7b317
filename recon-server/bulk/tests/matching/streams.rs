//! Rows that come long before or long after what they belong to: the sales are kept, the rows go by, and nothing may depend on when.

use bulk::{Class, Options, Outcome};

use crate::support::{Line, Style, file, line, named, run_files};

/// Payments between what comes early and what comes late: more than the batches of two threads hold.
const BETWEEN: u32 = 150_000;
/// So little beside the buffers that it takes a few passes.
const SMALL_MEMORY_BYTES: u64 = (48 << 20) + (2 << 20);

fn plain(number: u32) -> Line {
    line(number % 1_009, number, 1, 100 + i64::from(number % 7) * 50)
}

/// Numbers of payments that are not among the plain ones.
fn special(number: u32, yen: i64) -> Line {
    line(5, BETWEEN + number, 1, yen)
}

/// A side: what comes early, the plain payments, what comes late. `backwards` turns all of it round.
fn side(early: &[Line], late: &[Line], references: bool, backwards: bool) -> Vec<u8> {
    let mut lines: Vec<Line> = early.iter().cloned().chain((0..BETWEEN).map(plain)).collect();
    lines.extend_from_slice(late);
    if references {
        lines.iter_mut().for_each(|line| line.reference = format!("R{}", line.approval));
    }
    if backwards {
        lines.reverse();
    }
    file(&lines, Style { references, ..Style::default() })
}

/// The outcome, which is the same for all threads, pieces and passes.
fn outcome(sales: &[u8], rows: &[u8]) -> Outcome {
    let with = |threads, piece_bytes, memory_max_bytes| {
        let options = Options { threads, piece_bytes, memory_max_bytes, ..Options::default() };
        run_files(sales, rows, &options).unwrap()
    };
    let one = with(1, None, None);
    assert_eq!(with(2, None, None), one);
    assert_eq!(with(3, Some(40_000), None), one);
    assert_eq!(with(2, Some(300_000), Some(SMALL_MEMORY_BYTES)), one);
    one
}

fn both(early: &[Line], late: &[Line]) -> u64 {
    u64::try_from(early.len() + late.len()).unwrap() + u64::from(BETWEEN)
}

#[test]
fn a_row_that_comes_again_is_the_one_too_many_and_the_first_is_not() {
    let sales = [special(1, 300), special(2, 500)];
    let early = [special(1, 300)];
    let late = [special(2, 500), special(1, 300), special(2, 500)];
    let last = both(&early, &late);
    let found = outcome(&side(&sales, &[], false, false), &side(&early, &late, false, false));
    let expected = [("DUPLICATE_CHARGE", Some(1), Some(last - 1)), ("DUPLICATE_CHARGE", Some(2), Some(last))];
    assert_eq!(named(&found), expected);
    // Backwards the late ones are the first.
    let found = outcome(&side(&sales, &[], false, true), &side(&early, &late, false, true));
    let (one, two) = (u64::from(BETWEEN) + 2, u64::from(BETWEEN) + 1);
    let expected = [("DUPLICATE_CHARGE", Some(two), Some(3)), ("DUPLICATE_CHARGE", Some(one), Some(last))];
    assert_eq!(named(&found), expected);
    assert_eq!(found.class(Class::MatchedInSet).statement_rows, 2, "of several equal ones none is the one");
}

#[test]
fn a_sale_that_comes_again_is_the_one_too_many() {
    let (early, late) = ([special(1, 300)], [special(1, 300), special(1, 300)]);
    let last = both(&early, &late);
    let row = [special(1, 300)];
    for (before, after) in [(&row[..], &[][..]), (&[][..], &row[..])] {
        let found = outcome(&side(&early, &late, false, false), &side(before, after, false, false));
        let row = if before.is_empty() { u64::from(BETWEEN) + 1 } else { 1 };
        let expected =
            [("DUPLICATE_SALE", Some(last - 1), Some(row)), ("DUPLICATE_SALE", Some(last), Some(row))];
        assert_eq!(named(&found), expected);
    }
}

#[test]
fn sets_are_counted_wherever_their_rows_are() {
    let sales = [special(1, 300), special(2, 500), special(1, 300), special(2, 500), special(2, 500)];
    let (early, late) = ([special(1, 300), special(2, 500)], [special(2, 500), special(1, 300)]);
    let found = outcome(&side(&sales[..2], &sales[2..], false, false), &side(&early, &late, false, false));
    let last = both(&sales, &[]);
    assert_eq!(named(&found), [("DUPLICATE_SALE", Some(last), Some(2))]);
    let set = found.class(Class::MatchedInSet);
    assert_eq!((set.sales_rows, set.statement_rows), (4, 4));
    assert_eq!(found.class(Class::MatchedByKey).sales_rows, u64::from(BETWEEN));
}

#[test]
fn another_amount_beside_the_right_one_is_nobodys_in_whatever_order() {
    let sales = [special(1, 300), special(2, 300), special(3, 300), special(3, 700)];
    for backwards in [false, true] {
        // The wrong one first, the wrong one last, wrong ones only.
        let early = [special(1, 900), special(2, 300), special(3, 900)];
        let late = [special(1, 300), special(2, 900), special(3, 700)];
        let found = outcome(&side(&sales, &[], false, backwards), &side(&early, &late, false, backwards));
        let classes: Vec<_> = found.exceptions.iter().map(|one| (one.class, one.approval.as_str())).collect();
        let mut expected =
            vec![(Class::AmountDiff, "150003"), (Class::AOnly, "150001"), (Class::AOnly, "150002")];
        if backwards {
            expected.swap(1, 2);
        }
        assert_eq!(classes, expected);
        assert_eq!(found.matched().statement_rows, u64::from(BETWEEN) + 3);
    }
}

#[test]
fn an_identifier_settles_all_that_carries_it_early_and_late() {
    let sales = [special(1, 300), special(2, 500), special(2, 500), special(3, 100)];
    let early = [special(1, 300), special(2, 500)];
    let late = [special(1, 900), special(3, 200), special(4, 100)];
    let found = outcome(&side(&sales, &[], true, false), &side(&early, &late, true, false));
    let last = both(&early, &late);
    let expected = [
        ("AMOUNT_DIFF", Some(4), Some(last - 1)),
        ("DUPLICATE_CHARGE", None, Some(last - 2)),
        ("DUPLICATE_SALE", Some(3), Some(2)),
        ("A_ONLY", None, Some(last)),
    ];
    assert_eq!(named(&found), expected);
    assert_eq!(found.class(Class::MatchedById).sales_rows, u64::from(BETWEEN) + 2);
}

#[test]
fn one_side_may_be_nothing() {
    let (nothing, all) = (file(&[], Style::default()), side(&[], &[], false, false));
    let found = outcome(&nothing, &all);
    assert_eq!(found.class(Class::AOnly).statement_rows, u64::from(BETWEEN));
    let found = outcome(&all, &nothing);
    assert_eq!(found.class(Class::JOnly).sales_rows, u64::from(BETWEEN));
}
