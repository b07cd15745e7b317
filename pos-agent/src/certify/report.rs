//! What the kit found, as JSON and as one HTML page.
//!
//! Invariant: a report without a live device that took part says 「シミュレーターのみ」 and claims no certification.

use askama::Template;
use domain::{id::DeviceId, time::Timestamp};
use serde::Serialize;

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// As the specification wants it.
    Passed,
    /// Not so.
    Failed {
        /// What was wrong.
        reason: String,
    },
    /// Not done.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable name.
    pub name: &'static str,
    /// Where the case and its criterion stand.
    pub section: &'static str,
    /// What it is, in Japanese.
    pub title: &'static str,
    /// What was sent, redacted.
    pub sent: Vec<String>,
    /// What was seen, redacted.
    pub seen: Vec<String>,
    /// How it ended.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl Check {
    /// The word of the verdict.
    #[must_use]
    pub const fn word_ja(&self) -> &'static str {
        match self.verdict {
            Verdict::Passed => "○ 合格",
            Verdict::Failed { .. } => "× 不合格",
            Verdict::Skipped { .. } => "－ 未実施",
        }
    }

    /// Why it failed or was not done.
    #[must_use]
    pub fn reason(&self) -> &str {
        match &self.verdict {
            Verdict::Passed => "",
            Verdict::Failed { reason } | Verdict::Skipped { reason } => reason,
        }
    }
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Template)]
#[template(path = "certify.html")]
pub struct Report {
    /// Version of this program.
    pub version: &'static str,
    /// Device of the configuration.
    pub device: String,
    /// Its driver.
    pub driver: &'static str,
    /// The document that the driver follows.
    pub standard: &'static str,
    /// When.
    pub at: String,
    /// Whether a live device took part.
    pub live: bool,
    /// What it is worth, in Japanese.
    pub mark: String,
    /// Checks that passed.
    pub passed: usize,
    /// Checks that failed.
    pub failed: usize,
    /// Checks that were not done.
    pub skipped: usize,
    /// Every check.
    pub checks: Vec<Check>,
}

impl Report {
    /// Counts and marks. `live`: the address of the machine that was tried; it took part if any check on it passed or failed by it.
    #[must_use]
    pub fn new(
        id: &DeviceId,
        driver: &'static str,
        standard: &'static str,
        live: Option<String>,
        at: Timestamp,
        checks: Vec<Check>,
    ) -> Self {
        let count = |is: fn(&Verdict) -> bool| checks.iter().filter(|check| is(&check.verdict)).count();
        let passed = count(|verdict| *verdict == Verdict::Passed);
        let live = live.filter(|_| passed > 0);
        let mark = live.as_ref().map_or_else(
            || "シミュレーターのみ（実機は参加していません）".to_owned(),
            |address| format!("実機 {address}"),
        );
        Self {
            version: env!("CARGO_PKG_VERSION"),
            device: id.to_string(),
            driver,
            standard,
            at: at.to_paper(),
            live: live.is_some(),
            mark,
            passed,
            failed: count(|verdict| matches!(verdict, Verdict::Failed { .. })),
            skipped: count(|verdict| matches!(verdict, Verdict::Skipped { .. })),
            checks,
        }
    }
}
