//! What a corrected file changed: read back from the revisions that the store keeps, so that a receipt says it for ever.
//!
//! Invariant: the comparison is that of the import ([`import::revisions`]); what a row said before is its newest revision of an
//! earlier file.

use store::{
    UnitOfWork,
    facts::Stored,
    files::{FileFacts, FileKind, FileRow},
};

use crate::{
    app::AppState,
    jobs::import::{self, Change, ChangedRow, Replaced, RowSum},
    web::{
        failure::PageError,
        view::{
            imports::{ReplacedPeriod, ReplacedRow, RestatedRow, RevisionRow},
            words::{Link, Sum},
        },
    },
};

/// The fields that a taken file says otherwise, at most [`import::REVISIONS_MAX`].
///
/// # Errors
/// When the store fails.
pub async fn revisions(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    file: &FileRow,
) -> Result<Vec<RevisionRow>, PageError> {
    let Some((from, to)) = file.period_from.zip(file.period_to).filter(|_| file.counts.revised > 0) else {
        return Ok(Vec::new());
    };
    let (tenant, source) = (state.tenant(), file.source.as_str());
    let (before, number) = (file.file.saturating_sub(1), file.file);
    let (before, after) = match file.kind {
        FileKind::Statement => {
            let old = unit.statement_lines(tenant, from, to, before).await?;
            let new = unit.statement_lines(tenant, from, to, number).await?;
            (FileFacts::Statement(facts(old, source)), FileFacts::Statement(brought(new, file)))
        }
        FileKind::Opening => {
            let old = unit.opening_items(tenant, from, to, before).await?;
            let new = unit.opening_items(tenant, from, to, number).await?;
            (FileFacts::Opening(facts(old, source)), FileFacts::Opening(brought(new, file)))
        }
        FileKind::Payout => {
            let old = unit.payout_lines(tenant, from, to, before).await?;
            let new = unit.payout_lines(tenant, from, to, number).await?;
            (FileFacts::Payout(facts(old, source)), FileFacts::Payout(brought(new, file)))
        }
        FileKind::Bank => {
            let old = unit.bank_entries(tenant, from, to, before).await?;
            let new = unit.bank_entries(tenant, from, to, number).await?;
            (FileFacts::Bank(facts(old, source)), FileFacts::Bank(brought(new, file)))
        }
    };
    let row = |revision: import::Revision| RevisionRow {
        row: revision.row,
        key: revision.record_key,
        field: revision.field_ja.to_owned(),
        before: revision.before,
        after: revision.after,
    };
    Ok(import::revisions(&before, &after).into_iter().map(row).collect())
}

/// The rows of earlier files of the same days that a taken file has not.
///
/// # Errors
/// When the store fails.
pub async fn restated(state: &AppState, file: &FileRow) -> Result<Vec<RestatedRow>, PageError> {
    let row = |one: import::Restated| RestatedRow {
        file: Link::new(one.file.to_string(), format!("/imports/{}", one.file)),
        row: one.row,
        before: one.before,
        new_row: one.new_row,
        after: one.after,
    };
    Ok(import::restated_by(state, file).await?.into_iter().map(row).collect())
}

/// What a taken file changed in the period that it stands for; none of a file that adds.
///
/// # Errors
/// When the store fails.
pub async fn replaced(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    file: &FileRow,
) -> Result<Vec<ReplacedPeriod>, PageError> {
    let said = import::replaced_by_file(unit, state.tenant(), file).await?;
    Ok(said.iter().map(replaced_period).collect())
}

/// What a file changes in a period, as a page shows it.
pub fn replaced_period(said: &Replaced) -> ReplacedPeriod {
    let sum = |sum: RowSum| Sum { count: i64::from(sum.rows), amount: sum.amount };
    let row = |row: &ChangedRow| ReplacedRow {
        change: row.change.label_ja(),
        file: row.before_at.map(|(file, _)| Link::new(file.to_string(), format!("/imports/{file}"))),
        row: row.before_at.map(|(_, row)| row),
        before: row.before.clone(),
        new_row: row.after_at,
        after: row.after.clone(),
    };
    ReplacedPeriod {
        period: format!("{}〜{}", said.from, said.to),
        sums: [
            (Change::Added.label_ja(), sum(said.added)),
            (Change::Changed.label_ja(), sum(said.changed)),
            (Change::Withdrawn.label_ja(), sum(said.withdrawn)),
        ],
        rows: said.rows.iter().map(row).collect(),
        cut: usize::try_from(said.count()).is_ok_and(|count| count > said.rows.len()),
    }
}

/// What a source said; keys of rows are only its own.
fn facts<T>(stored: Vec<Stored<T>>, source: &str) -> Vec<T> {
    stored.into_iter().filter(|one| one.source == source).map(|one| one.fact).collect()
}

/// The rows that a file revised.
fn brought<T>(stored: Vec<Stored<T>>, file: &FileRow) -> Vec<T> {
    facts(stored.into_iter().filter(|one| one.file == file.file && one.revision > 1).collect(), &file.source)
}
