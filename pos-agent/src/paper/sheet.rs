//! A document under construction.

use domain::{money::Yen, settlement::Tally};
use drivers::pos_printer::{Align, Document, Line};

/// Lines so far.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    document: Document,
}

impl Sheet {
    fn push(&mut self, text: &str, align: Align, large: bool, bold: bool) {
        self.document.lines.push(Line::Text { text: text.to_owned(), align, large, bold });
    }

    pub(super) fn title(&mut self, text: &str) {
        self.push(text, Align::Centre, true, true);
    }

    pub(super) fn centre(&mut self, text: &str) {
        self.push(text, Align::Centre, false, false);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.push(text, Align::Left, false, false);
    }

    pub(super) fn strong(&mut self, text: &str) {
        self.push(text, Align::Left, false, true);
    }

    pub(super) fn pair(&mut self, left: impl Into<String>, right: impl Into<String>) {
        self.document.lines.push(Line::Pair { left: left.into(), right: right.into(), bold: false });
    }

    pub(super) fn strong_pair(&mut self, left: impl Into<String>, right: impl Into<String>) {
        self.document.lines.push(Line::Pair { left: left.into(), right: right.into(), bold: true });
    }

    /// A row that stands only where there is something to say.
    pub(super) fn pair_if(&mut self, left: &str, right: Option<&String>) {
        if let Some(right) = right {
            self.pair(left, right.clone());
        }
    }

    pub(super) fn rule(&mut self) {
        self.document.lines.push(Line::Rule);
    }

    pub(super) fn blank(&mut self) {
        self.document.lines.push(Line::Blank);
    }

    pub(super) const fn kick_drawer(&mut self) {
        self.document.open_drawer = true;
    }

    pub(super) fn finish(self) -> Document {
        self.document
    }
}

/// `¥1,234`.
pub(super) fn yen(amount: Yen) -> String {
    format!("¥{amount}")
}

/// `3件 ¥1,234`.
pub(super) fn tally(tally: Tally) -> String {
    format!("{}件 {}", tally.count, yen(tally.amount))
}
