//! 入金予定・未入金一覧: every closing of every contract, what it should bring, when, and whether it came (papers.md 1).
//!
//! Invariants: 総額 − 控除 = 予定額 on every row; a closing whose period still runs is not in the sums and is told below; a result in
//! doubt is in no sum (外書); whether something is 収入未済 on 31 May is for the accounts office, the list says 入金未了 only.

mod layout;

use std::{borrow::Cow, collections::BTreeSet};

use domain::{
    id::ContractId,
    money::Yen,
    time::{CivilDate, FiscalYear},
};
use engine::{
    Contract, Verdict,
    outcome::{Figure, Payout, PayoutState},
    years::{NotReceived, YearShare, carried_over},
};
use serde::{Deserialize, Serialize};
use store::counters::CounterRow;

use super::{contract_sheet::merged, table::PaperTable, terms};
use crate::{
    app::AppState,
    jobs::{
        JobError, contract_rows, contracts_in_force,
        reconcile::{self, Recorded},
    },
};

/// One closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepositRow {
    /// Id of the payout.
    pub payout: String,
    /// 契約
    pub contract: ContractId,
    /// Name of the contract on papers.
    pub label_ja: String,
    /// 受託者
    pub acquirer_ja: String,
    /// 会計 of the items on the price lists; several where the city sells for several.
    pub accounts: Vec<String>,
    /// 年度, oldest first.
    pub years: Vec<FiscalYear>,
    /// 名義カナ
    pub payer_kana: Vec<String>,
    /// First day.
    pub from: CivilDate,
    /// Closing day.
    pub to: CivilDate,
    /// 総額: sales and refunds.
    pub gross: Yen,
    /// 控除: what is kept back, positive.
    pub deducted: Yen,
    /// 予定額
    pub expected: Yen,
    /// 指定日 by the bank calendar.
    pub expected_on: CivilDate,
    /// The day that the contract names, where banks do not work on it.
    pub named_day: Option<CivilDate>,
    /// 入金日
    pub deposited_on: Option<CivilDate>,
    /// 入金額
    pub deposited: Yen,
    /// 状態
    pub state: PayoutState,
    /// Days after the expected day, while overdue.
    pub overdue_days: i32,
    /// Contracts that its deposit pays; 1 where it stands alone.
    pub merged: usize,
    /// Its parts by year, where it straddles 31 March.
    pub parts: Vec<YearShare>,
}

/// Sums of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DepositSums {
    /// 総額
    pub gross: Yen,
    /// 控除
    pub deducted: Yen,
    /// 予定額
    pub expected: Yen,
    /// 入金額
    pub deposited: Yen,
    /// 未到来
    pub not_due: Yen,
    /// 期日経過
    pub overdue: Yen,
    /// 資料未着: the day has passed, the bank file of it is not here.
    pub file_missing: Yen,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepositList {
    /// Name of the municipality.
    pub tenant_name: String,
    /// 基準日
    pub as_of: CivilDate,
    /// 判定: the worst of its rows.
    pub verdict: Verdict,
    /// Its word.
    pub verdict_ja: Cow<'static, str>,
    /// Closings in the order of contracts and days.
    pub rows: Vec<DepositRow>,
    /// 計
    pub sums: DepositSums,
    /// Closings whose period still runs: how many, and what was reported of them so far.
    pub running: Figure,
    /// Closings with nothing to pay, carried to the next.
    pub carried: usize,
    /// 結果不明, in no sum.
    pub unknown: Figure,
    /// On 31 March and 31 May: what of the old year has not arrived.
    pub old_year: Vec<NotReceived>,
}

/// The list as of a day, as it can be made now.
///
/// # Errors
/// When the store fails or a stored result cannot be read.
pub async fn deposits_as_of(state: &AppState, as_of: Option<CivilDate>) -> Result<DepositList, JobError> {
    let as_of = as_of.unwrap_or_else(|| state.today());
    let current = reconcile::current(state, as_of).await?;
    let mut unit = state.store.snapshot().await?;
    let terms = contracts_in_force(&contract_rows(&mut *unit, state.tenant()).await?, as_of)?;
    let accounts = accounts(&unit.counters(state.tenant()).await?);
    Ok(build((state.config.tenant.name.clone(), as_of), &current.recorded, &terms, &accounts))
}

/// 会計 of everything on sale, each once.
fn accounts(counters: &[CounterRow]) -> Vec<String> {
    let items = counters.iter().flat_map(|row| &row.profile.price_lists).flat_map(|list| &list.items);
    let named: BTreeSet<&String> = items.map(|item| &item.account.account).collect();
    named.into_iter().cloned().collect()
}

/// Puts the list together. Pure.
fn build(
    (tenant_name, as_of): (String, CivilDate),
    recorded: &Recorded,
    terms: &[Contract],
    accounts: &[String],
) -> DepositList {
    let payouts = &recorded.payouts;
    let listed = |payout: &&Payout| !matches!(payout.state, PayoutState::Open | PayoutState::CarriedOver);
    let rows: Vec<DepositRow> =
        payouts.iter().filter(listed).map(|payout| row(payout, payouts, terms, accounts)).collect();
    let running = payouts.iter().filter(|payout| payout.state == PayoutState::Open);
    let carried = payouts.iter().filter(|payout| payout.carry_out != Yen::ZERO).count();
    let verdict = rows.iter().map(|row| verdict_of(row.state)).max().unwrap_or(Verdict::Matched);
    DepositList {
        tenant_name,
        as_of,
        verdict,
        verdict_ja: verdict.label_ja().into(),
        sums: rows.iter().fold(DepositSums::default(), DepositSums::plus),
        rows,
        running: running
            .fold(Figure::default(), |sum, p| sum.plus(Figure::new(1, p.sales.plus(p.refunds).amount))),
        carried,
        unknown: recorded.lines.iter().fold(Figure::default(), |sum, line| sum.plus(line.unknown)),
        old_year: old_year(payouts, as_of),
    }
}

/// The lists of 31 March and 31 May name what of the year that ends has not arrived.
fn old_year(payouts: &[Payout], as_of: CivilDate) -> Vec<NotReceived> {
    let ends = match (as_of.month(), as_of.day()) {
        (3, 31) => as_of.fiscal_year(),
        (5, 31) => FiscalYear(as_of.fiscal_year().0 - 1),
        _ => return Vec::new(),
    };
    carried_over(payouts, as_of).into_iter().filter(|waiting| waiting.year == ends).collect()
}

fn row(payout: &Payout, all: &[Payout], terms: &[Contract], accounts: &[String]) -> DepositRow {
    let contract = terms.iter().find(|contract| contract.id == payout.contract);
    let gross = payout.sales.plus(payout.refunds).amount;
    let years: Vec<FiscalYear> = match payout.years.as_slice() {
        [] => vec![payout.to.fiscal_year()],
        shares => shares.iter().map(|share| share.year).collect(),
    };
    let named = contract.and_then(|contract| terms::named_pay_day(&contract.payout, payout.to));
    DepositRow {
        payout: payout.id.clone(),
        contract: payout.contract.clone(),
        label_ja: contract.map_or_else(|| payout.contract.to_string(), |c| c.label_ja.clone()),
        acquirer_ja: contract.map(|contract| contract.acquirer_ja.clone()).unwrap_or_default(),
        accounts: accounts.to_vec(),
        parts: if years.len() > 1 { payout.years.clone() } else { Vec::new() },
        years,
        payer_kana: contract.map(|contract| contract.payer_kana.clone()).unwrap_or_default(),
        from: payout.from,
        to: payout.to,
        gross,
        deducted: gross.saturating_sub(payout.net),
        expected: payout.net,
        expected_on: payout.expected_on,
        named_day: named.filter(|day| *day != payout.expected_on),
        deposited_on: payout.deposited_on,
        deposited: payout.deposited,
        state: payout.state,
        overdue_days: payout.overdue_days,
        merged: merged(payout, all),
    }
}

/// What the state of a payout alone allows.
const fn verdict_of(state: PayoutState) -> Verdict {
    match state {
        PayoutState::Arrived | PayoutState::CarriedOver => Verdict::Matched,
        PayoutState::Open | PayoutState::NotDue => Verdict::Pending,
        PayoutState::Overdue | PayoutState::AmountDiffers => Verdict::Differences,
        PayoutState::BankFileMissing => Verdict::Incomplete,
    }
}

impl DepositSums {
    fn plus(self, row: &DepositRow) -> Self {
        let only = |wanted| if row.state == wanted { row.expected } else { Yen::ZERO };
        Self {
            gross: self.gross.saturating_add(row.gross),
            deducted: self.deducted.saturating_add(row.deducted),
            expected: self.expected.saturating_add(row.expected),
            deposited: self.deposited.saturating_add(row.deposited),
            not_due: self.not_due.saturating_add(only(PayoutState::NotDue)),
            overdue: self.overdue.saturating_add(only(PayoutState::Overdue)),
            file_missing: self.file_missing.saturating_add(only(PayoutState::BankFileMissing)),
        }
    }
}

impl DepositList {
    /// The paper laid out.
    #[must_use]
    pub fn table(&self) -> PaperTable {
        layout::table(self)
    }
}

#[cfg(test)]
mod tests;
