//! CSV for people: UTF-8 with BOM or CP932, CRLF, cells that a spreadsheet would run as formulas made harmless.
//!
//! Invariants: a cell that begins with `=`, `+`, `-`, `@`, a tab or a return gets a leading apostrophe, unless it is a plain whole number
//! (`-450` stays a number); a character that the encoding does not have is an error that names row and column, never a `?`.

use serde::{Deserialize, Serialize};

use crate::cp932;

/// How the bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CsvEncoding {
    /// UTF-8 with a byte order mark, which Excel needs.
    Utf8Bom,
    /// CP932, for finance systems that take nothing else.
    Cp932,
}

/// A character that the chosen encoding does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{row}行目 {column}列目の「{character}」はCP932にありません。UTF-8で出力してください。")]
pub struct CannotWrite {
    /// Row from 1.
    pub row: usize,
    /// Column from 1.
    pub column: usize,
    /// The character.
    pub character: char,
}

/// Writes rows of cells as one CSV file.
///
/// # Errors
/// Names the first character that the encoding does not have.
pub fn write<R, C>(rows: R, encoding: CsvEncoding) -> Result<Vec<u8>, CannotWrite>
where
    R: IntoIterator,
    R::Item: IntoIterator<Item = C>,
    C: AsRef<str>,
{
    let mut out = match encoding {
        CsvEncoding::Utf8Bom => b"\xEF\xBB\xBF".to_vec(),
        CsvEncoding::Cp932 => Vec::new(),
    };
    for (row, cells) in rows.into_iter().enumerate() {
        for (column, cell) in cells.into_iter().enumerate() {
            if column > 0 {
                out.push(b',');
            }
            let text = quoted(&neutral(cell.as_ref()));
            match encoding {
                CsvEncoding::Utf8Bom => out.extend_from_slice(text.as_bytes()),
                CsvEncoding::Cp932 => out.extend(cp932::encode(&text).map_err(|e| CannotWrite {
                    row: row + 1,
                    column: column + 1,
                    character: e.0,
                })?),
            }
        }
        out.extend_from_slice(b"\r\n");
    }
    Ok(out)
}

/// The cell as a spreadsheet may see it.
fn neutral(cell: &str) -> String {
    let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if risky && !is_whole_number(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// An optional minus and digits: a number, not a formula.
fn is_whole_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// The cell quoted where RFC 4180 needs it.
pub(crate) fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_only_text() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+81", "'+81"),
            ("-450", "-450"),
            ("-450+1", "'-450+1"),
            ("-", "'-"),
            ("\tx", "'\tx"),
            ("戸籍", "戸籍"),
            ("a,b", "\"a,b\""),
            ("=\"x\"", "\"'=\"\"x\"\"\""),
        ] {
            let bytes = write([[cell]], CsvEncoding::Utf8Bom).unwrap();
            assert_eq!(String::from_utf8(bytes).unwrap(), format!("\u{FEFF}{expected}\r\n"));
        }
    }

    #[test]
    fn cp932_bytes_and_its_limits() {
        assert_eq!(write([["円", "1"]], CsvEncoding::Cp932).unwrap(), b"\x89\x7E,1\r\n");
        assert_eq!(
            write([vec!["a"], vec!["b", "𠮷"]], CsvEncoding::Cp932),
            Err(CannotWrite { row: 2, column: 2, character: '𠮷' })
        );
    }
}
