//! Stages 1 to 5 again, slow and obvious: for every pair of a sale and a row, ask each rule in turn, and count who else could be meant.
//! Written from reconciliation.md 5.4, not from the engine: no indexes, no windows by search, quadratic; pairings by augmenting paths,
//! sums by trying everything. Stages 3 to 5 are in `oracle_sets`.

use std::collections::BTreeSet;

use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};
use engine::{
    ExceptionClass, Facts, audit,
    class::Leg,
    facts::{Row, RowClass, Sale, SaleKind, SaleState},
    outcome::{SetProof, Stage},
    proof::LinkState,
    reconcile,
};
use proptest::prelude::*;

use crate::town::{build, fate};

/// One half of a sale: the charge, or what gives it back.
#[derive(Clone)]
pub struct Half<'a> {
    pub sale: &'a Sale,
    pub gives_back: bool,
    pub amount: Yen,
    pub at: Timestamp,
    pub day: CivilDate,
}

/// What became of a half or a row so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Free,
    Paired,
    /// Formally too many of a set; true where the set shares a key.
    Spare(bool),
    Gone,
}

/// What is found: what the engine must find too.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Obvious {
    /// Sale and row.
    pub pairs: BTreeSet<(String, String)>,
    /// Candidates of either side, how many are proven, whether it is a proposal.
    pub sets: BTreeSet<(Vec<String>, Vec<String>, u32, bool)>,
    /// Amounts of the sales and of the rows of each sum, sorted.
    pub sums: Vec<(Vec<i64>, Vec<i64>)>,
    /// Members of each group that cannot be told apart.
    pub groups: Vec<Vec<String>>,
}

/// The slow matcher at work.
pub struct Slow<'a> {
    pub facts: &'a Facts,
    pub halves: Vec<Half<'a>>,
    pub rows: Vec<&'a Row>,
    pub half_end: Vec<End>,
    pub row_end: Vec<End>,
    pub doubts: BTreeSet<usize>,
    pub found: Obvious,
}

fn halves(sale: &Sale) -> Vec<Half<'_>> {
    let refund = sale.kind == SaleKind::Refund;
    let mut list =
        vec![Half { sale, gives_back: refund, amount: sale.amount, at: sale.at, day: sale.payment_date }];
    if sale.state == SaleState::Voided && !refund {
        let at = sale.voided_at.unwrap_or(sale.at);
        let day = sale.voided_at.map_or(sale.payment_date, |at| at.date());
        list.push(Half { sale, gives_back: true, amount: Yen::new(-sale.amount.get()), at, day });
    }
    list
}

/// The rules in order: exact keys on the date, exact keys on the neighbouring date around midnight, keys whose amount differs, and the
/// time window of an unknown result.
fn fits(rule: u8, half: &Half<'_>, row: &Row) -> bool {
    let sale = half.sale;
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    let place = sale.sheet_number.clone().or(sale.terminal_id.clone());
    let here = same(&place, &row.terminal_id);
    let minutes = (half.at.as_seconds() + 9 * 3_600).rem_euclid(86_400) / 60;
    let seconds = half.at.ms_since(row.at).abs();
    let amount = half.amount == row.amount;
    let slip = here && same(&sale.slip_number, &row.slip_number);
    let apart = if half.gives_back { 14 * 86_400_000 } else { 900_000 };
    let digits = here && same(&sale.payer_digits, &row.payer_digits) && seconds <= apart;
    let clash = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    let clean = !clash(&sale.slip_number, &row.slip_number)
        && !clash(&sale.payer_digits, &row.payer_digits)
        && (sale.brand.is_none() || row.brand.is_none() || sale.brand == row.brand);
    match rule {
        0 => slip && amount && half.day == row.at.date(),
        1 => digits && amount,
        2 => {
            slip && amount
                && minutes >= 1_410
                && seconds <= 3_600_000
                && half.day.plus_days(1) == row.at.date()
        }
        3 => {
            slip && amount && minutes < 30 && seconds <= 3_600_000 && half.day.plus_days(-1) == row.at.date()
        }
        4 => slip && half.day == row.at.date() && clean,
        5 => digits && clean,
        _ => sale.state == SaleState::Unknown && here && amount && seconds <= 600_000 && clean,
    }
}

impl<'a> Slow<'a> {
    fn new(facts: &'a Facts) -> Self {
        let mut sales: Vec<&Sale> = facts.sales.iter().collect();
        sales.sort_by(|a, b| a.id.cmp(&b.id));
        let mut rows: Vec<&Row> = facts.rows.iter().collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        let halves: Vec<Half<'a>> = sales.into_iter().flat_map(halves).collect();
        let (half_end, row_end) = (vec![End::Free; halves.len()], vec![End::Free; rows.len()]);
        Self { facts, halves, rows, half_end, row_end, doubts: BTreeSet::new(), found: Obvious::default() }
    }

    /// Whether both are free, of one contract and direction, and a rule joins them.
    fn may(&self, rule: u8, failed: bool, h: usize, r: usize) -> bool {
        let (half, row) = (&self.halves[h], self.rows[r]);
        let class = match (failed, half.gives_back) {
            (true, _) => RowClass::Failed,
            (false, true) => RowClass::Refund,
            (false, false) => RowClass::Sale,
        };
        self.half_end[h] == End::Free
            && self.row_end[r] == End::Free
            && row.class == class
            && !(failed && half.gives_back)
            && row.occurrence == 1
            && half.sale.contract.as_ref() == Some(&row.contract)
            && fits(rule, half, row)
    }

    pub fn edges(&self, may: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
        let all = (0..self.halves.len()).flat_map(|h| (0..self.rows.len()).map(move |r| (h, r)));
        all.filter(|(h, r)| may(*h, *r)).collect()
    }

    pub fn pair(&mut self, h: usize, r: usize) {
        (self.half_end[h], self.row_end[r]) = (End::Paired, End::Paired);
        self.found.pairs.insert((self.halves[h].sale.id.clone(), self.rows[r].id.clone()));
    }

    pub fn ambiguous(&mut self, halves: &[usize], rows: &[usize]) {
        let mut members: Vec<String> = halves.iter().map(|h| self.halves[*h].sale.id.clone()).collect();
        members.extend(rows.iter().map(|r| self.rows[*r].id.clone()));
        members.sort();
        members.dedup();
        self.found.groups.push(members);
        halves.iter().for_each(|h| self.half_end[*h] = End::Gone);
        rows.iter().for_each(|r| self.row_end[*r] = End::Gone);
    }

    /// Pairs of sole candidates, again and again.
    fn keys(&mut self) {
        loop {
            let before = self.found.pairs.len();
            for rule in 0..6 {
                let edges = self.edges(|h, r| self.may(rule, false, h, r));
                for (h, r) in sole(&edges) {
                    self.pair(h, r);
                }
            }
            if self.found.pairs.len() == before {
                break;
            }
        }
    }

    /// What shares a key and is still free: charged twice, a set, or not to be told apart.
    fn shared_keys(&mut self) {
        for rule in 0..4 {
            let edges = self.edges(|h, r| self.may(rule, false, h, r));
            for (halves, rows) in clusters(&edges) {
                if let [only] = halves[..] {
                    let at = self.halves[only].at;
                    let nearest = rows.iter().min_by_key(|r| (self.rows[**r].at.ms_since(at).abs(), **r));
                    rows.iter().for_each(|r| self.row_end[*r] = End::Gone);
                    self.pair(only, *nearest.unwrap());
                    continue;
                }
                let stands = halves.iter().all(|h| self.halves[*h].sale.state == SaleState::Completed);
                let near = |h: usize, r: usize| edges.contains(&(h, r));
                let most = crate::oracle_sets::largest(&halves, &rows, &near);
                if stands && most == halves.len().min(rows.len()) {
                    self.set(&halves, &rows, Some(&near), false, true);
                } else {
                    self.ambiguous(&halves, &rows);
                }
            }
        }
    }

    /// Failed rows that say what became of one sale.
    fn failed(&mut self, rule: u8) {
        let edges = self.edges(|h, r| self.may(rule, true, h, r));
        for (halves, rows) in clusters(&edges) {
            if let [only] = halves[..] {
                self.half_end[only] = End::Gone;
                rows.iter().for_each(|r| self.row_end[*r] = End::Gone);
            }
        }
    }

    fn unknown_left(&mut self) {
        let edges = self.edges(|h, r| self.may(6, false, h, r));
        for (halves, rows) in clusters(&edges) {
            self.ambiguous(&halves, &rows);
        }
        self.failed(6);
    }
}

/// Pairs in which each is the other's only one.
pub fn sole(edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let alone = |(h, r): &&(usize, usize)| !edges.iter().any(|(oh, or)| (oh == h) != (or == r));
    edges.iter().filter(alone).copied().collect()
}

/// What hangs together, by spreading until nothing is added.
fn clusters(edges: &[(usize, usize)]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut left: Vec<(usize, usize)> = edges.to_vec();
    let mut found = Vec::new();
    while let Some((h, _)) = left.first().copied() {
        let (mut halves, mut rows) = (BTreeSet::from([h]), BTreeSet::new());
        loop {
            let before = halves.len() + rows.len();
            for (h, r) in edges {
                if halves.contains(h) || rows.contains(r) {
                    halves.insert(*h);
                    rows.insert(*r);
                }
            }
            if halves.len() + rows.len() == before {
                break;
            }
        }
        left.retain(|(h, _)| !halves.contains(h));
        found.push((halves.into_iter().collect(), rows.into_iter().collect()));
    }
    found
}

/// Everything that is obvious about a town, and the unknown results that nobody may decide.
pub fn obvious(facts: &Facts) -> (Obvious, BTreeSet<String>) {
    let mut slow = Slow::new(facts);
    slow.keys();
    slow.shared_keys();
    (0..4).for_each(|rule| slow.failed(rule));
    slow.windows(false);
    slow.windows(true);
    slow.alike();
    slow.unknown_left();
    slow.sums();
    slow.found.sums.sort();
    slow.found.groups.sort();
    let open = slow.doubts.iter().filter(|h| slow.half_end[**h] == End::Free);
    let doubts = open.map(|h| slow.halves[*h].sale.id.clone()).collect();
    (slow.found, doubts)
}

/// The same of what the engine found.
fn engines(outcome: &engine::Outcome) -> Obvious {
    let mut found = Obvious::default();
    let single = |link: &&std::sync::Arc<engine::outcome::Link>| {
        link.leg == Leg::JournalStatement
            && !matches!(link.stage, Stage::InterchangeableSet | Stage::BoundedSum | Stage::DayTotal)
    };
    let pairs = outcome.links.iter().filter(single);
    found.pairs = pairs.map(|link| (link.left.clone(), link.right.clone())).collect();
    let sorted = |ids: &[String]| {
        let mut ids = ids.to_vec();
        ids.sort();
        ids
    };
    for set in &outcome.sets {
        if set.stage == Stage::InterchangeableSet {
            let proposed = set.state == LinkState::Proposed;
            found.sets.insert((sorted(&set.ours), sorted(&set.theirs), set.proven, proposed));
        }
    }
    // Deposits too may be impossible to tell apart; their payouts are named by hashes.
    let ours = |e: &&engine::outcome::Exception| e.members.iter().any(|m| m.starts_with('s'));
    let groups = outcome.exceptions.iter().filter(|e| e.class == ExceptionClass::Ambiguous);
    found.groups.extend(groups.filter(ours).map(|e| sorted(&e.members)));
    found.groups.sort();
    found
}

fn amounts(facts: &Facts, set: &SetProof) -> (Vec<i64>, Vec<i64>) {
    let sale = |id: &String| facts.sales.iter().find(|s| s.id == *id).unwrap().amount.get();
    let row = |id: &String| facts.rows.iter().find(|r| r.id == *id).unwrap().amount.get();
    let (mut ours, mut theirs): (Vec<i64>, Vec<i64>) =
        (set.ours.iter().map(sale).collect(), set.theirs.iter().map(row).collect());
    ours.sort_unstable();
    theirs.sort_unstable();
    (ours, theirs)
}

/// Nothing when engine and oracle agree about a town, and nothing is lost; else what differs.
pub fn disagreement(facts: &Facts) -> Option<String> {
    let outcome = reconcile(facts).unwrap();
    let (expected, doubts) = obvious(facts);
    let mut found = engines(&outcome);
    let sums = outcome.sets.iter().filter(|set| set.stage == Stage::BoundedSum);
    found.sums = sums.map(|set| amounts(facts, set)).collect();
    found.sums.sort();
    if found != expected {
        return Some(format!("the engine finds {found:#?}, obvious is {expected:#?}"));
    }
    let decided = outcome.decisions.iter().find(|d| !d.happened && doubts.contains(&d.sale));
    if let Some(decided) = decided {
        return Some(format!("{} is in doubt and was decided", decided.sale));
    }
    let lost = audit(facts, &outcome);
    (!lost.is_empty()).then(|| format!("audit: {lost:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Towns whose sales and rows all carry keys.
    #[test]
    fn agrees_with_the_obvious(fates in prop::collection::vec(fate(), 0..14), flags in 0_u8..8) {
        let found = disagreement(&build(&fates, flags));
        prop_assert!(found.is_none(), "{}", found.unwrap_or_default());
    }
}
