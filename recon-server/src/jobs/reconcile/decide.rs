//! What a statement decides about unknown results goes to the counters' inboxes.
//!
//! Invariant: once per attempt — the inbox key is the attempt, and what was said first stays.

use domain::{
    id::{AttemptId, TenantId},
    inbox::InboxItem,
    payment::{Approval, Evidence},
    time::Timestamp,
};
use engine::{
    Outcome,
    facts::Row,
    outcome::{Side, UnknownDecided},
};
use store::UnitOfWork;

use super::{Gathered, notices::Told};
use crate::jobs::JobError;

/// Puts every decision into its counter's inbox, and beside what was told before. Returns how many there are.
pub async fn tell(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    outcome: &Outcome,
    gathered: &mut Gathered,
    by: &str,
    at: Timestamp,
) -> Result<usize, JobError> {
    let mut told = 0;
    for decision in &outcome.decisions {
        let attempt = decision.attempt.as_deref().and_then(|text| text.parse::<AttemptId>().ok());
        let (Some(attempt), Some(evidence)) = (attempt, evidence(decision, by)) else { continue };
        let item = item(decision, attempt, evidence, row_of(decision, gathered));
        let key = format!("attempt:{attempt}");
        unit.put_inbox_item(tenant, &decision.counter, &key, &item, at).await?;
        gathered.told.push(Told { counter: decision.counter.clone(), item });
        told += 1;
    }
    Ok(told)
}

/// Without a file there is no evidence, and only evidence ends a doubt (DESIGN 3.3).
fn evidence(decision: &UnknownDecided, by: &str) -> Option<Evidence> {
    let file = decision.file.clone()?;
    // Row 0 stands for the file as a whole: a complete statement that does not hold the attempt.
    Some(Evidence::Statement { file, row: decision.row.unwrap_or(0), decided_by: by.to_owned() })
}

fn row_of<'a>(decision: &UnknownDecided, gathered: &'a Gathered) -> Option<&'a Row> {
    let (file, number) = (decision.file.as_deref()?, decision.row?);
    gathered.facts.rows.iter().find(|row| row.file == file && row.row == number)
}

fn item(decision: &UnknownDecided, attempt: AttemptId, evidence: Evidence, row: Option<&Row>) -> InboxItem {
    if !decision.happened {
        return InboxItem::AttemptNotCharged { attempt, evidence };
    }
    let approval = Approval {
        settled_amount: Some(row.map_or(decision.amount, |row| row.amount)),
        brand: row.and_then(|row| row.brand.clone()),
        terminal_id: row.and_then(|row| row.terminal_id.clone()),
        slip_number: row.and_then(|row| row.slip_number.clone()),
        approval_code: row.and_then(|row| row.approval_code.clone()),
        payer_digits: row.and_then(|row| row.payer_digits.clone()),
        ..Approval::default()
    };
    InboxItem::AttemptCharged { attempt, approval, evidence }
}

/// The stable word of a side, as links and members use it.
pub const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Journal => "journal",
        Side::Statement => "statement",
        Side::Payout => "payout",
        Side::Bank => "bank",
    }
}
