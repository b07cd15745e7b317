//! The engine from outside: worked cases, properties, and a slow, obvious matcher written another way.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the finding")]

mod again;
mod alike;
mod books;
mod cases;
mod cash;
mod classes;
mod counter;
mod declared;

mod gaps;
mod locks;
mod mutations;
mod oracle;
mod oracle_sets;
mod papers;
mod properties;
mod relocks;
mod sets;
mod small;
mod support;
mod town;
mod towns;
mod why;
mod years;
