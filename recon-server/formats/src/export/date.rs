//! Dates and fiscal years as finance systems take them.
//!
//! Pattern words: `YYYY`, `YY` western year; `GG` era (令和), `G` its letter (R), `N` its digit (5 令和, 4 平成, 3 昭和); `EE`, `E` year of
//! the era (two digits, or as it is); `MM` `M` `DD` `D`; anything else stands for itself. Invariant: a date is written in the era that it
//! lies in; a fiscal year in the era of its greater part (2019 is 令和元年度, as `FiscalYear` says it).

use std::{fmt::Write, str::FromStr};

use domain::time::{CivilDate, FiscalYear};

/// A pattern that names no year, or a month or day where a year is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "pattern {0:?} must name a year (YYYY, YY, EE or E); dates need month and day, fiscal years have none"
)]
pub struct NotAnOutputPattern(pub String);

/// Name, letter, digit, years added, first day.
type Era = (&'static str, char, char, i16, (i16, i8, i8));
/// Eras, newest first.
const ERAS: [Era; 3] = [
    ("令和", 'R', '5', 2018, (2019, 5, 1)),
    ("平成", 'H', '4', 1988, (1989, 1, 8)),
    ("昭和", 'S', '3', 1925, (1926, 12, 25)),
];

/// One piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Year4,
    Year2,
    EraName,
    EraLetter,
    EraDigit,
    EraYear2,
    EraYear,
    Month2,
    Month,
    Day2,
    Day,
    Literal(char),
}

/// The words of a pattern, longest first.
const WORDS: [(&str, Piece); 11] = [
    ("YYYY", Piece::Year4),
    ("YY", Piece::Year2),
    ("GG", Piece::EraName),
    ("G", Piece::EraLetter),
    ("N", Piece::EraDigit),
    ("EE", Piece::EraYear2),
    ("E", Piece::EraYear),
    ("MM", Piece::Month2),
    ("M", Piece::Month),
    ("DD", Piece::Day2),
    ("D", Piece::Day),
];

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutputPattern(Vec<Piece>);

impl FromStr for OutputPattern {
    type Err = NotAnOutputPattern;

    fn from_str(text: &str) -> Result<Self, NotAnOutputPattern> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let word = WORDS.iter().find(|(word, _)| rest.starts_with(word));
            let (piece, len) = word.map_or((Piece::Literal(c), c.len_utf8()), |(word, p)| (*p, word.len()));
            pieces.push(piece);
            rest = &rest[len..];
        }
        let year = |p: &Piece| matches!(p, Piece::Year4 | Piece::Year2 | Piece::EraYear2 | Piece::EraYear);
        if pieces.iter().any(year) { Ok(Self(pieces)) } else { Err(NotAnOutputPattern(text.to_owned())) }
    }
}

impl OutputPattern {
    /// Whether it names month and day: fit for dates, not for years.
    pub fn names_a_day(&self) -> bool {
        let month = |p: &Piece| matches!(p, Piece::Month | Piece::Month2);
        let day = |p: &Piece| matches!(p, Piece::Day | Piece::Day2);
        self.0.iter().any(month) && self.0.iter().any(day)
    }

    /// Whether it names a month or a day.
    pub fn names_part_of_a_day(&self) -> bool {
        self.0.iter().any(|p| matches!(p, Piece::Month | Piece::Month2 | Piece::Day | Piece::Day2))
    }

    /// A date; none where its era is not known (before 昭和) and the pattern asks for it.
    pub fn date(&self, date: CivilDate) -> Option<String> {
        self.written(date.year(), date.month(), date.day(), era_of(date))
    }

    /// A fiscal year.
    pub fn year(&self, year: FiscalYear) -> Option<String> {
        let era = ERAS.iter().position(|(.., base, _)| year.0 > *base);
        self.written(year.0, 4, 1, era)
    }

    fn written(&self, year: i16, month: i8, day: i8, era: Option<usize>) -> Option<String> {
        let era = era.and_then(|at| ERAS.get(at));
        let era_year = || era.map(|(.., base, _)| year - base);
        let mut out = String::new();
        for piece in &self.0 {
            let written = match piece {
                Piece::Year4 => write!(out, "{year:04}"),
                Piece::Year2 => write!(out, "{:02}", year.rem_euclid(100)),
                Piece::EraName => write!(out, "{}", era?.0),
                Piece::EraLetter => write!(out, "{}", era?.1),
                Piece::EraDigit => write!(out, "{}", era?.2),
                Piece::EraYear2 => write!(out, "{:02}", era_year()?),
                Piece::EraYear => write!(out, "{}", era_year()?),
                Piece::Month2 => write!(out, "{month:02}"),
                Piece::Month => write!(out, "{month}"),
                Piece::Day2 => write!(out, "{day:02}"),
                Piece::Day => write!(out, "{day}"),
                Piece::Literal(c) => write!(out, "{c}"),
            };
            written.ok()?;
        }
        Some(out)
    }
}

/// The era of a date.
fn era_of(date: CivilDate) -> Option<usize> {
    ERAS.iter().position(|(.., (y, m, d))| CivilDate::new(*y, *m, *d).is_some_and(|begins| date >= begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_years() {
        for (pattern, date, expected) in [
            ("YYYY/MM/DD", "2026-08-03", Some("2026/08/03")),
            ("YYYYMMDD", "2026-08-03", Some("20260803")),
            ("YY-M-D", "2026-08-03", Some("26-8-3")),
            ("GEE.MM.DD", "2026-08-03", Some("R08.08.03")),
            ("NEEMMDD", "2026-08-03", Some("5080803")),
            ("NEEMMDD", "2019-04-30", Some("4310430")),
            ("NEEMMDD", "2019-05-01", Some("5010501")),
            ("GGE年M月D日", "2019-05-01", Some("令和1年5月1日")),
            ("GGE年M月D日", "1989-01-07", Some("昭和64年1月7日")),
            ("EEMMDD", "1926-12-24", None),
        ] {
            let pattern: OutputPattern = pattern.parse().unwrap();
            assert_eq!(pattern.date(date.parse().unwrap()).as_deref(), expected, "{date}");
        }
        for (pattern, year, expected) in
            [("YYYY", 2026, "2026"), ("EE", 2026, "08"), ("GGE年度", 2019, "令和1年度"), ("GEE", 2018, "H30")]
        {
            let pattern: OutputPattern = pattern.parse().unwrap();
            assert_eq!(pattern.year(FiscalYear(year)).as_deref(), Some(expected));
        }
        assert!("MM/DD".parse::<OutputPattern>().is_err());
    }
}
