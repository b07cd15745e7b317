//! What every contract proved in the month. Pure.

use std::collections::BTreeSet;

use domain::{id::ContractId, money::Yen};
use engine::{
    Contract, Verdict,
    matching::Grade,
    outcome::{ContractSheet, Exception, Figure},
};

use super::{ContractMonth, EvidenceGrade, YearMonth, days::Taken};
use crate::jobs::reconcile::Recorded;

impl EvidenceGrade {
    /// The grade of what stands behind these sheets of a contract.
    #[must_use]
    pub fn of(contract: Option<&Contract>, sheets: &[&ContractSheet]) -> Self {
        let own = own_figures(contract);
        let reported =
            |sheet: &&ContractSheet| !sheet.reported_sales.is_zero() || !sheet.reported_refunds.is_zero();
        let awaited = |sheet: &&ContractSheet| !sheet.awaiting.is_zero();
        let worst = sheets.iter().map(|sheet| sheet.grade).max().unwrap_or_default();
        if worst == Grade::ByHand {
            Self::ByHand
        } else if own {
            Self::OwnFigures
        } else if sheets.iter().any(awaited) && !sheets.iter().any(reported) {
            Self::Nothing
        } else if worst == Grade::Totals {
            Self::Totals
        } else {
            Self::Rows
        }
    }
}

/// Whether a contract has no statements, so that our own figures stand in for them.
fn own_figures(contract: Option<&Contract>) -> bool {
    contract.is_some_and(|c| c.statement_profile.is_none() && !c.statement_required)
}

/// Every contract that closed or took money in the month, in the order of their names on papers.
pub fn contracts(
    recorded: &Recorded,
    month: YearMonth,
    terms: &[Contract],
    taken: &[Taken],
    exceptions: &[Exception],
) -> Vec<ContractMonth> {
    let ids: BTreeSet<&ContractId> = recorded
        .sheets
        .iter()
        .filter(|sheet| touches(month, sheet))
        .map(|sheet| &sheet.contract)
        .chain(taken.iter().filter_map(|each| each.contract.as_ref()))
        .collect();
    let mut found: Vec<ContractMonth> =
        ids.into_iter().map(|id| contract(id, recorded, month, terms, taken, exceptions)).collect();
    found.sort_by(|left, right| (&left.label_ja, &left.contract).cmp(&(&right.label_ja, &right.contract)));
    found
}

/// Whether a closing holds a day of the month.
fn touches(month: YearMonth, sheet: &ContractSheet) -> bool {
    sheet.from <= month.last() && month.first() <= sheet.to
}

fn contract(
    id: &ContractId,
    recorded: &Recorded,
    month: YearMonth,
    terms: &[Contract],
    taken: &[Taken],
    exceptions: &[Exception],
) -> ContractMonth {
    let terms = terms.iter().find(|terms| terms.id == *id);
    let sheets: Vec<&ContractSheet> =
        recorded.sheets.iter().filter(|sheet| sheet.contract == *id && touches(month, sheet)).collect();
    let closes = |from, to| from <= month.last() && month.first() <= to;
    let payouts = recorded.payouts.iter().filter(|p| p.contract == *id && closes(p.from, p.to));
    let own: Vec<&Exception> = exceptions.iter().filter(|e| e.contract.as_ref() == Some(id)).collect();
    let verdict = sheets.iter().map(|sheet| sheet.verdict).chain(own.iter().map(|e| e.verdict)).max();
    let verdict = verdict.unwrap_or(Verdict::Incomplete);
    let grade = EvidenceGrade::of(terms, &sheets);
    let sales = taken.iter().filter(|each| each.contract.as_ref() == Some(id));
    ContractMonth {
        contract: id.clone(),
        label_ja: terms.map_or_else(|| id.to_string(), |terms| terms.label_ja.clone()),
        acquirer_ja: terms.map(|terms| terms.acquirer_ja.clone()).unwrap_or_default(),
        sentence_ja: sentence(verdict, &sheets, &own),
        sheets: sheets.into_iter().cloned().collect(),
        payouts: payouts.cloned().collect(),
        sales: sales.fold(Figure::default(), |sum, each| sum.plus(each.figure)),
        verdict,
        verdict_ja: verdict.label_ja().into(),
        grade,
        grade_ja: grade.label_ja().into(),
        waiting_terms: Vec::new(),
        own_figures: grade == EvidenceGrade::ByHand && own_figures(terms),
    }
}

/// The sentence of the worst sheet; where an exception is worse than every sheet, the exception's.
fn sentence(verdict: Verdict, sheets: &[&ContractSheet], exceptions: &[&Exception]) -> String {
    // Of equally bad sheets, the one with the most yen behind it: max_by_key takes the last of equals, so the newest.
    let worst = sheets.iter().filter(|sheet| sheet.verdict == verdict);
    if let Some(sheet) = worst.max_by_key(|sheet| (sheet.breaks_gross, sheet.awaiting.amount)) {
        return sheet.sentence_ja.clone();
    }
    let worst = exceptions.iter().filter(|exception| exception.verdict == verdict);
    if let Some(exception) = worst.max_by_key(|exception| exception.gross) {
        return exception.sentence_ja.clone();
    }
    let nothing = sheets.is_empty() && exceptions.is_empty();
    if nothing {
        "この契約の照合書がまだありません。".to_owned()
    } else {
        verdict.label_ja().to_owned()
    }
}

/// Sum of the approved 戻出, positive.
pub fn refunded(refunds: &[super::RefundLine]) -> Yen {
    let approved = refunds.iter().filter(|refund| refund.approved);
    approved.fold(Yen::ZERO, |sum, refund| sum.saturating_add(refund.amount))
}
