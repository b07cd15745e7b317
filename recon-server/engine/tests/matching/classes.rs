//! Stage 5, and the exception classes of reconciliation.md 5.10 that no other file reaches, each by an example.

use domain::{method::Method, money::Yen};
use engine::{
    BankCalendar, ExceptionClass, Facts, Verdict,
    class::Leg,
    contract::{DatedTerms, ReplyDays},
    facts::{Row, RowClass, Sale, SaleState, TerminalTotal},
    matching::Grade,
    notices::{Resolution, Revision, SequenceGap, Source},
    outcome::{Figure, Stage},
    proof::LinkState,
};

use crate::{
    alike::{bare, raised, run},
    support::{SHEET, all_delivered, contract, date, deposit, facts, received, row, sale},
};

/// Sales and rows without keys, all on one terminal and day.
fn town(sales: &[i64], rows: &[i64]) -> Facts {
    let mut facts = facts();
    for (n, yen) in sales.iter().enumerate() {
        facts.sales.push(bare(&n.to_string(), &format!("2026-07-15 09:{n:02}:00"), *yen).0);
    }
    for (n, yen) in rows.iter().enumerate() {
        facts.rows.push(bare(&n.to_string(), &format!("2026-07-15 21:{n:02}:00"), *yen).1);
    }
    all_delivered(facts)
}

/// Merged rows, split sales, refunds netted: the only way, as a proposal; several ways are 個別特定不能.
#[test]
fn sums_inside_a_terminal_and_day() {
    use ExceptionClass::{Ambiguous, JOnly, ProposedMatch};
    for (case, sales, rows, classes) in [
        ("two in one row", &[300, 300][..], &[600][..], &[ProposedMatch][..]),
        ("one in two rows", &[600], &[250, 350], &[ProposedMatch]),
        ("a refund netted", &[300, 300, -450], &[150], &[ProposedMatch]),
        ("one left over", &[300, 300, 300], &[600], &[JOnly, ProposedMatch]),
        ("two ways", &[300, 300, 300, 450, 450], &[900], &[Ambiguous]),
    ] {
        let facts = town(sales, rows);
        let outcome = run(&facts);
        let found: Vec<_> = raised(&outcome).iter().map(|e| e.class).collect();
        assert_eq!(found, classes, "{case}");
        let sums: Vec<_> = outcome.sets.iter().filter(|s| s.stage == Stage::BoundedSum).collect();
        assert_eq!(sums.len(), usize::from(classes.contains(&ProposedMatch)), "{case}");
        assert!(sums.iter().all(|sum| sum.state == LinkState::Proposed), "{case}");
    }
    let outcome = run(&town(&[300, 300, 300], &[600]));
    let left = raised(&outcome)[0];
    assert_eq!((left.count, left.members.len(), left.amount), (1, 3, Yen::new(-300)), "any of the three");
}

/// What a set has too many may be part of a sum: 300, 300, 300 against 300 and 600.
#[test]
fn a_set_and_a_sum() {
    let outcome = run(&town(&[300, 300, 300], &[300, 600]));
    let classes: Vec<_> = raised(&outcome).iter().map(|e| e.class).collect();
    assert_eq!(classes, [ExceptionClass::ProposedMatch; 2], "hours apart, and summed");
    assert_eq!(outcome.sheets[0].residual, Yen::ZERO);
}

/// 合計のみ: one row a day against everything of it; a difference is one, and the grade stands on the sheet.
#[test]
fn totals_only() {
    for (total, residual) in [(1_050, 0), (1_000, 50)] {
        let mut facts = town(&[300, 300, 450], &[total]);
        facts.contracts[0].matching.grade = Grade::Totals;
        let outcome = run(&facts);
        assert_eq!(
            (outcome.sheets[0].residual, outcome.sheets[0].grade),
            (Yen::new(residual), Grade::Totals)
        );
        assert!(outcome.links.iter().all(|link| link.stage == Stage::DayTotal));
        let found: Vec<_> = raised(&outcome).iter().map(|e| (e.class, e.amount.get())).collect();
        let expected = if residual == 0 { vec![] } else { vec![(ExceptionClass::AmountDiff, -50)] };
        assert_eq!(found, expected);
    }
}

/// Electronic money of a day on which the terminal was not closed; closed later, its rows come with the next closing.
#[test]
fn unclosed_terminal() {
    let mut facts = facts();
    facts.contracts = vec![contract("otsu", "edy", Method::ElectronicMoney)];
    facts.received = vec![received("otsu", "2026-07-01", "2026-07-31")];
    facts.terminals.clear();
    let edy = |sale: Sale| Sale {
        method: Method::ElectronicMoney,
        brand: Some("edy".parse().unwrap()),
        contract: Some("otsu".parse().unwrap()),
        terminal_id: Some("t1".to_owned()),
        sheet_number: None,
        ..sale
    };
    let told = |row: Row| Row {
        contract: "otsu".parse().unwrap(),
        brand: Some("edy".parse().unwrap()),
        terminal_id: Some("t1".to_owned()),
        ..row
    };
    let (first, its_row) = bare("0", "2026-07-30 09:00:00", 300);
    let (last, late_row) = bare("1", "2026-07-31 09:00:00", 450);
    facts.sales = vec![edy(first), edy(last)];
    facts.rows = vec![told(its_row)];
    let (counter, brand) = ("m1".parse().unwrap(), "edy".parse().unwrap());
    let business_day = date("2026-07-30");
    facts.terminal_totals =
        vec![TerminalTotal { counter, business_day, brand, count: 1, amount: Yen::new(300) }];
    let mut facts = all_delivered(facts);
    let outcome = run(&facts);
    let found = raised(&outcome);
    assert_eq!(
        (found.len(), found[0].class, found[0].verdict),
        (1, ExceptionClass::UnclosedTerminal, Verdict::Pending)
    );
    assert_eq!(
        (found[0].members.join(""), outcome.sheets[0].carried),
        ("s1".to_owned(), Figure::new(1, Yen::new(450)))
    );
    assert_eq!(outcome.sheets[0].residual, Yen::ZERO);
    facts.rows.push(Row { process_date: Some(date("2026-08-01")), ..told(late_row) });
    let outcome = run(&facts);
    assert!(raised(&outcome).is_empty());
    assert_eq!(outcome.sheets[0].carried, Figure::new(1, Yen::new(450)), "in the next closing");
}

/// The acquirer takes money back: by its own word, or a refund whose key names a sale that we did not give back.
#[test]
fn chargebacks() {
    for (class, digits, members) in [
        (RowClass::Chargeback, "4821", vec!["q", "s"]),
        (RowClass::Chargeback, "9999", vec!["q"]),
        (RowClass::Refund, "4821", vec!["q", "s"]),
    ] {
        let mut facts = facts();
        facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
        facts.rows.push(row("r", "2026-07-15 14:03:11", 300, "4821"));
        facts.rows.push(Row { class, ..row("q", "2026-07-25 10:00:00", -300, digits) });
        let outcome = run(&all_delivered(facts));
        let found = raised(&outcome);
        let [back] = &found[..] else { panic!("one: {found:?}") };
        assert_eq!((back.class, back.amount), (ExceptionClass::Chargeback, Yen::new(-300)));
        assert_eq!(back.members, members);
        assert_eq!(
            (outcome.sheets[0].reported_refunds, outcome.sheets[0].residual.get()),
            (Figure::new(-1, Yen::new(-300)), 300)
        );
    }
    let mut facts = facts();
    facts.rows.push(row("q", "2026-07-25 10:00:00", -300, "4821"));
    let outcome = run(&all_delivered(facts));
    assert_eq!(raised(&outcome)[0].class, ExceptionClass::AOnly, "anybody's");
}

/// The deadline goes by the contract's terms on the process date; without a term it is said to be unknown. 20 July 2026 is 海の日.
#[test]
fn a_chargeback_has_its_deadline() {
    let told = |reply: Option<ReplyDays>, later: Option<ReplyDays>| {
        let mut facts = facts();
        facts.calendar = BankCalendar::with_listed(std::iter::empty());
        let contract = &mut facts.contracts[0];
        contract.chargeback_reply_days = reply;
        if later.is_some() {
            let terms = contract.terms_on(date("2026-07-01"));
            let from =
                |day: &str, days| DatedTerms { valid_from: date(day), chargeback_reply_days: days, ..terms };
            contract.terms = vec![from("2026-01-01", reply), from("2026-07-18", later)];
        }
        facts.rows.push(Row {
            class: RowClass::Chargeback,
            process_date: Some(date("2026-07-17")),
            ..row("q", "2026-07-15 10:00:00", -300, "9999")
        });
        let outcome = run(&all_delivered(facts));
        let [back] = &raised(&outcome)[..] else { panic!("one") };
        (back.due_on, back.sentence_ja.clone(), back.due_ja(date("2026-07-31")).unwrap())
    };
    for (reply, due, words) in [
        (ReplyDays::Calendar(14), "2026-07-31", "今日まで"),
        (ReplyDays::Calendar(16), "2026-08-02", "あと2日"),
        (ReplyDays::Banking(1), "2026-07-21", "10日経過"),
    ] {
        let (found, sentence, said) = told(Some(reply), Some(ReplyDays::Calendar(1)));
        assert_eq!(found, Some(date(due)), "{reply:?}: the terms of the process date");
        assert!(sentence.contains(&date(due).to_japanese()) && said.contains(words), "{sentence} {said}");
    }
    let (found, sentence, said) = told(None, None);
    assert_eq!((found, said.as_str()), (None, "反証期限 不明"));
    assert!(sentence.contains("期限不明"), "{sentence}");
}

/// Gaps, revisions after the close, and sources that contradict one another.
#[test]
fn notices_are_raised() {
    let mut facts = facts();
    facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
    facts.rows.push(row("r", "2026-07-15 14:03:11", 300, "4821"));
    let day = date("2026-07-15");
    facts.notices.sequence_gaps.push(SequenceGap {
        counter: "m1".parse().unwrap(),
        business_day: day,
        from: 7,
        to: 9,
    });
    let (before, after) = (Yen::new(350), Yen::new(300));
    facts.notices.revisions.push(Revision {
        row: "r".to_owned(),
        contract: "paypay".parse().unwrap(),
        day,
        before,
        after,
    });
    for (source, happened) in [(Source::Terminal, true), (Source::Person, false), (Source::Person, false)] {
        facts.notices.resolutions.push(Resolution { sale: "s".to_owned(), source, happened });
    }
    let outcome = run(&all_delivered(facts));
    let find = |class| outcome.exceptions.iter().find(|e| e.class == class).unwrap();
    let gap = find(ExceptionClass::SequenceGap);
    assert_eq!(
        (gap.verdict, gap.class.leg(), outcome.verdict),
        (Verdict::Incomplete, Leg::Counter, Verdict::Incomplete)
    );
    assert!(gap.sentence_ja.contains("7番から9番"));
    assert_eq!(outcome.days[0].verdict, Verdict::Incomplete);
    let revised = find(ExceptionClass::RevisedAfterClose);
    assert_eq!(
        (revised.amount, revised.verdict, revised.members[0].as_str()),
        (Yen::new(-50), Verdict::Pending, "r")
    );
    let split = find(ExceptionClass::ConflictingResolution);
    assert_eq!((split.members[0].as_str(), split.verdict), ("s", Verdict::Differences));
    assert!(
        split.sentence_ja.contains("端末の照会は成立") && split.sentence_ja.contains("担当者の判定は不成立")
    );
    assert_eq!(outcome.sheets[0].residual, Yen::ZERO, "no notice moves a yen");
}

/// The statement of this run is a source like any other.
#[test]
fn the_statement_contradicts_a_person() {
    let mut facts = facts();
    let unknown = sale("s", "2026-07-15 14:03:20", 300, "4821");
    facts.sales.push(Sale { state: SaleState::Unknown, payer_digits: None, ..unknown });
    facts
        .rows
        .push(Row { terminal_id: Some(SHEET.to_owned()), ..row("r", "2026-07-15 14:03:11", 300, "4821") });
    facts.notices.resolutions.push(Resolution {
        sale: "s".to_owned(),
        source: Source::Person,
        happened: false,
    });
    let outcome = run(&all_delivered(facts));
    assert!(outcome.exceptions.iter().any(|e| e.class == ExceptionClass::ConflictingResolution));
}

/// A result in doubt that a terminal or a person decided as not charged, and its row: two sources that decide differently, not a row
/// that is a second charge of the sale minutes later, which keeps its own row.
#[test]
fn a_row_of_what_was_decided_as_not_charged() {
    use ExceptionClass::{ConflictingResolution, DuplicateCharge};
    for (case, attempt_at, denied, classes) in [
        ("its row", "2026-07-15 14:03:20", true, &[ConflictingResolution][..]),
        ("hours apart", "2026-07-15 09:03:20", true, &[DuplicateCharge]),
        ("never decided", "2026-07-15 14:03:20", false, &[DuplicateCharge]),
    ] {
        let mut facts = facts();
        if denied {
            let attempt = sale("attempt", attempt_at, 300, "4821");
            facts.sales.push(Sale { state: SaleState::NotCharged, payer_digits: None, ..attempt });
            let (sale, happened) = ("attempt".to_owned(), false);
            facts.notices.resolutions.push(Resolution { sale, source: Source::Person, happened });
        }
        facts.sales.push(sale("again", "2026-07-15 14:05:00", 300, "9001"));
        facts.rows.push(row("its", "2026-07-15 14:03:11", 300, "4821"));
        facts.rows.push(row("other", "2026-07-15 14:05:04", 300, "9001"));
        let outcome = run(&all_delivered(facts));
        let found = raised(&outcome);
        assert_eq!(found.iter().map(|e| e.class).collect::<Vec<_>>(), classes, "{case}");
        let one = found[0];
        assert_eq!((one.ours, one.theirs), (Some(Yen::ZERO), Some(Yen::new(300))), "{case}");
        assert_eq!((one.amount, outcome.sheets[0].residual), (Yen::new(300), Yen::new(-300)), "{case}");
        assert_eq!(outcome.sheets[0].breaks_gross, Yen::new(300), "{case}");
        if one.class == ConflictingResolution {
            assert_eq!(one.members, ["attempt", "its"]);
            let said = ["担当者の判定は不成立", "会社明細は成立"];
            assert!(said.iter().all(|word| one.sentence_ja.contains(word)), "{}", one.sentence_ja);
        }
        assert!(outcome.links.iter().any(|link| (&*link.left, &*link.right) == ("again", "other")), "{case}");
    }
}

/// An attempt that was decided as not charged, and of which the statement knows nothing: no money, and nothing to say.
#[test]
fn what_was_decided_as_not_charged_and_is_not_there() {
    let mut facts = facts();
    let attempt = sale("attempt", "2026-07-15 14:03:20", 300, "4821");
    facts.sales.push(Sale { state: SaleState::NotCharged, ..attempt });
    let outcome = run(&all_delivered(facts));
    assert!(outcome.exceptions.is_empty() && outcome.lines.is_empty(), "{:?}", outcome.exceptions);
    assert_eq!(outcome.dispositions[0].ended, engine::outcome::Ended::NoMoney);
}

/// A person says charged; the whole statement of the day has it not.
#[test]
fn what_was_decided_as_charged_and_is_not_there() {
    for (source, class) in [
        (Some(Source::Person), ExceptionClass::ConflictingResolution),
        (Some(Source::Statement), ExceptionClass::JOnly),
        (None, ExceptionClass::JOnly),
    ] {
        let mut facts = facts();
        facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
        let decided = source.map(|source| Resolution { sale: "s".to_owned(), source, happened: true });
        facts.notices.resolutions.extend(decided);
        let outcome = run(&all_delivered(facts));
        let found = raised(&outcome);
        assert_eq!(found.iter().map(|e| e.class).collect::<Vec<_>>(), [class]);
        assert_eq!((found[0].ours, found[0].theirs), (Some(Yen::new(300)), Some(Yen::ZERO)));
        let sheet = &outcome.sheets[0];
        assert_eq!((sheet.residual, sheet.breaks_gross), (Yen::new(300), Yen::new(300)));
    }
}

/// 当方 and 先方 of what has both (papers.md C5 (b), and a deposit of another sum); theirs less ours is the difference.
#[test]
fn both_amounts_are_known() {
    let mut facts = facts();
    facts.sales.push(sale("s", "2026-07-15 14:03:20", 300, "4821"));
    facts.rows.push(row("r", "2026-07-15 14:03:11", 200, "4821"));
    facts.deposits.push(deposit("d", "2026-08-03", 150));
    let outcome = run(&all_delivered(facts));
    for (class, ours, theirs) in
        [(ExceptionClass::AmountDiff, 300, 200), (ExceptionClass::DepositAmountDiff, 197, 150)]
    {
        let one = outcome.exceptions.iter().find(|e| e.class == class).unwrap();
        assert_eq!((one.ours, one.theirs), (Some(Yen::new(ours)), Some(Yen::new(theirs))), "{class:?}");
        assert_eq!(one.amount, Yen::new(theirs - ours));
    }
}
