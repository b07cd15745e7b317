//! POSPrinter (UnifiedPOS): a job goes to paper, does not, or nobody can tell.
//!
//! Invariant: [`PrintOutcome::Printed`] only after the printer's own process id answer for the whole job, sent after the cut
//! (`devices.md` E16). A time-out is never "printed" and never silently repeated.

use domain::id::PrintJobId;

use crate::cat::Fut;

/// One line of a document, independent of any printer. Width is counted in columns: half-width 1, full-width 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Text; wraps at the printer's width.
    Text {
        /// The text, any Unicode.
        text: String,
        /// Where it stands.
        align: Align,
        /// Double width and height.
        large: bool,
        /// Bold.
        bold: bool,
    },
    /// Two texts, one at each edge.
    Pair {
        /// Left edge.
        left: String,
        /// Right edge.
        right: String,
        /// Bold.
        bold: bool,
    },
    /// A rule over the whole width.
    Rule,
    /// An empty line.
    Blank,
    /// A QR symbol, centred.
    Qr(String),
    /// A barcode, centred, with its characters below.
    Barcode {
        /// Which kind.
        kind: BarcodeKind,
        /// Its content.
        data: String,
    },
    /// The municipality's logo, centred, where the printer's configuration has one; otherwise nothing.
    Logo,
}

/// A kind of barcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarcodeKind {
    /// 12 digits, or 13 with the check digit.
    Jan13,
    /// Printable ASCII.
    Code128,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// 左
    Left,
    /// 中央
    Centre,
    /// 右
    Right,
}

/// A whole document; cut after the last line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// From top to bottom.
    pub lines: Vec<Line>,
    /// Kick the drawer after the cut.
    pub open_drawer: bool,
}

/// How a print job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrintOutcome {
    /// On paper, all of it, and cut.
    Printed,
    /// Surely not on paper.
    NotPrinted {
        /// In plain Japanese, for the clerk.
        reason_ja: String,
    },
    /// Part or all may be on paper, or may still come.
    Unknown {
        /// In plain Japanese, for the clerk.
        reason_ja: String,
        /// Whether the printer may still print it later.
        may_still_print: bool,
    },
}

/// What the printer says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one flag per sensor, as the printer reports them")]
pub struct PrinterStatus {
    /// It answered at all.
    pub online: bool,
    /// Cover open.
    pub cover_open: bool,
    /// Paper end.
    pub paper_end: bool,
    /// Paper near end.
    pub paper_near_end: bool,
    /// Cutter error.
    pub cutter_error: bool,
    /// An error that only a power cycle ends.
    pub unrecoverable: bool,
}

/// A receipt printer. One job at a time; the caller serialises.
pub trait PosPrinter: Send + Sync {
    /// Prints a document under a job number; a repeated job is cleared in the printer first.
    fn print(&self, job: PrintJobId, document: Document) -> Fut<'_, PrintOutcome>;
    /// Empties the printer's buffer.
    fn clear(&self) -> Fut<'_, Result<(), String>>;
    /// Asks for the status; prints nothing.
    fn status(&self) -> Fut<'_, PrinterStatus>;
}
