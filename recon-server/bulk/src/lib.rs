//! 大量突合: two CSV files, ours and the company's, of tens of millions of rows each; counts, yen and the list of exceptions out. Rows
//! that lie in a database instead come by their columns ([`feeds`], [`settle`]).
//!
//! What always holds: every row of both files is in exactly one [`Class`], and the rows and yen of all classes add up to those of the
//! files ([`Outcome`] cannot be made otherwise); the result is a function of the two files and the columns alone, whatever the number of
//! threads, the size of the pieces read and the number of passes; a file with one bad row is refused as a whole, by row and field.
//!
//! The stages are those of reconciliation.md 5.4: identifiers ([`Class::MatchedById`]), composite keys unique on both sides, what is
//! left with one part different, and interchangeable sets. Fees, payouts, deposits, time windows and evidence in words are the work of
//! the engine, on the days and counters that this list points to.
//!
//! Deliberately not here: files that are not named by the caller, the clock, a database, temporary files.

mod codec;
mod columns;
mod date;
mod feed;
mod intern;
mod join;
mod leftovers;
mod outcome;
mod partition;
mod pass;
mod piece;
mod read;
mod record;
mod refusal;
mod scan;
mod shelf;
mod slots;
mod source;
mod stock;
mod write;

pub use columns::{ColumnMap, ColumnMapError, Role};
pub use feed::{Columns, Feed, PackApprovals, PackColumns, feeds, settle};
pub use outcome::{Class, Exception, NotConserved, Outcome, Tally};
pub use pass::{Options, reconcile};
pub use refusal::{Field, Refusal, Side};
pub use source::Source;
