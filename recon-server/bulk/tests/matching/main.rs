//! The crate through its door: files in, outcome out.

mod cases;
mod files;
mod mutations;
mod oracle;
mod support;
mod towns;
