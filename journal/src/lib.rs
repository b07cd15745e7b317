//! The electronic journal: frozen bytes, hash chain, lifting of old payloads, verification, and the wire between counter and centre.
//!
//! Invariants: bytes once written are never written otherwise; the same code judges a chain at the counter, at the centre and in
//! the offline verifier. Not here: storage, HTTP, clocks.

pub mod chain;
pub mod entry;
pub mod frames;
pub mod payload;
pub mod signature;
pub mod wire;
