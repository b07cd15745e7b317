//! Pages for what did not work: not found, not allowed, failed.
//!
//! Invariant: no internals, only what a person can do next; a failure carries a reference that stands in the log beside its cause.

use askama::Template;

use super::{shell::Shell, words::Link};

/// An error page.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "failure.html")]
pub struct FailurePage {
    /// Frame; without a user where none is known.
    pub shell: Shell,
    /// HTTP status, shown small.
    pub status: u16,
    /// Heading.
    pub title: String,
    /// English beside it.
    pub english: String,
    /// What happened, one sentence.
    pub text: String,
    /// What to do.
    pub steps: Vec<String>,
    /// Reference for the person who looks into the log.
    pub reference: Option<String>,
    /// Where to go on.
    pub onward: Link,
}
