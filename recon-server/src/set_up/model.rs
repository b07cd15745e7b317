//! What a set-up file holds. Unknown keys are errors wherever the shape is ours.

use domain::{catalogue::CounterProfile, id::CounterId, time::CivilDate};
use engine::Contract;
use serde::Deserialize;

use crate::jobs::import::SourceTerms;

/// Longest span of one 休業 entry, in days.
pub const HOLIDAY_SPAN_MAX_DAYS: i32 = 400;

/// A whole set-up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// 契約
    #[serde(default)]
    pub contracts: Vec<ContractTerms>,
    /// 窓口
    #[serde(default)]
    pub counters: Vec<CounterProfile>,
    /// Days on which banks do not work, besides weekends.
    #[serde(default)]
    pub bank_holidays: Vec<BankDay>,
    /// How sources of files are read, which counts, when they are due.
    #[serde(default)]
    pub sources: Vec<SourceEntry>,
    /// 休業
    #[serde(default)]
    pub counter_holidays: Vec<HolidayEntry>,
}

/// A contract from a day on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractTerms {
    /// First day on which these terms are in force.
    pub valid_from: CivilDate,
    /// The terms.
    pub terms: Contract,
}

/// A source of files from a day on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceEntry {
    /// A contract's id, `payout:` and a contract's id, or `bank:` and an account.
    pub source: String,
    /// First day on which this is in force.
    pub valid_from: CivilDate,
    /// The setting.
    #[serde(default)]
    pub terms: SourceTerms,
}

/// A bank holiday.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankDay {
    /// The day.
    pub day: CivilDate,
    /// Its name.
    pub name: String,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// 月
    Monday,
    /// 火
    Tuesday,
    /// 水
    Wednesday,
    /// 木
    Thursday,
    /// 金
    Friday,
    /// 土
    Saturday,
    /// 日
    Sunday,
}

/// 休業 of a counter: every day of a span, or only some days of the week.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayEntry {
    /// 窓口
    pub counter: CounterId,
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
    /// Only these days of the week; all where empty.
    #[serde(default)]
    pub weekdays: Vec<Weekday>,
    /// Why.
    pub reason: String,
}

impl HolidayEntry {
    /// The days of 休業.
    pub fn days(&self) -> impl Iterator<Item = CivilDate> + '_ {
        let span = self.to.days_since(self.from).min(HOLIDAY_SPAN_MAX_DAYS);
        (0..=span).map(|offset| self.from.plus_days(offset)).filter(|day| self.falls_on(*day))
    }

    fn falls_on(&self, day: CivilDate) -> bool {
        const BY_NUMBER: [Weekday; 7] = [
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
            Weekday::Saturday,
            Weekday::Sunday,
        ];
        let weekday = usize::try_from(day.weekday()).ok().and_then(|number| BY_NUMBER.get(number));
        self.weekdays.is_empty() || weekday.is_some_and(|weekday| self.weekdays.contains(weekday))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_of_a_span() {
        let entry: HolidayEntry = toml::from_str(
            "counter = \"m1\"\nfrom = \"2026-11-01\"\nto = \"2026-11-15\"\nweekdays = [\"saturday\", \"sunday\"]\nreason = \"閉庁日\"",
        )
        .unwrap();
        let days: Vec<String> = entry.days().map(|day| day.to_string()).collect();
        assert_eq!(days, ["2026-11-01", "2026-11-07", "2026-11-08", "2026-11-14", "2026-11-15"]);
    }
}
