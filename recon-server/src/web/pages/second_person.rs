//! What the pages of wishes that take two persons share: the decision as it is typed, and what is said after it.
//!
//! Invariant: line breaks of a text area become spaces. Not here: which field a refusal belongs to, which each page knows.

use serde::Deserialize;

use crate::{
    jobs::second_person::Decision,
    web::{
        frame,
        view::{
            form::Field,
            shell::{Shell, Tone},
        },
    },
};

/// Said beside the choice where neither was chosen.
const UNDECIDED_JA: &str = "承認か差戻しかを選んでください。";

/// The decision, or the reason why a word is to be taken back.
#[derive(Debug, Deserialize)]
pub struct DecideForm {
    /// Id of the form.
    pub form_id: String,
    /// `approve` or `reject`.
    #[serde(default)]
    decision: String,
    /// 所見
    #[serde(default)]
    pub note: String,
}

impl DecideForm {
    /// The decision; none where neither was chosen.
    pub fn read(&self) -> Option<Decision> {
        let approved = match self.decision.as_str() {
            "approve" => true,
            "reject" => false,
            _ => return None,
        };
        Some(Decision { approved, note: one_line(&self.note) })
    }

    /// The two fields as they were typed, with a sentence where nothing was chosen.
    pub fn fields(&self) -> (Field, Field) {
        let mut decision = Field::typed(&self.decision);
        if self.read().is_none() {
            decision.error = Some(UNDECIDED_JA.to_owned());
        }
        (decision, Field::typed(&self.note))
    }
}

/// What was just done, as the address says it.
#[derive(Debug, Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// The word of an address after a decision.
pub const fn done(decision: &Decision) -> &'static str {
    if decision.approved { "approved" } else { "rejected" }
}

/// What is said after each step.
pub struct Sentences {
    /// After the first person's wish.
    pub requested: &'static str,
    /// After the second person's yes.
    pub approved: &'static str,
    /// After the second person's no.
    pub rejected: &'static str,
}

impl Sentences {
    /// The frame with the sentence about what was just done, if anything was.
    pub fn say(&self, shell: Shell, done: &Done) -> Shell {
        let said = match done.done.as_deref() {
            Some("requested") => self.requested,
            Some("approved") => self.approved,
            Some("rejected") => self.rejected,
            _ => return shell,
        };
        frame::saying(shell, Tone::Done, said)
    }
}

/// Without line breaks.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
