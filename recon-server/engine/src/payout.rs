//! Stage 6: rolls reported rows up into payouts, one per contract and closing period.
//!
//! Invariants: net = sales + refunds − fee − tax (where kept back) − transfer fee + carry-in, unless that is not positive: then nothing is paid and
//! all of it is carried out, or set off against another payout of its payer ([`crate::setoff`]). carry-in of a closing = carry-out of the one before.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    money::{Yen, YenOverflow},
    time::FiscalYear,
};

use crate::{
    calendar::Period,
    contract::GrossOrNet,
    fee::{Fee, fee},
    ident::stable_id,
    ledger::{Classified, Theirs, Timing},
    outcome::{Figure, Payout, PayoutState},
    world::World,
    years,
};

/// Key of a payout: place of the contract and period.
pub(crate) type PayoutKey = (usize, Period);

/// Every payout, by contract and period. A minus of `set_off` is paid as it is, off other payouts.
pub(crate) fn payouts(
    world: &World<'_>,
    leg1: &Classified,
    set_off: &BTreeSet<PayoutKey>,
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
        let set_off = set_off.contains(&(contract, period));
        let payout = derive(world, (contract, period), &rows, carry_in, set_off)?;
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
    (contract, period): PayoutKey,
    rows: &[&Theirs],
    carry_in: Yen,
    set_off: bool,
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
    let (net, carry_out) = match (pays, set_off) {
        (true, _) => (after_transfer, Yen::ZERO),
        (false, true) => (before_transfer, Yen::ZERO),
        (false, false) => (Yen::ZERO, before_transfer),
    };
    let mut payout = Payout {
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
        net,
        carry_out,
        complete: true,
        state: if pays || set_off { PayoutState::NotDue } else { PayoutState::CarriedOver },
        deposits: Vec::new(),
        deposited: Yen::ZERO,
        deposited_on: None,
        overdue_days: 0,
        years: Vec::new(),
    };
    payout.years = years::split(c.fee_year, &payout, &by_year(world, rows));
    Ok(payout)
}

/// Sales and refunds of a closing by fiscal year.
fn by_year(world: &World<'_>, rows: &[&Theirs]) -> BTreeMap<FiscalYear, Figure> {
    let mut years = BTreeMap::new();
    for row in rows {
        let year = match (row.sale.map(|sale| world.sales[sale]), row.row) {
            (Some(sale), _) => sale.books_year(),
            (None, Some(row)) => world.rows[row].at.date().fiscal_year(),
            (None, None) => row.closing_date.fiscal_year(),
        };
        let figure: &mut Figure = years.entry(year).or_default();
        figure.add(if row.refund { -1 } else { 1 }, row.amount);
    }
    years
}
