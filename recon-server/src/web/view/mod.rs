//! What each page says: one typed context per template, and nothing else.
//!
//! Invariants: a context is plain data, so that a page can be rendered, compared and looked at without a server; the same
//! context always gives the same bytes; every text is escaped by the template engine; no context holds a password, a session
//! or a whole card number.
//! Not here: HTTP, storage, decisions. The handlers fill these contexts; the templates lie in `templates/`.

pub mod accounts;
pub mod chart;
pub mod controls;
pub mod counters;
pub mod drill;
pub mod exceptions;
pub mod expected;
pub mod failure;
pub mod finance;
pub mod form;
pub mod hand;
pub mod imports;
pub mod month;
pub mod papers;
pub mod periods;
pub mod refunds;
pub mod report;
pub mod report_lists;
pub mod sale;
pub mod sets;
pub mod shell;
pub mod unknowns;
pub mod why;
pub mod words;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
