//! How cells look: one font, lines that print in black, numbers with separators.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::model::{Align, RowKind};

/// The font of papers (also the one of the printed PDF); where it is missing the office takes its own.
const FONT: &str = "BIZ UDPゴシック";
/// Size of everything but titles, in points.
const SIZE_POINTS: u8 = 10;
/// Size of titles, in points.
const TITLE_POINTS: u8 = 14;
/// 12,345 and ▲653, as every other form of a paper.
pub const FIGURES: &str = "#,##0;\"▲\"#,##0";
/// 2026/11/18
pub const DAY: &str = "yyyy/mm/dd";
const GREY: u32 = 0x80_80_80;
const HEADING_FILL: u32 = 0xE8_ED_F3;
const SUM_FILL: u32 = 0xF4_F6_F8;
const ALARM_FILL: u32 = 0xFF_F1_D6;

fn plain() -> Format {
    Format::new().set_font_name(FONT).set_font_size(SIZE_POINTS)
}

fn boxed() -> Format {
    plain().set_border(FormatBorder::Thin).set_border_color(Color::RGB(GREY)).set_align(FormatAlign::Top)
}

pub fn title() -> Format {
    plain().set_font_size(TITLE_POINTS).set_bold()
}

pub fn head_line() -> Format {
    plain()
}

pub fn heading(align: Align) -> Format {
    let format = boxed().set_bold().set_background_color(Color::RGB(HEADING_FILL)).set_text_wrap();
    aligned(format, align).set_align(FormatAlign::VerticalCenter)
}

pub fn note() -> Format {
    plain().set_text_wrap().set_align(FormatAlign::Top)
}

pub fn seal() -> Format {
    boxed().set_align(FormatAlign::Center)
}

/// A cell of the table.
pub fn cell(kind: RowKind, align: Align) -> Format {
    let format = aligned(boxed(), align);
    match kind {
        RowKind::Body => format,
        RowKind::Subtotal => format.set_background_color(Color::RGB(SUM_FILL)),
        RowKind::Total => {
            format.set_background_color(Color::RGB(SUM_FILL)).set_bold().set_border_top(FormatBorder::Double)
        }
        RowKind::Alarm => format.set_background_color(Color::RGB(ALARM_FILL)).set_bold(),
    }
}

/// The same for a dash that stands for nothing.
pub fn centred(format: Format) -> Format {
    format.set_align(FormatAlign::Center)
}

/// The same for words: they wrap, and one that looks like a formula stays words even when a person edits the cell.
pub fn words(format: Format, text: &str) -> Format {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if risky { format.set_quote_prefix() } else { format }
}

fn aligned(format: Format, align: Align) -> Format {
    match align {
        Align::Left => format.set_align(FormatAlign::Left),
        Align::Right => format.set_align(FormatAlign::Right),
    }
}
