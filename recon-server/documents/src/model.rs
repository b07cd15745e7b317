//! A book of laid-out sheets.

use domain::{money::Yen, time::CivilDate};

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub label: String,
    /// How it stands.
    pub align: Align,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words; empty is an empty cell.
    Text(String),
    /// Yen: a number, shown as 12,345 and ▲12,345.
    Yen(Yen),
    /// A count: a number.
    Count(i64),
    /// A day: a date of the spreadsheet.
    Day(CivilDate),
    /// Nothing that could stand here (—).
    None,
}

impl Cell {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }
}

/// What kind of row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// An ordinary row.
    Body,
    /// 小計
    Subtotal,
    /// 合計
    Total,
    /// A row that somebody must look at; set in bold, because colour alone does not print.
    Alarm,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What kind.
    pub kind: RowKind,
    /// As many as there are columns.
    pub cells: Vec<Cell>,
}

/// One sheet: head, one table, notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Name on its tab; made unique and fit for a tab when written.
    pub name: String,
    /// Title above the table.
    pub title: String,
    /// Lines of the head: (word, value).
    pub head: Vec<(String, String)>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<Row>,
    /// One line each, below the table.
    pub notes: Vec<String>,
    /// Boxes for the seals (決裁欄).
    pub seals: Vec<String>,
    /// Whether a reader will filter the rows: a list, not a paper to sign.
    pub is_list: bool,
}

/// A workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Title of the document.
    pub title: String,
    /// Whose it is.
    pub author: String,
    /// The day that it stands for; also its time of creation.
    pub made_on: CivilDate,
    /// Sheets in their order.
    pub sheets: Vec<Sheet>,
}
