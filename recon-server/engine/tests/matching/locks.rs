//! Locked periods and what a person said: what was signed stays, what changes since is shown in the open period, what was confirmed or
//! refused stays so.

use domain::money::Yen;
use engine::{
    ExceptionClass, Facts, Outcome, PeriodLock, Verdict, audit,
    facts::{Row, Sale},
    locks::Frozen,
    matching::{Accept, WindowRule},
    notices::HeldPair,
    outcome::Figure,
    proof::LinkState,
    reconcile,
};

use crate::{
    alike::{bare, run},
    support::{all_delivered, date, deposit, facts, paypay_july, received, row, sale},
};

/// July, signed on 5 August.
fn signed() -> (Facts, Outcome) {
    let mut facts = paypay_july();
    let outcome = run(&facts);
    let through = date("2026-07-31");
    let frozen = Frozen::of(&outcome, &[], None, through, "signed");
    assert_eq!(frozen.sheets.len(), 1, "August is not over");
    facts.locks.push(PeriodLock { contract: None, through, facts_from: None, frozen });
    (facts, outcome)
}

/// A lock alone changes nothing at all.
#[test]
fn a_lock_changes_nothing() {
    let (facts, before) = signed();
    assert_eq!(run(&facts), before);
}

/// A row of July comes late: July stays as it was signed, August says what is new.
#[test]
fn a_late_row_is_a_prior_period_item() {
    let (mut facts, before) = signed();
    facts.rows.push(row("r-late", "2026-07-20 12:00:00", 300, "7777"));
    let after = run(&facts);
    let sheet = |outcome: &Outcome, to| outcome.sheets.iter().find(|s| s.to == date(to)).unwrap().clone();
    assert_eq!(sheet(&after, "2026-07-31"), sheet(&before, "2026-07-31"), "byte for byte");
    let [item] = &after.prior[..] else { panic!("one item: {:?}", after.prior) };
    assert_eq!(
        (item.to, item.open_from, item.open_to),
        (date("2026-07-31"), date("2026-08-01"), date("2026-08-31"))
    );
    assert_eq!((item.ours, item.reported), (Figure::default(), Figure::new(1, Yen::new(300))));
    assert_eq!(item.payout, Yen::new(295), "300 less what the fee of the whole closing grows by");
    for line in &item.lines {
        assert_ne!(line.signed, line.now, "{}", line.label_ja);
    }
    let raised = after.exceptions.iter().find(|e| e.id == item.exception).unwrap();
    assert_eq!((raised.class, raised.day), (ExceptionClass::RevisedAfterClose, date("2026-08-01")));
    assert!(raised.sentence_ja.contains("前期分"), "{}", raised.sentence_ja);
    let open = sheet(&after, "2026-08-31");
    assert!(open.verdict >= Verdict::Pending && open.sentence_ja.contains("前期分 当方 0円・会社 300円"));
    facts.as_of = facts.as_of.plus_days(1);
    assert_eq!(run(&facts).prior[0].exception, item.exception, "the same tomorrow");
}

/// A sale that goes, a row that changes its yen: signed and prior add up to what is now, whatever happens.
#[test]
fn signed_and_prior_add_up_to_the_present() {
    let (locked, _) = signed();
    for nth in 0..12 {
        let mut facts = locked.clone();
        match nth % 3 {
            0 => drop(facts.sales.remove(nth)),
            1 => facts.rows[nth].amount = Yen::new(450),
            _ => drop(facts.rows.remove(nth)),
        }
        let now = run(&facts);
        let live = run(&Facts { locks: Vec::new(), ..facts.clone() });
        let [item] = &now.prior[..] else { panic!("case {nth}: {:?}", now.prior) };
        let (signed, present) = (&now.sheets[0], &live.sheets[0]);
        let reported = |s: &engine::outcome::ContractSheet| s.reported_sales.plus(s.reported_refunds);
        assert_eq!(reported(signed).plus(item.reported), reported(present), "case {nth}");
        let ours = |s: &engine::outcome::ContractSheet| s.sales.plus(s.settled_unknowns).plus(s.refunds);
        assert_eq!(ours(signed).plus(item.ours), ours(present), "case {nth}");
        assert_eq!(signed.payout.saturating_add(item.payout), present.payout, "case {nth}");
    }
}

/// Money that arrives after the lock is no correction; money of a locked day that is taken out of the bank file is one.
#[test]
fn money_after_the_lock_is_of_its_own_day() {
    let (mut facts, _) = signed();
    let arrived = std::mem::take(&mut facts.deposits);
    let outcome = reconcile(&Facts { locks: Vec::new(), ..facts.clone() }).unwrap();
    facts.locks[0].frozen = Frozen::of(&outcome, &[], None, date("2026-07-31"), "signed");
    assert!(run(&facts).prior.is_empty());
    facts.deposits = arrived;
    let after = run(&facts);
    assert!(after.prior.is_empty());
    assert_eq!(after.sheets[0].deposited, Yen::ZERO, "as signed");
    assert!(after.payouts.iter().any(|payout| payout.deposited == Yen::new(29_347)), "and here is what came");
}

/// A signed sheet whose facts are gone stays.
#[test]
fn a_signed_sheet_outlives_its_facts() {
    let (mut facts, before) = signed();
    facts.sales.retain(|sale| sale.payment_date > date("2026-07-31"));
    facts.rows.retain(|row| row.closing_date() > date("2026-07-31"));
    let after = reconcile(&facts).unwrap();
    assert_eq!(after.sheets[0], before.sheets[0]);
    assert_eq!(
        after.prior[0].reported,
        Figure::default().minus(before.sheets[0].reported_sales.plus(before.sheets[0].reported_refunds))
    );
}

/// One sale and one row whose pairing is only proposed.
fn proposed() -> (Facts, String) {
    let mut facts = facts();
    facts.contracts[0].matching.window = WindowRule { accept: Accept::Proposed, ..WindowRule::default() };
    facts.received = vec![received("paypay", "2026-07-01", "2026-08-01")];
    let (ours, theirs) = bare("1", "2026-07-15 10:00:00", 300);
    (facts.sales, facts.rows) = (vec![ours], vec![theirs]);
    let facts = all_delivered(facts);
    let outcome = run(&facts);
    let id = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::ProposedMatch).unwrap().id.clone();
    (facts, id)
}

/// What was refused is not proposed again, by no stage: the members stand alone.
#[test]
fn a_refused_proposal_is_not_made_again() {
    let (mut facts, id) = proposed();
    facts.notices.refused.push(id.clone());
    let outcome = run(&facts);
    assert!(outcome.links.is_empty() && outcome.sets.is_empty(), "{:?}", outcome.sets);
    let classes: Vec<_> = outcome.exceptions.iter().map(|e| e.class).collect();
    assert!(classes.contains(&ExceptionClass::JOnly) && classes.contains(&ExceptionClass::AOnly));
    assert!(!classes.contains(&ExceptionClass::ProposedMatch));
    let alone = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::JOnly).unwrap();
    assert_eq!(alone.near[0].id, "r1", "what was refused is still the nearest");
    facts.notices.confirmed.push(id);
    assert!(run(&facts).links.is_empty(), "who refuses says the last word");
}

/// A set that was proposed, and sums: refused as a whole.
#[test]
fn a_refused_sum_is_not_made_again() {
    let mut facts = facts();
    for (id, yen) in [("1", 300), ("2", 450)] {
        facts.sales.push(bare(id, "2026-07-15 10:00:00", yen).0);
    }
    facts.rows.push(bare("3", "2026-07-15 10:00:00", 750).1);
    let mut facts = all_delivered(facts);
    let outcome = run(&facts);
    assert_eq!(outcome.sets.len(), 1);
    let sum = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::ProposedMatch).unwrap();
    facts.notices.refused.push(sum.id.clone());
    let outcome = run(&facts);
    assert!(outcome.sets.is_empty() && outcome.links.is_empty());
    assert_eq!(outcome.exceptions.iter().filter(|e| e.class == ExceptionClass::JOnly).count(), 2);
}

/// A confirmed pair stays although a second candidate came; without its members, it would be anybody's.
#[test]
fn a_confirmed_pair_stays() {
    let (mut facts, id) = proposed();
    facts.notices.confirmed.push(id);
    let state =
        |facts: &Facts| run(facts).links.first().map(|l| (l.left.clone(), l.right.clone(), l.proof.state));
    let pair = Some(("s1".to_owned(), "r1".to_owned(), LinkState::Confirmed));
    assert_eq!(state(&facts), pair);
    facts.sales.push(sale("s8", "2026-07-02 10:00:00", 450, "0450"));
    facts.deposits.push(deposit("d8", "2026-08-04", 999));
    assert_eq!(state(&all_delivered(facts.clone())), pair, "something else came");
    let (ours, theirs) = bare("2", "2026-07-15 10:05:00", 300);
    facts.sales.push(ours);
    facts.rows.push(Row { at: theirs.at.plus_ms(1_000), ..theirs });
    let facts = all_delivered(facts);
    assert!(run(&facts).sets.iter().any(|set| set.ours.len() == 2), "two against two: a set");
    let held = vec![HeldPair { sale: "s1".to_owned(), row: "r1".to_owned() }];
    let mut sticky = facts.clone();
    sticky.notices.held = held;
    let links = run(&sticky).links;
    assert!(links.iter().any(
        |l| (l.left.as_str(), l.right.as_str()) == ("s1", "r1") && l.proof.state == LinkState::Confirmed
    ));
    assert!(
        links.iter().any(|l| (l.left.as_str(), l.right.as_str()) == ("s2", "r2")),
        "and the other is sole again"
    );
    sticky.notices.confirmed.clear();
    assert!(run(&sticky).sets.iter().any(|set| set.ours.len() == 2), "revoked");
    let revised = Facts {
        rows: facts.rows.iter().map(|r| Row { amount: Yen::new(450), ..r.clone() }).collect(),
        ..facts
    };
    assert!(!run(&revised).links.iter().any(|l| l.left == "s1"), "its yen changed");
    let (ours, _): (Sale, Row) = bare("9", "2026-07-15 10:00:00", 300);
    assert_eq!(ours.id, "s9");
}

/// The audit sees a prior-period item that is not told.
#[test]
fn the_audit_sees_a_missing_item() {
    let (mut facts, _) = signed();
    facts.rows.push(row("r-late", "2026-07-20 12:00:00", 300, "7777"));
    let mut outcome = reconcile(&facts).unwrap();
    outcome.prior.clear();
    assert!(audit(&facts, &outcome).iter().any(|finding| finding.contains("another sum than its sheet")));
}
