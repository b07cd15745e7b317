//! A laid-out paper as text for a terminal, as CSV for a spreadsheet or finance system; its value as JSON.
//!
//! Invariants: the same paper gives the same bytes; text columns line up where kanji take two places; amounts stand as 12,345 and ▲653
//! in text and as plain digits with a minus in CSV, so that a program can add them up. Not here: which figures stand where (each
//! paper's own `table`).

use std::ops::RangeInclusive;

use formats::csv_out::{CannotWrite, CsvEncoding, write};
use serde::Serialize;

use super::table::{Align, Cell, Column, PaperTable};
use crate::jobs::JobError;

/// Between two columns of text.
const GAP: &str = "  ";
/// Characters that take two places in a terminal (Unicode TR 11, wide and full-width).
const WIDE: [RangeInclusive<char>; 9] = [
    '\u{1100}'..='\u{115F}',
    '\u{2E80}'..='\u{A4CF}',
    '\u{AC00}'..='\u{D7A3}',
    '\u{F900}'..='\u{FAFF}',
    '\u{FE30}'..='\u{FE4F}',
    '\u{FF00}'..='\u{FF60}',
    '\u{FFE0}'..='\u{FFE6}',
    '\u{1F300}'..='\u{1F64F}',
    '\u{20000}'..='\u{3FFFD}',
];

/// The paper as text, lines ended.
#[must_use]
pub fn to_text(table: &PaperTable) -> String {
    let mut lines = vec![table.title.to_owned()];
    lines.extend(table.head.iter().map(|(word, value)| format!("{word}: {value}")));
    lines.push(String::new());
    lines.extend(grid(table));
    if !table.notes.is_empty() {
        lines.push(String::new());
        lines.extend(table.notes.iter().map(|note| format!("・{note}")));
    }
    if !table.seals.is_empty() {
        lines.push(String::new());
        lines.push(table.seals.iter().map(|seal| format!("[{seal}　　　]")).collect());
    }
    lines.join("\n") + "\n"
}

/// Columns and rows, every column as wide as its widest cell.
fn grid(table: &PaperTable) -> Vec<String> {
    let heading: Vec<String> = table.columns.iter().map(|column| column.label.to_owned()).collect();
    let body = table.rows.iter().map(|row| row.cells.iter().map(on_paper).collect::<Vec<_>>());
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(body).collect();
    let place = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|text| width(text)).max();
    let widths: Vec<usize> = (0..table.columns.len()).map(|column| place(column).unwrap_or(0)).collect();
    rows.iter().map(|row| aligned(row, &table.columns, &widths)).collect()
}

fn aligned(row: &[String], columns: &[Column], widths: &[usize]) -> String {
    let cell = |((text, column), wanted): ((&String, &Column), &usize)| {
        let room = " ".repeat(wanted.saturating_sub(width(text)));
        match column.align {
            Align::Left => format!("{text}{room}"),
            Align::Right => format!("{room}{text}"),
        }
    };
    let cells: Vec<String> = row.iter().zip(columns).zip(widths).map(cell).collect();
    cells.join(GAP).trim_end().to_owned()
}

/// A cell as papers and screens write it.
#[must_use]
pub fn on_paper(cell: &Cell) -> String {
    match cell {
        Cell::Text(words) => words.clone(),
        Cell::Yen(yen) => yen.to_string(),
        Cell::Count(count) => domain::money::Yen::new(*count).to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::None => "—".to_owned(),
    }
}

/// Places that a text takes in a terminal: two for kanji, kana and full-width forms, one for everything else.
fn width(text: &str) -> usize {
    let wide = |c: char| WIDE.iter().any(|range| range.contains(&c));
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// The paper as CSV: title, head, an empty line, the table, an empty line, the notes.
///
/// # Errors
/// Names the first character that the encoding does not have.
pub fn to_csv(table: &PaperTable, encoding: CsvEncoding) -> Result<Vec<u8>, CannotWrite> {
    to_csv_many(std::slice::from_ref(table), encoding)
}

/// Several papers in one file, an empty line between them.
///
/// # Errors
/// As [`to_csv`].
pub fn to_csv_many(tables: &[PaperTable], encoding: CsvEncoding) -> Result<Vec<u8>, CannotWrite> {
    let mut rows = Vec::new();
    for table in tables {
        if !rows.is_empty() {
            rows.push(Vec::new());
        }
        rows.extend(csv_rows(table));
    }
    write(rows, encoding)
}

fn csv_rows(table: &PaperTable) -> Vec<Vec<String>> {
    let mut rows = vec![vec![table.title.to_owned()]];
    rows.extend(table.head.iter().map(|(word, value)| vec![(*word).to_owned(), value.clone()]));
    rows.push(Vec::new());
    rows.push(table.columns.iter().map(|column| column.label.to_owned()).collect());
    rows.extend(table.rows.iter().map(|row| row.cells.iter().map(in_csv).collect()));
    if !table.notes.is_empty() {
        rows.push(Vec::new());
        rows.extend(table.notes.iter().map(|note| vec![note.clone()]));
    }
    rows
}

/// A cell as a program reads it.
fn in_csv(cell: &Cell) -> String {
    match cell {
        Cell::Text(words) => words.clone(),
        Cell::Yen(yen) => yen.get().to_string(),
        Cell::Count(count) => count.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::None => String::new(),
    }
}

/// A value of a paper as JSON with a final line break; the same value gives the same bytes.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn to_json<T: Serialize>(what: &'static str, paper: &T) -> Result<String, JobError> {
    let json = serde_json::to_string_pretty(paper).map_err(|source| JobError::Json { what, source })?;
    Ok(json + "\n")
}

#[cfg(test)]
mod tests {
    use domain::money::Yen;

    use super::*;
    use crate::jobs::papers::table::{RowKind, TableRow};

    fn paper() -> PaperTable {
        let row = |cells| TableRow::new(RowKind::Body, cells);
        PaperTable {
            title: "見本",
            head: vec![("日", "令和8年7月15日(水)".to_owned())],
            columns: vec![Column::words("項目"), Column::numbers("件"), Column::numbers("円")],
            rows: vec![
                row(vec![Cell::text("戸籍 450"), Cell::Count(8), Cell::Yen(Yen::new(3_600))]),
                row(vec![Cell::text("iD"), Cell::None, Cell::Yen(Yen::new(-653))]),
            ],
            notes: vec!["差 0".to_owned()],
            seals: &["作成", "確認"],
        }
    }

    #[test]
    fn columns_line_up_where_kanji_take_two_places() {
        let expected = "見本\n日: 令和8年7月15日(水)\n\n項目      件     円\n戸籍 450   8  3,600\niD         —   ▲653\n\n・差 0\n\n[作成　　　][確認　　　]\n";
        assert_eq!(to_text(&paper()), expected);
    }

    #[test]
    fn csv_holds_plain_numbers_in_both_encodings() {
        let utf8 = String::from_utf8(to_csv(&paper(), CsvEncoding::Utf8Bom).unwrap()).unwrap();
        let expected = "\u{FEFF}見本\r\n日,令和8年7月15日(水)\r\n\r\n項目,件,円\r\n戸籍 450,8,3600\r\niD,,-653\r\n\r\n差 0\r\n";
        assert_eq!(utf8, expected);
        let cp932 = to_csv(&paper(), CsvEncoding::Cp932).unwrap();
        assert_eq!(formats::cp932::decode(&cp932).unwrap(), expected.trim_start_matches('\u{FEFF}'));
    }
}
