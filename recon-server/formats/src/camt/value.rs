//! Texts of the message to values: amounts in yen, signs, dates.
//!
//! Invariants: no fraction of a yen, no other currency; an instant with an offset becomes the civil date in Japan.

use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};

use super::node::Node;

/// Largest amount, in yen.
const YEN_MAX: i64 = 100_000_000_000_000;
/// Minutes by which Japan is ahead of UTC.
const JST_OFFSET_MINUTES: i64 = 9 * 60;
const MS_PER_MINUTE: i64 = 60_000;

/// Yen, or the remedy. `1200`, `1200.00`; the currency must be JPY where it is said.
pub(super) fn yen(node: &Node) -> Result<Yen, &'static str> {
    if node.currency.as_deref().is_some_and(|currency| currency != "JPY") {
        return Err("円以外の通貨です。円の口座のファイルだけを取り込んでください。");
    }
    let (whole, fraction) = node.text().split_once('.').unwrap_or((node.text(), ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return Err("金額として読めません。銀行から受け取ったままのファイルを入れ直してください。");
    }
    if fraction.bytes().any(|b| b != b'0') {
        return Err("1円未満の端数があります。円の口座のファイルか確かめてください。");
    }
    let yen = whole.parse::<i64>().ok().filter(|yen| *yen <= YEN_MAX);
    yen.map(Yen::new).ok_or("金額が大きすぎます。ファイルを確かめてください。")
}

/// The sign of `CdtDbtInd`. A reversal has the sign of what it does: it is not turned round again.
pub(super) fn signed(yen: Yen, indicator: Option<&str>) -> Result<Yen, &'static str> {
    match indicator {
        Some("CRDT") => Ok(yen),
        Some("DBIT") => Ok(Yen::new(-yen.get())),
        _ => Err("CRDT（入金）かDBIT（出金）の欄です。銀行に確かめてください。"),
    }
}

/// The date of an element with `Dt` or `DtTm`, or of a plain text.
pub(super) fn date(node: &Node) -> Option<CivilDate> {
    node.text_at(&["Dt"]).or_else(|| node.text_at(&["DtTm"])).or(Some(node.text())).and_then(civil)
}

/// `2026-08-03`, `2026-08-03+09:00`, `2026-08-03T14:05:06`, `…Z`, `…+09:00`. Without offset it is Japan's.
pub(super) fn civil(text: &str) -> Option<CivilDate> {
    let (day, rest) = text.split_at_checked(10)?;
    let day: CivilDate = day.parse().ok()?;
    let Some(time) = rest.strip_prefix('T') else {
        return (rest.is_empty() || offset(rest).is_some()).then_some(day);
    };
    let number = |range: std::ops::Range<usize>| {
        time.get(range).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse::<i8>().ok()
    };
    let (hour, minute, second) = (number(0..2)?, number(3..5)?, number(6..8)?);
    if time.get(2..3)? != ":" || time.get(5..6)? != ":" {
        return None;
    }
    let tail = time.get(8..)?;
    let tail =
        tail.strip_prefix('.').map_or(tail, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let here = Timestamp::from_jst(day, hour, minute, second)?;
    if tail.is_empty() {
        return Some(here.date());
    }
    let ahead = JST_OFFSET_MINUTES - offset(tail)?;
    Some(here.plus_ms(ahead * MS_PER_MINUTE).date())
}

/// Minutes of `Z`, `+09:00`, `-05:30`.
fn offset(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, body) = match text.split_at_checked(1)? {
        ("+", body) => (1, body),
        ("-", body) => (-1, body),
        _ => return None,
    };
    let (hours, minutes) = body.split_once(':')?;
    let two =
        |t: &str| (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<i64>().ok())?;
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_japan() {
        for (text, expected) in [
            ("2026-08-03", Some("2026-08-03")),
            ("2026-08-03+09:00", Some("2026-08-03")),
            ("2026-08-03T23:30:00", Some("2026-08-03")),
            ("2026-08-03T14:59:59Z", Some("2026-08-03")),
            ("2026-08-03T15:00:00Z", Some("2026-08-04")),
            ("2026-08-03T15:00:00.123Z", Some("2026-08-04")),
            ("2026-08-03T00:30:00+09:00", Some("2026-08-03")),
            ("2026-08-03T20:00:00-05:00", Some("2026-08-04")),
            ("2026-02-30", None),
            ("2026-08-03X", None),
            ("2026-08-03T25:00:00", None),
            ("2026-08-03T10-00-00", None),
            ("2026-08-03T10:00:00+9", None),
            ("あああああああああ", None),
            ("", None),
        ] {
            assert_eq!(civil(text).map(|d| d.to_string()).as_deref(), expected, "{text}");
        }
    }
}
