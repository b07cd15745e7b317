//! What happened on the day, read back from the centre's own rows: one Japanese sentence each.

use anyhow::{Context as _, Result};
use domain::{
    id::{Incarnation, SequenceNumber},
    payment::{Evidence, Outcome},
    time::CivilDate,
};
use journal::{chain::JournalId, payload};
use recon_server::app::AppState;
use store::reports::{AttemptRow, SaleRow};

/// Entries that came this much later than they were made were held up by the line, in milliseconds.
const HELD_UP_MS: i64 = 30 * 60 * 1_000;
/// Entries read at once.
pub const PAGE_ENTRIES: u32 = 5_000;

/// The unusual of a day: doubts and what ended them, sales taken back, what the line held up.
///
/// # Errors
/// When the store fails.
pub async fn of_day(state: &AppState, day: CivilDate) -> Result<Vec<String>> {
    let mut unit = state.store.snapshot().await?;
    let tenant = state.tenant();
    let mut sentences: Vec<String> =
        unit.attempts(tenant, day, day).await?.iter().filter_map(doubt_and_its_end).collect();
    sentences.extend(unit.sales_booked(tenant, day, day, None).await?.iter().filter_map(taken_back));
    for row in unit.counters(tenant).await? {
        let incarnation = row.current.as_ref().map_or(Incarnation(1), |current| current.incarnation);
        let journal = JournalId { tenant: tenant.clone(), counter: row.counter.clone(), incarnation };
        let mut held_up = 0_u32;
        for stored in unit.entries(&journal, SequenceNumber(0), PAGE_ENTRIES).await? {
            let made = payload::read(&stored.entry).context("an entry of the day")?.meta.at;
            held_up += u32::from(stored.received_at.ms_since(made) > HELD_UP_MS);
        }
        if held_up > 0 {
            sentences.push(format!(
                "{}: 中央につながらない間も会計を続け、記録{held_up}件が後から欠けずに届きました。",
                row.profile.counter_label
            ));
        }
    }
    Ok(sentences)
}

/// What ended a doubt; none for an attempt that never was one.
#[must_use]
pub fn doubt_and_its_end(row: &AttemptRow) -> Option<String> {
    let first = row.outcomes.first()?;
    let last = row.last_outcome()?;
    if !matches!(first.fact.outcome, Outcome::Unknown(_)) {
        return None;
    }
    let by = match &last.evidence {
        Some(Evidence::Device { .. }) => "端末に照会して",
        Some(Evidence::Person { .. }) => "担当者が根拠を書いて",
        Some(Evidence::Statement { .. }) => "会社の明細で",
        None => "まだ",
    };
    Some(format!(
        "{} {}: {} {}円の返事が途切れて結果不明になり、{by}「{}」と確かめました。二重の請求はありません。",
        row.attempt.requested_at.hour_minute(),
        row.key.counter,
        row.attempt.method.label_ja(),
        row.attempt.amount,
        last.outcome.label_ja()
    ))
}

/// A sale that was taken back; none for one that stands.
#[must_use]
pub fn taken_back(row: &SaleRow) -> Option<String> {
    let void = row.void.as_ref()?;
    Some(format!(
        "{} {}: {} {}円を取り消しました（{}）。領収書 {} は欠番にせず残しています。",
        void.fact.recorded_at.hour_minute(),
        row.key.counter,
        row.sale.payment.method.label_ja(),
        row.sale.total,
        void.fact.reason,
        row.sale.receipt_number
    ))
}
