//! Stage 8, one payer and one date: one deposit that is the sum of several payouts, or one payout that arrives in several deposits.
//!
//! Invariants: amounts add up exactly, signs and all; a set is accepted only when no other set, and no single payout, shares a member
//! with it. The search is bounded by members and by nodes, never by time: what was not searched is never called unique. Not here: sets
//! of several payouts and several deposits at once; nothing tells those apart.

use std::collections::{BTreeMap, BTreeSet};

use domain::{money::Yen, time::CivilDate};

use crate::{deposit::is_from, outcome::Payout, payout::PayoutKey, world::World};

/// Most payouts (or deposits) among which the members of one set are searched.
pub(crate) const SET_CANDIDATES_MAX: usize = 12;
/// Most nodes of the searches of one run; a search among twelve visits at most 8,191.
const NODES_MAX: u32 = 20_000_000;
/// Most days by which a deposit window reaches to either side.
const WINDOW_DAYS_MAX: i32 = 255;

/// Payouts and deposits that add up to each other; one of the two has a single member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set {
    pub payouts: Vec<PayoutKey>,
    pub deposits: Vec<usize>,
}

/// What the search finds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Sets that nothing else competes with.
    pub unique: Vec<Set>,
    /// Members of sets that compete, hanging together.
    pub undecided: Vec<Set>,
}

/// A member of either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Member {
    Payout(PayoutKey),
    Deposit(usize),
}

/// Searches among the payouts and deposits that are still open.
pub(crate) fn search(
    world: &World<'_>,
    payouts: &BTreeMap<PayoutKey, Payout>,
    open_deposits: &[usize],
) -> Found {
    let mut open: BTreeMap<CivilDate, Vec<(PayoutKey, i64)>> = BTreeMap::new();
    for (key, payout) in payouts.iter().filter(|(_, p)| p.waits()) {
        open.entry(payout.expected_on).or_default().push((*key, payout.net.get()));
    }
    let mut search = Search { nodes_left: NODES_MAX, sets: Vec::new(), unsearched: BTreeSet::new() };
    for place in open_deposits {
        search.payouts_of(world, &open, *place);
    }
    let mut by_day: Vec<usize> = open_deposits.to_vec();
    by_day.sort_by_key(|place| (world.deposits[*place].booked_on, *place));
    for (key, payout) in payouts.iter().filter(|(_, p)| p.waits() && p.net > Yen::ZERO) {
        search.deposits_of(world, &by_day, *key, payout);
    }
    search.judge()
}

struct Search {
    nodes_left: u32,
    sets: Vec<Set>,
    /// Members of groups that were too large: nothing about them is unique.
    unsearched: BTreeSet<Member>,
}

impl Search {
    /// Payouts of one expected day that add up to a deposit; single ones too, because they compete.
    fn payouts_of(
        &mut self,
        world: &World<'_>,
        open: &BTreeMap<CivilDate, Vec<(PayoutKey, i64)>>,
        place: usize,
    ) {
        let deposit = world.deposits[place];
        if deposit.amount <= Yen::ZERO {
            return;
        }
        let (first, last) =
            (deposit.booked_on.plus_days(-WINDOW_DAYS_MAX), deposit.booked_on.plus_days(WINDOW_DAYS_MAX));
        for (expected, waiting) in open.range(first..=last) {
            let fits = |(key, _): &&(PayoutKey, i64)| {
                let contract = world.contracts[key.0];
                is_from(deposit, contract) && contract.deposit_window.holds(*expected, deposit.booked_on)
            };
            let candidates: Vec<(PayoutKey, i64)> = waiting.iter().filter(fits).copied().collect();
            let of_payouts = |keys: Vec<PayoutKey>| Set { payouts: keys, deposits: vec![place] };
            let members = candidates.iter().map(|(key, _)| Member::Payout(*key));
            self.among(&candidates, deposit.amount.get(), 1, Member::Deposit(place), members, of_payouts);
        }
    }

    /// Deposits of one account, two or more, that add up to a payout.
    fn deposits_of(&mut self, world: &World<'_>, by_day: &[usize], key: PayoutKey, payout: &Payout) {
        let contract = world.contracts[key.0];
        let (first, last) = contract.deposit_window.around(payout.expected_on);
        let from = by_day.partition_point(|d| world.deposits[*d].booked_on < first);
        let to = by_day.partition_point(|d| world.deposits[*d].booked_on <= last);
        let mut accounts: BTreeMap<&str, Vec<(usize, i64)>> = BTreeMap::new();
        for place in by_day.get(from..to).unwrap_or_default() {
            let deposit = world.deposits[*place];
            if is_from(deposit, contract) && deposit.amount != Yen::ZERO {
                accounts.entry(&deposit.account).or_default().push((*place, deposit.amount.get()));
            }
        }
        for candidates in accounts.into_values() {
            let of_deposits = |places: Vec<usize>| Set { payouts: vec![key], deposits: places };
            let members = candidates.iter().map(|(place, _)| Member::Deposit(*place));
            self.among(&candidates, payout.net.get(), 2, Member::Payout(key), members, of_deposits);
        }
    }

    /// Every choice of at least `least` candidates that adds up to `target`.
    fn among<T: Copy>(
        &mut self,
        candidates: &[(T, i64)],
        target: i64,
        least: usize,
        whole: Member,
        members: impl Iterator<Item = Member>,
        set: impl Fn(Vec<T>) -> Set,
    ) {
        let amounts: Vec<i64> = candidates.iter().map(|(_, amount)| *amount).collect();
        let chosen = if candidates.len() <= SET_CANDIDATES_MAX {
            choices(&amounts, target, least, &mut self.nodes_left)
        } else {
            None
        };
        match chosen {
            Some(chosen) => {
                let pick = |places: Vec<usize>| places.into_iter().map(|i| candidates[i].0).collect();
                self.sets.extend(chosen.into_iter().map(|places| set(pick(places))));
            }
            None => self.unsearched.extend(members.chain([whole])),
        }
    }

    /// Sets that share no member with another are unique; the others hang together and stay undecided. Where all that competes is one
    /// payout with one deposit, nothing of stage 8 is in it, and it is left as stage 7 left it.
    fn judge(self) -> Found {
        let mut found = Found::default();
        for group in together(self.sets) {
            let members: BTreeSet<Member> = group.iter().flat_map(Set::members).collect();
            let known = members.is_disjoint(&self.unsearched);
            match &group[..] {
                [only] if known && only.is_set() => found.unique.push(only.clone()),
                _ if group.iter().any(Set::is_set) => found.undecided.push(Set::of(&members)),
                _ => {}
            }
        }
        found
    }
}

impl Set {
    fn is_set(&self) -> bool {
        self.payouts.len() > 1 || self.deposits.len() > 1
    }

    fn members(&self) -> impl Iterator<Item = Member> {
        let payouts = self.payouts.iter().copied().map(Member::Payout);
        payouts.chain(self.deposits.iter().copied().map(Member::Deposit))
    }

    fn of(members: &BTreeSet<Member>) -> Self {
        let mut set = Self { payouts: Vec::new(), deposits: Vec::new() };
        for member in members {
            match member {
                Member::Payout(key) => set.payouts.push(*key),
                Member::Deposit(place) => set.deposits.push(*place),
            }
        }
        set
    }
}

/// Sets that share members, group by group.
fn together(sets: Vec<Set>) -> Vec<Vec<Set>> {
    let mut using: BTreeMap<Member, Vec<usize>> = BTreeMap::new();
    for (place, set) in sets.iter().enumerate() {
        set.members().for_each(|member| using.entry(member).or_default().push(place));
    }
    let mut open: BTreeSet<usize> = (0..sets.len()).collect();
    let mut groups = Vec::new();
    while let Some(start) = open.pop_first() {
        let (mut group, mut queue) = (Vec::new(), vec![start]);
        while let Some(place) = queue.pop() {
            for member in sets[place].members() {
                // Each member is followed once: its list is taken, not read.
                let near = using.remove(&member).unwrap_or_default();
                queue.extend(near.into_iter().filter(|other| open.remove(other)));
            }
            group.push(place);
        }
        group.sort_unstable();
        groups.push(group.into_iter().map(|place| sets[place].clone()).collect());
    }
    groups
}

/// Places of every choice of `least` or more amounts whose sum is the target; none where the nodes ran out.
fn choices(amounts: &[i64], target: i64, least: usize, nodes_left: &mut u32) -> Option<Vec<Vec<usize>>> {
    let mut found = Vec::new();
    let mut open: Vec<(usize, i64, Vec<usize>)> = vec![(0, 0, Vec::new())];
    while let Some((at, sum, chosen)) = open.pop() {
        *nodes_left = nodes_left.checked_sub(1)?;
        let Some(amount) = amounts.get(at) else {
            if sum == target && chosen.len() >= least {
                found.push(chosen);
            }
            continue;
        };
        let mut with = chosen.clone();
        with.push(at);
        open.push((at + 1, sum.saturating_add(*amount), with));
        open.push((at + 1, sum, chosen));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_all_and_exact() {
        for (amounts, target, least, expected) in [
            (&[600, 400, 1_000][..], 1_000, 1, vec![vec![0, 1], vec![2]]),
            (&[600, 400, 1_000], 1_000, 2, vec![vec![0, 1]]),
            (&[30_000, -653], 29_347, 2, vec![vec![0, 1]]),
            (&[300, 300, 300], 600, 2, vec![vec![0, 1], vec![0, 2], vec![1, 2]]),
            (&[300], 200, 1, vec![]),
            (&[], 0, 1, vec![]),
        ] {
            let mut nodes = 100;
            let mut found = choices(amounts, target, least, &mut nodes).unwrap();
            found.sort();
            assert_eq!(found, expected, "{amounts:?} {target}");
        }
    }

    #[test]
    fn the_search_ends_by_nodes() {
        let mut nodes = 10;
        assert_eq!(choices(&[1; 12], 6, 2, &mut nodes), None);
        let mut enough = 8_191;
        assert_eq!(choices(&[1; 12], 6, 2, &mut enough).map(|found| found.len()), Some(924));
        assert_eq!(enough, 0, "twelve candidates are 8,191 nodes");
    }
}
