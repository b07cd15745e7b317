//! 資料の到着予定: which file of which source should be here, when it is due, and whether it came.
//!
//! Invariant: what is not here is never left out; what the list leaves out (files that came) is counted.

use askama::Template;

use super::{
    form::Field,
    shell::Shell,
    words::{Link, Verdict},
};

/// One source with its counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCounts {
    /// 資料, leading to its files only.
    pub source: Link,
    /// 届いた
    pub received: usize,
    /// まだ: not due yet, or partly here.
    pub waiting: usize,
    /// 期日経過
    pub overdue: usize,
    /// The next day on which a file is due.
    pub next_due: Option<String>,
    /// The upload form, with this source chosen.
    pub upload: Link,
}

/// One expected file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedLine {
    /// 状態, as a sign.
    pub verdict: Verdict,
    /// 状態
    pub state: &'static str,
    /// 資料
    pub source: String,
    /// 期間
    pub period: String,
    /// 期日, with its hour where one is set.
    pub due: String,
    /// The upload form with source and period filled in; none where the file is here.
    pub upload: Option<Link>,
}

/// 資料の到着予定
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "expected.html")]
pub struct ExpectedPage {
    /// Frame.
    pub shell: Shell,
    /// 基準日
    pub as_of: Field,
    /// First day.
    pub from: Field,
    /// The source that is asked for, as in the address; empty for all.
    pub source: String,
    /// Whether files that came are listed too.
    pub all: bool,
    /// Sources.
    pub sources: Vec<SourceCounts>,
    /// Files, overdue ones first.
    pub lines: Vec<ExpectedLine>,
    /// Files that the list leaves out because they came.
    pub received_hidden: usize,
    /// Files beyond the longest list.
    pub cut: usize,
}

impl ExpectedPage {
    /// Files that are overdue, of every source.
    #[must_use]
    pub fn overdue(&self) -> usize {
        self.sources.iter().map(|one| one.overdue).sum()
    }
}
