//! The lines of a period: revenue by account, then refunds, then what the companies keep back.
//!
//! Invariants: every line stands in one lane and belongs to one owner (DESIGN 3.7, 3.8); revenue is gross; which of the lines a file
//! takes is its template's. Not here: 歳出 ([`super::expenditure`]).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    catalogue::{Owner, RevenueAccount},
    id::{ContractId, SaleId},
    method::Method,
    money::Yen,
    refund::RefundLane,
    sale::Line,
    time::{CivilDate, FiscalYear},
};
use engine::{Contract, outcome::Payout};
use formats::export::{ExportRow, Lane};
use store::{refunds::RefundRow, reports::SaleRow};

use super::expenditure;
use crate::{
    app::AppState,
    jobs::{
        JobError, contract_rows, contracts_in_force, reconcile,
        refund::{Back, Divided, divide},
    },
};

/// What one line of revenue stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    owner: String,
    year: FiscalYear,
    account: RevenueAccount,
    section: String,
    paid_on: CivilDate,
    received_on: Option<CivilDate>,
    method: Method,
    trustee: String,
}

/// Reads the lines of a period, as of its last day.
pub async fn read(state: &AppState, from: CivilDate, to: CivilDate) -> Result<Vec<ExportRow>, JobError> {
    let current = reconcile::current(state, to).await?;
    let mut unit = state.store.snapshot().await?;
    let contracts = contracts_in_force(&contract_rows(&mut *unit, state.tenant()).await?, to)?;
    let sales = unit.sales_booked(state.tenant(), from, to, None).await?;
    let refunds = unit.refunds(state.tenant(), from, to).await?;
    let payouts = &current.recorded.payouts;
    let mut rows = revenue(&sales, payouts, &contracts);
    for refund in refunds.iter().filter(|refund| refund.is_approved()) {
        let sale = unit.sale(state.tenant(), refund.sale).await?;
        let lines = sale.as_ref().map(|sale| sale.row.sale.lines.as_slice());
        rows.extend(given_back(refund, lines, &contracts));
    }
    let arrived = expenditure::arrived(payouts, from, to);
    let sold = match expenditure::days_of(&arrived) {
        Some((first, last)) => unit.sales_paid(state.tenant(), first, last).await?,
        None => Vec::new(),
    };
    rows.extend(expenditure::fees(&arrived, &sold, &contracts));
    Ok(rows)
}

/// 収入の帰属 as files name it: empty for the municipality itself.
pub fn owner_words(owner: &Owner) -> String {
    match owner {
        Owner::City => String::new(),
        Owner::DesignatedManager { name } => format!("指定管理者 {name}"),
        Owner::Other { name } => name.clone(),
    }
}

/// 調定・収納, gross, by owner. A sale taken back on its day never was revenue.
fn revenue(sales: &[SaleRow], payouts: &[Payout], contracts: &[Contract]) -> Vec<ExportRow> {
    let mut sums: BTreeMap<Key, (BTreeSet<SaleId>, Yen)> = BTreeMap::new();
    for row in sales.iter().filter(|row| row.void.is_none()) {
        let sale = &row.sale;
        let contract = contract_of(row, contracts);
        for line in sale.lines.iter().filter(|line| line.amount != Yen::ZERO) {
            let key = Key {
                owner: owner_words(&line.owner),
                year: line.year_rule.year(sale.payment_date),
                account: line.account.clone(),
                section: line.section.clone(),
                paid_on: sale.payment_date,
                received_on: contract.and_then(|contract| came(payouts, contract, sale.payment_date)),
                method: sale.payment.method,
                trustee: contract.map(|id| company(contracts, id)).unwrap_or_default(),
            };
            let sum = sums.entry(key).or_default();
            sum.0.insert(sale.sale);
            sum.1 = sum.1.saturating_add(line.amount);
        }
    }
    sums.into_iter().map(|(key, (sales, amount))| line_of(key, sales.len(), amount)).collect()
}

fn line_of(key: Key, sales: usize, amount: Yen) -> ExportRow {
    ExportRow {
        owner: key.owner,
        assessed_on: Some(key.paid_on),
        paid_on: Some(key.paid_on),
        received_on: key.received_on,
        payment_class: key.method.label_ja().to_owned(),
        trustee: key.trustee,
        count: u32::try_from(sales).unwrap_or(u32::MAX),
        amount,
        summary: "窓口収納".to_owned(),
        ..blank(key.year, Some(&key.account), key.section)
    }
}

/// 戻出 (減額調定) or 歳出, a row for each lane: every line goes by the day that its own rule names (施行令142条, papers.md C7).
fn given_back(refund: &RefundRow, lines: Option<&[Line]>, contracts: &[Contract]) -> Vec<ExportRow> {
    // Of a part of a sale nobody has said which lines it gives back: the years share it, and a person looks.
    let Divided { backs, shared } = divide(refund, lines.unwrap_or_default());
    backs.iter().map(|back| given_back_in(refund, back, shared, contracts)).collect()
}

fn given_back_in(refund: &RefundRow, back: &Back<'_>, shared: bool, contracts: &[Contract]) -> ExportRow {
    let accounts: BTreeSet<&RevenueAccount> = back.lines.iter().map(|line| &line.account).collect();
    let sections: BTreeSet<&String> = back.lines.iter().map(|line| &line.section).collect();
    // One payment never mixes owners (DESIGN 3.7), so the first line that brought money knows whose it was.
    let owner = back.lines.first().map(|line| owner_words(&line.owner));
    // Out of which of several accounts it goes, a person decides; as expenditure it has no revenue account.
    let from_revenue = matches!(back.lane, RefundLane::FromRevenue { .. });
    let only = (accounts.len() == 1 && from_revenue).then(|| accounts.first().copied()).flatten();
    let section = if sections.len() == 1 { sections.first().copied().cloned() } else { None };
    let number = refund.number.map(|number| format!(" 決裁番号{number}")).unwrap_or_default();
    let many = if only.is_none() && from_revenue { " 科目は複数のため要確認" } else { "" };
    let years = if shared { " 年度別の額は按分のため要確認" } else { "" };
    let (refunded, repaid) = if from_revenue { (back.amount, Yen::ZERO) } else { (Yen::ZERO, back.amount) };
    ExportRow {
        lane: if from_revenue { Lane::Refund } else { Lane::Expenditure },
        owner: owner.unwrap_or_default(),
        paid_on: Some(refund.original_payment_date),
        received_on: Some(refund.refunded_on),
        payment_class: refund.method.label_ja().to_owned(),
        trustee: refund.contract.as_ref().map(|id| company(contracts, id)).unwrap_or_default(),
        count: 1,
        refund: refunded,
        repayment: repaid,
        summary: format!("{}{number}{many}{years}", back.lane.label_ja()),
        ..blank(back.lane.year(), only, section.unwrap_or_default())
    }
}

/// The contract of a sale: its own, or, of a printed sheet with several brands, the one that covers what was paid with.
pub fn contract_of<'a>(row: &'a SaleRow, contracts: &'a [Contract]) -> Option<&'a ContractId> {
    let payment = &row.sale.payment;
    let covers = |contract: &&Contract| {
        let mut covered = contract.covers.iter();
        covered.any(|(method, brand)| *method == payment.method && Some(brand) == payment.brand.as_ref())
    };
    payment.contract.as_ref().or_else(|| contracts.iter().find(covers).map(|contract| &contract.id))
}

/// When the payout came that holds a sale of this day.
fn came(payouts: &[Payout], contract: &ContractId, day: CivilDate) -> Option<CivilDate> {
    let holds = |payout: &&Payout| payout.contract == *contract && payout.from <= day && day <= payout.to;
    payouts.iter().find(holds).and_then(|payout| payout.deposited_on)
}

pub fn company(contracts: &[Contract], id: &ContractId) -> String {
    let found = contracts.iter().find(|contract| contract.id == *id);
    found.map_or_else(|| id.to_string(), |contract| contract.acquirer_ja.clone())
}

/// A line of nothing; without an account for what has none of its own.
pub fn blank(year: FiscalYear, account: Option<&RevenueAccount>, section: String) -> ExportRow {
    let level = |of: fn(&RevenueAccount) -> &String| account.map(|account| of(account).clone());
    ExportRow {
        lane: Lane::Revenue,
        owner: String::new(),
        fiscal_year: year,
        account: level(|account| &account.account).unwrap_or_default(),
        section,
        kan: level(|account| &account.kan).unwrap_or_default(),
        kou: level(|account| &account.ko).unwrap_or_default(),
        moku: level(|account| &account.moku).unwrap_or_default(),
        setsu: level(|account| &account.setsu).unwrap_or_default(),
        saisetsu: String::new(),
        assessment_number: String::new(),
        assessed_on: None,
        paid_on: None,
        received_on: None,
        payment_class: String::new(),
        trustee: String::new(),
        count: 0,
        amount: Yen::ZERO,
        fee: Yen::ZERO,
        refund: Yen::ZERO,
        repayment: Yen::ZERO,
        summary: String::new(),
    }
}

#[cfg(test)]
mod tests;
