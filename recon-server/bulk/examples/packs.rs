//! How long a million sales and a million rows take on their way into the matcher, row by row and by packs, and how long the rest of it.
//! `cargo run --release -p bulk --example packs`
//!
//! Invariant: both ways give the same outcome, or it ends with an error. Not here: any reading.

use std::time::{Duration, Instant};

use bulk::{Columns, Feed, Outcome, PackApprovals, PackColumns, feeds, settle};

const ROWS: u64 = 1_000_000;
const TERMINALS: u64 = 20_000;
const TERMINALS_PER_COUNTER: u64 = 10;
/// Rows of a pack of the statement.
const PART_ROWS: usize = 40_000;
const ROUNDS: usize = 5;
/// 2026-07-01 as days since 1970-01-01.
const DAY: i64 = 20_635;

/// Terminal, number, yen.
type Row = (u64, u64, i64);

/// The columns of a pack.
struct Pack {
    texts: Vec<String>,
    terminal: Vec<i64>,
    numbers: Vec<i64>,
    days: Vec<i64>,
    yen: Vec<i64>,
}

impl Pack {
    fn of(rows: &[Row]) -> Self {
        let mut terminals: Vec<_> = rows.iter().map(|row| row.0).collect();
        terminals.sort_unstable();
        terminals.dedup();
        let place =
            |row: &Row| i64::try_from(terminals.partition_point(|one| *one < row.0)).unwrap_or_default();
        Self {
            terminal: rows.iter().map(place).collect(),
            texts: terminals.iter().map(|terminal| format!("{terminal:013}")).collect(),
            numbers: rows.iter().map(|row| row.1.cast_signed() + 1).collect(),
            days: vec![DAY; rows.len()],
            yen: rows.iter().map(|row| row.2).collect(),
        }
    }
}

fn push_packs(feed: &mut Feed, packs: &[Pack]) {
    for pack in packs {
        let terminals: Vec<_> = pack.texts.iter().map(String::as_str).collect();
        let columns = PackColumns {
            terminals: &terminals,
            terminal: &pack.terminal,
            approval: PackApprovals::Digits { digits: 6, numbers: &pack.numbers },
            days: &pack.days,
            yen: &pack.yen,
            passed_over: &[],
        };
        feed.push_pack(&columns).expect("every row can be read");
    }
}

fn push_rows(feed: &mut Feed, rows: &[(String, String, i64)]) {
    for (terminal, approval, yen) in rows {
        let row = Columns { terminal, approval, date: "2026-07-01", yen: *yen };
        feed.push(&row).expect("every row can be read");
    }
}

/// Feeds both sides on a thread each, then settles on both.
#[expect(clippy::disallowed_methods, reason = "a measurement reads the monotonic clock")]
fn measure<T: Sync>(sides: &[Vec<T>; 2], push: fn(&mut Feed, &[T])) -> (Duration, Duration, Outcome) {
    let begun = Instant::now();
    let (mut sales, mut lines) = feeds();
    std::thread::scope(|threads| {
        threads.spawn(|| push(&mut sales, &sides[0]));
        push(&mut lines, &sides[1]);
    });
    let fed = begun.elapsed();
    let outcome = settle(sales, lines, 2).expect("nothing is lost");
    (fed, begun.elapsed().saturating_sub(fed), outcome)
}

fn main() {
    let row = |n: u64| (1_300_000_000_000 + n % TERMINALS * 1_201, n / TERMINALS * 7_919 % 1_000_000, 300);
    let mut sales: Vec<Row> = (0..ROWS).map(row).collect();
    // The statement in another order, one in a hundred with another amount.
    let lines: Vec<Row> = (0..ROWS)
        .map(|n| row(n * 611_953 % ROWS))
        .map(|(terminal, number, yen)| {
            (terminal, number, if (terminal ^ number) % 100 == 0 { yen + 50 } else { yen })
        })
        .collect();
    let texts = |rows: &[Row]| {
        rows.iter().map(|row| (format!("{:013}", row.0), format!("{:06}", row.1), row.2)).collect()
    };
    let line_packs = lines.chunks(PART_ROWS).map(Pack::of).collect();
    let rows: [Vec<(String, String, i64)>; 2] = [texts(&sales), texts(&lines)];
    let counter = |row: &Row| (row.0 - 1_300_000_000_000) / 1_201 / TERMINALS_PER_COUNTER;
    sales.sort_by_key(counter);
    let packs = [sales.chunk_by(|a, b| counter(a) == counter(b)).map(Pack::of).collect(), line_packs];
    for _ in 0..ROUNDS {
        let (fed, settled, by_rows) = measure(&rows, push_rows);
        println!("rows:  fed {:>4} ms, settled {:>4} ms", fed.as_millis(), settled.as_millis());
        let (fed, settled, by_packs) = measure(&packs, push_packs);
        println!("packs: fed {:>4} ms, settled {:>4} ms", fed.as_millis(), settled.as_millis());
        assert_eq!(by_rows.classes, by_packs.classes, "both ways say the same");
    }
}
