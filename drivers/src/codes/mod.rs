//! Payment codes: what the citizen scans (MPM) and what the citizen shows (CPM, barcodes). Pure.
//!
//! [`mpm`] the merchant's code (EMVCo MPM 1.1 with the rules of JPQR), [`cpm`] the payer's QR, [`brand`] whose code it is,
//! [`secret`] the guard that keeps codes out of logs (`protocols.md` 1).
//!
//! Invariants: a code that breaks a rule is refused with the place and the rule, never read half; what [`mpm::encode`] gives,
//! [`mpm::decode`] accepts; a brand is never guessed. Not here: talking to an operator, drawing a symbol, and the operators' own
//! order codes, which are opaque URLs and no EMVCo text.

pub(crate) mod ber;
pub mod brand;
pub mod cpm;
mod crc;
pub mod mpm;
pub mod secret;
#[cfg(test)]
mod tests;

use std::fmt;

pub use self::{
    brand::{BrandAnswer, BrandTable},
    cpm::Cpm,
    mpm::Mpm,
    secret::PaymentCode,
};

/// The first place at which a code breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset}: {rule}")]
pub struct Breach<R: fmt::Debug + fmt::Display> {
    /// Bytes before the place.
    pub offset: usize,
    /// The rule.
    pub rule: R,
}
