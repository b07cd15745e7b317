//! Stage 6: rolls reported rows up into payouts, one per contract and closing period.
//!
//! Invariants: net = sales + refunds − fee − tax (where kept back) − transfer fee + carry-in, unless that is not positive: then nothing is paid and
//! all of it is carried out. carry-in of a closing = carry-out of the one before.

use std::collections::BTreeMap;

use domain::money::{Yen, YenOverflow};

use crate::{
    calendar::Period,
    contract::GrossOrNet,
    fee::{Fee, fee},
    ident::stable_id,
    ledger::{Classified, Theirs, Timing},
    outcome::{Figure, Payout, PayoutState},
    world::World,
};

/// Key of a payout: place of the contract and period.
pub(crate) type PayoutKey = (usize, Period);

/// Every payout, by contract and period.
pub(crate) fn payouts(
    world: &World<'_>,
    leg1: &Classified,
) -> Result<BTreeMap<PayoutKey, Payout>, YenOverflow> {
    let mut grouped: BTreeMap<PayoutKey, Vec<&Theirs>> = BTreeMap::new();
    for theirs in &leg1.theirs {
        let period = world.period(theirs.contract, theirs.closing_date);
        grouped.entry((theirs.contract, period)).or_default().push(theirs);
    }
    let mut found: BTreeMap<PayoutKey, Payout> = BTreeMap::new();
    let mut carried = (usize::MAX, Yen::ZERO);
    for ((contract, period), rows) in grouped {
        let carry_in = if carried.0 == contract { carried.1 } else { Yen::ZERO };
        let payout = derive(world, contract, period, &rows, carry_in)?;
        carried = (contract, payout.carry_out);
        found.insert((contract, period), payout);
    }
    for ours in leg1.ours.iter().filter(|ours| ours.timing == Timing::Awaiting) {
        if let Some(payout) = found.get_mut(&(ours.contract, world.period(ours.contract, ours.date))) {
            payout.complete = false;
        }
    }
    Ok(found)
}

fn derive(
    world: &World<'_>,
    contract: usize,
    period: Period,
    rows: &[&Theirs],
    carry_in: Yen,
) -> Result<Payout, YenOverflow> {
    let c = world.contracts[contract];
    let (mut sales, mut refunds) = (Figure::default(), Figure::default());
    for row in rows {
        if row.refund { refunds.add(1, row.amount) } else { sales.add(1, row.amount) }
    }
    let amounts: Vec<Yen> = rows.iter().map(|row| row.amount).collect();
    let Fee { fee, tax } = fee(&c.fee, &amounts)?;
    let kept_back = match c.gross_or_net {
        GrossOrNet::Net => fee.checked_add(tax)?,
        GrossOrNet::Gross => Yen::ZERO,
    };
    let before_transfer = sales.plus(refunds).amount.checked_sub(kept_back)?.checked_add(carry_in)?;
    let after_transfer = before_transfer.checked_sub(c.transfer_fee)?;
    let pays = after_transfer > Yen::ZERO;
    Ok(Payout {
        id: stable_id("payout", &[c.id.as_str(), &period.to.to_string()]),
        contract: c.id.clone(),
        from: period.from,
        to: period.to,
        expected_on: world.facts.calendar.payout_day(&c.payout, period.to),
        sales,
        refunds,
        fee,
        fee_tax: tax,
        transfer_fee: if pays { c.transfer_fee } else { Yen::ZERO },
        gross_or_net: c.gross_or_net,
        carry_in,
        net: if pays { after_transfer } else { Yen::ZERO },
        carry_out: if pays { Yen::ZERO } else { before_transfer },
        complete: true,
        state: if pays { PayoutState::NotDue } else { PayoutState::CarriedOver },
        deposit: None,
        deposited: Yen::ZERO,
        deposited_on: None,
        overdue_days: 0,
    })
}
