//! 入金見込: what is to arrive in the coming weeks, and how sure it is.
//!
//! Invariants: a payout that waits stands in exactly one line, so the lines of payouts add up to what waits within the horizon; nothing
//! that has not been sold is foreseen. What our counters took and no statement has reported is a line of its own, less the contract's
//! fee, and never as sure as a statement.

use std::collections::BTreeMap;

use domain::{id::ContractId, money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::{
    contract::{Contract, GrossOrNet},
    facts::Facts,
    fee::{Charged, Fee, dated_fee},
    outcome::{ContractSheet, Outcome, Payout, PayoutState},
};

/// How far a forecast looks, in days.
pub const FORECAST_DAYS: i32 = 60;

/// How sure a line is; the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// 支払明細: the acquirer says so.
    Declared,
    /// 確定明細: a closing of which every row is here, less the fee that we compute.
    Statement,
    /// 途中の明細: a closing that runs, or of which a statement is missing.
    Partial,
    /// 当方売上からの見込: our sales, no statement yet.
    OwnSales,
}

impl Confidence {
    /// The word on papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Declared => "支払明細",
            Self::Statement => "確定明細",
            Self::Partial => "途中の明細",
            Self::OwnSales => "当方売上からの見込",
        }
    }
}

/// One expected deposit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ForecastLine {
    /// The day on which it is expected; of what is overdue, the day of the run.
    pub on: CivilDate,
    /// 契約
    pub contract: ContractId,
    /// Name on papers.
    pub label_ja: String,
    /// First day of the closing period.
    pub from: CivilDate,
    /// Closing day.
    pub to: CivilDate,
    /// The payout; none for what no statement has reported.
    pub payout: Option<String>,
    /// Yen to arrive.
    pub net: Yen,
    /// How sure.
    pub confidence: Confidence,
    /// 指定日 was before the day of the run.
    pub overdue: bool,
}

/// 入金見込 as of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// The day of the run.
    pub as_of: CivilDate,
    /// Last day of the horizon.
    pub until: CivilDate,
    /// By day, contract and closing.
    pub lines: Vec<ForecastLine>,
    /// Sum of each day.
    pub days: BTreeMap<CivilDate, Yen>,
    /// Sum of all.
    pub total: Yen,
    /// Of it, what an acquirer's statement says.
    pub certain: Yen,
}

/// What is to arrive from the day of the run on, over [`FORECAST_DAYS`].
#[must_use]
pub fn forecast(facts: &Facts, outcome: &Outcome) -> Forecast {
    let until = outcome.as_of.plus_days(FORECAST_DAYS);
    let contract = |id: &ContractId| facts.contracts.iter().find(|c| c.id == *id);
    let waiting = outcome.payouts.iter().filter(|payout| payout.waits());
    let mut lines: Vec<ForecastLine> = waiting
        .filter_map(|payout| Some(of_payout(facts, outcome, contract(&payout.contract)?, payout)))
        .collect();
    let unreported = |sheet: &ContractSheet| of_sheet(facts, outcome, contract(&sheet.contract)?, sheet);
    lines.extend(outcome.sheets.iter().filter_map(unreported));
    lines.retain(|line| line.on <= until);
    lines.sort();
    let mut days: BTreeMap<CivilDate, Yen> = BTreeMap::new();
    let (mut total, mut certain) = (Yen::ZERO, Yen::ZERO);
    for line in &lines {
        let day = days.entry(line.on).or_default();
        *day = day.saturating_add(line.net);
        total = total.saturating_add(line.net);
        if line.confidence <= Confidence::Statement {
            certain = certain.saturating_add(line.net);
        }
    }
    Forecast { as_of: outcome.as_of, until, lines, days, total, certain }
}

fn of_payout(facts: &Facts, outcome: &Outcome, contract: &Contract, payout: &Payout) -> ForecastLine {
    let own = contract.statement_profile.is_none()
        && !contract.statement_required
        && !facts.rows.iter().any(|row| row.contract == contract.id);
    let confidence = match &payout.declared {
        Some(_) => Confidence::Declared,
        None if own => Confidence::OwnSales,
        None if payout.complete && payout.state != PayoutState::Open => Confidence::Statement,
        None => Confidence::Partial,
    };
    let said = payout.declared.as_ref().and_then(|declared| declared.paid_on);
    let expected = said.unwrap_or(payout.expected_on);
    ForecastLine {
        on: expected.max(outcome.as_of),
        contract: contract.id.clone(),
        label_ja: contract.label_ja.clone(),
        from: payout.from,
        to: payout.to,
        payout: Some(payout.id.clone()),
        net: payout.net,
        confidence,
        overdue: expected < outcome.as_of,
    }
}

/// What of a closing is sold and in no statement, less its fee. What no statement reports although it is here is a break, not money to come.
fn of_sheet(
    facts: &Facts,
    outcome: &Outcome,
    contract: &Contract,
    sheet: &ContractSheet,
) -> Option<ForecastLine> {
    if sheet.awaiting.amount <= Yen::ZERO {
        return None;
    }
    let gross = sheet.awaiting.amount;
    let charged = [Charged { day: sheet.to, brand: None, amount: gross }];
    let kept = match contract.gross_or_net {
        GrossOrNet::Net => dated_fee(contract, &charged).and_then(Fee::with_tax).ok()?,
        GrossOrNet::Gross => Yen::ZERO,
    };
    let expected = facts.calendar.payout_day(&contract.payout, sheet.to);
    Some(ForecastLine {
        on: expected.max(outcome.as_of),
        contract: contract.id.clone(),
        label_ja: contract.label_ja.clone(),
        from: sheet.from,
        to: sheet.to,
        payout: None,
        net: gross.saturating_sub(kept),
        confidence: Confidence::OwnSales,
        overdue: expected < outcome.as_of,
    })
}
