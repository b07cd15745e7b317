//! Stage 6: rolls reported rows up into payouts, one per contract and closing period.
//!
//! Invariants: net = sales + refunds − fee − tax − plan fee (where kept back) − transfer fee + adjustment + carry-in, unless that is not positive or
//! below the contract's threshold: then nothing is paid and all of it is carried out, or set off against another payout of its payer
//! ([`crate::setoff`]). carry-in of a closing = carry-out of the one before. Where a payment statement is here its figures are the
//! payout's, and ours stand beside them ([`crate::variance`]).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    money::{Yen, YenOverflow},
    time::{CivilDate, FiscalYear},
};

use crate::{
    breakdown,
    calendar::Period,
    contract::{DatedTerms, GrossOrNet},
    fee::{Charged, Fee, dated_fee},
    ident::stable_id,
    ledger::{Classified, Theirs, Timing},
    outcome::{Figure, Payout, PayoutState},
    variance,
    world::World,
    years,
};

/// Key of a payout: place of the contract and period.
pub(crate) type PayoutKey = (usize, Period);

/// What a closing hands to the next one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Carry {
    pub total: Yen,
    /// Of a sum that was too small to pay: whose year's it is. Empty for a minus, which is the next closing's cost.
    pub by_year: BTreeMap<FiscalYear, Yen>,
}

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
    let declared = variance::by_closing(world);
    let mut found: BTreeMap<PayoutKey, Payout> = BTreeMap::new();
    let mut carried = (usize::MAX, Carry::default());
    for (key, rows) in grouped {
        let carry_in = if carried.0 == key.0 { carried.1 } else { Carry::default() };
        let pieces = breakdown::pieces(world, &rows);
        let mut payout = derive(world, key, &rows, &carry_in, set_off.contains(&key))?;
        if let Some(said) = declared.get(&key).filter(|said| said.covers(&rows)) {
            said.adopt(&mut payout);
        }
        let by_year = breakdown::by_year(&pieces);
        let rule = world.contracts[key.0].fee_year;
        let (shares, carry_out) = years::split(rule, &payout, &by_year, &carry_in.by_year);
        payout.years = shares;
        payout.breakdown = breakdown::parts(&payout, &pieces);
        carried = (key.0, Carry { total: payout.carry_out, by_year: carry_out });
        found.insert(key, payout);
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
    carry_in: &Carry,
    set_off: bool,
) -> Result<Payout, YenOverflow> {
    let c = world.contracts[contract];
    let terms = c.terms_on(period.to);
    let (mut sales, mut refunds) = (Figure::default(), Figure::default());
    for row in rows {
        if row.refund { refunds.add(1, row.amount) } else { sales.add(1, row.amount) }
    }
    let charged: Vec<Charged> = rows.iter().map(|row| charged(world, row)).collect();
    let Fee { fee, tax } = dated_fee(c, &charged)?;
    let plan_fee = plan_fee(&terms, period)?;
    let kept_back = match c.gross_or_net {
        GrossOrNet::Net => fee.checked_add(tax)?.checked_add(plan_fee)?,
        GrossOrNet::Gross => Yen::ZERO,
    };
    let before_transfer = sales.plus(refunds).amount.checked_sub(kept_back)?.checked_add(carry_in.total)?;
    let after_transfer = before_transfer.checked_sub(terms.transfer_fee)?;
    let pays = after_transfer > Yen::ZERO && before_transfer >= terms.carry_below;
    let minus = after_transfer <= Yen::ZERO;
    let (net, carry_out) = match (pays, set_off && minus) {
        (true, _) => (after_transfer, Yen::ZERO),
        (false, true) => (before_transfer, Yen::ZERO),
        (false, false) => (Yen::ZERO, before_transfer),
    };
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
        transfer_fee: if pays { terms.transfer_fee } else { Yen::ZERO },
        gross_or_net: c.gross_or_net,
        carry_in: carry_in.total,
        net,
        carry_out,
        complete: true,
        state: if carry_out == Yen::ZERO && (pays || set_off) {
            PayoutState::NotDue
        } else {
            PayoutState::CarriedOver
        },
        deposits: Vec::new(),
        deposited: Yen::ZERO,
        deposited_on: None,
        overdue_days: 0,
        overdue_business_days: 0,
        plan_fee: if c.gross_or_net == GrossOrNet::Net { plan_fee } else { Yen::ZERO },
        adjustment: Yen::ZERO,
        declared: None,
        years: Vec::new(),
        breakdown: Vec::new(),
    })
}

/// 月額利用料 of a closing: once for every month whose last day lies in it.
fn plan_fee(terms: &DatedTerms, period: Period) -> Result<Yen, YenOverflow> {
    let mut month_end = period.from.month_end();
    let mut months = 0_u32;
    while month_end <= period.to {
        months = months.saturating_add(1);
        let next = month_end.plus_days(1).month_end();
        if next <= month_end {
            break;
        }
        month_end = next;
    }
    terms.plan_fee.checked_mul(months)
}

/// What a fee is taken of: by the day of the sale, not that of the closing.
fn charged(world: &World<'_>, theirs: &Theirs) -> Charged {
    let (row, sale) = (theirs.row.map(|row| world.rows[row]), theirs.sale.map(|sale| world.sales[sale]));
    let brand = row.and_then(|r| r.brand.as_ref()).or(sale.and_then(|s| s.brand.as_ref()));
    let day = row.map_or(theirs.closing_date, |r| r.at.date());
    Charged { day, brand: brand.cloned(), amount: theirs.amount }
}

/// The day that decides the fiscal year of a row that nothing of ours stands behind.
pub(crate) fn day_of(world: &World<'_>, theirs: &Theirs) -> CivilDate {
    theirs.row.map_or(theirs.closing_date, |row| world.rows[row].at.date())
}
