//! Stages 3 and 4 by example: windows, sets, and what is too many of them (papers.md C5, C6).

use domain::{money::Yen, time::CivilDate};
use engine::{
    ExceptionClass, Facts, Outcome, Verdict, audit,
    class::Leg,
    facts::{Row, Sale, SaleState},
    matching::{Accept, WindowRule},
    outcome::{Ended, Exception, Figure, Stage},
    proof::{LinkState, Pairing, Predicate},
    reconcile,
};

use crate::support::{all_delivered, date, facts, received, row, sale};

pub fn run(facts: &Facts) -> Outcome {
    let outcome = reconcile(facts).unwrap();
    assert_eq!(audit(facts, &outcome), Vec::<String>::new());
    outcome
}

/// What leg 1 raises.
pub fn raised(outcome: &Outcome) -> Vec<&Exception> {
    outcome.exceptions.iter().filter(|e| e.class.leg() == Leg::JournalStatement).collect()
}

/// A sale and a row without any key.
pub fn bare(id: &str, when: &str, yen: i64) -> (Sale, Row) {
    let ours = Sale { payer_digits: None, ..sale(&format!("s{id}"), when, yen, "") };
    (ours, Row { payer_digits: None, ..row(&format!("r{id}"), when, yen, "") })
}

/// C6: 40 sales of 300, one every eleven minutes.
fn forty() -> Facts {
    let mut facts = facts();
    for n in 0..40 {
        let when = format!("2026-07-15 {:02}:{:02}:00", 9 + n * 11 / 60, n * 11 % 60);
        let (ours, theirs) = bare(&format!("{n:02}"), &when, 300);
        facts.sales.push(ours);
        facts.rows.push(theirs);
    }
    all_delivered(facts)
}

/// 40 against 40: proven as a set, nothing raised. Alone in their windows they would be pairs; here they are not.
#[test]
fn c6_forty_against_forty() {
    let outcome = run(&forty());
    let [set] = &outcome.sets[..] else { panic!("one set: {:?}", outcome.sets) };
    assert_eq!((set.proven, set.amount, set.state), (40, Yen::new(12_000), LinkState::Confirmed));
    assert_eq!((set.ours.len(), set.theirs.len()), (40, 40));
    assert!(
        set.sentence_ja.contains("40件 12,000円")
            && set.sentence_ja.contains("どの収納がどの明細かは決まりません")
    );
    assert!(raised(&outcome).is_empty());
    let in_set = |ended: &Ended| matches!(ended, Ended::LinkedInSet { set: id, .. } if *id == set.id);
    assert_eq!(outcome.dispositions.iter().filter(|d| in_set(&d.ended)).count(), 80);
    for link in &outcome.links {
        assert_eq!((link.stage, link.proof.pairing), (Stage::InterchangeableSet, Pairing::Indeterminate));
        assert_eq!((link.proof.rule_version, link.proof.set.as_ref()), (1, Some(&set.id)));
    }
    assert_eq!((outcome.sheets[0].residual, outcome.sheets[0].breaks_gross), (Yen::ZERO, Yen::ZERO));
}

/// C6: one row is not there. One exception with a count; the late row closes it and the closing moves nothing else.
#[test]
fn c6_thirty_nine_rows() {
    let mut facts = forty();
    let late = facts.rows.remove(17);
    let outcome = run(&facts);
    let found = raised(&outcome);
    let [short] = &found[..] else { panic!("one: {found:#?}") };
    assert_eq!((short.class, short.count, short.amount), (ExceptionClass::JOnly, 1, Yen::new(-300)));
    assert_eq!((short.gross, short.verdict), (Yen::new(300), Verdict::Differences));
    assert!(short.sentence_ja.contains("収納40件のうち1件 300円"), "{}", short.sentence_ja);
    assert!(short.members.contains(&"s17".to_owned()) && short.members.len() > 1);
    assert_eq!(outcome.sets[0].proven, 39);
    assert_eq!(
        (outcome.sheets[0].residual, outcome.sheets[0].sales),
        (Yen::new(300), Figure::new(40, Yen::new(12_000)))
    );
    facts.rows.push(Row { process_date: Some(date("2026-08-01")), ..late });
    facts.received.push(received("paypay", "2026-08-01", "2026-08-01"));
    let outcome = run(&facts);
    assert!(raised(&outcome).is_empty(), "40/40");
    assert_eq!(
        (outcome.sheets[0].carried, outcome.sheets[0].residual),
        (Figure::new(1, Yen::new(300)), Yen::ZERO)
    );
}

/// The same exception tomorrow, with another row fewer: its id is that of its kind.
#[test]
fn the_remainder_keeps_its_id() {
    let mut facts = forty();
    facts.rows.remove(17);
    let before = run(&facts).exceptions[0].id.clone();
    facts.rows.remove(30);
    let outcome = run(&facts);
    let found = raised(&outcome);
    assert_eq!((found[0].id.clone(), found[0].count, found[0].amount), (before, 2, Yen::new(-600)));
}

/// Rows without a time of day leave all forty possible; times narrow the hours down.
#[test]
fn which_hours_remain_possible() {
    let mut facts = facts();
    for (n, hour) in ["09", "09", "09", "15", "15"].into_iter().enumerate() {
        let (ours, theirs) = bare(&n.to_string(), &format!("2026-07-15 {hour}:0{n}:00"), 300);
        facts.sales.push(ours);
        facts.rows.push(theirs);
    }
    facts.rows.remove(4);
    let mut facts = all_delivered(facts);
    let outcome = run(&facts);
    let short = raised(&outcome)[0];
    assert_eq!((short.members.join(" "), short.count), ("s3 s4".to_owned(), 1));
    assert!(short.sentence_ja.contains("15:03から15:04まで"), "{}", short.sentence_ja);
    let midnight = crate::support::at("2026-07-15 00:00:00");
    facts.rows.iter_mut().for_each(|row| row.at = midnight);
    let outcome = run(&facts);
    assert_eq!((raised(&outcome)[0].members.len(), raised(&outcome)[0].count), (5, 1));
    assert_eq!(outcome.sets[0].state, LinkState::Confirmed, "no time, nothing against it");
}

/// Too many of theirs; too many refunds; and the classes that must not be thrown together.
#[test]
fn the_other_side_and_what_is_no_set() {
    for yen in [300, -300] {
        let mut facts = facts();
        for n in 0..3 {
            let (ours, theirs) = bare(&n.to_string(), &format!("2026-07-15 09:0{n}:00"), yen);
            facts.sales.push(ours);
            facts.rows.push(theirs);
        }
        facts.sales.remove(1);
        let outcome = run(&all_delivered(facts));
        let found = raised(&outcome);
        assert_eq!(
            (found.len(), found[0].class, found[0].count, found[0].amount, found[0].members.len()),
            (1, ExceptionClass::AOnly, 1, Yen::new(yen), 3)
        );
    }
    type Change = fn(&mut Row);
    let changes: [(&str, Change); 4] = [
        ("another day", |row| row.at = row.at.plus_ms(86_400_000)),
        ("another terminal", |row| row.terminal_id = Some("00-sheet0002".to_owned())),
        ("another brand", |row| row.brand = Some("aupay".parse().unwrap())),
        ("another amount", |row| row.amount = Yen::new(400)),
    ];
    for (case, change) in changes {
        let mut facts = facts();
        let (ours, mut theirs) = bare("0", "2026-07-15 09:00:00", 300);
        change(&mut theirs);
        facts.sales.push(ours);
        facts.rows.push(theirs);
        facts.terminals.clear();
        let outcome = run(&all_delivered(facts));
        let classes: Vec<_> = raised(&outcome).iter().map(|e| e.class).collect();
        assert_eq!(classes, [ExceptionClass::JOnly, ExceptionClass::AOnly], "{case}");
    }
}

/// Hours apart, one against one: a proposal, not a proof; a person's word ends it.
#[test]
fn far_apart_is_a_proposal() {
    let mut facts = facts();
    let (ours, theirs) = bare("0", "2026-07-15 09:00:00", 300);
    facts.sales.push(ours);
    facts.rows.push(Row { at: theirs.at.plus_ms(7 * 3_600_000), ..theirs });
    let mut facts = all_delivered(facts);
    let outcome = run(&facts);
    let proposed = raised(&outcome)[0];
    assert_eq!((proposed.class, proposed.verdict), (ExceptionClass::ProposedMatch, Verdict::Pending));
    assert_eq!(outcome.links[0].proof.state, LinkState::Proposed);
    facts.notices.confirmed.push(proposed.id.clone());
    let outcome = run(&facts);
    assert!(raised(&outcome).is_empty());
    assert_eq!(outcome.links[0].proof.state, LinkState::Confirmed);
}

/// Stage 3 by policy, and with the digits typed wrong (C5): a note, and never more than a proposal.
#[test]
fn windows_and_policy() {
    for (accept, digits, state) in [
        (Accept::Confirmed, None, Some(LinkState::Confirmed)),
        (Accept::Proposed, None, Some(LinkState::Proposed)),
        (Accept::Never, None, None),
        (Accept::Confirmed, Some("4812"), Some(LinkState::Proposed)),
    ] {
        let mut facts = facts();
        facts.contracts[0].matching.window = WindowRule { accept, ..WindowRule::default() };
        facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
        let told = row("r", "2026-07-15 14:03:11", 300, "");
        facts.rows.push(Row { payer_digits: digits.map(str::to_owned), ..told });
        let outcome = run(&all_delivered(facts));
        let link = outcome.links.iter().find(|link| link.left == "s");
        assert_eq!(link.map(|l| l.proof.state), state, "{accept:?} {digits:?}");
        assert_eq!(link.map(|l| l.stage), state.map(|_| Stage::MutualUniqueWindow));
        if digits.is_some() {
            let note = &link.unwrap().proof.note_ja;
            assert!(note.contains("4821") && note.contains("4812") && note.contains("下4桁"), "{note}");
            assert_eq!(raised(&outcome)[0].class, ExceptionClass::ProposedMatch);
        }
    }
}

/// An unknown result beside a sale without a key, and one row: nobody says "not charged".
#[test]
fn an_unknown_in_doubt_is_not_decided() {
    let mut facts = facts();
    let (ours, theirs) = bare("0", "2026-07-15 09:00:00", 300);
    facts.sales.push(Sale { state: SaleState::Unknown, id: "u".to_owned(), ..ours.clone() });
    facts.sales.push(ours);
    facts.rows.push(theirs);
    let outcome = run(&all_delivered(facts));
    assert!(outcome.decisions.is_empty());
    let unknown = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::UnknownPending).unwrap();
    assert!(unknown.sentence_ja.contains("決めません"));
    assert_eq!(outcome.sets[0].state, LinkState::Proposed, "the row may be the other's");
}

/// Why: what was refused for a match, and what is near a miss, with distance and the conditions that fail.
#[test]
fn distances_are_told() {
    let mut facts = facts();
    facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
    facts.rows.push(row("r", "2026-07-15 14:03:11", 300, "4821"));
    facts.rows.push(row("q", "2026-07-15 14:09:20", 300, "1111"));
    facts.sales.push(sale("t", "2026-07-16 14:00:00", 450, "2222"));
    facts.rows.push(row("p", "2026-07-17 09:00:00", 450, "3333"));
    let facts = all_delivered(facts);
    let outcome = run(&facts);
    let proof = &outcome.links.iter().find(|l| l.left == "s").unwrap().proof;
    assert_eq!((proof.refused_count, proof.refused.len()), (1, 0), "a key needs no choice");
    let link = outcome.links.iter().find(|l| l.left == "s").unwrap();
    let refused = engine::refused_candidates(&facts, link);
    assert_eq!((refused.len(), refused[0].id.as_str(), refused[0].distance.seconds), (1, "q", 360));
    assert_eq!(refused[0].distance.failed, [Predicate::Digits]);
    let missing = outcome.exceptions.iter().find(|e| e.class == ExceptionClass::JOnly).unwrap();
    let near = &missing.near[0];
    assert_eq!((near.id.as_str(), near.distance.days, near.distance.yen), ("p", 1, Yen::ZERO));
    assert_eq!(near.distance.failed, [Predicate::Time, Predicate::Digits]);
    assert!(!near.why_ja.is_empty());
}

/// Results recorded before links had a proof can still be read.
#[test]
fn results_of_before_are_readable() {
    let outcome = run(&forty());
    let mut written = serde_json::to_value(&outcome).unwrap();
    let fields = written.as_object_mut().unwrap();
    fields.remove("sets");
    for link in fields["links"].as_array_mut().unwrap() {
        link.as_object_mut().unwrap().remove("proof");
    }
    for sheet in fields["sheets"].as_array_mut().unwrap() {
        sheet.as_object_mut().unwrap().remove("grade");
    }
    let read: Outcome = serde_json::from_value(written).unwrap();
    assert_eq!((read.links.len(), read.links[0].proof.rule_version), (40, 0));
    let day: CivilDate = date("2026-07-15");
    assert_eq!(read.days[0].business_day, day);
}
