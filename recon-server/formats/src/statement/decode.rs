//! Bytes to text, and proof that the encoding is the one that the profile names.
//!
//! Invariant: a file in the other encoding is refused by name, never read as mojibake.

use crate::{cp932, refusal::Refusal};

use super::{
    model::FILE_BYTES_MAX,
    profile::{FileEncoding, Profile},
};

const BOM: &[u8] = b"\xEF\xBB\xBF";
const REMEDY_ORIGINAL: &str =
    "表計算ソフトで開いて保存し直していない、ダウンロードしたままのファイルを入れ直してください。";

/// A file that is neither empty nor too long.
pub(super) fn size(bytes: &[u8], file: &str) -> Result<(), Refusal> {
    if bytes.is_empty() || bytes.len() > FILE_BYTES_MAX {
        let remedy = "空か、大きすぎるファイルです。期間を分けてダウンロードし直してください。";
        return Err(Refusal::new(file, None, "ファイルの大きさ", format!("{}バイト", bytes.len()), remedy));
    }
    Ok(())
}

/// The text of a file, or of its first part.
pub(super) fn decode(bytes: &[u8], profile: &Profile, file: &str) -> Result<String, Refusal> {
    let encoding = profile.encoding;
    let wrong = |found: &str| {
        let remedy = format!("このファイルは{}で作られているはずです。{REMEDY_ORIGINAL}", encoding.label());
        Refusal::new(file, None, "文字コード", found, remedy)
    };
    match encoding {
        FileEncoding::ShiftJis => {
            if bytes.starts_with(BOM) {
                return Err(wrong("UTF-8（BOM付き）"));
            }
            let utf8 = std::str::from_utf8(bytes).ok().filter(|text| !text.is_ascii());
            match cp932::decode(bytes) {
                // Short runs of half-width kana are valid in both; then the header decides.
                Ok(text) if utf8.is_none() || names_a_column(&text, profile) => Ok(text),
                Err(error) if utf8.is_none() => Err(broken(bytes, error.at, file)),
                _ => Err(wrong("UTF-8")),
            }
        }
        FileEncoding::Utf8 => {
            let body = bytes.strip_prefix(BOM).unwrap_or(bytes);
            match std::str::from_utf8(body) {
                Ok(text) => Ok(text.to_owned()),
                Err(_) if cp932::decode(body).is_ok() => Err(wrong("Shift_JIS")),
                Err(error) => Err(broken(body, error.valid_up_to(), file)),
            }
        }
    }
}

/// The text of a part of a file, the first one or one behind so many lines. The first proves the encoding, which all others must have.
/// Nothing is copied where the bytes are the text; else the text is made in `buffer`.
pub(super) fn part<'t>(
    bytes: &'t [u8],
    profile: &Profile,
    file: &str,
    (first, lines): (bool, &dyn Fn() -> usize),
    buffer: &'t mut String,
) -> Result<&'t str, Refusal> {
    if first {
        *buffer = decode(bytes, profile, file)?;
        return Ok(buffer);
    }
    let broken_at = |at: usize| {
        let mut refusal = broken(bytes, at, file);
        let before = u32::try_from(lines()).unwrap_or(u32::MAX);
        refusal.row = refusal.row.map(|row| row.saturating_add(before));
        refusal
    };
    match profile.encoding {
        FileEncoding::ShiftJis if !bytes.is_ascii() => {
            cp932::decode_into(bytes, buffer).map_err(|error| broken_at(error.at))?;
            Ok(buffer)
        }
        FileEncoding::ShiftJis | FileEncoding::Utf8 => {
            std::str::from_utf8(bytes).map_err(|error| broken_at(error.valid_up_to()))
        }
    }
}

/// Whether the first line names a column of the profile that is not plain ASCII.
fn names_a_column(text: &str, profile: &Profile) -> bool {
    let header = text.lines().next().unwrap_or_default();
    profile.columns.iter().any(|column| !column.is_ascii() && header.contains(column.as_str()))
}

/// Bytes that are text in neither encoding.
fn broken(bytes: &[u8], at: usize, file: &str) -> Refusal {
    let before = bytes.get(..at).unwrap_or_default();
    let row = u32::try_from(before.iter().filter(|b| **b == b'\n').count() + 1).ok();
    let found = hex::encode(bytes.get(at..(at + 2).min(bytes.len())).unwrap_or_default());
    Refusal::new(
        file,
        row,
        "文字コード",
        found,
        format!("文字として読めないバイトがあります。壊れたファイルです。{REMEDY_ORIGINAL}"),
    )
}
