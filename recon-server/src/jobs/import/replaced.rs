//! A file that stands in the place of the earlier ones for the days that it covers (期間ごとの置き換え).
//!
//! Source: reconciliation.md 5.2 and 5.5, "replace-period sources". What the new file repeats unchanged stays the same fact; what it says
//! otherwise under the same key is a revision; what it no longer has is withdrawn: kept, and no longer counted from this file on. The
//! period is the one that the file declares or the person who hands it in, else from the first day of its rows to the last.
//!
//! Invariants: nothing is withdrawn by a file that has no row, whose period is not known, or whose period cuts a row in two: such a file
//! is refused, and everything stays. What came last holds. Not here: whether a source's files replace ([`super::settings`]).

use std::collections::BTreeMap;

use domain::money::Yen;
use formats::{Notice, Refusal};
use serde::Serialize;
use store::facts::RowRevision;

use super::{
    lines::{Days, Line},
    source::refusal,
};

/// Most rows of a receipt that are named; the sums know all.
pub const CHANGES_MAX: usize = 100;

/// Rows and their yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct RowSum {
    /// Rows.
    pub rows: u32,
    /// Yen, signed.
    pub amount: Yen,
}

impl RowSum {
    const fn add(&mut self, amount: Yen) {
        self.rows = self.rows.saturating_add(1);
        self.amount = self.amount.saturating_add(amount);
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// 取下げ: the new file no longer has it.
    Withdrawn,
    /// 変更: the new file says something else of it.
    Changed,
    /// 追加: only the new file has it.
    Added,
}

impl Change {
    /// In Japanese.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Withdrawn => "取下げ",
            Self::Changed => "変更",
            Self::Added => "追加",
        }
    }
}

/// One row that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedRow {
    /// What became of it.
    pub change: Change,
    /// 受付番号 of the earlier file and the row there.
    pub before_at: Option<(u64, u32)>,
    /// What that one said; empty where there is none.
    pub before: String,
    /// Row in the new file.
    pub after_at: Option<u32>,
    /// What that one says; empty where there is none.
    pub after: String,
}

impl ChangedRow {
    /// The line of a receipt.
    #[must_use]
    pub fn sentence_ja(&self) -> String {
        let before = self.before_at.map_or_else(String::new, |(file, row)| {
            format!("受付番号 {file} の{row}行目「{}」", self.before)
        });
        let after = self
            .after_at
            .map_or_else(String::new, |row| format!("このファイルの{row}行目「{}」", self.after));
        match self.change {
            Change::Withdrawn => format!("取下げ: {before}"),
            Change::Changed => format!("変更: {before}→{after}"),
            Change::Added => format!("追加: {after}"),
        }
    }
}

/// What a file changed in the period that it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replaced {
    /// First day of the period.
    pub from: domain::time::CivilDate,
    /// Last day of the period.
    pub to: domain::time::CivilDate,
    /// 追加
    pub added: RowSum,
    /// 変更: rows, and by how many yen their sum is another.
    pub changed: RowSum,
    /// 取下げ: rows, and their yen, which no longer count.
    pub withdrawn: RowSum,
    /// The first of them, at most [`CHANGES_MAX`]: what was withdrawn, then what was changed, then what was added.
    pub rows: Vec<ChangedRow>,
}

impl Replaced {
    /// What the period's rows were and are, compared. Rows outside the period are not looked at.
    pub fn of((from, to): Days, before: &[Line], after: &[Line]) -> Self {
        let within = |line: &&Line| line.lies_in((from, to));
        let old: BTreeMap<_, &Line> = before.iter().filter(within).map(|line| (line.key(), line)).collect();
        let new: BTreeMap<_, &Line> = after.iter().filter(within).map(|line| (line.key(), line)).collect();
        let mut said = Self {
            from,
            to,
            added: RowSum::default(),
            changed: RowSum::default(),
            withdrawn: RowSum::default(),
            rows: Vec::new(),
        };
        for line in new.values() {
            match old.get(&line.key()) {
                None => {
                    said.added.add(line.amount);
                    said.rows.push(row(Change::Added, None, Some(line)));
                }
                Some(was) if was.identity.content_sha256 != line.identity.content_sha256 => {
                    said.changed.add(line.amount.saturating_sub(was.amount));
                    said.rows.push(row(Change::Changed, Some(was), Some(line)));
                }
                Some(_) => {}
            }
        }
        for line in old.values().filter(|line| !new.contains_key(&line.key())) {
            said.withdrawn.add(line.amount);
            said.rows.push(row(Change::Withdrawn, Some(line), None));
        }
        said.rows.sort_by_key(|row| (row.change, row.before_at, row.after_at));
        said.rows.truncate(CHANGES_MAX);
        said
    }

    /// Rows that are not as they were.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.added.rows.saturating_add(self.changed.rows).saturating_add(self.withdrawn.rows)
    }

    /// The sentence over all of them.
    #[must_use]
    pub fn sentence_ja(&self) -> String {
        let Self { from, to, added, changed, withdrawn, .. } = self;
        format!(
            "{from}〜{to}を、このファイルの内容に置き換えます。追加 {}行 {}円、変更 {}行(差 {}円)、取下げ {}行 {}円。取り下げた行も控えとして残ります。",
            added.rows, added.amount, changed.rows, changed.amount, withdrawn.rows, withdrawn.amount
        )
    }

    /// The notice over all of them, and one for each of the first; none where everything is as it was.
    pub fn notices(&self) -> Vec<Notice> {
        if self.count() == 0 {
            return Vec::new();
        }
        let notice =
            |row, sentence_ja| Notice { row, field: "期間の置き換え".to_owned(), sentence_ja };
        let all = std::iter::once(notice(None, self.sentence_ja()));
        // What is only added needs no line of its own: the rows of the file are at hand.
        let told = self.rows.iter().filter(|row| row.change != Change::Added);
        all.chain(told.map(|row| notice(row.after_at, row.sentence_ja()))).collect()
    }
}

fn row(change: Change, before: Option<&Line>, after: Option<&Line>) -> ChangedRow {
    ChangedRow {
        change,
        before_at: before.map(|line| (line.file, line.identity.row)),
        before: before.map(|line| line.words.clone()).unwrap_or_default(),
        after_at: after.map(|line| line.identity.row),
        after: after.map(|line| line.words.clone()).unwrap_or_default(),
    }
}

/// What taking a file in would do to the rows of earlier files.
#[derive(Debug)]
pub struct Plan {
    /// What is told.
    pub replaced: Replaced,
    /// The rows that are withdrawn.
    pub withdrawn: Vec<RowRevision>,
}

/// Plans the replacement of a period by the rows of a file; `before` are the stored rows that touch the period.
///
/// # Errors
/// The refusal of the whole file, where it would take back rows that it says nothing about.
pub fn plan(name: &str, period: Option<Days>, before: &[Line], after: &[Line]) -> Result<Plan, Refusal> {
    let Some((from, to)) = period else {
        let remedy = "この資料は期間ごとに置き換えます。対象期間の始めの日と終わりの日を指定してください。";
        return Err(refusal(name, "対象期間", "分かりません", remedy));
    };
    let outside = |line: &&Line| !line.lies_in((from, to));
    if let Some(line) = after.iter().find(outside) {
        let remedy = format!(
            "この資料は期間ごとに置き換えます。対象期間({from}〜{to})の外の行です。対象期間を確かめてください。"
        );
        return Err(Refusal {
            row: Some(line.identity.row),
            ..refusal(name, "対象期間", &line.words, &remedy)
        });
    }
    let new: std::collections::BTreeSet<_> = after.iter().map(Line::key).collect();
    let gone: Vec<&Line> = before.iter().filter(|line| !new.contains(&line.key())).collect();
    if let Some(line) = gone.iter().copied().find(outside) {
        let remedy = format!(
            "受付番号 {} の{}行目が対象期間({from}〜{to})の端をまたいでいるため、置き換えると二重になるか欠けます。その行の期間を全部含むファイルを取り込んでください。",
            line.file, line.identity.row
        );
        return Err(refusal(name, "対象期間", &line.words, &remedy));
    }
    if after.is_empty() && !gone.is_empty() {
        let sum = gone.iter().fold(Yen::ZERO, |sum, line| sum.saturating_add(line.amount));
        let remedy = format!(
            "行のないファイルでは、取り込み済みの{from}〜{to}の{}行 {sum}円を取り下げません。発行元から取り直してください。",
            gone.len()
        );
        return Err(refusal(name, "明細の行", "1件もありません", &remedy));
    }
    let withdrawn = gone.iter().map(|line| line.revision()).collect();
    Ok(Plan { replaced: Replaced::of((from, to), before, after), withdrawn })
}

#[cfg(test)]
mod tests;
