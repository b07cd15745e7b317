//! 結果不明: the list, and the page on which an accountant decides one by evidence.
//!
//! Invariants: an unknown leaves only by evidence and with a reason (DESIGN 3.3); the evidence stands on the same page as the
//! choice; the decision goes to the counter's inbox, the counter journals it.

use askama::Template;
use domain::money::Yen;

use super::{
    form::{Field, FormId},
    report_lists::OpenUnknown,
    sale::Fact,
    shell::Shell,
    words::Link,
};

/// What the accountant decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// 成立: it was charged.
    Charged,
    /// 不成立: it was not charged.
    NotCharged,
}

impl Decision {
    /// Both, in the order of the form.
    pub const ALL: [Self; 2] = [Self::Charged, Self::NotCharged];

    /// The words beside the choice.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Charged => "成立（お金は受け取られている）",
            Self::NotCharged => "不成立（お金は受け取られていない）",
        }
    }

    /// The stable word in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Charged => "charged",
            Self::NotCharged => "not_charged",
        }
    }

    /// The decision of a stable word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.code() == code)
    }
}

/// A statement row that may be this payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Stable word in the form: file and row.
    pub code: String,
    /// File and row, in words.
    pub record: Link,
    /// 利用日時
    pub at: String,
    /// 番号
    pub reference: String,
    /// 円
    pub amount: Yen,
    /// What agrees and what does not.
    pub comparison: String,
    /// Chosen.
    pub chosen: bool,
}

/// 結果不明一覧
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "unknowns.html")]
pub struct UnknownsPage {
    /// Frame.
    pub shell: Shell,
    /// Open ones, the nearest deadline first.
    pub open: Vec<OpenUnknown>,
    /// Decided here and not yet journalled by the counter.
    pub on_the_way: Vec<OpenUnknown>,
}

/// 結果不明の判定
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "unknown.html")]
pub struct UnknownPage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form.
    pub form: FormId,
    /// Path to which the form is sent.
    pub action: String,
    /// The open unknown.
    pub unknown: OpenUnknown,
    /// What the journal says.
    pub facts: Vec<Fact>,
    /// How this brand is checked, step by step.
    pub check: Vec<String>,
    /// Rows that may be this payment.
    pub candidates: Vec<Candidate>,
    /// Whether the statement of that day is complete; a missing row proves nothing otherwise.
    pub statement_is_complete: bool,
    /// What was chosen, and what is wrong with the choice.
    pub decision: Field,
    /// What was chosen as evidence, and what is wrong with it.
    pub evidence: Field,
    /// 理由
    pub reason: Field,
    /// Set once it is decided: no form any more.
    pub decided: Option<String>,
}

impl UnknownPage {
    /// Both decisions.
    #[must_use]
    pub fn decisions(&self) -> [Decision; 2] {
        Decision::ALL
    }
}
