//! Papers as files that an office opens. Today: Excel workbooks ([`write()`]).
//!
//! Invariants: the same book gives the same bytes (the time of creation is the book's own day, never a clock); numbers are numbers, days are
//! days, and no text is ever run as a formula; what does not fit a workbook is an error, nothing is cut. Not here: which figures
//! stand where (a [`Sheet`] comes laid out), CSV and text (`formats`, the centre's jobs).

mod excel;
mod model;
mod style;
mod width;

pub use excel::{CannotWrite, ROWS_MAX, write};
pub use model::{Align, Book, Cell, Column, Row, RowKind, Sheet};
