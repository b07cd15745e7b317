//! Files as they are cut and read: every cut gives the same result, and a bad row is named wherever the cut is.

use bulk::{Field, Options, Refusal, Side};

use crate::support::{Line, Style, file, line, run_files};

fn cut(piece_bytes: usize, threads: usize) -> Options {
    Options { piece_bytes: Some(piece_bytes), threads, ..Options::default() }
}

fn day() -> (Vec<Line>, Vec<Line>) {
    let sales: Vec<Line> = (0..30).map(|n| line(n % 3, n, 1, 100 + i64::from(n))).collect();
    let mut rows: Vec<Line> = sales.iter().rev().cloned().collect();
    rows[4].yen = 1;
    rows.push(rows[9].clone());
    rows.remove(20);
    (sales, rows)
}

#[test]
fn every_cut_gives_the_same_result() {
    let (sales, rows) = day();
    for flags in 0..64_u8 {
        let has = |bit: u8| flags & 1 << bit != 0;
        let style = Style {
            byte_order_mark: has(0),
            carriage_returns: has(1),
            quotes: has(2),
            no_final_line_feed: has(3),
            amount_last: has(4),
            blank_lines: has(5),
            ..Style::default()
        };
        let (sales, rows) = (file(&sales, style), file(&rows, style));
        let whole = run_files(&sales, &rows, &Options::default()).unwrap();
        assert_eq!(whole.exceptions.len(), 3);
        // Beyond the length of a few rows every further size is a cut already seen at another row.
        for piece_bytes in (1..150).chain([sales.len() - 1, sales.len(), sales.len() + 1]) {
            assert_eq!(
                run_files(&sales, &rows, &cut(piece_bytes, 2)).unwrap(),
                whole,
                "{piece_bytes} {style:?}"
            );
        }
    }
}

#[test]
fn the_first_bad_row_is_named_wherever_the_cut_is() {
    let head = "terminal,approval,date,amount,memo\n";
    let good = "1300000000001,000001,2026-07-01,300,ok\n";
    let bad = [
        ("1300000000001,000001,2026-07-32,300,ok", Field::Date),
        ("1300000000001,000001,,300,ok", Field::Date),
        ("1300000000001,000001,2026-07-01,3O0,ok", Field::Amount),
        ("1300000000001,000001,2026-07-01,,ok", Field::Amount),
        ("1300000000001,000001,2026-07-01,300", Field::Columns),
        ("1300000000001,000001,2026-07-01,300,ok,more", Field::Columns),
        ("1300000000001,000001,2026-07-01,300,\"o\nk\"", Field::Quotes),
        ("1300000000001,000001,2026-07-01,300,\"o\"k", Field::Quotes),
    ];
    for (line, field) in bad {
        for before in 0..4_u64 {
            let text =
                format!("{head}{}{line}\n{line}\n{good}", good.repeat(usize::try_from(before).unwrap()));
            let nothing = head.as_bytes();
            for piece_bytes in 1..120 {
                for threads in [1, 2] {
                    let refused = run_files(nothing, text.as_bytes(), &cut(piece_bytes, threads));
                    let Err(Refusal::Row { side: Side::Statement, row, field: named }) = refused else {
                        panic!("{line:?} was not refused: {refused:?}");
                    };
                    assert_eq!((row, named), (before + 1, field), "{line:?} {piece_bytes}");
                }
            }
        }
    }
}

#[test]
fn a_row_that_does_not_end_is_refused() {
    let text = format!("terminal,approval,date,amount\n1,2,20260701,3\n{}", "x".repeat(200_000));
    for piece_bytes in [16, 1_000, 500_000] {
        let refused = run_files(text.as_bytes(), text.as_bytes(), &cut(piece_bytes, 2));
        let named = match &refused {
            Err(Refusal::RowTooLong { row, .. } | Refusal::Row { row, .. }) => *row,
            other => panic!("{other:?}"),
        };
        assert_eq!(named, 2);
    }
}

#[test]
fn a_file_without_a_header_is_refused() {
    for text in ["", "\n", "\u{FEFF}\n"] {
        let refused = run_files(text.as_bytes(), text.as_bytes(), &Options::default());
        assert!(matches!(refused, Err(Refusal::NoHeader(Side::Sales))), "{refused:?}");
    }
}
