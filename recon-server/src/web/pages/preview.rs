//! What a file looks like before it is taken: rows, sums, gates, refusals.
//!
//! Invariant: whether it can be taken is said by [`import::preview`], the same code that takes it; this page only shows more of it.

use domain::money::Yen;
use formats::{
    Notice, Refusal,
    bank::BankFileKind,
    statement::{self, ReadOptions, StatementRow, Totals},
    zengin::{self, BankAccountBlock},
};

use super::{day_and_time, records::source_words, revised::replaced_period};
use crate::{
    app::AppState,
    jobs::import::{self, DryRow, DryRun, DryTotal, Upload},
    web::{
        failure::PageError,
        view::{
            form::FormId,
            imports::{Gate, PreviewPage, PreviewRow, RefusedRow},
            shell::Shell,
            words::{Link, Sum},
        },
    },
};

/// Rows that are shown.
const ROWS_SHOWN_MAX: usize = 50;
/// Receipts that are searched for the same file.
const EARLIER_MAX: u32 = 1_000;

/// What the formats say of a file beyond the dry run.
#[derive(Default)]
struct Contents {
    totals: Vec<(String, Sum)>,
    gates: Vec<Gate>,
    rows: Vec<PreviewRow>,
    period: Option<String>,
}

/// The preview of an upload.
pub async fn page(
    state: &AppState,
    shell: Shell,
    form: FormId,
    sha256: &str,
    upload: &Upload,
) -> Result<PreviewPage, PageError> {
    let dry = import::preview(state, upload).await?;
    let contracts = import::contracts(state).await?;
    let contents = match dry.source.as_deref() {
        Some("bank") if formats::bank::recognise(&upload.bytes) == Some(BankFileKind::ZenginLedger) => {
            bank(upload, state)
        }
        Some(source) if matches!(source, "bank" | "opening") || source.starts_with("payout:") => {
            of_dry_run(&dry)
        }
        Some(contract) => {
            let found = contracts.iter().find(|known| known.id.as_str() == contract);
            statement(state, upload, found.and_then(|known| known.statement_profile.as_deref()))
        }
        None => Contents::default(),
    };
    let earlier = state.store.snapshot().await?.files(state.tenant(), None, EARLIER_MAX).await?;
    let seen = earlier
        .iter()
        .find(|row| row.state == store::files::FileState::Accepted && hex::encode(row.sha256) == sha256);
    Ok(PreviewPage {
        shell,
        form,
        source: source_words(&contracts, dry.source.as_deref().unwrap_or("?")),
        file: upload.name.clone(),
        sha256: sha256.to_owned(),
        period: period(upload, contents.period),
        totals: contents.totals,
        gates: contents.gates,
        remarks: dry.notices.iter().map(remark).collect(),
        refused_more: dry.refused_more,
        rows_count: dry.rows,
        refused: refused(&dry),
        rows: contents.rows,
        seen_before: seen
            .map(|row| Link::new(format!("受付票 {}", row.file), format!("/imports/{}", row.file))),
        replaced: dry.replaced.iter().map(replaced_period).collect(),
    })
}

/// What the dry run itself shows: of every format that has no page of its own.
fn of_dry_run(dry: &DryRun) -> Contents {
    let sum = |total: &DryTotal| {
        (total.class_ja.clone(), Sum { count: i64::from(total.count), amount: total.amount })
    };
    let row = |row: &DryRow| PreviewRow {
        row: row.row,
        at: row.at.clone(),
        kind: row.class_ja.to_owned(),
        reference: row.reference.clone(),
        amount: row.amount,
    };
    Contents {
        totals: dry.totals.iter().map(sum).collect(),
        rows: dry.first_rows.iter().map(row).collect(),
        ..Contents::default()
    }
}

fn refused(dry: &DryRun) -> Vec<RefusedRow> {
    let row = |refusal: &Refusal| RefusedRow {
        row: refusal.row,
        field: refusal.field.clone(),
        found: refusal.found.clone(),
        remedy: refusal.remedy.clone(),
    };
    dry.refused.iter().map(row).collect()
}

fn remark(notice: &Notice) -> String {
    let row = notice.row.map_or_else(String::new, |row| format!("{row}行目 "));
    format!("{row}{}: {}", notice.field, notice.sentence_ja)
}

fn period(upload: &Upload, found: Option<String>) -> String {
    match (upload.period, found) {
        (Some((from, to)), _) => format!("{from} 〜 {to}"),
        (None, Some(found)) => found,
        (None, None) => "—".to_owned(),
    }
}

fn statement(state: &AppState, upload: &Upload, profile: Option<&str>) -> Contents {
    // A profile that cannot be used is among the refusals of the dry run.
    let Some(Ok(profile)) = profile.map(|id| import::profile(state, id)) else { return Contents::default() };
    let options = ReadOptions { period: upload.period, ..ReadOptions::named(&upload.name) };
    let seen = statement::preview(&upload.bytes, &profile, &options);
    let days = || seen.rows.iter().map(|row| row.at.date());
    Contents {
        totals: sums(&seen.totals),
        gates: Vec::new(),
        rows: seen.rows.iter().take(ROWS_SHOWN_MAX).map(statement_row).collect(),
        period: days().min().zip(days().max()).map(|(from, to)| format!("{from} 〜 {to}")),
    }
}

fn sums(totals: &Totals) -> Vec<(String, Sum)> {
    let sum = |word: &str, count: u32, amount| (word.to_owned(), Sum { count: i64::from(count), amount });
    let mut sums = vec![
        sum("売上", totals.sale_count, totals.sale_amount),
        sum("返金", totals.refund_count, totals.refund_amount),
    ];
    if totals.chargeback_count > 0 {
        sums.push(sum("チャージバック", totals.chargeback_count, totals.chargeback_amount));
    }
    if totals.failed_count > 0 {
        sums.push(sum("取引失敗（お金は動いていません）", totals.failed_count, Yen::ZERO));
    }
    if totals.unclassified_count > 0 {
        sums.push(sum("状態が分からない行", totals.unclassified_count, totals.unclassified_amount));
    }
    sums
}

fn statement_row(row: StatementRow<'_>) -> PreviewRow {
    let numbers =
        [("伝票", row.slip_number), ("取引", row.acquirer_transaction_id), ("端末", row.terminal_or_pos_id)];
    let words = numbers.into_iter().filter_map(|(word, value)| Some(format!("{word} {}", value?)));
    PreviewRow {
        row: row.row,
        at: day_and_time(row.at),
        kind: row.words.status_word.to_string(),
        reference: words.collect::<Vec<_>>().join("、"),
        amount: row.amount,
    }
}

fn bank(upload: &Upload, state: &AppState) -> Contents {
    let options = zengin::ReadOptions::strict(&upload.name, state.today());
    let Ok(file) = zengin::read(&upload.bytes, &options) else { return Contents::default() };
    let mut contents = Contents::default();
    for block in &file.accounts {
        gates(&mut contents.gates, block);
        let sum = |word: &str, count: u32, amount| {
            (format!("{} {word}", block.account_key()), Sum { count: i64::from(count), amount })
        };
        contents.totals.push(sum("入金", block.in_count, block.in_total));
        contents.totals.push(sum("出金", block.out_count, block.out_total));
    }
    let entries = file.accounts.iter().flat_map(|block| &block.entries);
    contents.rows = entries
        .take(ROWS_SHOWN_MAX)
        .map(|entry| PreviewRow {
            row: entry.row,
            at: entry.booked_on.to_string(),
            kind: if entry.amount.is_negative() { "出金".to_owned() } else { "入金".to_owned() },
            reference: [entry.common.remitter_kana_raw.trim(), entry.common.summary.trim()].join(" "),
            amount: entry.amount,
        })
        .collect();
    let from = file.accounts.iter().filter_map(|block| block.period_from).min();
    let to = file.accounts.iter().filter_map(|block| block.period_to).max();
    contents.period = from.zip(to).map(|(from, to)| format!("{from} 〜 {to}"));
    contents
}

/// What the trailer declares beside what the entries add up to. The reader has refused any that differ.
fn gates(gates: &mut Vec<Gate>, block: &BankAccountBlock) {
    let sum = |wanted: fn(Yen) -> bool| {
        let amounts = block.entries.iter().map(|entry| entry.amount).filter(|amount| wanted(*amount));
        amounts.fold((0_usize, Yen::ZERO), |(count, sum), amount| (count + 1, sum.saturating_add(amount)))
    };
    let (in_count, in_sum) = sum(|amount| !amount.is_negative());
    let (out_count, out_sum) = sum(Yen::is_negative);
    let out_sum = Yen::ZERO.saturating_sub(out_sum);
    let closing = block.opening.saturating_add(in_sum).saturating_sub(out_sum);
    let mut gate = |name: &str, declared: String, computed: String| {
        let agrees = declared == computed;
        gates.push(Gate { name: format!("{} {name}", block.account_key()), declared, computed, agrees });
    };
    gate("入金", format!("{}件 {}円", block.in_count, block.in_total), format!("{in_count}件 {in_sum}円"));
    gate(
        "出金",
        format!("{}件 {}円", block.out_count, block.out_total),
        format!("{out_count}件 {out_sum}円"),
    );
    gate("取引後残高", format!("{}円", block.closing), format!("{closing}円"));
}
