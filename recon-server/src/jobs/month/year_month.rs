//! A calendar month, `YYYY-MM`.

use std::{fmt, str::FromStr};

use domain::time::CivilDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A calendar month in Japan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearMonth(CivilDate);

/// A text that is no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("「{0}」は年月ではありません。2022-07 のように書いてください。")]
pub struct NotAMonth(pub String);

impl YearMonth {
    /// The month that holds a day.
    #[must_use]
    pub fn of(day: CivilDate) -> Self {
        Self(CivilDate::new(day.year(), day.month(), 1).unwrap_or(day))
    }

    /// Its first day.
    #[must_use]
    pub const fn first(self) -> CivilDate {
        self.0
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> CivilDate {
        self.0.month_end()
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn holds(self, day: CivilDate) -> bool {
        self.first() <= day && day <= self.last()
    }

    /// The month before.
    #[must_use]
    pub fn before(self) -> Self {
        Self::of(self.first().plus_days(-1))
    }

    /// The month after.
    #[must_use]
    pub fn after(self) -> Self {
        Self::of(self.last().plus_days(1))
    }

    /// `令和4年7月`, as papers and screens write it.
    #[must_use]
    pub fn to_japanese(self) -> String {
        let day = self.first().to_japanese();
        day.split_inclusive('月').next().unwrap_or_default().to_owned()
    }

    /// Its days in order.
    pub fn days(self) -> impl Iterator<Item = CivilDate> {
        (0..=self.last().days_since(self.first())).map(move |offset| self.first().plus_days(offset))
    }
}

impl FromStr for YearMonth {
    type Err = NotAMonth;
    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let first = if text.len() == 7 { format!("{text}-01").parse::<CivilDate>().ok() } else { None };
        first.map(Self).ok_or_else(|| NotAMonth(text.to_owned()))
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl Serialize for YearMonth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for YearMonth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months() {
        let february: YearMonth = "2028-02".parse().unwrap();
        assert_eq!(february.last().to_string(), "2028-02-29");
        assert_eq!(february.days().count(), 29);
        assert_eq!(february.to_japanese(), "令和10年2月");
        assert_eq!(february.after().to_string(), "2028-03");
        let january: YearMonth = "2028-01".parse().unwrap();
        assert_eq!(january.before().to_string(), "2027-12");
        for wrong in ["2028", "2028-13", "2028-2", "2028-02-01", "令和4年7月", ""] {
            assert!(wrong.parse::<YearMonth>().is_err(), "{wrong}");
        }
    }
}
