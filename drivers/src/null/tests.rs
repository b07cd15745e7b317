//! The null terminal: the fault scripts, and what the attempt machine must do whatever the terminal is.

mod attempt;
mod scripts;
mod support;
