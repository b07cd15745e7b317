//! What a last receipt proves, as a table.

use domain::{
    money::Yen,
    payment::{Approval, QueryAnswer},
};

use crate::{
    cat::{AttemptEvidence, CatKind},
    zvt::{
        config::CurrencyExponent,
        evidence::{LastReceipt, judge, same_result},
        status::Status,
    },
};

fn approval(slip: &str, time: &str, trace: &str) -> Approval {
    Approval {
        terminal_id: Some("12345678".into()),
        slip_number: Some(slip.into()),
        terminal_time: Some(time.into()),
        trace_number: Some(trace.into()),
        ..Approval::default()
    }
}

fn last(slip: &str, units: Option<i64>, code: u8, takes_back: Option<&str>) -> LastReceipt {
    LastReceipt::Payment(Box::new(Status {
        code: Some(code),
        units,
        foreign_currency: false,
        takes_back: takes_back.map(str::to_owned),
        totals: None,
        approval: approval(slip, "11-21 10:30:15", "000000"),
    }))
}

#[test]
fn only_evidence_decides() {
    let sales = CatKind::Sales;
    let void = CatKind::Void { original: "00000000-0000-7000-8000-000000000001".parse().unwrap() };
    let refund = CatKind::Refund { original: "00000000-0000-7000-8000-000000000001".parse().unwrap() };
    let (known, seen) =
        (approval("0001", "11-21 10:30:15", "000000"), approval("0002", "11-21 10:30:15", "000007"));
    let mut nameless = Status {
        code: Some(0),
        units: Some(300),
        foreign_currency: false,
        takes_back: None,
        totals: None,
        approval: Approval::default(),
    };
    let nameless_receipt = LastReceipt::Payment(Box::new(nameless.clone()));
    nameless.foreign_currency = true;
    nameless.approval = approval("0002", "11-21 10:30:15", "000000");
    let foreign = LastReceipt::Payment(Box::new(nameless));
    let rows = [
        ("new, amount fits", sales, None, last("0002", Some(300), 0, None), "yes"),
        ("new, no amount", sales, None, last("0002", None, 0, None), "yes"),
        ("new, another amount", sales, None, last("0002", Some(301), 0, None), "?"),
        ("new, a hundred times", sales, None, last("0002", Some(30_000), 0, None), "?"),
        ("foreign currency", sales, None, foreign, "?"),
        ("known earlier one", sales, None, last("0001", Some(300), 0, None), "no"),
        ("the one that was seen", sales, Some(&seen), last("0002", Some(300), 0, None), "yes"),
        ("not the one that was seen", sales, Some(&seen), last("0003", Some(300), 0, None), "?"),
        ("seen, then an earlier one is last", sales, Some(&seen), last("0001", Some(300), 0, None), "no"),
        ("taken back by the terminal", sales, Some(&seen), last("0003", Some(300), 0, Some("000007")), "no"),
        ("some void", sales, None, last("0003", Some(300), 0, Some("000005")), "?"),
        ("refused with a listed code", sales, None, last("0002", Some(300), 0x6C, None), "no"),
        ("refused with another code", sales, None, last("0002", Some(300), 0x9F, None), "?"),
        ("without identity", sales, None, nameless_receipt, "?"),
        ("void, new", void, None, last("0002", Some(300), 0, Some("000001")), "yes"),
        ("void, its sale is last", void, None, last("0001", Some(300), 0, None), "no"),
        ("void, an unknown sale is last", void, None, last("0002", Some(300), 0, None), "?"),
        ("refund, the one that was seen", refund, Some(&seen), last("0002", Some(300), 0, None), "yes"),
        ("refund, new, but it may be a payment", refund, None, last("0002", Some(300), 0, None), "?"),
        ("refund, a void is last", refund, None, last("0003", Some(300), 0, Some("000005")), "?"),
        ("refund, its known sale is last", refund, None, last("0001", Some(300), 0, None), "no"),
        ("refund, declined", refund, None, last("0002", Some(300), 0x6C, None), "no"),
        ("no receipt, though one is known", sales, None, LastReceipt::None, "?"),
        ("end of day", sales, None, LastReceipt::EndOfDay, "?"),
        ("text alone", sales, None, LastReceipt::Text(vec!["伝票番号 0002".into()]), "?"),
    ];
    for (case, kind, partial, last, expected) in rows {
        let evidence = AttemptEvidence {
            attempt: "00000000-0000-7000-8000-000000000002".parse().unwrap(),
            kind,
            amount: Yen::new(300),
            partial: partial.cloned(),
            // What was seen of the attempt itself is in the journal too.
            known: [Some(&known), partial].into_iter().flatten().cloned().collect(),
        };
        let answer = match judge(&evidence, &last, CurrencyExponent::Zero, false) {
            QueryAnswer::Happened { .. } => "yes",
            QueryAnswer::DidNotHappen { .. } => "no",
            QueryAnswer::CannotTell { .. } => "?",
            QueryAnswer::StillRunning => "running",
        };
        assert_eq!(answer, expected, "{case}");
    }
}

#[test]
fn no_receipt_at_all_is_proof_only_on_a_fresh_terminal() {
    let seen = approval("0001", "11-21 10:30:15", "000001");
    for (known, expected) in [
        (vec![], true),
        (vec![seen.clone()], true),
        (vec![approval("0009", "11-20 09:00:00", "000009")], false),
    ] {
        let evidence = AttemptEvidence {
            attempt: "00000000-0000-7000-8000-000000000002".parse().unwrap(),
            kind: CatKind::Sales,
            amount: Yen::new(300),
            partial: Some(seen.clone()),
            known,
        };
        let answer = judge(&evidence, &LastReceipt::None, CurrencyExponent::Zero, false);
        assert_eq!(matches!(answer, QueryAnswer::DidNotHappen { .. }), expected, "{answer:?}");
    }
}

#[test]
fn results_are_the_same_by_their_tuple() {
    let one = approval("0001", "11-21 10:30:15", "000123");
    for (other, same) in [
        (one.clone(), true),
        (approval("0001", "11-21 10:30:15", "000000"), true),
        (approval("0001", "11-22 10:30:15", "000123"), false),
        (approval("0002", "11-21 10:30:15", "000123"), false),
        (approval("0001", "11-21 10:30:15", "000124"), false),
        (Approval { terminal_id: Some("11111111".into()), ..one.clone() }, false),
        (Approval { terminal_time: None, ..one.clone() }, true),
        (Approval { terminal_time: None, slip_number: None, ..one.clone() }, false),
        (Approval::default(), false),
    ] {
        assert_eq!(same_result(&one, &other), same, "{other:?}");
        assert_eq!(same_result(&other, &one), same, "{other:?}");
    }
}
