//! Acquirers' payouts and daily totals by profile (支払明細・振込情報・日次売上): gross, fees, carried amounts, what is paid and when.
//!
//! Source: reconciliation.md 6.3. Invariants: taken whole or refused whole; in every row gross − fees − transfer fee + carried in −
//! carried out must be what the file says is paid, so a column taken for another is found; fees stay beside the gross, never netted.
//! Not here: single sales ([`crate::statement`]), which deposit it became.

mod model;
mod profile;
mod read;

pub use model::{PayoutFile, PayoutReadOptions, PayoutRow, PayoutStanding, PayoutTotals};
pub use profile::{
    BadPayoutProfile, FeeSign, PayoutFields, PayoutProfile, PayoutStatuses, embedded, embedded_profiles,
};
pub use read::read;
