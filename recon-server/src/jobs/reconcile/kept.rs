//! Facts and result of the newest matches, kept for pages that look behind them: なぜ, 組, 仕訳, 入金予定, 振込名義.
//!
//! Invariants: what is given was made from exactly what the store holds now, because its [`StateKey`] is read again each time; nothing
//! kept is ever changed, and what is inferred from it is inferred once; at most [`RESULTS_MAX`] results of together at most [`FACTS_KEPT_MAX`] facts stay in memory, and what is larger
//! is matched again at each look. Not here: a cache on disk; after a restart the first look matches once.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use domain::time::CivilDate;
use engine::{Facts, Outcome};

use super::{StateKey, gather, match_facts};
use crate::{
    app::AppState,
    jobs::{JobError, fees::ContractFees},
};

/// Results that are kept: a person compares a day with the day before, another looks at a month.
const RESULTS_MAX: usize = 3;
/// Sales, rows and deposits of all kept results together; a sale with its row, its link and its place takes about 4 KB (an estimate).
const FACTS_KEPT_MAX: usize = 600_000;

/// What a match was made from, and what it found.
#[derive(Debug)]
pub struct Matched {
    /// The engine's input.
    pub facts: Facts,
    /// Its result.
    pub outcome: Outcome,
    /// What the payment statements say of the fees; hundreds of rules over every row, so only where a page asks, and once.
    fees: OnceLock<Vec<ContractFees>>,
}

impl Matched {
    pub(super) const fn new(facts: Facts, outcome: Outcome) -> Self {
        Self { facts, outcome, fees: OnceLock::new() }
    }

    /// The fee rules of its contracts, as the first caller inferred them.
    pub fn fees(&self, infer: impl FnOnce(&Self) -> Vec<ContractFees>) -> &[ContractFees] {
        self.fees.get_or_init(|| infer(self))
    }

    fn weight(&self) -> usize {
        let facts = &self.facts;
        facts.sales.len().saturating_add(facts.rows.len()).saturating_add(facts.deposits.len())
    }
}

/// The newest matches, newest last.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Vec<(StateKey, Arc<Matched>)>>);

impl Kept {
    fn get(&self, key: &StateKey) -> Option<Arc<Matched>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == key).map(|(_, matched)| Arc::clone(matched))
    }

    /// Keeps a match; the oldest give way.
    pub(super) fn keep(&self, key: StateKey, matched: Arc<Matched>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, _)| *known != key);
        kept.push((key, matched));
        let weight = |kept: &[(StateKey, Arc<Matched>)]| {
            kept.iter().fold(0_usize, |sum, (_, matched)| sum.saturating_add(matched.weight()))
        };
        while kept.len() > RESULTS_MAX || weight(&kept) > FACTS_KEPT_MAX {
            kept.remove(0);
        }
    }
}

/// Facts and result as of a day: those of the newest match where nothing has changed since, else of a match made now.
///
/// # Errors
/// When the store fails, or stored settings cannot be read.
pub async fn matched(state: &AppState, as_of: CivilDate) -> Result<Arc<Matched>, JobError> {
    let mut unit = state.store.snapshot().await?;
    let key = StateKey::read(&mut *unit, state.tenant(), as_of).await?;
    if let Some(matched) = state.live.matches().get(&key) {
        return Ok(matched);
    }
    let gathered = gather::gather(&mut *unit, state.tenant(), as_of).await?;
    drop(unit);
    let (gathered, outcome) = match_facts(state, gathered).await?;
    let matched = Arc::new(Matched::new(gathered.facts, outcome));
    state.live.matches().keep(gathered.key, Arc::clone(&matched));
    Ok(matched)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(files: &str) -> StateKey {
        StateKey { files: files.to_owned(), journals: String::new(), told: String::new() }
    }

    fn matched() -> Arc<Matched> {
        let facts = Facts {
            as_of: "2026-07-31".parse().unwrap(),
            config_version: String::new(),
            sales: Vec::new(),
            rows: Vec::new(),
            deposits: Vec::new(),
            contracts: Vec::new(),
            calendar: engine::BankCalendar::default(),
            received: Vec::new(),
            bank_received: Vec::new(),
            terminal_totals: Vec::new(),
            counter_days: Vec::new(),
            terminals: Vec::new(),
            notices: engine::notices::Notices::default(),
            declared: Vec::new(),
            locks: Vec::new(),
            gaps: engine::facts::Gaps::default(),
        };
        let outcome = engine::reconcile(&facts).unwrap();
        Arc::new(Matched::new(facts, outcome))
    }

    #[test]
    fn fees_are_inferred_once() {
        let matched = matched();
        assert_eq!(matched.fees(|_| Vec::new()), []);
        assert_eq!(matched.fees(|_| unreachable!("they are known")), []);
    }

    #[test]
    fn the_oldest_gives_way_and_the_same_state_stands_once() {
        let kept = Kept::default();
        for name in ["a", "b", "b", "c", "d"] {
            kept.keep(key(name), matched());
        }
        let known = ["a", "b", "c", "d"].map(|name| kept.get(&key(name)).is_some());
        assert_eq!(known, [false, true, true, true]);
    }
}
