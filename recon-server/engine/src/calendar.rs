//! Banking days, closing periods and payout days.
//!
//! Invariant: the calendar is dated data (public holidays, 31 December to 3 January) plus weekends; nothing is computed from a year.

use std::collections::BTreeSet;

use domain::time::CivilDate;
use serde::{Deserialize, Serialize};

use crate::contract::{Closing, PayDay, PayoutRule, Shift};

/// Most days in a row that banks may be closed; a calendar that says more is wrong, and the search ends.
const CLOSED_DAYS_MAX: u16 = 60;
/// A day number beyond every month's end.
const MONTH_END_DAY: u8 = 31;

/// Days on which banks do not work, besides Saturdays and Sundays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BankCalendar {
    /// Holidays of banks (銀行法15条, 施行令5条), as dates.
    pub holidays: BTreeSet<CivilDate>,
}

/// A closing period, both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: CivilDate,
    /// Closing day.
    pub to: CivilDate,
}

impl Period {
    /// Whether the day lies in the period.
    #[must_use]
    pub fn holds(self, day: CivilDate) -> bool {
        self.from <= day && day <= self.to
    }
}

impl BankCalendar {
    /// Whether banks work on this day.
    #[must_use]
    pub fn is_banking_day(&self, day: CivilDate) -> bool {
        !day.is_weekend() && !self.holidays.contains(&day)
    }

    /// This day or the next (or previous) banking day.
    #[must_use]
    pub fn shift(&self, day: CivilDate, shift: Shift) -> CivilDate {
        let step = match shift {
            Shift::MonthEndEarlier if day == day.month_end() => -1,
            Shift::Next | Shift::MonthEndEarlier => 1,
            Shift::Previous => -1,
        };
        let mut found = day;
        for _ in 0..CLOSED_DAYS_MAX {
            if self.is_banking_day(found) {
                break;
            }
            found = found.plus_days(step);
        }
        found
    }

    /// The `count`th banking day after a day.
    #[must_use]
    pub fn banking_days_after(&self, day: CivilDate, count: u8) -> CivilDate {
        (0..count).fold(day, |at, _| self.shift(at.plus_days(1), Shift::Next))
    }

    /// Banking days after `from` up to and with `to`, for ageing (reconciliation.md 5.8); negative where `to` lies before.
    #[must_use]
    pub fn banking_days_between(&self, from: CivilDate, to: CivilDate) -> i32 {
        let (first, last, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let days = last.days_since(first).max(0);
        // Whole weeks hold five weekdays each; the rest is at most six steps, and holidays are looked up.
        let weekdays = (0..days % 7).filter(|n| !last.plus_days(-n).is_weekend()).count();
        let weekdays = i32::try_from(weekdays).unwrap_or(0).saturating_add(days / 7 * 5);
        let span = (std::ops::Bound::Excluded(first), std::ops::Bound::Included(last));
        let closed =
            if first < last { self.holidays.range(span).filter(|day| !day.is_weekend()).count() } else { 0 };
        weekdays.saturating_sub(i32::try_from(closed).unwrap_or(i32::MAX)).saturating_mul(sign)
    }

    /// The day on which a closing is paid.
    #[must_use]
    pub fn payout_day(&self, rule: &PayoutRule, closing: CivilDate) -> CivilDate {
        match rule {
            PayoutRule::BusinessDays { after } => self.banking_days_after(closing, *after),
            PayoutRule::DayOfMonth { pay, shift } => self.shift(month_day(closing, *pay), *shift),
            PayoutRule::ByClosingDay { days, shift } => {
                let closes_at_end = closing == closing.month_end();
                let fits = |day: u8| i8::try_from(day) == Ok(closing.day()) || (closes_at_end && day >= 28);
                let pay = days.iter().find(|(day, _)| fits(*day)).or(days.last()).map(|(_, pay)| *pay);
                let raw = pay.map_or(closing.plus_days(1), |pay| month_day(closing, pay));
                self.shift(raw, *shift)
            }
        }
    }
}

/// A day of a month after the month of `of`; the month's last day where it is too short.
fn month_day(of: CivilDate, pay: PayDay) -> CivilDate {
    let mut end = of.month_end();
    for _ in 0..pay.months_after {
        end = end.plus_days(1).month_end();
    }
    day_of_month(end, pay.day)
}

/// A day of the month that ends on `end`.
fn day_of_month(end: CivilDate, day: u8) -> CivilDate {
    let day = i8::try_from(day.clamp(1, MONTH_END_DAY)).unwrap_or(i8::MAX).min(end.day());
    CivilDate::new(end.year(), end.month(), day).unwrap_or(end)
}

/// The closing period that holds a day.
#[must_use]
pub fn period_of(closing: &Closing, day: CivilDate) -> Period {
    let days: &[u8] = match closing {
        Closing::Daily => return Period { from: day, to: day },
        Closing::MonthEnd => &[MONTH_END_DAY],
        Closing::Days(days) if days.is_empty() => &[MONTH_END_DAY],
        Closing::Days(days) => days,
    };
    let this = day.month_end();
    let next = this.plus_days(1).month_end();
    let before = CivilDate::new(day.year(), day.month(), 1).unwrap_or(day).plus_days(-1);
    let mut closings: Vec<CivilDate> = [before, this, next]
        .into_iter()
        .flat_map(|end| days.iter().map(move |d| day_of_month(end, *d)))
        .collect();
    closings.sort_unstable();
    closings.dedup();
    let to = closings.iter().copied().find(|c| *c >= day).unwrap_or(this);
    let from = closings.iter().copied().rfind(|c| *c < day).map_or(day, |c| c.plus_days(1));
    Period { from, to }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    fn calendar() -> BankCalendar {
        BankCalendar { holidays: ["2026-07-20", "2026-08-11", "2026-12-31", "2027-01-01"].map(date).into() }
    }

    #[test]
    fn periods() {
        let fifteen = Closing::Days(vec![15, 31]);
        let three = Closing::Days(vec![10, 20, 31]);
        for (closing, day, from, to) in [
            (&Closing::MonthEnd, "2026-07-31", "2026-07-01", "2026-07-31"),
            (&Closing::MonthEnd, "2028-02-01", "2028-02-01", "2028-02-29"),
            (&Closing::Daily, "2026-07-15", "2026-07-15", "2026-07-15"),
            (&fifteen, "2026-07-15", "2026-07-01", "2026-07-15"),
            (&fifteen, "2026-07-16", "2026-07-16", "2026-07-31"),
            (&fifteen, "2026-02-28", "2026-02-16", "2026-02-28"),
            (&three, "2026-07-11", "2026-07-11", "2026-07-20"),
            (&Closing::Days(vec![15]), "2026-12-16", "2026-12-16", "2027-01-15"),
            (&Closing::Days(vec![15]), "2027-01-03", "2026-12-16", "2027-01-15"),
            (&Closing::Days(vec![30]), "2026-03-01", "2026-03-01", "2026-03-30"),
            (&Closing::Days(vec![30]), "2026-02-28", "2026-01-31", "2026-02-28"),
        ] {
            assert_eq!(
                period_of(closing, date(day)),
                Period { from: date(from), to: date(to) },
                "{closing:?} {day}"
            );
        }
    }

    #[test]
    fn banking_days_apart() {
        for (from, to, expected) in [
            ("2026-07-17", "2026-07-17", 0),
            ("2026-07-17", "2026-07-20", 0),
            ("2026-07-17", "2026-07-21", 1),
            ("2026-07-18", "2026-07-21", 1),
            ("2026-07-01", "2026-07-31", 21),
            ("2026-12-28", "2027-01-04", 3),
            ("2026-07-21", "2026-07-17", -1),
        ] {
            let found = calendar().banking_days_between(date(from), date(to));
            assert_eq!(found, expected, "{from} {to}");
            let slow = (1..=date(to).days_since(date(from)))
                .filter(|n| calendar().is_banking_day(date(from).plus_days(*n)))
                .count();
            assert!(expected < 0 || i32::try_from(slow) == Ok(found), "{from} {to}");
        }
    }

    /// The days of the 入金予定・未入金一覧 in papers.md.
    #[test]
    fn payout_days() {
        let next_day = PayoutRule::BusinessDays { after: 1 };
        let card = PayoutRule::ByClosingDay {
            days: vec![(15, PayDay { months_after: 0, day: 31 }), (31, PayDay { months_after: 1, day: 15 })],
            shift: Shift::Next,
        };
        let fifteenth = PayDay { months_after: 1, day: 15 };
        let mid_month = PayoutRule::DayOfMonth { pay: fifteenth, shift: Shift::MonthEndEarlier };
        let month_end = |shift| PayoutRule::DayOfMonth { pay: PayDay { months_after: 1, day: 31 }, shift };
        for (rule, closing, expected) in [
            (&next_day, "2026-07-31", "2026-08-03"),
            (&next_day, "2026-08-10", "2026-08-12"),
            (&card, "2026-07-15", "2026-07-31"),
            (&card, "2026-07-31", "2026-08-17"),
            (&card, "2027-02-28", "2027-03-15"),
            (&month_end(Shift::Next), "2026-07-31", "2026-08-31"),
            (&month_end(Shift::Next), "2026-11-30", "2027-01-04"),
            (&month_end(Shift::Previous), "2026-11-30", "2026-12-30"),
            (&month_end(Shift::MonthEndEarlier), "2026-11-30", "2026-12-30"),
            (&mid_month, "2026-07-31", "2026-08-17"),
        ] {
            assert_eq!(calendar().payout_day(rule, date(closing)), date(expected), "{closing}");
        }
    }
}
