//! `recon-server verify`: what is stored, or a bundle with nothing but itself; and writing bundles.
//!
//! Invariant: 0 where everything agrees, 3 where something differs (it is named), 1 where it could not be looked at.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::time::CivilDate;

use super::{Ended, OutputFormat, output, people::ACTOR};
use crate::{
    app::AppState,
    jobs::{
        audit::{
            Asked,
            bundle::{self, Written},
            check::{self, BundleCheck},
        },
        month::YearMonth,
        period::{self, Scope},
        reconcile::RECORDED_DAYS,
        verify::{self, Verification},
    },
};

/// What is looked at.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// 書き出した資料のフォルダー。省くと、このサーバーの記録を確かめる
    #[arg(value_name = "DIR", conflicts_with = "export")]
    pub folder: Option<PathBuf>,
    /// 照合の資料・設定・帳票・監査記録を、このフォルダーに書き出す
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
    /// 書き出す収納日報の取扱日。省くと今日
    #[arg(long, value_name = "YYYY-MM-DD", requires = "export")]
    date: Option<CivilDate>,
    /// 書き出す収納月報の年月
    #[arg(long, value_name = "YYYY-MM", requires = "export", conflicts_with = "date")]
    month: Option<YearMonth>,
    /// どの日の時点の照合か。省くと今日
    #[arg(long, value_name = "YYYY-MM-DD", requires = "export")]
    as_of: Option<CivilDate>,
}

/// Checks a bundle offline.
pub async fn check(folder: &Path, format: OutputFormat) -> anyhow::Result<Ended> {
    let found = check::check(folder).await?;
    output::value(format, &found, || check_words(&found))?;
    Ok(if found.whole() { Ended::Done } else { Ended::Differences })
}

/// Checks what is stored, or writes a bundle.
pub async fn verify(state: &AppState, args: VerifyArgs, format: OutputFormat) -> anyhow::Result<Ended> {
    let Some(folder) = &args.export else {
        let found = verify::verify(state).await?;
        output::value(format, &found, || words(&found))?;
        return Ok(if found.whole() { Ended::Done } else { Ended::Differences });
    };
    let asked = match args.month {
        Some(month) => Asked::Month(month.to_string()),
        None => Asked::Day(args.date.unwrap_or_else(|| state.today())),
    };
    write_bundle(state, folder, asked, args.as_of, format).await
}

/// Writes a bundle of a day or a month.
pub async fn write_bundle(
    state: &AppState,
    folder: &Path,
    asked: Asked,
    as_of: Option<CivilDate>,
    format: OutputFormat,
) -> anyhow::Result<Ended> {
    // As the papers themselves: never later than the last day on which a run still records the whole period.
    let first = match &asked {
        Asked::Day(day) => *day,
        Asked::Month(month) => month.parse::<YearMonth>()?.first(),
        Asked::Signed(scope) => scope.month.first(),
    };
    let month = YearMonth::of(first);
    // Of a signed month what was signed, unless another day to stand on is asked for.
    let signed = as_of.is_none() && period::lock_of(state, month).await?.is_some();
    let asked = if signed { Asked::Signed(Scope { month, contract: None }) } else { asked };
    let as_of = as_of.unwrap_or_else(|| state.today()).min(first.plus_days(RECORDED_DAYS));
    let written = bundle::write(state, folder, asked, as_of, ACTOR).await?;
    output::value(format, &written, || bundle_words(folder, &written))?;
    Ok(Ended::Done)
}

fn bundle_words(folder: &Path, written: &Written) -> String {
    let Written { manifest, sha256, run, as_of, files, entries, outputs } = written;
    let papers = outputs.len();
    format!(
        "{} に書き出しました: 照合 {run}({as_of}現在)、資料{files}件、記録{entries}件、帳票など{papers}件。\n監査記録 {manifest} の指紋: {sha256}\n確かめるには: recon-server verify {}",
        folder.display(),
        folder.display()
    )
}

fn check_words(found: &BundleCheck) -> String {
    let mut words = String::new();
    let mut say = |line: String| {
        words.push_str(&line);
        words.push('\n');
    };
    if let (Some(manifest), Some(run), Some(as_of)) = (found.manifest, found.run, found.as_of) {
        say(format!("監査記録 {manifest}: 照合 {run}({as_of}現在)"));
    }
    say(format!("指紋: {}", found.manifest_sha256));
    for one in &found.differences {
        say(format!("[相違] {} {}", one.file, one.sentence_ja));
    }
    match (found.whole(), found.done_again) {
        (true, _) => {
            say(format!("資料から計算し直した結果は、帳票など{}件とも1バイトも違いません。", found.papers))
        }
        (false, true) => say(format!("相違が{}件あります。", found.differences.len())),
        (false, false) => {
            say("資料か設定が監査記録と一致しないため、計算し直していません。".to_owned());
        }
    }
    words
}

fn words(found: &Verification) -> String {
    let line = |journal: &verify::JournalCheck| {
        let said = journal
            .broken
            .as_deref()
            .map_or_else(|| "鎖はつながっています".to_owned(), |why| format!("切れています: {why}"));
        format!("{} 世代{} {}件: {said}\n", journal.counter, journal.incarnation.0, journal.entries)
    };
    let mut words: String = found.journals.iter().map(line).collect();
    words.push_str(&format!("別に保管: {}件、読めない記録: {}件\n", found.aside, found.unread));
    words.push_str(&format!("監査記録: {}件、資料: {}件\n", found.manifests, found.files));
    words.push_str(&format!("突合用の写し: {}行\n", found.packed_rows));
    for broken in &found.broken {
        words.push_str(&format!("[相違] {broken}\n"));
    }
    words
}
