//! What a later file of the same source and days says otherwise where no key can say it: rows of an earlier file that it has not.
//!
//! A bank's entry has no number of its own; its key is made of everything that describes it (reconciliation.md 6.1), so a changed entry
//! is one that is gone and one that is new. The same happens to a payout whose key holds what was changed. Both rows are named, and
//! both stay: which of two files is right nobody can tell from them, and money that was seen is never taken away by a later silence.
//! Invariants: only ledgers are compared, an announcement never lists everything; a row is called gone only where the file speaks of
//! its day — it has another row of that day in common with the earlier file, or a new row that is like the one that is gone — so that
//! the second file of a day that carries on after the first is no alarm; at most [`RESTATED_MAX`] are named. Not here: rows that
//! keep their key ([`mod@super::revisions`]); sources whose newer file stands in the place of the earlier ([`mod@super::replaced`]).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use domain::{id::TenantId, time::CivilDate};
use formats::Notice;
use serde::Serialize;
use store::{
    UnitOfWork,
    files::{FileKind, FileMode},
};

use super::{
    facts::Part,
    lines::{self, Days, Line},
    settings::BankFormat,
};
use crate::jobs::JobError;

/// Most rows of a receipt that are named.
pub const RESTATED_MAX: usize = 100;

/// A row of an earlier file that a later file of the same days has not, and the row that stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restated {
    /// 受付番号 of the file that had it.
    pub file: u64,
    /// Row in that file.
    pub row: u32,
    /// What it says.
    pub before: String,
    /// Row in the new file; none where nothing there is like it.
    pub new_row: Option<u32>,
    /// What that one says; empty where there is none.
    pub after: String,
}

impl Restated {
    /// The line of a receipt.
    #[must_use]
    pub fn sentence_ja(&self) -> String {
        let Self { file, row, before, after, .. } = self;
        match self.new_row {
            Some(new) => format!(
                "前のファイル(受付番号 {file})の{row}行目「{before}」が、このファイルでは{new}行目「{after}」になっています。"
            ),
            None => {
                format!(
                    "前のファイル(受付番号 {file})の{row}行目「{before}」が、このファイルにはありません。"
                )
            }
        }
    }
}

/// Whether the rows of a source are compared with those of its earlier files where their keys cannot be.
pub fn is_compared(source: &str, kind: FileKind) -> bool {
    match kind {
        FileKind::Bank => BankFormat::of_source(source).is_some_and(|(_, format)| format.is_ledger()),
        FileKind::Payout => true,
        FileKind::Statement | FileKind::Opening => false,
    }
}

/// What a part of a file says otherwise than the files before number `watermark` + 1.
///
/// # Errors
/// When the store fails.
pub async fn restated(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    part: &Part,
    watermark: u64,
) -> Result<Vec<Restated>, JobError> {
    let Some(period) = part.period else { return Ok(Vec::new()) };
    if part.mode == FileMode::ReplacePeriod || !is_compared(&part.source, part.kind) {
        return Ok(Vec::new());
    }
    let stored = lines::stored(unit, tenant, (&part.source, part.kind), period, watermark).await?;
    Ok(compare(&ended_in(stored, period), &lines::of_facts(&part.facts)))
}

/// The rows whose last day lies in a period.
pub fn ended_in(mut lines: Vec<Line>, (_, to): Days) -> Vec<Line> {
    lines.retain(|line| line.day <= to);
    lines
}

/// What the new rows have not of the old ones, by file and row.
pub fn compare(before: &[Line], after: &[Line]) -> Vec<Restated> {
    let (old, new): (BTreeSet<_>, BTreeSet<_>) =
        (before.iter().map(Line::key).collect(), after.iter().map(Line::key).collect());
    let common: BTreeSet<CivilDate> =
        after.iter().filter(|line| old.contains(&line.key())).map(|line| line.day).collect();
    let mut gone: Vec<&Line> = before.iter().filter(|line| !new.contains(&line.key())).collect();
    let added: Vec<&Line> = after.iter().filter(|line| !old.contains(&line.key())).collect();
    gone.sort_by_key(|line| (line.file, line.identity.row));
    let mut found: Vec<Restated> = Vec::new();
    let mut taken = BTreeSet::new();
    for tier in 0..3 {
        let mut like: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
        for (place, line) in added.iter().enumerate().filter(|(place, _)| !taken.contains(place)) {
            if let Some(key) = line.likeness().into_iter().nth(tier).flatten() {
                like.entry(key).or_default().push_back(place);
            }
        }
        gone.retain(|line| {
            let key = line.likeness().into_iter().nth(tier).flatten();
            let Some(place) = key.and_then(|key| like.get_mut(&key)?.pop_front()) else { return true };
            taken.insert(place);
            found.push(pair(line, added.get(place).copied()));
            false
        });
    }
    found.extend(gone.into_iter().filter(|line| common.contains(&line.day)).map(|line| pair(line, None)));
    found.sort_by_key(|one| (one.file, one.row));
    found
}

fn pair(old: &Line, new: Option<&Line>) -> Restated {
    Restated {
        file: old.file,
        row: old.identity.row,
        before: old.words.clone(),
        new_row: new.map(|line| line.identity.row),
        after: new.map(|line| line.words.clone()).unwrap_or_default(),
    }
}

/// The notice over all of them, and one for each of the first; none where nothing differs.
pub fn notices(restated: &[Restated]) -> Vec<Notice> {
    if restated.is_empty() {
        return Vec::new();
    }
    let notice =
        |row, sentence_ja| Notice { row, field: "前のファイルとの違い".to_owned(), sentence_ja };
    let all = format!(
        "同じ日について前に取り込んだ行のうち{}行が、このファイルと違います。前の行も新しい行も残っています。どちらが正しいか、発行元に確かめてください。",
        restated.len()
    );
    let each = restated.iter().take(RESTATED_MAX).map(|one| notice(one.new_row, one.sentence_ja()));
    std::iter::once(notice(None, all)).chain(each).collect()
}

#[cfg(test)]
mod tests;
