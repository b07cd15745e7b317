//! CSV text to a header and records, before any cell is understood.
//!
//! Invariants: a missing column, a short or long row, an open quote and a file cut in its last row are refused; an extra column is a
//! notice. Rows are counted as a spreadsheet does: the header is row 1.

use crate::refusal::{Notice, Refusal};

use super::{model::ROWS_MAX, profile::Profile};

const REMEDY_AGAIN: &str = "決済会社の画面からもう一度ダウンロードし、加工せずに入れ直してください。";

/// Columns of a profile and where they stand in a record.
type Places = Vec<(String, usize)>;

/// Header and records of a file.
#[derive(Debug)]
pub(super) struct Table {
    /// Place in a record of each column of the profile, in the profile's order.
    places: Places,
    /// Number of cells of the header.
    pub width: usize,
    /// Records after the header, with their row.
    pub records: Vec<(u32, csv::StringRecord)>,
}

impl Table {
    /// The cell of a column; empty where the record is too short.
    pub fn cell<'r>(&self, record: &'r csv::StringRecord, column: &str) -> &'r str {
        self.places
            .iter()
            .find(|(name, _)| name == column)
            .and_then(|(_, at)| record.get(*at))
            .unwrap_or_default()
    }
}

/// Cuts the text into records.
pub(super) fn table(text: &str, profile: &Profile, file: &str) -> Result<(Table, Vec<Notice>), Refusal> {
    whole(text, profile, file)?;
    let delimiter = u8::try_from(profile.delimiter).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let row = u32::try_from(index + 1).unwrap_or(u32::MAX);
        if index > ROWS_MAX {
            let remedy = "行が多すぎます。期間を分けてダウンロードしてください。";
            return Err(Refusal::new(file, Some(row), "行数", row.to_string(), remedy));
        }
        let record = record.map_err(|_| Refusal::new(file, Some(row), "行", "", REMEDY_AGAIN))?;
        records.push((row, record));
    }
    if records.is_empty() {
        return Err(Refusal::new(file, Some(1), "見出し", "なし", REMEDY_AGAIN));
    }
    let (_, header) = records.remove(0);
    let (places, notices) = places(&header, profile, file)?;
    Ok((Table { places, width: header.len(), records }, notices))
}

/// The text ends where a row ends.
fn whole(text: &str, profile: &Profile, file: &str) -> Result<(), Refusal> {
    let last = u32::try_from(text.lines().count()).ok();
    if !text.matches('"').count().is_multiple_of(2) {
        let remedy = format!("引用符（\"）が閉じていません。途中で切れたファイルです。{REMEDY_AGAIN}");
        return Err(Refusal::new(file, last, "最後の行", tail(text), remedy));
    }
    if profile.final_newline && !text.ends_with('\n') {
        let remedy = format!("最後の行に改行がありません。途中で切れたおそれがあります。{REMEDY_AGAIN}");
        return Err(Refusal::new(file, last, "最後の行", tail(text), remedy));
    }
    Ok(())
}

/// The last characters of a text.
fn tail(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default();
    let skip = line.chars().count().saturating_sub(20);
    line.chars().skip(skip).collect()
}

/// Where each column of the profile stands; an alias counts as its column.
fn places(
    header: &csv::StringRecord,
    profile: &Profile,
    file: &str,
) -> Result<(Places, Vec<Notice>), Refusal> {
    let names: Vec<&str> =
        header.iter().map(|cell| profile.column_aliases.get(cell).map_or(cell, String::as_str)).collect();
    let mut found = Vec::new();
    for column in &profile.columns {
        let mut at = names.iter().enumerate().filter(|(_, name)| *name == column).map(|(i, _)| i);
        match (at.next(), at.next()) {
            (Some(place), None) => found.push((column.clone(), place)),
            (None, _) => {
                let remedy = format!(
                    "列「{column}」がありません。{}の明細か、列を減らしていないかを確かめてください。",
                    profile.name_ja
                );
                return Err(Refusal::new(file, Some(1), column.as_str(), "列がない", remedy));
            }
            (Some(_), Some(_)) => {
                let remedy = format!("列「{column}」が二つあります。{REMEDY_AGAIN}");
                return Err(Refusal::new(file, Some(1), column.as_str(), "重複", remedy));
            }
        }
    }
    let extra = names.iter().filter(|name| !profile.columns.iter().any(|column| column == *name));
    let notices = extra.map(|name| Notice {
        row: Some(1),
        field: crate::refusal::shown(name),
        sentence_ja: format!(
            "知らない列「{}」があります。読み飛ばしました。様式が変わっていないか確かめてください。",
            crate::refusal::shown(name)
        ),
    });
    let notices = notices.collect();
    Ok((found, notices))
}
