//! What a corrected file changed, field by field, for the person who reads the receipt.
//!
//! Invariants: at most [`REVISIONS_MAX`] lines (the counts know all); a row whose known fields are alike still gets a line, because its
//! content did change. Values are shown, not kept: long digit runs are masked as in refusals.

use std::collections::BTreeMap;

use formats::refusal::shown;
use serde::Serialize;
use store::{
    facts::{BankEntry, OpeningItem, PayoutLine, RowIdentity, StatementLine},
    files::FileFacts,
};

/// Most lines of a receipt.
pub const REVISIONS_MAX: usize = 100;

/// One field of one row that says something else than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revision {
    /// Row in the new file, as a spreadsheet counts it.
    pub row: u32,
    /// Key of the row by its profile.
    pub record_key: String,
    /// The field, in Japanese.
    pub field_ja: &'static str,
    /// What it said until now.
    pub before: String,
    /// What it says now.
    pub after: String,
}

/// Fields of a row in the order in which people read them.
type Fields = Vec<(&'static str, String)>;

/// The changes from what rows said (`replaced`) to what the file says of the same rows.
pub fn revisions(replaced: &FileFacts, facts: &FileFacts) -> Vec<Revision> {
    let lines = match (replaced, facts) {
        (FileFacts::Statement(before), FileFacts::Statement(after)) => {
            pairs(before, after, |line| &line.identity, statement_fields)
        }
        (FileFacts::Bank(before), FileFacts::Bank(after)) => {
            pairs(before, after, |entry| &entry.identity, bank_fields)
        }
        (FileFacts::Payout(before), FileFacts::Payout(after)) => {
            pairs(before, after, |line| &line.identity, payout_fields)
        }
        (FileFacts::Opening(before), FileFacts::Opening(after)) => {
            pairs(before, after, |item| &item.identity, opening_fields)
        }
        (FileFacts::Statement(_) | FileFacts::Bank(_) | FileFacts::Payout(_) | FileFacts::Opening(_), _) => {
            Vec::new()
        }
    };
    lines.into_iter().take(REVISIONS_MAX).collect()
}

fn pairs<T>(
    before: &[T],
    after: &[T],
    identity: impl Fn(&T) -> &RowIdentity,
    fields: impl Fn(&T) -> Fields,
) -> Vec<Revision> {
    if before.is_empty() {
        return Vec::new();
    }
    let key = |row: &T| (identity(row).record_key.clone(), identity(row).occurrence);
    let known: BTreeMap<_, _> = before.iter().map(|row| (key(row), row)).collect();
    let pair = |new: &T| {
        let old = known.get(&key(new))?;
        Some(changes(identity(new), &fields(old), &fields(new)))
    };
    after.iter().filter_map(pair).flatten().collect()
}

fn changes(identity: &RowIdentity, before: &Fields, after: &Fields) -> Vec<Revision> {
    let line = |field_ja, before: &str, after: &str| Revision {
        row: identity.row,
        record_key: identity.record_key.clone(),
        field_ja,
        before: shown(before),
        after: shown(after),
    };
    let both = before.iter().zip(after).filter(|((_, before), (_, after))| before != after);
    let lines: Vec<_> = both.map(|((name, before), (_, after))| line(name, before, after)).collect();
    if lines.is_empty() { vec![line("そのほかの列", "", "")] } else { lines }
}

fn statement_fields(line: &StatementLine) -> Fields {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        ("金額", format!("{}円", line.amount)),
        ("取引日時", line.at.to_paper()),
        ("状態", line.status_word.clone()),
        ("ブランド", line.brand.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("端末番号", text(&line.terminal_id)),
        ("伝票番号", text(&line.slip_number)),
        ("承認番号", text(&line.approval_code)),
        ("取引番号", text(&line.transaction_id)),
    ]
}

fn bank_fields(entry: &BankEntry) -> Fields {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        ("金額", format!("{}円", entry.amount)),
        ("勘定日", entry.booked_on.to_string()),
        ("起算日", entry.value_date.map(|day| day.to_string()).unwrap_or_default()),
        ("取引区分", entry.class.clone()),
        ("振込依頼人コード", text(&entry.remitter_code)),
        ("振込依頼人名", text(&entry.remitter_name)),
        ("照会番号", text(&entry.inquiry_number)),
    ]
}

fn payout_fields(line: &PayoutLine) -> Fields {
    vec![
        ("支払額", format!("{}円", line.net)),
        ("売上", format!("{}円", line.gross)),
        ("手数料", format!("{}円", line.fee)),
        ("売上の期間", format!("{}〜{}", line.from, line.to)),
        ("支払日", line.paid_on.map(|day| day.to_string()).unwrap_or_default()),
    ]
}

/// What is beside the key.
fn opening_fields(item: &OpeningItem) -> Fields {
    vec![("備考", item.note.clone())]
}

#[cfg(test)]
mod tests {
    use domain::money::Yen;

    use super::*;

    fn line(key: &str, yen: i64) -> StatementLine {
        StatementLine {
            identity: RowIdentity {
                record_key: key.to_owned(),
                occurrence: 1,
                content_sha256: [0; 32],
                row: 7,
            },
            class: "sale".to_owned(),
            contract: "card".parse().unwrap(),
            brand: None,
            terminal_id: None,
            slip_number: Some("00042".to_owned()),
            approval_code: None,
            transaction_id: None,
            amount: Yen::new(yen),
            day: "2026-08-03".parse().unwrap(),
            payout_date: None,
            at: domain::time::Timestamp::from_micros(0),
            status_word: "売上".to_owned(),
            brand_word: String::new(),
            reference: None,
            payer_digits: None,
        }
    }

    fn said(
        before: Vec<StatementLine>,
        after: Vec<StatementLine>,
    ) -> Vec<(String, &'static str, String, String)> {
        let found = revisions(&FileFacts::Statement(before), &FileFacts::Statement(after));
        found.into_iter().map(|r| (r.record_key, r.field_ja, r.before, r.after)).collect()
    }

    #[test]
    fn what_changed_is_said_field_by_field() {
        let other_slip = StatementLine { slip_number: None, ..line("b", 450) };
        let expected = [
            ("a".to_owned(), "金額", "1,300円".to_owned(), "300円".to_owned()),
            ("b".to_owned(), "伝票番号", "00042".to_owned(), String::new()),
            ("c".to_owned(), "そのほかの列", String::new(), String::new()),
        ];
        let before = vec![line("c", 1), line("a", 1_300), line("b", 450)];
        assert_eq!(said(before, vec![line("new", 9), line("a", 300), other_slip, line("c", 1)]), expected);
        assert!(said(Vec::new(), vec![line("a", 300)]).is_empty(), "nothing was replaced");
    }

    #[test]
    fn the_list_is_bounded() {
        let many = |yen| (0..150).map(|n| line(&format!("k{n:03}"), yen)).collect::<Vec<_>>();
        assert_eq!(said(many(1), many(2)).len(), REVISIONS_MAX);
    }
}
