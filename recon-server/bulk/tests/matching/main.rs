//! The crate through its door: files in, outcome out.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the finding")]

mod cases;
mod files;
mod mutations;
mod oracle;
mod streams;
mod support;
mod towns;
