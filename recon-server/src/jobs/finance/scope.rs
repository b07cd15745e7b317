//! Which of a period's lines a file takes, and what is said of the others.
//!
//! Invariants: a line that a file does not take is counted and named, never dropped in silence (DESIGN 3.13); a line whose yen would stand
//! in no column of the layout makes no file at all.

use std::collections::BTreeMap;

use domain::money::Yen;
use formats::export::{ExportRow, Lane, Owners, RowField, Template};

use super::expenditure;

/// What a file takes.
pub struct Scope {
    /// Its rows: revenue, refunds, expenditures.
    pub rows: Vec<ExportRow>,
    /// What a person should know, one Japanese sentence each.
    pub notices: Vec<String>,
}

/// Keeps what the template takes.
///
/// # Errors
/// Says which column the layout lacks.
pub fn narrow(template: &Template, all: Vec<ExportRow>) -> Result<Scope, String> {
    let (mut rows, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| template.takes(row));
    rows.sort_by_key(|row| row.lane);
    for (field, word, of) in AMOUNTS {
        let has = template.row.iter().any(|column| column.field == Some(field));
        let sum = sum(rows.iter().map(of));
        if !has && sum != Yen::ZERO {
            return Err(format!(
                "様式「{}」に{word}の欄がないため、{sum}円を書くところがありません。欄を足すか、様式の lanes で対象を分けてください。",
                template.name_ja
            ));
        }
    }
    let mut notices = left_out(&left);
    if expenditure::book(&mut rows, template) {
        notices.push(format!(
            "様式「{}」に歳出の科目（expenditure）が書かれていないため、歳出の行の科目は空です。",
            template.name_ja
        ));
    }
    Ok(Scope { rows, notices })
}

type Amount = (RowField, &'static str, fn(&ExportRow) -> Yen);

/// Every column of yen.
const AMOUNTS: [Amount; 4] = [
    (RowField::Amount, "金額", |row| row.amount),
    (RowField::Fee, "手数料", |row| row.fee),
    (RowField::Refund, "還付", |row| row.refund),
    (RowField::Repayment, "償還金", |row| row.repayment),
];

/// `この様式に載せないもの: 指定管理者 甲 の歳入 3行 1,200円。`
fn left_out(left: &[ExportRow]) -> Vec<String> {
    let mut sums: BTreeMap<(&str, Lane), (usize, Yen)> = BTreeMap::new();
    for row in left {
        let entry = sums.entry((&row.owner, row.lane)).or_default();
        entry.0 += 1;
        entry.1 = entry.1.saturating_add(sum(AMOUNTS.iter().map(|(.., of)| of(row))));
    }
    let words = |((owner, lane), (rows, yen)): ((&str, Lane), (usize, Yen))| {
        let owner = if owner.is_empty() { "団体" } else { owner };
        format!("この様式に載せないもの: {owner}の{} {rows}行 {yen}円。", lane.label_ja())
    };
    sums.into_iter().map(words).collect()
}

fn sum(amounts: impl IntoIterator<Item = Yen>) -> Yen {
    amounts.into_iter().fold(Yen::ZERO, Yen::saturating_add)
}

/// `団体の分、歳入・戻出`: what a file of this template holds.
#[must_use]
pub fn scope_ja(template: &Template) -> String {
    let owners = match template.owners {
        Owners::City => "団体の分",
        Owners::Others => "団体以外の分（帰属別）",
        Owners::All => "すべて（帰属別）",
    };
    let lanes = Lane::ALL.into_iter().filter(|lane| template.lanes.contains(lane)).map(Lane::label_ja);
    format!("{owners}、{}", lanes.collect::<Vec<_>>().join("・"))
}

#[cfg(test)]
mod tests;
