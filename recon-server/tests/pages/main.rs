//! The pages as a browser without JavaScript sees them: a served centre, forms, links, cookies.

#![expect(clippy::unwrap_used, reason = "a step of a test that fails is a failed test")]

#[path = "../served/journal_day.rs"]
#[expect(dead_code, reason = "what a counter writes, for both test programs; this one has a day of its own")]
mod journal_day;
#[path = "../served/support.rs"]
#[expect(dead_code, reason = "one builder for both test programs; this one needs less of it")]
mod support;
#[path = "../served/support_files.rs"]
mod support_files;

mod accounts;
mod browser;
mod controls;
mod day;
mod desk;
mod expected;
mod fees;
mod files;
mod finance;
mod hand;
mod month;
mod refunds;
mod report;
mod sources;
mod why;
