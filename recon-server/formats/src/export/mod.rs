//! Files for the city's finance system (財務会計), by template: a TOML file says layout, encoding, columns, dates, header and trailer.
//!
//! Source: reconciliation.md 6.5: no national layout of an import of receipts was found, so everything is a template; the fields are the
//! ones suggested there. Invariants: totals are computed from the rows; gross revenue, fee, refund and repayment stay apart
//! (総計予算主義); money of different owners is mixed only where a column names the owner; nothing
//! is written unless every cell fits and can be encoded, and what cannot is named by row, column and character. Not here: which rows
//! belong in a batch, whether it was sent.

mod cell;
mod date;
mod field;
mod model;
mod template;
mod write;

pub use date::NotAnOutputPattern;
pub use field::{BatchField, RowField};
pub use model::{
    CannotExport, ExportBatch, ExportProblem, ExportReason, ExportRow, ExportTotals, Exported, Lane,
    PROBLEMS_MAX, ROWS_MAX,
};
pub use template::{
    Align, BadTemplate, Column, ExpenditureAccount, ExpenditureAccounts, ExportEncoding, Layout, Newline,
    Owners, Pad, Quote, ReExportWords, Template, embedded, embedded_templates,
};
pub use write::write;
