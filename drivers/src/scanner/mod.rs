//! Scanner (UnifiedPOS): a barcode scanner on a serial line (`protocols.md` 7; devices with USB are serial ports too).
//!
//! [`split`] bytes → frames, [`aim`] the prefix that names the symbology, [`guard`] what is no scan, [`slip`] the payment slip of 44
//! digits, [`recognise`](mod@recognise) what was scanned, [`client`] the line, [`simulator`] a scanner in software.
//!
//! Invariants: half a scan is never joined with the next one; the same code twice in a moment is one scan; codes stay under guard
//! ([`PaymentCode`](crate::codes::PaymentCode)). Not here: configuration of a model (its own barcodes do that) and keyboard wedges
//! under `/dev/input`; for a wedge in a page [`guard::arrival`] tells a scan from typing and pasting.

pub mod aim;
pub mod client;
pub mod guard;
pub mod recognise;
pub mod simulator;
pub mod slip;
pub mod split;
#[cfg(test)]
mod tests;

pub use self::{
    aim::{Aim, Symbology},
    client::{ScanEvent, ScannerConfig, SerialScanner},
    guard::{Reject, Scan},
    recognise::{Scanned, recognise},
    simulator::ScannerSimulator,
};
