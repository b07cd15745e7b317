//! 照合書: one closing of one contract in ten lines, from our own takings to the line in the bank account (papers.md 1).
//!
//! Invariants: figures are those of the run; 翌月繰越 is 1+2+3+4−5 as far as time explains it, what a missing file or a difference
//! explains stands below it on lines of its own; 整理 adds up to the payout (総計予算主義: gross revenue, fees as expenditure).
//! Not here: how the ten lines are found (crate `engine`).

mod layout;
mod money;

use std::borrow::Cow;

use domain::{id::ContractId, method::Method, money::Yen, time::CivilDate};
use engine::{
    Contract, Verdict,
    contract::GrossOrNet,
    outcome::{ContractSheet, Exception, LateConfirmed, Payout},
};
use serde::{Deserialize, Serialize};
use store::refunds::RefundRow;

use super::{as_of_of_month, table::PaperTable, terms};
use crate::{
    app::AppState,
    jobs::{
        JobError, contract_rows, contracts_in_force,
        month::{EvidenceGrade, RefundLine, YearMonth, refund_line},
        reconcile::{self, Recorded},
        refund::{Refund, all_with_lanes},
        settled::{Decisions, Settled},
        terms::waiting,
    },
};

/// The paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetPaper {
    /// Name of the municipality.
    pub tenant_name: String,
    /// The day on which the run stood.
    pub as_of: CivilDate,
    /// 受託者
    pub acquirer_ja: String,
    /// 入金方式 in words.
    pub way_ja: String,
    /// 手数料 in words.
    pub fee_ja: String,
    /// Whether fee and tax are kept back.
    pub kept_back: bool,
    /// 資料の等級
    pub grade: EvidenceGrade,
    /// Its word.
    pub grade_ja: Cow<'static, str>,
    /// 判定
    pub verdict: Verdict,
    /// Its word.
    pub verdict_ja: Cow<'static, str>,
    /// The ten lines.
    pub sheet: ContractSheet,
    /// 支払予定; none while nothing was reported.
    pub payout: Option<Payout>,
    /// How many contracts the deposit of this closing pays, this one included; 1 where it stands alone.
    pub merged: usize,
    /// 結果不明 of the closing that became certain on a later day.
    pub late: Vec<LateConfirmed>,
    /// 戻出 of the closing, approved ones.
    pub refunds: Vec<RefundLine>,
    /// A change of the charges waits for a second person, and the paper is made by the old ones; in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting_terms: Vec<String>,
    /// 処理済: what two persons decided about differences of the closing; it changes no figure above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settled>,
}

/// The paper of one closing as it can be made now; none where the run knows no such contract or closing.
///
/// # Errors
/// When the store fails or a stored result cannot be read.
pub async fn contract_sheet_as_of(
    state: &AppState,
    contract: &ContractId,
    closing: CivilDate,
    as_of: Option<CivilDate>,
) -> Result<Option<SheetPaper>, JobError> {
    let as_of = as_of_of_month(state, YearMonth::of(closing), as_of);
    let current = reconcile::current(state, as_of).await?;
    let recorded = &current.recorded;
    let Some(sheet) = recorded.sheets.iter().find(|s| s.contract == *contract && s.to == closing) else {
        return Ok(None);
    };
    let mut unit = state.store.snapshot().await?;
    let terms = contracts_in_force(&contract_rows(&mut *unit, state.tenant()).await?, as_of)?;
    let refunds = unit.refunds(state.tenant(), sheet.from, sheet.to).await?;
    let refunds = refunds.into_iter().filter(RefundRow::is_approved);
    let refunds = all_with_lanes(&mut *unit, state.tenant(), refunds).await?;
    let header = (state.config.tenant.name.clone(), as_of);
    let controls = unit.controls(state.tenant()).await?;
    let decisions = Decisions::of(&controls)?;
    let mut paper = build(header, recorded, sheet, &terms, &refunds);
    let payouts = recorded.payouts.iter().filter(|p| p.contract == sheet.contract && p.to == sheet.to);
    let payouts: Vec<&str> = payouts.map(|payout| payout.id.as_str()).collect();
    let of_closing = |one: &&Exception| {
        let within =
            one.contract.as_ref() == Some(&sheet.contract) && (sheet.from..=sheet.to).contains(&one.day);
        within || one.members.iter().any(|member| payouts.contains(&member.as_str()))
    };
    let settled = recorded.exceptions.iter().filter(of_closing).filter_map(|one| decisions.about(one));
    paper.settled = settled.cloned().collect();
    let waiting = waiting(&controls)?.into_iter().filter(|change| change.contract == sheet.contract);
    paper.waiting_terms = waiting.map(|change| change.waiting_ja()).collect();
    Ok(Some(paper))
}

/// Puts the paper together. Pure.
fn build(
    (tenant_name, as_of): (String, CivilDate),
    recorded: &Recorded,
    sheet: &ContractSheet,
    terms: &[Contract],
    refunds: &[Refund],
) -> SheetPaper {
    let contract = terms.iter().find(|contract| contract.id == sheet.contract);
    let payout = recorded.payouts.iter().find(|p| p.contract == sheet.contract && p.to == sheet.to);
    let grade = EvidenceGrade::of(contract, &[sheet]);
    let holds = |day: CivilDate| sheet.from <= day && day <= sheet.to;
    let late = recorded
        .late
        .iter()
        .filter(|late| late.contract.as_ref() == Some(&sheet.contract) && holds(late.payment_date));
    let approved =
        refunds.iter().filter(|refund| refund.row.is_approved() && belongs(&refund.row, contract, sheet));
    SheetPaper {
        tenant_name,
        as_of,
        acquirer_ja: contract.map(|contract| contract.acquirer_ja.clone()).unwrap_or_default(),
        way_ja: contract.map(terms::way_of_payment).unwrap_or_default(),
        fee_ja: contract.map(|contract| terms::fee(&contract.fee)).unwrap_or_default(),
        kept_back: contract.is_none_or(|contract| contract.gross_or_net == GrossOrNet::Net),
        grade,
        grade_ja: grade.label_ja().into(),
        verdict: sheet.verdict,
        verdict_ja: sheet.verdict.label_ja().into(),
        sheet: sheet.clone(),
        payout: payout.cloned(),
        merged: payout.map_or(1, |payout| merged(payout, &recorded.payouts)),
        late: late.cloned().collect(),
        refunds: approved.map(refund_line).collect(),
        settled: Vec::new(),
        waiting_terms: Vec::new(),
    }
}

/// How many payouts share a deposit with this one, itself included.
pub(super) fn merged(payout: &Payout, payouts: &[Payout]) -> usize {
    let shares = |other: &&Payout| other.deposits.iter().any(|deposit| payout.deposits.contains(deposit));
    payouts.iter().filter(shares).count().max(1)
}

/// Whether a refund is of this contract; the sale of a sheet with several brands names none, its brand does.
fn belongs(refund: &RefundRow, contract: Option<&Contract>, sheet: &ContractSheet) -> bool {
    if let Some(named) = &refund.contract {
        return *named == sheet.contract;
    }
    let covers = |contract: &Contract| {
        let covered =
            |(method, brand): &(Method, _)| *method == refund.method && Some(brand) == refund.brand.as_ref();
        contract.covers.iter().any(covered)
    };
    contract.is_some_and(covers)
}

/// 整理: what the closing is in the books. Adds up to the payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Booked {
    /// 歳入, gross.
    revenue: Yen,
    /// 移行時の未収, gross: revenue of the books before this system, and none again.
    from_before: Yen,
    /// 戻出, negative.
    given_back: Yen,
    /// 歳出 償還金 of refunds whose year is closed, negative.
    repaid: Yen,
    /// 歳出 役務費: fee, tax and transfer fee that were kept back, negative.
    costs: Yen,
    /// 会社による調整, signed: until it is cleared up, neither revenue nor expenditure.
    adjusted: Yen,
    /// Carried in from the closing before, signed.
    carried_in: Yen,
    /// What the company's own statement leaves over, signed.
    miscounted: Yen,
}

impl Booked {
    /// What the closing comes to: what is paid, and what is handed on to the next closing.
    fn sum(&self) -> Yen {
        [
            self.revenue,
            self.from_before,
            self.given_back,
            self.repaid,
            self.costs,
            self.adjusted,
            self.carried_in,
            self.miscounted,
        ]
        .into_iter()
        .fold(Yen::ZERO, Yen::saturating_add)
    }
}

impl SheetPaper {
    fn booked(&self, payout: &Payout) -> Booked {
        // Of a refund of several years only the closed years' part.
        let repaid = self
            .refunds
            .iter()
            .fold(Yen::ZERO, |sum, refund| sum.saturating_sub(refund.lanes.expenditure(refund.amount)));
        // A refund may be decided in one closing and taken off in another: never more than this payout gave back.
        let repaid = repaid.max(payout.refunds.amount);
        let kept = if self.kept_back { payout.fee.saturating_add(payout.fee_tax) } else { Yen::ZERO };
        let booked = Booked {
            revenue: payout.sales.amount.saturating_sub(self.sheet.from_before.amount),
            from_before: self.sheet.from_before.amount,
            given_back: payout.refunds.amount.saturating_sub(repaid),
            repaid,
            costs: Yen::ZERO
                .saturating_sub(kept)
                .saturating_sub(payout.transfer_fee)
                .saturating_sub(payout.plan_fee),
            adjusted: payout.adjustment,
            carried_in: payout.carry_in,
            miscounted: Yen::ZERO,
        };
        let due = payout.net.saturating_add(payout.carry_out);
        Booked { miscounted: due.saturating_sub(booked.sum()), ..booked }
    }

    /// The paper laid out.
    #[must_use]
    pub fn table(&self) -> PaperTable {
        layout::table(self)
    }
}

#[cfg(test)]
mod tests;
