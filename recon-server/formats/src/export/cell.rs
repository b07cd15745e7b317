//! One value to the bytes of its column.
//!
//! Invariants: a fixed cell has exactly its width; no character becomes a question mark (CP932 writes `¥` and `‾` with the bytes of `\`
//! and `~`, as Windows does); a text is cut only where the template says so, and only between characters.

use crate::cp932;

use super::{
    field::Kind,
    model::ExportReason,
    template::{Align, Column, ExportEncoding, Layout, Pad},
};

/// A value before it is written.
pub(super) enum Value {
    /// Text.
    Text(String),
    /// A whole number, with its sign.
    Number(i64),
    /// A date or year as its pattern writes it.
    Written(String),
}

/// Bytes of a cell, and whether a text was cut.
pub(super) type Cell = (Vec<u8>, bool);

/// Encodes and fits a value. In a CSV the bytes are not quoted yet.
pub(super) fn cell<F>(
    column: &Column<F>,
    kind: Option<Kind>,
    value: &Value,
    encoding: ExportEncoding,
    layout: Layout,
) -> Result<Cell, ExportReason> {
    let (sign, text) = match value {
        Value::Number(number) if *number < 0 && column.unsigned => return Err(ExportReason::Negative),
        Value::Number(number) if *number < 0 => ("-", number.unsigned_abs().to_string()),
        Value::Number(number) => ("", number.to_string()),
        Value::Text(text) | Value::Written(text) => ("", text.clone()),
    };
    if text.chars().any(char::is_control) {
        return Err(ExportReason::Control);
    }
    let mut body = encode(&text, encoding)?;
    let mut was_cut = false;
    let Some(width) = column.width else { return Ok(([sign.as_bytes(), &body].concat(), false)) };
    if sign.len() + body.len() > width {
        let long = ExportReason::TooLong { bytes: sign.len() + body.len(), width };
        if !column.cut || !matches!(value, Value::Text(_)) {
            return Err(long);
        }
        body = cut(&text, encoding, width)?;
        was_cut = true;
    }
    let padded = layout == Layout::Fixed || column.pad.is_some() || column.align.is_some();
    if !padded {
        return Ok(([sign.as_bytes(), &body].concat(), was_cut));
    }
    let numeric = kind == Some(Kind::Number);
    let align = column.align.unwrap_or(if numeric { Align::Right } else { Align::Left });
    let zero = column.pad.map_or(numeric, |pad| pad == Pad::Zero);
    let rest = width - sign.len() - body.len();
    let fill = vec![if zero { b'0' } else { b' ' }; rest];
    let parts: [&[u8]; 3] = match (align, zero) {
        // Zeros stand between sign and digits, blanks before the sign.
        (Align::Right, true) => [sign.as_bytes(), &fill, &body],
        (Align::Right, false) => [&fill, sign.as_bytes(), &body],
        (Align::Left, _) => [sign.as_bytes(), &body, &fill],
    };
    Ok((parts.concat(), was_cut))
}

/// Text to bytes, or the first character that the encoding does not have.
pub(super) fn encode(text: &str, encoding: ExportEncoding) -> Result<Vec<u8>, ExportReason> {
    match encoding {
        ExportEncoding::Cp932 => cp932::encode(text).map_err(|error| ExportReason::Unencodable(error.0)),
        ExportEncoding::Utf8 | ExportEncoding::Utf8Bom => Ok(text.as_bytes().to_vec()),
    }
}

/// As many whole characters as fit.
fn cut(text: &str, encoding: ExportEncoding, width: usize) -> Result<Vec<u8>, ExportReason> {
    let mut out = Vec::new();
    for c in text.chars() {
        let bytes = encode(c.encode_utf8(&mut [0; 4]), encoding)?;
        if out.len() + bytes.len() > width {
            break;
        }
        out.extend(bytes);
    }
    Ok(out)
}
