//! Dates of rows as days since 1970, remembering the last one: most files are of one day or one month.

use domain::time::CivilDate;

/// Longest text of a date.
const DATE_LENGTH_MAX_BYTES: usize = 10;

/// Days since 1970-01-01 as a date.
pub(crate) fn to_date(days: u16) -> Option<CivilDate> {
    Some(CivilDate::new(1970, 1, 1)?.plus_days(i32::from(days)))
}

/// The first and the last eight bytes of a text of 8 to 10 bytes: they are the text.
type Seen = (usize, [u8; 8], [u8; 8]);

/// Reads dates.
#[derive(Default)]
pub(crate) struct Dates {
    last: Option<(Seen, u16)>,
}

impl Dates {
    /// Days since 1970 of `2026-07-01`, `2026/07/01` or `20260701`; a time of day after a space or a `T` is not looked at.
    #[inline]
    pub fn read(&mut self, field: &[u8]) -> Option<u16> {
        let text = match field.get(DATE_LENGTH_MAX_BYTES) {
            Some(b' ' | b'T') => field.get(..DATE_LENGTH_MAX_BYTES)?,
            Some(_) => return None,
            None => field,
        };
        let seen = (text.len(), *text.first_chunk()?, *text.last_chunk()?);
        if let Some((last, days)) = &self.last
            && *last == seen
        {
            return Some(*days);
        }
        let days = read(text)?;
        self.last = Some((seen, days));
        Some(days)
    }
}

fn read(text: &[u8]) -> Option<u16> {
    let digits: Vec<u8> = match text {
        [_, _, _, _, b'-', _, _, b'-', _, _] | [_, _, _, _, b'/', _, _, b'/', _, _] => {
            text.iter().copied().filter(|byte| !matches!(byte, b'-' | b'/')).collect()
        }
        [_, _, _, _, _, _, _, _] => text.to_vec(),
        _ => return None,
    };
    if digits.len() != 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        digits[range].iter().fold(0_i16, |number, digit| number * 10 + i16::from(digit - b'0'))
    };
    let (month, day) = (i8::try_from(number(4..6)).ok()?, i8::try_from(number(6..8)).ok()?);
    let date = CivilDate::new(number(0..4), month, day)?;
    u16::try_from(date.days_since(CivilDate::new(1970, 1, 1)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_ways_of_writing_are_one_day() {
        let mut dates = Dates::default();
        let day = dates.read(b"2026-07-01");
        assert_eq!(day.and_then(to_date), CivilDate::new(2026, 7, 1));
        for text in
            ["2026/07/01", "20260701", "2026-07-01 23:59:59", "2026-07-01T00:00:00+09:00", "2026-07-01"]
        {
            assert_eq!(dates.read(text.as_bytes()), day, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let mut dates = Dates::default();
        for text in [
            "",
            "2026-13-01",
            "2026-02-29",
            "2026-7-1",
            "2026-07-011",
            "1969-12-31",
            "2026-07/01",
            "202607-1",
            "20x60701",
            "2026070",
            "9999-12-31",
        ] {
            assert_eq!(dates.read(text.as_bytes()), None, "{text}");
        }
    }
}
