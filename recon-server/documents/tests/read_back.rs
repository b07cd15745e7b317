//! What was written is read back by another reader; the bytes are the same every time.

#![expect(clippy::unwrap_used, reason = "a step of a test that fails is a failed test")]

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use documents::{Align, Book, Cell, Column, Row, RowKind, Sheet, write};
use domain::{money::Yen, time::CivilDate};

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn column(label: &str, align: Align) -> Column {
    Column { label: label.to_owned(), align }
}

fn sheet(rows: Vec<Row>) -> Sheet {
    Sheet {
        name: "収納日計表".to_owned(),
        title: "収納日計表".to_owned(),
        head: vec![("取扱日".to_owned(), "令和8年7月15日(水)".to_owned())],
        columns: vec![column("項目", Align::Left), column("円", Align::Right), column("日", Align::Left)],
        rows,
        notes: vec!["差 0".to_owned()],
        seals: vec!["作成".to_owned()],
        is_list: false,
    }
}

fn book(sheets: Vec<Sheet>) -> Book {
    Book {
        title: "収納日計表".to_owned(), author: "例示市".to_owned(), made_on: date("2026-07-15"), sheets
    }
}

fn row(words: &str, yen: i64) -> Row {
    let cells = vec![Cell::text(words), Cell::Yen(Yen::new(yen)), Cell::Day(date("2026-07-15"))];
    Row { kind: RowKind::Body, cells }
}

fn read(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap()
}

fn first(bytes: Vec<u8>) -> Range<Data> {
    let mut workbook = read(bytes);
    let name = workbook.sheet_names()[0].clone();
    workbook.worksheet_range(&name).unwrap()
}

/// The cells of the row that begins with these words.
fn line(range: &Range<Data>, words: &str) -> Vec<Data> {
    let wanted = Data::String(words.to_owned());
    range.rows().find(|row| row[0] == wanted).unwrap_or_else(|| panic!("{words}: {range:?}")).to_vec()
}

#[test]
fn numbers_are_numbers_and_days_are_days() {
    let range = first(write(&book(vec![sheet(vec![row("戸籍", 3_600), row("返金", -653)])])).unwrap());
    assert_eq!(range.get_value((0, 0)), Some(&Data::String("収納日計表".to_owned())));
    assert_eq!(line(&range, "戸籍")[1], Data::Float(3_600.0));
    assert_eq!(line(&range, "返金")[1], Data::Float(-653.0));
    let Data::DateTime(day) = &line(&range, "戸籍")[2] else { panic!("{range:?}") };
    assert_eq!(day.to_ymd_hms_milli(), (2026, 7, 15, 0, 0, 0, 0));
    assert_eq!(line(&range, "項目")[1], Data::String("円".to_owned()));
    line(&range, "・差 0");
}

#[test]
fn what_looks_like_a_formula_stays_words() {
    for risky in ["=1+1", "@SUM(A1)", "+81", "-1+1", "=HYPERLINK(\"http://x\")"] {
        let bytes = write(&book(vec![sheet(vec![row(risky, 1)])])).unwrap();
        assert_eq!(line(&first(bytes.clone()), risky)[0], Data::String(risky.to_owned()));
        let formulas = read(bytes).worksheet_formula("収納日計表").unwrap();
        assert!(formulas.used_cells().next().is_none(), "{risky}");
    }
}

#[test]
fn a_number_that_a_spreadsheet_would_round_stands_as_digits() {
    let most = 9_007_199_254_740_992;
    let range = first(write(&book(vec![sheet(vec![row("足りる", most), row("多い", most + 1)])])).unwrap());
    assert!(matches!(line(&range, "足りる")[1], Data::Float(_) | Data::Int(_)));
    assert_eq!(line(&range, "多い")[1], Data::String("9007199254740993".to_owned()));
}

#[test]
fn the_same_book_is_the_same_bytes() {
    let make = || write(&book(vec![sheet(vec![row("戸籍", 450)])])).unwrap();
    assert_eq!(make(), make());
    let other = Book { made_on: date("2026-07-16"), ..book(vec![sheet(vec![row("戸籍", 450)])]) };
    assert_ne!(write(&other).unwrap(), make());
}

#[test]
fn tabs_have_names_of_their_own() {
    let named = |name: &str| Sheet { name: name.to_owned(), ..sheet(Vec::new()) };
    let bytes = write(&book(vec![named("a/b"), named("a/b"), named(""), named(&"長".repeat(40))])).unwrap();
    let names = read(bytes).sheet_names().clone();
    assert_eq!(names.len(), 4);
    assert_eq!(names[0], "a_b");
    assert_eq!(names[1], "a_b 2");
    assert_eq!(names[3].chars().count(), 31);
}

#[test]
fn an_empty_cell_is_empty_and_nothing_is_a_dash() {
    let cells = vec![Cell::text("なし"), Cell::None, Cell::text("")];
    let range = first(write(&book(vec![sheet(vec![Row { kind: RowKind::Total, cells }])])).unwrap());
    let found = line(&range, "なし");
    assert_eq!((&found[1], &found[2]), (&Data::String("—".to_owned()), &Data::Empty));
}
