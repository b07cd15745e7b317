//! Amounts as banks and acquirers write them: `1,234`, `¥1,234`, `1234円`, `△500`, `-500`. Anything else is refused, never guessed at.
//!
//! Invariant: a blank cell is no amount, which is not 0.

use domain::money::Yen;

use crate::digits::number;

/// Largest amount or balance of one row, in yen; above it a column was mixed up.
const CELL_YEN_MAX: i64 = 100_000_000_000_000;

/// The amount of a cell; none where it is blank. The error is the remedy.
pub(crate) fn amount(cell: &str) -> Result<Option<Yen>, &'static str> {
    // Bare digits are the common case.
    if let Some(yen) = number(cell.as_bytes()).filter(|yen| *yen <= CELL_YEN_MAX) {
        return Ok(Some(Yen::new(yen)));
    }
    let text = cell.trim_matches([' ', '\u{3000}']);
    if text.is_empty() {
        return Ok(None);
    }
    let (sign, body) = ["-", "△", "▲", "−"]
        .iter()
        .find_map(|minus| text.strip_prefix(minus))
        .map_or((1, text), |rest| (-1, rest));
    let body = body.strip_prefix(['¥', '\\', '￥']).unwrap_or(body);
    let body = body.strip_suffix('円').unwrap_or(body);
    if body.chars().any(|c| ('０'..='９').contains(&c) || c == '，') {
        return Err(
            "全角の数字が入っています。表計算ソフトで保存し直していない元のファイルを入れてください。",
        );
    }
    if body.contains('.') {
        return Err("小数が入っています。円の金額は整数です。列の取り違えがないか確かめてください。");
    }
    if !grouped(body) {
        return Err("金額として読めません。列の取り違えがないか、様式の設定を確かめてください。");
    }
    let digits: String = body.chars().filter(char::is_ascii_digit).collect();
    let yen = digits.parse::<i64>().ok().filter(|yen| *yen <= CELL_YEN_MAX);
    yen.map(|yen| Some(Yen::new(sign * yen)))
        .ok_or("金額が大きすぎます。列の取り違えがないか確かめてください。")
}

/// Digits, with or without commas in groups of three.
fn grouped(body: &str) -> bool {
    let mut groups = body.split(',');
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    digits(first) && (rest.is_empty() || first.len() <= 3) && rest.iter().all(|g| digits(g) && g.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_banks() {
        for (cell, expected) in [
            ("1234", Ok(Some(1_234))),
            ("1,234,567", Ok(Some(1_234_567))),
            ("¥1,234", Ok(Some(1_234))),
            ("\\1,234", Ok(Some(1_234))),
            ("1,234円", Ok(Some(1_234))),
            ("-500", Ok(Some(-500))),
            ("△1,500", Ok(Some(-1_500))),
            ("0", Ok(Some(0))),
            (" 12 ", Ok(Some(12))),
            ("", Ok(None)),
            ("　", Ok(None)),
            ("12,34", Err(())),
            ("1234,567", Err(())),
            ("1.5", Err(())),
            ("１２", Err(())),
            ("--5", Err(())),
            ("5-", Err(())),
            ("=5", Err(())),
            ("円", Err(())),
            ("999999999999999", Err(())),
            ("99999999999999999999", Err(())),
        ] {
            assert_eq!(amount(cell).map(|y| y.map(Yen::get)).map_err(drop), expected, "{cell}");
        }
    }
}
