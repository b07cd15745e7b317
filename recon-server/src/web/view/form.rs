//! Forms: the id that makes a repeated click harmless, and a field with what was typed and what is wrong with it.
//!
//! Invariant: after a refusal the page shows again what the person typed, except passwords.

use std::fmt;

use uuid::Uuid;

/// Made with the form, sent with it: the server answers a repeated id with its first answer (DESIGN 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormId(pub Uuid);

impl fmt::Display for FormId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// What was typed, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// As typed; empty for passwords.
    pub value: String,
    /// What is wrong and what to do, one sentence.
    pub error: Option<String>,
}

impl Field {
    /// A field with what was typed.
    #[must_use]
    pub fn typed(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// A field that was refused.
    #[must_use]
    pub fn refused(value: impl Into<String>, error: impl Into<String>) -> Self {
        Self { value: value.into(), error: Some(error.into()) }
    }
}
