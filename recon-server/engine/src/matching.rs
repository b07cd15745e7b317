//! How a contract's sales and rows are joined where no key joins them (reconciliation.md 5.4, stages 3 to 5), and how good its rows are.
//!
//! Invariant: settings of the city's own contract, each with a default; nothing here is hard-coded per acquirer.

use serde::{Deserialize, Serialize};

/// Seconds by which our time and the row's may differ where nothing but time, place and amount says that they are one.
pub const WINDOW_SECONDS: u32 = 900;

/// What becomes of a pair that a rule finds, where the rule is no key (reconciliation.md 2.5, "suggested or confirmed").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    /// It is not looked for.
    Never,
    /// It is a proposal: 保留あり until a person confirms it.
    Proposed,
    /// It counts.
    #[default]
    Confirmed,
}

/// Stage 3: same contract, brand and terminal (where both have one) and amount, within a time; each the other's sole candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WindowRule {
    /// Seconds between our time and the row's; refunds and voids may lie 14 days apart.
    pub window_seconds: u32,
    /// What becomes of such a pair. One whose four digits differ (static JPQR, papers.md C5) is never more than a proposal.
    pub accept: Accept,
}

impl Default for WindowRule {
    fn default() -> Self {
        Self { window_seconds: WINDOW_SECONDS, accept: Accept::Confirmed }
    }
}

/// 資料の等級: what the rows of a contract are worth as evidence (papers.md 1, 照合書).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 明細: one row a payment.
    #[default]
    Rows,
    /// 合計のみ: one row a day (and brand, and terminal).
    Totals,
    /// 手入力: entered by two persons from paper.
    ByHand,
}

impl Grade {
    /// The word on papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Rows => "明細",
            Self::Totals => "合計のみ",
            Self::ByHand => "手入力",
        }
    }
}

/// What a contract says about matching beyond its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Matching {
    /// Stage 3.
    #[serde(default)]
    pub window: WindowRule,
    /// 資料の等級
    #[serde(default)]
    pub grade: Grade,
}

impl Matching {
    /// Whether it says nothing of its own; then it is not written down, and the version of a configuration is as it was.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
