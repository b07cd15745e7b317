//! The lines of a period: revenue by account, then refunds, then what the companies keep back.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    catalogue::{Owner, RevenueAccount},
    id::{ContractId, SaleId},
    method::Method,
    money::Yen,
    refund::{RefundLane, refund_lane},
    sale::Line,
    time::{CivilDate, FiscalYear},
};
use engine::{Contract, outcome::Payout};
use formats::export::ExportRow;
use store::{refunds::RefundRow, reports::SaleRow};

use crate::{
    app::AppState,
    jobs::{JobError, contracts_in_force, reconcile},
};

/// What one line of revenue stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
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
    let contracts = contracts_in_force(&unit.contracts(state.tenant()).await?, to)?;
    let sales = unit.sales_booked(state.tenant(), from, to, None).await?;
    let refunds = unit.refunds(state.tenant(), from, to).await?;
    let payouts = &current.recorded.payouts;
    let mut rows = revenue(&sales, payouts, &contracts);
    for refund in refunds.iter().filter(|refund| refund.is_approved()) {
        let sale = unit.sale(state.tenant(), refund.sale).await?;
        rows.push(given_back(refund, sale.as_ref().map(|sale| sale.row.sale.lines.as_slice()), &contracts));
    }
    rows.extend(fees(payouts, &contracts, from, to));
    Ok(rows)
}

/// 調定・収納, gross. A sale taken back on its day never was revenue; money of other owners is not the city's.
fn revenue(sales: &[SaleRow], payouts: &[Payout], contracts: &[Contract]) -> Vec<ExportRow> {
    let mut sums: BTreeMap<Key, (BTreeSet<SaleId>, Yen)> = BTreeMap::new();
    for row in sales.iter().filter(|row| row.void.is_none()) {
        let sale = &row.sale;
        let contract = sale.payment.contract.as_ref();
        for line in sale.lines.iter().filter(|line| line.owner == Owner::City && line.amount != Yen::ZERO) {
            let key = Key {
                year: sale.payment_date.fiscal_year(),
                account: line.account.clone(),
                section: line.section.clone(),
                paid_on: sale.payment_date,
                received_on: contract.and_then(|contract| arrived(payouts, contract, sale.payment_date)),
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
        assessed_on: Some(key.paid_on),
        paid_on: Some(key.paid_on),
        received_on: key.received_on,
        payment_class: key.method.label_ja().to_owned(),
        trustee: key.trustee,
        count: u32::try_from(sales).unwrap_or(u32::MAX),
        amount,
        summary: "窓口収納".to_owned(),
        ..blank(key.year, &key.account, key.section)
    }
}

/// 戻出 (減額調定) or 歳出, by the year of the receipt (papers.md C7).
fn given_back(refund: &RefundRow, lines: Option<&[Line]>, contracts: &[Contract]) -> ExportRow {
    let lane = refund_lane(refund.original_payment_date, refund.refunded_on);
    let lines = lines.unwrap_or_default();
    let accounts: BTreeSet<&RevenueAccount> = lines.iter().map(|line| &line.account).collect();
    let sections: BTreeSet<&String> = lines.iter().map(|line| &line.section).collect();
    // Out of which of several accounts it goes, a person decides; as expenditure it has no revenue account.
    let from_revenue = matches!(lane, RefundLane::FromRevenue { .. });
    let only = (accounts.len() == 1 && from_revenue).then(|| accounts.first().copied()).flatten();
    let account = only.cloned().unwrap_or_else(no_account);
    let section = if sections.len() == 1 { sections.first().copied().cloned() } else { None };
    let number = refund.number.map(|number| format!(" 決裁番号{number}")).unwrap_or_default();
    let many = if only.is_none() && from_revenue { " 科目は複数のため要確認" } else { "" };
    ExportRow {
        paid_on: Some(refund.original_payment_date),
        received_on: Some(refund.refunded_on),
        payment_class: refund.method.label_ja().to_owned(),
        trustee: refund.contract.as_ref().map(|id| company(contracts, id)).unwrap_or_default(),
        count: 1,
        refund: refund.amount,
        summary: format!("{}{number}{many}", lane.label_ja()),
        ..blank(lane.year(), &account, section.unwrap_or_default())
    }
}

/// 歳出・決済手数料: of payouts that arrived in the period, by fiscal year.
fn fees(payouts: &[Payout], contracts: &[Contract], from: CivilDate, to: CivilDate) -> Vec<ExportRow> {
    let arrived = payouts.iter().filter_map(|payout| Some((payout, payout.deposited_on?)));
    let mut rows = Vec::new();
    for (payout, day) in arrived.filter(|(_, day)| from <= *day && *day <= to) {
        let trustee = company(contracts, &payout.contract);
        let row = |year: FiscalYear, fee: Yen, word: &str| ExportRow {
            received_on: Some(day),
            trustee: trustee.clone(),
            count: 1,
            fee,
            summary: format!("{word} {}〜{}", payout.from, payout.to),
            ..blank(year, &no_account(), String::new())
        };
        let shares = payout.years.iter().filter(|share| share.fee != Yen::ZERO);
        rows.extend(shares.map(|share| row(share.year, share.fee, "歳出・決済手数料")));
        if payout.transfer_fee != Yen::ZERO {
            rows.push(row(payout.to.fiscal_year(), payout.transfer_fee, "歳出・振込手数料"));
        }
    }
    rows
}

/// When the payout came that holds a sale of this day.
fn arrived(payouts: &[Payout], contract: &ContractId, day: CivilDate) -> Option<CivilDate> {
    let holds = |payout: &&Payout| payout.contract == *contract && payout.from <= day && day <= payout.to;
    payouts.iter().find(holds).and_then(|payout| payout.deposited_on)
}

fn company(contracts: &[Contract], id: &ContractId) -> String {
    let found = contracts.iter().find(|contract| contract.id == *id);
    found.map_or_else(|| id.to_string(), |contract| contract.acquirer_ja.clone())
}

fn no_account() -> RevenueAccount {
    RevenueAccount {
        account: String::new(),
        kan: String::new(),
        ko: String::new(),
        moku: String::new(),
        setsu: String::new(),
    }
}

fn blank(year: FiscalYear, account: &RevenueAccount, section: String) -> ExportRow {
    ExportRow {
        fiscal_year: year,
        account: account.account.clone(),
        section,
        kan: account.kan.clone(),
        kou: account.ko.clone(),
        moku: account.moku.clone(),
        setsu: account.setsu.clone(),
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
        summary: String::new(),
    }
}
