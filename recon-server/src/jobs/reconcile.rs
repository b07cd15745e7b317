//! A run: what the store knows becomes the engine's facts, the result is appended, and what it decides goes to the counters.
//!
//! Invariants: the engine sees nothing but facts and a day; the same input is not recorded twice (the earlier run is given back); a
//! decision about an unknown result reaches the counter's inbox exactly once, because its key is the attempt; run and decisions are
//! one transaction. Not here: matching (crate `engine`), papers ([`super::report`]).

mod counter_days;
mod current;
mod decide;
mod declared;
mod facts;
mod gaps;
mod gather;
mod kept;
mod key;
pub(super) mod locked;
mod matching;
pub(super) mod notices;
mod rows;

use std::sync::Arc;

use domain::time::{CivilDate, Timestamp};
use engine::{Outcome, Verdict};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{UnitOfWork, matching::NewRun};

use super::{JobError, audit};
use crate::{app::AppState, metrics::Count};

pub use current::{Current, Live, current};
pub(in crate::jobs) use facts::{Place, place};
pub use gather::{Gathered, SCOPE_DAYS};
pub use kept::{Matched, matched};
pub use key::StateKey;
use matching::{match_anew, match_facts};
pub use rows::{RECORDED_DAYS, Recorded};

/// Most recorded runs that are searched for one with the same input.
const EARLIER_RUNS_MAX: u32 = 20;

/// What a run's summary says; kept as JSON beside the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Digests of everything that the run's input depends on, cheap to compute again.
    pub key: StateKey,
    /// 判定
    pub verdict: Verdict,
    /// Links.
    pub links: usize,
    /// Exceptions.
    pub exceptions: usize,
    /// Decisions for counters.
    pub decisions: usize,
}

/// What [`reconcile`] did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunReceipt {
    /// Number of the run.
    pub run: u64,
    /// The day as of which it looks.
    pub as_of: CivilDate,
    /// Whether it was recorded now; `false` where the same input had been seen before.
    pub recorded: bool,
    /// 判定
    pub verdict: Verdict,
    /// Links.
    pub links: usize,
    /// Exceptions.
    pub exceptions: usize,
    /// Decisions that are in the counters' inboxes.
    pub decisions: usize,
}

/// Reconciles everything known as of a day and records the run.
///
/// # Errors
/// When the store fails, or stored settings cannot be read.
pub async fn reconcile(state: &AppState, as_of: CivilDate, by: &str) -> Result<RunReceipt, JobError> {
    let now = state.now();
    // Reading and matching hold no lock: a long run never holds up a counter's upload. The watermark and the state key say what it saw.
    let mut unit = state.store.snapshot().await?;
    let gathered = gather::gather(&mut *unit, state.tenant(), as_of).await?;
    let input_sha256 = digest("facts", &gathered.facts)?;
    if let Some(earlier) = earlier(&mut *unit, state, as_of, input_sha256, &gathered.key).await? {
        return Ok(earlier);
    }
    drop(unit);
    let (mut gathered, outcome) = match_facts(state, gathered).await?;
    let mut unit = state.store.begin().await?;
    let decisions = decide::tell(&mut *unit, state.tenant(), &outcome, &mut gathered, by, now).await?;
    // What the run itself told is no news to the next one.
    gathered.key.told = key::told_digest(&gathered.told);
    let bytes = audit::outcome_bytes(&outcome)?;
    let run =
        new_run(&gathered, &outcome, (input_sha256, Sha256::digest(&bytes).into()), decisions, by, now)?;
    let rows = rows::rows_of(&outcome, &gathered)?;
    let number = unit.record_run(state.tenant(), &run, &rows.links, &rows.exceptions, &rows.lines).await?;
    audit::record_run(&mut *unit, state, number, &run, &bytes, &gathered.seen).await?;
    unit.commit().await?;
    state.live.forget();
    Count::RunsMade.add(1);
    tracing::info!(run = number, as_of = %as_of, verdict = verdict(&gathered, &outcome).label_ja(), "reconciled");
    let receipt = receipt(number, true, as_of, &summary(&gathered, &outcome, decisions));
    // What this run saw and found stays at hand, so that nobody who asks why waits for a match.
    state.live.matches().keep(gathered.key, Arc::new(Matched::new(gathered.facts, outcome)));
    Ok(receipt)
}

/// The same work without a record and without anything remembered: digest of the facts, hex, and the result.
///
/// # Errors
/// As [`reconcile`].
pub(super) async fn once_more(state: &AppState, as_of: CivilDate) -> Result<(String, Outcome), JobError> {
    let mut unit = state.store.snapshot().await?;
    let gathered = gather::gather(&mut *unit, state.tenant(), as_of).await?;
    drop(unit);
    let (gathered, outcome) = match_anew(gathered).await?;
    Ok((hex::encode(digest("facts", &gathered.facts)?), outcome))
}

async fn earlier(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    as_of: CivilDate,
    input_sha256: [u8; 32],
    key: &StateKey,
) -> Result<Option<RunReceipt>, JobError> {
    for row in unit.runs(state.tenant(), EARLIER_RUNS_MAX).await? {
        if row.run.as_of == as_of && row.run.input_sha256 == input_sha256 {
            let summary = read_summary(&row.run)?;
            if summary.key == *key {
                return Ok(Some(receipt(row.number, false, as_of, &summary)));
            }
        }
    }
    Ok(None)
}

fn read_summary(run: &NewRun) -> Result<Summary, JobError> {
    serde_json::from_str(&run.summary).map_err(|source| JobError::Json { what: "summary of a run", source })
}

fn receipt(run: u64, recorded: bool, as_of: CivilDate, summary: &Summary) -> RunReceipt {
    RunReceipt {
        run,
        as_of,
        recorded,
        verdict: summary.verdict,
        links: summary.links,
        exceptions: summary.exceptions,
        decisions: summary.decisions,
    }
}

fn summary(gathered: &Gathered, outcome: &Outcome, decisions: usize) -> Summary {
    Summary {
        key: gathered.key.clone(),
        verdict: verdict(gathered, outcome),
        links: outcome.links.len(),
        exceptions: outcome.exceptions.len(),
        decisions,
    }
}

/// Missing is not green (DESIGN 3.9): where no counter is enrolled, nothing is known of any day.
fn verdict(gathered: &Gathered, outcome: &Outcome) -> Verdict {
    if gathered.facts.counter_days.is_empty() { Verdict::Incomplete } else { outcome.verdict }
}

fn new_run(
    gathered: &Gathered,
    outcome: &Outcome,
    (input_sha256, output_sha256): ([u8; 32], [u8; 32]),
    decisions: usize,
    by: &str,
    now: Timestamp,
) -> Result<NewRun, JobError> {
    let summary = serde_json::to_string(&summary(gathered, outcome, decisions))
        .map_err(|source| JobError::Json { what: "summary of a run", source })?;
    Ok(NewRun {
        as_of: outcome.as_of,
        from: gathered.from,
        to: outcome.as_of,
        config_version: outcome.config_version.clone(),
        watermark: gathered.watermark,
        input_sha256,
        output_sha256,
        verdict: rows::word(&verdict(gathered, outcome))?,
        summary,
        created_at: now,
        created_by: by.to_owned(),
    })
}

fn digest<T: Serialize>(what: &'static str, value: &T) -> Result<[u8; 32], JobError> {
    let json = serde_json::to_vec(value).map_err(|source| JobError::Json { what, source })?;
    Ok(Sha256::digest(&json).into())
}
