//! Rows of the store as facts of the engine, one pure function a kind.
//!
//! Invariants: a sale is one fact; an attempt becomes a fact of its own only where money is or was in doubt or was taken beside its
//! sale (paid twice); empty texts are none; the order of the result is that of the store.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    event::UnknownExit,
    id::{AttemptId, BrandCode, SaleId},
    money::Yen,
    payment::{AttemptKind, Evidence, Outcome},
    sale::{Line, Standing},
    time::{CivilDate, Timestamp},
};
use engine::{
    facts::{Deposit, Opening, RefundOf, Row, RowClass, Sale, SaleKind, SalePart, SaleState, TerminalTotal},
    ident::{deposit_id, row_id, stable_id},
};
use store::{
    facts::{BankEntry, OpeningItem, StatementLine, Stored},
    refunds::RefundRow,
    reports::{AttemptRow, DayRow, SaleRow},
};

use crate::jobs::{JobError, hand};

/// Stands where an id of a counter is asked for; shown nowhere ([`Sale::own_counter`]).
const OPENING_COUNTER: &str = "opening";
/// Hour, in Japan, of a refund of which only the day is known.
const NOON_HOUR: i8 = 12;

/// Sales, and attempts whose money stands beside them.
pub fn sales(rows: &[SaleRow], attempts: &[AttemptRow]) -> Vec<Sale> {
    let by_attempt: BTreeMap<AttemptId, &AttemptRow> =
        attempts.iter().map(|row| (row.attempt.attempt, row)).collect();
    let used: BTreeSet<AttemptId> = rows.iter().filter_map(|row| row.sale.payment.attempt).collect();
    let completed: BTreeSet<SaleId> = rows.iter().map(|row| row.sale.sale).collect();
    let of_sales = rows.iter().map(|row| {
        let find = |id: Option<AttemptId>| id.and_then(|id| by_attempt.get(&id).copied());
        sale(row, find(row.sale.payment.attempt), find(row.void.as_ref().and_then(|void| void.fact.attempt)))
    });
    let beside = attempts
        .iter()
        .filter(|row| row.attempt.kind == AttemptKind::Sales && !used.contains(&row.attempt.attempt))
        .filter_map(|row| beside(row, completed.contains(&row.attempt.sale)));
    own_ids(of_sales.chain(beside).collect())
}

/// Two entries that name one sale are two facts: the second keeps its money under an id of its own, so that it shows as an exception
/// instead of stopping the run.
fn own_ids(mut sales: Vec<Sale>) -> Vec<Sale> {
    let mut seen = BTreeMap::new();
    for sale in &mut sales {
        let times: &mut u32 = seen.entry(sale.id.clone()).or_default();
        *times = times.saturating_add(1);
        if *times > 1 {
            sale.id = format!("{}#{times}", sale.id);
        }
    }
    sales
}

fn sale(row: &SaleRow, attempt: Option<&AttemptRow>, void_attempt: Option<&AttemptRow>) -> Sale {
    let (fact, payment) = (&row.sale, &row.sale.payment);
    Sale {
        id: fact.sale.to_string(),
        attempt: payment.attempt.map(|id| id.to_string()),
        counter: row.key.counter.clone(),
        business_day: fact.business_day,
        payment_date: fact.payment_date,
        at: fact.paid_at,
        kind: SaleKind::Sale,
        method: payment.method,
        brand: payment.brand.clone(),
        contract: payment.contract.clone(),
        terminal_id: filled(payment.terminal_id.as_deref()),
        sheet_number: filled(payment.sheet_number.as_deref()),
        slip_number: filled(payment.slip_number.as_deref()),
        approval_code: filled(payment.approval_code.as_deref()),
        payer_digits: filled(payment.payer_digits.as_deref()),
        acquirer_transaction_id: None,
        reference: payment.attempt.map(|id| id.to_string()),
        amount: fact.total,
        refund_of: None,
        provisional: payment.standing == Standing::Provisional,
        state: if row.void.is_some() { SaleState::Voided } else { SaleState::Completed },
        voided_at: row.void.as_ref().map(|void| void.fact.recorded_at),
        void_slip_number: void_attempt.and_then(approved_slip),
        settled_by_statement: attempt.is_some_and(settled_by_statement),
        opening: None,
        paid_again_as: None,
        parts: parts(&fact.lines),
    }
}

/// A sale from before the scope, for what is given back of it.
pub fn older(row: &SaleRow) -> Sale {
    sale(row, None, None)
}

/// An attempt that no sale was completed with: in doubt, decided as not charged, or approved beside its sale.
fn beside(row: &AttemptRow, sale_completed: bool) -> Option<Sale> {
    let (approval, state) = match &row.last_outcome()?.outcome {
        Outcome::Unknown(doubt) => (doubt.partial.clone().unwrap_or_default(), SaleState::Unknown),
        Outcome::Approved(approval) => (approval.clone(), SaleState::Completed),
        // What was refused at once never was money; what was in doubt may be in the statement in spite of the decision.
        Outcome::Declined(_) | Outcome::NotStarted { .. } => {
            let doubt = row.outcomes.iter().rev().find_map(|said| match &said.fact.outcome {
                Outcome::Unknown(doubt) => Some(doubt),
                _ => None,
            });
            (doubt?.partial.clone().unwrap_or_default(), SaleState::NotCharged)
        }
    };
    let paid_another_way = row.exits.iter().any(|exit| exit.fact.exit == UnknownExit::PaysAnotherWay);
    let attempt = &row.attempt;
    Some(Sale {
        id: attempt.attempt.to_string(),
        attempt: Some(attempt.attempt.to_string()),
        counter: row.key.counter.clone(),
        business_day: attempt.business_day,
        payment_date: attempt.requested_at.date(),
        at: attempt.requested_at,
        kind: SaleKind::Sale,
        method: attempt.method,
        brand: approval.brand.clone().or_else(|| attempt.brand.clone()),
        contract: attempt.contract.clone(),
        terminal_id: filled(approval.terminal_id.as_deref()),
        sheet_number: filled(approval.sheet_number.as_deref()),
        slip_number: filled(approval.slip_number.as_deref()),
        approval_code: filled(approval.approval_code.as_deref()),
        payer_digits: filled(approval.payer_digits.as_deref()),
        acquirer_transaction_id: None,
        reference: Some(attempt.attempt.to_string()),
        amount: approval.settled_amount.filter(|_| state == SaleState::Completed).unwrap_or(attempt.amount),
        refund_of: None,
        provisional: false,
        state,
        voided_at: None,
        void_slip_number: None,
        settled_by_statement: settled_by_statement(row),
        opening: None,
        paid_again_as: (paid_another_way && sale_completed).then(|| attempt.sale.to_string()),
        parts: Vec::new(),
    })
}

/// A row of 移行時の未収. `file` is the SHA-256 of its file, hex. No counter of ours took it; what it was made of was booked before.
pub fn opening(stored: &Stored<OpeningItem>, file: &str) -> Result<Sale, JobError> {
    let item = &stored.fact;
    let (key, occurrence) = (&item.identity.record_key, item.identity.occurrence.to_string());
    let no_counter = |error: domain::id::NotAnId| JobError::Facts(error.to_string());
    Ok(Sale {
        id: stable_id("opening", &[key, &occurrence]),
        attempt: None,
        counter: OPENING_COUNTER.parse().map_err(no_counter)?,
        business_day: item.day,
        payment_date: item.day,
        at: item.at,
        kind: SaleKind::Sale,
        method: item.method,
        brand: item.brand.clone(),
        contract: Some(item.contract.clone()),
        terminal_id: filled(item.terminal_id.as_deref()),
        sheet_number: None,
        slip_number: filled(item.slip_number.as_deref()),
        approval_code: filled(item.approval_code.as_deref()),
        payer_digits: None,
        acquirer_transaction_id: None,
        reference: None,
        amount: item.amount,
        refund_of: None,
        provisional: false,
        state: SaleState::Completed,
        voided_at: None,
        void_slip_number: None,
        settled_by_statement: false,
        opening: Some(Opening { file: file.to_owned(), row: item.identity.row }),
        paid_again_as: None,
        parts: Vec::new(),
    })
}

/// A refund after the close that the acquirer gives back: negative, of the day on which it is given back, found in the statement by what
/// the original sale was found by. Of a sale that no journal has only what the refund itself knows is left.
pub fn refund(row: &RefundRow, original: Option<&Sale>) -> Sale {
    // Its day is decided, its time is not: a decision of that day says when, else noon.
    let decided = row.decision.as_ref().map(|decision| decision.at).filter(|at| at.date() == row.refunded_on);
    let noon = Timestamp::from_jst(row.refunded_on, NOON_HOUR, 0, 0).unwrap_or(row.requested_at);
    let text = |field: fn(&Sale) -> &Option<String>| original.and_then(|sale| field(sale).clone());
    let taken = original.map_or(row.amount, |sale| sale.amount);
    Sale {
        id: row.refund.to_string(),
        attempt: None,
        counter: row.counter.clone(),
        business_day: row.refunded_on,
        payment_date: row.refunded_on,
        at: decided.unwrap_or(noon),
        kind: SaleKind::Refund,
        method: row.method,
        brand: row.brand.clone(),
        contract: row.contract.clone(),
        terminal_id: text(|sale| &sale.terminal_id),
        sheet_number: text(|sale| &sale.sheet_number),
        slip_number: text(|sale| &sale.slip_number),
        approval_code: text(|sale| &sale.approval_code),
        payer_digits: text(|sale| &sale.payer_digits),
        acquirer_transaction_id: text(|sale| &sale.acquirer_transaction_id),
        reference: text(|sale| &sale.reference),
        amount: Yen::new(row.amount.get().saturating_neg()),
        refund_of: Some(RefundOf {
            sale: row.sale.to_string(),
            payment_date: row.original_payment_date,
            amount: taken,
        }),
        provisional: false,
        state: SaleState::Completed,
        voided_at: None,
        void_slip_number: None,
        settled_by_statement: false,
        opening: None,
        paid_again_as: None,
        parts: original.map(|sale| given_back(sale, row.amount)).unwrap_or_default(),
    }
}

/// Where a line belongs. Its order decides who gets the last yen of what is shared, so that all who share a sale use this one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place<'a> {
    /// 会計
    pub account: &'a str,
    /// 歳入科目, 款 to 節.
    pub revenue: String,
    /// 所属
    pub section: &'a str,
    /// The day that decides its year; none where it is 領収日 (施行令142条).
    pub year_date: Option<CivilDate>,
}

/// The place of a line.
pub fn place(line: &Line) -> Place<'_> {
    let of = &line.account;
    Place {
        account: &of.account,
        revenue: [&of.kan, &of.ko, &of.moku, &of.setsu].map(String::as_str).join("/"),
        section: &line.section,
        year_date: line.year_rule.year_date(),
    }
}

/// What a sale is made of by 会計, 科目, 所属 and the day that decides its year (施行令142条); free lines bring nothing.
fn parts(lines: &[Line]) -> Vec<SalePart> {
    let mut parts: BTreeMap<Place<'_>, Yen> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.amount != Yen::ZERO) {
        let sum = parts.entry(place(line)).or_default();
        *sum = sum.saturating_add(line.amount);
    }
    let part = |(place, amount): (Place<'_>, Yen)| SalePart {
        account: place.account.to_owned(),
        revenue: place.revenue,
        section: place.section.to_owned(),
        amount,
        year_date: place.year_date,
    };
    parts.into_iter().map(part).collect()
}

/// The parts of a sale that a refund gives back: all of them, or of a partial refund each its share by largest remainder.
fn given_back(sale: &Sale, amount: Yen) -> Vec<SalePart> {
    let weights: Vec<i64> = sale.parts.iter().map(|part| part.amount.get()).collect();
    let shares = engine::allocate::allocate(amount.get().saturating_neg(), &weights);
    let part = |(part, share): (&SalePart, i64)| SalePart { amount: Yen::new(share), ..part.clone() };
    sale.parts.iter().zip(shares).map(part).filter(|part| part.amount != Yen::ZERO).collect()
}

/// The slip that the terminal gave the attempt itself.
fn approved_slip(row: &AttemptRow) -> Option<String> {
    match &row.last_outcome()?.outcome {
        Outcome::Approved(approval) => filled(approval.slip_number.as_deref()),
        _ => None,
    }
}

fn settled_by_statement(row: &AttemptRow) -> bool {
    let last = row.last_outcome();
    last.is_some_and(|fact| {
        matches!(fact.evidence, Some(Evidence::Statement { .. }))
            && matches!(fact.outcome, Outcome::Approved(_))
    })
}

fn filled(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// A statement's row. `file` is the SHA-256 of its file, hex. All of it is columns: it cannot fail as its siblings can.
pub fn row(stored: &Stored<StatementLine>, file: &str) -> Result<Row, JobError> {
    let line = &stored.fact;
    Ok(Row {
        id: row_id(&line.contract, &line.identity.record_key, line.identity.occurrence),
        contract: line.contract.clone(),
        file: file.to_owned(),
        row: line.identity.row,
        occurrence: line.identity.occurrence,
        record_key: line.identity.record_key.clone(),
        class: class(&line.class, &line.status_word),
        at: line.at,
        process_date: None,
        amount: line.amount,
        brand: line.brand.clone(),
        terminal_id: filled(line.terminal_id.as_deref()),
        slip_number: filled(line.slip_number.as_deref()),
        approval_code: filled(line.approval_code.as_deref()),
        payer_digits: filled(line.payer_digits.as_deref()),
        acquirer_transaction_id: filled(line.transaction_id.as_deref()),
        reference: filled(line.reference.as_deref()),
    })
}

fn document<T: serde::de::DeserializeOwned>(what: &'static str, json: &str) -> Result<T, JobError> {
    serde_json::from_str(json).map_err(|source| JobError::Json { what, source })
}

/// The reader's word; what it could not class says its own.
fn class(word: &str, status_word: &str) -> RowClass {
    match word {
        "sale" => RowClass::Sale,
        "refund" => RowClass::Refund,
        "chargeback" => RowClass::Chargeback,
        "failed" => RowClass::Failed,
        _ => RowClass::Unclassified(status_word.to_owned()),
    }
}

/// A bank's row. `file` is the SHA-256 of its file, hex.
pub fn deposit(stored: &Stored<BankEntry>, file: &str) -> Result<Deposit, JobError> {
    let entry = &stored.fact;
    let read: formats::bank::Entry = document("bank row", &entry.document)?;
    Ok(Deposit {
        id: deposit_id(&entry.account, &entry.identity.record_key, entry.identity.occurrence),
        account: entry.account.clone(),
        file: file.to_owned(),
        row: entry.identity.row,
        booked_on: entry.booked_on,
        amount: entry.amount,
        remitter_kana: read.common.remitter_kana.to_string(),
        reversal: read.reversal || read.class == formats::zengin::TransactionClass::Correction,
        summary: read.common.summary.to_string(),
        by_hand: hand::is_hand(&stored.source),
    })
}

/// 端末日計 of every closed day, added up over routes and cuts.
pub fn terminal_totals(days: &[DayRow]) -> Vec<TerminalTotal> {
    let mut totals: BTreeMap<(_, CivilDate, BrandCode), TerminalTotal> = BTreeMap::new();
    for day in days {
        let Some(closing) = &day.closing else { continue };
        let settlement = &closing.fact.settlement;
        for brand in settlement.terminal_totals.iter().flat_map(|totals| &totals.brands) {
            let key = (closing.key.counter.clone(), settlement.date, brand.brand.clone());
            let total = totals.entry(key.clone()).or_insert_with(|| TerminalTotal {
                counter: key.0,
                business_day: key.1,
                brand: key.2,
                count: 0,
                amount: Yen::ZERO,
            });
            total.count = total.count.saturating_add(brand.tally.count);
            total.amount = total.amount.saturating_add(brand.tally.amount);
        }
    }
    totals.into_values().collect()
}

#[cfg(test)]
mod tests;
