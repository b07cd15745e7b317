//! The centre: gathers every counter's journal, takes in statements and bank files, reconciles, reports.
//!
//! Walk: [`server`] binds and serves → [`api`] for programs and [`web`] for people → [`jobs`] → `store`, `engine`, `formats`.
//! Not here: matching (crate `engine`), file formats (crate `formats`), SQL (crates `store-sqlite`, `store-postgres`).

pub mod api;
pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod counters;
pub mod doctor;
pub mod jobs;
pub mod keys;
pub mod metrics;
pub mod open;
pub mod random;
pub mod server;
pub mod set_up;
pub mod web;

pub use server::{Options, Server};
