//! Packs against the rows that they repeat (ADR 0024): each day is read twice, from packs and from rows alone, and every row must come
//! with the same record, terminal, number, day and yen.
//!
//! Invariants: one pack and the rows of one day are in memory at a time, however much is stored; a pack that cannot be read, a row that
//! packs say otherwise or do not hold, and a pack that is not there though others of its time are, are findings that name file or counter,
//! day and first row. Not a finding: files and closes that are older than packs, which comparisons read as rows. Not here: how packs are
//! read (`store::packs`), and the frozen bytes behind the rows (the rest of [`super`]).

use std::collections::{BTreeMap, BTreeSet};

use domain::{id::TenantId, time::CivilDate};
use store::{
    Fault, Store, StoreError,
    compared::{ColumnSink, ColumnsRow, ComparedBy, LineKey, PackedRows, Place, SaleKey, Scope, Via},
};

use crate::{app::AppState, jobs::JobError};

/// Which number a row is compared by: both are kept.
const NUMBERS: [ComparedBy; 2] = [ComparedBy::Slip, ComparedBy::Approval];

/// The record of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Record {
    /// Counter, incarnation, entry.
    Sale(String, u32, u64),
    /// File and row.
    Line(u64, u32),
}

impl Record {
    fn words_ja(&self) -> String {
        match self {
            Self::Sale(counter, incarnation, entry) => {
                format!("窓口 {counter} 世代{incarnation} の記録 {entry}")
            }
            Self::Line(file, row) => format!("受付番号 {file} の {row}行目"),
        }
    }
}

/// The rows of one side as they come.
#[derive(Default)]
struct Noted {
    rows: Vec<(Place, String)>,
    /// Of each, whether a pack gave it.
    packed: Vec<bool>,
    /// Where the first row of each pack stands, whether it is of the scope or not.
    heads: Vec<Place>,
}

impl ColumnSink for Noted {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        let ColumnsRow { place, terminal, number, day, amount } = row;
        self.rows.push((*place, format!("{terminal}\u{1f}{number}\u{1f}{day}\u{1f}{amount}")));
        self.packed.push(false);
        true
    }

    fn take_pack(&mut self, rows: &PackedRows<'_>) -> bool {
        if !rows.days.is_empty() {
            self.heads.push(rows.first);
        }
        let before = self.packed.len();
        let more = rows.each(|row| self.take(row));
        self.packed.iter_mut().skip(before).for_each(|packed| *packed = true);
        more
    }
}

/// The days of which there are rows.
#[derive(Default)]
struct Days(BTreeSet<String>);

impl ColumnSink for Days {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        if !self.0.contains(row.day) {
            self.0.insert(row.day.to_owned());
        }
        true
    }
}

/// Rows of both sides by their record: what they say.
type Rows = BTreeMap<Record, String>;

/// What is found on the way.
#[derive(Debug, Default)]
struct Found {
    /// One Japanese sentence each.
    broken: BTreeSet<String>,
    /// Rows that packs gave.
    packed: u64,
    /// The first file that has a pack.
    first_file: Option<u64>,
    /// Files whose rows no pack gave, with their first row and its day.
    bare_files: BTreeMap<u64, (u32, CivilDate)>,
    /// Counters' incarnations that have a pack.
    with_packs: BTreeSet<(String, u32)>,
    /// Entries that no pack gave, the first of each day.
    bare_sales: BTreeMap<(String, u32, CivilDate), u64>,
}

/// Compares every pack with its rows. Returns how many rows packs hold; what is wrong is added to `broken`.
///
/// # Errors
/// When the store cannot be read. A pack that is wrong is an answer, not an error.
pub(super) async fn check(state: &AppState, broken: &mut Vec<String>) -> Result<u64, JobError> {
    let (store, tenant) = (state.store.clone(), state.tenant().clone());
    let walk = tokio::task::spawn_blocking(move || walk(&*store, &tenant)).await;
    let mut found = walk.map_err(|panicked| JobError::Facts(panicked.to_string()))??;
    lost_files(&mut found);
    lost_closes(state, &mut found).await?;
    let tenant = state.tenant();
    broken.extend(found.broken.into_iter().map(|sentence| format!("団体 {tenant}: {sentence}")));
    Ok(found.packed)
}

fn walk(store: &dyn Store, tenant: &TenantId) -> Result<Found, JobError> {
    let mut found = Found::default();
    let (first, last) = (CivilDate::new(1900, 1, 1), CivilDate::new(9999, 12, 31));
    let Some(whole) = first.zip(last) else { return Ok(found) };
    let scope = |(from, to), by, via| Scope { tenant, from, to, by, via };
    let (mut sales, mut lines) = (Days::default(), Days::default());
    store.columns(&scope(whole, ComparedBy::Slip, Via::Rows))?.read(&mut sales, &mut lines)?;
    let days = sales.0.union(&lines.0).filter_map(|day| day.parse().ok());
    for (from, to) in windows(whole, days) {
        for by in NUMBERS {
            match read(store, &scope((from, to), by, Via::Packs), Some(&mut found)) {
                Ok(packed) => {
                    let rows = read(store, &scope((from, to), by, Via::Rows), None)?;
                    found.broken.extend(differs(&packed, &rows, from));
                }
                Err(StoreError::ReadColumns(Fault::Unreadable { what, value })) => {
                    found.broken.insert(unreadable(what, &value));
                }
                Err(other) => return Err(other.into()),
            }
        }
    }
    Ok(found)
}

/// Every day of which there are rows, and what lies between them, where no pack may have any. `days` ascend.
fn windows(
    whole: (CivilDate, CivilDate),
    days: impl Iterator<Item = CivilDate>,
) -> Vec<(CivilDate, CivilDate)> {
    let (mut windows, mut next) = (Vec::new(), whole.0);
    for day in days {
        if next < day {
            windows.push((next, day.plus_days(-1)));
        }
        windows.push((day, day));
        next = day.plus_days(1);
    }
    if windows.last().is_none_or(|(_, to)| *to < whole.1) {
        windows.push((next, whole.1));
    }
    windows
}

/// Both sides of a scope, each row with its record; what packs did not give is noted.
fn read(store: &dyn Store, scope: &Scope<'_>, noted: Option<&mut Found>) -> Result<Rows, StoreError> {
    let (mut sales, mut lines) = (Noted::default(), Noted::default());
    let mut reading = store.columns(scope)?;
    reading.read(&mut sales, &mut lines)?;
    let places = |side: &Noted| side.rows.iter().map(|(place, _)| *place).collect::<Vec<_>>();
    let of_sales: Vec<Record> = reading.sales(&places(&sales))?.iter().map(of_sale).collect();
    let of_lines: Vec<Record> = reading.lines(&places(&lines))?.iter().map(of_line).collect();
    if let Some(found) = noted.filter(|_| scope.by == ComparedBy::Slip) {
        reading.sales(&sales.heads)?.iter().for_each(|head| found.has_pack(of_sale(head)));
        reading.lines(&lines.heads)?.iter().for_each(|head| found.has_pack(of_line(head)));
        found.note(&of_sales, &sales.packed, scope.from);
        found.note(&of_lines, &lines.packed, scope.from);
    }
    let mut rows = Rows::new();
    let said = sales.rows.into_iter().chain(lines.rows).map(|(_, said)| said);
    for (record, said) in of_sales.into_iter().chain(of_lines).zip(said) {
        // A row that comes twice says something else than the same row that comes once.
        let known = rows.entry(record).or_default();
        known.push_str(&said);
        known.push('\n');
    }
    Ok(rows)
}

fn of_sale(key: &SaleKey) -> Record {
    Record::Sale(key.counter.to_string(), key.incarnation.0, key.sequence.0)
}

const fn of_line((file, row): &LineKey) -> Record {
    Record::Line(*file, *row)
}

impl Found {
    /// Notes that there is a pack with this first row.
    fn has_pack(&mut self, head: Record) {
        match head {
            Record::Line(file, _) => {
                self.first_file = Some(self.first_file.map_or(file, |first| first.min(file)));
            }
            Record::Sale(counter, incarnation, _) => {
                self.with_packs.insert((counter, incarnation));
            }
        }
    }

    /// Notes which rows packs gave and which they did not.
    fn note(&mut self, records: &[Record], packed: &[bool], day: CivilDate) {
        for (record, packed) in records.iter().zip(packed) {
            self.packed = self.packed.saturating_add(u64::from(*packed));
            if *packed {
                continue;
            }
            match record {
                Record::Line(file, row) => {
                    let first = self.bare_files.entry(*file).or_insert((*row, day));
                    *first = (*first).min((*row, day));
                }
                Record::Sale(counter, incarnation, entry) => {
                    let key = (counter.clone(), *incarnation, day);
                    let first = self.bare_sales.entry(key).or_insert(*entry);
                    *first = (*first).min(*entry);
                }
            }
        }
    }
}

/// The first row of a day that packs say otherwise than its table, and how many more there are.
fn differs(packed: &Rows, rows: &Rows, day: CivilDate) -> Option<String> {
    let records: BTreeSet<&Record> = packed.keys().chain(rows.keys()).collect();
    let mut wrong = records.into_iter().filter(|record| packed.get(*record) != rows.get(*record));
    let first = wrong.next()?;
    let more = match wrong.count() {
        0 => String::new(),
        more => format!("ほかに{more}件違います。"),
    };
    let (day, record) = (day.to_japanese(), first.words_ja());
    Some(match (packed.contains_key(first), rows.contains_key(first)) {
        (false, _) => format!("{day}の突合用の写しに、{record}がありません。{more}"),
        (true, false) => format!("{record}が、{day}の突合用の写しにだけあります。{more}"),
        (true, true) => format!("{day}の突合用の写しで、{record}の内容がもとの記録と違います。{more}"),
    })
}

/// Which pack cannot be read, in words: its name is that of [`store::packs`].
fn unreadable(table: &str, name: &str) -> String {
    let mut parts = name.rsplit('/');
    let (last, second, counter) = (parts.next(), parts.next(), parts.next());
    match (table, counter, second, last) {
        ("sale_pack", Some(counter), Some(incarnation), Some(entry)) => {
            format!(
                "窓口 {counter} 世代{incarnation} の記録 {entry} までの突合用の写しが壊れていて、読めません。"
            )
        }
        ("statement_pack", None, Some(file), Some(ordinal)) => {
            format!("受付番号 {file} の突合用の写し（{ordinal}番目）が壊れていて、読めません。")
        }
        _ => format!("突合用の写し（{table} {name}）が壊れていて、読めません。"),
    }
}

/// Every file after the first that has packs has packs of its own, written with its rows.
fn lost_files(found: &mut Found) {
    let Some(first) = found.first_file else { return };
    for (file, (row, day)) in found.bare_files.range(first..) {
        let day = day.to_japanese();
        found.broken.insert(format!(
            "受付番号 {file} の突合用の写しがありません（はじめの行: {day} {row}行目）。結果は変わりませんが、遅くなります。"
        ));
    }
}

/// A counter that has a pack has one of every close: with the first it catches up with what it closed before packs were made.
async fn lost_closes(state: &AppState, found: &mut Found) -> Result<(), JobError> {
    let mut unit = state.store.snapshot().await?;
    for ((counter, incarnation, day), entry) in &found.bare_sales {
        if !found.with_packs.contains(&(counter.clone(), *incarnation)) {
            continue;
        }
        let cuts = unit.days(state.tenant(), *day, *day).await?;
        let closed = cuts.iter().any(|cut| {
            let key = &cut.opening.key;
            let ours = key.counter.as_str() == counter && key.incarnation.0 == *incarnation;
            let close = cut.closing.as_ref().map(|close| close.key.sequence_number.0);
            ours && key.sequence_number.0 < *entry && close.is_some_and(|close| *entry < close)
        });
        if closed {
            let (day, record) =
                (day.to_japanese(), Record::Sale(counter.clone(), *incarnation, *entry).words_ja());
            found.broken.insert(format!(
                "{day}の締めの突合用の写しがありません（はじめの行: {record}）。結果は変わりませんが、遅くなります。"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(said: &[(u32, &str)]) -> Rows {
        said.iter().map(|(row, said)| (Record::Line(3, *row), (*said).to_owned())).collect()
    }

    #[test]
    fn the_first_row_that_differs_is_named() {
        let day = "2026-11-20".parse().unwrap();
        let table = rows(&[(1, "300"), (2, "450"), (3, "600")]);
        assert_eq!(differs(&table, &table, day), None);
        for (packed, said) in [
            (rows(&[(1, "300"), (3, "600")]), "写しに、受付番号 3 の 2行目がありません。"),
            (
                rows(&[(1, "300"), (2, "451"), (3, "601")]),
                "受付番号 3 の 2行目の内容がもとの記録と違います。ほかに1件",
            ),
            (rows(&[(1, "300"), (2, "450"), (3, "600"), (4, "1")]), "受付番号 3 の 4行目が、令和8年11月20日"),
        ] {
            let found = differs(&packed, &table, day).unwrap();
            assert!(found.contains(said), "{found}");
        }
    }

    #[test]
    fn a_pack_that_cannot_be_read_is_named_by_what_it_holds() {
        assert!(unreadable("sale_pack", "shimin-1/2/40").starts_with("窓口 shimin-1 世代2 の記録 40 まで"));
        assert!(unreadable("statement_pack", "7/1").starts_with("受付番号 7 の突合用の写し（1番目）"));
    }

    /// All days are looked at: those of the rows one by one, and those between and around them, where nothing may be.
    #[test]
    fn days_follow_one_another() {
        let day = |text: &str| text.parse::<CivilDate>().unwrap();
        let whole = (day("1900-01-01"), day("9999-12-31"));
        for (days, expected) in [
            (&[][..], 1),
            (&["2026-07-01"], 3),
            (&["2026-07-01", "2026-07-02"], 4),
            (&["2026-07-01", "2206-07-03"], 5),
            (&["1900-01-01", "9999-12-31"], 3),
        ] {
            let found = windows(whole, days.iter().map(|text| day(text)));
            assert_eq!(found.len(), expected, "{found:?}");
            assert!(found.windows(2).all(|pair| pair[1].0 == pair[0].1.plus_days(1)), "{found:?}");
            assert_eq!((found[0].0, found[expected - 1].1), whole);
        }
    }
}
