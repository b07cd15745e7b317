//! What a signed closing shows, and what its present state is measured against.
//!
//! Invariants: of several locks that hold a closing, the one that signed it first says what is shown; the newest that says how it stood
//! says what it is measured against, so that a correction is an item once. A closing that nobody saw when its period was signed was
//! signed as nothing: what comes of it later is an item too. Not here: what differs ([`super::prior`]).

use std::collections::BTreeMap;

use domain::{money::Yen, time::CivilDate};

use crate::{
    contract::Contract,
    locks::PeriodLock,
    outcome::{ContractSheet, Figure},
    world::World,
};

/// Place of the contract among the world's, and closing day.
pub(super) type Closing = (usize, CivilDate);

/// A signed closing.
pub(super) struct Signed {
    /// What is shown; as signed.
    pub sheet: ContractSheet,
    /// How it stood when it was last accounted for.
    pub base: ContractSheet,
    /// Last day of the lock that says so. Money that arrived later is of a later period.
    pub through: CivilDate,
    /// A later lock took something in since it was signed.
    pub again: bool,
    /// It was there when its period was signed.
    pub seen: bool,
}

impl Signed {
    fn of(sheet: &ContractSheet, through: CivilDate) -> Self {
        Self { sheet: sheet.clone(), base: sheet.clone(), through, again: false, seen: true }
    }

    fn nothing(sheet: &ContractSheet, through: CivilDate) -> Self {
        Self { seen: false, ..Self::of(&emptied(sheet), through) }
    }
}

/// Every signed closing whose facts are all given, by contract and closing day.
pub(super) fn signed(
    world: &World<'_>,
    present: &BTreeMap<Closing, ContractSheet>,
) -> BTreeMap<Closing, Signed> {
    let mut locks: Vec<&PeriodLock> = world.facts.locks.iter().collect();
    locks.sort_by(|a, b| {
        (a.through, &a.contract, &a.frozen.run_sha256).cmp(&(b.through, &b.contract, &b.frozen.run_sha256))
    });
    let mut signed = BTreeMap::new();
    for lock in &locks {
        for sheet in lock.frozen.sheets.iter().filter(|sheet| lock.holds(&sheet.contract, sheet.to)) {
            if let Some(place) = place(world, sheet) {
                signed.entry((place, sheet.to)).or_insert_with(|| Signed::of(sheet, lock.through));
            }
        }
    }
    for (closing, sheet) in present {
        // A lock that rests on no run (opening position) says nothing of what it did not sign.
        let holds = |lock: &&&PeriodLock| {
            !lock.frozen.run_sha256.is_empty() && lock.holds(&sheet.contract, sheet.to) && lock.knows(sheet)
        };
        if let Some(lock) = locks.iter().find(holds) {
            signed.entry(*closing).or_insert_with(|| Signed::nothing(sheet, lock.through));
        }
    }
    for lock in &locks {
        for sheet in lock.frozen.standing.iter().filter(|sheet| lock.knows(sheet)) {
            let Some(place) = place(world, sheet) else { continue };
            let entry = signed.entry((place, sheet.to));
            let known = entry.or_insert_with(|| Signed::nothing(sheet, lock.through));
            (known.base, known.through, known.again) = (sheet.clone(), lock.through, true);
        }
    }
    signed
}

impl PeriodLock {
    /// Whether all facts of a closing are given.
    pub(super) fn knows(&self, sheet: &ContractSheet) -> bool {
        self.facts_from.is_none_or(|first| first <= sheet.from)
    }
}

/// Place of a sheet's contract; none where the contract is not given any more.
pub(super) fn place(world: &World<'_>, sheet: &ContractSheet) -> Option<usize> {
    world.contracts.binary_search_by(|c: &&Contract| c.id.cmp(&sheet.contract)).ok()
}

/// The same closing without any figure.
pub(super) fn emptied(sheet: &ContractSheet) -> ContractSheet {
    let (none, zero) = (Figure::default(), Yen::ZERO);
    ContractSheet {
        opening: none,
        sales: none,
        settled_unknowns: none,
        refunds: none,
        reported_sales: none,
        reported_refunds: none,
        carried: none,
        awaiting: none,
        breaks_net: none,
        breaks_gross: zero,
        unknown: none,
        fee: zero,
        fee_tax: zero,
        payout: zero,
        deposited: zero,
        deposited_on: None,
        in_transit: zero,
        residual: zero,
        verdict: crate::class::Verdict::Matched,
        sentence_ja: "締めたときには何もありませんでした".to_owned(),
        payout_state: crate::outcome::PayoutState::CarriedOver,
        ..sheet.clone()
    }
}
