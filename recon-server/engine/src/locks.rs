//! Locked periods (reconciliation.md 5.2 `period_lock`, 5.5 "correction"): what was signed stays as it was signed.
//!
//! Invariants: a lock is data that the caller gives; the sheets of a locked period are those that were signed, byte for byte. What changed
//! since is a prior-period item (前期分) of the first period that is not locked. When that period is signed too, its lock says how the
//! earlier ones stood then ([`Frozen::standing`]): what was shown is accounted for, and only what changes further is an item again.
//! So each lock alone knows what it took in, and ending it brings exactly that back. Not here: who locks and unlocks, and by what right.

mod base;
pub(crate) mod prior;

use std::collections::BTreeMap;

use domain::{id::ContractId, money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::outcome::{ContractSheet, Figure, Outcome};

/// A lock: everything up to a day, of one contract or of all. A later lock stands beside the earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodLock {
    /// 契約; all contracts when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// Last locked day. A closing period is locked when its closing day is not later.
    pub through: CivilDate,
    /// First day of which all facts are given, where some are left out: a closing that begins earlier stays as it was signed and is
    /// compared with nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts_from: Option<CivilDate>,
    /// What was signed.
    #[serde(default)]
    pub frozen: Frozen,
}

/// Figures as they were signed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Frozen {
    /// SHA-256 of the recorded result that was signed, hex; empty where the lock rests on no run (opening position).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub run_sha256: String,
    /// 照合書 of the locked periods, as signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<ContractSheet>,
    /// 照合書 of closings that earlier locks signed, as they would have been when this lock was signed, where that was something else.
    /// The difference is accounted for in this lock's periods (前期分); what changes later is measured against these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<ContractSheet>,
}

/// A signed closing as it would be now, where that is something else than what it is measured against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Closing day of the open period in which the difference is accounted for.
    pub open_to: CivilDate,
    /// The closing as it would be now; without figures where nothing of it is left.
    pub sheet: ContractSheet,
}

impl Frozen {
    /// What a lock of a contract (or all) through a day freezes of a result that was made under the `earlier` locks.
    #[must_use]
    pub fn of(
        outcome: &Outcome,
        earlier: &[PeriodLock],
        contract: Option<&ContractId>,
        through: CivilDate,
        run_sha256: &str,
    ) -> Self {
        let covers = |id: &ContractId| contract.is_none_or(|contract| contract == id);
        let same_scope = |lock: &&PeriodLock| lock.contract.as_ref() == contract;
        // An earlier lock of the same scope stands below this one and holds its own sheets.
        let before = earlier.iter().filter(same_scope).map(|lock| lock.through).max();
        let own = |sheet: &&ContractSheet| {
            sheet.to <= through && before.is_none_or(|day| sheet.to > day) && covers(&sheet.contract)
        };
        let taken_in = |one: &&Standing| one.open_to <= through && covers(&one.sheet.contract);
        // A lock of another scope may be ended while this one stands: what it took in, this one holds too.
        let mut beside: Vec<&PeriodLock> =
            earlier.iter().filter(|lock| lock.through <= through && !same_scope(lock)).collect();
        beside.sort_by_key(|lock| lock.through);
        let held = beside.iter().flat_map(|lock| &lock.frozen.standing).filter(|s| covers(&s.contract));
        let now = outcome.standing.iter().filter(taken_in).map(|one| &one.sheet);
        let standing: BTreeMap<_, _> =
            held.chain(now).map(|sheet| ((&sheet.contract, sheet.to), sheet)).collect();
        Self {
            run_sha256: run_sha256.to_owned(),
            sheets: outcome.sheets.iter().filter(own).cloned().collect(),
            standing: standing.into_values().cloned().collect(),
        }
    }
}

impl PeriodLock {
    /// Whether a closing period of a contract, by its closing day, is locked.
    #[must_use]
    pub fn holds(&self, contract: &ContractId, closing: CivilDate) -> bool {
        closing <= self.through && self.contract.as_ref().is_none_or(|own| own == contract)
    }
}

/// 前期分: what changed in a locked period since it was signed, and is not accounted for in a period that was signed later. Signed +
/// accounted for + prior = present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorItem {
    /// The exception that asks for a decision (REVISED_AFTER_CLOSE); its id is the same as long as the period differs.
    pub exception: String,
    /// 契約
    pub contract: ContractId,
    /// First day of the locked period.
    pub from: CivilDate,
    /// Its closing day.
    pub to: CivilDate,
    /// First day of the open period in which it is accounted for.
    pub open_from: CivilDate,
    /// Its closing day.
    pub open_to: CivilDate,
    /// Last day of the lock that took earlier corrections of this closing in; none where nothing changed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounted_through: Option<CivilDate>,
    /// 当方 (sales, settled unknowns, refunds): present less signed and accounted for.
    pub ours: Figure,
    /// 会社明細, likewise.
    pub reported: Figure,
    /// 支払予定額, likewise.
    pub payout: Yen,
    /// Every line that differs.
    pub lines: Vec<PriorLine>,
    /// What changed and where it is shown, one Japanese sentence.
    pub sentence_ja: String,
}

/// One line of a 照合書, as signed and as it would be now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorLine {
    /// Its words on the paper.
    pub label_ja: String,
    /// As signed, or as it stood when it was last accounted for; yen alone has a count of 0.
    pub signed: Figure,
    /// Now.
    pub now: Figure,
}
