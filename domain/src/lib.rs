//! The vocabulary and the rules of a public counter.
//!
//! Invariants: pure. No I/O, no async, no clock, no randomness, no storage. Money is [`money::Yen`]; an unknown result is a
//! state ([`payment::Outcome::Unknown`]); what happened is an [`event::Event`] and only events change [`state::State`].
//!
//! Walk: [`command`] (a wish) → [`decide`] (events or a refusal) → the journal → [`evolve`] (state) → [`due`] (what must be done now).

pub mod cash;
pub mod id;
pub mod method;
pub mod money;
pub mod payment;
pub mod rate;
pub mod time;
