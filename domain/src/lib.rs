//! The vocabulary and the rules of a public counter.
//!
//! Invariants: pure. No I/O, no async, no clock, no randomness, no storage. Money is [`money::Yen`]; an unknown result is a
//! state ([`payment::Outcome::Unknown`]); what happened is an [`event::Event`] and only events change the state.
//!
//! Walk: [`command`] (a wish) → [`decide`] (events or a refusal) → the journal → [`evolve`] (state) → [`due`] (what must be done now).

pub mod cash;
pub mod catalogue;
pub mod command;
pub mod decide;
pub mod due;
pub mod event;
pub mod evolve;
pub mod id;
pub mod inbox;
pub mod method;
pub mod money;
pub mod payment;
pub mod rate;
pub mod refund;
pub mod refusal;
pub mod sale;
pub mod settle;
pub mod settlement;
pub mod state;
pub mod text;
pub mod time;
pub mod year_rule;
