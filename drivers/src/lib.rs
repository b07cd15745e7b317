//! The machines on the counter.
//!
//! Every driver fills the same slots: `frame.rs` (bytes ↔ frames), `command.rs` (frames ↔ meaning), `client.rs` (the conversation,
//! async), `simulator.rs` (the machine's side, which never imports the driver's `frame.rs` or `command.rs`) and `testdata/`.
//!
//! Invariants: no method returns an error for a payment or a print, every end is an outcome; a result is recorded as durable
//! before the device is acknowledged; no health check starts a transaction; card data is redacted before it is logged.

pub mod cat;
pub mod code_payment;
pub mod codes;
pub mod escpos;
pub mod explain;
#[cfg(test)]
mod fuzz;
pub mod null;
pub mod paypay;
pub mod pos_printer;
pub mod scanner;
pub mod script;
#[cfg(test)]
mod test_counter;
pub mod transport;
pub mod zvt;
