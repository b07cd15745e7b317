//! Writes a statement file by the same profile that reads it. For acquirers that are played (demo, tests), and for tools.
//!
//! Invariant: what is written reads back as the same rows. No formula is neutralised here: an acquirer's file has the acquirer's bytes.

use std::collections::BTreeMap;

use domain::{
    money::{Yen, YenOverflow},
    time::Timestamp,
};

use crate::{
    cp932::{self, Unencodable},
    csv_out::quoted,
};

use super::{
    bad_profile::BadProfile,
    profile::{FileEncoding, Profile, RefundSign},
};

/// One row to write. A field that the profile does not map is left out; `extra` fills columns that no field maps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowOut {
    /// Status word as the acquirer writes it.
    pub status_word: String,
    /// When.
    pub at: Timestamp,
    /// Signed amount; written by the profile's sign rule.
    pub amount: Yen,
    /// Brand word.
    pub brand_word: String,
    /// 端末番号 or PosID.
    pub terminal_or_pos_id: String,
    /// 伝票番号・レシート番号
    pub slip_number: String,
    /// 承認番号
    pub approval_code: String,
    /// The acquirer's transaction number.
    pub acquirer_transaction_id: String,
    /// Our reference, echoed.
    pub merchant_payment_id: String,
    /// Column to cell, for columns that no field maps.
    pub extra: BTreeMap<String, String>,
}

/// A statement that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotWriteStatement {
    /// The profile is wrong.
    #[error(transparent)]
    Profile(#[from] BadProfile),
    /// A character that the encoding does not have.
    #[error("row {row}: {source}")]
    Character {
        /// Row in the file; the header is 1.
        row: usize,
        /// The character.
        source: Unencodable,
    },
    /// An amount leaves the range.
    #[error(transparent)]
    Overflow(#[from] YenOverflow),
}

/// Writes header and rows.
///
/// # Errors
/// Names what does not fit.
pub fn write_statement(profile: &Profile, rows: &[RowOut]) -> Result<Vec<u8>, CannotWriteStatement> {
    let pattern = profile.pattern()?;
    let mut out = Vec::new();
    line(profile, 1, profile.columns.iter().cloned(), &mut out)?;
    for (index, row) in rows.iter().enumerate() {
        let amount = match profile.refund_sign {
            RefundSign::Positive if row.amount.is_negative() => row.amount.checked_neg()?,
            RefundSign::Negative | RefundSign::Positive => row.amount,
        };
        let fields: BTreeMap<&str, String> = profile
            .fields
            .columns()
            .into_iter()
            .filter_map(|(field, column)| {
                let cell = match field {
                    "at" => pattern.write(row.at),
                    "amount" => amount.get().to_string(),
                    "status" => row.status_word.clone(),
                    "brand" => row.brand_word.clone(),
                    "terminal" => row.terminal_or_pos_id.clone(),
                    "slip_number" => row.slip_number.clone(),
                    "approval_code" => row.approval_code.clone(),
                    "acquirer_transaction_id" => row.acquirer_transaction_id.clone(),
                    "merchant_payment_id" => row.merchant_payment_id.clone(),
                    // Part of another column: that column's own field writes it.
                    _ => return None,
                };
                Some((column, cell))
            })
            .collect();
        let cells = profile.columns.iter().map(|column| {
            fields.get(column.as_str()).or_else(|| row.extra.get(column)).cloned().unwrap_or_default()
        });
        line(profile, index + 2, cells, &mut out)?;
    }
    Ok(out)
}

/// One line in the profile's encoding.
fn line<I: Iterator<Item = String>>(
    profile: &Profile,
    row: usize,
    cells: I,
    out: &mut Vec<u8>,
) -> Result<(), CannotWriteStatement> {
    let delimiter = profile.delimiter.to_string();
    let quote = |cell: String| {
        if cell.contains(profile.delimiter) && profile.delimiter != ',' {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            quoted(&cell)
        }
    };
    let text = format!("{}\r\n", cells.map(quote).collect::<Vec<_>>().join(&delimiter));
    match profile.encoding {
        FileEncoding::Utf8 => out.extend_from_slice(text.as_bytes()),
        FileEncoding::ShiftJis => {
            out.extend(
                cp932::encode(&text).map_err(|source| CannotWriteStatement::Character { row, source })?,
            );
        }
    }
    Ok(())
}
