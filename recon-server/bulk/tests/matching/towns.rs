//! Random small towns: the crate and the oracle agree, however the files are written, cut and read.

use bulk::{Class, Columns, Options, Outcome, PackApprovals, PackColumns, Refusal, feeds, settle};
use proptest::prelude::*;

use crate::{
    oracle::{self, Said, Verdict},
    support::{Line, Style, file, run_files},
};

/// Towns that are tried.
const TOWNS: u32 = 2_500;
/// So little beside the buffers that a town takes several passes.
const SMALL_MEMORY_BYTES: u64 = (48 << 20) + 300;

fn lines(texts: bool) -> impl Strategy<Value = Vec<Line>> {
    let terminals: &'static [&'static str] =
        if texts { &["窓口1", "T-2", "", "1300000000001"] } else { &["1300000000001", "1300000000002"] };
    let approvals: &'static [&'static str] =
        if texts { &["", "7", "0007", "承認A", "ABCDEF1"] } else { &["", "000007", "000070", "700000"] };
    let references = prop_oneof![
        3 => Just(""),
        1 => proptest::sample::select(&["R1", "018f3c5a-7d10-7abc-8def-0123456789ab", "r1"][..]),
    ];
    let one = (
        proptest::sample::select(terminals),
        proptest::sample::select(approvals),
        1_u8..5,
        proptest::sample::select(&[300_i64, 500, -300, 2_147_483_647][..]),
        references,
    );
    let line = |(terminal, approval, day, yen, reference): (&str, &str, u8, i64, &str)| Line {
        terminal: terminal.into(),
        approval: approval.into(),
        day,
        yen,
        reference: reference.into(),
    };
    proptest::collection::vec(one.prop_map(line), 0..14)
}

fn style() -> impl Strategy<Value = Style> {
    proptest::array::uniform7(any::<bool>()).prop_map(|flags| {
        let [
            byte_order_mark,
            carriage_returns,
            quotes,
            no_final_line_feed,
            slashes_in_dates,
            amount_last,
            blank_lines,
        ] = flags;
        Style {
            byte_order_mark,
            carriage_returns,
            quotes,
            no_final_line_feed,
            slashes_in_dates,
            amount_last,
            references: false,
            blank_lines,
        }
    })
}

/// Rows that both sides share and rows of one side only, so that most towns have matches and breaks.
#[derive(Debug, Clone)]
struct Town {
    sales: Vec<Line>,
    rows: Vec<Line>,
    references: bool,
}

fn town() -> impl Strategy<Value = Town> {
    let sides = |texts| (lines(texts), lines(texts), lines(texts), any::<bool>());
    prop_oneof![sides(false), sides(true)].prop_map(|(both, sales, rows, references)| {
        let side = |own: Vec<Line>| {
            let mut all = [both.clone(), own].concat();
            if !references {
                all.iter_mut().for_each(|line| line.reference.clear());
            }
            all
        };
        let (sales, mut rows) = (side(sales), side(rows));
        rows.reverse();
        Town { sales, rows, references }
    })
}

/// The outcome in the oracle's words, and every row named at most once.
fn said(outcome: &Outcome, town: &Town) -> Verdict {
    let mut verdict = Verdict::default();
    for (class, tally) in outcome.classes.iter().filter(|(_, t)| t.sales_rows + t.statement_rows > 0) {
        let yen = (tally.sales_yen.get(), tally.statement_yen.get());
        verdict.classes.insert(class.code(), (tally.sales_rows, yen.0, tally.statement_rows, yen.1));
    }
    let (mut sales, mut rows) = (vec![false; town.sales.len()], vec![false; town.rows.len()]);
    let mut take = |class: &str, row: Option<u64>, of_sales: bool| -> Option<i64> {
        let place = usize::try_from(row?).unwrap() - 1;
        let repeated_one = class == if of_sales { "DUPLICATE_CHARGE" } else { "DUPLICATE_SALE" };
        let (seen, lines) = if of_sales { (&mut sales, &town.sales) } else { (&mut rows, &town.rows) };
        if !repeated_one {
            assert!(!std::mem::replace(&mut seen[place], true), "a row is named twice");
        }
        Some(lines[place].yen)
    };
    for one in &outcome.exceptions {
        let class = one.class.code();
        assert_eq!(take(class, one.sales_row, true), one.sales_yen.map(|yen| yen.get()));
        assert_eq!(take(class, one.statement_row, false), one.statement_yen.map(|yen| yen.get()));
        let day = one.date.map(|date| u8::try_from(date.day()).unwrap()).filter(|_| !one.terminal.is_empty());
        let said: Said = (
            class,
            one.terminal.clone(),
            day,
            one.sales_yen.map(|yen| yen.get()),
            one.statement_yen.map(|yen| yen.get()),
        );
        verdict.exceptions.push(said);
    }
    verdict.exceptions.sort();
    verdict
}

fn by_rows(town: &Town, threads: usize) -> Outcome {
    let (mut sales, mut rows) = feeds();
    for (feed, lines) in [(&mut sales, &town.sales), (&mut rows, &town.rows)] {
        for line in lines {
            let (terminal, approval) = (line.terminal.as_str(), line.approval.as_str());
            let date = format!("2026-07-{:02}", line.day);
            feed.push(&Columns { terminal, approval, date: &date, yen: line.yen }).unwrap();
        }
    }
    settle(sales, rows, threads).unwrap()
}

/// The same by packs of a few rows: digits where a pack has nothing else, some rows passed over.
fn by_packs(town: &Town, threads: usize, pack_rows: usize, passed_over: usize) -> Outcome {
    let (mut sales, mut rows) = feeds();
    for (feed, lines) in [(&mut sales, &town.sales), (&mut rows, &town.rows)] {
        for lines in lines.chunks(pack_rows) {
            // Each pack begins with rows of no interest.
            let with = |mut column: Vec<i64>| {
                column.splice(0..0, vec![0; passed_over]);
                column
            };
            let terminals: Vec<_> = lines.iter().map(|line| line.terminal.as_str()).collect();
            let texts: Vec<_> = lines.iter().map(|line| line.approval.as_str()).collect();
            let each = with((0..i64::try_from(lines.len()).unwrap()).collect());
            let digits = texts.iter().map(|text| text.len()).max().unwrap_or(1).max(1);
            let plain = |text: &&str| {
                text.is_empty() || text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())
            };
            let number = |text: &&str| if text.is_empty() { 0 } else { text.parse::<i64>().unwrap() + 1 };
            let numbers;
            let approval = if digits < 18 && texts.iter().all(plain) {
                numbers = with(texts.iter().map(number).collect());
                PackApprovals::Digits { digits, numbers: &numbers }
            } else {
                PackApprovals::Texts { texts: &texts, of_rows: &each }
            };
            let first = domain::time::CivilDate::new(2026, 7, 1).unwrap();
            let first = i64::from(first.days_since(domain::time::CivilDate::new(1970, 1, 1).unwrap()));
            let pack = PackColumns {
                terminals: &terminals,
                terminal: &each,
                approval,
                days: &with(lines.iter().map(|line| first - 1 + i64::from(line.day)).collect()),
                yen: &with(lines.iter().map(|line| line.yen).collect()),
                passed_over: &[vec![true; passed_over], vec![false; lines.len()]].concat(),
            };
            feed.push_pack(&pack).unwrap();
        }
    }
    settle(sales, rows, threads).unwrap()
}

/// Rows by their numbers among those that were not passed over.
fn renumbered(mut outcome: Outcome, pack_rows: usize, passed_over: usize) -> Outcome {
    let (whole, pack) = (u64::try_from(pack_rows + passed_over).unwrap(), u64::try_from(pack_rows).unwrap());
    let skipped = u64::try_from(passed_over).unwrap();
    for one in &mut outcome.exceptions {
        for row in [&mut one.sales_row, &mut one.statement_row].into_iter().flatten() {
            let at = *row - 1;
            *row = at / whole * pack + (at % whole - skipped) + 1;
        }
    }
    outcome
}

#[test]
fn a_pack_whose_columns_are_not_alike_is_refused() {
    let (mut sales, _) = feeds();
    let approval = PackApprovals::Texts { texts: &["1"], of_rows: &[0, 0] };
    let pack = PackColumns {
        terminals: &["T"],
        terminal: &[0, 0],
        approval,
        days: &[20_000, 20_000],
        yen: &[300, 300],
        passed_over: &[],
    };
    sales.push_pack(&pack).unwrap();
    let none = PackApprovals::Texts { texts: &[], of_rows: &[0, 0] };
    for bad in [
        PackColumns { yen: &[300], ..pack },
        PackColumns { passed_over: &[true], ..pack },
        PackColumns { terminals: &[], ..pack },
        PackColumns { approval: none, ..pack },
        PackColumns { days: &[-1, 0], ..pack },
        PackColumns { yen: &[1 << 31, 0], ..pack },
    ] {
        assert!(sales.push_pack(&bad).is_err(), "{bad:?}");
    }
    assert_eq!(sales.rows(), 2, "nothing of what was refused in its first row");
}

/// More rows than one piece numbers, and more than one partition.
#[test]
fn rows_keep_their_numbers_over_many() {
    const ROWS: u64 = 200_000;
    let (mut sales, mut rows) = feeds();
    for number in 0..ROWS {
        let (terminal, approval) = (format!("T{}", number % 97), format!("{number:08}"));
        let row = Columns { terminal: &terminal, approval: &approval, date: "2026-07-01", yen: 300 };
        if number != 70_000 {
            sales.push(&row).unwrap();
        }
        if number != 140_000 {
            rows.push(&row).unwrap();
        }
    }
    let outcome = settle(sales, rows, 2).unwrap();
    let named: Vec<_> = outcome.exceptions.iter().map(|e| (e.class, e.sales_row, e.statement_row)).collect();
    // A sale is missing before the 140,001st payment.
    assert_eq!(named, [(Class::JOnly, Some(140_000), None), (Class::AOnly, None, Some(70_001))]);
    assert_eq!(outcome.matched().sales_rows, ROWS - 2);
}

#[test]
fn a_row_that_cannot_be_read_is_named() {
    let (mut sales, _) = feeds();
    let row = Columns { terminal: "T", approval: "1", date: "2026-07-01", yen: 300 };
    sales.push(&row).unwrap();
    for bad in [Columns { date: "7月1日", ..row }, Columns { yen: 1 << 31, ..row }] {
        assert!(matches!(sales.push(&bad), Err(Refusal::Row { row: 2, .. })), "{bad:?}");
    }
    assert_eq!(sales.rows(), 1, "a refused row does not count");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: TOWNS, ..ProptestConfig::default() })]

    #[test]
    fn the_oracle_agrees(
        town in town(),
        styles in (style(), style()),
        piece_bytes in 12_usize..300,
        threads in 1_usize..4,
        (pack_rows, passed_over) in (1_usize..40, 0_usize..3),
        many_passes in proptest::bool::weighted(0.1),
    ) {
        let with = |style: Style| Style { references: town.references, ..style };
        let (sales, rows) = (file(&town.sales, with(styles.0)), file(&town.rows, with(styles.1)));
        let options = Options {
            threads,
            piece_bytes: Some(piece_bytes),
            memory_max_bytes: many_passes.then_some(SMALL_MEMORY_BYTES),
            ..Options::default()
        };
        let outcome = run_files(&sales, &rows, &options).unwrap();
        prop_assert_eq!(said(&outcome, &town), oracle::judge(&town.sales, &town.rows));
        // Threads, pieces and passes change not one byte.
        let plain = run_files(&sales, &rows, &Options { threads: 1, ..Options::default() }).unwrap();
        prop_assert_eq!(&outcome, &plain);
        let (mut list, mut plain_list) = (Vec::new(), Vec::new());
        outcome.write_exceptions(&mut list).unwrap();
        plain.write_exceptions(&mut plain_list).unwrap();
        prop_assert_eq!(list, plain_list);
        // Row by row instead of by files, where no identifier asks for a second look.
        if !town.references {
            prop_assert_eq!(&by_rows(&town, threads), &outcome);
            let by_packs = by_packs(&town, threads, pack_rows, passed_over);
            prop_assert_eq!(&renumbered(by_packs, pack_rows, passed_over), &outcome);
        }
    }
}
