//! One layout for paper and screen: a [`Document`] and a number of columns become placed rows.
//!
//! Invariants: no row is wider than the paper; the encoder and the preview read the same rows, so that what the clerk sees is
//! what the printer gets. Deliberately not here: which characters the printer has (`text.rs`) and bytes (`command.rs`).

use crate::pos_printer::{Align, BarcodeKind, Document, Line};

use super::{
    logo::Logo,
    wrap::{text_width, wrap},
};

/// Narrowest paper that a layout is made for, in columns.
pub const COLUMNS_MIN: u8 = 16;
/// Widest paper that a layout is made for, in columns.
pub const COLUMNS_MAX: u8 = 64;
/// What the preview shows in the place of a QR symbol.
const QR_MARK: &str = "［ＱＲコード］";
/// What the preview shows in the place of a barcode; its characters stand below it, as on paper.
const BARCODE_MARK: &str = "［バーコード］";
/// What the preview shows in the place of the logo.
const LOGO_MARK: &str = "［ロゴ］";

/// Width of the paper in half-width characters (`devices.md` M13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "u8")]
pub struct Columns(u8);

/// A number of columns which no receipt printer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} columns: a receipt printer has {COLUMNS_MIN} to {COLUMNS_MAX}")]
pub struct NoSuchWidth(pub u8);

impl Columns {
    /// 80 mm paper, font A: 576 dots.
    pub const WIDE: Self = Self(48);
    /// 80 mm paper on a printer that is set to 42 columns.
    pub const MIDDLE: Self = Self(42);
    /// 58 mm paper, font A: 420 dots.
    pub const NARROW: Self = Self(35);

    /// The width in half-width characters.
    #[must_use]
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl TryFrom<u8> for Columns {
    type Error = NoSuchWidth;
    fn try_from(columns: u8) -> Result<Self, NoSuchWidth> {
        if (COLUMNS_MIN..=COLUMNS_MAX).contains(&columns) {
            Ok(Self(columns))
        } else {
            Err(NoSuchWidth(columns))
        }
    }
}

/// One printed row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// Text that fits; trailing spaces are already gone.
    Text {
        /// The characters, left to right.
        text: String,
        /// Where the row stands.
        align: Align,
        /// Double width and height.
        large: bool,
        /// Bold.
        bold: bool,
    },
    /// A QR symbol of this payload, centred.
    Qr(String),
    /// A barcode, centred.
    Barcode {
        /// Which kind.
        kind: BarcodeKind,
        /// Its content.
        data: String,
    },
    /// The logo, centred.
    Logo(Logo),
}

impl Row {
    fn plain(text: String, bold: bool) -> Self {
        Self::Text { text, align: Align::Left, large: false, bold }
    }
}

/// Places a document for a printer without a logo: wraps, joins pairs, draws rules.
#[must_use]
pub fn place(document: &Document, columns: Columns) -> Vec<Row> {
    place_with(document, columns, None)
}

/// Places a document for a printer with or without a logo.
#[must_use]
pub fn place_with(document: &Document, columns: Columns, logo: Option<&Logo>) -> Vec<Row> {
    document.lines.iter().flat_map(|line| place_line(line, columns.get(), logo)).collect()
}

fn place_line(line: &Line, columns: usize, logo: Option<&Logo>) -> Vec<Row> {
    match line {
        Line::Text { text, align, large, bold } => {
            let room = if *large { columns / 2 } else { columns };
            wrap(text, room)
                .into_iter()
                .map(|text| Row::Text { text, align: *align, large: *large, bold: *bold })
                .collect()
        }
        Line::Pair { left, right, bold } => place_pair(left, right, *bold, columns),
        Line::Rule => vec![Row::plain("-".repeat(columns), false)],
        Line::Blank => vec![Row::plain(String::new(), false)],
        Line::Qr(payload) => vec![Row::Qr(payload.clone())],
        Line::Barcode { kind, data } => vec![Row::Barcode { kind: *kind, data: data.clone() }],
        Line::Logo => logo.map(|logo| Row::Logo(logo.clone())).into_iter().collect(),
    }
}

/// The right text shares the last row of the left one if a column stays free between them, else it goes below, at the edge.
fn place_pair(left: &str, right: &str, bold: bool, columns: usize) -> Vec<Row> {
    let mut lefts = wrap(left, columns);
    let last = lefts.pop().unwrap_or_default();
    let mut rows: Vec<Row> = lefts.into_iter().map(|text| Row::plain(text, bold)).collect();
    let used = text_width(&last) + text_width(right);
    if right.is_empty() {
        rows.push(Row::plain(last, bold));
    } else if used < columns && !right.contains('\n') {
        rows.push(Row::plain(format!("{last}{}{right}", " ".repeat(columns - used)), bold));
    } else {
        if !last.is_empty() {
            rows.push(Row::plain(last, bold));
        }
        rows.extend(wrap(right, columns).into_iter().map(|text| Row::Text {
            text,
            align: Align::Right,
            large: false,
            bold,
        }));
    }
    rows
}

/// The document as plain text for a screen with a fixed-width font: one entry a row, indented as on paper.
///
/// A large row keeps its characters and stands where the doubled ones would; a symbol or a picture is one line that says so.
#[must_use]
pub fn preview(document: &Document, columns: Columns) -> Vec<String> {
    place(document, columns).iter().map(|row| preview_row(row, columns.get())).collect()
}

fn preview_row(row: &Row, columns: usize) -> String {
    match row {
        Row::Text { text, align, large, .. } => {
            let width = if *large { text_width(text) * 2 } else { text_width(text) };
            indented(text, width, *align, columns)
        }
        Row::Qr(_) => marked(QR_MARK, columns),
        Row::Barcode { .. } => marked(BARCODE_MARK, columns),
        Row::Logo(_) => marked(LOGO_MARK, columns),
    }
}

fn marked(mark: &str, columns: usize) -> String {
    indented(mark, text_width(mark), Align::Centre, columns)
}

fn indented(text: &str, width: usize, align: Align, columns: usize) -> String {
    let free = columns.saturating_sub(width);
    let indent = match align {
        _ if text.is_empty() => 0,
        Align::Left => 0,
        Align::Centre => free / 2,
        Align::Right => free,
    };
    format!("{}{text}", " ".repeat(indent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, align: Align, large: bool) -> Line {
        Line::Text { text: text.to_owned(), align, large, bold: false }
    }

    fn pair(left: &str, right: &str) -> Line {
        Line::Pair { left: left.to_owned(), right: right.to_owned(), bold: false }
    }

    fn check(line: Line, columns: Columns, expected: &[&str]) {
        let document = Document { lines: vec![line], open_drawer: false };
        assert_eq!(preview(&document, columns), expected);
    }

    #[test]
    fn places_lines_on_each_paper() {
        let (wide, middle, narrow) = (Columns::WIDE, Columns::MIDDLE, Columns::NARROW);
        check(text("領収書", Align::Centre, true), wide, &[&format!("{}領収書", " ".repeat(18))]);
        check(text("領収書", Align::Centre, true), middle, &[&format!("{}領収書", " ".repeat(15))]);
        check(text("領収書", Align::Centre, true), narrow, &[&format!("{}領収書", " ".repeat(11))]);
        check(text("窓口1", Align::Right, false), narrow, &[&format!("{}窓口1", " ".repeat(30))]);
        check(pair("合計", "¥600"), narrow, &[&format!("合計{}¥600", " ".repeat(27))]);
        check(pair("合計", "¥600"), wide, &[&format!("合計{}¥600", " ".repeat(40))]);
        check(pair("控え", ""), narrow, &["控え"]);
        check(Line::Rule, narrow, &["-----------------------------------"]);
        check(Line::Blank, narrow, &[""]);
        check(Line::Qr("x".to_owned()), narrow, &[&format!("{}［ＱＲコード］", " ".repeat(10))]);
        check(text("", Align::Centre, true), narrow, &[""]);
    }

    #[test]
    fn a_large_row_has_half_the_room() {
        let nine = "一二三四五六七八九";
        check(text(nine, Align::Left, true), Columns::NARROW, &["一二三四五六七八", "九"]);
        check(text(nine, Align::Left, false), Columns::NARROW, &[nine]);
    }

    #[test]
    fn a_pair_that_does_not_fit_goes_below() {
        let narrow = Columns::NARROW;
        let long = "住民票の写し（世帯全員・本籍記載）交付手数料";
        check(
            pair(long, "2通 ¥600"),
            narrow,
            &["住民票の写し（世帯全員・本籍記載）", &format!("交付手数料{}2通 ¥600", " ".repeat(17))],
        );
        check(
            pair("一二三四五六七八九十一二三四五六", "¥600"),
            narrow,
            &["一二三四五六七八九十一二三四五六", &format!("{}¥600", " ".repeat(31))],
        );
        // One free column between the two is the least; none is too little.
        check(pair(&"x".repeat(30), "¥600"), narrow, &[&format!("{} ¥600", "x".repeat(30))]);
        check(pair(&"x".repeat(31), "¥600"), narrow, &[&"x".repeat(31), &format!("{}¥600", " ".repeat(31))]);
    }

    #[test]
    fn widths_out_of_bounds_are_refused() {
        assert_eq!(Columns::try_from(15), Err(NoSuchWidth(15)));
        assert_eq!(Columns::try_from(65), Err(NoSuchWidth(65)));
        assert_eq!(Columns::try_from(48), Ok(Columns::WIDE));
    }
}
