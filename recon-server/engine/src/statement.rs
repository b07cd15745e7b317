//! The statement that accounting reads (reconciliation.md 5.8): three sums a closing, of which nothing may be left.
//!
//! Invariants: 1) opening + sales − voids − refunds − reported = closing; 2) reported − fee − tax − plan fee − transfer fee ± adjustment +
//! carry-in − carry-out = payout; 3) payout − deposits = in transit. The residual is what the three leave over; it is 0 where the
//! verdict is green. Gross of breaks stands beside the net: +1,000 and −1,000 do not look green. Not here: laying it out.

use domain::{id::ContractId, money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::{
    class::Verdict,
    contract::GrossOrNet,
    outcome::{ContractSheet, Figure, Outcome, Payout},
};

/// One closing of one contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// 契約
    pub contract: ContractId,
    /// Name on papers.
    pub label_ja: String,
    /// First day.
    pub from: CivilDate,
    /// Closing day.
    pub to: CivilDate,
    /// 前期末未報告
    pub opening: Figure,
    /// 収納, voided ones included, and unknowns that a statement settled.
    pub sales: Figure,
    /// 取消, positive.
    pub voids: Figure,
    /// 返金, negative.
    pub refunds: Figure,
    /// 会社明細, refunds taken off.
    pub reported: Yen,
    /// 期末未報告: carried to the next closing, or the statement is not here.
    pub closing: Figure,
    /// What the first sum leaves: the net of the breaks.
    pub unreported: Yen,
    /// 決済手数料 with tax that is kept back, positive.
    pub fee: Yen,
    /// 月額利用料 and 振込手数料, positive.
    pub charges: Yen,
    /// 調整, signed.
    pub adjustment: Yen,
    /// 前回繰越 less 次回繰越.
    pub carried: Yen,
    /// 支払額
    pub payout: Yen,
    /// What the second sum leaves.
    pub miscounted: Yen,
    /// 口座入金
    pub deposited: Yen,
    /// 入金未達
    pub in_transit: Yen,
    /// What the third sum leaves.
    pub missing: Yen,
    /// 原因不明差額: all that is left.
    pub residual: Yen,
    /// Breaks without sign.
    pub breaks_gross: Yen,
    /// 未確定 > 差異あり > 保留あり > 一致.
    pub verdict: Verdict,
}

/// The statements of all closings, by contract and closing day.
#[must_use]
pub fn statements(outcome: &Outcome) -> Vec<Statement> {
    let payout = |sheet: &ContractSheet| {
        outcome.payouts.iter().find(|p| p.contract == sheet.contract && p.to == sheet.to)
    };
    let mut list: Vec<Statement> =
        outcome.sheets.iter().map(|sheet| statement(outcome, sheet, payout(sheet))).collect();
    list.sort_by(|a, b| (&a.contract, a.to).cmp(&(&b.contract, b.to)));
    list
}

fn statement(outcome: &Outcome, sheet: &ContractSheet, payout: Option<&Payout>) -> Statement {
    let in_period = |line: &&crate::outcome::ReportLine| {
        line.contract.as_ref() == Some(&sheet.contract)
            && (sheet.from..=sheet.to).contains(&line.business_day)
    };
    let voids =
        outcome.lines.iter().filter(in_period).fold(Figure::default(), |sum, line| sum.plus(line.voids));
    let taken = sheet.sales.plus(sheet.settled_unknowns);
    let reported = sheet.reported_sales.plus(sheet.reported_refunds).amount;
    let closing = sheet.carried.plus(sheet.awaiting);
    let ours = sheet.opening.plus(taken).plus(sheet.refunds).amount;
    let unreported = ours.saturating_sub(reported).saturating_sub(closing.amount);
    let of = |yen: fn(&Payout) -> Yen| payout.map_or(Yen::ZERO, yen);
    let kept = payout.is_none_or(|p| p.gross_or_net == GrossOrNet::Net);
    let fee = if kept { sheet.fee.saturating_add(sheet.fee_tax) } else { Yen::ZERO };
    let charges = of(|p| p.plan_fee.saturating_add(p.transfer_fee));
    let adjustment = of(|p| p.adjustment);
    let carried = of(|p| p.carry_in.saturating_sub(p.carry_out));
    let miscounted = reported
        .saturating_sub(fee)
        .saturating_sub(charges)
        .saturating_add(adjustment)
        .saturating_add(carried)
        .saturating_sub(sheet.payout);
    let missing = sheet.payout.saturating_sub(sheet.deposited).saturating_sub(sheet.in_transit);
    let residual = unreported.saturating_add(miscounted).saturating_add(missing);
    let worst = if residual == Yen::ZERO { Verdict::Matched } else { Verdict::Differences };
    Statement {
        contract: sheet.contract.clone(),
        label_ja: sheet.label_ja.clone(),
        from: sheet.from,
        to: sheet.to,
        opening: sheet.opening,
        sales: taken.plus(voids),
        voids,
        refunds: sheet.refunds,
        reported,
        closing,
        unreported,
        fee,
        charges,
        adjustment,
        carried,
        payout: sheet.payout,
        miscounted,
        deposited: sheet.deposited,
        in_transit: sheet.in_transit,
        missing,
        residual,
        breaks_gross: sheet.breaks_gross,
        verdict: sheet.verdict.max(worst),
    }
}
