//! `recon-server import`: a file in, or (with `--preview`) only what it would bring.
//!
//! Invariant: a preview changes nothing; a profile that is not installed is only ever tried, never used to take a file in.

use std::path::Path;

use anyhow::Context;
use domain::time::CivilDate;

use super::{Ended, OutputFormat, output, people::ACTOR};
use crate::{
    app::AppState,
    jobs::{
        expected,
        import::{self, DryRow, DryRun, OnDisk, Outcome, ProfileDraft, Receipt, Upload},
    },
};

/// What `--source` may be.
const SOURCE_USAGE: &str = "--source は 契約ID、payout:契約ID、bank、bank:口座、opening のどれかです";

/// What is said of a file that is to be taken in.
pub fn on_disk<'p>(
    file: &'p Path,
    source: &str,
    period: Option<(CivilDate, CivilDate)>,
) -> anyhow::Result<OnDisk<'p>> {
    let source = source.parse().context(SOURCE_USAGE)?;
    Ok(OnDisk {
        path: file,
        source,
        period,
        uploader: ACTOR.to_owned(),
        in_one_piece_max_bytes: import::FILE_LENGTH_MAX_BYTES,
    })
}

/// The file as it is looked at.
pub fn upload(file: &Path, source: &str, period: Option<(CivilDate, CivilDate)>) -> anyhow::Result<Upload> {
    Ok(Upload {
        source: source.parse().context(SOURCE_USAGE)?,
        name: plain_name(file),
        bytes: std::fs::read(file).with_context(|| format!("read {}", file.display()))?,
        period,
        uploader: ACTOR.to_owned(),
    })
}

fn plain_name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Takes a file in, however long it is.
pub async fn take(state: &AppState, file: &OnDisk<'_>, format: OutputFormat) -> anyhow::Result<Ended> {
    let path = file.path.display();
    let outcome = import::import_file(state, file).await.with_context(|| format!("import {path}"))?;
    output::value(format, &outcome, || import_words(&outcome))?;
    Ok(if matches!(outcome, Outcome::Refused { .. }) { Ended::Refused } else { Ended::Done })
}

/// Says what a file would bring: rows, sums by class, refusals.
pub async fn preview(
    state: &AppState,
    upload: &Upload,
    profile: Option<&Path>,
    format: OutputFormat,
) -> anyhow::Result<Ended> {
    let seen = match profile {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
            import::preview_with(upload, &ProfileDraft { name: plain_name(file), text }, state.today())
        }
        None => import::preview(state, upload).await?,
    };
    output::value(format, &seen, || dry_run_words(&seen))?;
    Ok(if seen.refused.is_empty() { Ended::Done } else { Ended::Refused })
}

/// Lists the files that are expected, and whether they came.
pub async fn expected(
    state: &AppState,
    as_of: Option<CivilDate>,
    from: Option<CivilDate>,
    format: OutputFormat,
) -> anyhow::Result<Ended> {
    let as_of = as_of.unwrap_or_else(|| state.today());
    let list = expected::expected(state, as_of, from).await?;
    output::value(format, &list, || {
        let line = |row: &expected::ExpectedFile| {
            let by = row.by.as_deref().map(|hour| format!(" {hour}")).unwrap_or_default();
            let state = row.state.label_ja();
            format!("{} {}〜{} 期日 {}{by} {state}\n", row.label_ja, row.from, row.to, row.due_on)
        };
        list.iter().map(line).collect()
    })?;
    let late = list.iter().any(|row| row.state == expected::ExpectedState::Overdue);
    Ok(if late { Ended::Differences } else { Ended::Done })
}

/// Lists every profile with where it is from.
pub fn profiles(state: &AppState, format: OutputFormat) -> anyhow::Result<Ended> {
    let (list, faults) = import::profile_list(state);
    output::value(format, &serde_json::json!({ "profiles": list, "faults": faults }), || {
        let line = |entry: &import::ProfileEntry| {
            let kind = match entry.kind {
                import::ProfileKind::Statement => "取引明細",
                import::ProfileKind::Payout => "支払明細",
                import::ProfileKind::BankCsv => "銀行CSV",
            };
            let own = entry.file.as_ref().map(|file| format!("、{file}")).unwrap_or_default();
            let provenance = entry.provenance.label_ja();
            format!(
                "{} [{kind}、{provenance}{own}] {}\n    出典: {}\n",
                entry.id, entry.name_ja, entry.source
            )
        };
        let fault = |fault: &formats::Refusal| format!("使えない様式: {fault}\n");
        list.iter().map(line).chain(faults.iter().map(fault)).collect()
    })?;
    Ok(if faults.is_empty() { Ended::Done } else { Ended::Refused })
}

fn import_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted { receipts, notices } => {
            let receipt = |r: &Receipt| {
                let withdrawn = r.replaced.as_ref().map(|said| said.withdrawn.rows);
                let withdrawn = withdrawn.map(|rows| format!("、取下げ{rows}件")).unwrap_or_default();
                format!(
                    "取り込みました(受付番号 {}、{}): 新規{}件、訂正{}件、既知{}件{withdrawn}\n",
                    r.file, r.source, r.new, r.revised, r.unchanged
                )
            };
            let notice = |n: &formats::Notice| format!("お知らせ: {}\n", n.sentence_ja);
            receipts.iter().map(receipt).chain(notices.iter().map(notice)).collect()
        }
        Outcome::SeenBefore { sentence_ja, .. } => sentence_ja.clone(),
        Outcome::Refused { file, refusal } => {
            format!("取り込めません(受付番号 {file}): {refusal}")
        }
    }
}

fn dry_run_words(seen: &DryRun) -> String {
    let whose = seen.source.as_deref().unwrap_or("不明");
    let mut words = format!("読める行: {}件、合計 {}円({whose})\n", seen.rows, seen.total);
    for total in &seen.totals {
        words.push_str(&format!("  {} {}件 {}円\n", total.class_ja, total.count, total.amount));
    }
    let row = |row: &DryRow| {
        let brand = row.brand.as_ref().map(|brand| format!(" {brand}")).unwrap_or_default();
        format!("  {}行目 {} {}{brand} {}円 {}\n", row.row, row.at, row.class_ja, row.amount, row.reference)
    };
    words.extend(seen.first_rows.iter().map(row));
    let more = seen.rows.saturating_sub(seen.first_rows.len());
    if more > 0 {
        words.push_str(&format!("  ほか{more}件\n"));
    }
    for refusal in &seen.refused {
        words.push_str(&format!("取り込めません: {refusal}\n"));
    }
    if seen.refused_more > 0 {
        words.push_str(&format!("取り込めない理由はほかに{}件あります。\n", seen.refused_more));
    }
    for notice in &seen.notices {
        words.push_str(&format!("お知らせ: {}\n", notice.sentence_ja));
    }
    words
}
