//! Stages 1 and 2 again, slow and obvious: for every pair of a sale and a row, ask each rule in turn, and count who else could be meant.
//! Written from reconciliation.md 5.4, not from the engine: no indexes, no windows by search, quadratic.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};
use engine::{
    Facts,
    class::Leg,
    facts::{Row, RowClass, Sale, SaleKind, SaleState},
    reconcile,
};
use proptest::prelude::*;

use crate::town::{build, fate};

/// One half of a sale: the charge, or what gives it back.
#[derive(Clone)]
struct Half<'a> {
    sale: &'a Sale,
    gives_back: bool,
    amount: Yen,
    at: Timestamp,
    day: CivilDate,
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

/// Sale and row ids that are one, by sole candidates only.
fn obvious(facts: &Facts) -> BTreeSet<(String, String)> {
    let halves: Vec<Half<'_>> = facts.sales.iter().flat_map(halves).collect();
    let mut pairs: BTreeMap<usize, usize> = BTreeMap::new();
    let may = |rule: u8, h: usize, r: usize| {
        let (half, row) = (&halves[h], &facts.rows[r]);
        let class = if half.gives_back { RowClass::Refund } else { RowClass::Sale };
        let ours = half.sale.contract.as_ref() == Some(&row.contract);
        row.class == class && row.occurrence == 1 && ours && fits(rule, half, row)
    };
    let free = |pairs: &BTreeMap<usize, usize>, h: usize, r: usize| {
        !pairs.contains_key(&h) && !pairs.values().any(|taken| *taken == r)
    };
    let all: Vec<(usize, usize)> =
        (0..halves.len()).flat_map(|h| (0..facts.rows.len()).map(move |r| (h, r))).collect();
    let sole = |pairs: &BTreeMap<usize, usize>, rule: u8, barred: &dyn Fn(usize, usize) -> bool| {
        let ok = |(h, r): (usize, usize)| free(pairs, h, r) && may(rule, h, r) && !barred(h, r);
        let alone =
            |(h, r): (usize, usize)| !all.iter().any(|(oh, or)| (*oh == h) != (*or == r) && ok((*oh, *or)));
        all.iter().copied().filter(|pair| ok(*pair) && alone(*pair)).collect::<Vec<_>>()
    };
    loop {
        let before = pairs.len();
        for rule in 0..6 {
            let found = sole(&pairs, rule, &|_, _| false);
            pairs.extend(found);
        }
        if pairs.len() == before {
            break;
        }
    }
    // An unknown result takes no row, and is itself not taken, where an exact key leaves something undecided.
    let (mut halves_barred, mut rows_barred) = (BTreeSet::new(), BTreeSet::new());
    for rule in 0..4 {
        let open = |(h, r): &&(usize, usize)| {
            free(&pairs, *h, *r)
                && !halves_barred.contains(h)
                && !rows_barred.contains(r)
                && may(rule, *h, *r)
        };
        let (hs, rs): (Vec<_>, Vec<_>) = all.iter().filter(open).copied().unzip();
        halves_barred.extend(hs);
        rows_barred.extend(rs);
    }
    let found = sole(&pairs, 6, &|h, r| halves_barred.contains(&h) || rows_barred.contains(&r));
    pairs.extend(found);
    pairs.into_iter().map(|(h, r)| (halves[h].sale.id.clone(), facts.rows[r].id.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The engine links what is obvious, and beyond it only one row of a sale that was charged twice.
    #[test]
    fn agrees_with_the_obvious(fates in prop::collection::vec(fate(), 0..14), flags in 0_u8..8) {
        let facts = build(&fates, flags);
        let outcome = reconcile(&facts).unwrap();
        let expected = obvious(&facts);
        let twice: BTreeSet<&str> = outcome
            .exceptions
            .iter()
            .filter(|e| e.class == engine::ExceptionClass::DuplicateCharge)
            .flat_map(|e| e.members.iter().map(String::as_str))
            .collect();
        let links: BTreeSet<(String, String)> = outcome
            .links
            .iter()
            .filter(|l| l.leg == Leg::JournalStatement)
            .map(|l| (l.left.clone(), l.right.clone()))
            .collect();
        let missing: Vec<_> = expected.difference(&links).collect();
        prop_assert!(missing.is_empty(), "not linked: {missing:?}");
        let extra: Vec<_> = links.difference(&expected).filter(|(sale, _)| !twice.contains(sale.as_str())).collect();
        prop_assert!(extra.is_empty(), "linked without ground: {extra:?}");
    }
}
