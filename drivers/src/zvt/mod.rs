//! ZVT payment terminals (PA00P015/PA00P016; `protocols.md` 4.2, `devices.md` E1–E8, E21, M1–M7).
//!
//! [`frame`] bytes ↔ APDUs, [`bmp`] and [`tlv`] the fields, [`command`] APDUs ↔ meaning, [`result_code`] what a code proves,
//! [`evidence`] what a terminal's last receipt proves, [`describe`](mod@describe) captured bytes in words, [`client`] the conversation,
//! [`simulator`] a terminal with its own book.
//!
//! Invariants: `Sending` is durable before the first byte of a sale, `ResultSeen` before a result is acknowledged, `Approved` only at
//! the terminal's completion; a payment command is never sent twice; an unlisted code is `Unknown`; no card number leaves [`redact`].
//! Not here: electronic money by brand (ZVT cannot select, total or report it: `devices.md` M6), pre-authorisations.

pub mod bmp;
pub mod client;
pub mod command;
pub mod config;
pub mod describe;
pub mod evidence;
pub mod frame;
pub mod redact;
pub mod result_code;
pub mod simulator;
pub mod status;
pub mod tlv;

pub use self::{
    client::ZvtTerminal,
    config::{CurrencyExponent, Password, ZvtConfig, ZvtTimers},
    simulator::ZvtSimulator,
};

#[cfg(test)]
mod tests;
