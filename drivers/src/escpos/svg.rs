//! The layout as a picture for the screen and for manuals: the same rows as on paper, with real symbols.
//!
//! Invariants: every character stands in the column where the printer puts it; text is escaped; the picture needs nothing from
//! outside. What the driver draws for the printer is drawn here dot by dot too. Not here: the look of a printer's font.

use std::fmt::Write as _;

use qrcode::{EcLevel, QrCode};

use super::{
    barcode::jan13,
    bars,
    bitmap::Bitmap,
    cell::{Shape, cells},
    glyphs::{CELL_DOTS, Dots},
    layout::{Columns, Row, place_with},
    logo::Logo,
    wrap::{char_width, text_width},
};
use crate::pos_printer::{Align, BarcodeKind, Document};

/// Dots of one half-width column, font A; one dot is one unit of the picture.
const COLUMN_DOTS: usize = 12;
/// Dots of one row of text.
const ROW_DOTS: usize = 30;
/// Blank paper around the text.
const MARGIN_DOTS: usize = 24;
/// Dots of a module of a QR symbol, and of a bar.
const QR_MODULE_DOTS: usize = 6;
const BAR_MODULE_DOTS: usize = 2;
/// Height of bars.
const BAR_DOTS: usize = 80;
/// Box of a logo that only the printer has.
const STORED_LOGO_DOTS: (usize, usize) = (240, 80);

/// The document as an SVG picture, one unit a dot.
#[must_use]
pub fn preview_svg(document: &Document, columns: Columns, logo: Option<&Logo>) -> String {
    let mut paper = Paper { width: columns.get() * COLUMN_DOTS, y: MARGIN_DOTS, body: String::new() };
    for row in place_with(document, columns, logo) {
        paper.row(&row);
    }
    let (width, height) = (paper.width + 2 * MARGIN_DOTS, paper.y + MARGIN_DOTS);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"'BIZ UDGothic','Noto Sans Mono CJK JP',monospace\">\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>{}</svg>\n",
        paper.body
    )
}

struct Paper {
    width: usize,
    /// Where the next row begins.
    y: usize,
    body: String,
}

impl Paper {
    fn row(&mut self, row: &Row) {
        match row {
            Row::Text { text, align, large, bold } => self.text(text, *align, *large, *bold),
            Row::Qr(payload) => self.qr(payload),
            Row::Barcode { kind, data } => self.barcode(*kind, data),
            Row::Logo(Logo::Picture(picture)) => self.picture(picture),
            Row::Logo(Logo::Stored(_)) => {
                let (width, height) = STORED_LOGO_DOTS;
                let (x, y) = (self.centred(width), self.y);
                self.write(format_args!(
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"#999\"/>"
                ));
                self.y += height + ROW_DOTS / 2;
            }
        }
    }

    fn write(&mut self, part: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(part);
    }

    const fn centred(&self, width: usize) -> usize {
        MARGIN_DOTS + self.width.saturating_sub(width) / 2
    }

    /// A place for each character, as the printer's grid has it.
    fn text(&mut self, text: &str, align: Align, large: bool, bold: bool) {
        let scale = if large { 2 } else { 1 };
        let height = ROW_DOTS * scale;
        let free = self.width.saturating_sub(text_width(text) * COLUMN_DOTS * scale);
        let mut x = MARGIN_DOTS
            + match align {
                Align::Left => 0,
                Align::Centre => free / 2,
                Align::Right => free,
            };
        let (mut places, mut shown) = (Vec::new(), String::new());
        for (_, cell) in cells(text) {
            let whole: String = [Some(cell.base), cell.selector].into_iter().flatten().collect();
            match cell.shape() {
                Some(Shape::Dots(dots)) => {
                    self.drawn(&whole, if bold { dots.bold() } else { dots }, x, scale)
                }
                _ if whole == " " => {}
                _ => {
                    // Places are counted in UTF-16 units (SVG 2, 11.2).
                    places.extend(std::iter::repeat_n(x.to_string(), whole.encode_utf16().count()));
                    escape(&whole, &mut shown);
                }
            }
            x += char_width(cell.base) * COLUMN_DOTS * scale;
        }
        if !shown.is_empty() {
            let weight = if bold { " font-weight=\"700\"" } else { "" };
            let (size, baseline) = (2 * COLUMN_DOTS * scale, self.y + height - 8 * scale);
            self.write(format_args!(
                "<text x=\"{}\" y=\"{baseline}\" font-size=\"{size}\"{weight}>{shown}</text>",
                places.join(" ")
            ));
        }
        self.y += height;
    }

    /// A cell dot by dot as on paper, its lower edge where the characters beside it have theirs; the title names it for a reader aloud.
    fn drawn(&mut self, name: &str, dots: Dots, left: usize, scale: usize) {
        let top = self.y + (ROW_DOTS - CELL_DOTS) / 2 * scale;
        let mut path = String::new();
        for y in 0..CELL_DOTS {
            for x in (0..CELL_DOTS).filter(|x| dots.is_black(*x, y)) {
                let _ = write!(path, "M{} {}h{scale}v{scale}h-{scale}z", left + x * scale, top + y * scale);
            }
        }
        self.write(format_args!("<g><title>{name}</title><path d=\"{path}\"/></g>"));
    }

    fn qr(&mut self, payload: &str) {
        let Ok(symbol) = QrCode::with_error_correction_level(payload, EcLevel::M) else {
            return self.text("［ＱＲコード］", Align::Centre, false, false);
        };
        let modules = symbol.width();
        let dots = (self.width / (modules + 8)).clamp(1, QR_MODULE_DOTS);
        let black: Vec<bool> =
            symbol.into_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect();
        let rows: Vec<&[bool]> = black.chunks(modules).collect();
        self.modules(&rows, dots, dots, ROW_DOTS / 2);
    }

    fn barcode(&mut self, kind: BarcodeKind, data: &str) {
        let (digits, black) = match kind {
            BarcodeKind::Jan13 => {
                let digits = jan13(data).unwrap_or_default();
                (digits.clone(), bars::jan13(&digits))
            }
            BarcodeKind::Code128 => (data.to_owned(), bars::code128(data)),
        };
        let Some(black) = black else {
            return self.text("［バーコード］", Align::Centre, false, false);
        };
        self.modules(&[&black], BAR_MODULE_DOTS, BAR_DOTS, 0);
        self.text(&digits, Align::Centre, false, false);
    }

    fn picture(&mut self, picture: &Bitmap) {
        let rows: Vec<Vec<bool>> = (0..picture.height())
            .map(|y| (0..picture.width()).map(|x| picture.is_black(x, y)).collect())
            .collect();
        let rows: Vec<&[bool]> = rows.iter().map(Vec::as_slice).collect();
        self.modules(&rows, 1, 1, ROW_DOTS / 2);
    }

    /// Black runs of each row as one path, centred; `below` stays blank.
    fn modules(&mut self, rows: &[&[bool]], wide: usize, high: usize, below: usize) {
        let left = self.centred(rows.first().map_or(0, |row| row.len()) * wide);
        let mut path = String::new();
        for (line, row) in rows.iter().enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, other| one == other) {
                if run.first() == Some(&true) {
                    let (from, top, width) = (left + x * wide, self.y + line * high, run.len() * wide);
                    let _ = write!(path, "M{from} {top}h{width}v{high}h-{width}z");
                }
                x += run.len();
            }
        }
        self.write(format_args!("<path d=\"{path}\"/>"));
        self.y += rows.len() * high + below;
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pos_printer::Line;

    fn text(text: &str, align: Align, large: bool) -> Line {
        Line::Text { text: text.to_owned(), align, large, bold: large }
    }

    fn svg(lines: Vec<Line>) -> String {
        preview_svg(&Document { lines, open_drawer: false }, Columns::WIDE, None)
    }

    #[test]
    fn characters_stand_on_the_printers_grid() {
        let picture = svg(vec![text("領収書", Align::Centre, true), text("a <&> ｱ窓", Align::Right, false)]);
        // 48 columns of 12 dots, three characters of 48: (576 - 144) / 2 + 24.
        assert!(
            picture.contains(
                "<text x=\"240 288 336\" y=\"68\" font-size=\"48\" font-weight=\"700\">領収書</text>"
            ),
            "{picture}"
        );
        assert!(picture.contains(">a&lt;&amp;&gt;ｱ窓</text>"), "{picture}");
        assert!(picture.contains("x=\"492 516 528 540 564 576\""), "{picture}");
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
        assert!(picture.contains("viewBox=\"0 0 624 138\""), "{picture}");
    }

    #[test]
    fn symbols_are_drawn() {
        let symbols = svg(vec![
            Line::Qr("https://example.jp/".to_owned()),
            Line::Barcode { kind: BarcodeKind::Jan13, data: "490123456789".to_owned() },
            Line::Barcode { kind: BarcodeKind::Code128, data: "R202604010001".to_owned() },
        ]);
        assert_eq!(symbols.matches("<path").count(), 3);
        assert!(symbols.contains(">4901234567894</text>") && symbols.contains(">R202604010001</text>"));
        let refused = svg(vec![Line::Barcode { kind: BarcodeKind::Jan13, data: "1".to_owned() }, Line::Logo]);
        assert!(refused.contains("［バーコード］") && !refused.contains("<path"));
    }
}
