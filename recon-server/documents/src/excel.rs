//! A book as an Excel workbook: A4, heading row frozen and repeated on every page, page numbers in the foot.

use domain::time::CivilDate;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::{
    model::{Align, Book, Cell, Row, Sheet},
    style, width,
};

/// Most rows of a sheet; an Excel sheet has 1,048,576.
pub const ROWS_MAX: usize = 1_000_000;
/// The size A4 in Excel's list.
const PAPER_A4: u8 = 9;
/// Few columns stand on a sheet upright.
const PORTRAIT_COLUMNS_MAX: usize = 6;
/// Longest name of a tab, in characters.
const TAB_CHARS_MAX: usize = 31;
/// Height of a line, in points.
const LINE_POINTS: u16 = 15;
/// Most lines of a row; Excel's rows are at most 409 points high.
const ROW_LINES_MAX: u16 = 27;
/// Rows of a seal's box.
const SEAL_ROWS: u32 = 2;
/// Largest whole number that a spreadsheet keeps exactly (2^53).
const EXACT_MAX: u64 = 1 << 53;

/// A book that no workbook can hold.
#[derive(Debug, thiserror::Error)]
pub enum CannotWrite {
    /// Too many rows.
    #[error("{0}行はExcelの1枚のシートに入りません。期間を分けるか、CSVで出力してください。")]
    TooManyRows(usize),
    /// A day outside the calendar of a spreadsheet.
    #[error("{0}はExcelの日付にできません。")]
    Day(CivilDate),
    /// The writer refused.
    #[error("write a workbook")]
    Workbook(#[from] XlsxError),
}

/// Writes a book; the same book gives the same bytes.
///
/// # Errors
/// When a sheet has too many rows or a day is out of range; nothing is cut.
pub fn write(book: &Book) -> Result<Vec<u8>, CannotWrite> {
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new()
            .set_title(book.title.as_str())
            .set_author(book.author.as_str())
            .set_creation_datetime(&day(book.made_on)?),
    );
    for (index, sheet) in book.sheets.iter().enumerate() {
        if sheet.rows.len() > ROWS_MAX {
            return Err(CannotWrite::TooManyRows(sheet.rows.len()));
        }
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(tab(&sheet.name, index, book))?;
        fill(worksheet, sheet)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// A name that a tab may have: no sign that means something in a reference, not too long, unlike the tabs before it.
fn tab(name: &str, index: usize, book: &Book) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') || c.is_control() {
                '_'
            } else {
                c
            }
        })
        .take(TAB_CHARS_MAX)
        .collect();
    let taken = book.sheets.iter().take(index).any(|before| before.name == name) || plain.is_empty();
    if taken {
        format!("{} {}", plain.chars().take(TAB_CHARS_MAX - 4).collect::<String>(), index + 1)
    } else {
        plain
    }
}

fn fill(worksheet: &mut Worksheet, sheet: &Sheet) -> Result<(), CannotWrite> {
    let widths = width::columns(sheet);
    for (column, places) in (0_u16..).zip(&widths) {
        worksheet.set_column_width(column, u16::try_from(*places).unwrap_or(u16::MAX))?;
    }
    let heading = head(worksheet, sheet)?;
    for (column, one) in (0_u16..).zip(&sheet.columns) {
        worksheet.write_string_with_format(
            heading,
            column,
            one.label.as_str(),
            &style::heading(one.align),
        )?;
    }
    worksheet.set_row_height(heading, 2 * LINE_POINTS)?;
    let mut next = heading + 1;
    for row in &sheet.rows {
        body(worksheet, sheet, row, next)?;
        // Not every office grows a row with its words by itself.
        let lines = u16::try_from(width::row_lines(&row.cells, &widths)).unwrap_or(u16::MAX);
        if lines > 1 {
            worksheet.set_row_height(next, lines.min(ROW_LINES_MAX) * LINE_POINTS)?;
        }
        next += 1;
    }
    if sheet.is_list && !sheet.rows.is_empty() {
        worksheet.autofilter(heading, 0, next - 1, last_column(sheet))?;
    }
    notes(worksheet, sheet, &widths, next + 1)?;
    print_set_up(worksheet, sheet, heading)?;
    Ok(())
}

fn last_column(sheet: &Sheet) -> u16 {
    u16::try_from(sheet.columns.len().saturating_sub(1)).unwrap_or(u16::MAX)
}

/// Title, head and seals. Returns the row of the headings.
fn head(worksheet: &mut Worksheet, sheet: &Sheet) -> Result<u32, CannotWrite> {
    worksheet.write_string_with_format(0, 0, sheet.title.as_str(), &style::title())?;
    let mut row = 1;
    for (word, value) in &sheet.head {
        // In one cell: a value beside a narrow first column would be hidden by what stands right of it.
        let line = format!("{word}: {value}");
        worksheet.write_string_with_format(
            row,
            0,
            line.as_str(),
            &style::words(style::head_line(), &line),
        )?;
        row += 1;
    }
    let seals = u16::try_from(sheet.seals.len()).unwrap_or(u16::MAX);
    let first = last_column(sheet).checked_sub(seals.saturating_sub(1)).filter(|first| *first >= 2);
    if let (Some(first), true) = (first, seals > 0) {
        for (column, word) in (first..).zip(&sheet.seals) {
            worksheet.write_string_with_format(0, column, word.as_str(), &style::seal())?;
            worksheet.merge_range(1, column, SEAL_ROWS, column, "", &style::seal())?;
        }
        row = row.max(SEAL_ROWS + 1);
    }
    Ok(row + 1)
}

fn body(worksheet: &mut Worksheet, sheet: &Sheet, row: &Row, at: u32) -> Result<(), CannotWrite> {
    for ((column, cell), of) in (0_u16..).zip(&row.cells).zip(&sheet.columns) {
        let format = style::cell(row.kind, of.align);
        put(worksheet, (at, column), cell, format, of.align)?;
    }
    Ok(())
}

fn put(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    format: Format,
    align: Align,
) -> Result<(), CannotWrite> {
    match cell {
        Cell::Text(text) if text.is_empty() => {
            worksheet.write_blank(row, column, &format)?;
        }
        Cell::Text(text) => {
            worksheet.write_string_with_format(
                row,
                column,
                text.as_str(),
                &style::words(format.set_text_wrap(), text),
            )?;
        }
        Cell::Yen(yen) => figure(worksheet, (row, column), yen.get(), &format)?,
        Cell::Count(count) => figure(worksheet, (row, column), *count, &format)?,
        Cell::Day(date) => {
            worksheet.write_datetime_with_format(
                row,
                column,
                &day(*date)?,
                &format.set_num_format(style::DAY),
            )?;
        }
        Cell::None => {
            let format = if align == Align::Right { format } else { style::centred(format) };
            worksheet.write_string_with_format(row, column, "—", &format)?;
        }
    }
    Ok(())
}

/// A whole number. One that a spreadsheet would round stands as digits, because a wrong yen is worse than no number.
fn figure(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: i64,
    format: &Format,
) -> Result<(), CannotWrite> {
    let exact = (value.unsigned_abs() <= EXACT_MAX).then(|| value.to_string().parse::<f64>().ok()).flatten();
    match exact {
        Some(number) => {
            let format = format.clone().set_num_format(style::FIGURES);
            worksheet.write_number_with_format(row, column, number, &format)?;
        }
        None => {
            worksheet.write_string_with_format(row, column, value.to_string(), format)?;
        }
    }
    Ok(())
}

fn notes(worksheet: &mut Worksheet, sheet: &Sheet, widths: &[usize], first: u32) -> Result<(), CannotWrite> {
    let room: usize = widths.iter().sum();
    for (row, note) in (first..).zip(&sheet.notes) {
        let text = format!("・{note}");
        let format = style::words(style::note(), &text);
        if last_column(sheet) == 0 {
            worksheet.write_string_with_format(row, 0, text.as_str(), &format)?;
        } else {
            worksheet.merge_range(row, 0, row, last_column(sheet), &text, &format)?;
        }
        let lines = u16::try_from(width::lines(&text, room)).unwrap_or(u16::MAX);
        worksheet.set_row_height(row, lines.saturating_mul(LINE_POINTS))?;
    }
    Ok(())
}

fn print_set_up(worksheet: &mut Worksheet, sheet: &Sheet, heading: u32) -> Result<(), CannotWrite> {
    worksheet.set_paper_size(PAPER_A4);
    if sheet.columns.len() > PORTRAIT_COLUMNS_MAX {
        worksheet.set_landscape();
    }
    worksheet.set_print_fit_to_pages(1, 0);
    worksheet.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3);
    worksheet.set_repeat_rows(heading, heading)?;
    worksheet.set_freeze_panes(heading + 1, 0)?;
    // `&P / &N` is Excel's "page of pages"; an ampersand of a title would begin a code of its own.
    let title = sheet.title.replace('&', "&&");
    worksheet.set_footer(format!("&L{title}&C&P / &N"));
    Ok(())
}

fn day(date: CivilDate) -> Result<ExcelDateTime, CannotWrite> {
    let fault = || CannotWrite::Day(date);
    let (year, month, day) =
        (u16::try_from(date.year()), u8::try_from(date.month()), u8::try_from(date.day()));
    let (Ok(year), Ok(month), Ok(day)) = (year, month, day) else { return Err(fault()) };
    ExcelDateTime::from_ymd(year, month, day).map_err(|_| fault())
}
