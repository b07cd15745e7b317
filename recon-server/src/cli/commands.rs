//! The commands that read and change what the centre keeps.

use std::path::Path;

use anyhow::Context;
use domain::{id::CounterId, time::CivilDate};
use engine::Verdict;
use serde_json::json;

use super::{
    Ended, OutputFormat, output,
    people::{self, ACTOR},
};
use crate::{
    app::AppState,
    config::Config,
    counters::{Purpose, make_code},
    doctor, jobs, set_up,
};

/// Opening the store has already brought it up to date.
pub fn migrated(format: OutputFormat) -> anyhow::Result<Ended> {
    output::value(format, &json!({ "migrated": true }), || "データベースは最新の形です。".to_owned())?;
    Ok(Ended::Done)
}

pub async fn set_up(
    state: &AppState,
    file: &Path,
    by: Option<&str>,
    format: OutputFormat,
) -> anyhow::Result<Ended> {
    let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    let by = match by {
        Some(by) => people::named(state, by).await?,
        None => ACTOR.to_owned(),
    };
    let done = set_up::apply(state, &set_up::read(&text)?, &by).await?;
    output::value(format, &done, || {
        let mut words = format!(
            "登録しました: 契約{}件、窓口{}か所、銀行の休業日{}日、窓口の休業{}日。",
            done.contracts,
            done.counters.len(),
            done.bank_holidays,
            done.counter_holidays
        );
        for contract in &done.waiting {
            words.push_str(&format!(
                "\n契約 {contract}: 手数料の決まりの変更が承認待ちです。別の人が confirm approve で承認するまで、前の決まりで計算します。"
            ));
        }
        words
    })?;
    Ok(Ended::Done)
}

pub async fn code(
    state: &AppState,
    counter: &CounterId,
    purpose: Purpose,
    format: OutputFormat,
) -> anyhow::Result<Ended> {
    let made = make_code(state, ACTOR, counter, purpose).await?;
    output::value(format, &made, || {
        format!(
            "窓口 {} の登録コード(一度だけ、{} まで): {}",
            made.counter,
            made.expires_at.to_paper(),
            made.code
        )
    })?;
    Ok(Ended::Done)
}

pub async fn counters(state: &AppState, format: OutputFormat) -> anyhow::Result<Ended> {
    let rows = state.store.snapshot().await?.counters(state.tenant()).await?;
    let values: Vec<_> = rows
        .iter()
        .map(|row| {
            let current = row.current.as_ref();
            json!({
                "counter": row.counter, "label": row.profile.counter_label, "profile_version": row.profile_version,
                "incarnation": current.map(|now| now.incarnation),
                "entries": current.map_or(0, |now| now.head.sequence_number.0),
                "last_received_at": current.and_then(|now| now.last_received_at),
            })
        })
        .collect();
    output::value(format, &values, || {
        let line = |row: &store::counters::CounterRow| {
            let state = row.current.as_ref().map_or_else(
                || "未登録".to_owned(),
                |now| format!("世代{} 記録{}件", now.incarnation.0, now.head.sequence_number.0),
            );
            format!("{}  {}  {state}\n", row.counter, row.profile.counter_label)
        };
        rows.iter().map(line).collect()
    })?;
    Ok(Ended::Done)
}

pub async fn reconcile(
    state: &AppState,
    as_of: Option<CivilDate>,
    format: OutputFormat,
) -> anyhow::Result<Ended> {
    let run = jobs::reconcile::reconcile(state, as_of.unwrap_or_else(|| state.today()), ACTOR).await?;
    output::value(format, &run, || {
        format!(
            "照合 {}({}現在): {}。突合{}件、不一致{}件、窓口への決定{}件。",
            run.run,
            run.as_of,
            run.verdict.label_ja(),
            run.links,
            run.exceptions,
            run.decisions
        )
    })?;
    Ok(judged(run.verdict))
}

/// What a verdict means for the caller: 一致 is done, anything else differs.
pub const fn judged(verdict: Verdict) -> Ended {
    if matches!(verdict, Verdict::Matched) { Ended::Done } else { Ended::Differences }
}

pub async fn backup(config: &Config, file: &Path, format: OutputFormat) -> anyhow::Result<Ended> {
    let copy = jobs::backup::backup(config, file).await?;
    output::value(format, &copy, || {
        format!(
            "控えを取りました: {}({}バイト、検査済み)。署名鍵 {} は別に保管してください。",
            copy.file.display(),
            copy.length_bytes,
            copy.master_key_file.display()
        )
    })?;
    Ok(Ended::Done)
}

pub async fn doctor(state: &AppState, format: OutputFormat) -> anyhow::Result<Ended> {
    let findings = doctor::examine(state).await?;
    output::value(format, &findings, || {
        let line = |finding: &doctor::Finding| {
            let mark = match finding.level {
                doctor::Level::Good => "良",
                doctor::Level::Warning => "注意",
                doctor::Level::Bad => "不良",
            };
            format!("[{mark}] {}\n", finding.sentence_ja)
        };
        findings.iter().map(line).collect()
    })?;
    let bad = findings.iter().any(|finding| finding.level == doctor::Level::Bad);
    Ok(if bad { Ended::Refused } else { Ended::Done })
}
