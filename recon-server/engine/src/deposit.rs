//! Stage 7: one payout, one deposit: account, confirmed remitter name, exact net, expected day. And what is left of leg 3.
//!
//! Invariants: a pair is accepted only when each is the other's sole candidate; an unconfirmed name is never matched by itself, only shown.

use std::collections::BTreeMap;

use domain::money::Yen;

use crate::{
    class::{ExceptionClass, Verdict},
    contract::Contract,
    evidence,
    facts::Deposit,
    ledger::Draft,
    outcome::{Disposition, Ended, Exception, Link, Payout, PayoutState, Side},
    payout::PayoutKey,
    sentence,
    world::World,
};

/// What leg 3 finds.
#[derive(Default)]
pub(crate) struct Leg3 {
    pub links: Vec<Link>,
    pub exceptions: Vec<Exception>,
    pub dispositions: Vec<Disposition>,
}

/// Joins payouts and deposits; sets state, deposit and overdue days of each payout.
pub(crate) fn settle(world: &World<'_>, payouts: &mut BTreeMap<PayoutKey, Payout>) -> Leg3 {
    let mut keys: Vec<Option<PayoutKey>> = vec![None; world.deposits.len()];
    let mut out = Leg3::default();
    for exact in [true, false] {
        for (key, place) in sole_pairs(world, payouts, &keys, exact) {
            keys[place] = Some(key);
            if let Some(payout) = payouts.get_mut(&key) {
                let deposit = world.deposits[place];
                payout.state = if exact { PayoutState::Arrived } else { PayoutState::AmountDiffers };
                payout.deposit = Some(deposit.id.clone());
                payout.deposited = deposit.amount;
                payout.deposited_on = Some(deposit.booked_on);
            }
        }
    }
    let mut ends: BTreeMap<String, Ended> = BTreeMap::new();
    for (key, payout) in payouts.iter_mut() {
        let contract = world.contracts[key.0];
        let ended = match &payout.deposit {
            Some(_) => out.arrived(world, payout, contract),
            None if payout.state == PayoutState::CarriedOver => Ended::CarriedOver,
            None => out.not_arrived(world, payout, contract),
        };
        ends.insert(payout.id.clone(), ended.clone());
        out.dispositions.push(Disposition {
            side: Side::Payout,
            id: payout.id.clone(),
            amount: payout.net,
            ended,
        });
    }
    for (place, deposit) in world.deposits.iter().enumerate() {
        let ended =
            keys[place].and_then(|key| payouts.get(&key)).and_then(|payout| ends.get(&payout.id).cloned());
        let ended = ended.unwrap_or_else(|| out.unexpected(world, deposit, payouts));
        out.dispositions.push(Disposition {
            side: Side::Bank,
            id: deposit.id.clone(),
            amount: deposit.amount,
            ended,
        });
    }
    out
}

/// Pairs of open payouts and open deposits in which each is the other's only candidate.
fn sole_pairs(
    world: &World<'_>,
    payouts: &BTreeMap<PayoutKey, Payout>,
    taken: &[Option<PayoutKey>],
    exact: bool,
) -> Vec<(PayoutKey, usize)> {
    let mut by_day: Vec<usize> = (0..world.deposits.len()).filter(|d| taken[*d].is_none()).collect();
    by_day.sort_by_key(|d| (world.deposits[*d].booked_on, *d));
    let mut pairs = Vec::new();
    let mut uses: BTreeMap<usize, u32> = BTreeMap::new();
    for (key, payout) in payouts.iter().filter(|(_, p)| p.deposit.is_none() && p.net > Yen::ZERO) {
        let contract = world.contracts[key.0];
        let window = contract.deposit_window;
        let first = payout.expected_on.plus_days(-i32::from(window.early_days));
        let last = payout.expected_on.plus_days(i32::from(window.late_days));
        let from = by_day.partition_point(|d| world.deposits[*d].booked_on < first);
        let to = by_day.partition_point(|d| world.deposits[*d].booked_on <= last);
        let candidates: Vec<usize> = by_day[from..to]
            .iter()
            .copied()
            .filter(|d| {
                is_from(world.deposits[*d], contract) && (!exact || world.deposits[*d].amount == payout.net)
            })
            .collect();
        candidates.iter().for_each(|d| *uses.entry(*d).or_default() += 1);
        if let [only] = candidates[..] {
            pairs.push((*key, only));
        }
    }
    pairs.retain(|(_, deposit)| uses.get(deposit) == Some(&1));
    pairs
}

/// Money in, on the contract's account, under one of its confirmed names.
fn is_from(deposit: &Deposit, contract: &Contract) -> bool {
    deposit.amount > Yen::ZERO
        && contract.deposit_account.as_ref().is_none_or(|account| *account == deposit.account)
        && contract.payer_kana.contains(&deposit.remitter_kana)
}

impl Leg3 {
    fn raise(&mut self, world: &World<'_>, draft: Draft) -> Ended {
        let exception = draft.finish(world);
        let ended = Ended::Exception { exception: exception.id.clone(), class: exception.class };
        self.exceptions.push(exception);
        ended
    }

    fn arrived(&mut self, world: &World<'_>, payout: &Payout, contract: &Contract) -> Ended {
        let found = payout.deposit.as_deref().and_then(|id| {
            let place = world.deposits.binary_search_by(|d| d.id.as_str().cmp(id)).ok()?;
            Some(world.deposits[place])
        });
        let Some(deposit) = found else { return Ended::CarriedOver };
        let left = (payout.id.as_str(), payout.net, payout.expected_on.to_string());
        let right = (deposit.id.as_str(), deposit.amount, deposit.booked_on.to_string());
        let link = evidence::deposit_link(&world.facts.config_version, left, right, &deposit.remitter_kana);
        let ended = if payout.state == PayoutState::Arrived {
            Ended::Linked { link: link.id.clone() }
        } else {
            let difference = deposit.amount.saturating_sub(payout.net);
            let text = sentence::deposit_differs(payout, contract, deposit);
            let mut draft = about(world, payout, ExceptionClass::DepositAmountDiff, text);
            draft.members.push(deposit.id.clone());
            draft.amount = difference;
            draft.gross = Yen::new(difference.get().saturating_abs());
            self.raise(world, draft)
        };
        self.links.push(link);
        ended
    }

    /// A payout without deposit: not yet due, overdue, or the bank file of the day is not here.
    fn not_arrived(&mut self, world: &World<'_>, payout: &mut Payout, contract: &Contract) -> Ended {
        let as_of = world.facts.as_of;
        let bank_here = world.bank_covered(contract.deposit_account.as_deref(), payout.expected_on);
        let (state, class, verdict) = if as_of <= payout.to {
            (PayoutState::Open, ExceptionClass::PayoutNoDeposit, Verdict::Pending)
        } else if as_of <= payout.expected_on {
            (PayoutState::NotDue, ExceptionClass::PayoutNoDeposit, Verdict::Pending)
        } else if bank_here {
            (PayoutState::Overdue, ExceptionClass::PayoutNoDeposit, Verdict::Differences)
        } else {
            (PayoutState::BankFileMissing, ExceptionClass::MissingFile, Verdict::Incomplete)
        };
        payout.state = state;
        let text = match state {
            PayoutState::Overdue => {
                payout.overdue_days = as_of.days_since(payout.expected_on);
                sentence::overdue(payout, contract)
            }
            PayoutState::BankFileMissing => sentence::bank_file_missing(payout, contract),
            _ => sentence::not_due(payout, contract),
        };
        let draft = about(world, payout, class, text);
        self.raise(world, Draft { verdict: Some(verdict), ..draft })
    }

    /// A deposit without payout.
    fn unexpected(
        &mut self,
        world: &World<'_>,
        deposit: &Deposit,
        payouts: &BTreeMap<PayoutKey, Payout>,
    ) -> Ended {
        if deposit.amount <= Yen::ZERO {
            return Ended::OutOfScope;
        }
        let known = world.contracts.iter().copied().find(|c| is_from(deposit, c));
        let equal = payouts.iter().find(|(_, p)| p.deposit.is_none() && p.net == deposit.amount);
        let equal = equal.map(|(key, payout)| (payout, world.contracts[key.0]));
        let sentence_ja = sentence::deposit_without_payout(deposit, known, equal);
        let contract = known.and_then(|c| world.contracts.iter().position(|other| other.id == c.id));
        self.raise(
            world,
            Draft {
                class: ExceptionClass::DepositNoPayout,
                subject: deposit.id.clone(),
                members: vec![deposit.id.clone()],
                contract,
                counter: None,
                day: deposit.booked_on,
                amount: deposit.amount,
                gross: deposit.amount,
                sentence_ja,
                near: Vec::new(),
                verdict: known.is_none().then_some(Verdict::Pending),
            },
        )
    }
}

/// A draft about a payout. Its day is the expected one; its subject the payout, so the same case keeps its id from day to day.
fn about(world: &World<'_>, payout: &Payout, class: ExceptionClass, sentence_ja: String) -> Draft {
    Draft {
        class,
        subject: payout.id.clone(),
        members: vec![payout.id.clone()],
        contract: world.contracts.iter().position(|c| c.id == payout.contract),
        counter: None,
        day: payout.expected_on,
        amount: Yen::new(payout.net.get().saturating_neg()),
        gross: payout.net,
        sentence_ja,
        near: Vec::new(),
        verdict: None,
    }
}
