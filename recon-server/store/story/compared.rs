//! The columns of both sides, of one state, and comparisons that were recorded.

use domain::{
    id::{Incarnation, SequenceNumber},
    money::Yen,
};
use store::{
    Store,
    compared::{
        ColumnSink, ColumnsRow, ComparedBy, ComparedException, ComparisonRow, NewComparison, Place, SaleKey,
        Scope, Via,
    },
    facts::StatementLine,
    files::{FileFacts, FileKind},
};

use super::{
    files::{bare, upload},
    samples::{Diary, at, counter, day, enrol, opened, tenant},
};

/// What was read, in words; ends the reading when it has enough.
struct Noted {
    rows: Vec<(Place, String)>,
    enough: usize,
}

impl Noted {
    fn of(enough: usize) -> Self {
        Self { rows: Vec::new(), enough }
    }

    fn places(&self) -> Vec<Place> {
        // Not in the order of the reading: each record belongs to its place.
        self.rows.iter().rev().map(|(place, _)| *place).collect()
    }

    /// With the records that stand there.
    fn named(self, names: Vec<String>) -> Vec<String> {
        let rows = self.rows.into_iter().rev().zip(names);
        let mut rows: Vec<_> = rows.map(|((_, row), name)| format!("{name} {row}")).collect();
        rows.sort();
        rows
    }
}

impl ColumnSink for Noted {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        let ColumnsRow { place, terminal, number, day, amount } = row;
        self.rows.push((*place, format!("{terminal} {number} {day} {amount}")));
        self.rows.len() < self.enough
    }
}

/// Reads on a thread of its own, within the runtime.
fn read(store: &dyn Store, scope: &Scope<'_>, enough: usize) -> (u64, Vec<String>, Vec<String>) {
    let runtime = tokio::runtime::Handle::current();
    std::thread::scope(|threads| {
        let work = threads.spawn(|| {
            let _within = runtime.enter();
            let (mut sales, mut lines) = (Noted::of(enough), Noted::of(enough));
            let mut reading = store.columns(scope).unwrap();
            let watermark = reading.read(&mut sales, &mut lines).unwrap();
            let of_sales = reading.sales(&sales.places()).unwrap();
            let of_lines = reading.lines(&lines.places()).unwrap();
            let sale = |key: &SaleKey| format!("{}/{}/{}", key.counter, key.incarnation.0, key.sequence.0);
            let line = |(file, row): &(u64, u32)| format!("{file}:{row}");
            let names = (of_sales.iter().map(sale).collect(), of_lines.iter().map(line).collect());
            (watermark, sales.named(names.0), lines.named(names.1))
        });
        work.join().unwrap()
    })
}

fn card(key: &str, content: u8, yen: i64, slip: Option<&str>) -> StatementLine {
    let mut line = bare(key, 1, content, yen);
    line.identity.row = u32::from(content);
    line.terminal_id = Some("99001".to_owned());
    line.slip_number = slip.map(str::to_owned);
    line
}

pub async fn each_row_is_read_once(store: &dyn Store) {
    let tenant = tenant("compared");
    enrol(store, &tenant, "m1", 1, at(0)).await;
    let mut diary = Diary::new(&tenant, &counter("m1"), Incarnation(1), at(10));
    let entries = vec![
        diary.write(opened(1)),
        diary.card_sale(1, 300, "99001", "00041"),
        diary.cash_sale(2, 450),
        diary.card_sale(3, 600, "99001", "00042"),
    ];
    let refund = StatementLine { class: "refund".to_owned(), ..card("r", 4, -300, None) };
    let first = vec![card("a", 2, 300, Some("00041")), card("b", 3, 610, Some("00042")), refund];
    let second = vec![card("b", 5, 600, Some("00042")), card("c", 6, 10, None)];
    let mut unit = store.begin().await.unwrap();
    unit.append_entries(&diary.id, &entries, at(20)).await.unwrap().unwrap();
    for (byte, facts) in [(1, first), (2, second)] {
        let facts = FileFacts::Statement(facts);
        unit.import_file(&tenant, &upload(byte, FileKind::Statement), &facts).await.unwrap();
    }
    unit.commit().await.unwrap();

    let the_day = day("2026-08-03");
    let scope = Scope { tenant: &tenant, from: the_day, to: the_day, by: ComparedBy::Slip, via: Via::Packs };
    let (watermark, sales, lines) = read(store, &scope, usize::MAX);
    assert_eq!(watermark, 2);
    assert_eq!(sales, ["m1/1/2 99001 00041 2026-08-03 300", "m1/1/4 99001 00042 2026-08-03 600"], "no cash");
    let expected =
        ["1:2 99001 00041 2026-08-03 300", "2:5 99001 00042 2026-08-03 600", "2:6 99001  2026-08-03 10"];
    assert_eq!(lines, expected, "what was corrected once, as it is now; no refunds");
    let approval = Scope { by: ComparedBy::Approval, ..scope };
    assert_eq!(read(store, &approval, usize::MAX).1[0], "m1/1/2 99001  2026-08-03 300");
    let (before, other) = (day("2026-08-02"), self::tenant("nobody"));
    for empty in [Scope { from: before, to: before, ..scope }, Scope { tenant: &other, ..scope }] {
        let (_, sales, lines) = read(store, &empty, usize::MAX);
        assert_eq!((sales.len(), lines.len()), (0, 0));
    }
    let (_, sales, lines) = read(store, &scope, 1);
    let most = sales.len().max(lines.len());
    assert_eq!(most, 1, "a sink that has enough ends both sides, wherever the other is");
}

pub async fn a_comparison_is_read_back(store: &dyn Store) {
    let tenant = tenant("comparisons");
    let one = |number: i64| ComparedException {
        class: "AMOUNT_DIFF".to_owned(),
        sale: Some(SaleKey {
            counter: counter("m1"),
            incarnation: Incarnation(2),
            sequence: SequenceNumber(u64::try_from(number).unwrap()),
        }),
        line: Some((3, 7)),
        terminal: "99001".to_owned(),
        number: format!("{number:05}"),
        day: Some(day("2026-08-03")),
        sale_amount: Some(Yen::new(300)),
        line_amount: Some(Yen::new(-number)),
    };
    // More than any engine takes at once, and one that says nothing it need not say.
    let mut exceptions: Vec<_> = (1..=5_000).map(one).collect();
    exceptions.push(ComparedException {
        sale: None,
        line: None,
        day: None,
        sale_amount: None,
        line_amount: None,
        ..one(5_001)
    });
    let comparison = NewComparison {
        from: day("2026-08-01"),
        to: day("2026-08-03"),
        by: ComparedBy::Approval,
        watermark: 9,
        result: "{}".to_owned(),
        created_at: at(1),
        created_by: "kaikei".to_owned(),
    };
    let mut unit = store.begin().await.unwrap();
    let numbers = [
        unit.record_comparison(&tenant, &comparison, &exceptions).await.unwrap(),
        unit.record_comparison(&tenant, &comparison, &[]).await.unwrap(),
    ];
    unit.commit().await.unwrap();
    assert_eq!(numbers, [1, 2]);
    let mut unit = store.snapshot().await.unwrap();
    let row = |number, exceptions| ComparisonRow { number, exceptions, comparison: comparison.clone() };
    assert_eq!(unit.comparisons(&tenant, 9).await.unwrap(), [row(2, 0), row(1, 5_001)]);
    assert_eq!(unit.comparisons(&tenant, 1).await.unwrap().len(), 1);
    let read = unit.compared_exceptions(&tenant, 1, 0, 9_999).await.unwrap();
    assert_eq!(read, exceptions);
    let page = unit.compared_exceptions(&tenant, 1, 4_999, 1).await.unwrap();
    assert_eq!(page, exceptions[4_999..5_000]);
    assert!(unit.compared_exceptions(&tenant, 2, 0, 9).await.unwrap().is_empty());
}
