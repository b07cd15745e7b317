//! Reads a statement file by profile: whole or refused, with a dry run that shows both at once.
//!
//! Invariant: [`read`] takes a file exactly when [`preview`] refuses no row of it; both are one scan, and so is a file read by parts
//! ([`super::StatementParts`]).

use memchr::memchr_iter;

use crate::refusal::Refusal;

use super::{
    decode,
    model::{Preview, ROWS_MAX, ReadOptions, StatementFile, Totals},
    parts::scan_pieces,
    profile::Profile,
    rows::Rows,
    scan::Scan,
    table,
};

/// Reads a whole file.
///
/// # Errors
/// The first refusal, with file, row, field and remedy; nothing of the file is taken then.
pub fn read(bytes: &[u8], profile: &Profile, options: &ReadOptions) -> Result<StatementFile, Refusal> {
    let mut scan = scan(bytes, profile, options)?;
    if !scan.refused.is_empty() {
        return Err(scan.refused.swap_remove(0));
    }
    Ok(StatementFile {
        profile: profile.id.clone(),
        contract: options.contract.clone().or_else(|| profile.contract.clone()),
        period: options.period,
        totals: scan.totals,
        notices: scan.notices(),
        rows: scan.rows,
    })
}

/// A dry run: rows that can be read beside what stands in the way.
#[must_use]
pub fn preview(bytes: &[u8], profile: &Profile, options: &ReadOptions) -> Preview {
    let id = profile.id.clone();
    match scan(bytes, profile, options) {
        Ok(mut scan) => Preview {
            profile: id,
            notices: scan.notices(),
            rows: scan.rows,
            refused: scan.refused,
            refused_more: scan.refused_more,
            totals: scan.totals,
        },
        Err(refusal) => Preview {
            profile: id,
            rows: Rows::default(),
            refused: vec![refusal],
            refused_more: 0,
            totals: Totals::default(),
            notices: Vec::new(),
        },
    }
}

fn scan<'p>(bytes: &[u8], profile: &'p Profile, options: &'p ReadOptions) -> Result<Scan<'p>, Refusal> {
    let file = options.file_name.as_str();
    decode::size(bytes, file)?;
    if !table::looks_whole(bytes, profile) {
        let text = decode::decode(bytes, profile, file)?;
        table::whole(&text, 0, profile, file)?;
    }
    let mut scan = Scan::new(profile, options, ROWS_MAX)?;
    scan.reserve(memchr_iter(b'\n', bytes).count(), bytes.len());
    scan_pieces(&mut scan, bytes, 0, &mut String::new(), (profile, file))?;
    scan.end()?;
    Ok(scan)
}
