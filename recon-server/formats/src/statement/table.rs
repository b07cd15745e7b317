//! The header of a file: which column stands where, and whether the text is whole.
//!
//! Invariants: a missing column, an open quote and a file cut in its last row are refused; an extra column is a notice. Rows are counted
//! as a spreadsheet does: the header is row 1.

use memchr::memchr_iter;

use crate::{
    cells::Record,
    refusal::{Notice, Refusal},
};

use super::profile::Profile;

const REMEDY_AGAIN: &str = "決済会社の画面からもう一度ダウンロードし、加工せずに入れ直してください。";
/// Characters of a cut row that are shown.
const TAIL_CHARS: usize = 20;

/// Where the columns of a profile stand in the records of a file.
#[derive(Debug)]
pub(super) struct Plan {
    /// Number of cells of the header.
    pub width: usize,
    pub at: usize,
    pub amount: usize,
    pub status: usize,
    pub brand: Option<usize>,
    pub terminal: Option<usize>,
    pub slip_number: Option<usize>,
    pub approval_code: Option<usize>,
    pub acquirer_transaction_id: Option<usize>,
    pub merchant_payment_id: Option<usize>,
    pub payer_digits: Option<usize>,
    /// Place of each part of the key; none for the class.
    pub key: Vec<Option<usize>>,
    /// Places of the row of totals: count, amount.
    pub control: (Option<usize>, Option<usize>),
}

/// Reads the header.
pub(super) fn plan(
    header: Record<'_>,
    profile: &Profile,
    file: &str,
) -> Result<(Plan, Vec<Notice>), Refusal> {
    let names: Vec<&str> =
        header.iter().map(|cell| profile.column_aliases.get(cell).map_or(cell, String::as_str)).collect();
    for column in &profile.columns {
        let mut at = names.iter().filter(|name| *name == column);
        match (at.next(), at.next()) {
            (Some(_), None) => {}
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
    Ok((placed(&names, profile), notices))
}

/// The places of a profile's columns, all of which are in the header.
fn placed(names: &[&str], profile: &Profile) -> Plan {
    let place = |column: &str| names.iter().position(|name| *name == column);
    let optional = |column: &Option<String>| column.as_deref().and_then(place);
    // A profile that loads maps only its own columns, and those were just found.
    let required = |column: &str| place(column).unwrap_or(usize::MAX);
    let fields = &profile.fields;
    let mapped = fields.columns();
    let key = |part: &String| {
        let column = mapped.iter().find(|(name, _)| name == part).map(|(_, column)| *column)?;
        Some(required(column))
    };
    let control = profile.control.as_ref();
    Plan {
        width: names.len(),
        at: required(&fields.at),
        amount: required(&fields.amount),
        status: required(&fields.status),
        brand: optional(&fields.brand),
        terminal: optional(&fields.terminal),
        slip_number: optional(&fields.slip_number),
        approval_code: optional(&fields.approval_code),
        acquirer_transaction_id: optional(&fields.acquirer_transaction_id),
        merchant_payment_id: optional(&fields.merchant_payment_id),
        payer_digits: optional(&fields.payer_digits),
        key: profile.key.iter().map(key).collect(),
        control: (
            control.and_then(|control| optional(&control.count_column)),
            control.and_then(|control| optional(&control.amount_column)),
        ),
    }
}

/// A file without even a header.
pub(super) fn no_header(file: &str) -> Refusal {
    Refusal::new(file, Some(1), "見出し", "なし", REMEDY_AGAIN)
}

/// Whether the bytes end where a row ends, as far as bytes show it: in CP932 neither quote nor line feed is part of a longer character.
pub(super) fn looks_whole(bytes: &[u8], profile: &Profile) -> bool {
    let closed = memchr_iter(b'"', bytes).count().is_multiple_of(2);
    closed && (!profile.final_newline || bytes.ends_with(b"\n"))
}

/// The text ends where a row ends. `lines_before` are the lines of the parts of the file that came before.
pub(super) fn whole(text: &str, lines_before: usize, profile: &Profile, file: &str) -> Result<(), Refusal> {
    let open = !text.bytes().filter(|b| *b == b'"').count().is_multiple_of(2);
    let cut = profile.final_newline && !text.ends_with('\n');
    if !open && !cut {
        return Ok(());
    }
    let last = u32::try_from(lines_before + text.lines().count()).ok();
    let remedy = if open {
        format!("引用符（\"）が閉じていません。途中で切れたファイルです。{REMEDY_AGAIN}")
    } else {
        format!("最後の行に改行がありません。途中で切れたおそれがあります。{REMEDY_AGAIN}")
    };
    Err(Refusal::new(file, last, "最後の行", tail(text), remedy))
}

/// The last characters of a text.
fn tail(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default();
    let skip = line.chars().count().saturating_sub(TAIL_CHARS);
    line.chars().skip(skip).collect()
}
