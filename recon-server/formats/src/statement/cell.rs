//! Cells to values: amounts, dates. Strict: what a person would have to guess at is refused.
//!
//! Invariant: only ASCII digits are digits (`１，２００` is refused), no fraction, no sign but one leading minus.

use std::{ops::Range, str::FromStr};

use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};

use crate::digits::number;

/// Largest amount of one row, in yen; above it a column was mixed up.
pub(super) const ROW_YEN_MAX: i64 = 1_000_000_000_000;

/// Why a cell is no amount: the remedy, in Japanese.
pub(super) fn amount(cell: &str, grouping: bool) -> Result<Yen, &'static str> {
    // Bare digits are the common case.
    if let Some(yen) = number(cell.as_bytes()).filter(|yen| *yen <= ROW_YEN_MAX) {
        return Ok(Yen::new(yen));
    }
    if cell.is_empty() {
        return Err("金額が空です。決済会社の画面からもう一度ダウンロードしてください。");
    }
    let (sign, body) = cell.strip_prefix('-').map_or((1, cell), |rest| (-1, rest));
    if body.chars().any(|c| ('０'..='９').contains(&c) || matches!(c, '，' | '．' | '－' | '￥')) {
        return Err("全角の数字や記号が入っています。半角の数字だけにした元のファイルを入れ直してください。");
    }
    if body.contains('.') {
        return Err("小数が入っています。円の金額は整数です。列の取り違えがないか確かめてください。");
    }
    let digits = if body.contains(',') {
        if !grouping || !is_grouped(body) {
            return Err(
                "桁区切りのカンマが入っています。表計算ソフトで保存し直していない元のファイルを入れてください。",
            );
        }
        body.replace(',', "")
    } else {
        body.to_owned()
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("金額として読めません。半角の数字だけにした元のファイルを入れ直してください。");
    }
    let magnitude = digits.parse::<i64>().ok().filter(|yen| *yen <= ROW_YEN_MAX);
    magnitude
        .map(|yen| Yen::new(sign * yen))
        .ok_or("金額が大きすぎます。列の取り違えがないか確かめてください。")
}

/// Groups of three, as in `1,234,567`.
fn is_grouped(body: &str) -> bool {
    body.split(',').enumerate().all(|(i, group)| {
        let digits = group.bytes().all(|b| b.is_ascii_digit());
        digits && if i == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 }
    })
}

/// A pattern that does not name year, month and day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("date pattern {0:?} must name YYYY, MM and DD, and may name hh, mm, ss")]
pub struct NotAPattern(pub String);

/// One piece of a date pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Literal(char),
}

/// `YYYY/MM/DD hh:mm:ss` and the like, with fixed widths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DatePattern(Vec<Piece>);

/// The words of a pattern and their pieces.
const WORDS: [(&str, Piece); 6] = [
    ("YYYY", Piece::Year),
    ("MM", Piece::Month),
    ("DD", Piece::Day),
    ("hh", Piece::Hour),
    ("mm", Piece::Minute),
    ("ss", Piece::Second),
];

impl FromStr for DatePattern {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, NotAPattern> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some((word, piece)) = WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
                pieces.push(*piece);
                rest = &rest[word.len()..];
            } else {
                pieces.push(Piece::Literal(c));
                rest = &rest[c.len_utf8()..];
            }
        }
        let complete = [Piece::Year, Piece::Month, Piece::Day].iter().all(|piece| pieces.contains(piece));
        if complete { Ok(Self(pieces)) } else { Err(NotAPattern(text.to_owned())) }
    }
}

impl DatePattern {
    /// The instant of a cell in Japan; midnight where the pattern has no time.
    pub fn read(&self, cell: &str) -> Option<Timestamp> {
        let (date, hour, minute, second) = self.parts(cell)?;
        Timestamp::from_jst(CivilDate::new(date.0, date.1, date.2)?, hour, minute, second)
    }

    /// Year, month and day, hour, minute, second as they stand there.
    fn parts(&self, cell: &str) -> Option<(Day, i8, i8, i8)> {
        let mut rest = cell;
        let (mut year, mut parts) = (0_i16, [0_i8; 5]);
        for piece in &self.0 {
            rest = match piece {
                Piece::Literal(c) => rest.strip_prefix(*c)?,
                Piece::Year => {
                    let (digits, after) = digits(rest, 4)?;
                    year = digits.bytes().fold(0, |year, b| year * 10 + i16::from(b - b'0'));
                    after
                }
                other => {
                    let (digits, after) = digits(rest, 2)?;
                    let number = digits.bytes().fold(0_u8, |number, b| number * 10 + (b - b'0'));
                    parts[slot(*other)?] = i8::try_from(number).ok()?;
                    after
                }
            };
        }
        let [month, day, hour, minute, second] = parts;
        rest.is_empty().then_some(((year, month, day), hour, minute, second))
    }

    /// The cell of an instant.
    pub fn write(&self, at: Timestamp) -> String {
        let jst = at.jst();
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Year => out.push_str(&format!("{:04}", jst.year())),
                Piece::Month => out.push_str(&format!("{:02}", jst.month())),
                Piece::Day => out.push_str(&format!("{:02}", jst.day())),
                Piece::Hour => out.push_str(&format!("{:02}", jst.hour())),
                Piece::Minute => out.push_str(&format!("{:02}", jst.minute())),
                Piece::Second => out.push_str(&format!("{:02}", jst.second())),
                Piece::Literal(c) => out.push(*c),
            }
        }
        out
    }
}

/// Year, month and day.
type Day = (i16, i8, i8);

/// Reads the dates of one file: rows of a day stand together, and a day begins at one instant.
#[derive(Debug)]
pub(super) struct Dates {
    pattern: DatePattern,
    places: Option<Places>,
    /// The last day and its midnight.
    last: Option<(Day, Timestamp)>,
}

impl Dates {
    /// By a pattern.
    pub fn new(pattern: DatePattern) -> Self {
        Self { places: Places::of(&pattern), pattern, last: None }
    }

    /// The instant of a cell in Japan, as [`DatePattern::read`] has it.
    pub fn read(&mut self, cell: &str) -> Option<Timestamp> {
        let (date, hour, minute, second) = match &self.places {
            Some(places) => places.parts(cell.as_bytes())?,
            None => self.pattern.parts(cell)?,
        };
        let in_day = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
        // Before, Japan had summer time, and not every day has 24 hours.
        if !in_day || date.0 < LAST_SUMMER_TIME_YEAR + 1 {
            return self.pattern.read(cell);
        }
        let midnight = match self.last {
            Some((day, midnight)) if day == date => midnight,
            _ => Timestamp::from_jst(CivilDate::new(date.0, date.1, date.2)?, 0, 0, 0)?,
        };
        self.last = Some((date, midnight));
        let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
        Some(midnight.plus_ms(seconds * 1_000))
    }
}

/// Where the pieces of a pattern of single bytes stand, so that a cell is read without being cut up.
#[derive(Debug)]
struct Places {
    /// What may stand in the first places.
    head: Half,
    /// What may stand in the last places, some of which may be among the first.
    tail: Half,
    width: usize,
    year: usize,
    /// Month, day, hour, minute, second.
    parts: [Option<usize>; 5],
}

/// Places that are looked at together.
const HALF_BYTES: usize = 16;
/// Longest pattern that is read by places, in bytes.
const PLACES_MAX: usize = 2 * HALF_BYTES;

/// The least byte that may stand in each of some places, and by how much it may be more: 0 and 9 where a digit stands.
#[derive(Debug, Clone, Copy)]
struct Half {
    least: [u8; HALF_BYTES],
    more: [u8; HALF_BYTES],
}

impl Half {
    /// Whether they stand there. All places are looked at, without stopping at the first that does not fit.
    fn fits(&self, text: &[u8; HALF_BYTES]) -> bool {
        let places = text.iter().zip(&self.least).zip(&self.more);
        places.fold(true, |all, ((byte, least), more)| all & (byte.wrapping_sub(*least) <= *more))
    }
}

impl Places {
    /// The places of a pattern; none where it is long, not of single bytes, or names a piece twice.
    fn of(pattern: &DatePattern) -> Option<Self> {
        let (mut least, mut more) = ([0; PLACES_MAX], [u8::MAX; PLACES_MAX]);
        let any = Half { least: [0; HALF_BYTES], more: [u8::MAX; HALF_BYTES] };
        let mut places = Self { head: any, tail: any, width: 0, year: usize::MAX, parts: [None; 5] };
        // What stands in some places; none where they are beyond the last.
        let mut expect = |places: Range<usize>, first: u8, above: u8| {
            least.get_mut(places.clone())?.fill(first);
            more.get_mut(places.clone())?.fill(above);
            Some(places.end)
        };
        for piece in &pattern.0 {
            let at = places.width;
            match piece {
                Piece::Literal(c) => {
                    let literal = u8::try_from(*c).ok().filter(u8::is_ascii)?;
                    places.width = expect(at..at + 1, literal, 0)?;
                }
                Piece::Year if places.year == usize::MAX => {
                    places.year = at;
                    places.width = expect(at..at + 4, b'0', 9)?;
                }
                Piece::Year => return None,
                other => {
                    let part = places.parts.get_mut(slot(*other)?)?;
                    if part.replace(at).is_some() {
                        return None;
                    }
                    places.width = expect(at..at + 2, b'0', 9)?;
                }
            }
        }
        let tail = places.width.saturating_sub(HALF_BYTES);
        let half = |from: usize| {
            let bytes = |of: &[u8; PLACES_MAX]| of.get(from..)?.first_chunk().copied();
            Some(Half { least: bytes(&least)?, more: bytes(&more)? })
        };
        (places.head, places.tail) = (half(0)?, half(tail)?);
        Some(places)
    }

    /// What [`DatePattern::parts`] says of a cell.
    fn parts(&self, cell: &[u8]) -> Option<(Day, i8, i8, i8)> {
        let mut short = [0; HALF_BYTES];
        let (head, tail) = match (cell.first_chunk(), cell.last_chunk()) {
            (Some(head), Some(tail)) => (head, tail),
            _ => {
                short.get_mut(..cell.len())?.copy_from_slice(cell);
                (&short, &short)
            }
        };
        if cell.len() != self.width || !self.head.fits(head) || !self.tail.fits(tail) {
            return None;
        }
        let pair = |at: usize| match cell.get(at..at + 2) {
            Some([tens, ones]) => i8::try_from((tens - b'0') * 10 + (ones - b'0')).ok(),
            _ => None,
        };
        let year = i16::from(pair(self.year)?) * 100 + i16::from(pair(self.year + 2)?);
        let [month, day, hour, minute, second] = self.parts.map(|at| at.map_or(Some(0), pair));
        Some(((year, month?, day?), hour?, minute?, second?))
    }
}

/// The last year in which Japan had summer time.
const LAST_SUMMER_TIME_YEAR: i16 = 1951;

/// Place of a two-digit piece.
const fn slot(piece: Piece) -> Option<usize> {
    match piece {
        Piece::Month => Some(0),
        Piece::Day => Some(1),
        Piece::Hour => Some(2),
        Piece::Minute => Some(3),
        Piece::Second => Some(4),
        Piece::Year | Piece::Literal(_) => None,
    }
}

/// Exactly `count` ASCII digits and what follows.
fn digits(text: &str, count: usize) -> Option<(&str, &str)> {
    let (head, rest) = text.split_at_checked(count)?;
    head.bytes().all(|b| b.is_ascii_digit()).then_some((head, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (cell, grouping, expected) in [
            ("1200", false, Some(1_200)),
            ("-450", false, Some(-450)),
            ("0", false, Some(0)),
            ("1,200", true, Some(1_200)),
            ("1,234,567", true, Some(1_234_567)),
            ("1,200", false, None),
            ("12,00", true, None),
            (",200", true, None),
            ("１，２００", true, None),
            ("１２００", false, None),
            ("1200.5", false, None),
            ("1200.0", false, None),
            ("", false, None),
            ("-", false, None),
            ("+5", false, None),
            (" 5", false, None),
            ("=1200", false, None),
            ("¥300", false, None),
            ("9999999999999", false, None),
            ("99999999999999999999", false, None),
        ] {
            assert_eq!(amount(cell, grouping).ok().map(Yen::get), expected, "{cell}");
        }
    }

    #[test]
    fn dates() {
        let pattern: DatePattern = "YYYY/MM/DD hh:mm:ss".parse().unwrap();
        let at = pattern.read("2026/07/15 14:03:11").unwrap();
        assert_eq!(at.to_paper(), "2026-07-15 14:03:11");
        assert_eq!(pattern.write(at), "2026/07/15 14:03:11");
        for bad in [
            "2026/7/15 14:03:11",
            "2026-07-15 14:03:11",
            "2026/02/30 00:00:00",
            "2026/07/15",
            "2026/07/15 24:00:00",
            "2026/07/15 14:03:11 ",
            "２０２６/07/15 14:03:11",
        ] {
            assert_eq!(pattern.read(bad), None, "{bad}");
        }
        let mut dates = Dates::new(pattern.clone());
        for cell in [
            "2026/07/15 14:03:11",
            "2026/07/15 23:59:59",
            "2026/07/16 00:00:00",
            "1950/07/01 12:00:00",
            "2026/07/16 24:00:00",
        ] {
            assert_eq!(dates.read(cell), pattern.read(cell), "{cell}");
        }
        for (text, cell) in [
            ("YYYYMMDDhhmmss", "20260715140311"),
            ("YYYY年MM月DD日 hh:mm", "2026年07月15日 14:03"),
            ("YYYY-MM-DDThh:mm:ss+09:00", "2026-07-15T14:03:11+09:00"),
            ("DD.MM.YYYY", "15.07.2026"),
        ] {
            let pattern: DatePattern = text.parse().unwrap();
            let mut dates = Dates::new(pattern.clone());
            assert!(pattern.read(cell).is_some(), "{text}");
            assert_eq!(dates.read(cell), pattern.read(cell), "{text}");
            for at in 0..cell.len() {
                for byte in [b'0', b'9', b'/', b' '] {
                    let mut other = cell.as_bytes().to_vec();
                    other[at] = byte;
                    let Ok(other) = String::from_utf8(other) else { continue };
                    assert_eq!(dates.read(&other), pattern.read(&other), "{text}: {other}");
                }
                let cut = cell.get(..at).unwrap_or_default();
                assert_eq!(dates.read(cut), pattern.read(cut), "{text}: {cut}");
            }
        }
        let day: DatePattern = "YYYYMMDD".parse().unwrap();
        assert_eq!(day.read("20260715").unwrap().to_paper(), "2026-07-15 00:00:00");
        assert!("hh:mm".parse::<DatePattern>().is_err());
    }
}
