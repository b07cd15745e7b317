//! A minus that the payer set off: a closing with nothing to pay, taken off another contract's payout instead of the next closing.
//!
//! Invariants: without a deposit that proves it to the yen, a minus is carried into the next closing ([`crate::payout`]); it counts as
//! set off only where everything that arrived exactly without it still does. At most three derivations, whatever the facts.

use std::collections::{BTreeMap, BTreeSet};

use domain::money::YenOverflow;

use crate::{
    class::ExceptionClass,
    deposit::{self, Leg3, is_from},
    ledger::Classified,
    outcome::{Ended, Payout, PayoutState, Side},
    payout::{self, PayoutKey},
    world::World,
};

/// Payouts, and what leg 3 finds of them.
pub(crate) struct Settled {
    pub payouts: BTreeMap<PayoutKey, Payout>,
    pub leg3: Leg3,
}

/// Derives payouts and settles them with the deposits.
pub(crate) fn settle(world: &World<'_>, leg1: &Classified) -> Result<Settled, YenOverflow> {
    let plain = derive(world, leg1, &BTreeSet::new())?;
    let minus = candidates(world, &plain);
    if minus.is_empty() {
        return Ok(plain);
    }
    let trial = derive(world, leg1, &minus)?;
    let proven: BTreeSet<PayoutKey> = minus.iter().copied().filter(|key| trial.arrived(key)).collect();
    if proven.is_empty() {
        return Ok(plain);
    }
    let narrowed = if proven == minus { trial } else { derive(world, leg1, &proven)? };
    let still = |key: &PayoutKey| narrowed.arrived(key);
    let holds = proven.iter().all(still) && plain.payouts.keys().filter(|key| plain.arrived(key)).all(still);
    Ok(if holds { narrowed } else { plain })
}

impl Settled {
    fn arrived(&self, key: &PayoutKey) -> bool {
        self.payouts.get(key).is_some_and(|payout| payout.state == PayoutState::Arrived)
    }
}

fn derive(
    world: &World<'_>,
    leg1: &Classified,
    set_off: &BTreeSet<PayoutKey>,
) -> Result<Settled, YenOverflow> {
    let mut payouts = payout::payouts(world, leg1, set_off)?;
    let leg3 = deposit::settle(world, &mut payouts);
    Ok(Settled { payouts, leg3 })
}

/// Carried closings of a payer of whom a deposit is here that no payout explains to the yen.
fn candidates(world: &World<'_>, plain: &Settled) -> BTreeSet<PayoutKey> {
    let unexplained = |ended: &Ended| {
        matches!(
            ended,
            Ended::Exception {
                class: ExceptionClass::DepositNoPayout | ExceptionClass::DepositAmountDiff,
                ..
            }
        )
    };
    let deposits: BTreeSet<&str> = plain
        .leg3
        .dispositions
        .iter()
        .filter(|placed| placed.side == Side::Bank && unexplained(&placed.ended))
        .map(|placed| placed.id.as_str())
        .collect();
    let open: Vec<_> =
        world.deposits.iter().filter(|deposit| deposits.contains(deposit.id.as_str())).collect();
    let fits = |(key, payout): &(&PayoutKey, &Payout)| {
        let contract = world.contracts[key.0];
        payout.carry_out.is_negative()
            && open.iter().any(|deposit| {
                is_from(deposit, contract)
                    && contract.deposit_window.holds(payout.expected_on, deposit.booked_on)
            })
    };
    plain.payouts.iter().filter(fits).map(|(key, _)| *key).collect()
}
