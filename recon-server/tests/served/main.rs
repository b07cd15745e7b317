//! The centre as it is really served: port 0 on loopback, a real SQLite file, signed requests, real files.

#![expect(clippy::unwrap_used, reason = "a step of a test that fails is a failed test")]

mod support;
mod support_files;

mod audit;
mod bulk_files;
mod command_line;
mod controls;
mod edges;
mod enrolment;
mod files;
mod finance;
mod hand;
mod journal_day;
mod journal_line;
mod missing;
mod month_end;
mod notices;
mod opening;
mod papers;
mod partitions;
mod people;
mod periods;
mod profiles;
mod reconciled_refunds;
mod refunds;
mod replaced;
mod reports;
mod restated;
mod signed;
mod sources;
mod two_persons;
