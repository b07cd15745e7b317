//! What earlier runs found, by the digest of a partition, and what a run took from it.
//!
//! Invariants: a memory never changes a result: a run with any memory gives the same bytes as one without ([`crate::reconcile_with`]). It is
//! bounded, and what is forgotten is computed again. Not here: keeping it over a restart.

use std::{collections::BTreeMap, sync::Arc};

use domain::{id::ContractId, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::{digest::Sum, house::Asked, ledger::Classified, partition::Partition, world::World};

/// Most sales and rows whose results are remembered, all partitions together; the results take a few kilobytes each.
pub const MEMORY_FACTS_MAX: usize = 1_000_000;
/// Most runs for which a result is kept that none of them used.
pub const MEMORY_UNUSED_RUNS_MAX: u64 = 8;

/// Results of earlier runs. A clone shares them.
#[derive(Clone, Default)]
pub struct Memory {
    kept: BTreeMap<Sum, Remembered>,
    facts: usize,
    run: u64,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Memory").field("partitions", &self.kept.len()).field("facts", &self.facts).finish()
    }
}

/// One result.
#[derive(Clone)]
pub(crate) struct Remembered {
    pub found: Arc<Classified>,
    /// What it rests on beyond the digest.
    pub asked: Asked,
    /// Sales and rows.
    pub facts: usize,
    /// The last run that used it.
    pub used: u64,
}

impl Memory {
    /// Nothing remembered.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many partitions are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(crate) const fn begin(&mut self) {
        self.run = self.run.saturating_add(1);
    }

    /// A result whose answers still hold.
    pub(crate) fn get(&mut self, sum: &Sum, holds: impl Fn(&Asked) -> bool) -> Option<Arc<Classified>> {
        let known = self.kept.get_mut(sum).filter(|known| holds(&known.asked))?;
        known.used = self.run;
        Some(Arc::clone(&known.found))
    }

    pub(crate) fn keep(&mut self, sum: Sum, result: Remembered) {
        self.facts = self.facts.saturating_add(result.facts);
        if let Some(before) = self.kept.insert(sum, Remembered { used: self.run, ..result }) {
            self.facts = self.facts.saturating_sub(before.facts);
        }
    }

    /// Forgets what was not used for long, and, where that is not enough, what was not used the longest.
    pub(crate) fn end(&mut self) {
        let oldest = self.run.saturating_sub(MEMORY_UNUSED_RUNS_MAX);
        self.kept.retain(|_, known| known.used >= oldest);
        let mut by_use: Vec<(u64, Sum, usize)> =
            self.kept.iter().map(|(sum, known)| (known.used, *sum, known.facts)).collect();
        by_use.sort_unstable();
        self.facts = by_use.iter().fold(0, |sum, (.., facts)| sum.saturating_add(*facts));
        for (_, sum, facts) in by_use {
            if self.facts <= MEMORY_FACTS_MAX {
                return;
            }
            self.kept.remove(&sum);
            self.facts = self.facts.saturating_sub(facts);
        }
    }
}

/// Which partitions a run computed, and which it took from memory.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rerun {
    /// By contract and first day.
    pub partitions: Vec<PartitionRun>,
}

/// One partition of leg 1 in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionRun {
    /// 契約; none for sales without one.
    pub contract: Option<ContractId>,
    /// First day of its facts.
    pub from: CivilDate,
    /// Last day of its facts.
    pub to: CivilDate,
    /// Sales.
    pub sales: usize,
    /// Rows.
    pub rows: usize,
    /// SHA-256 over facts and context, hex.
    pub digest: String,
    /// Whether it was computed in this run; else it came from memory.
    pub computed: bool,
}

impl PartitionRun {
    pub(crate) fn of(world: &World<'_>, partition: &Partition, sum: Sum, computed: bool) -> Self {
        Self {
            contract: partition.contract.map(|place| world.contracts[place].id.clone()),
            from: partition.from,
            to: partition.to,
            sales: partition.sales.len(),
            rows: partition.rows.len(),
            digest: hex::encode(sum),
            computed,
        }
    }
}

impl Rerun {
    /// The partitions that were computed in this run.
    pub fn computed(&self) -> impl Iterator<Item = &PartitionRun> {
        self.partitions.iter().filter(|partition| partition.computed)
    }
}
