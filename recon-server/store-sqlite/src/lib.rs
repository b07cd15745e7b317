//! The centre's store on SQLite: one file, one writer, readers beside it (WAL).
//!
//! Always holds: what was committed survives a power cut (`synchronous=FULL`); a write waits for its turn, a read never waits for a
//! write. The statements and their bodies are in `recon-server/sql`, shared with `store-postgres`; only [`db`] and `speed` differ.

mod columns;
mod db;
mod rows;
mod speed;

#[path = "../../sql/attempts.rs"]
mod attempts;
#[path = "../../sql/audits.rs"]
mod audits;
#[path = "../../sql/compared.rs"]
mod compared;
#[path = "../../sql/controls.rs"]
mod controls;
#[path = "../../sql/counters.rs"]
mod counters;
#[path = "../../sql/days.rs"]
mod days;
#[path = "../../sql/exports.rs"]
mod exports;
#[path = "../../sql/fact_rows.rs"]
mod fact_rows;
#[path = "../../sql/facts.rs"]
mod facts;
#[path = "../../sql/files.rs"]
mod files;
#[path = "../../sql/inbox.rs"]
mod inbox;
#[path = "../../sql/journal.rs"]
mod journal;
#[path = "../../sql/locks.rs"]
mod locks;
#[path = "../../sql/matching.rs"]
mod matching;
#[path = "../../sql/openings.rs"]
mod openings;
#[path = "../../sql/packs.rs"]
mod packs;
#[path = "../../sql/payouts.rs"]
mod payouts;
#[path = "../../sql/projections.rs"]
mod projections;
#[path = "../../sql/refunds.rs"]
mod refunds;
#[path = "../../sql/reports.rs"]
mod reports;
#[path = "../../sql/runs.rs"]
mod runs;
#[path = "../../sql/sales.rs"]
mod sales;
#[path = "../../sql/stretches.rs"]
mod stretches;
#[path = "../../sql/support.rs"]
mod support;
#[path = "../../sql/users.rs"]
mod users;
#[path = "../../sql/withdrawn.rs"]
mod withdrawn;

pub use db::open;
