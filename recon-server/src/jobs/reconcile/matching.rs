//! The engine, run away from the request threads: a city's day takes milliseconds, a year of a large one seconds.
//!
//! Invariants: what earlier matches of this process found never changes a result, it only spares work (ADR 0014), and a verification
//! goes without it; one match at a time holds the memory, so that a second one finds what the first found.

use std::sync::{Arc, Mutex, PoisonError};

use engine::{Memory, Outcome, Rerun};

use super::Gathered;
use crate::{app::AppState, jobs::JobError, metrics::Count};

/// What earlier matches found, and which partitions the last one had to match.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    memory: Arc<Mutex<Memory>>,
    last: Mutex<Rerun>,
}

impl Remembered {
    /// What the last match computed, and what it took from memory.
    pub(super) fn last(&self) -> Rerun {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Matches; partitions that stand as before are not matched again.
pub(super) async fn match_facts(
    state: &AppState,
    gathered: Gathered,
) -> Result<(Gathered, Outcome), JobError> {
    state.live.count_match();
    let remembered = state.live.remembered();
    let memory = Arc::clone(&remembered.memory);
    let (gathered, outcome, rerun) = run(gathered, memory).await?;
    let (all, computed) = (rerun.partitions.len(), rerun.computed().count());
    Count::PartitionsMatched.add(u64::try_from(computed).unwrap_or(u64::MAX));
    tracing::debug!(partitions = all, computed, "matched");
    *remembered.last.lock().unwrap_or_else(PoisonError::into_inner) = rerun;
    Ok((gathered, outcome))
}

/// Matches everything, as if nothing had ever been matched: what a verification compares with.
pub(super) async fn match_anew(gathered: Gathered) -> Result<(Gathered, Outcome), JobError> {
    let (gathered, outcome, _) = run(gathered, Arc::default()).await?;
    Ok((gathered, outcome))
}

async fn run(gathered: Gathered, memory: Arc<Mutex<Memory>>) -> Result<(Gathered, Outcome, Rerun), JobError> {
    let matched = tokio::task::spawn_blocking(move || {
        // Whatever a panic left behind is by digest, and whole.
        let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        let (outcome, rerun) = engine::reconcile_with(&gathered.facts, &mut memory)?;
        Ok((gathered, outcome, rerun))
    });
    let matched: Result<_, engine::BadFacts> =
        matched.await.map_err(|panicked| JobError::Facts(panicked.to_string()))?;
    matched.map_err(|bad| JobError::Facts(bad.to_string()))
}
