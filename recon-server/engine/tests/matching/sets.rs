//! Stage 8: one deposit that sums several payouts, one payout in several deposits, and what nobody can tell.

use std::collections::BTreeSet;

use domain::{method::Method, money::Yen};
use engine::{
    Contract, ExceptionClass, Facts, Outcome, Verdict, audit,
    class::Leg,
    facts::{Deposit, Row, Sale},
    outcome::{Ended, PayoutState, Side, Stage},
    reconcile,
};
use proptest::prelude::*;

use crate::support::{all_delivered, contract, date, deposit, facts, received, row, sale};

fn run(facts: &Facts) -> Outcome {
    let outcome = reconcile(facts).unwrap();
    assert_eq!(audit(facts, &outcome), Vec::<String>::new());
    outcome
}

/// One closing a contract, all of one payer, due on 3 August; the fee is 0, so that a payout is its sale.
fn waiting(amounts: &[i64]) -> Facts {
    let mut facts = facts();
    facts.contracts.clear();
    facts.received.clear();
    for (n, yen) in amounts.iter().enumerate() {
        let mut one = contract(&format!("c{n}"), "visa", Method::Credit);
        one.fee.rate = domain::rate::Ppm(0);
        closing(&mut facts, &one, n, *yen);
        facts.received.push(received(&format!("c{n}"), "2026-07-01", "2026-07-31"));
        facts.contracts.push(one);
    }
    all_delivered(facts)
}

fn closing(facts: &mut Facts, contract: &Contract, n: usize, yen: i64) {
    let when = format!("2026-07-02 10:{n:02}:00");
    let digits = format!("{n:04}");
    let (method, brand) = contract.covers[0].clone();
    let base = sale(&format!("s{n:02}"), &when, yen, &digits);
    let (id, brand) = (contract.id.clone(), Some(brand));
    facts.sales.push(Sale { method, brand: brand.clone(), contract: Some(id.clone()), ..base });
    let told = row(&format!("r{n:02}"), &when, yen, &digits);
    facts.rows.push(Row { contract: id, brand, ..told });
}

fn arrived(amounts: &[i64]) -> Vec<Deposit> {
    amounts.iter().enumerate().map(|(n, yen)| deposit(&format!("d{n:02}"), "2026-08-03", *yen)).collect()
}

/// Payouts, deposits, links (payout, deposit, yen), stages, classes, verdict.
type Case = (
    &'static str,
    &'static [i64],
    &'static [i64],
    &'static [(usize, usize, i64)],
    &'static [Stage],
    &'static [ExceptionClass],
    Verdict,
);

const SUM: Stage = Stage::DepositSet;
const SPLIT: Stage = Stage::DepositSplit;
const ONE: Stage = Stage::DepositOneToOne;
const NO_DEPOSIT: ExceptionClass = ExceptionClass::PayoutNoDeposit;
const NO_PAYOUT: ExceptionClass = ExceptionClass::DepositNoPayout;
const UNTOLD: ExceptionClass = ExceptionClass::Ambiguous;

const CASES: [Case; 12] = [
    (
        "one deposit sums two contracts",
        &[41_250, 29_347],
        &[70_597],
        &[(0, 0, 41_250), (1, 0, 29_347)],
        &[SUM, SUM],
        &[],
        Verdict::Matched,
    ),
    (
        "one payout in two deposits",
        &[70_597],
        &[41_250, 29_347],
        &[(0, 0, 41_250), (0, 1, 29_347)],
        &[SPLIT, SPLIT],
        &[],
        Verdict::Matched,
    ),
    (
        "gross in, fee out again",
        &[29_347],
        &[30_000, -653],
        &[(0, 0, 30_000), (0, 1, -653)],
        &[SPLIT, SPLIT],
        &[],
        Verdict::Matched,
    ),
    (
        "a single exact payout goes before a set",
        &[1_000, 600, 400],
        &[1_000],
        &[(0, 0, 1_000)],
        &[ONE],
        &[NO_DEPOSIT, NO_DEPOSIT],
        Verdict::Differences,
    ),
    (
        "a single exact deposit goes before a split",
        &[1_000],
        &[1_000, 600, 400],
        &[(0, 0, 1_000)],
        &[ONE],
        &[NO_PAYOUT, NO_PAYOUT],
        Verdict::Differences,
    ),
    (
        "two single payouts and a set compete",
        &[1_000, 1_000, 600, 400],
        &[1_000],
        &[],
        &[],
        &[UNTOLD],
        Verdict::Differences,
    ),
    ("two sets compete", &[700, 300, 600, 400], &[1_000], &[], &[], &[UNTOLD], Verdict::Differences),
    ("two splits compete", &[1_000], &[700, 300, 600, 400], &[], &[], &[UNTOLD], Verdict::Differences),
    (
        "two deposits want one payout",
        &[500, 300, 200],
        &[800, 700],
        &[],
        &[],
        &[UNTOLD],
        Verdict::Differences,
    ),
    (
        "two sets side by side",
        &[500, 30, 7_000, 200],
        &[530, 7_200],
        &[(0, 0, 500), (1, 0, 30), (2, 1, 7_000), (3, 1, 200)],
        &[SUM, SUM, SUM, SUM],
        &[],
        Verdict::Matched,
    ),
    (
        "one yen less is no set",
        &[41_250, 29_347],
        &[70_596],
        &[],
        &[],
        &[NO_DEPOSIT, NO_DEPOSIT, NO_PAYOUT],
        Verdict::Differences,
    ),
    (
        "two alike for one payout are as before",
        &[1_000],
        &[1_000, 1_000],
        &[],
        &[],
        &[NO_DEPOSIT, NO_PAYOUT, NO_PAYOUT],
        Verdict::Differences,
    ),
];

#[test]
fn sets() {
    for (case, payouts, deposits, links, stages, classes, verdict) in CASES {
        let outcome = run(&Facts { deposits: arrived(deposits), ..waiting(payouts) });
        let mut found: Vec<(usize, usize, i64)> = Vec::new();
        let cash = outcome.links.iter().filter(|link| link.leg == Leg::PayoutDeposit);
        for link in cash.clone() {
            let payout = outcome.payouts.iter().position(|payout| payout.id == link.left).unwrap();
            found.push((payout, link.right[1..].parse().unwrap(), link.right_amount.get()));
        }
        found.sort_unstable();
        assert_eq!(found, links, "{case}");
        assert_eq!(cash.map(|link| link.stage).collect::<Vec<_>>(), stages, "{case}");
        let raised: Vec<_> = outcome.exceptions.iter().map(|e| e.class).collect();
        assert_eq!((raised, outcome.verdict), (classes.to_vec(), verdict), "{case}");
    }
}

/// What stands on the payouts, and the evidence that names all members.
#[test]
fn a_set_says_all_its_members() {
    let outcome = run(&Facts { deposits: arrived(&[70_597]), ..waiting(&[41_250, 29_347]) });
    let [card, other] = &outcome.payouts[..] else { panic!("two closings") };
    assert_eq!(
        (card.state, card.deposited, &card.deposits[..]),
        (PayoutState::Arrived, Yen::new(41_250), &["d00".to_owned()][..])
    );
    assert_eq!(
        (other.state, other.deposited, &other.deposits[..]),
        (PayoutState::Arrived, Yen::new(29_347), &["d00".to_owned()][..])
    );
    for link in outcome.links.iter().filter(|link| link.stage == Stage::DepositSet) {
        let members = link.compared.iter().find(|field| field.field_ja.starts_with("内訳")).unwrap();
        assert_eq!(members.left, "c0 2026-07-31締 41,250円、c1 2026-07-31締 29,347円");
        assert_eq!(members.right, "2026-08-03入金 70,597円");
    }
    for sheet in &outcome.sheets {
        assert_eq!(
            (sheet.residual, sheet.in_transit, sheet.verdict),
            (Yen::ZERO, Yen::ZERO, Verdict::Matched)
        );
    }
    let split = run(&Facts { deposits: arrived(&[41_250, 29_347]), ..waiting(&[70_597]) });
    assert_eq!((split.payouts[0].deposits.len(), split.payouts[0].deposited), (2, Yen::new(70_597)));
}

/// Another account, another name, another day, another expected day: no set.
#[test]
fn one_payer_one_date() {
    let whole = arrived(&[70_597])[0].clone();
    let elsewhere = |facts: &mut Facts| facts.contracts[0].deposit_account = Some("other".to_owned());
    let renamed = |facts: &mut Facts| facts.contracts[0].payer_kana = vec!["ﾍﾞﾂﾉｶｲｼﾔ".to_owned()];
    let later = |facts: &mut Facts| {
        facts.contracts[0].payout = engine::contract::PayoutRule::BusinessDays { after: 2 };
    };
    let none = |_: &mut Facts| {};
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Facts), &'a str, bool);
    let changes: [Change<'_>; 5] = [
        ("as it should be", &none, "2026-08-03", true),
        ("within the window", &none, "2026-08-04", true),
        ("another account", &elsewhere, "2026-08-03", false),
        ("another name", &renamed, "2026-08-03", false),
        ("another expected day", &later, "2026-08-04", false),
    ];
    for (case, change, day, fits) in changes {
        let mut facts = waiting(&[41_250, 29_347]);
        change(&mut facts);
        facts.deposits = vec![Deposit { booked_on: date(day), ..whole.clone() }];
        let outcome = run(&facts);
        let sets = outcome.links.iter().filter(|link| link.stage == Stage::DepositSet).count();
        assert_eq!(sets, if fits { 2 } else { 0 }, "{case}");
    }
}

/// What competes says so, with all members, once; its payouts and deposits are in it and nowhere else.
#[test]
fn what_competes_is_said_once() {
    let outcome = run(&Facts { deposits: arrived(&[1_000]), ..waiting(&[700, 300, 600, 400]) });
    let [untold] = &outcome.exceptions[..] else { panic!("one exception") };
    assert_eq!((untold.members.len(), untold.amount, untold.gross), (5, Yen::new(-1_000), Yen::new(1_000)));
    assert!(untold.sentence_ja.contains("二通り以上"), "{}", untold.sentence_ja);
    let cash = outcome.dispositions.iter().filter(|d| matches!(d.side, Side::Payout | Side::Bank));
    for placed in cash {
        assert_eq!(placed.ended, Ended::Exception { exception: untold.id.clone(), class: untold.class });
    }
    let early =
        Facts { as_of: date("2026-08-03"), deposits: arrived(&[1_000]), ..waiting(&[700, 300, 600, 400]) };
    assert_eq!(run(&early).verdict, Verdict::Pending, "nothing is overdue yet");
}

/// Thirteen closings are too many to search: nothing is called unique, and nothing is lost.
#[test]
fn too_many_are_not_searched() {
    let amounts: Vec<i64> = (0..13).map(|n| 1_000 + (1 << n)).collect();
    let sum = |of: &[i64]| of.iter().sum::<i64>();
    let twelve = run(&Facts { deposits: arrived(&[sum(&amounts[..12])]), ..waiting(&amounts[..12]) });
    assert_eq!(
        (twelve.verdict, twelve.links.iter().filter(|l| l.stage == SUM).count()),
        (Verdict::Matched, 12)
    );
    let thirteen = run(&Facts { deposits: arrived(&[sum(&amounts)]), ..waiting(&amounts) });
    assert_eq!(thirteen.links.iter().filter(|l| l.leg == Leg::PayoutDeposit).count(), 0);
    assert_eq!(thirteen.verdict, Verdict::Differences);
}

/// A closing of refunds only, which its payer takes off another contract's payout: proven by the deposit to the yen, and then not carried
/// into the next closing. Where the next closing's own deposit shows that it was carried, it stays carried.
#[test]
fn a_minus_set_off_against_another_contract() {
    for (case, deposits, set_off) in [
        ("set off", &[("2026-08-03", 4_314), ("2026-09-01", 900)][..], true),
        ("carried", &[("2026-08-03", 5_000), ("2026-09-01", 214)], false),
        ("both fit", &[("2026-08-03", 4_314), ("2026-09-01", 214)], false),
        ("nothing here", &[], false),
    ] {
        let mut facts = waiting(&[5_000, -686]);
        facts.as_of = date("2026-09-02");
        facts.bank_received[0].to = date("2026-09-02");
        let august = ("2026-08-10 10:00:00", 900, "9999");
        let base = facts.sales[1].clone();
        facts.sales.push(Sale {
            contract: base.contract.clone(),
            method: base.method,
            brand: base.brand.clone(),
            ..sale("t", august.0, august.1, august.2)
        });
        let told = row("q", august.0, august.1, august.2);
        facts.rows.push(Row { contract: facts.rows[1].contract.clone(), brand: base.brand.clone(), ..told });
        for n in 0..2 {
            facts.received.push(received(&format!("c{n}"), "2026-08-01", "2026-08-31"));
        }
        facts.deposits =
            deposits.iter().enumerate().map(|(n, (day, yen))| deposit(&format!("d{n}"), day, *yen)).collect();
        let outcome = run(&all_delivered(facts));
        let [_, minus, next] = &outcome.payouts[..] else { panic!("three closings") };
        let expected = if set_off { (-686, 0, 0, 900) } else { (0, -686, -686, 214) };
        let found = (minus.net.get(), minus.carry_out.get(), next.carry_in.get(), next.net.get());
        assert_eq!(found, expected, "{case}");
        let sets = outcome.links.iter().filter(|link| link.stage == SUM).count();
        assert_eq!(sets, if set_off { 2 } else { 0 }, "{case}");
        if ["set off", "carried"].contains(&case) {
            assert_eq!(outcome.verdict, Verdict::Matched, "{case}");
        }
    }
}

/// All sets by trying every subset, written from the rule: exact sums, one side single; alone in all they touch.
fn obvious(payouts: &[i64], deposits: &[i64]) -> BTreeSet<(usize, usize)> {
    let picks = |list: &[i64], target: i64| -> Vec<u32> {
        (1_u32..1 << list.len())
            .filter(|mask| {
                (0..list.len()).filter(|i| mask >> i & 1 == 1).map(|i| list[i]).sum::<i64>() == target
            })
            .collect()
    };
    // As masks over payouts and deposits.
    let (mut free_payouts, mut free_deposits) = ((1_u32 << payouts.len()) - 1, (1_u32 << deposits.len()) - 1);
    let mut links = BTreeSet::new();
    let singles = |p: usize, d: usize| payouts[p] == deposits[d];
    let pairs: Vec<(usize, usize)> = (0..payouts.len())
        .flat_map(|p| (0..deposits.len()).map(move |d| (p, d)))
        .filter(|(p, d)| singles(*p, *d))
        .collect();
    for (p, d) in &pairs {
        if pairs.iter().filter(|(op, od)| op == p || od == d).count() == 1 {
            links.insert((*p, *d));
            free_payouts &= !(1 << p);
            free_deposits &= !(1 << d);
        }
    }
    let mut sets: Vec<(u32, u32)> = Vec::new();
    for (d, yen) in deposits.iter().enumerate().filter(|(_, yen)| **yen > 0) {
        sets.extend(picks(payouts, *yen).into_iter().map(|mask| (mask, 1 << d)));
    }
    for (p, yen) in payouts.iter().enumerate() {
        sets.extend(picks(deposits, *yen).into_iter().map(|mask| (1 << p, mask)));
    }
    sets.retain(|(p, d)| p & free_payouts == *p && d & free_deposits == *d);
    sets.sort_unstable();
    sets.dedup();
    for (p, d) in &sets {
        let touching = sets.iter().filter(|(op, od)| op & p != 0 || od & d != 0).count();
        if touching == 1 {
            let of = |mask: u32| (0_usize..32).filter(move |i| mask >> i & 1 == 1);
            links.extend(of(*p).flat_map(|p| of(*d).map(move |d| (p, d))));
        }
    }
    links
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    /// The engine joins exactly what is obvious, where no amount that differs is taken for its payout.
    #[test]
    fn agrees_with_the_obvious(
        payouts in prop::collection::vec(1_i64..9, 1..6),
        deposits in prop::collection::vec(prop_oneof![4 => 1_i64..20, 1 => -6_i64..0], 0..6),
    ) {
        let mut facts = waiting(&payouts);
        facts.deposits = arrived(&deposits);
        let outcome = reconcile(&facts).unwrap();
        prop_assert_eq!(audit(&facts, &outcome), Vec::<String>::new());
        let exact = outcome.links.iter().filter(|l| l.leg == Leg::PayoutDeposit && l.left_amount == l.right_amount);
        let found: BTreeSet<(usize, usize)> = exact
            .map(|l| {
                let payout = outcome.payouts.iter().position(|p| p.id == l.left).unwrap();
                (payout, l.right[1..].parse().unwrap())
            })
            .collect();
        prop_assert_eq!(found, obvious(&payouts, &deposits));
        let mut turned = facts;
        turned.deposits.reverse();
        turned.contracts.reverse();
        turned.sales.reverse();
        let again = reconcile(&turned).unwrap();
        prop_assert_eq!(serde_json::to_vec(&again).unwrap(), serde_json::to_vec(&outcome).unwrap());
    }
}
