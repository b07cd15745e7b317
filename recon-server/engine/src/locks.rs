//! Locked periods (reconciliation.md 5.2 `period_lock`, 5.5 "correction"): what was signed stays as it was signed.
//!
//! Invariants: a lock is data that the caller gives; the sheets of a locked period are those that were signed, byte for byte. what changed
//! since is a prior-period item (前期分) of the first period that is not locked. Not here: who locks and unlocks, and by what right.

pub(crate) mod prior;

use domain::{id::ContractId, money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::outcome::{ContractSheet, Figure, Outcome};

/// A lock: everything up to a day, of one contract or of all. A later lock of the same contract holds the sheets of the earlier too, or
/// stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodLock {
    /// 契約; all contracts when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// Last locked day. A closing period is locked when its closing day is not later.
    pub through: CivilDate,
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
}

impl Frozen {
    /// What a lock of a contract (or all) through a day freezes of a result.
    #[must_use]
    pub fn of(
        outcome: &Outcome,
        contract: Option<&ContractId>,
        through: CivilDate,
        run_sha256: &str,
    ) -> Self {
        let locked = |sheet: &&ContractSheet| {
            sheet.to <= through && contract.is_none_or(|contract| *contract == sheet.contract)
        };
        Self {
            run_sha256: run_sha256.to_owned(),
            sheets: outcome.sheets.iter().filter(locked).cloned().collect(),
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

/// 前期分: what changed in a locked period since it was signed. Signed + prior = present.
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
    /// 当方 (sales, settled unknowns, refunds): present less signed.
    pub ours: Figure,
    /// 会社明細: present less signed.
    pub reported: Figure,
    /// 支払予定額: present less signed.
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
    /// As signed; yen alone has a count of 0.
    pub signed: Figure,
    /// Now.
    pub now: Figure,
}
