//! Which word is in force, and what the engine hears of it.

use domain::time::Timestamp;
use uuid::Uuid;

use super::*;

/// A proposal about a row and a sale.
const DOCUMENT: &str = r#"{"kind":"match","exception":{"id":"x","class":"PROPOSED_MATCH","verdict":"pending","members":["0b","0-a"],
    "contract":null,"counter":null,"day":"2026-07-31","amount":0,"gross":300,"days":1,"sentence_ja":"","near":[]}}"#;

fn row(number: u64, action: ControlAction, subject: &str, decided: Option<(u64, bool)>) -> ControlRow {
    let at = Timestamp::from_micros(0);
    ControlRow {
        id: ControlId(Uuid::from_u128(u128::from(number))),
        number,
        topic: ControlTopic::Match,
        action,
        subject: subject.to_owned(),
        document: DOCUMENT.to_owned(),
        reason: "x".to_owned(),
        requested_by: "a".to_owned(),
        requested_at: at,
        decision: decided.map(|(number, approved)| ControlDecision {
            number,
            approved,
            note: String::new(),
            by: "b".to_owned(),
            at,
        }),
    }
}

#[test]
fn the_newest_approved_word_is_in_force() {
    use ControlAction::{Confirm, Refuse, Revoke};
    let rows = [
        row(1, Confirm, "taken-back", Some((2, true))),
        row(3, Revoke, "taken-back", Some((4, true))),
        row(5, Confirm, "sent-back", Some((6, false))),
        row(7, Confirm, "waiting", None),
        row(8, Refuse, "first-refused", Some((10, true))),
        row(9, Confirm, "late-approval", Some((12, true))),
        row(11, Revoke, "late-approval", Some((11, false))),
    ];
    let said: Vec<_> = in_force(&rows, ControlTopic::Match)
        .into_iter()
        .map(|(subject, row)| (subject, row.action))
        .collect();
    assert_eq!(said, [("first-refused", Refuse), ("late-approval", Confirm)]);
    assert!(in_force(&rows, ControlTopic::Alias).is_empty());
    let heard = notices(&rows).unwrap();
    assert_eq!(
        (heard.confirmed, heard.refused),
        (vec!["late-approval".to_owned()], vec!["first-refused".to_owned()])
    );
    let held: Vec<_> = heard.held.iter().map(|pair| (pair.sale.as_str(), pair.row.as_str())).collect();
    assert_eq!(held, [("0-a", "0b")], "the sale and the row, whatever their order");
}

#[test]
fn the_order_is_that_of_the_decisions() {
    let rows = [
        row(1, ControlAction::Refuse, "x", Some((9, true))),
        row(2, ControlAction::Confirm, "x", Some((5, true))),
    ];
    assert_eq!(in_force(&rows, ControlTopic::Match)["x"].action, ControlAction::Refuse);
}
