//! A laid-out paper as an Excel workbook: one sheet per table.
//!
//! Invariants: the same paper gives the same bytes (a workbook's time of creation is the paper's own day); figures are those of the table,
//! as numbers. Not here: how a sheet looks (crate `documents`).

use documents::{Align, Book, CannotWrite, Cell, Column, Row, RowKind, Sheet};
use domain::time::CivilDate;

use super::table::{self, PaperTable};

/// One workbook of these papers; the first gives it its title.
///
/// # Errors
/// When a sheet has more rows than a workbook holds.
pub fn to_xlsx(tables: &[PaperTable], author: &str, made_on: CivilDate) -> Result<Vec<u8>, CannotWrite> {
    documents::write(&Book {
        title: tables.first().map(|table| table.title.to_owned()).unwrap_or_default(),
        author: author.to_owned(),
        made_on,
        sheets: tables.iter().map(sheet).collect(),
    })
}

fn sheet(table: &PaperTable) -> Sheet {
    // Sums and seals make a paper to sign; anything else is a list that people filter.
    let summed = |row: &table::TableRow| matches!(row.kind, table::RowKind::Subtotal | table::RowKind::Total);
    Sheet {
        name: table.title.to_owned(),
        title: table.title.to_owned(),
        head: table.head.iter().map(|(word, value)| ((*word).to_owned(), value.clone())).collect(),
        columns: table
            .columns
            .iter()
            .map(|column| Column { label: column.label.to_owned(), align: align(column.align) })
            .collect(),
        rows: table
            .rows
            .iter()
            .map(|row| Row { kind: kind(row.kind), cells: row.cells.iter().map(cell).collect() })
            .collect(),
        notes: table.notes.clone(),
        seals: table.seals.iter().map(|&seal| seal.to_owned()).collect(),
        is_list: table.seals.is_empty() && !table.rows.iter().any(summed),
    }
}

const fn align(align: table::Align) -> Align {
    match align {
        table::Align::Left => Align::Left,
        table::Align::Right => Align::Right,
    }
}

const fn kind(kind: table::RowKind) -> RowKind {
    match kind {
        table::RowKind::Body => RowKind::Body,
        table::RowKind::Subtotal => RowKind::Subtotal,
        table::RowKind::Total => RowKind::Total,
        table::RowKind::Alarm => RowKind::Alarm,
    }
}

fn cell(cell: &table::Cell) -> Cell {
    match cell {
        table::Cell::Text(words) => Cell::Text(words.clone()),
        table::Cell::Yen(yen) => Cell::Yen(*yen),
        table::Cell::Count(count) => Cell::Count(*count),
        table::Cell::Day(day) => Cell::Day(*day),
        table::Cell::None => Cell::None,
    }
}
