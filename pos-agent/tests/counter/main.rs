//! The counter from outside: journal stores, till, devices, papers, the line to the centre, the whole agent.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

mod agent;
mod code_restart;
mod codes;
mod devices;
mod kill;
mod kit;
mod papers;
mod power;
mod program;
mod store;
mod supervisor;
mod support;
mod till;
mod uplink;
