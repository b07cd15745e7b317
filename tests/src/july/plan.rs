//! The month as it will be played: every visit of every day, from one seed.
//!
//! Invariants: the same plan every time; each method's visits owe exactly what the city published (or what follows from it), voided
//! ones not counted; a visit lies within the hours of an open desk.
//! Source of the sums: 萩市 第4回DX推進本部会議 (25 October 2022); cash, coupons and 後納 follow from `papers.md` C12 and our own split.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use domain::time::CivilDate;
use drivers::zvt::simulator::Card;

use super::{
    filler, planted,
    visit::{Desk, Oddity, Party, Visit, Wallet, Way},
};
use crate::simulation::Dice;

/// クレジットカード, in yen, as published.
pub const CREDIT_YEN: i64 = 12_090;
/// 電子マネー, in yen, as published.
pub const ELECTRONIC_MONEY_YEN: i64 = 37_270;
/// QRコード決済, in yen, as published.
pub const CODE_YEN: i64 = 46_010;
/// Four coupons of ¥300 (`papers.md` C12).
pub const VOUCHER_YEN: i64 = 1_200;
/// One group of 24 on invoice; ours.
pub const DEFERRED_YEN: i64 = 5_760;
/// 観覧料総額 before the agent's commission (`papers.md` C12).
pub const GROSS_YEN: i64 = 560_380;
/// 送客手数料: 8% of each coupon (`papers.md` C12).
pub const COMMISSION_YEN: i64 = 96;
/// What is left for the drawer.
pub const CASH_YEN: i64 =
    GROSS_YEN - CREDIT_YEN - ELECTRONIC_MONEY_YEN - CODE_YEN - VOUCHER_YEN - DEFERRED_YEN;

/// The seed of the month. Another one is another month with the same sums.
const SEED: u64 = 202_207;
/// How much busier a weekend or holiday is than a weekday, in parts.
const BUSY_PARTS: u32 = 24;
/// A weekday, in the same parts.
const QUIET_PARTS: u32 = 10;
/// First minute of a day at which a party comes (9:05).
const FIRST_MINUTE: u32 = 9 * 60 + 5;
/// Minutes during which parties come.
const MINUTES: u32 = 7 * 60 + 40;
/// 海の日 of 2022.
const MARINE_DAY: i8 = 18;

/// The month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Days with their visits, both in order.
    pub days: BTreeMap<CivilDate, Vec<Visit>>,
}

/// Whether the second desk is open.
#[must_use]
pub fn second_desk_open(day: CivilDate) -> bool {
    day.is_weekend() || day.day() == MARINE_DAY
}

/// How a way of paying is counted: 0 credit, 1 electronic money, and so on.
const fn group(way: Way) -> usize {
    match way {
        Way::Card(_) => 0,
        Way::Touch(_) => 1,
        Way::Scan(_) => 2,
        Way::Coupon(_) => 3,
        Way::Invoice(_) => 4,
        Way::Cash => 5,
        Way::Free => 6,
    }
}

/// What each group must owe.
const SUMS: [i64; 7] = [CREDIT_YEN, ELECTRONIC_MONEY_YEN, CODE_YEN, VOUCHER_YEN, DEFERRED_YEN, CASH_YEN, 0];

impl Plan {
    /// Makes the plan.
    ///
    /// # Errors
    /// When a sum is not hit: a mistake in the tables.
    pub fn make() -> Result<Self> {
        let mut dice = Dice::new(SEED);
        let mut visits = planted::visits()?;
        for (which, way) in [(0, pick_card as Pick), (1, pick_touch), (2, pick_scan), (5, pick_cash)] {
            let planted: i64 = counted(&visits, which);
            for party in filler::parties(SUMS[which] - planted, &mut dice)? {
                let visit = place(party, way(&mut dice), &mut dice)?;
                visits.push(visit);
            }
        }
        let mut days: BTreeMap<CivilDate, Vec<Visit>> = BTreeMap::new();
        for visit in visits {
            days.entry(visit.day).or_default().push(visit);
        }
        for visits in days.values_mut() {
            visits.sort_by_key(|visit| (visit.minute, visit.desk));
        }
        let plan = Self { days };
        plan.check()?;
        Ok(plan)
    }

    /// Every visit.
    pub fn visits(&self) -> impl Iterator<Item = &Visit> {
        self.days.values().flatten()
    }

    fn check(&self) -> Result<()> {
        ensure!(self.days.len() == 31, "{} days instead of 31", self.days.len());
        let visits: Vec<Visit> = self.visits().cloned().collect();
        for (which, sum) in SUMS.into_iter().enumerate() {
            let owed = counted(&visits, which);
            ensure!(owed == sum, "group {which} owes {owed} yen instead of {sum}");
        }
        ensure!(SUMS.iter().sum::<i64>() == GROSS_YEN, "the sums do not add up");
        let closed = visits.iter().find(|visit| visit.desk == Desk::Second && !second_desk_open(visit.day));
        ensure!(closed.is_none(), "a visit to a closed desk: {closed:?}");
        Ok(())
    }
}

fn counted(visits: &[Visit], which: usize) -> i64 {
    visits.iter().filter(|visit| group(visit.way) == which).map(Visit::counted).sum()
}

/// Draws how a party pays.
type Pick = fn(&mut Dice) -> Way;

fn pick_card(dice: &mut Dice) -> Way {
    use Card::{Amex, Jcb, Mastercard, Visa};
    Way::Card(*dice.pick(&[Visa, Visa, Visa, Visa, Mastercard, Mastercard, Jcb, Jcb, Amex]))
}

fn pick_touch(dice: &mut Dice) -> Way {
    let brands =
        ["transit", "transit", "transit", "nanaco", "nanaco", "waon", "waon", "edy", "id", "quicpay"];
    let brand: &&str = dice.pick(&brands);
    Way::Touch(brand)
}

fn pick_scan(dice: &mut Dice) -> Way {
    Way::Scan(if dice.one_in(5) { Wallet::LinePay } else { Wallet::PayPay })
}

const fn pick_cash(_dice: &mut Dice) -> Way {
    Way::Cash
}

/// A day, a desk and a minute for a party.
fn place(party: Party, way: Way, dice: &mut Dice) -> Result<Visit> {
    let days = (1..=31).map(planted::july).collect::<Result<Vec<_>>>()?;
    let parts = |day: CivilDate| if second_desk_open(day) { BUSY_PARTS } else { QUIET_PARTS };
    let mut thrown = dice.below(days.iter().map(|day| parts(*day)).sum());
    let mut found = days[0];
    for day in days {
        if thrown < parts(day) {
            found = day;
            break;
        }
        thrown -= parts(day);
    }
    let second = second_desk_open(found) && dice.below(10) < 4;
    let minute = u16::try_from(FIRST_MINUTE + dice.below(MINUTES))?;
    let desk = if second { Desk::Second } else { Desk::Main };
    Ok(Visit { day: found, minute, desk, party, way, oddity: Oddity::None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_the_published_month_and_always_the_same() {
        let plan = Plan::make().unwrap();
        assert_eq!(plan, Plan::make().unwrap());
        assert_eq!((CASH_YEN, CREDIT_YEN + ELECTRONIC_MONEY_YEN + CODE_YEN), (458_050, 95_370));
        assert_eq!(GROSS_YEN - COMMISSION_YEN, 560_284);
        let gross: i64 = plan.visits().map(Visit::counted).sum();
        assert_eq!(gross, GROSS_YEN);
        let visits = plan.visits().count();
        assert!((600..1_000).contains(&visits), "{visits} visits");
    }
}
