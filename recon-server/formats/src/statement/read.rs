//! Reads a statement file by profile: whole or refused, with a dry run that shows both at once.
//!
//! Invariant: [`read`] takes a file exactly when [`preview`] refuses no row of it; both are one scan.

use std::collections::HashMap;

use domain::money::Yen;

use crate::{
    digest::sha256_hex,
    refusal::{Notice, Refusal},
};

use super::{
    cell, decode,
    model::{Preview, REFUSALS_MAX, ReadOptions, StatementFile, StatementRow, Totals},
    profile::{Control, Profile, RepeatedKey},
    row::RowReader,
    table::{Table, table},
};

/// What one pass over a file finds.
#[derive(Default)]
struct Scan {
    rows: Vec<StatementRow>,
    refused: Vec<Refusal>,
    refused_more: u32,
    totals: Totals,
    notices: Vec<Notice>,
}

/// Reads a whole file.
///
/// # Errors
/// The first refusal, with file, row, field and remedy; nothing of the file is taken then.
pub fn read(bytes: &[u8], profile: &Profile, options: &ReadOptions) -> Result<StatementFile, Refusal> {
    let scan = scan(bytes, profile, options)?;
    if let Some(refusal) = scan.refused.into_iter().next() {
        return Err(refusal);
    }
    Ok(StatementFile {
        profile: profile.id.clone(),
        sha256: sha256_hex(bytes),
        contract: options.contract.clone().or_else(|| profile.contract.clone()),
        period: options.period,
        rows: scan.rows,
        totals: scan.totals,
        notices: scan.notices,
    })
}

/// A dry run: rows that can be read beside what stands in the way.
#[must_use]
pub fn preview(bytes: &[u8], profile: &Profile, options: &ReadOptions) -> Preview {
    let scan = scan(bytes, profile, options)
        .unwrap_or_else(|refusal| Scan { refused: vec![refusal], ..Scan::default() });
    Preview {
        profile: profile.id.clone(),
        sha256: sha256_hex(bytes),
        rows: scan.rows,
        refused: scan.refused,
        refused_more: scan.refused_more,
        totals: scan.totals,
        notices: scan.notices,
    }
}

fn scan(bytes: &[u8], profile: &Profile, options: &ReadOptions) -> Result<Scan, Refusal> {
    let file = options.file_name.as_str();
    let text = decode::decode(bytes, profile, file)?;
    let (mut table, notices) = table(&text, profile, file)?;
    let pattern = profile.pattern().map_err(|e| {
        Refusal::new(file, None, "様式", &profile.id, format!("様式の日付の形が正しくありません: {e}"))
    })?;
    let control_record = profile.control.as_ref().and_then(|control| take_control(&mut table, control));
    let reader = RowReader::new(profile, &table, &pattern, options);
    let mut scan = Scan { notices, ..Scan::default() };
    let mut seen = HashMap::with_capacity(table.records.len());
    for (row, record) in &table.records {
        match reader.read(*row, record).and_then(|(read, notice)| {
            Ok((occurrence(read, &scan.rows, &mut seen, profile.repeated_key, file)?, notice))
        }) {
            Ok((read, notice)) => {
                scan.totals.add(&read);
                scan.rows.push(read);
                scan.notices.extend(notice);
            }
            Err(refusal) if scan.refused.len() < REFUSALS_MAX => scan.refused.push(refusal),
            Err(_) => scan.refused_more = scan.refused_more.saturating_add(1),
        }
    }
    if let Some(control) = &profile.control {
        check_control(&mut scan, &table, control, control_record.as_ref(), file);
    }
    Ok(scan)
}

/// Rows of one key so far.
struct Seen {
    /// Place of the first among the rows that were read.
    first: usize,
    /// How many.
    rows: u32,
}

/// The nth row with its key; a repeated key with other content makes the file uncertain.
fn occurrence(
    mut row: StatementRow,
    rows: &[StatementRow],
    seen: &mut HashMap<String, Seen>,
    repeated: RepeatedKey,
    file: &str,
) -> Result<StatementRow, Refusal> {
    let Some(known) = seen.get_mut(&row.record_key) else {
        seen.insert(row.record_key.clone(), Seen { first: rows.len(), rows: 1 });
        return Ok(row);
    };
    match rows.get(known.first) {
        Some(first) if repeated == RepeatedKey::Refuse && first.content_hash != row.content_hash => {
            let remedy = format!(
                "{}行目と同じ取引番号なのに内容が違います。どちらが正しいか決められません。決済会社に照会してください。",
                first.row
            );
            Err(Refusal::new(file, Some(row.row), "取引を見分ける列", &row.record_key, remedy))
        }
        _ => {
            known.rows += 1;
            row.occurrence = known.rows;
            Ok(row)
        }
    }
}

/// Takes the row of totals off the end of the table.
fn take_control(table: &mut Table, control: &Control) -> Option<(u32, csv::StringRecord)> {
    let is_control =
        table.records.last().is_some_and(|(_, record)| record.get(0) == Some(control.marker.as_str()));
    if is_control { table.records.pop() } else { None }
}

/// The row of totals against what was read; a profile that names one requires it.
fn check_control(
    scan: &mut Scan,
    table: &Table,
    control: &Control,
    record: Option<&(u32, csv::StringRecord)>,
    file: &str,
) {
    let Some((row, record)) = record else {
        let remedy = "合計の行がありません。途中で切れたファイルです。決済会社の画面からもう一度ダウンロードしてください。";
        scan.refused.push(Refusal::new(file, None, control.marker.as_str(), "なし", remedy));
        return;
    };
    let count = i64::try_from(scan.rows.len()).map(Yen::new).unwrap_or_default();
    for (column, ours) in [(&control.count_column, count), (&control.amount_column, scan.totals.net())] {
        let Some(column) = column else { continue };
        let text = table.cell(record, column);
        if cell::amount(text, true) != Ok(ours) {
            let remedy = format!(
                "数え直すと{ours}です。明細と合計が合いません。決済会社の画面からもう一度ダウンロードしてください。"
            );
            scan.refused.push(Refusal::new(file, Some(*row), column.as_str(), text, remedy));
        }
    }
}
