//! PayPay Open Payment API: a code for each sale, paid from the citizen's telephone (MPM, dynamic), over HTTPS.
//!
//! [`signature`] (OPA-Auth), [`message`] (what is sent and what comes back), [`result_code`] (what an answer proves), [`client`] (the
//! conversation), [`simulator`] (the operator's side, with reading of its own). Sources: `protocols.md` 2 and PayPay's own help pages
//! for developers, named at each rule. Invariants: one attempt is one `merchantPaymentId` for ever; only reads are repeated, and the
//! cancel, which is made for it; every answer that no list names is `Unknown`; secrets and codes are printed nowhere.
//! Deliberately not here: the payer's code (CPM), whose interface is not public; webhooks, which are a hint at best (they are not
//! signed); pre-authorisation; the reconciliation file.

pub mod client;
pub mod config;
mod message;
mod result_code;
mod signature;
pub mod simulator;
#[cfg(test)]
mod tests;

pub use self::{
    client::{
        Nonces, PayPay,
        weigh::{Asked, Proof, Weighed, weigh},
    },
    config::{ApiSecret, PayPayConfig, PayPayTimers},
};
