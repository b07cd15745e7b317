//! The engine from outside: worked cases, properties, and a slow, obvious matcher written another way.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the finding")]

mod books;
mod cases;
mod cash;
mod counter;
mod declared;
mod oracle;
mod papers;
mod properties;
mod sets;
mod support;
mod town;
mod why;
mod years;
