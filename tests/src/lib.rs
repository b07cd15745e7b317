//! A whole town in one process: the centre, counters with their agents, the machines on them, wallets, card companies, a bank.
//!
//! Invariant: everything outside the house keeps its own book; ours is judged against theirs.
//! Used by the end-to-end tests, the seeded simulation, the browser tests, the benchmarks and the demo.

pub mod bench;
pub mod card_lines;
pub mod city;
pub mod clerk;
pub mod clock;
pub mod demo_day;
pub mod harness;
pub mod july;
pub mod masters;
pub mod settle;
pub mod simulation;
pub mod story;
pub mod world;
