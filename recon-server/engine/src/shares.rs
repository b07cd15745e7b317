//! Shares of a closing on the report lines: fee, payout and deposit by largest remainder.
//!
//! Invariant: over the lines of a closing, fee shares sum to fee + tax, expected shares to the payout, deposited shares to the deposit.

use std::collections::BTreeMap;

use domain::money::Yen;
use rustc_hash::FxHashMap;

use crate::{
    allocate::allocate,
    contract::GrossOrNet,
    ledger::Classified,
    lines::{LineKey, Lines},
    outcome::{Exception, Payout},
    payout::PayoutKey,
    sheet::payout_verdict,
    world::World,
};

/// Gives each line its share of every closing that it is part of.
pub(crate) fn share<'f>(
    world: &World<'f>,
    leg1: &Classified,
    payouts: &BTreeMap<PayoutKey, Payout>,
    exceptions: &[Exception],
    lines: &mut Lines<'f>,
) {
    let mut sums: FxHashMap<(PayoutKey, usize), i64> = FxHashMap::default();
    for theirs in &leg1.theirs {
        if let Some(place) = lines.of_theirs(theirs) {
            let payout = (theirs.contract, world.period(theirs.contract, theirs.closing_date));
            let sum = sums.entry((payout, place)).or_default();
            *sum = sum.saturating_add(theirs.amount.get());
        }
    }
    let mut reported: BTreeMap<PayoutKey, BTreeMap<LineKey<'f>, i64>> = BTreeMap::new();
    for ((payout, place), yen) in sums {
        reported.entry(payout).or_default().insert(lines.key(place), yen);
    }
    let mut about: BTreeMap<&str, Vec<&Exception>> = BTreeMap::new();
    for exception in exceptions {
        exception.members.iter().for_each(|member| about.entry(member).or_default().push(exception));
    }
    for (key, by_line) in reported {
        if let Some(payout) = payouts.get(&key) {
            one(world, payout, by_line, about.get(payout.id.as_str()).map_or(&[], Vec::as_slice), lines);
        }
    }
}

fn one<'f>(
    world: &World<'f>,
    payout: &Payout,
    by_line: BTreeMap<LineKey<'f>, i64>,
    exceptions: &[&Exception],
    lines: &mut Lines<'f>,
) {
    let weights: Vec<i64> = by_line.values().copied().collect();
    let fee = payout.fee.saturating_add(payout.fee_tax);
    let kept = if payout.gross_or_net == GrossOrNet::Net { fee } else { Yen::ZERO };
    let total = payout.sales.plus(payout.refunds).amount;
    let rest = total.saturating_sub(kept).saturating_sub(payout.net);
    let fees = allocate(fee.get(), &weights);
    let rests = allocate(rest.get(), &weights);
    let expected: Vec<i64> = (0..weights.len())
        .map(|i| {
            let fee = if payout.gross_or_net == GrossOrNet::Net { fees[i] } else { 0 };
            weights[i].saturating_sub(fee).saturating_sub(rests[i])
        })
        .collect();
    let deposited = if payout.deposited == payout.net {
        expected.clone()
    } else {
        allocate(payout.deposited.get(), &expected)
    };
    for (i, key) in by_line.into_keys().enumerate() {
        for exception in exceptions {
            lines.hang(world, key, exception, false);
        }
        let line = lines.line(world, key);
        line.fee = line.fee.saturating_add(Yen::new(fees[i]));
        line.expected = line.expected.saturating_add(Yen::new(expected[i]));
        line.deposited = line.deposited.saturating_add(Yen::new(deposited[i]));
        line.expected_on = line.expected_on.max(Some(payout.expected_on));
        line.verdict = line.verdict.max(payout_verdict(payout.state));
    }
}
