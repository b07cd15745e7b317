//! Facts that cannot be worked on are refused before anything is computed: double ids, amounts out of bounds, rows of no contract.
//!
//! Invariant: after [`check`] and [`twice`], every sum of a run fits `i64` yen.

use std::collections::BTreeSet;

use domain::money::{Yen, YenOverflow};

use crate::{
    facts::{FACT_YEN_MAX, FACTS_MAX, Facts},
    world::World,
};

/// Facts that contradict themselves: a fault of the caller, not of the data's owners.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFacts {
    /// Too many of a kind.
    #[error("more than {FACTS_MAX} facts of kind {0}")]
    TooMany(&'static str),
    /// Two of a kind with one id.
    #[error("{kind} {id} is given twice")]
    Twice {
        /// Kind.
        kind: &'static str,
        /// Id.
        id: String,
    },
    /// An amount beyond [`FACT_YEN_MAX`].
    #[error("{kind} {id} has an amount beyond {FACT_YEN_MAX} yen")]
    Amount {
        /// Kind.
        kind: &'static str,
        /// Id.
        id: String,
    },
    /// A row of a contract that is not given.
    #[error("row {id} belongs to contract {contract}, which is not given")]
    NoSuchContract {
        /// Row.
        id: String,
        /// Contract.
        contract: String,
    },
    /// A contract that covers nothing.
    #[error("contract {0} covers no method and brand")]
    CoversNothing(String),
    /// A sum left the range of yen.
    #[error(transparent)]
    Overflow(#[from] YenOverflow),
}

/// Refuses facts that contradict themselves. That no two have one id is seen where they stand in order: [`twice`].
pub(crate) fn check(facts: &Facts) -> Result<(), BadFacts> {
    bounded("sale", facts.sales.iter().map(|s| (s.id.as_str(), s.amount)))?;
    bounded("row", facts.rows.iter().map(|r| (r.id.as_str(), r.amount)))?;
    bounded("deposit", facts.deposits.iter().map(|d| (d.id.as_str(), d.amount)))?;
    bounded("contract", facts.contracts.iter().map(|c| (c.id.as_str(), c.transfer_fee)))?;
    bounded("declared payout", facts.declared.iter().map(|d| (d.id.as_str(), d.net)))?;
    let contracts: BTreeSet<_> = facts.contracts.iter().map(|c| &c.id).collect();
    if let Some(contract) = facts.contracts.iter().find(|c| c.covers.is_empty()) {
        return Err(BadFacts::CoversNothing(contract.id.to_string()));
    }
    if let Some(stray) = facts.declared.iter().find(|declared| !contracts.contains(&declared.contract)) {
        return Err(BadFacts::NoSuchContract { id: stray.id.clone(), contract: stray.contract.to_string() });
    }
    match facts.rows.iter().find(|row| !contracts.contains(&row.contract)) {
        Some(row) => Err(BadFacts::NoSuchContract { id: row.id.clone(), contract: row.contract.to_string() }),
        None => Ok(()),
    }
}

fn bounded<'a, I: Iterator<Item = (&'a str, Yen)>>(kind: &'static str, facts: I) -> Result<(), BadFacts> {
    for (nth, (id, amount)) in facts.enumerate() {
        if amount.get().unsigned_abs() > FACT_YEN_MAX.unsigned_abs() {
            return Err(BadFacts::Amount { kind, id: id.to_owned() });
        }
        if nth >= FACTS_MAX {
            return Err(BadFacts::TooMany(kind));
        }
    }
    Ok(())
}

/// Refuses two of a kind with one id.
pub(crate) fn twice(world: &World<'_>) -> Result<(), BadFacts> {
    match world.twice {
        Some((kind, id)) => Err(BadFacts::Twice { kind, id: id.to_owned() }),
        None => Ok(()),
    }
}
