//! A bounded integer search: each of some amounts as the sum of others, no part used twice, and only when there is one way.
//!
//! Invariants: parts of equal value are interchangeable, so ways that differ only in which of them is used are one way; the search goes on
//! after the first way until it has found a second or seen everything; it is bounded by nodes, never by time. Signs may be mixed.

use std::collections::BTreeMap;

/// What a search finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Searched {
    /// No way.
    Nothing,
    /// The only way: places of the parts of each whole.
    Unique(Vec<Vec<usize>>),
    /// More than one way.
    Several,
    /// The nodes were used up before everything was seen.
    OutOfNodes,
}

/// How many of each value.
type Counts = Vec<u32>;

struct Search<'a> {
    /// Distinct values of the parts, ascending.
    values: &'a [i64],
    left: Counts,
    /// Wholes in ascending order.
    wholes: &'a [i64],
    chosen: Vec<Counts>,
    found: Option<Vec<Counts>>,
    several: bool,
    nodes_left: &'a mut u32,
    out_of_nodes: bool,
}

/// Every whole as the sum of two parts or more. Parts may be left over, wholes may not.
pub(crate) fn sums(wholes: &[i64], parts: &[i64], nodes_left: &mut u32) -> Searched {
    if wholes.is_empty() || parts.len() < wholes.len().saturating_mul(2) {
        return Searched::Nothing;
    }
    let mut places: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    parts.iter().enumerate().for_each(|(place, value)| places.entry(*value).or_default().push(place));
    let values: Vec<i64> = places.keys().copied().collect();
    let left = places.values().map(|list| u32::try_from(list.len()).unwrap_or(u32::MAX)).collect();
    let mut order: Vec<usize> = (0..wholes.len()).collect();
    order.sort_by_key(|place| (wholes[*place], *place));
    let ascending: Vec<i64> = order.iter().map(|place| wholes[*place]).collect();
    let mut search = Search {
        values: &values,
        left,
        wholes: &ascending,
        chosen: Vec::new(),
        found: None,
        several: false,
        nodes_left,
        out_of_nodes: false,
    };
    search.whole();
    let (several, out_of_nodes) = (search.several, search.out_of_nodes);
    match search.found {
        _ if several => Searched::Several,
        _ if out_of_nodes => Searched::OutOfNodes,
        None => Searched::Nothing,
        Some(ways) => {
            let mut of_whole = vec![Vec::new(); wholes.len()];
            for (way, place) in ways.into_iter().zip(order) {
                for (count, list) in way.into_iter().zip(places.values_mut()) {
                    for _ in 0..count {
                        of_whole[place].extend((!list.is_empty()).then(|| list.remove(0)));
                    }
                }
                of_whole[place].sort_unstable();
            }
            Searched::Unique(of_whole)
        }
    }
}

impl Search<'_> {
    const fn over(&self) -> bool {
        self.several || self.out_of_nodes
    }

    /// The next whole, or one way more.
    fn whole(&mut self) {
        let nth = self.chosen.len();
        let Some(target) = self.wholes.get(nth).copied() else {
            self.several = self.found.is_some();
            self.found.get_or_insert_with(|| self.chosen.clone());
            return;
        };
        self.chosen.push(vec![0; self.values.len()]);
        self.part(self.values.len(), target, 0);
        self.chosen.pop();
    }

    /// Chooses how many of the values below `upto`, largest first, make up what is left of the whole.
    fn part(&mut self, upto: usize, rest: i64, taken: u32) {
        if self.over() || !self.reachable(upto, rest) {
            return;
        }
        let Some(nodes) = self.nodes_left.checked_sub(1) else {
            self.out_of_nodes = true;
            return;
        };
        *self.nodes_left = nodes;
        let nth = self.chosen.len() - 1;
        let Some(value) = upto.checked_sub(1) else {
            // Equal wholes may swap their parts: only one order of them is looked at.
            let in_order = nth == 0
                || self.wholes[nth - 1] != self.wholes[nth]
                || self.chosen[nth - 1] <= self.chosen[nth];
            if rest == 0 && taken >= 2 && in_order {
                self.whole();
            }
            return;
        };
        for count in 0..=self.left[value] {
            self.chosen[nth][value] = count;
            self.left[value] -= count;
            let used = self.values[value].saturating_mul(i64::from(count));
            self.part(value, rest.saturating_sub(used), taken.saturating_add(count));
            self.left[value] += count;
        }
        self.chosen[nth][value] = 0;
    }

    /// Whether the values below `upto` can add up to this at all.
    fn reachable(&self, upto: usize, rest: i64) -> bool {
        let (mut least, mut most) = (0_i64, 0_i64);
        for (value, left) in self.values.iter().zip(&self.left).take(upto) {
            let all = value.saturating_mul(i64::from(*left));
            if all < 0 { least = least.saturating_add(all) } else { most = most.saturating_add(all) }
        }
        least <= rest && rest <= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(wholes: &[i64], parts: &[i64]) -> Searched {
        sums(wholes, parts, &mut 100_000)
    }

    #[test]
    fn one_way_is_taken_and_two_are_not() {
        assert_eq!(search(&[600], &[300, 300]), Searched::Unique(vec![vec![0, 1]]));
        assert_eq!(
            search(&[600], &[300, 450, 300, 300]),
            Searched::Unique(vec![vec![0, 2]]),
            "alike is one way"
        );
        assert_eq!(search(&[900], &[300, 300, 300, 450, 450]), Searched::Several);
        assert_eq!(search(&[700], &[300, 300]), Searched::Nothing);
        assert_eq!(search(&[300], &[300]), Searched::Nothing, "one part is no sum");
        assert_eq!(
            search(&[750, 750], &[300, 450, 300, 450]),
            Searched::Unique(vec![vec![0, 1], vec![2, 3]])
        );
        assert_eq!(search(&[600, 1_000], &[300, 300]), Searched::Nothing, "every whole or none");
    }

    #[test]
    fn signs_may_be_mixed() {
        assert_eq!(search(&[150], &[300, 300, -450]), Searched::Unique(vec![vec![0, 1, 2]]));
        assert_eq!(search(&[-900], &[-450, -450, 300]), Searched::Unique(vec![vec![0, 1]]));
    }

    #[test]
    fn the_bound_is_nodes() {
        let parts: Vec<i64> = (0..30).map(|n| 1_000 + n * n).collect();
        let mut nodes = 50;
        assert_eq!(sums(&[15_500], &parts, &mut nodes), Searched::OutOfNodes);
        assert_eq!(nodes, 0);
    }
}
