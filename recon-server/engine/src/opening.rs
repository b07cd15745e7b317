//! 移行時の未収: what was taken before the first counter day of this system, and what the acquirers have not paid by then.
//!
//! Source: reconciliation.md 5.5, "opening position". Such a sale is matched and paid like any other. Invariants: it was revenue in the
//! books before, so it stands in no counter's line, in no day's net and on no revenue account again: the 照合書 of its closing has it
//! in line 1 (前期末未報告), and its receivable is opened against [`crate::postings::Book::OpeningBalance`]. Not here: its file.

use domain::id::CounterId;
use serde::{Deserialize, Serialize};

use crate::facts::Sale;

/// Where a sale from before this system was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Opening {
    /// SHA-256 of the file, hex.
    pub file: String,
    /// Row in the file, from 1.
    pub row: u32,
}

impl Sale {
    /// Whether it was taken before this system, and came in as 移行時の未収.
    #[must_use]
    pub const fn is_opening(&self) -> bool {
        self.opening.is_some()
    }

    /// The counter that took it; none of what no counter of this system took.
    #[must_use]
    pub const fn own_counter(&self) -> Option<&CounterId> {
        if self.is_opening() { None } else { Some(&self.counter) }
    }
}
