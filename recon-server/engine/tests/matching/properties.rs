//! Conservation and permutation: nothing is lost, and the order of the facts means nothing.

use engine::{Facts, Verdict, audit, reconcile};
use proptest::prelude::*;

use crate::{
    support::paypay_july,
    town::{build, fate},
};

/// A fixed shuffle from a seed: sorts by a scrambled position.
fn shuffle<T>(list: &mut Vec<T>, seed: u64) {
    let mut keyed: Vec<(u64, T)> = Vec::new();
    for (i, item) in list.drain(..).enumerate() {
        let mut x = seed ^ (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        keyed.push((x ^ (x >> 27), item));
    }
    keyed.sort_by_key(|(key, _)| *key);
    list.extend(keyed.into_iter().map(|(_, item)| item));
}

fn shuffled(mut facts: Facts, seed: u64) -> Facts {
    shuffle(&mut facts.sales, seed);
    shuffle(&mut facts.rows, seed + 1);
    shuffle(&mut facts.deposits, seed + 2);
    shuffle(&mut facts.contracts, seed + 3);
    shuffle(&mut facts.received, seed + 4);
    shuffle(&mut facts.counter_days, seed + 5);
    facts
}

fn bytes(facts: &Facts) -> Vec<u8> {
    serde_json::to_vec(&reconcile(facts).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every yen of every side ends in exactly one class, for any town.
    #[test]
    fn nothing_is_lost(fates in prop::collection::vec(fate(), 0..40), flags in 0_u8..8) {
        let facts = build(&fates, flags);
        let outcome = reconcile(&facts).unwrap();
        prop_assert_eq!(audit(&facts, &outcome), Vec::<String>::new());
    }

    /// The same facts in another order give the same bytes.
    #[test]
    fn order_means_nothing(fates in prop::collection::vec(fate(), 0..40), flags in 0_u8..8, seed in any::<u32>()) {
        let facts = build(&fates, flags);
        prop_assert_eq!(bytes(&facts), bytes(&shuffled(facts, u64::from(seed))));
    }

    /// One lost row turns the green month red, and never silently.
    #[test]
    fn a_lost_row_is_seen(which in 0_usize..103) {
        let mut facts = paypay_july();
        let lost = facts.rows.remove(which.min(facts.rows.len() - 1));
        let outcome = reconcile(&facts).unwrap();
        prop_assert_eq!(audit(&facts, &outcome), Vec::<String>::new());
        prop_assert!(outcome.verdict >= Verdict::Differences, "lost {}", lost.id);
    }
}

/// The audit itself can fail: a removed placement and a changed residual are found.
#[test]
fn the_audit_sees() {
    let facts = paypay_july();
    let clean = reconcile(&facts).unwrap();
    assert_eq!(audit(&facts, &clean), Vec::<String>::new());
    let mut lost = clean.clone();
    lost.dispositions.remove(3);
    assert_eq!(audit(&facts, &lost).len(), 1);
    let mut twice = clean.clone();
    twice.dispositions.push(twice.dispositions[0].clone());
    assert_eq!(audit(&facts, &twice).len(), 1);
    let mut wrong = clean;
    wrong.sheets[0].residual = domain::money::Yen::new(1);
    assert_eq!(audit(&facts, &wrong).len(), 2);
}
