//! Codes against published samples, broken codes against their rules, and every code against every cut.

mod cpm;
mod mpm;
