//! What reading a file would give, without taking it: rows, refusals, counts and sums by class.
//!
//! Invariant: the same reader as an import; a file is refused here exactly when an import would refuse it.

use std::collections::BTreeMap;

use domain::{id::ContractId, money::Yen, time::CivilDate};
use formats::{
    Notice, Refusal,
    bank::{self, Account, BankFileKind, BankReadOptions, BankStatement, Entry},
    payout::{self, PayoutFile, PayoutProfile, PayoutReadOptions, PayoutRow},
    statement::{self, Profile, RowClass, StatementRow, Totals},
};

use store::{facts::OpeningItem, files::FileFacts};

use super::{
    DryRow, DryRun, DryTotal, Source, Upload,
    facts::{Read, options},
    openings,
};

/// Most rows that a dry run shows.
pub const DRY_ROWS_MAX: usize = 20;

/// What reading a file of a known source would give.
pub fn of(source: &Source, upload: &Upload, name: &str, today: CivilDate) -> DryRun {
    let read = match source {
        Source::Statement { profile, .. } => return of_statement(source, profile, upload, name),
        Source::Bank(options) => {
            bank::read(&upload.bytes, options).map(|file| of_bank(source, options, file))
        }
        Source::Payout { profile, .. } => {
            let options = PayoutReadOptions { file_name: name.to_owned(), reference_date: today };
            payout::read(&upload.bytes, profile, &options).map(|file| of_payouts(source, profile, file))
        }
        Source::Opening(terms) => {
            openings::read(&upload.bytes, name, terms, upload.period).map(|read| of_openings(source, &read))
        }
    };
    read.unwrap_or_else(|refusal| only_refused(Some(source.word()), refusal))
}

fn of_statement(source: &Source, profile: &Profile, upload: &Upload, name: &str) -> DryRun {
    let seen = statement::preview(&upload.bytes, profile, &options(upload, name, source));
    let mut notices = seen.notices;
    notices.extend(profile.provenance.notice(&profile.name_ja, &profile.source));
    DryRun {
        source: Some(source.word()),
        rows: seen.rows.len(),
        total: seen.totals.net(),
        totals: statement_totals(&seen.totals),
        first_rows: seen.rows.iter().take(DRY_ROWS_MAX).map(statement_row).collect(),
        refused: seen.refused,
        refused_more: seen.refused_more,
        notices,
        replaced: Vec::new(),
    }
}

fn of_bank(source: &Source, options: &BankReadOptions, file: BankStatement) -> DryRun {
    let entries = || file.accounts.iter().flat_map(|block| &block.entries);
    let mut notices = file.notices.clone();
    if let (BankFileKind::Csv, Some(profile)) = (file.kind, &options.csv) {
        notices.extend(profile.provenance.notice(&profile.name_ja, &profile.source));
    }
    let announces = (!file.kind.is_ledger()).then(|| Notice {
        row: None,
        field: "数え方".to_owned(),
        sentence_ja: format!(
            "{}はお知らせです。設定で選ばないかぎり控えとして残し、入金には入出金明細を数えます。",
            file.kind.label_ja()
        ),
    });
    notices.extend(announces);
    DryRun {
        source: Some(source.word()),
        rows: entries().count(),
        total: entries().fold(Yen::ZERO, |sum, entry| sum.saturating_add(entry.amount)),
        totals: file.accounts.iter().flat_map(bank_totals).collect(),
        first_rows: entries().take(DRY_ROWS_MAX).map(bank_row).collect(),
        refused: Vec::new(),
        refused_more: 0,
        notices,
        replaced: Vec::new(),
    }
}

fn of_payouts(source: &Source, profile: &PayoutProfile, file: PayoutFile) -> DryRun {
    let count = u32::try_from(file.rows.len()).unwrap_or(u32::MAX);
    let total = |word: &str, amount| DryTotal { class_ja: word.to_owned(), count, amount };
    let mut notices = file.notices;
    notices.extend(profile.provenance.notice(&profile.name_ja, &profile.source));
    DryRun {
        source: Some(source.word()),
        rows: file.rows.len(),
        total: file.totals.net,
        totals: vec![
            total("売上", file.totals.gross),
            total("手数料", Yen::ZERO.saturating_sub(file.totals.fees)),
            total("支払額", file.totals.net),
        ],
        first_rows: file.rows.iter().take(DRY_ROWS_MAX).map(payout_row).collect(),
        refused: Vec::new(),
        refused_more: 0,
        notices,
        replaced: Vec::new(),
    }
}

fn of_openings(source: &Source, read: &Read) -> DryRun {
    let items = read.parts.iter().flat_map(|part| match &part.facts {
        FileFacts::Opening(items) => items.as_slice(),
        FileFacts::Statement(_) | FileFacts::Bank(_) | FileFacts::Payout(_) => &[],
    });
    let items: Vec<&OpeningItem> = items.collect();
    let mut totals: BTreeMap<&ContractId, (u32, Yen)> = BTreeMap::new();
    for item in &items {
        let sum = totals.entry(&item.contract).or_default();
        *sum = (sum.0.saturating_add(1), sum.1.saturating_add(item.amount));
    }
    let total = |(contract, (count, amount)): (&ContractId, (u32, Yen))| DryTotal {
        class_ja: format!("移行時の未収 {contract}"),
        count,
        amount,
    };
    let row = |item: &&OpeningItem| {
        let numbers = [&item.terminal_id, &item.slip_number, &item.approval_code];
        let words: Vec<&str> = numbers.into_iter().filter_map(Option::as_deref).collect();
        DryRow {
            row: item.identity.row,
            at: item.day.to_string(),
            class_ja: "移行時の未収",
            brand: item.brand.clone(),
            reference: words.join(" "),
            amount: item.amount,
        }
    };
    DryRun {
        source: Some(source.word()),
        rows: items.len(),
        total: items.iter().fold(Yen::ZERO, |sum, item| sum.saturating_add(item.amount)),
        totals: totals.into_iter().map(total).collect(),
        first_rows: items.iter().take(DRY_ROWS_MAX).map(row).collect(),
        refused: Vec::new(),
        refused_more: 0,
        notices: Vec::new(),
        replaced: Vec::new(),
    }
}

fn payout_row(row: &PayoutRow) -> DryRow {
    let paid = row.paid_on.map(|day| format!("支払日 {day}")).unwrap_or_default();
    let words = [row.payout_id.as_deref().unwrap_or_default(), &row.shop, &row.brand_word, &paid];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    DryRow {
        row: row.row,
        at: format!("{}〜{}", row.from, row.to),
        class_ja: "支払",
        brand: None,
        reference: words.join(" "),
        amount: row.net,
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
        replaced: Vec::new(),
    }
}

const fn class_ja(class: &RowClass) -> &'static str {
    match class {
        RowClass::Sale => "売上",
        RowClass::Refund => "返金",
        RowClass::Chargeback => "チャージバック",
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
        of(&RowClass::Chargeback, totals.chargeback_count, totals.chargeback_amount),
        of(&RowClass::Failed, totals.failed_count, Yen::ZERO),
        of(&unlisted, totals.unclassified_count, totals.unclassified_amount),
    ]
}

fn statement_row(row: StatementRow<'_>) -> DryRow {
    let numbers = [row.acquirer_transaction_id, row.terminal_or_pos_id, row.slip_number];
    let words: Vec<&str> = numbers.into_iter().flatten().collect();
    DryRow {
        row: row.row,
        at: row.at.to_paper(),
        class_ja: class_ja(&row.words.class),
        brand: row.words.brand.clone(),
        reference: words.join(" "),
        amount: row.amount,
    }
}

fn bank_totals(block: &Account) -> [DryTotal; 2] {
    let of = |word: &str, count, amount| DryTotal {
        class_ja: format!("{} {word}", block.account_key),
        count,
        amount,
    };
    // The trailer names what went out without a sign.
    [
        of("入金", block.in_count, block.in_total),
        of("出金", block.out_count, Yen::ZERO.saturating_sub(block.out_total)),
    ]
}

fn bank_row(entry: &Entry) -> DryRow {
    DryRow {
        row: entry.row,
        at: entry.booked_on.to_string(),
        class_ja: if entry.amount.is_negative() { "出金" } else { "入金" },
        brand: None,
        reference: entry.common.remitter_kana_raw.trim().to_owned(),
        amount: entry.amount,
    }
}
