//! なぜ: why one sale, row, payout or bank line is one with something else, or with nothing.
//!
//! Invariant: the paragraph stands first; the steps add up to the sum at their foot.

use askama::Template;
use domain::money::Yen;

use super::{
    shell::Shell,
    words::{Link, Verdict},
};

/// One step of the calculation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyStep {
    /// What it is.
    pub label: String,
    /// The published cause that it is, where it is one.
    pub cause: Option<&'static str>,
    /// 円, signed.
    pub amount: Yen,
}

/// One field that was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyField {
    /// 項目
    pub field: String,
    /// 当方
    pub ours: String,
    /// 先方
    pub theirs: String,
    /// Whether it agrees.
    pub agrees: bool,
}

impl WhyField {
    /// As a verdict for the badge.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        if self.agrees { Verdict::Agreed } else { Verdict::Differs }
    }

    /// Its word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        if self.agrees { "一致" } else { "相違" }
    }
}

/// A candidate that is not it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyRefused {
    /// It, leading to its own reason.
    pub candidate: Link,
    /// Every predicate that fails.
    pub failing: Vec<String>,
    /// Its yen less the subject's.
    pub yen_apart: Yen,
    /// How far in time, in words.
    pub time_apart: String,
}

/// One of the nearest misses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyNear {
    /// What differs.
    pub why: String,
    /// How far, in words.
    pub distance: String,
    /// Its own reason.
    pub href: String,
}

/// なぜ
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "why.html")]
pub struct WhyPage {
    /// Frame.
    pub shell: Shell,
    /// What it is: 支払予定, 口座入金, 売上, 会社明細.
    pub kind: &'static str,
    /// Its id.
    pub subject: String,
    /// Where it ended, as a sign.
    pub verdict: Verdict,
    /// Where it ended.
    pub ended: String,
    /// All of it in one paragraph.
    pub paragraph: String,
    /// 計算
    pub steps: Vec<WhyStep>,
    /// What the steps add up to: words and yen.
    pub sum: (&'static str, Yen),
    /// Sentences of the causes that explain a difference.
    pub causes: Vec<String>,
    /// Fields that were compared.
    pub compared: Vec<WhyField>,
    /// Candidates that are not it.
    pub refused: Vec<WhyRefused>,
    /// The nearest of them.
    pub near: Vec<WhyNear>,
    /// File and row of each member.
    pub sources: Vec<Link>,
    /// Stage, rule and versions.
    pub terms: Vec<(&'static str, String)>,
    /// The day on which the reconciliation stood.
    pub as_of: String,
    /// Where one came from.
    pub back: Link,
    /// The list of differences, the day's record.
    pub beside: Vec<Link>,
    /// The same as files.
    pub downloads: Vec<Link>,
}
