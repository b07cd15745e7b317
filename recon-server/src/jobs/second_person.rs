//! 二人目の承認: what a second person says of a wish, whatever the wish is about.
//!
//! Invariant: sending back needs a reason in words, approving does not. Not here: who may say it, which each kind of wish checks.

use domain::text::{self, TextFault};

/// The second person's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Approved; `false` sends it back.
    pub approved: bool,
    /// Remark; needed where it is sent back.
    pub note: String,
}

impl Decision {
    /// The remark, trimmed; may be empty where it approves.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn note(&self) -> Result<String, TextFault> {
        if self.approved && self.note.trim().is_empty() {
            return Ok(String::new());
        }
        text::free_text(&self.note)
    }
}
