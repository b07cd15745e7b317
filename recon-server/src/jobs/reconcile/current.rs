//! The newest result for a reader: the recorded run where it still says everything, a fresh look where only journals have moved on.
//!
//! Invariants: reading a page records a run only when files, settings or the day have changed, or when a statement decides something
//! that no counter has been told; what is kept in memory is one result for papers, and a few matches ([`super::kept`]) for what is
//! behind them.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use domain::time::CivilDate;
use store::matching::RunRow;

use super::{
    EARLIER_RUNS_MAX, Matched, Recorded, StateKey, gather, kept::Kept, match_facts, matching::Remembered,
    read_summary, reconcile, rows,
};
use crate::{app::AppState, jobs::JobError};

/// A result and what it was made from.
#[derive(Debug, Clone)]
pub struct Current {
    /// The recorded run that it is, or that it goes on from.
    pub run: u64,
    /// Journals have moved on since that run; the figures know it.
    pub live: bool,
    /// The result.
    pub recorded: Arc<Recorded>,
}

/// The last result that was read or made for a reader, and the newest matches.
#[derive(Debug, Default)]
pub struct Live {
    current: Mutex<Option<(StateKey, Current)>>,
    matches: Kept,
    remembered: Remembered,
    made: AtomicU64,
}

impl Live {
    /// How often the engine has matched since the start: what a page costs beyond reading.
    #[must_use]
    pub fn matches_made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    pub(super) fn count_match(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
    }

    /// Which partitions the last match computed, and which it took from memory.
    #[must_use]
    pub fn last_rerun(&self) -> engine::Rerun {
        self.remembered.last()
    }

    pub(super) const fn remembered(&self) -> &Remembered {
        &self.remembered
    }

    pub(super) const fn matches(&self) -> &Kept {
        &self.matches
    }

    fn get(&self, key: &StateKey) -> Option<Current> {
        let kept = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(known, _)| known == key).map(|(_, current)| current.clone())
    }

    /// A run was recorded: readers go by its number from now on.
    pub(super) fn forget(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn keep(&self, key: StateKey, current: Current) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some((key, current));
    }
}

/// The newest result as of a day.
///
/// # Errors
/// As [`reconcile`].
pub async fn current(state: &AppState, as_of: CivilDate) -> Result<Current, JobError> {
    let mut unit = state.store.snapshot().await?;
    let key = StateKey::read(&mut *unit, state.tenant(), as_of).await?;
    if let Some(current) = state.live.get(&key) {
        return Ok(current);
    }
    let runs = unit.runs(state.tenant(), EARLIER_RUNS_MAX).await?;
    let base = newest(&runs, |known| *known == key)?;
    if let Some(run) = base {
        let recorded = Arc::new(rows::read(&mut *unit, state.tenant(), run).await?);
        let current = Current { run, live: false, recorded };
        state.live.keep(key, current.clone());
        return Ok(current);
    }
    let Some(base) = newest(&runs, |known| known.only_journals_moved(&key))? else {
        drop(unit);
        return record(state, as_of).await;
    };
    let told = rows::read(&mut *unit, state.tenant(), base).await?.decisions;
    let gathered = gather::gather(&mut *unit, state.tenant(), as_of).await?;
    drop(unit);
    let (gathered, outcome) = match_facts(state, gathered).await?;
    if outcome.decisions.iter().any(|decision| !told.contains(decision)) {
        return record(state, as_of).await;
    }
    let recorded = Arc::new(Recorded::of(&outcome, &gathered));
    let current = Current { run: base, live: true, recorded };
    state.live.keep(gathered.key.clone(), current.clone());
    state.live.matches().keep(gathered.key, Arc::new(Matched::new(gathered.facts, outcome)));
    Ok(current)
}

fn newest(runs: &[RunRow], fits: impl Fn(&StateKey) -> bool) -> Result<Option<u64>, JobError> {
    for row in runs {
        if fits(&read_summary(&row.run)?.key) {
            return Ok(Some(row.number));
        }
    }
    Ok(None)
}

async fn record(state: &AppState, as_of: CivilDate) -> Result<Current, JobError> {
    let receipt = reconcile(state, as_of, "job").await?;
    let mut unit = state.store.snapshot().await?;
    let recorded = Arc::new(rows::read(&mut *unit, state.tenant(), receipt.run).await?);
    Ok(Current { run: receipt.run, live: false, recorded })
}
