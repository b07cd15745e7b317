//! How wide a column must be, in characters of the sheet's font.
//!
//! Invariant: kanji, kana and full-width forms take two places; a column is never narrower than its widest number, because a number that
//! does not fit is shown as `###`; long words wrap instead.

use crate::model::{Cell, Sheet};

/// Narrowest column, in places.
const PLACES_MIN: usize = 6;
/// Widest column of words, in places; longer words wrap.
const PLACES_MAX: usize = 40;
/// Room beside the widest cell, in places.
const ROOM: usize = 2;
/// Places of a day, `2026/11/18`.
const DAY_PLACES: usize = 10;

/// Places that a text takes.
pub fn places(text: &str) -> usize {
    let wide = |c: char| !(c.is_ascii() || ('\u{FF61}'..='\u{FF9F}').contains(&c));
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// Places of each column.
pub fn columns(sheet: &Sheet) -> Vec<usize> {
    let of = |(index, label): (usize, &str)| {
        let cells = sheet.rows.iter().filter_map(|row| row.cells.get(index));
        // A heading may stand in two lines.
        let (words, figures) =
            cells.fold((places(label).div_ceil(2), 0), |(words, figures), cell| match cell {
                Cell::Text(text) => (words.max(places(text)), figures),
                Cell::Yen(yen) => (words, figures.max(places(&yen.to_string()))),
                Cell::Count(count) => {
                    (words, figures.max(places(&domain::money::Yen::new(*count).to_string())))
                }
                Cell::Day(_) => (words, figures.max(DAY_PLACES)),
                Cell::None => (words, figures),
            });
        words.min(PLACES_MAX).max(figures).max(PLACES_MIN) + ROOM
    };
    sheet.columns.iter().map(|column| column.label.as_str()).enumerate().map(of).collect()
}

/// Lines that the tallest words of a row take in columns of these places.
pub fn row_lines<'a>(cells: impl IntoIterator<Item = &'a Cell>, widths: &[usize]) -> usize {
    let of = |(cell, room): (&Cell, &usize)| match cell {
        Cell::Text(text) => lines(text, room.saturating_sub(ROOM)),
        _ => 1,
    };
    cells.into_iter().zip(widths).map(of).max().unwrap_or(1)
}

/// Lines that a text takes in so many places.
pub fn lines(text: &str, room: usize) -> usize {
    places(text).div_ceil(room.max(1)).max(1)
}
