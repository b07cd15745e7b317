//! What reading a file would give, without taking it: rows, refusals, counts and sums by class.
//!
//! Invariant: the same reader as an import; a file is refused here exactly when an import would refuse it.

use domain::{money::Yen, time::CivilDate};
use formats::{
    Refusal,
    statement::{self, RowClass, StatementRow, Totals},
    zengin::{self, BankAccountBlock},
};

use super::{DryRow, DryRun, DryTotal, Source, Upload, facts::options};

/// Most rows that a dry run shows.
pub const DRY_ROWS_MAX: usize = 20;

/// What reading a file of a known source would give.
pub fn of(source: &Source, upload: &Upload, name: &str, today: CivilDate) -> DryRun {
    match source {
        Source::Statement { profile, .. } => {
            let seen = statement::preview(&upload.bytes, profile, &options(upload, name, source));
            DryRun {
                source: Some(source.word()),
                rows: seen.rows.len(),
                total: seen.totals.net(),
                totals: statement_totals(&seen.totals),
                first_rows: seen.rows.iter().take(DRY_ROWS_MAX).map(statement_row).collect(),
                refused: seen.refused,
                refused_more: seen.refused_more,
                notices: seen.notices,
            }
        }
        Source::Bank => match zengin::read(&upload.bytes, &zengin::ReadOptions::strict(name, today)) {
            Ok(file) => {
                let entries = || file.accounts.iter().flat_map(|block| &block.entries);
                DryRun {
                    source: Some(source.word()),
                    rows: entries().count(),
                    total: entries().fold(Yen::ZERO, |sum, entry| sum.saturating_add(entry.amount)),
                    totals: file.accounts.iter().flat_map(bank_totals).collect(),
                    first_rows: entries().take(DRY_ROWS_MAX).map(bank_row).collect(),
                    refused: Vec::new(),
                    refused_more: 0,
                    notices: file.notices,
                }
            }
            Err(refusal) => only_refused(Some(source.word()), refusal),
        },
    }
}

/// A file of which nothing can be read.
pub fn only_refused(source: Option<String>, refusal: Refusal) -> DryRun {
    DryRun {
        source,
        rows: 0,
        total: Yen::ZERO,
        totals: Vec::new(),
        first_rows: Vec::new(),
        refused: vec![refusal],
        refused_more: 0,
        notices: Vec::new(),
    }
}

const fn class_ja(class: &RowClass) -> &'static str {
    match class {
        RowClass::Sale => "売上",
        RowClass::Refund => "返金",
        RowClass::Failed => "取引失敗",
        RowClass::Unclassified(_) => "未分類",
    }
}

/// Every class, also where it has no rows: a zero is an answer too.
fn statement_totals(totals: &Totals) -> Vec<DryTotal> {
    let unlisted = RowClass::Unclassified(String::new());
    let of =
        |class: &RowClass, count, amount| DryTotal { class_ja: class_ja(class).to_owned(), count, amount };
    vec![
        of(&RowClass::Sale, totals.sale_count, totals.sale_amount),
        of(&RowClass::Refund, totals.refund_count, totals.refund_amount),
        of(&RowClass::Failed, totals.failed_count, Yen::ZERO),
        of(&unlisted, totals.unclassified_count, totals.unclassified_amount),
    ]
}

fn statement_row(row: &StatementRow) -> DryRow {
    let numbers = [&row.acquirer_transaction_id, &row.terminal_or_pos_id, &row.slip_number];
    let words: Vec<&str> = numbers.into_iter().filter_map(Option::as_deref).collect();
    DryRow {
        row: row.row,
        at: row.at.to_paper(),
        class_ja: class_ja(&row.class),
        brand: row.brand.clone(),
        reference: words.join(" "),
        amount: row.amount,
    }
}

fn bank_totals(block: &BankAccountBlock) -> [DryTotal; 2] {
    let of = |word: &str, count, amount| DryTotal {
        class_ja: format!("{} {word}", block.account_key()),
        count,
        amount,
    };
    // The trailer names what went out without a sign.
    [
        of("入金", block.in_count, block.in_total),
        of("出金", block.out_count, Yen::ZERO.saturating_sub(block.out_total)),
    ]
}

fn bank_row(entry: &zengin::BankEntry) -> DryRow {
    DryRow {
        row: entry.row,
        at: entry.booked_on.to_string(),
        class_ja: if entry.amount.is_negative() { "出金" } else { "入金" },
        brand: None,
        reference: entry.remitter_kana_raw.trim().to_owned(),
        amount: entry.amount,
    }
}
