//! Bytes to rows of cells, before any cell is understood. Rows are cut as they are asked for, so that a file's cells are never all in memory.
//!
//! Invariants: a file in the other encoding is refused by name; lines before the header and blank lines are the only ones passed over,
//! and that is said; a missing column, a row of another width and an open quote are refused.

use std::collections::BTreeMap;

use memchr::memchr_iter;

use crate::{
    cells::{Cells, Line, Record, Records},
    cp932,
    refusal::{Notice, Refusal, shown},
    statement::FileEncoding,
};

/// Largest file that is read, in bytes.
pub(crate) const FILE_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Most rows of one file.
const ROWS_MAX: usize = 1_000_000;
/// Most lines before the header.
const PREAMBLE_ROWS_MAX: usize = 30;
const REMEDY_AGAIN: &str = "もう一度ダウンロードし、表計算ソフトで保存し直さずに入れてください。";

/// What a profile says of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spec<'p> {
    /// Name of the profile on screens.
    pub name_ja: &'p str,
    /// Encoding of the file.
    pub encoding: FileEncoding,
    /// Cell separator.
    pub delimiter: char,
    /// Whether the file has a row of column names.
    pub header: bool,
    /// Column names.
    pub columns: &'p [String],
    /// Other names of columns.
    pub column_aliases: &'p BTreeMap<String, String>,
    /// First cells of the row that ends the table.
    pub end_markers: &'p [String],
}

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'t> {
    /// Row in the file as a spreadsheet counts, from 1.
    pub row: u32,
    /// Cells as they stand.
    pub cells: Record<'t>,
}

/// The text of a file, where its rows begin, and where each column of the profile stands.
#[derive(Debug)]
pub(crate) struct Table {
    text: String,
    places: Vec<(String, usize)>,
    /// Whether it has any quotes.
    quoted: bool,
    /// Cells of a row.
    width: usize,
    /// Where the rows after the header begin.
    begins: Place,
    /// What was passed over.
    pub notices: Vec<Notice>,
}

/// How far a text has been cut.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Where the next row is looked for.
    next: usize,
    /// A place in the line of the file …
    last: usize,
    /// … that has this number, from 1: where the last row began or ended.
    row: u32,
    /// Rows so far that are not blank.
    rows: usize,
}

impl Table {
    /// Cuts the rows after the header, without the row of totals.
    pub fn rows<'t>(&'t self, profile: &'t Spec<'t>, file: &'t str) -> Rows<'t> {
        Rows { width: self.width, ..Rows::from((&self.text, self.quoted), self.begins, profile, file) }
    }

    /// Rows at most, for the room that is made beforehand.
    pub fn rows_at_most(&self) -> usize {
        (memchr_iter(b'\n', self.text.as_bytes()).count() + 1).min(ROWS_MAX)
    }

    /// The cell of a column, without blanks around it.
    pub fn cell<'r>(&self, row: Row<'r>, column: Option<&str>) -> &'r str {
        row.cell(self.column(column))
    }

    /// Where a column stands.
    pub fn column<'c>(&self, name: Option<&'c str>) -> Column<'c> {
        let place = name.and_then(|column| self.places.iter().find(|(name, _)| name == column));
        Column { name, place: place.map(|(_, at)| *at) }
    }
}

/// A column of a table: looked for once, read in every row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column<'c> {
    /// Its name; none where the profile maps no such column.
    pub name: Option<&'c str>,
    place: Option<usize>,
}

impl<'t> Row<'t> {
    /// The cell of a column, without blanks around it.
    pub fn cell(self, column: Column<'_>) -> &'t str {
        let text = column.place.map(|at| self.cells.get(at)).unwrap_or_default();
        match text.as_bytes() {
            [] => text,
            // Neither blank begins or ends with such a byte.
            [only] if !matches!(only, b' ') => text,
            [first, .., last] if !matches!(first, b' ' | 0xE3) && !matches!(last, b' ' | 0x80) => text,
            _ => text.trim_matches([' ', '\u{3000}']),
        }
    }
}

/// The text of a file in its profile's encoding.
fn text(bytes: &[u8], profile: &Spec<'_>, file: &str) -> Result<String, Refusal> {
    if bytes.is_empty() || bytes.len() > FILE_BYTES_MAX {
        let remedy = "空か、大きすぎるファイルです。期間を分けて取り込んでください。";
        return Err(Refusal::new(file, None, "ファイルの大きさ", format!("{}バイト", bytes.len()), remedy));
    }
    let wrong = |found: &str| {
        let remedy = format!("このファイルは{}のはずです。{REMEDY_AGAIN}", profile.encoding.label());
        Refusal::new(file, None, "文字コード", found, remedy)
    };
    let bom = bytes.strip_prefix(b"\xEF\xBB\xBF");
    let utf8 = std::str::from_utf8(bom.unwrap_or(bytes)).ok();
    let japanese = |text: &str| !text.is_ascii();
    let named =
        |text: &str| profile.columns.iter().any(|name| japanese(name) && text.contains(name.as_str()));
    match profile.encoding {
        FileEncoding::Utf8 => utf8.map(str::to_owned).ok_or_else(|| wrong("UTF-8ではない文字")),
        FileEncoding::ShiftJis if bom.is_some() => Err(wrong("UTF-8（BOM付き）")),
        FileEncoding::ShiftJis => match (cp932::decode(bytes), utf8.filter(|text| japanese(text))) {
            (Ok(text), None) => Ok(text),
            // Short runs of half-width kana are valid in both; then the column names decide.
            (Ok(text), Some(other)) if named(&text) || !named(other) => Ok(text),
            (_, Some(_)) => Err(wrong("UTF-8")),
            (Err(error), None) => {
                let before = bytes.get(..error.at).unwrap_or_default();
                let row = u32::try_from(before.iter().filter(|b| **b == b'\n').count() + 1).ok();
                let remedy = format!("文字として読めないバイトがあります。{REMEDY_AGAIN}");
                Err(Refusal::new(file, row, "文字コード", format!("{}バイト目", error.at + 1), remedy))
            }
        },
    }
}

/// Cuts a file into rows.
pub(crate) fn table(bytes: &[u8], profile: &Spec<'_>, file: &str) -> Result<Table, Refusal> {
    let text = text(bytes, profile, file)?;
    let quotes = memchr_iter(b'"', text.as_bytes()).count();
    if !quotes.is_multiple_of(2) {
        let last = u32::try_from(text.lines().count()).ok();
        let remedy = format!("引用符（\"）が閉じていません。途中で切れたファイルです。{REMEDY_AGAIN}");
        return Err(Refusal::new(file, last, "最後の行", "\"", remedy));
    }
    let quoted = quotes > 0;
    let first = Place { next: 0, last: 0, row: 1, rows: 0 };
    if !profile.header {
        let places = profile.columns.iter().cloned().enumerate().map(|(at, name)| (name, at)).collect();
        let width = profile.columns.len();
        return Ok(Table { text, places, quoted, width, begins: first, notices: Vec::new() });
    }
    let mut rows = Rows::from((&text, quoted), first, profile, file);
    let (places, width, passed) = header(&mut rows, profile, file)?;
    let begins = Place { next: rows.records.at(), ..rows.place };
    let notices = (passed > 0).then(|| Notice {
        row: Some(1),
        field: "見出し".to_owned(),
        sentence_ja: format!("見出しより前の{passed}行は読み飛ばしました。"),
    });
    Ok(Table { text, places, quoted, width, begins, notices: notices.into_iter().collect() })
}

/// Cuts a text into rows; blank ones are passed over.
#[derive(Debug)]
pub(crate) struct Rows<'t> {
    text: &'t str,
    quoted: bool,
    profile: &'t Spec<'t>,
    file: &'t str,
    /// Cells of a row.
    width: usize,
    records: Records<'t>,
    cells: Cells,
    /// Behind the last row that was cut.
    place: Place,
    /// The row of totals, and its cells.
    end: Option<(u32, Line, Cells)>,
}

impl<'t> Rows<'t> {
    fn from((text, quoted): (&'t str, bool), place: Place, profile: &'t Spec<'t>, file: &'t str) -> Self {
        let delimiter = u8::try_from(profile.delimiter).unwrap_or(b',');
        let records = Records::behind(place.next, text, delimiter, quoted);
        Self { text, quoted, profile, file, width: 0, records, cells: Cells::default(), place, end: None }
    }

    /// The next row; none at the end of the table.
    pub fn next(&mut self) -> Result<Option<Row<'_>>, Refusal> {
        while let Some((row, line)) = self.cut()? {
            let found = Row { row, cells: self.cells.record(self.text, &line) };
            if self.end.is_some() {
                let remedy = "合計の行の後ろに行があります。複数の明細をつなげていないか確かめてください。";
                let cell = found.cells.get(0);
                return Err(Refusal::new(self.file, Some(row), "合計の後ろの行", cell, remedy));
            }
            same_width(found, self.width, self.profile, self.file)?;
            let markers = self.profile.end_markers;
            if markers.is_empty() || !markers.iter().any(|marker| marker == found.cells.get(0).trim()) {
                return Ok(Some(Row { row, cells: self.cells.record(self.text, &line) }));
            }
            self.end = Some((row, line, std::mem::take(&mut self.cells)));
        }
        Ok(None)
    }

    /// The row of totals that ended the table, once it has ended.
    pub fn end(&self) -> Option<Row<'_>> {
        self.end.as_ref().map(|(row, line, cells)| Row { row: *row, cells: cells.record(self.text, line) })
    }

    /// The next row that is not blank, whatever its width.
    fn any(&mut self) -> Result<Option<Row<'_>>, Refusal> {
        let cut = self.cut()?;
        Ok(cut.map(|(row, line)| Row { row, cells: self.cells.record(self.text, &line) }))
    }

    fn cut(&mut self) -> Result<Option<(u32, Line)>, Refusal> {
        loop {
            self.cells.clear();
            let Some(line) = self.records.add(&mut self.cells) else { return Ok(None) };
            let passed = self.text.as_bytes().get(self.place.last..line.begins()).unwrap_or_default();
            let lines = u32::try_from(passed.iter().filter(|byte| **byte == b'\n').count());
            let row = self.place.row.saturating_add(lines.unwrap_or(u32::MAX));
            // A row without quotes is one line: nothing in it needs to be counted.
            let last = if self.quoted { line.begins() } else { line.ends() };
            (self.place.last, self.place.row) = (last, row);
            if self.place.rows >= ROWS_MAX {
                let remedy = "行が多すぎます。期間を分けて取り込んでください。";
                return Err(Refusal::new(self.file, Some(row), "行数", row.to_string(), remedy));
            }
            if self.cells.record(self.text, &line).iter().any(|cell| !is_blank(cell)) {
                self.place.rows += 1;
                return Ok(Some((row, line)));
            }
        }
    }
}

/// Whether a cell holds nothing but blanks.
fn is_blank(cell: &str) -> bool {
    match cell.as_bytes().first() {
        None => true,
        Some(b'!'..=b'~') => false,
        Some(_) => cell.trim().is_empty(),
    }
}

/// A row has the header's cells; empty ones beyond it (a comma at the end of the line) do no harm. Marked rows of totals may be shorter.
fn same_width(row: Row<'_>, width: usize, profile: &Spec<'_>, file: &str) -> Result<(), Refusal> {
    let beyond = row.cells.iter().skip(width).any(|cell| !is_blank(cell));
    let marked = || profile.end_markers.iter().any(|marker| row.cells.get(0) == marker);
    if !beyond && (row.cells.len() >= width || marked()) {
        return Ok(());
    }
    let remedy = format!(
        "1行は{width}列のはずですが、この行は{}列です。途中で切れたか、カンマが増えています。{REMEDY_AGAIN}",
        row.cells.len()
    );
    Err(Refusal::new(file, Some(row.row), "列の数", row.cells.len().to_string(), remedy))
}

/// Places of the columns, cells of the header, and the rows before it.
type Header = (Vec<(String, usize)>, usize, usize);

/// The first row that has every column of the profile.
fn header(rows: &mut Rows<'_>, profile: &Spec<'_>, file: &str) -> Result<Header, Refusal> {
    let mut best: Option<(usize, u32, String)> = None;
    for passed in 0..=PREAMBLE_ROWS_MAX {
        let Some(row) = rows.any()? else { break };
        let names: Vec<&str> = row.cells.iter().map(str::trim).map(|cell| alias(profile, cell)).collect();
        let place = |column: &String| names.iter().position(|name| name == column);
        let missing: Vec<&String> = profile.columns.iter().filter(|column| place(column).is_none()).collect();
        let Some(first) = missing.first() else {
            let twice = profile.columns.iter().find(|c| names.iter().filter(|name| name == c).count() > 1);
            if let Some(column) = twice {
                let remedy = format!("列「{column}」が二つあります。{REMEDY_AGAIN}");
                return Err(Refusal::new(file, Some(row.row), column.as_str(), "重複", remedy));
            }
            let found = profile.columns.iter().filter_map(|c| Some((c.clone(), place(c)?))).collect();
            let width = names.iter().rposition(|name| !name.is_empty()).map_or(0, |at| at + 1);
            return Ok((found, width, passed));
        };
        if best.as_ref().is_none_or(|(count, ..)| missing.len() < *count) {
            best = Some((missing.len(), row.row, (*first).clone()));
        }
    }
    let (_, row, column) = best.unwrap_or((0, 1, "見出し".to_owned()));
    let remedy = format!(
        "列「{}」がありません。{}の明細か、様式の列名を確かめてください。",
        shown(&column),
        profile.name_ja
    );
    Err(Refusal::new(file, Some(row), column, "列がない", remedy))
}

/// The profile's name of a column.
fn alias<'a>(profile: &Spec<'a>, cell: &'a str) -> &'a str {
    profile.column_aliases.get(cell).map_or(cell, String::as_str)
}
