//! Six digits YYMMDD without era mark.
//!
//! Rule (reconciliation.md 6.1, "dates"): 作成日 is read as the era or western year that lies closest to a reference date; the other dates
//! of the file follow in the same calendar and lie closest to 作成日, within the declared period where one of the readings does.
//! So a file never mixes calendars, but may span two eras.

use std::cell::Cell;

use domain::time::CivilDate;

use crate::refusal::Refusal;

use super::{
    field::{FieldSpec, Record},
    model::{DateReading, ReadOptions},
};

/// Days by which the closest reading of 作成日 may lie from the reference date: exports reach back a few years at most.
const CREATED_DISTANCE_DAYS_MAX: i32 = 3_660;
/// Days by which 作成日 may lie after the day on which the file was received, before a reading in the past is preferred.
const CREATED_AHEAD_DAYS_MAX: i32 = 31;

/// Years added to the two digits: 令和, 平成, 昭和.
const ERA_YEARS: [i16; 3] = [2018, 1988, 1925];
/// Years added to the two digits of a western year.
const WESTERN_YEARS: [i16; 2] = [2000, 1900];
/// First day of 令和 and of 平成; a reading before the first day of its era does not exist.
const ERA_BEGINS: [(i16, i8, i8); 3] = [(2019, 5, 1), (1989, 1, 8), (1926, 12, 25)];

/// Bytes of a date.
const DATE_BYTES: usize = 6;

/// A calendar that the whole file uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    /// 和暦
    Japanese,
    /// 西暦
    Western,
}

/// Every date that six digits can mean in a calendar.
fn candidates(digits: &str, calendar: Calendar) -> Vec<CivilDate> {
    let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|text| text.parse::<i8>().ok());
    let (Some(year), Some(month), Some(day)) = (part(0..2), part(2..4), part(4..6)) else {
        return Vec::new();
    };
    match calendar {
        Calendar::Western => WESTERN_YEARS
            .iter()
            .filter_map(|base| CivilDate::new(base + i16::from(year), month, day))
            .collect(),
        Calendar::Japanese if year == 0 => Vec::new(),
        Calendar::Japanese => {
            let mut next_begins = None;
            let mut dates = Vec::new();
            for (base, (y, m, d)) in ERA_YEARS.iter().zip(ERA_BEGINS) {
                let begins = CivilDate::new(y, m, d);
                let date = CivilDate::new(base + i16::from(year), month, day);
                let in_era = |date: &CivilDate| {
                    begins.is_none_or(|b| *date >= b) && next_begins.is_none_or(|n| *date < n)
                };
                dates.extend(date.filter(in_era));
                next_begins = begins;
            }
            dates
        }
    }
}

/// The dates of one file: the first date of a header settles the calendar, every later one follows it.
pub(super) struct Dates<'o> {
    options: &'o ReadOptions,
    settled: Option<(Calendar, CivilDate)>,
    /// The last date that was read: entries of a day stand together.
    last: Cell<Option<([u8; DATE_BYTES], Period, CivilDate)>>,
}

/// First and last day.
type Period = Option<(CivilDate, CivilDate)>;

impl<'o> Dates<'o> {
    /// Nothing settled yet.
    pub const fn new(options: &'o ReadOptions) -> Self {
        Self { options, settled: None, last: Cell::new(None) }
    }

    /// A date of a header; none where it is blank or all zero.
    pub fn header(&mut self, record: Record<'_>, spec: FieldSpec) -> Result<Option<CivilDate>, Refusal> {
        let Some(digits) = record.digits(spec)?.filter(|d| *d != "000000") else { return Ok(None) };
        if self.settled.is_none() {
            let reference = self.options.reference_date;
            let calendar = calendar_of(digits, self.options.dates, reference);
            let read = calendar.and_then(|c| closest(digits, c, reference).map(|date| (c, date)));
            self.last.set(None);
            self.settled =
                read.filter(|(_, date)| date.days_since(reference).abs() <= CREATED_DISTANCE_DAYS_MAX);
            if self.settled.is_none() {
                return Err(record.refuse(
                    spec,
                    "年月日（YYMMDD）として読めません。銀行の日付の表し方（和暦・西暦）を設定してください。",
                ));
            }
        }
        self.within(record, spec, None)
    }

    /// A date in the file's calendar, in the period where one of its readings is; none where it is blank or all zero.
    pub fn within(
        &self,
        record: Record<'_>,
        spec: FieldSpec,
        period: Period,
    ) -> Result<Option<CivilDate>, Refusal> {
        let raw = record.raw(spec).first_chunk().copied();
        if let Some((_, _, date)) =
            self.last.get().filter(|(last, of, _)| (Some(*last), *of) == (raw, period))
        {
            return Ok(Some(date));
        }
        let Some(digits) = record.digits(spec)?.filter(|d| *d != "000000") else { return Ok(None) };
        let date = self.read(record, spec, digits, period)?;
        self.last.set(raw.map(|raw| (raw, period, date)));
        Ok(Some(date))
    }

    fn read(
        &self,
        record: Record<'_>,
        spec: FieldSpec,
        digits: &str,
        period: Period,
    ) -> Result<CivilDate, Refusal> {
        let (calendar, near) = self.settled.unwrap_or((Calendar::Japanese, self.options.reference_date));
        let readings = candidates(digits, calendar);
        let inside = readings
            .into_iter()
            .filter(|date| period.is_some_and(|(from, to)| (from..=to).contains(date)))
            .max();
        inside.or_else(|| closest(digits, calendar, near)).ok_or_else(|| {
            record.refuse(spec, "暦にない日付です。和暦と西暦が混じっていないか銀行に確かめてください。")
        })
    }
}

/// The reading closest to `near`; of two equally close ones the later.
pub(super) fn closest(digits: &str, calendar: Calendar, near: CivilDate) -> Option<CivilDate> {
    candidates(digits, calendar)
        .into_iter()
        .min_by_key(|date| (date.days_since(near).abs(), std::cmp::Reverse(*date)))
}

/// The calendar of a file, from 作成日 (or another date of the header) and the day it was received.
pub(super) fn calendar_of(digits: &str, reading: DateReading, reference: CivilDate) -> Option<Calendar> {
    // A file is not made long after it was received: a reading in the future loses against any in the past.
    let distance = |calendar| {
        let days = closest(digits, calendar, reference)?.days_since(reference);
        Some((days > CREATED_AHEAD_DAYS_MAX, days.abs()))
    };
    match reading {
        DateReading::Japanese => Some(Calendar::Japanese),
        DateReading::Western => Some(Calendar::Western),
        DateReading::Auto => match (distance(Calendar::Japanese), distance(Calendar::Western)) {
            (Some(japanese), Some(western)) if western < japanese => Some(Calendar::Western),
            (Some(_), _) => Some(Calendar::Japanese),
            (None, Some(_)) => Some(Calendar::Western),
            (None, None) => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    /// The pairs of an independent reader (reconciliation.md 6.1), each read near its own time.
    #[test]
    fn eras_without_mark() {
        for (digits, expected) in [
            ("070101", "2025-01-01"),
            ("010501", "2019-05-01"),
            ("310430", "2019-04-30"),
            ("010108", "1989-01-08"),
            ("640107", "1989-01-07"),
            ("080803", "2026-08-03"),
        ] {
            let expected = date(expected);
            for off in [-40, 0, 40] {
                assert_eq!(
                    closest(digits, Calendar::Japanese, expected.plus_days(off)),
                    Some(expected),
                    "{digits}"
                );
            }
        }
    }

    #[test]
    fn the_calendar_is_the_one_that_is_near() {
        let received = date("2026-08-05");
        for (digits, reading, expected) in [
            ("080803", DateReading::Auto, Some(Calendar::Japanese)),
            ("260803", DateReading::Auto, Some(Calendar::Western)),
            ("080803", DateReading::Western, Some(Calendar::Western)),
            ("081303", DateReading::Auto, None),
        ] {
            assert_eq!(calendar_of(digits, reading, received), expected, "{digits}");
        }
    }

    /// "20" received in 2030: the western 2020 lies as far as 令和20年 (2038), which has not come yet.
    #[test]
    fn a_file_is_not_from_the_future() {
        let received = date("2029-04-01");
        assert_eq!(calendar_of("200401", DateReading::Auto, received), Some(Calendar::Western));
        assert_eq!(calendar_of("020401", DateReading::Auto, received), Some(Calendar::Japanese));
    }

    #[test]
    fn no_date_outside_its_era() {
        // 平成31年 ended on 30 April: only 令和31年 has a 1 May.
        assert_eq!(closest("310501", Calendar::Japanese, date("2019-05-01")), Some(date("2049-05-01")));
        assert_eq!(closest("000101", Calendar::Japanese, date("2026-01-01")), None);
        assert_eq!(closest("080230", Calendar::Japanese, date("2026-01-01")), None);
    }
}
