//! Replacing a period in the store: what is planned, marked and told afterwards of one file.
//!
//! Invariant: the plan is made of the rows before the file, within the unit of work that takes it in; what a receipt says later is the
//! state before the file against the state after it. Not here: what a file may replace ([`super::replaced`]).

use domain::id::TenantId;
use formats::{Refusal, bank::Ends};
use store::{
    UnitOfWork,
    files::{FileMode, FileRow, FileState},
};

use super::{
    DryRun, Replaced,
    facts::Part,
    lines,
    replaced::{self, Plan},
    source::refusal,
};
use crate::{app::AppState, jobs::JobError};

/// Receipts that are searched for the same file, or for a newer one of its days.
const FILES_SEARCHED_MAX: u32 = 1_000;

/// What taking a part in would do to earlier files; none of a source whose files add.
pub async fn plan(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    name: &str,
    part: &Part,
    watermark: u64,
) -> Result<Option<Result<Plan, Refusal>>, JobError> {
    if part.mode == FileMode::Delta {
        return Ok(None);
    }
    let before = match part.period {
        Some(period) => lines::stored(unit, tenant, (&part.source, part.kind), period, watermark).await?,
        None => Vec::new(),
    };
    let plan = replaced::plan(name, part.period, &before, &lines::of_facts(&part.facts));
    Ok(Some(match plan {
        Ok(plan) if !plan.withdrawn.is_empty() => {
            let carries = carries_on(unit, tenant, (name, &part.source), &part.ends, watermark).await?;
            carries.map_or(Ok(plan), Err)
        }
        plan => plan,
    }))
}

/// The refusal of a bank's file that goes on within a day where an earlier file ended: it does not list that day again, so that standing
/// in its place would take back what the morning's file had.
pub async fn carries_on(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    (name, source): (&str, &str),
    ends: &[Ends],
    watermark: u64,
) -> Result<Option<Refusal>, JobError> {
    for block in ends {
        let (Some(from), Some(opening)) = (block.from, block.opening) else { continue };
        let received = unit.bank_stretches(tenant, from, watermark).await?;
        let before = received.iter().find(|row| {
            let stretch = &row.stretch;
            row.source == source
                && stretch.to == from
                && stretch.closing == Some(opening)
                && stretch.opening != Some(opening)
        });
        if let Some(before) = before {
            let remedy = format!(
                "受付番号 {} の最終残高から始まる、{from}の続きのファイルと読めます。この口座は期間ごとに置き換える設定なので、1日分を全部含むファイルを取り込むか、設定を mode = \"delta\" に戻してください。",
                before.file
            );
            return Ok(Some(refusal(name, "期首残高", &format!("{opening}円"), &remedy)));
        }
    }
    Ok(None)
}

/// Marks what a taken file withdrew.
pub async fn replace(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    (source, file): (&str, u64),
    plan: Option<Plan>,
) -> Result<Option<Replaced>, JobError> {
    let Some(plan) = plan else { return Ok(None) };
    if !plan.withdrawn.is_empty() {
        unit.withdraw_rows(tenant, source, file, &plan.withdrawn).await?;
    }
    Ok(Some(plan.replaced))
}

/// Adds to a dry run what would be replaced, and what refuses that. A file that was taken before changes nothing.
pub async fn preview(
    state: &AppState,
    name: &str,
    sha256: [u8; 32],
    parts: &[Part],
    seen: &mut DryRun,
) -> Result<(), JobError> {
    if parts.iter().all(|part| part.mode == FileMode::Delta) {
        return Ok(());
    }
    let mut unit = state.store.snapshot().await?;
    let files = unit.files(state.tenant(), None, FILES_SEARCHED_MAX).await?;
    let watermark = unit.last_file(state.tenant()).await?;
    for part in parts {
        let same = |row: &FileRow| {
            row.sha256 == sha256 && row.source == part.source && row.state == FileState::Accepted
        };
        if files.iter().any(same) {
            continue;
        }
        match plan(&mut *unit, state.tenant(), name, part, watermark).await? {
            Some(Ok(plan)) => {
                seen.notices.extend(plan.replaced.notices());
                seen.replaced.push(plan.replaced);
            }
            Some(Err(refusal)) => seen.refused.push(refusal),
            None => {}
        }
    }
    Ok(())
}

/// The newest file that stands in the place of a file, in part or in whole.
pub async fn replaced_since(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    first: &FileRow,
) -> Result<Option<u64>, JobError> {
    let Some((from, to)) = first.period_from.zip(first.period_to) else { return Ok(None) };
    let files = unit.files(tenant, None, FILES_SEARCHED_MAX).await?;
    let newer = files.iter().find(|row| {
        row.file > first.file
            && row.source == first.source
            && row.state == FileState::Accepted
            && row.mode == FileMode::ReplacePeriod
            && row.period_from.is_some_and(|other| other <= to)
            && row.period_to.is_some_and(|other| other >= from)
    });
    Ok(newer.map(|row| row.file))
}

/// What a taken file changed in its period, from the rows before it and after it; none of a file that adds, and of one that was refused.
///
/// # Errors
/// When the store fails.
pub async fn replaced_by_file(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    row: &FileRow,
) -> Result<Option<Replaced>, JobError> {
    let replaces = row.mode == FileMode::ReplacePeriod && row.state == FileState::Accepted;
    let Some(period) = row.period_from.zip(row.period_to).filter(|_| replaces) else { return Ok(None) };
    let of = (row.source.as_str(), row.kind);
    let before = lines::stored(unit, tenant, of, period, row.file.saturating_sub(1)).await?;
    let after = lines::stored(unit, tenant, of, period, row.file).await?;
    Ok(Some(Replaced::of(period, &before, &after)))
}
