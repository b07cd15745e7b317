//! The words and signs of the pages: verdicts, states, and figures that may be absent for a named reason.
//!
//! Invariant: each state has a word, a sign and a class of the style sheet; colour is never the only carrier.
//! A figure that is absent says why it is absent, and is never shown as 0.

use std::fmt;

use domain::{money::Yen, time::CivilDate};

/// The judgement of a row, a contract or a whole day; from good to bad, so that the worst is the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Every yen is tied.
    Agreed,
    /// Nothing is wrong, something is still under way.
    Pending,
    /// Something does not agree.
    Differs,
    /// Something needed for a judgement has not arrived.
    Incomplete,
}

impl Verdict {
    /// The word on screens and papers (`reconciliation.md` 5.8).
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Agreed => "一致",
            Self::Pending => "保留あり",
            Self::Differs => "差異あり",
            Self::Incomplete => "未確定",
        }
    }

    /// English beside it.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Agreed => "Reconciled",
            Self::Pending => "Reconciled, items pending",
            Self::Differs => "Differences found",
            Self::Incomplete => "Not yet complete",
        }
    }

    /// The sign in front of the word, readable without colour.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Agreed => "✓",
            Self::Pending => "△",
            Self::Differs => "✕",
            Self::Incomplete => "…",
        }
    }

    /// Class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Agreed => "is-agreed",
            Self::Pending => "is-pending",
            Self::Differs => "is-differs",
            Self::Incomplete => "is-incomplete",
        }
    }
}

/// Count and yen; the count is signed because a refund takes one away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// 件数
    pub count: i64,
    /// 円
    pub amount: Yen,
}

/// A figure, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure<T> {
    /// It is known.
    Known(T),
    /// This row never has one (cash has no acquirer).
    NotApplicable,
    /// It should come and has not; the word says what is missing (明細待ち, 資料未着, 未締め).
    Awaited(&'static str),
}

impl<T> Figure<T> {
    /// Class of a table cell.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Known(_) => "num",
            Self::NotApplicable => "num none",
            Self::Awaited(_) => "num awaited",
        }
    }

    /// The value, where it is known.
    #[must_use]
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotApplicable | Self::Awaited(_) => None,
        }
    }

    /// The same figure with its value seen another way.
    #[must_use]
    pub fn map<U>(self, see: impl FnOnce(T) -> U) -> Figure<U> {
        match self {
            Self::Known(value) => Figure::Known(see(value)),
            Self::NotApplicable => Figure::NotApplicable,
            Self::Awaited(word) => Figure::Awaited(word),
        }
    }
}

impl Figure<Sum> {
    /// Only the number of cases.
    #[must_use]
    pub fn count(&self) -> Figure<i64> {
        self.clone().map(|sum| sum.count)
    }

    /// Only the yen.
    #[must_use]
    pub fn yen(&self) -> Figure<Yen> {
        self.clone().map(|sum| sum.amount)
    }
}

impl Figure<Yen> {
    /// Whether it is known and not zero: what the eye must find first.
    #[must_use]
    pub fn differs(&self) -> bool {
        matches!(self, Self::Known(yen) if *yen != Yen::ZERO)
    }
}

impl<T: fmt::Display> fmt::Display for Figure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(f),
            Self::NotApplicable => f.write_str("—"),
            Self::Awaited(word) => f.write_str(word),
        }
    }
}

/// `8/31(月)`: a day of the running year, short enough for a table.
#[must_use]
pub fn short_date(date: CivilDate) -> String {
    const DAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
    let weekday = usize::try_from(date.weekday()).ok().and_then(|i| DAYS.get(i)).copied().unwrap_or("");
    format!("{}/{}({weekday})", date.month(), date.day())
}

/// A member of the report's lists that has a place of its own: its words and where a click leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Words.
    pub text: String,
    /// Address within this site.
    pub href: String,
}

impl Link {
    /// A link.
    #[must_use]
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into() }
    }
}
