//! Dates as banks and acquirers write them: western or Japanese years, with era mark or without, padded or not.
//!
//! Pattern words: `YYYY` western year; `YY` its last two digits; `G` an era mark (令和, 令, R, …) followed by `E`, a year of that era (元
//! is 1); `EE` two digits of an era year without mark; `MM` `DD` two digits, `M` `D` one or two; `hh` `mm` `ss` two digits, read and
//! not kept; anything else stands for itself. Invariants: an era date lies within its era; a year without mark is the one closest to
//! the reference date; only ASCII digits are digits.

use std::str::FromStr;

use domain::time::CivilDate;

use crate::{Text, mix};

/// Marks of an era, years added, first day.
type Era = (&'static [&'static str], i16, (i16, i8, i8));
/// Eras, newest first.
const ERAS: [Era; 3] = [
    (&["令和", "令", "R", "r", "Ｒ", "㋿"], 2018, (2019, 5, 1)),
    (&["平成", "平", "H", "h", "Ｈ", "㍻"], 1988, (1989, 1, 8)),
    (&["昭和", "昭", "S", "s", "Ｓ", "㍼"], 1925, (1926, 12, 25)),
];

/// A pattern that does not name year, month and day once each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("date pattern {0:?} must name one year (YYYY, YY, EE or G with E), one month and one day")]
pub struct NotADatePattern(pub String);

/// One piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Year4,
    Year2,
    EraMark,
    EraYear,
    EraYear2,
    Month(usize),
    Day(usize),
    Time,
    Literal(char),
}

/// The words of a pattern, longest first.
const WORDS: [(&str, Piece); 12] = [
    ("YYYY", Piece::Year4),
    ("YY", Piece::Year2),
    ("EE", Piece::EraYear2),
    ("E", Piece::EraYear),
    ("G", Piece::EraMark),
    ("MM", Piece::Month(2)),
    ("M", Piece::Month(1)),
    ("DD", Piece::Day(2)),
    ("D", Piece::Day(1)),
    ("hh", Piece::Time),
    ("mm", Piece::Time),
    ("ss", Piece::Time),
];

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DatePattern(Vec<Piece>);

impl FromStr for DatePattern {
    type Err = NotADatePattern;

    fn from_str(text: &str) -> Result<Self, NotADatePattern> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let word = WORDS.iter().find(|(word, _)| rest.starts_with(word));
            let (piece, len) = word.map_or((Piece::Literal(c), c.len_utf8()), |(word, p)| (*p, word.len()));
            pieces.push(piece);
            rest = &rest[len..];
        }
        let count = |test: fn(&Piece) -> bool| pieces.iter().filter(|piece| test(piece)).count();
        let marks = count(|p| *p == Piece::EraMark);
        let era_years = count(|p| *p == Piece::EraYear);
        let plain = count(|p| matches!(p, Piece::Year4 | Piece::Year2 | Piece::EraYear2));
        let years_fit = matches!((plain, marks, era_years), (1, 0, 0) | (0, 1, 1));
        let days_fit =
            count(|p| matches!(p, Piece::Month(_))) == 1 && count(|p| matches!(p, Piece::Day(_))) == 1;
        if years_fit && days_fit { Ok(Self(pieces)) } else { Err(NotADatePattern(text.to_owned())) }
    }
}

/// How the year was written.
#[derive(Debug, Clone, Copy)]
enum Year {
    Western(i16),
    Short(i16),
    Era(usize, i16),
    ShortEra(i16),
}

impl DatePattern {
    /// The date of a cell.
    pub fn read(&self, cell: &str, reference: CivilDate) -> Option<CivilDate> {
        let mut rest = cell;
        let (mut year, mut era, mut month, mut day) = (None, 0, 0, 0);
        for piece in &self.0 {
            rest = match *piece {
                Piece::Literal(c) => rest.strip_prefix(c)?,
                Piece::EraMark => {
                    let found = ERAS.iter().enumerate().find_map(|(index, (marks, ..))| {
                        marks.iter().find_map(|mark| rest.strip_prefix(mark)).map(|after| (index, after))
                    })?;
                    era = found.0;
                    found.1
                }
                Piece::EraYear => {
                    let (number, after) = match rest.strip_prefix('元') {
                        Some(after) => (1, after),
                        None => digits(rest.trim_start_matches(' '), 1, 2)?,
                    };
                    year = Some(Year::Era(era, number));
                    after
                }
                Piece::Year4 => take(rest, 4, |n| year = Some(Year::Western(n)))?,
                Piece::Year2 => take(rest, 2, |n| year = Some(Year::Short(n)))?,
                Piece::EraYear2 => take(rest, 2, |n| year = Some(Year::ShortEra(n)))?,
                Piece::Month(least) => {
                    let (number, after) = digits(rest, least, 2)?;
                    month = i8::try_from(number).ok()?;
                    after
                }
                Piece::Day(least) => {
                    let (number, after) = digits(rest, least, 2)?;
                    day = i8::try_from(number).ok()?;
                    after
                }
                Piece::Time => digits(rest, 2, 2)?.1,
            };
        }
        if rest.is_empty() { dated(year?, month, day, reference) } else { None }
    }
}

/// Bits of a place among the dates that are kept.
const KEPT_BITS: u32 = 6;

/// Reads the dates of one file: it has the same few again and again. The number of those that are kept is bounded.
#[derive(Debug)]
pub(crate) struct Dates {
    /// Tried in this order.
    patterns: Vec<DatePattern>,
    reference: CivilDate,
    kept: Vec<Option<(Text, CivilDate)>>,
}

impl Dates {
    /// By patterns.
    pub fn new(patterns: Vec<DatePattern>, reference: CivilDate) -> Self {
        Self { patterns, reference, kept: vec![None; 1 << KEPT_BITS] }
    }

    /// The date of a cell, by the first pattern that fits.
    pub fn read(&mut self, cell: &str) -> Option<CivilDate> {
        let place = usize::try_from(mix::hash(cell.as_bytes()) >> (u64::BITS - KEPT_BITS));
        let kept = &mut self.kept[place.unwrap_or_default()];
        if let Some((_, date)) = kept.as_ref().filter(|(text, _)| text == cell) {
            return Some(*date);
        }
        let date = self.patterns.iter().find_map(|pattern| pattern.read(cell, self.reference))?;
        *kept = Some((Text::new(cell), date));
        Some(date)
    }
}

/// Exactly `width` digits, handed on; what follows.
fn take(text: &str, width: usize, keep: impl FnOnce(i16)) -> Option<&str> {
    let (number, after) = digits(text, width, width)?;
    keep(number);
    Some(after)
}

/// Between `least` and `most` ASCII digits and what follows.
fn digits(text: &str, least: usize, most: usize) -> Option<(i16, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return None;
    }
    let (head, rest) = text.split_at_checked(count)?;
    Some((head.parse().ok()?, rest))
}

/// The date of a year as it was written.
fn dated(year: Year, month: i8, day: i8, reference: CivilDate) -> Option<CivilDate> {
    let closest = |dates: [Option<CivilDate>; 3]| {
        dates
            .into_iter()
            .flatten()
            .min_by_key(|date| (date.days_since(reference).abs(), std::cmp::Reverse(*date)))
    };
    match year {
        Year::Western(year) => CivilDate::new(year, month, day),
        Year::Short(year) => {
            closest([1900, 2000, 2100].map(|century| CivilDate::new(century + year, month, day)))
        }
        Year::Era(era, year) => in_era(era, year, month, day),
        Year::ShortEra(year) => closest([0, 1, 2].map(|era| in_era(era, year, month, day))),
    }
}

/// A date of an era, if the era has it.
fn in_era(era: usize, year: i16, month: i8, day: i8) -> Option<CivilDate> {
    let (_, base, (y, m, d)) = ERAS.get(era)?;
    let begins = CivilDate::new(*y, *m, *d)?;
    let ends = era
        .checked_sub(1)
        .and_then(|next| ERAS.get(next))
        .and_then(|(_, _, (y, m, d))| CivilDate::new(*y, *m, *d));
    let date = CivilDate::new(base + year, month, day).filter(|_| year > 0)?;
    (date >= begins && ends.is_none_or(|ends| date < ends)).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_banks() {
        let reference: CivilDate = "2026-08-05".parse().unwrap();
        for (pattern, cell, expected) in [
            ("YYYY/MM/DD", "2026/08/03", Some("2026-08-03")),
            ("YYYY/M/D", "2026/8/3", Some("2026-08-03")),
            ("YYYY/M/D", "2026/08/03", Some("2026-08-03")),
            ("YYYYMMDD", "20260803", Some("2026-08-03")),
            ("YYYY年MM月DD日", "2026年08月03日", Some("2026-08-03")),
            ("GE年M月D日", "令和8年8月3日", Some("2026-08-03")),
            ("GE年M月D日", "令和元年5月1日", Some("2019-05-01")),
            ("GE年M月D日", "平成31年4月30日", Some("2019-04-30")),
            ("GE年M月D日", "令和 8年8月3日", Some("2026-08-03")),
            ("GE.MM.DD", "R08.08.03", Some("2026-08-03")),
            ("GE.MM.DD", "H31.04.30", Some("2019-04-30")),
            ("EEMMDD", "080803", Some("2026-08-03")),
            ("EE-MM-DD", "31-04-30", Some("2019-04-30")),
            ("YY/MM/DD", "26/08/03", Some("2026-08-03")),
            ("YY/MM/DD", "99/08/03", Some("1999-08-03")),
            ("YYYY/MM/DD hh:mm:ss", "2026/08/03 14:05:06", Some("2026-08-03")),
            // An era does not reach beyond its days.
            ("GE年M月D日", "平成31年5月1日", None),
            ("GE年M月D日", "令和元年4月30日", None),
            ("GE年M月D日", "令和0年5月1日", None),
            ("GE年M月D日", "大正3年5月1日", None),
            ("YYYY/MM/DD", "2026/8/3", None),
            ("YYYY/MM/DD", "2026/02/30", None),
            ("YYYY/MM/DD", "2026/08/03 ", None),
            ("YYYY/MM/DD", "２０２６/08/03", None),
            ("YYYY/MM/DD", "", None),
            ("YYYY/M/D", "2026/123/1", None),
        ] {
            let pattern_of = || pattern.parse::<DatePattern>().unwrap();
            let read = pattern_of().read(cell, reference);
            assert_eq!(read.map(|date| date.to_string()).as_deref(), expected, "{pattern} {cell}");
            let mut dates = Dates::new(vec![pattern_of()], reference);
            // Others between, so that a date is met, kept and taken out again.
            for n in (0..200).chain(0..2) {
                assert_eq!((n, dates.read(cell)), (n, read));
                dates.read(&format!("2026/08/{:02}", n % 31));
            }
        }
    }

    #[test]
    fn patterns_that_are_none() {
        for bad in ["MM/DD", "YYYY/MM", "GMMDD", "E/MM/DD", "YYYY/YY/MM/DD", "GE/YYYY/MM/DD", ""] {
            assert!(bad.parse::<DatePattern>().is_err(), "{bad}");
        }
    }
}
