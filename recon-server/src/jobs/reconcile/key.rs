//! What a run depends on, as digests: cheap to compute, so that a reader knows whether a run still says everything.
//!
//! Invariant: whatever could change the engine's input changes a key; files, settings, decisions and the day are kept apart from the journals,
//! because the journals of a working day move every minute.

use std::collections::BTreeMap;

use domain::{id::TenantId, time::CivilDate};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::UnitOfWork;

use super::{
    SCOPE_DAYS,
    gather::is_told,
    notices::{self, Told},
};
use crate::jobs::JobError;

/// Version of what a run finds and records. A result of an older version stays readable, and is never taken for the present one.
const RESULT_VERSION: u32 = 6;

/// Digests of everything that a run depends on, hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateKey {
    /// Files, settings, what was decided at the centre, locks, the day.
    pub files: String,
    /// Heads of the journals, and what stands beside them.
    pub journals: String,
    /// What the counters have been told of results in doubt. Apart from the rest, because a run itself adds to it.
    #[serde(default)]
    pub told: String,
}

impl StateKey {
    /// The keys at this moment.
    pub async fn read(
        unit: &mut dyn UnitOfWork,
        tenant: &TenantId,
        as_of: CivilDate,
    ) -> Result<Self, JobError> {
        let (mut files, mut journals) = (Sha256::new(), Sha256::new());
        files.update(format!("{RESULT_VERSION} {as_of} {};", unit.last_file(tenant).await?));
        for row in unit.contracts(tenant).await? {
            files.update(format!("{} {} {} {};", row.contract, row.valid_from, row.version, row.config));
        }
        for row in unit.source_settings(tenant).await? {
            files.update(format!("{} {} {} {};", row.source, row.valid_from, row.version, row.config));
        }
        // A program that knows another year of holidays counts other pay days.
        files.update(format!("holidays until {};", engine::holidays::HOLIDAYS_TO_YEAR));
        let (from, to) = (as_of.plus_days(-SCOPE_DAYS), as_of.plus_days(SCOPE_DAYS));
        for row in unit.bank_holidays(tenant, from, to).await? {
            files.update(format!("{};", row.day));
        }
        for row in unit.counter_holidays(tenant, from, as_of).await? {
            files.update(format!("{} {} {};", row.counter, row.day, row.closed));
        }
        let refunds = unit.refunds(tenant, from, as_of).await?;
        for row in refunds.iter().filter(|row| is_told(row)) {
            files.update(format!("refund {};", row.refund));
        }
        for row in unit.controls(tenant).await? {
            if let Some(decision) = row.decision.filter(|decision| decision.approved) {
                files.update(format!("control {};", decision.number));
            }
        }
        for row in unit.locks(tenant).await? {
            files.update(format!("lock {};", row.number));
        }
        for row in unit.counters(tenant).await? {
            files.update(format!("{} {};", row.counter, row.profile_version));
            for incarnation in unit.incarnations(tenant, &row.counter).await? {
                let number = incarnation.incarnation.0;
                journals.update(format!("{} {number} {};", row.counter, incarnation.head.hash.to_hex()));
            }
        }
        for entry in unit.aside_entries(tenant).await? {
            journals.update(format!("aside {};", entry.hash.to_hex()));
        }
        for gap in unit.journal_gaps(tenant).await? {
            journals.update(format!("gap {} {} {};", gap.counter, gap.incarnation.0, gap.head.0));
        }
        let told = told_digest(&notices::told(unit, tenant).await?);
        Ok(Self { files: hex::encode(files.finalize()), journals: hex::encode(journals.finalize()), told })
    }

    /// Whether only journals have moved on since this key.
    pub fn only_journals_moved(&self, now: &Self) -> bool {
        self.files == now.files && self.told == now.told
    }
}

/// Digest of what counters have been told, in the order of the attempts: the first word about each counts.
pub fn told_digest(told: &[Told]) -> String {
    let mut lines = BTreeMap::new();
    for (attempt, line) in told.iter().filter_map(Told::line) {
        lines.entry(attempt).or_insert(line);
    }
    let mut hasher = Sha256::new();
    lines.values().for_each(|line| hasher.update(line));
    hex::encode(hasher.finalize())
}
