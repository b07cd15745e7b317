//! 指定納付受託者 (地方自治法231条の2の2 to 231条の2の5): whom the city has designated for which revenue, from when to when, and by which
//! day it must pay in (papers.md 3 and 4, C11).
//!
//! Invariants: nothing is held against a contract that names no trustee. A payment counts as made on the day of entrustment only where
//! the money came by the 指定日; the citizen's own day (領収日) is kept in either case.

use std::collections::BTreeMap;

use domain::{money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::BankCalendar,
    class::ExceptionClass,
    contract::{Contract, PayoutRule},
    facts::{Sale, SaleKind, SaleState},
    ledger::Draft,
    outcome::{Exception, Payout, PayoutState},
    payout::PayoutKey,
    sentence,
    world::World,
};

/// What the 告示 says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trustee {
    /// 告示番号
    pub notice_number: String,
    /// 告示日
    pub notice_date: CivilDate,
    /// First day of the designation.
    pub valid_from: CivilDate,
    /// Last day, where it ends.
    #[serde(default)]
    pub valid_to: Option<CivilDate>,
    /// 対象歳入: each covers the 科目 that it is a leading part of. Empty: every revenue.
    #[serde(default)]
    pub revenues: Vec<String>,
    /// 指定日: by when a closing must be paid in. None: the contract's own pay day.
    #[serde(default)]
    pub pay_by: Option<PayoutRule>,
    /// Which of a sale's days is the 委託日.
    #[serde(default)]
    pub entrusted_on: EntrustedOn,
}

/// Which of a sale's days is the day on which the citizen entrusted the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntrustedOn {
    /// 領収日
    #[default]
    PaymentDate,
    /// 取扱日
    BusinessDay,
}

impl Trustee {
    /// Whether the designation holds on a day.
    #[must_use]
    pub fn is_valid_on(&self, day: CivilDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// Whether a 科目 is among the covered revenues. What is not known is not held against it.
    #[must_use]
    pub fn covers(&self, revenue: &str) -> bool {
        let covered =
            |listed: &String| revenue.starts_with(listed) || revenue.split('/').any(|level| level == listed);
        revenue.is_empty() || self.revenues.is_empty() || self.revenues.iter().any(covered)
    }

    /// 指定日 of a closing: the last day on which its money may come.
    #[must_use]
    pub fn pay_by(&self, calendar: &BankCalendar, contract: &Contract, closing: CivilDate) -> CivilDate {
        calendar.payout_day(self.pay_by.as_ref().unwrap_or(&contract.payout), closing)
    }

    /// 委託日 of a sale.
    #[must_use]
    pub const fn entrusted(&self, sale: &Sale) -> CivilDate {
        match self.entrusted_on {
            EntrustedOn::PaymentDate => sale.payment_date,
            EntrustedOn::BusinessDay => sale.business_day,
        }
    }
}

/// Why a sale lies outside the 告示: the day, or a 科目 that is not covered.
type Outside<'f> = (usize, CivilDate, Option<&'f str>);

/// TRUSTEE_SCOPE: what was taken outside the designation, one exception per contract, day and 科目.
pub(crate) fn outside(world: &World<'_>) -> Vec<Exception> {
    let mut found: BTreeMap<Outside<'_>, Vec<&Sale>> = BTreeMap::new();
    for (place, sale) in world.sales.iter().enumerate() {
        let Some(contract) = world.sale_contract[place] else { continue };
        let Some(trustee) = &world.contracts[contract].trustee else { continue };
        if sale.kind != SaleKind::Sale || sale.state != SaleState::Completed {
            continue;
        }
        let day = trustee.entrusted(sale);
        let revenue =
            sale.parts.iter().map(|part| part.revenue.as_str()).find(|revenue| !trustee.covers(revenue));
        if !trustee.is_valid_on(day) {
            found.entry((contract, day, None)).or_default().push(sale);
        } else if revenue.is_some() {
            found.entry((contract, day, revenue)).or_default().push(sale);
        }
    }
    found.into_iter().filter_map(|(at, sales)| outside_of(world, at, &sales)).collect()
}

fn outside_of(world: &World<'_>, at: Outside<'_>, sales: &[&Sale]) -> Option<Exception> {
    let (place, day, revenue) = at;
    let contract = world.contracts[place];
    let trustee = contract.trustee.as_ref()?;
    let amount = sales.iter().fold(Yen::ZERO, |sum, sale| sum.saturating_add(sale.amount));
    let draft = Draft {
        class: ExceptionClass::TrusteeScope,
        subject: format!("{}/{day}/{}", contract.id, revenue.unwrap_or_default()),
        members: sales.iter().map(|sale| sale.id.clone()).collect(),
        contract: Some(place),
        counter: None,
        day,
        amount: Yen::ZERO,
        gross: amount,
        sentence_ja: sentence::outside_notice(contract, trustee, day, (sales.len(), amount), revenue),
        ours: None,
        near: Vec::new(),
        verdict: None,
    };
    Some(draft.finish(world))
}

/// DEEMED_DATE_LOST: closings whose money came, or is still to come, after the 指定日.
pub(crate) fn late(world: &World<'_>, payouts: &BTreeMap<PayoutKey, Payout>) -> Vec<Exception> {
    payouts.iter().filter_map(|(key, payout)| late_one(world, *key, payout)).collect()
}

fn late_one(world: &World<'_>, key: PayoutKey, payout: &Payout) -> Option<Exception> {
    let contract = world.contracts[key.0];
    let trustee = contract.trustee.as_ref()?;
    let pay_by = trustee.pay_by(&world.facts.calendar, contract, payout.to);
    let overdue = payout.state == PayoutState::Overdue && world.facts.as_of > pay_by;
    if !overdue && payout.deposited_on.is_none_or(|day| day <= pay_by) {
        return None;
    }
    let of_closing = |(place, sale): &(usize, &&Sale)| {
        world.sale_contract[*place] == Some(key.0)
            && sale.state == SaleState::Completed
            && sale.kind == SaleKind::Sale
            && key.1.holds(sale.payment_date)
    };
    let days = || world.sales.iter().enumerate().filter(of_closing).map(|(_, sale)| trustee.entrusted(sale));
    let entrusted = days().min().zip(days().max());
    let draft = Draft {
        class: ExceptionClass::DeemedDateLost,
        subject: payout.id.clone(),
        members: vec![payout.id.clone()],
        contract: Some(key.0),
        counter: None,
        day: pay_by,
        amount: Yen::ZERO,
        gross: payout.net,
        sentence_ja: sentence::deemed_lost(payout, contract, pay_by, payout.deposited_on, entrusted),
        ours: None,
        near: Vec::new(),
        verdict: None,
    };
    Some(draft.finish(world))
}
