//! What the readers of CSV files by profile share: rows and columns, amounts, dates in either calendar.
//!
//! Invariant: nothing here knows what a row means. The acquirers' per-sale statements have their own, stricter cells
//! ([`crate::statement`]): there a date or an amount has exactly one form.

pub(crate) mod cell;
pub(crate) mod date;
pub(crate) mod table;
