//! Making packs of rows.

use std::collections::HashMap;

use domain::time::CivilDate;

use super::{DIGITS, DIGITS_MAX, PACK_ROWS_MAX, PACK_TEXTS_MAX_BYTES, TEXTS, VERSION, epoch, numbers};
use crate::{error::Fault, words};

/// The compared columns of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackRow<'r> {
    /// Number of the row in its file, or of its entry.
    pub record: i64,
    /// 端末番号; empty for none.
    pub terminal: &'r str,
    /// 伝票番号; empty for none.
    pub slip: &'r str,
    /// 承認番号; empty for none.
    pub approval: &'r str,
    /// 領収日 of a sale, 利用日 of a statement row.
    pub day: CivilDate,
    /// Yen.
    pub amount: i64,
}

/// A pack as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Rows.
    pub rows: i64,
    /// Its first and its last day as they are kept; none where there is no row.
    pub days: Option<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// As many packs as the rows take, in their order; one without rows where there are none.
///
/// # Errors
/// When there are more texts than can be numbered.
pub fn packs(rows: &[PackRow<'_>]) -> Result<Vec<Packed>, Fault> {
    let (mut made, mut rest) = (Vec::new(), rows);
    loop {
        let (mut count, mut bytes) = (0, 0);
        for row in rest.iter().take(PACK_ROWS_MAX) {
            count += 1;
            bytes += row.terminal.len() + row.slip.len() + row.approval.len();
            if bytes >= PACK_TEXTS_MAX_BYTES {
                break;
            }
        }
        let (these, behind) = rest.split_at(count);
        made.push(pack(these)?);
        rest = behind;
        if rest.is_empty() {
            return Ok(made);
        }
    }
}

/// One pack.
///
/// # Errors
/// When there are more rows than a pack may have.
pub(super) fn pack(rows: &[PackRow<'_>]) -> Result<Packed, Fault> {
    let count = u32::try_from(rows.len()).ok().filter(|_| rows.len() <= PACK_ROWS_MAX);
    let count = count.ok_or(Fault::OutOfRange("rows of a pack"))?;
    let mut body = vec![VERSION];
    body.extend_from_slice(&count.to_le_bytes());
    let column = |value: fn(&PackRow<'_>) -> i64| rows.iter().map(value).collect::<Vec<_>>();
    numbers::write(&mut body, &column(|row| row.record));
    let days = days(rows);
    numbers::write(&mut body, &days);
    numbers::write(&mut body, &column(|row| row.amount));
    texts(&mut body, rows.iter().map(|row| row.terminal))?;
    number_column(&mut body, &rows.iter().map(|row| row.slip).collect::<Vec<_>>())?;
    number_column(&mut body, &rows.iter().map(|row| row.approval).collect::<Vec<_>>())?;
    let first = rows.iter().map(|row| row.day).min();
    let last = rows.iter().map(|row| row.day).max();
    let days = first.zip(last).map(|(first, last)| (words::date_text(first), words::date_text(last)));
    Ok(Packed { rows: i64::from(count), days, body })
}

/// Days since 1970; most rows have the day of the row before.
fn days(rows: &[PackRow<'_>]) -> Vec<i64> {
    let epoch = epoch();
    let mut last = (epoch, 0);
    let day = |row: &PackRow<'_>| {
        if row.day != last.0 {
            last = (row.day, i64::from(row.day.days_since(epoch)));
        }
        last.1
    };
    rows.iter().map(day).collect()
}

/// Digits where all that there are have equally many, else texts.
fn number_column(body: &mut Vec<u8>, column: &[&str]) -> Result<(), Fault> {
    let digits = column.iter().map(|text| text.len()).find(|length| *length > 0).unwrap_or(1);
    let number = |text: &&str| {
        let alike = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.len() {
            0 => Some(0),
            _ if alike => {
                Some(text.bytes().fold(0_i64, |number, byte| number * 10 + i64::from(byte - b'0')) + 1)
            }
            _ => None,
        }
    };
    let all = if digits <= DIGITS_MAX { column.iter().map(number).collect::<Option<Vec<_>>>() } else { None };
    match (all, u8::try_from(digits)) {
        (Some(all), Ok(digits)) => {
            body.extend_from_slice(&[DIGITS, digits]);
            numbers::write(body, &all);
            Ok(())
        }
        _ => {
            body.push(TEXTS);
            texts(body, column.iter().copied())
        }
    }
}

/// Each text once, and which of them each row has.
fn texts<'r>(body: &mut Vec<u8>, column: impl Iterator<Item = &'r str>) -> Result<(), Fault> {
    let (mut places, mut all) = (HashMap::<&str, i64>::new(), Vec::new());
    let mut last = None;
    let mut of_rows = Vec::new();
    for text in column {
        let place = match last {
            Some((same, place)) if same == text => place,
            _ => {
                let next = i64::try_from(all.len()).map_err(|_| Fault::OutOfRange("texts of a pack"))?;
                *places.entry(text).or_insert_with(|| {
                    all.push(words::plain_ref(text));
                    next
                })
            }
        };
        last = Some((text, place));
        of_rows.push(place);
    }
    let count = u32::try_from(all.len()).map_err(|_| Fault::OutOfRange("texts of a pack"))?;
    body.extend_from_slice(&count.to_le_bytes());
    let lengths = all.iter().map(|text| i64::try_from(text.len()));
    let lengths =
        lengths.collect::<Result<Vec<_>, _>>().map_err(|_| Fault::OutOfRange("a text of a pack"))?;
    numbers::write(body, &lengths);
    all.iter().for_each(|text| body.extend_from_slice(text.as_bytes()));
    numbers::write(body, &of_rows);
    Ok(())
}
