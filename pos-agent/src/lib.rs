//! One counter: journal store, till, devices, clerk's screen, uplink.
//!
//! Walk: a page, a device or a timer posts a command → [`till`] judges it, makes it durable and folds it → what is due goes to
//! [`devices`] → [`uplink`] carries the entries to the centre. [`agent`] puts the rooms together.
//!
//! Invariants: the journal is the truth (DESIGN 3.4); nothing is shown, printed or acknowledged before it is durable; the page is
//! on the loopback interface only ([`guard`]).

pub mod agent;
pub mod certify;
pub mod cli;
pub mod codes;
pub mod config;
pub mod devices;
pub mod edge;
pub mod guard;
pub mod journal_store;
pub mod paper;
pub mod ticker;
pub mod till;
pub mod uplink;
pub mod web;
