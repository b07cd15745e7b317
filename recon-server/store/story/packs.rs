//! Packs say what rows say: counters that close and go on, files that correct each other, days on the edge, another tenant.
//!
//! Invariant: each scope is read twice, from packs and from rows alone, and every row comes with its record.

use domain::{
    event::Event,
    id::{Incarnation, SaleId, TenantId},
    method::Method,
    money::Yen,
    sale::Payment,
};
use journal::entry::Entry;
use store::{
    Store,
    compared::{ColumnSink, ColumnsRow, ComparedBy, LineKey, PackedRows, Place, SaleKey, Scope, Via},
    facts::StatementLine,
    files::{FileFacts, FileKind},
};
use uuid::Uuid;

use super::{
    files::{bare, upload},
    samples::{Diary, at, cash, closed, counter, day, deliver, enrol, line, opened, tenant},
};

/// Rows in words, and how many of them packs gave.
#[derive(Default)]
struct Noted {
    rows: Vec<(Place, String)>,
    packed: usize,
}

impl ColumnSink for Noted {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        let ColumnsRow { place, terminal, number, day, amount } = row;
        self.rows.push((*place, format!("{terminal}|{number}|{day}|{amount}")));
        true
    }

    fn take_pack(&mut self, rows: &PackedRows<'_>) -> bool {
        let before = self.rows.len();
        let more = rows.each(|row| self.take(row));
        self.packed += self.rows.len() - before;
        more
    }
}

/// Rows of both sides with their records, sorted, and how many of each packs gave.
type Read = ([Vec<String>; 2], [usize; 2]);

fn read(store: &dyn Store, scope: &Scope<'_>) -> Read {
    let runtime = tokio::runtime::Handle::current();
    std::thread::scope(|threads| {
        let work = threads.spawn(|| {
            let _within = runtime.enter();
            let (mut sales, mut lines) = (Noted::default(), Noted::default());
            let mut reading = store.columns(scope).unwrap();
            reading.read(&mut sales, &mut lines).unwrap();
            let places = |side: &Noted| side.rows.iter().map(|(place, _)| *place).collect::<Vec<_>>();
            let of_sales = reading.sales(&places(&sales)).unwrap();
            let of_lines = reading.lines(&places(&lines)).unwrap();
            let sale = |key: &SaleKey| format!("{}/{}/{}", key.counter, key.incarnation.0, key.sequence.0);
            let line = |(file, row): &LineKey| format!("{file}:{row}");
            let packed = [sales.packed, lines.packed];
            let named = |side: Noted, names: Vec<String>| {
                let mut rows: Vec<_> = names
                    .into_iter()
                    .zip(side.rows)
                    .map(|(name, (_, row))| format!("{name} {row}"))
                    .collect();
                rows.sort();
                rows
            };
            let names = (of_sales.iter().map(sale).collect(), of_lines.iter().map(line).collect());
            ([named(sales, names.0), named(lines, names.1)], packed)
        });
        work.join().unwrap()
    })
}

/// Reads every scope both ways. Returns what packs gave of the whole month by slip numbers.
fn agree(store: &dyn Store, tenant: &TenantId) -> Read {
    let days = ["2026-08-02", "2026-08-03", "2026-08-04", "2026-08-05", "2026-08-06"].map(day);
    for (first, from) in days.into_iter().enumerate() {
        for to in days.into_iter().skip(first) {
            for by in [ComparedBy::Slip, ComparedBy::Approval] {
                let packs = Scope { tenant, from, to, by, via: Via::Packs };
                let (from_packs, _) = read(store, &packs);
                let (from_rows, packed) = read(store, &Scope { via: Via::Rows, ..packs });
                assert_eq!(from_packs, from_rows, "{from} to {to} by {by:?}");
                assert_eq!(packed, [0, 0], "rows are rows");
            }
        }
    }
    let whole = Scope {
        tenant,
        from: day("2026-08-01"),
        to: day("2026-08-31"),
        by: ComparedBy::Slip,
        via: Via::Packs,
    };
    read(store, &whole)
}

/// The statement rows of a month by their records, which packs and rows must say alike, and how many of them packs gave.
pub fn lines_both_ways(store: &dyn Store, tenant: &TenantId) -> (Vec<String>, usize) {
    let ([_, lines], [_, packed]) = agree(store, tenant);
    (lines, packed)
}

/// Numbers that look random and are the same in every run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

const TERMINALS: [Option<&str>; 4] = [None, Some("99001"), Some("99002"), Some("端末\u{1f}3")];
const NUMBERS: [Option<&str>; 7] =
    [None, Some("00041"), Some("00042"), Some("41"), Some("伝票"), Some("A1B2C3"), Some("a\0b")];

fn sale(diary: &mut Diary, drawn: &mut Drawn, plain: bool) -> Entry {
    let numbers = if plain { &NUMBERS[..3] } else { &NUMBERS[..] };
    let yen = i64::try_from(drawn.below(900)).unwrap() + 1;
    let method = drawn.of(&[Method::Cash, Method::Credit, Method::CodeStatic, Method::ElectronicMoney]);
    let payment = Payment {
        method,
        terminal_id: drawn.of(&TERMINALS).map(str::to_owned),
        sheet_number: drawn.of(&[None, Some("sheet-1")]).map(str::to_owned),
        slip_number: drawn.of(numbers).map(str::to_owned),
        approval_code: drawn.of(numbers).map(str::to_owned),
        ..cash(yen)
    };
    let receipt_number = diary.next_receipt();
    let event = Event::SaleCompleted {
        sale: SaleId(Uuid::from_u128(u128::from(diary.head.sequence_number.0))),
        receipt_number,
        business_day: diary.now.date(),
        payment_date: diary.now.date(),
        paid_at: diary.now,
        lines: vec![line("juminhyo", yen)],
        total: Yen::new(yen),
        payment,
    };
    diary.write(event)
}

/// Entries of some days; the last of them stays open where `open_at_last` says so.
fn entries(diary: &mut Diary, drawn: &mut Drawn, open_at_last: bool) -> Vec<Entry> {
    let mut written = Vec::new();
    for cut in 1..=4 {
        diary.now = at(i64::from(cut - 1) * 86_400);
        written.push(diary.write(opened(cut)));
        for _ in 0..drawn.below(12) {
            written.push(sale(diary, drawn, cut == 1));
        }
        if cut < 4 || !open_at_last {
            written.push(diary.write(closed(cut, None)));
        }
    }
    written
}

fn lines(drawn: &mut Drawn, file: u8) -> Vec<StatementLine> {
    let one = |row: usize, drawn: &mut Drawn| {
        // A few keys, so that files correct each other; the content says which file spoke last.
        let mut line = bare(&format!("k{row}"), 1, file, i64::try_from(drawn.below(900)).unwrap());
        line.identity.row = u32::try_from(row).unwrap() + 1;
        line.class = drawn.of(&["sale", "sale", "sale", "refund", "unclassified"]).to_owned();
        line.terminal_id = drawn.of(&TERMINALS).map(str::to_owned);
        line.slip_number = drawn.of(&NUMBERS).map(str::to_owned);
        line.approval_code = drawn.of(&NUMBERS[..3]).map(str::to_owned);
        line.day = day(drawn.of(&["2026-08-02", "2026-08-03", "2026-08-04", "2026-08-06"]));
        line
    };
    (0..40).step_by(usize::from(file)).map(|row| one(row, drawn)).collect()
}

pub async fn packs_say_what_rows_say(store: &dyn Store) {
    let mut drawn = Drawn(7);
    for name in ["packs-a", "packs-b"] {
        let tenant = tenant(name);
        let mut given = Vec::new();
        for (place, desk) in ["m1", "m2", "m3"].into_iter().enumerate() {
            enrol(store, &tenant, desk, u8::try_from(place).unwrap() + 100, at(0)).await;
            let mut diary = Diary::new(&tenant, &counter(desk), Incarnation(1), at(10));
            let written = match desk {
                // A counter that never closed.
                "m3" => {
                    let mut written = vec![diary.write(opened(1))];
                    written.extend((0..5).map(|_| sale(&mut diary, &mut drawn, true)));
                    written
                }
                _ => entries(&mut diary, &mut drawn, desk == "m2"),
            };
            given.push((diary, written));
        }
        // By turns, as counters deliver: the table's order is not that of counters.
        for batch in 0..30 {
            for (diary, written) in &given {
                let part: Vec<_> = written.iter().skip(batch * 4).take(4).cloned().collect();
                if !part.is_empty() {
                    deliver(store, diary, &part, at(20)).await;
                }
            }
        }
        for file in 1..=3_u8 {
            let mut unit = store.begin().await.unwrap();
            let facts = FileFacts::Statement(lines(&mut drawn, file));
            unit.import_file(&tenant, &upload(file, FileKind::Statement), &facts).await.unwrap();
            unit.commit().await.unwrap();
        }
        let (rows, packed) = agree(store, &tenant);
        assert!(packed[0] > 10 && packed[0] < rows[0].len(), "packs and rows behind them: {packed:?}");
        assert_eq!(packed[1], rows[1].len(), "every file has packs");
        let mut unit = store.begin().await.unwrap();
        unit.rebuild_projections(&tenant).await.unwrap();
        unit.commit().await.unwrap();
        assert_eq!(agree(store, &tenant), (rows, packed), "{name}: a rebuild changes nothing");
    }
}

/// A file that comes by parts has packs of each part, and one without a row to compare has a pack that says so.
pub async fn parts_of_a_file_are_packed(store: &dyn Store) {
    let tenant = tenant("packs-parts");
    let mut drawn = Drawn(11);
    let (mut first, mut second) = (lines(&mut drawn, 1), Vec::new());
    second.extend(first.split_off(25));
    let mut unit = store.begin().await.unwrap();
    let file = upload(1, FileKind::Statement);
    let store::files::Begun::New { file: number, .. } = unit.begin_file(&tenant, &file).await.unwrap() else {
        panic!("a new file")
    };
    let mut counts = store::files::ImportCounts::default();
    for part in [first, second] {
        let facts = FileFacts::Statement(part);
        let (of_part, _) = unit.add_facts(&tenant, &file.source, number, &facts).await.unwrap();
        counts.new += of_part.new;
    }
    unit.end_file(&tenant, number, counts, None).await.unwrap();
    let refund = StatementLine { class: "refund".to_owned(), ..bare("r", 1, 9, -300) };
    let facts = FileFacts::Statement(vec![refund]);
    unit.import_file(&tenant, &upload(2, FileKind::Statement), &facts).await.unwrap();
    unit.commit().await.unwrap();
    let (rows, packed) = agree(store, &tenant);
    assert!(rows[1].len() > 10);
    assert_eq!(packed, [0, rows[1].len()]);
}

/// What an older program leaves: files and counters without packs, beside others that have them. `run` does a statement behind the
/// store's back.
pub async fn missing_packs_are_read_as_rows(store: &dyn Store, run: impl AsyncFn(&'static str)) {
    let tenant = tenant("packs-a");
    let (rows, mut packed) = agree(store, &tenant);
    for statement in [
        "DELETE FROM statement_pack WHERE tenant_id = 'packs-a' AND file_number = 2",
        "DELETE FROM sale_pack WHERE tenant_id = 'packs-a' AND counter_id = 'm1'",
        "DELETE FROM sale_pack WHERE tenant_id = 'packs-a' AND counter_id = 'm2' AND last_sequence > \
         (SELECT MIN(p.last_sequence) FROM sale_pack p WHERE p.counter_id = 'm2' AND p.tenant_id = sale_pack.tenant_id)",
        // So many entries behind the packs that their sales are looked for by day.
        "UPDATE incarnation SET head_sequence = 1000000",
        "DELETE FROM statement_pack WHERE tenant_id = 'packs-a'",
        "DELETE FROM sale_pack WHERE tenant_id = 'packs-a'",
    ] {
        run(statement).await;
        let (now, packed_now) = agree(store, &tenant);
        assert_eq!(now, rows, "after {statement}");
        assert!(packed_now.iter().zip(packed).all(|(now, before)| *now <= before), "{packed_now:?}");
        packed = packed_now;
    }
    assert_eq!(packed, [0, 0]);
}

/// A body that is not whole ends the reading, and the error says whose it is.
pub async fn a_damaged_pack_is_named(store: &dyn Store, run: impl AsyncFn(&'static str)) {
    let tenant = tenant("packs-b");
    run("UPDATE sale_pack SET body = substr(body, 2)").await;
    let (from, to) = (day("2026-08-01"), day("2026-08-31"));
    let scope = Scope { tenant: &tenant, from, to, by: ComparedBy::Slip, via: Via::Packs };
    let runtime = tokio::runtime::Handle::current();
    let failed = std::thread::scope(|threads| {
        let work = threads.spawn(|| {
            let _within = runtime.enter();
            let (mut sales, mut lines) = (Noted::default(), Noted::default());
            store.columns(&scope).unwrap().read(&mut sales, &mut lines)
        });
        work.join().unwrap()
    });
    let said = format!("{:?}", failed.unwrap_err());
    assert!(said.contains("sale_pack") && said.contains("m1/1/"), "{said}");
}
