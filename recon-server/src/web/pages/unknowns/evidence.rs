//! What may prove an unknown result: statement rows that could be this payment, and a statement that covers its day.
//!
//! Invariant: a candidate has the contract and the amount of the attempt; a row that the newest run tied to another sale is none.

use std::collections::BTreeSet;

use domain::time::CivilDate;
use store::{
    UnitOfWork,
    facts::{StatementLine, Stored},
    files::{FileKind, FileRow, FileState},
    reports::AttemptRow,
};

use super::super::{day_and_time, records::row_record};
use crate::{
    app::AppState,
    web::{failure::PageError, view::unknowns::Candidate},
};

/// Days around the attempt in which a row is looked for: acquirers book near midnight on the day after.
const ROWS_AROUND_DAYS: i32 = 1;
/// Most candidates that are shown.
const CANDIDATES_MAX: usize = 20;
/// Receipts that are looked through for one that covers the day.
const FILES_MAX: u32 = 1_000;
/// The reader's word for a row of a sale.
const SALE: &str = "sale";
/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;

/// A row and how it is shown.
pub struct Found {
    /// SHA-256 of its file, hex.
    pub file: String,
    /// The row.
    pub line: StatementLine,
    /// As the form shows it.
    pub shown: Candidate,
}

/// What there is to prove with.
pub struct Proof {
    /// Rows that may be this payment, the nearest in time first.
    pub candidates: Vec<Found>,
    /// SHA-256 of a taken statement that covers the day, hex.
    pub covering_file: Option<String>,
}

/// Gathers what may prove an attempt.
pub async fn gather(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    row: &AttemptRow,
) -> Result<Proof, PageError> {
    let tenant = state.tenant();
    let Some(contract) = &row.attempt.contract else {
        return Ok(Proof { candidates: Vec::new(), covering_file: None });
    };
    let day = row.attempt.requested_at.date();
    let watermark = unit.last_file(tenant).await?;
    let files = unit.files(tenant, None, FILES_MAX).await?;
    let (from, to) = (day.plus_days(-ROWS_AROUND_DAYS), day.plus_days(ROWS_AROUND_DAYS));
    let lines = unit.statement_lines(tenant, from, to, watermark).await?;
    let tied = tied(unit, state).await?;
    let fits = |stored: &&Stored<StatementLine>| {
        let line = &stored.fact;
        line.contract == *contract
            && line.class == SALE
            && line.amount == row.attempt.amount
            && !tied.contains(&row_record(stored).0)
    };
    let mut candidates: Vec<Found> =
        lines.iter().filter(fits).map(|stored| found(stored, row, &files)).collect();
    candidates.sort_by_key(|one| distance_ms(&one.line, row));
    candidates.truncate(CANDIDATES_MAX);
    let covering_file =
        files.iter().find(|file| covers(file, contract.as_str(), day)).map(|file| hex::encode(file.sha256));
    Ok(Proof { candidates, covering_file })
}

/// Rows that the newest run tied to a sale.
async fn tied(unit: &mut dyn UnitOfWork, state: &AppState) -> Result<BTreeSet<String>, PageError> {
    let Some(run) = unit.runs(state.tenant(), 1).await?.into_iter().next() else {
        return Ok(BTreeSet::new());
    };
    let links = unit.run_links(state.tenant(), run.number).await?;
    let members = links.into_iter().flat_map(|link| link.members);
    Ok(members.filter(|member| member.side == "statement").map(|member| member.subject).collect())
}

fn covers(file: &FileRow, contract: &str, day: CivilDate) -> bool {
    let period = file.period_from.zip(file.period_to);
    file.state == FileState::Accepted
        && file.kind == FileKind::Statement
        && file.source == contract
        && period.is_some_and(|(from, to)| from <= day && day <= to)
}

const fn distance_ms(line: &StatementLine, row: &AttemptRow) -> i64 {
    line.at.ms_since(row.attempt.requested_at).abs()
}

fn found(stored: &Stored<StatementLine>, row: &AttemptRow, files: &[FileRow]) -> Found {
    let line = &stored.fact;
    let (id, record) = row_record(stored);
    let file = files.iter().find(|file| file.file == stored.file);
    let numbers = [("伝票", &line.slip_number), ("取引", &line.transaction_id), ("端末", &line.terminal_id)];
    let words = numbers.iter().filter_map(|(word, value)| Some(format!("{word} {}", value.as_ref()?)));
    Found {
        file: file.map(|file| hex::encode(file.sha256)).unwrap_or_default(),
        shown: Candidate {
            code: id,
            record,
            at: day_and_time(line.at),
            reference: words.collect::<Vec<_>>().join("、"),
            amount: line.amount,
            comparison: comparison(line, row),
            chosen: false,
        },
        line: line.clone(),
    }
}

fn comparison(line: &StatementLine, row: &AttemptRow) -> String {
    let mut words = vec!["契約と金額が一致".to_owned()];
    let ms = distance_ms(line, row);
    words.push(match ms / MINUTE_MS {
        0 => format!("時刻の差 {}秒", ms / 1_000),
        minutes => format!("時刻の差 {minutes}分"),
    });
    if let Some(partial) = super::doubt(row).and_then(|doubt| doubt.partial.as_ref()) {
        for (word, ours, theirs) in [
            ("端末番号", &partial.terminal_id, &line.terminal_id),
            ("伝票番号", &partial.slip_number, &line.slip_number),
            ("承認番号", &partial.approval_code, &line.approval_code),
        ] {
            if let (Some(ours), Some(theirs)) = (ours, theirs) {
                words.push(format!("{word}が{}", if ours == theirs { "一致" } else { "違う" }));
            }
        }
    }
    words.join("、")
}
