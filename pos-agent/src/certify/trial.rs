//! One check while it runs: what was sent and seen, and what was not as it must be.
//!
//! Invariant: every line is redacted and bounded before it is kept.

use drivers::zvt::redact;

use super::report::{Check, Verdict};

/// Most lines kept of what was sent, and of what was seen.
const LINES_MAX: usize = 120;
/// Longest line, in characters.
const LINE_MAX_CHARS: usize = 400;
/// Section of the cases of a terminal.
pub(super) const TERMINAL: &str = "devices.md 6 terminal";
/// Section of the cases of a printer.
pub(super) const PRINTER: &str = "devices.md 6 printer";
/// Section of the cases of an operator of codes.
pub(super) const OPERATOR: &str = "protocols.md 2 operator of codes";
/// Section of the cases of a scanner.
pub(super) const SCANNER: &str = "protocols.md 7 scanner";
/// Section of the fault scripts.
pub(super) const SCRIPTS: &str = "devices.md 5";

/// A check under way.
#[derive(Debug)]
pub(super) struct Trial {
    name: &'static str,
    section: &'static str,
    title: &'static str,
    sent: Vec<String>,
    seen: Vec<String>,
    problems: Vec<String>,
}

impl Trial {
    pub fn new(name: &'static str, section: &'static str, title: &'static str) -> Self {
        Self { name, section, title, sent: Vec::new(), seen: Vec::new(), problems: Vec::new() }
    }

    pub fn sent(&mut self, line: impl AsRef<str>) {
        keep(&mut self.sent, line.as_ref());
    }

    pub fn seen(&mut self, line: impl AsRef<str>) {
        keep(&mut self.seen, line.as_ref());
    }

    /// What must be true for the check to pass.
    pub fn must(&mut self, holds: bool, otherwise: impl AsRef<str>) {
        if !holds {
            keep(&mut self.problems, otherwise.as_ref());
        }
    }

    /// The same for two values that must be equal.
    pub fn must_equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, wanted: &T) {
        self.must(found == wanted, format!("{what}: {found:?}, wanted {wanted:?}"));
    }

    pub fn done(self) -> Check {
        let verdict = match self.problems.is_empty() {
            true => Verdict::Passed,
            false => Verdict::Failed { reason: self.problems.join("; ") },
        };
        let Self { name, section, title, sent, seen, .. } = self;
        Check { name, section, title, sent, seen, verdict }
    }

    /// It could not be tried.
    pub fn skipped(self, reason: impl Into<String>) -> Check {
        let Self { name, section, title, sent, seen, .. } = self;
        Check { name, section, title, sent, seen, verdict: Verdict::Skipped { reason: reason.into() } }
    }
}

fn keep(lines: &mut Vec<String>, line: &str) {
    if lines.len() < LINES_MAX {
        lines.push(redact::text(line).chars().take(LINE_MAX_CHARS).collect());
    } else if lines.len() == LINES_MAX {
        lines.push("…".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_keeps_no_card_number_and_is_bounded() {
        let mut trial = Trial::new("x", TERMINAL, "試験");
        trial.seen("account 4999 9900 0000 1234");
        (0..500).for_each(|n| trial.sent(format!("line {n}")));
        trial.must(true, "never");
        trial.must_equal("book", &[1], &[1]);
        let check = trial.done();
        assert_eq!(check.seen, ["account **** **** **** 1234"]);
        assert_eq!((check.sent.len(), check.verdict), (LINES_MAX + 1, Verdict::Passed));
    }

    #[test]
    fn what_is_not_as_it_must_be_fails_with_its_words() {
        let mut trial = Trial::new("x", PRINTER, "試験");
        trial.must_equal("papers", &2, &1);
        let check = trial.done();
        assert_eq!(check.verdict, Verdict::Failed { reason: "papers: 2, wanted 1".into() });
        assert!(check.word_ja().contains("不合格"));
    }
}
