//! Codes at the counter: what the scanner read, what a payer showed, what the citizen scans from the display.
//!
//! [`scans`] the last scan on its way to the page that is open, [`safe`] payers' codes on their way to a terminal, [`symbol`] a code
//! as a picture, [`sheet`] a printed JPQR sheet with this sale's amount.
//! Invariants: everything here lives in memory and is lost with the process, so that no code reaches the journal or a log; each code
//! is used once. Not here: what a code is ([`drivers::codes`], [`drivers::scanner`]).

pub mod safe;
pub mod scans;
pub mod sheet;
pub mod symbol;

use drivers::codes::BrandTable;

use self::sheet::Sheet;

/// What this counter was told about codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeSettings {
    /// Whose code it is.
    pub brands: BrandTable,
    /// Printed sheets whose content is known.
    pub sheets: Vec<Sheet>,
}
