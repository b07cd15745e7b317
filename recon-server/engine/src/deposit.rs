//! Stage 7: one payout, one deposit: account, confirmed remitter name, exact net, expected day; then stage 8 ([`crate::sets`]), then what
//! is left of leg 3.
//!
//! Invariants: a pair is accepted only when each is the other's sole candidate, and an exact pair before any set; an unconfirmed name is
//! never matched by itself, only shown. An amount that differs is looked at last, and never of what several sets compete for.

use std::collections::{BTreeMap, BTreeSet};

use domain::money::Yen;

use crate::{
    causes::{self, Cause},
    class::{ExceptionClass, Verdict},
    contract::Contract,
    evidence::{self, Paid},
    facts::Deposit,
    ledger::Draft,
    outcome::{Disposition, Ended, Exception, Link, Payout, PayoutState, Side, Stage},
    payout::PayoutKey,
    reversal, sentence,
    sets::{self, Set},
    sheet::payout_verdict,
    world::World,
    years,
};

/// What leg 3 finds.
#[derive(Default)]
pub(crate) struct Leg3 {
    pub links: Vec<Link>,
    pub exceptions: Vec<Exception>,
    pub dispositions: Vec<Disposition>,
}

/// Joins payouts and deposits; sets state, deposits, years and overdue days of each payout.
pub(crate) fn settle(world: &World<'_>, payouts: &mut BTreeMap<PayoutKey, Payout>) -> Leg3 {
    let (paid, undecided) = matched(world, payouts);
    let mut out = Leg3::default();
    for (key, payout) in payouts.iter_mut() {
        if payout.deposits.is_empty() && payout.state != PayoutState::CarriedOver {
            await_it(world, payout, world.contracts[key.0]);
        }
        years::receive(payout);
    }
    let (mut of_payout, mut of_deposit) = (BTreeMap::new(), BTreeMap::new());
    for set in &undecided {
        let ended = out.undecided(world, payouts, set);
        of_payout.extend(set.payouts.iter().map(|key| (*key, ended.clone())));
        of_deposit.extend(set.deposits.iter().map(|place| (*place, ended.clone())));
    }
    for one in &paid {
        let Some(payout) = payouts.get(&one.key) else { continue };
        let ended = out.arrived(world, payouts, payout, one);
        of_payout.entry(one.key).or_insert_with(|| ended.clone());
        of_deposit.entry(one.deposit).or_insert(ended);
    }
    for (key, payout) in payouts.iter() {
        let ended = of_payout.remove(key).unwrap_or_else(|| match payout.state {
            PayoutState::CarriedOver => Ended::CarriedOver,
            _ => out.not_arrived(world, payout, world.contracts[key.0]),
        });
        let (id, amount) = (payout.id.clone(), payout.net);
        out.dispositions.push(Disposition { side: Side::Payout, id, amount, ended });
    }
    let taken_back = reversal::pairs(&world.deposits);
    for (place, deposit) in world.deposits.iter().enumerate() {
        let ended = of_deposit.remove(&place).unwrap_or_else(|| {
            if taken_back.contains(&place) { Ended::NoMoney } else { out.unexpected(world, deposit, payouts) }
        });
        let (id, amount) = (deposit.id.clone(), deposit.amount);
        out.dispositions.push(Disposition { side: Side::Bank, id, amount, ended });
    }
    out
}

/// Who was paid by what, and the sets that stay undecided.
fn matched(world: &World<'_>, payouts: &mut BTreeMap<PayoutKey, Payout>) -> (Vec<Paid>, Vec<Set>) {
    let mut paid: Vec<Paid> = Vec::new();
    let taken_back = reversal::pairs(&world.deposits);
    let mut open: Vec<usize> =
        (0..world.deposits.len()).filter(|place| !taken_back.contains(place)).collect();
    open.sort_by_key(|place| (world.deposits[*place].booked_on, *place));
    let exact = sole_pairs(world, payouts, &open, &|_| true, true);
    paid.extend(exact.into_iter().map(|(key, place)| one_to_one(world, payouts, key, place)));
    take(world, payouts, &paid, &mut open);
    let found = sets::search(world, payouts, &open);
    let of_sets: Vec<Paid> =
        found.unique.iter().flat_map(|set| evidence::of_set(world, payouts, set)).collect();
    take(world, payouts, &of_sets, &mut open);
    let barred: BTreeSet<usize> =
        found.undecided.iter().flat_map(|set| set.deposits.iter().copied()).collect();
    open.retain(|place| !barred.contains(place));
    let barred: BTreeSet<PayoutKey> =
        found.undecided.iter().flat_map(|set| set.payouts.iter().copied()).collect();
    let decided = |key: &PayoutKey| !barred.contains(key);
    let differing = sole_pairs(world, payouts, &open, &decided, false);
    let differing: Vec<Paid> =
        differing.into_iter().map(|(key, place)| one_to_one(world, payouts, key, place)).collect();
    take(world, payouts, &differing, &mut open);
    paid.extend(of_sets);
    paid.extend(differing);
    (paid, found.undecided)
}

fn one_to_one(
    world: &World<'_>,
    payouts: &BTreeMap<PayoutKey, Payout>,
    key: PayoutKey,
    deposit: usize,
) -> Paid {
    let net = payouts.get(&key).map_or(Yen::ZERO, |payout| payout.net);
    let of_deposit = world.deposits[deposit].amount;
    Paid { key, deposit, stage: Stage::DepositOneToOne, of_payout: net, of_deposit, members: None }
}

/// Books what was paid on the payouts, and takes the deposits from the open ones.
fn take(world: &World<'_>, payouts: &mut BTreeMap<PayoutKey, Payout>, paid: &[Paid], open: &mut Vec<usize>) {
    for one in paid {
        let deposit = world.deposits[one.deposit];
        if let Some(payout) = payouts.get_mut(&one.key) {
            let exact = one.of_payout == one.of_deposit;
            payout.state = if exact { PayoutState::Arrived } else { PayoutState::AmountDiffers };
            payout.deposits.push(deposit.id.clone());
            payout.deposited = payout.deposited.saturating_add(one.of_deposit);
            payout.deposited_on = payout.deposited_on.max(Some(deposit.booked_on));
        }
    }
    let gone: BTreeSet<usize> = paid.iter().map(|one| one.deposit).collect();
    open.retain(|place| !gone.contains(place));
}

/// Pairs of open payouts and open deposits in which each is the other's only candidate. `open` is in order of days.
fn sole_pairs(
    world: &World<'_>,
    payouts: &BTreeMap<PayoutKey, Payout>,
    open: &[usize],
    among: &dyn Fn(&PayoutKey) -> bool,
    exact: bool,
) -> Vec<(PayoutKey, usize)> {
    let mut pairs = Vec::new();
    let mut uses: BTreeMap<usize, u32> = BTreeMap::new();
    for (key, payout) in payouts.iter().filter(|(key, p)| p.waits() && p.net > Yen::ZERO && among(key)) {
        let contract = world.contracts[key.0];
        let (first, last) = contract.deposit_window.around(payout.expected_on);
        let from = open.partition_point(|d| world.deposits[*d].booked_on < first);
        let to = open.partition_point(|d| world.deposits[*d].booked_on <= last);
        let fits = |d: &usize| {
            let deposit = world.deposits[*d];
            deposit.amount > Yen::ZERO
                && is_from(deposit, contract)
                && (!exact || deposit.amount == payout.net)
        };
        let candidates: Vec<usize> = open[from..to].iter().copied().filter(fits).collect();
        candidates.iter().for_each(|d| *uses.entry(*d).or_default() += 1);
        if let [only] = candidates[..] {
            pairs.push((*key, only));
        }
    }
    pairs.retain(|(_, deposit)| uses.get(deposit) == Some(&1));
    pairs
}

/// On the contract's account, under one of its confirmed names; in or out.
pub(crate) fn is_from(deposit: &Deposit, contract: &Contract) -> bool {
    contract.deposit_account.as_ref().is_none_or(|account| *account == deposit.account)
        && contract.payer_kana.contains(&deposit.remitter_kana)
}

/// Where a payout without deposit stands: not yet due, overdue, or the bank file of the day is not here.
fn await_it(world: &World<'_>, payout: &mut Payout, contract: &Contract) {
    let as_of = world.facts.as_of;
    payout.state = if as_of <= payout.to {
        PayoutState::Open
    } else if as_of <= payout.expected_on {
        PayoutState::NotDue
    } else if world.bank_covered(contract.deposit_account.as_deref(), payout.expected_on) {
        payout.overdue_days = as_of.days_since(payout.expected_on);
        payout.overdue_business_days = world.facts.calendar.banking_days_between(payout.expected_on, as_of);
        PayoutState::Overdue
    } else {
        PayoutState::BankFileMissing
    };
}

impl Leg3 {
    fn raise(&mut self, world: &World<'_>, draft: Draft) -> Ended {
        let exception = draft.finish(world);
        let ended = Ended::Exception { exception: exception.id.clone(), class: exception.class };
        self.exceptions.push(exception);
        ended
    }

    /// A payout and a deposit of it: linked, or linked with a difference.
    fn arrived(
        &mut self,
        world: &World<'_>,
        payouts: &BTreeMap<PayoutKey, Payout>,
        payout: &Payout,
        one: &Paid,
    ) -> Ended {
        let (contract, deposit) = (world.contracts[one.key.0], world.deposits[one.deposit]);
        let link = evidence::deposit_link(world, payout, one);
        let ended = if one.of_payout == one.of_deposit {
            Ended::Linked { link: link.id.clone() }
        } else {
            let difference = deposit.amount.saturating_sub(payout.net);
            let known = causes::causes(world.facts, payouts.values(), payout, deposit.amount);
            let text = sentence::deposit_differs(payout, contract, deposit) + &Cause::text(&known);
            let mut draft = about(world, payout, ExceptionClass::DepositAmountDiff, text);
            draft.members.push(deposit.id.clone());
            draft.amount = difference;
            draft.ours = Some(payout.net);
            draft.gross = Yen::new(difference.get().saturating_abs());
            self.raise(world, draft)
        };
        self.links.push(link);
        ended
    }

    /// A payout without deposit.
    fn not_arrived(&mut self, world: &World<'_>, payout: &Payout, contract: &Contract) -> Ended {
        let (class, text) = match payout.state {
            PayoutState::Overdue => (ExceptionClass::PayoutNoDeposit, sentence::overdue(payout, contract)),
            PayoutState::BankFileMissing => {
                (ExceptionClass::MissingFile, sentence::bank_file_missing(payout, contract))
            }
            _ => (ExceptionClass::PayoutNoDeposit, sentence::not_due(payout, contract)),
        };
        let draft = about(world, payout, class, text);
        self.raise(world, Draft { verdict: Some(payout_verdict(payout.state)), ..draft })
    }

    /// Payouts and deposits that add up in more than one way. As bad as the worst of its payouts, and never green.
    fn undecided(&mut self, world: &World<'_>, payouts: &BTreeMap<PayoutKey, Payout>, set: &Set) -> Ended {
        let waiting: Vec<&Payout> = set.payouts.iter().filter_map(|key| payouts.get(key)).collect();
        let arrived: Vec<&Deposit> = set.deposits.iter().map(|place| world.deposits[*place]).collect();
        let sum = |amounts: &mut dyn Iterator<Item = Yen>| amounts.fold(Yen::ZERO, Yen::saturating_add);
        let ours = sum(&mut waiting.iter().map(|payout| payout.net));
        let theirs = sum(&mut arrived.iter().map(|deposit| deposit.amount));
        let mut members: Vec<String> = waiting.iter().map(|payout| payout.id.clone()).collect();
        members.extend(arrived.iter().map(|deposit| deposit.id.clone()));
        let worst = waiting.iter().map(|payout| payout_verdict(payout.state)).max().unwrap_or_default();
        let first = set.payouts.first().map(|key| key.0);
        let contract = first.filter(|one| set.payouts.iter().all(|key| key.0 == *one));
        let day = arrived.iter().map(|deposit| deposit.booked_on).max().unwrap_or(world.facts.as_of);
        let draft = Draft {
            class: ExceptionClass::Ambiguous,
            subject: members.join("/"),
            members,
            contract,
            counter: None,
            day,
            amount: theirs.saturating_sub(ours),
            gross: theirs,
            sentence_ja: sentence::sets_compete(&waiting, &arrived, ours, theirs),
            ours: Some(ours),
            near: Vec::new(),
            verdict: Some(worst.max(Verdict::Pending)),
        };
        self.raise(world, draft)
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
        let equal = payouts.iter().find(|(_, p)| p.waits() && p.net == deposit.amount);
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
                ours: None,
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
        ours: None,
        near: Vec::new(),
        verdict: None,
    }
}
