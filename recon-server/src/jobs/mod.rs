//! What the centre does with what it has: take files in, reconcile, report, check itself, back itself up.
//!
//! Invariants: jobs take store and time as parameters and have no page or HTTP in them, so that the command line, the pages and the
//! town run the same code; a job either commits everything or nothing.

pub mod audit;
pub mod backup;
pub mod books;
pub mod compare;
pub mod controls;
pub mod exceptions;
pub mod expected;
pub mod fees;
pub mod finance;
pub mod hand;
pub mod import;
pub mod month;
pub mod papers;
pub mod period;
pub mod reconcile;
pub mod refund;
pub mod report;
pub mod second_person;
pub mod settled;
pub mod terms;
pub mod verify;

pub(crate) use terms::contract_rows;

use std::collections::BTreeMap;

use domain::{id::ContractId, time::CivilDate};
use engine::Contract;
use store::{StoreError, matching::ContractRow};

/// Why a job could not be done. What is wrong with a *file* is no error but an answer ([`import::Outcome::Refused`]).
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// A stored contract is none that this program can read.
    #[error("contract {contract} is stored in a form that this program cannot read")]
    Contract {
        /// Which.
        contract: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A result could not be written as or read from JSON.
    #[error("{what} as JSON")]
    Json {
        /// What.
        what: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The facts break a rule of the engine.
    #[error("the facts cannot be reconciled: {0}")]
    Facts(String),
    /// A built-in statement profile cannot be read: a fault of this program.
    #[error("statement profile: {0}")]
    Profile(#[from] formats::statement::BadProfile),
}

/// The contracts as of a day: of each, the newest version whose day has come; of one that begins later, its first version, because
/// its rows may already be here and nothing may be dropped. What earlier versions charged stays in force for their days.
///
/// # Errors
/// When a stored contract cannot be read.
pub fn contracts_in_force(rows: &[ContractRow], on: CivilDate) -> Result<Vec<Contract>, JobError> {
    let mut chosen: BTreeMap<&ContractId, &ContractRow> = BTreeMap::new();
    for row in rows {
        chosen.entry(&row.contract).and_modify(|known| *known = in_force(known, row, on)).or_insert(row);
    }
    let read = |row: &ContractRow| {
        serde_json::from_str(&row.config)
            .map_err(|source| JobError::Contract { contract: row.contract.to_string(), source })
    };
    let with_history = |row: &ContractRow| -> Result<Contract, JobError> {
        let mut earlier: Vec<&ContractRow> =
            rows.iter().filter(|r| r.contract == row.contract && r.valid_from <= row.valid_from).collect();
        earlier.sort_by_key(|r| (r.valid_from, r.version));
        let versions: Vec<(CivilDate, Contract)> =
            earlier.iter().map(|r| Ok((r.valid_from, read(r)?))).collect::<Result<_, JobError>>()?;
        Ok(read(row)?.with_history(versions.iter().map(|(from, version)| (*from, version))))
    };
    chosen.into_values().map(with_history).collect()
}

/// Which of two versions holds on a day.
fn in_force<'a>(left: &'a ContractRow, right: &'a ContractRow, on: CivilDate) -> &'a ContractRow {
    let rank = |row: &ContractRow| (row.valid_from, row.version);
    let (older, newer) = if rank(left) <= rank(right) { (left, right) } else { (right, left) };
    let newer_holds = newer.valid_from <= on || newer.valid_from == older.valid_from;
    if newer_holds { newer } else { older }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_whose_day_has_come() {
        let row = |from: &str, version: u32| ContractRow {
            contract: "c".parse().unwrap(),
            valid_from: from.parse().unwrap(),
            version,
            config: String::new(),
        };
        let rows = [row("2026-04-01", 1), row("2026-04-01", 2), row("2027-04-01", 1)];
        for (on, from, version) in [
            ("2026-03-01", "2026-04-01", 2),
            ("2026-04-01", "2026-04-01", 2),
            ("2027-03-31", "2026-04-01", 2),
            ("2027-04-01", "2027-04-01", 1),
        ] {
            let on = on.parse().unwrap();
            let held = rows.iter().reduce(|left, right| in_force(left, right, on)).unwrap();
            assert_eq!((held.valid_from.to_string().as_str(), held.version), (from, version), "{on}");
            let back = rows.iter().rev().reduce(|left, right| in_force(left, right, on)).unwrap();
            assert_eq!(held, back, "whatever the order");
        }
    }
}
