//! A decision: read from the form, put into the counter's inbox, written to the audit trail.
//!
//! Invariants: the evidence fits the decision (a row proves "charged", its absence from a statement that is here proves "not
//! charged", a person's word with a reason proves either); no card number stands in a reason.

use domain::{
    id::OperatorId,
    inbox::InboxItem,
    payment::{Approval, Evidence},
};
use store::reports::AttemptRow;

use super::{
    DecideForm,
    evidence::{Found, Proof},
};
use crate::{
    app::AppState,
    auth::{self, CurrentUser},
    web::{
        failure::PageError,
        view::{form::Field, unknowns::Decision},
    },
};

/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;
/// Digits in a row that look like a card number.
const CARD_DIGITS_MIN: usize = 13;
/// Row that stands for a file as a whole.
const WHOLE_FILE_ROW: u32 = 0;

/// What was decided.
pub struct Decided {
    item: InboxItem,
    reason: String,
}

/// Fields of the form: evidence, decision, reason.
type Refused = Box<(Field, Field, Field)>;

/// Reads the decision, or says what is wrong.
pub fn read(form: &DecideForm, row: &AttemptRow, proof: &Proof, user: &str) -> Result<Decided, Refused> {
    let reason = form.reason.trim();
    let mut refused =
        Box::new((Field::typed(&form.evidence), Field::typed(&form.decision), Field::typed(&form.reason)));
    if !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        refused.2.error = Some(format!("理由を{REASON_CHARS_MAX}文字までで書いてください。"));
    } else if has_card_number(reason) {
        refused.2.error = Some("カード番号らしい長い数字があります。末尾4桁だけにしてください。".to_owned());
    }
    let decision = Decision::from_code(&form.decision);
    if decision.is_none() {
        refused.1.error = Some("成立か不成立かを選んでください。".to_owned());
    }
    let item = decision.map(|decision| item(form, decision, row, proof, user));
    match item {
        Some(Ok(item)) if refused.2.error.is_none() => Ok(Decided { item, reason: reason.to_owned() }),
        Some(Err(sentence)) => {
            refused.0.error = Some(sentence.to_owned());
            Err(refused)
        }
        _ => Err(refused),
    }
}

fn item(
    form: &DecideForm,
    decision: Decision,
    row: &AttemptRow,
    proof: &Proof,
    user: &str,
) -> Result<InboxItem, &'static str> {
    let attempt = row.attempt.attempt;
    let chosen = proof.candidates.iter().find(|one| one.shown.code == form.evidence);
    match (form.evidence.as_str(), chosen, decision) {
        (_, Some(found), Decision::Charged) => Ok(InboxItem::AttemptCharged {
            attempt,
            approval: approval(found),
            evidence: statement(found.file.clone(), found.line.identity.row, user),
        }),
        (_, Some(_), Decision::NotCharged) => {
            Err("会社明細に行があれば、お金は受け取られています。証拠と判定が合いません。")
        }
        ("absent", None, Decision::NotCharged) => {
            let file = proof
                .covering_file
                .clone()
                .ok_or("この日の会社明細がまだ届いていません。行がないことは証拠になりません。")?;
            Ok(InboxItem::AttemptNotCharged { attempt, evidence: statement(file, WHOLE_FILE_ROW, user) })
        }
        ("absent", None, Decision::Charged) => Err("会社明細に行がないことは、成立の証拠になりません。"),
        ("person", None, decision) => {
            let operator: OperatorId =
                user.parse().map_err(|_| "この利用者IDでは判定できません。管理者に相談してください。")?;
            let evidence = Evidence::Person { operator, basis: form.reason.trim().to_owned() };
            Ok(match decision {
                Decision::Charged => InboxItem::AttemptCharged { attempt, approval: by_word(row), evidence },
                Decision::NotCharged => InboxItem::AttemptNotCharged { attempt, evidence },
            })
        }
        _ => Err("証拠を選んでください。"),
    }
}

fn statement(file: String, row: u32, user: &str) -> Evidence {
    Evidence::Statement { file, row, decided_by: user.to_owned() }
}

fn approval(found: &Found) -> Approval {
    let line = &found.line;
    Approval {
        settled_amount: Some(line.amount),
        brand: line.brand.clone(),
        terminal_id: line.terminal_id.clone(),
        slip_number: line.slip_number.clone(),
        approval_code: line.approval_code.clone(),
        ..Approval::default()
    }
}

/// A person's word proves the amount that was asked for and nothing more.
fn by_word(row: &AttemptRow) -> Approval {
    Approval {
        settled_amount: Some(row.attempt.amount),
        brand: row.attempt.brand.clone(),
        ..Approval::default()
    }
}

fn has_card_number(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|c| {
        run = match c {
            '0'..='9' | '０'..='９' => run + 1,
            '-' | ' ' | '－' | '　' => run,
            _ => 0,
        };
        run >= CARD_DIGITS_MIN
    })
}

/// Puts the decision into the counter's inbox. The first decision about an attempt stays.
pub async fn send(
    state: &AppState,
    user: &CurrentUser,
    row: &AttemptRow,
    decided: &Decided,
) -> Result<u64, PageError> {
    let now = state.now();
    let key = format!("attempt:{}", row.attempt.attempt);
    let mut unit = state.store.begin().await?;
    let number = unit.put_inbox_item(state.tenant(), &row.key.counter, &key, &decided.item, now).await?;
    let detail = serde_json::json!({ "inbox": number, "reason": decided.reason });
    let subject = row.attempt.attempt.to_string();
    let mut entry = auth::audit(now, &user.user, "attempt.decided", &subject);
    entry.detail = detail.to_string();
    unit.record_audit(state.tenant(), &entry).await?;
    unit.commit().await?;
    Ok(number)
}

#[cfg(test)]
mod tests {
    use domain::{
        id::{CounterId, Incarnation, SequenceNumber},
        method::Method,
        money::Yen,
        payment::AttemptKind,
        time::{CivilDate, Timestamp},
    };
    use store::{
        facts::{RowIdentity, StatementLine},
        journal::EntryKey,
        projection::AttemptFactRow,
    };
    use uuid::Uuid;

    use super::*;
    use crate::web::view::{unknowns::Candidate, words::Link};

    fn day() -> CivilDate {
        CivilDate::new(2026, 9, 30).unwrap()
    }

    fn attempt() -> AttemptRow {
        let counter: CounterId = "shimin-2".parse().unwrap();
        AttemptRow {
            key: EntryKey { counter, incarnation: Incarnation(1), sequence_number: SequenceNumber(7) },
            attempt: AttemptFactRow {
                attempt: domain::id::AttemptId(Uuid::from_u128(9)),
                sale: domain::id::SaleId(Uuid::from_u128(8)),
                sequence_number: 3,
                kind: AttemptKind::Sales,
                method: Method::ElectronicMoney,
                route: "t1".parse().unwrap(),
                contract: Some("otsu".parse().unwrap()),
                brand: Some("transit".parse().unwrap()),
                amount: Yen::new(300),
                business_day: day(),
                requested_at: Timestamp::from_jst(day(), 11, 48, 0).unwrap(),
            },
            outcomes: Vec::new(),
            exits: Vec::new(),
        }
    }

    fn proof(covered: bool) -> Proof {
        let line = StatementLine {
            identity: RowIdentity { record_key: "k".into(), occurrence: 1, content_sha256: [0; 32], row: 18 },
            class: "sale".into(),
            contract: "otsu".parse().unwrap(),
            brand: None,
            terminal_id: None,
            slip_number: Some("00417".into()),
            approval_code: None,
            transaction_id: None,
            amount: Yen::new(300),
            day: day(),
            payout_date: None,
            at: Timestamp::from_jst(day(), 11, 48, 0).unwrap(),
            status_word: String::new(),
            brand_word: String::new(),
            reference: None,
            payer_digits: None,
        };
        let shown = Candidate {
            code: "row-1".into(),
            record: Link::new("明細", "/imports/1"),
            at: String::new(),
            reference: String::new(),
            amount: Yen::new(300),
            comparison: String::new(),
            chosen: false,
        };
        Proof {
            candidates: vec![Found { file: "aa".into(), line, shown }],
            covering_file: covered.then(|| "aa".to_owned()),
        }
    }

    fn decided(evidence: &str, decision: &str, reason: &str, covered: bool) -> Option<InboxItem> {
        let form = DecideForm {
            form_id: "f".into(),
            evidence: evidence.into(),
            decision: decision.into(),
            reason: reason.into(),
        };
        read(&form, &attempt(), &proof(covered), "kaikei-02").ok().map(|decided| decided.item)
    }

    #[test]
    fn evidence_and_decision_must_fit() {
        for (evidence, decision, covered, accepted) in [
            ("row-1", "charged", true, true),
            ("row-1", "not_charged", true, false),
            ("absent", "not_charged", true, true),
            ("absent", "not_charged", false, false),
            ("absent", "charged", true, false),
            ("person", "charged", false, true),
            ("person", "not_charged", false, true),
            ("", "charged", true, false),
            ("row-2", "charged", true, false),
            ("row-1", "", true, false),
        ] {
            let item = decided(evidence, decision, "電話で確認", covered);
            assert_eq!(item.is_some(), accepted, "{evidence} {decision} {covered}");
        }
        assert_eq!(decided("row-1", "charged", "  ", true), None, "a reason is needed");
    }

    #[test]
    fn a_row_travels_as_evidence() {
        let Some(InboxItem::AttemptCharged { approval, evidence, .. }) =
            decided("row-1", "charged", "一致", true)
        else {
            panic!("not charged")
        };
        assert_eq!(approval.slip_number.as_deref(), Some("00417"));
        let expected = Evidence::Statement { file: "aa".into(), row: 18, decided_by: "kaikei-02".into() };
        assert_eq!(evidence, expected);
    }

    #[test]
    fn long_numbers_are_not_reasons() {
        for (text, found) in [
            ("11月21日に電話で確認。担当窓口より回答あり", false),
            ("4111 1111 1111 1111 で確認", true),
            ("４１１１１１１１１１１１１１１１", true),
            ("伝票00417、端末50001234", false),
        ] {
            assert_eq!(has_card_number(text), found, "{text}");
        }
    }
}
