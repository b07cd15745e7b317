//! The terminal's own book: the judge of every test. The driver never sees it.
//!
//! Invariants: an entry is never removed; its state says what became of it; receipt numbers have four digits and wrap after 9999.

use domain::{money::Yen, time::Timestamp};

/// The card that is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Card {
    /// Visa
    Visa,
    /// Mastercard
    Mastercard,
    /// JCB
    Jcb,
    /// American Express
    Amex,
    /// Diners Club
    Diners,
    /// A card of no brand that BMP 60 names.
    Other,
}

impl Card {
    /// Card type of BMP 8A.
    pub(super) const fn type_code(self) -> u8 {
        match self {
            Self::Visa => 0x0A,
            Self::Mastercard => 0x06,
            Self::Jcb => 0x0E,
            Self::Amex => 0x08,
            Self::Diners => 0x0C,
            Self::Other => 0x2E,
        }
    }

    /// Name of BMP 8B and of the slip.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Visa => "VISA",
            Self::Mastercard => "Mastercard",
            Self::Jcb => "JCB",
            Self::Amex => "AMEX",
            Self::Diners => "DINERS",
            Self::Other => "CARD",
        }
    }

    /// Place in BMP 60: girocard, JCB, Mastercard, American Express, Visa, Diners, other.
    pub(super) const fn slot(self) -> usize {
        match self {
            Self::Jcb => 1,
            Self::Mastercard => 2,
            Self::Amex => 3,
            Self::Visa => 4,
            Self::Diners => 5,
            Self::Other => 6,
        }
    }
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Money taken.
    Sale,
    /// Money given back.
    Void {
        /// Receipt number of the sale.
        receipt: u16,
        /// Trace of the sale.
        trace: u32,
    },
    /// Money given back on a card, for a sale of a closed day; the terminal does not know which.
    Refund,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// It stands.
    Standing,
    /// The terminal reversed it by itself: it never counted.
    Reversed,
    /// A later void took it back.
    Voided,
}

/// One line of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookEntry {
    /// Receipt number, 1 to 9999.
    pub receipt: u16,
    /// Trace number.
    pub trace: u32,
    /// Whole yen.
    pub amount: Yen,
    /// Sale, void or refund.
    pub kind: EntryKind,
    /// What became of it.
    pub state: EntryState,
    /// The card.
    pub card: Card,
    /// When.
    pub at: Timestamp,
    /// Whether an end of day has counted it.
    pub day_closed: bool,
}

/// The paper the terminal would repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LastPaper {
    None,
    Entry(BookEntry),
    Day(Vec<u8>),
}

/// The book.
#[derive(Debug, Default)]
pub(super) struct Book {
    entries: Vec<BookEntry>,
    /// BMP 60 of the last end of day, and how many entries there were then.
    day: Option<(Vec<u8>, usize)>,
}

impl Book {
    pub(super) fn entries(&self) -> &[BookEntry] {
        &self.entries
    }

    /// Writes a new entry; its numbers follow the one before.
    pub(super) fn write(&mut self, kind: EntryKind, amount: Yen, card: Card, at: Timestamp) -> BookEntry {
        let last = self.entries.last();
        let entry = BookEntry {
            receipt: last.map_or(1, |last| last.receipt % 9_999 + 1),
            trace: last.map_or(1, |last| last.trace % 999_999 + 1),
            amount,
            kind,
            state: EntryState::Standing,
            card,
            at,
            day_closed: false,
        };
        if let EntryKind::Void { receipt, .. } = kind {
            self.mark(receipt, EntryState::Voided);
        }
        self.entries.push(entry);
        entry
    }

    /// The terminal reverses an entry by itself; a reversed void leaves its sale standing.
    pub(super) fn reverse(&mut self, receipt: u16) {
        let kind = self.newest(receipt).map(|entry| entry.kind);
        self.mark(receipt, EntryState::Reversed);
        if let Some(EntryKind::Void { receipt, .. }) = kind {
            self.mark(receipt, EntryState::Standing);
        }
    }

    pub(super) fn newest(&self, receipt: u16) -> Option<BookEntry> {
        self.entries.iter().rev().find(|entry| entry.receipt == receipt).copied()
    }

    fn mark(&mut self, receipt: u16, state: EntryState) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.receipt == receipt) {
            entry.state = state;
        }
    }

    /// Counts and closes the day; the answer is the content of BMP 60 in units of `factor` per yen.
    pub(super) fn close_day(&mut self, factor: i64) -> Vec<u8> {
        let mut slots = [(0_u8, 0_i64); 7];
        let mut receipts = (0, 0);
        for entry in self.entries.iter_mut().filter(|entry| !entry.day_closed) {
            entry.day_closed = true;
            receipts = (if receipts.0 == 0 { entry.receipt } else { receipts.0 }, entry.receipt);
            if entry.kind == EntryKind::Sale && entry.state == EntryState::Standing {
                let slot = &mut slots[entry.card.slot()];
                *slot = (slot.0.saturating_add(1), slot.1 + entry.amount.get() * factor);
            }
        }
        let mut bytes = [digits(i64::from(receipts.0), 2), digits(i64::from(receipts.1), 2)].concat();
        for (count, units) in slots {
            bytes.push(count);
            bytes.extend(digits(units, 6));
        }
        self.day = Some((bytes.clone(), self.entries.len()));
        bytes
    }

    /// What 06 20 repeats: what was reversed by the terminal itself leaves no paper.
    pub(super) fn last_paper(&self) -> LastPaper {
        let newest = self.entries.iter().rposition(|entry| entry.state != EntryState::Reversed);
        match (newest, &self.day) {
            (Some(at), Some((day, entries_then))) if at < *entries_then => LastPaper::Day(day.clone()),
            (Some(at), _) => LastPaper::Entry(self.entries[at]),
            (None, Some((day, _))) => LastPaper::Day(day.clone()),
            (None, None) => LastPaper::None,
        }
    }
}

/// Packed decimal digits of `bytes` bytes.
pub(super) fn digits(number: i64, bytes: usize) -> Vec<u8> {
    let text = format!("{number:0width$}", width = bytes * 2);
    let pair = |at: usize| {
        text.get(at * 2..at * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).unwrap_or(0)
    };
    (0..bytes).map(pair).collect()
}

/// Packed decimal digits as a number.
pub(super) fn number(bytes: &[u8]) -> Option<i64> {
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    text.parse().ok()
}
