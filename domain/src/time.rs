//! Instants and civil dates, kept apart by type. Civil time is Japan Standard Time, which has no daylight saving.
//!
//! Invariant: nothing here reads a clock; time enters as a parameter.

use std::{fmt, str::FromStr};

use jiff::{civil, tz::Offset};
use serde::{Deserialize, Serialize};

/// Seconds of UTC offset of Japan Standard Time.
const JST_OFFSET_HOURS: i8 = 9;
/// The month in which a municipal fiscal year begins (地方自治法208条).
const FISCAL_YEAR_FIRST_MONTH: i8 = 4;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// An instant from microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(us: i64) -> Self {
        Self(us)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, towards the past.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The instant `ms` milliseconds later (earlier when negative).
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms.saturating_mul(1_000)))
    }

    /// Milliseconds from `earlier` to `self`.
    #[must_use]
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000
    }

    /// The civil date and time in Japan.
    #[must_use]
    pub fn jst(self) -> civil::DateTime {
        let clamped = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Offset::constant(JST_OFFSET_HOURS).to_datetime(clamped)
    }

    /// The civil date in Japan.
    #[must_use]
    pub fn date(self) -> CivilDate {
        CivilDate(self.jst().date())
    }

    /// `HH:MM` in Japan, for screens.
    #[must_use]
    pub fn hour_minute(self) -> String {
        let jst = self.jst();
        format!("{:02}:{:02}", jst.hour(), jst.minute())
    }

    /// `YYYY-MM-DD HH:MM:SS` in Japan, for papers.
    #[must_use]
    pub fn to_paper(self) -> String {
        let jst = self.jst();
        format!("{} {:02}:{:02}:{:02}", CivilDate(jst.date()), jst.hour(), jst.minute(), jst.second())
    }

    /// The instant of a civil date and time in Japan.
    #[must_use]
    pub fn from_jst(date: CivilDate, hour: i8, minute: i8, second: i8) -> Option<Self> {
        let at = civil::DateTime::from_parts(date.0, civil::Time::new(hour, minute, second, 0).ok()?);
        let instant = Offset::constant(JST_OFFSET_HOURS).to_timestamp(at).ok()?;
        Some(Self(instant.as_microsecond()))
    }
}

/// A day of the civil calendar in Japan, written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate(civil::Date);

/// A text that is not a date of the form `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date of the form YYYY-MM-DD")]
pub struct NotADate(pub String);

impl CivilDate {
    /// A date, if the calendar has it.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        civil::Date::new(year, month, day).ok().map(Self)
    }

    /// A date written in the program's own tables; one that the calendar does not have does not compile there.
    #[must_use]
    pub(crate) const fn constant(year: i16, month: i8, day: i8) -> Self {
        Self(civil::date(year, month, day))
    }

    /// Year of the common era.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// Month 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// Day of the month.
    #[must_use]
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// The date `days` later (earlier when negative); stays at the end of the calendar.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        let span = jiff::Span::new().try_days(i64::from(days)).unwrap_or_default();
        Self(self.0.saturating_add(span))
    }

    /// The last day of this date's month.
    #[must_use]
    pub fn month_end(self) -> Self {
        Self(self.0.last_of_month())
    }

    /// Days from `earlier` to `self`.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i32 {
        self.0.since(earlier.0).map_or(0, |span| span.get_days())
    }

    /// 0 = Monday … 6 = Sunday.
    #[must_use]
    pub fn weekday(self) -> i8 {
        self.0.weekday().to_monday_zero_offset()
    }

    /// Saturday or Sunday: banks do not pay.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        self.weekday() >= 5
    }

    /// The municipal fiscal year (1 April to 31 March) that holds this date.
    #[must_use]
    pub fn fiscal_year(self) -> FiscalYear {
        let before_april = self.0.month() < FISCAL_YEAR_FIRST_MONTH;
        FiscalYear(if before_april { self.0.year() - 1 } else { self.0.year() })
    }

    /// `令和8年7月31日(金)`, as papers and screens write it; dates before the era began keep the western year.
    #[must_use]
    pub fn to_japanese(self) -> String {
        const DAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
        let weekday = usize::try_from(self.weekday()).ok().and_then(|i| DAYS.get(i)).copied().unwrap_or("");
        let reiwa_begins = civil::date(2019, 5, 1);
        let year = if self.0 >= reiwa_begins {
            match self.0.year() - 2018 {
                1 => "令和元年".to_owned(),
                n => format!("令和{n}年"),
            }
        } else {
            format!("{}年", self.0.year())
        };
        format!("{year}{}月{}日({weekday})", self.0.month(), self.0.day())
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day()))
    }
}

impl FromStr for CivilDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let refuse = || NotADate(text.chars().take(20).collect());
        let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else { return Err(refuse()) };
        let all_digits = [year, month, day].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
        if (year.len(), month.len(), day.len()) != (4, 2, 2) || !all_digits {
            return Err(refuse());
        }
        let number = |part: &str| part.parse::<i16>().map_err(|_| refuse());
        let small = |part: &str| part.parse::<i8>().map_err(|_| refuse());
        Self::new(number(year)?, small(month)?, small(day)?).ok_or_else(refuse)
    }
}

impl Serialize for CivilDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CivilDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A municipal fiscal year by the year of its 1 April: 2026 is 令和8年度.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FiscalYear(pub i16);

impl FiscalYear {
    /// `令和8年度`.
    #[must_use]
    pub fn to_japanese(self) -> String {
        if self.0 >= 2019 { format!("令和{}年度", self.0 - 2018) } else { format!("{}年度", self.0) }
    }

    /// 1 April; none beyond the calendar's range.
    #[must_use]
    pub fn first_day(self) -> Option<CivilDate> {
        CivilDate::new(self.0, 4, 1)
    }

    /// 出納閉鎖: 31 May after the year's end (地方自治法235条の5).
    #[must_use]
    pub fn accounts_close(self) -> Option<CivilDate> {
        CivilDate::new(self.0 + 1, 5, 31)
    }
}

/// Where the wall clock comes from. Production reads the system, tests and the simulation step it.
pub trait Clock: Send + Sync {
    /// The wall time.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_year_turns_in_april() {
        for (day, year) in [("2026-03-31", 2025), ("2026-04-01", 2026), ("2027-01-04", 2026)] {
            assert_eq!(date(day).fiscal_year(), FiscalYear(year));
        }
        assert_eq!(FiscalYear(2025).accounts_close(), Some(date("2026-05-31")));
    }

    #[test]
    fn civil_time_is_japanese() {
        let midnight = Timestamp::from_jst(date("2026-08-01"), 0, 0, 0).unwrap();
        assert_eq!(midnight.date(), date("2026-08-01"));
        assert_eq!(midnight.plus_ms(-1).date(), date("2026-07-31"));
        assert_eq!(midnight.to_paper(), "2026-08-01 00:00:00");
    }

    #[test]
    fn reads_only_plain_dates() {
        for bad in ["2026-7-31", "2026/07/31", "2026-02-30", "", "2026-07-31x", "+026-07-31"] {
            assert!(bad.parse::<CivilDate>().is_err(), "{bad}");
        }
        assert_eq!(date("2026-07-31").to_japanese(), "令和8年7月31日(金)");
        assert_eq!(date("2026-07-31").month_end(), date("2026-07-31"));
        assert_eq!(date("2026-08-03").days_since(date("2026-07-31")), 3);
    }
}
