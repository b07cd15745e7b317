//! The causes by which a deposit differs from what was expected, recognised from the figures and called by name. PayPay publishes five of
//! them (failed status, light-plan fee, merged contracts, closing date, fee; reconciliation.md 6.3, domain.md 3.3); the transfer fee
//! is the sixth.
//!
//! Invariants: a cause is named only where it explains the difference to the yen; several may, and then all are named and none decided;
//! a cause changes no figure. Looking costs at most [`CLOSING_SHIFT_DAYS_MAX`] closings each way.

use std::collections::BTreeSet;

use domain::{
    money::{Yen, YenOverflow},
    time::CivilDate,
};
use serde::{Deserialize, Serialize};

use crate::{
    contract::{Contract, FeeRule, GrossOrNet},
    facts::{Facts, Row, RowClass},
    fee::{Charged, Fee, dated_fee},
    infer::{Finding, Kept, PastLine, infer},
    outcome::Payout,
    words,
};

/// Most days by which the other side's closing is looked for beside ours.
const CLOSING_SHIFT_DAYS_MAX: i32 = 7;
/// Days between two expected days within which two payouts may have been paid as one.
const MERGED_WITHIN_DAYS: i32 = 31;
/// Monthly fee of PayPay's light plan, before and with tax (domain.md 6.3 T6b); for contracts where no plan fee is entered.
const PAYPAY_LIGHT_PLAN: [i64; 2] = [1_980, 2_178];
/// Other rules of the fee that are named.
const RULES_NAMED_MAX: usize = 3;

/// What a cause is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// 取引失敗
    FailedStatus,
    /// 月額利用料
    PlanFee,
    /// 契約の合算
    MergedContracts,
    /// 締日の違い
    ClosingDate,
    /// 決済手数料の違い
    Fee,
    /// 振込手数料
    TransferFee,
}

impl CauseKind {
    /// The name.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::FailedStatus => "取引失敗",
            Self::PlanFee => "月額利用料",
            Self::MergedContracts => "契約の合算",
            Self::ClosingDate => "締日の違い",
            Self::Fee => "決済手数料の違い",
            Self::TransferFee => "振込手数料",
        }
    }
}

/// One cause that explains a difference to the yen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cause {
    /// Its name.
    pub kind: CauseKind,
    /// The difference that it explains, signed: deposit less expectation.
    pub amount: Yen,
    /// One Japanese sentence with the figures.
    pub sentence_ja: String,
}

/// Every cause that explains why `deposited` arrived for a payout instead of its net.
pub fn causes<'p>(
    facts: &Facts,
    payouts: impl Iterator<Item = &'p Payout>,
    payout: &Payout,
    deposited: Yen,
) -> Vec<Cause> {
    let difference = deposited.saturating_sub(payout.net);
    let Some(contract) = facts.contracts.iter().find(|c| c.id == payout.contract) else { return Vec::new() };
    if difference == Yen::ZERO {
        return Vec::new();
    }
    let case = Case { facts, contract, payout, difference };
    let mut found: Vec<Cause> = [case.failed(), case.plan(), case.closing(), case.fee(), case.transfer()]
        .into_iter()
        .flatten()
        .collect();
    found.extend(case.merged(payouts));
    found.sort();
    found.dedup();
    found
}

struct Case<'a> {
    facts: &'a Facts,
    contract: &'a Contract,
    payout: &'a Payout,
    difference: Yen,
}

impl Case<'_> {
    fn cause(&self, kind: CauseKind, words: &str) -> Cause {
        let (size, what) = (
            self.difference.get().saturating_abs(),
            if self.difference.is_negative() { "不足" } else { "超過" },
        );
        let sentence_ja = format!("{what}の{}円は、{words}。", Yen::new(size));
        Cause { kind, amount: self.difference, sentence_ja }
    }

    fn is(&self, amount: Yen) -> bool {
        amount != Yen::ZERO && self.difference == amount
    }

    /// Rows of the contract that close on a day of a span.
    fn rows(&self, from: CivilDate, to: CivilDate) -> impl Iterator<Item = &Row> {
        let mine = move |row: &&Row| {
            row.contract == self.contract.id
                && row.occurrence == 1
                && (from..=to).contains(&row.closing_date())
        };
        self.facts.rows.iter().filter(mine)
    }

    fn counted(&self, from: CivilDate, to: CivilDate) -> Vec<Charged> {
        let counts =
            |row: &&Row| matches!(row.class, RowClass::Sale | RowClass::Refund | RowClass::Chargeback);
        let charged =
            |row: &Row| Charged { day: row.at.date(), brand: row.brand.clone(), amount: row.amount };
        self.rows(from, to).filter(counts).map(charged).collect()
    }

    /// What rows come to after fee and tax, where those are kept back.
    fn worth(&self, rows: &[Charged]) -> Result<Yen, YenOverflow> {
        let gross = Yen::try_sum(rows.iter().map(|row| row.amount))?;
        match self.contract.gross_or_net {
            GrossOrNet::Gross => Ok(gross),
            GrossOrNet::Net => gross.checked_sub(dated_fee(self.contract, rows).and_then(Fee::with_tax)?),
        }
    }

    fn failed(&self) -> Option<Cause> {
        let rows: Vec<Charged> = self
            .rows(self.payout.from, self.payout.to)
            .filter(|row| row.class == RowClass::Failed)
            .map(|row| Charged { day: row.at.date(), brand: row.brand.clone(), amount: row.amount })
            .collect();
        let gross = rows.iter().fold(Yen::ZERO, |sum, row| sum.saturating_add(row.amount));
        let net = self.worth(&rows).unwrap_or(gross);
        let missing = |yen: Yen| self.is(Yen::new(yen.get().saturating_neg()));
        (missing(gross) || missing(net)).then(|| {
            let words = format!(
                "明細で「取引失敗」となっている{}件 {gross}円の分と一致します。失敗した取引は入金されません",
                rows.len()
            );
            self.cause(CauseKind::FailedStatus, &words)
        })
    }

    fn plan(&self) -> Option<Cause> {
        let mut known: BTreeSet<i64> = self.contract.terms.iter().map(|terms| terms.plan_fee.get()).collect();
        if self.contract.covers.iter().any(|(_, brand)| brand.as_str() == "paypay") {
            known.extend(PAYPAY_LIGHT_PLAN);
        }
        let fee = self.difference.get().saturating_neg();
        (fee > 0 && known.contains(&fee)).then(|| {
            let words = "月額利用料（ライトプランなど）の額と一致します。契約の登録に月額利用料がないか、額が違います";
            self.cause(CauseKind::PlanFee, words)
        })
    }

    fn merged<'p>(&self, payouts: impl Iterator<Item = &'p Payout>) -> Vec<Cause> {
        let near = |other: &&Payout| {
            other.id != self.payout.id
                && other.waits()
                && other.expected_on.days_since(self.payout.expected_on).abs() <= MERGED_WITHIN_DAYS
                && self.is(other.net)
        };
        let name = |other: &Payout| {
            let label =
                self.facts.contracts.iter().find(|c| c.id == other.contract).map(|c| c.label_ja.as_str());
            let words = format!(
                "{}の{}締めの支払予定 {}円と一致します。二つの支払が合算されたとみられます",
                label.unwrap_or_default(),
                other.to,
                other.net
            );
            self.cause(CauseKind::MergedContracts, &words)
        };
        payouts.filter(near).map(name).collect()
    }

    /// The other side closes some days earlier or later than we believe.
    fn closing(&self) -> Option<Cause> {
        let (from, to) = (self.payout.from, self.payout.to);
        let whole = self.worth(&self.counted(from, to)).ok()?;
        let fits = |from: CivilDate, to: CivilDate| {
            let rows = if from <= to { self.counted(from, to) } else { Vec::new() };
            self.worth(&rows).is_ok_and(|worth| self.is(worth.saturating_sub(whole)))
        };
        for days in 1..=CLOSING_SHIFT_DAYS_MAX {
            for (shift, begins) in [(days, false), (-days, false), (-days, true), (days, true)] {
                let (first, last) =
                    if begins { (from.plus_days(shift), to) } else { (from, to.plus_days(shift)) };
                if fits(first, last) {
                    let words =
                        format!("締めを{first}〜{last}とすると一致します。当方の登録は{from}〜{to}です");
                    return Some(self.cause(CauseKind::ClosingDate, &words));
                }
            }
        }
        None
    }

    /// Nothing kept back, or kept back by another rule.
    fn fee(&self) -> Option<Cause> {
        let ours = self.payout.fee.saturating_add(self.payout.fee_tax);
        let kept_back = self.contract.gross_or_net == GrossOrNet::Net;
        if kept_back && self.is(ours) {
            let words = format!("手数料と消費税の{ours}円と一致します。差し引かれずに入金されています");
            return Some(self.cause(CauseKind::Fee, &words));
        }
        if !kept_back && self.is(Yen::new(ours.get().saturating_neg())) {
            let words =
                format!("手数料と消費税の{ours}円と一致します。総額入金の契約ですが、差し引かれています");
            return Some(self.cause(CauseKind::Fee, &words));
        }
        let kept = ours.saturating_sub(self.difference);
        let rows = self.counted(self.payout.from, self.payout.to);
        if !kept_back || kept <= Yen::ZERO || rows.is_empty() {
            return None;
        }
        let line = PastLine { to: self.payout.to, rows, kept: Kept::Together(kept) };
        let rules: Vec<FeeRule> = match infer(self.contract, &[], &[line]).finding {
            Finding::One { rule } => vec![rule],
            Finding::Several { rules } => rules,
            _ => return None,
        };
        let named: Vec<String> =
            rules.iter().take(RULES_NAMED_MAX).map(|rule| format!("「{}」", words::fee_rule(rule))).collect();
        let words = format!(
            "手数料と消費税を{ours}円でなく{kept}円とすると一致します。{}で計算した額です",
            named.join("、または")
        );
        Some(self.cause(CauseKind::Fee, &words))
    }

    fn transfer(&self) -> Option<Cause> {
        let fees: BTreeSet<Yen> =
            self.contract.terms.iter().map(|t| t.transfer_fee).chain([self.contract.transfer_fee]).collect();
        let size = Yen::new(self.difference.get().saturating_abs());
        let taken = self.difference.is_negative();
        (fees.contains(&size) && size != Yen::ZERO).then(|| {
            let words = if taken {
                "振込手数料の額と一致します。差し引かれて入金されたとみられます"
            } else {
                "振込手数料の額と一致します。差し引かれずに入金されたとみられます"
            };
            self.cause(CauseKind::TransferFee, words)
        })
    }
}

impl Cause {
    /// All causes in one text; empty where none was found.
    #[must_use]
    pub fn text(causes: &[Self]) -> String {
        causes.iter().map(|cause| format!("【{}】{}", cause.kind.label_ja(), cause.sentence_ja)).collect()
    }
}
