//! 年度区分: to which fiscal year the yen of a payout belong, and as what they are received (papers.md C3, C4).
//!
//! Invariants: over the years of a payout, gross adds up to its sales and refunds, fee to fee and tax, net to the payout. The year of a
//! sale is that of its 領収日, never that of the deposit. Revenue is gross, the fee an expenditure (総計予算主義, 地方自治法210条).
//! Not here: whether what is outstanding on 31 May becomes 収入未済; the accounts office decides (papers.md 1).

use std::collections::BTreeMap;

use domain::{
    id::ContractId,
    money::Yen,
    time::{CivilDate, FiscalYear},
};
use serde::{Deserialize, Serialize};

use crate::{
    allocate::allocate,
    class::ExceptionClass,
    contract::{FeeYear, GrossOrNet},
    ledger::Draft,
    outcome::{Exception, Figure, Payout, PayoutState},
    payout::PayoutKey,
    sentence,
    sheet::payout_verdict,
    world::World,
};

/// As what the accounts office receives a year's part of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum ReceivedAs {
    /// 入金未了
    #[default]
    NotYet,
    /// 当該年度の収入: arrived by 出納閉鎖, 31 May after the year's end.
    OwnYear,
    /// 過年度収入: arrived later, so it is revenue of the year in which it arrived.
    PastYear {
        /// That year.
        year: FiscalYear,
    },
}

impl ReceivedAs {
    /// What money of a year is on the day on which it arrives.
    #[must_use]
    pub fn on(year: FiscalYear, arrived: CivilDate) -> Self {
        if year.accounts_close().is_some_and(|last_day| arrived > last_day) {
            Self::PastYear { year: arrived.fiscal_year() }
        } else {
            Self::OwnYear
        }
    }

    /// The word on papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::NotYet => "入金未了",
            Self::OwnYear => "当該年度の収入",
            Self::PastYear { .. } => "過年度収入",
        }
    }
}

/// One fiscal year's part of a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearShare {
    /// 会計年度
    pub year: FiscalYear,
    /// Sales and refunds, signed.
    pub gross: Figure,
    /// Fee with tax, positive; an expenditure of this year, whether it is kept back or invoiced.
    pub fee: Yen,
    /// What of the payout is this year's.
    pub net: Yen,
    /// As what it was received.
    #[serde(default)]
    pub received_as: ReceivedAs,
}

/// 入金未了: a year's part of a payout that has not arrived on a day (the list of 31 March and 31 May, papers.md 1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotReceived {
    /// 会計年度
    pub year: FiscalYear,
    /// 契約
    pub contract: ContractId,
    /// Id of the payout.
    pub payout: String,
    /// Closing day.
    pub to: CivilDate,
    /// 指定日 by the bank calendar.
    pub expected_on: CivilDate,
    /// Sales and refunds, signed.
    pub gross: Figure,
    /// Fee with tax, positive.
    pub fee: Yen,
    /// What is to arrive.
    pub net: Yen,
    /// Whether the accounts of the year close on this day: what arrives later is 過年度収入.
    pub accounts_close: bool,
}

/// What of the payouts has not arrived at the end of a day, by year, contract and closing. Payouts whose period begins later, and
/// closings with nothing to pay, are not in it.
#[must_use]
pub fn carried_over(payouts: &[Payout], on: CivilDate) -> Vec<NotReceived> {
    let waits = |p: &&Payout| p.from <= on && p.net != Yen::ZERO && p.deposited_on.is_none_or(|day| day > on);
    let mut list: Vec<NotReceived> = payouts
        .iter()
        .filter(waits)
        .flat_map(|payout| payout.years.iter().map(|share| not_received(payout, share, on)))
        .collect();
    list.sort_by(|a, b| (a.year, &a.contract, a.to).cmp(&(b.year, &b.contract, b.to)));
    list
}

fn not_received(payout: &Payout, share: &YearShare, on: CivilDate) -> NotReceived {
    NotReceived {
        year: share.year,
        contract: payout.contract.clone(),
        payout: payout.id.clone(),
        to: payout.to,
        expected_on: payout.expected_on,
        gross: share.gross,
        fee: share.fee,
        net: share.net,
        accounts_close: share.year.accounts_close() == Some(on),
    }
}

/// The parts of a payout: gross by year as it was taken; fee, other charges and a minus carried in to the closing date's year, or pro
/// rata by gross. A sum that an earlier closing was too small to pay stays with its own years. Second: what of a sum that this closing
/// is too small to pay is whose.
pub(crate) fn split(
    rule: FeeYear,
    payout: &Payout,
    by_year: &BTreeMap<FiscalYear, Figure>,
    carried_in: &BTreeMap<FiscalYear, Yen>,
) -> (Vec<YearShare>, BTreeMap<FiscalYear, Yen>) {
    let mut gross = by_year.clone();
    for year in carried_in.keys() {
        gross.entry(*year).or_default();
    }
    if rule == FeeYear::ClosingDate {
        gross.entry(payout.to.fiscal_year()).or_default();
    }
    let weights: Vec<i64> = match rule {
        FeeYear::ProRata => gross.values().map(|figure| figure.amount.get()).collect(),
        FeeYear::ClosingDate => {
            gross.keys().map(|year| i64::from(*year == payout.to.fiscal_year())).collect()
        }
    };
    let fee = payout.fee.saturating_add(payout.fee_tax);
    let kept = if payout.gross_or_net == GrossOrNet::Net { fee } else { Yen::ZERO };
    let from_before = carried_in.values().fold(Yen::ZERO, |sum, yen| sum.saturating_add(*yen));
    // What is paid, or what is handed on because it is too small. A minus that is handed on is nobody's: the nets then add up to 0.
    let too_small = payout.carry_out > Yen::ZERO;
    let shared = if too_small { payout.carry_out } else { payout.net };
    let before = payout.sales.plus(payout.refunds).amount.saturating_add(from_before);
    let rest = before.saturating_sub(kept).saturating_sub(shared);
    let (fees, rests) = (allocate(fee.get(), &weights), allocate(rest.get(), &weights));
    let (mut shares, mut carried_out) = (Vec::new(), BTreeMap::new());
    for ((year, gross), (fee, rest)) in gross.into_iter().zip(fees.into_iter().zip(rests)) {
        let kept = if payout.gross_or_net == GrossOrNet::Net { fee } else { 0 };
        let own = gross.amount.saturating_add(carried_in.get(&year).copied().unwrap_or_default());
        let part = own.saturating_sub(Yen::new(kept)).saturating_sub(Yen::new(rest));
        let net = if too_small { Yen::ZERO } else { part };
        if too_small && part != Yen::ZERO {
            carried_out.insert(year, part);
        }
        shares.push(YearShare { year, gross, fee: Yen::new(fee), net, received_as: ReceivedAs::NotYet });
    }
    shares.retain(|share| !share.gross.is_zero() || share.fee != Yen::ZERO || share.net != Yen::ZERO);
    (shares, carried_out)
}

/// YEAR_SPLIT_REVIEW: closed periods whose payout belongs to more than one year, each with its parts. No worse than the payout itself.
pub(crate) fn reviews(world: &World<'_>, payouts: &BTreeMap<PayoutKey, Payout>) -> Vec<Exception> {
    let straddles = |p: &&Payout| p.years.len() > 1 && p.state != PayoutState::Open;
    let review = |(key, payout): (&PayoutKey, &Payout)| {
        let draft = Draft {
            class: ExceptionClass::YearSplitReview,
            subject: payout.id.clone(),
            members: vec![payout.id.clone()],
            contract: Some(key.0),
            counter: None,
            day: payout.expected_on,
            amount: Yen::ZERO,
            gross: payout.net,
            sentence_ja: sentence::year_split(payout, world.contracts[key.0]),
            ours: None,
            near: Vec::new(),
            verdict: Some(payout_verdict(payout.state)),
        };
        draft.finish(world)
    };
    payouts.iter().filter(|(_, payout)| straddles(payout)).map(review).collect()
}

/// Says of each part as what it was received, once the payout has arrived.
pub(crate) fn receive(payout: &mut Payout) {
    let Some(arrived) = payout.deposited_on else { return };
    for share in &mut payout.years {
        share.received_as = ReceivedAs::on(share.year, arrived);
    }
}
