//! The payment slip of convenience stores and counters: GS1-128 with 44 digits (料金代理収納; `protocols.md` 7, `devices.md` 1).
//!
//! `91` (AI) · issuer 6 · free 21 · times reissued 1 · due date 6 · revenue stamp 1 · amount 6 · check digit 1.
//! Invariants: the check digit covers the application identifier (one vendor's sample; `devices.md` 1); a slip that breaks a rule is
//! refused with its place. Not here: whether the issuer is ours, and eL-QR, whose layout is not published.

use std::fmt;

use domain::{money::Yen, time::CivilDate};

use crate::codes::{Breach, PaymentCode};

/// Digits of a slip.
pub const SLIP_DIGITS: usize = 44;
/// The application identifier.
const AI: &str = "91";
/// A due date that is none (`protocols.md` marks it as to be checked).
const NO_DUE_DATE: &str = "999999";
/// The century of a due date: slips live for months.
const CENTURY: i16 = 2_000;

/// What a slip says.
#[derive(Clone, PartialEq, Eq)]
pub struct Slip {
    /// 収納代行会社・企業コード.
    pub issuer: String,
    /// The issuer's own 21 digits: they name a person's bill.
    pub free: String,
    /// How often it was issued again.
    pub reissued: u8,
    /// Last day, where there is one.
    pub due: Option<CivilDate>,
    /// 印紙フラグ as printed.
    pub stamp: u8,
    /// Whole yen.
    pub amount: Yen,
}

/// The free digits lead to a person.
impl fmt::Debug for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slip")
            .field("issuer", &self.issuer)
            .field("reissued", &self.reissued)
            .field("due", &self.due)
            .field("stamp", &self.stamp)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

/// A rule of the slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// Fixed length.
    #[error("a slip has {SLIP_DIGITS} digits")]
    Length,
    /// Digits only.
    #[error("a slip has digits only")]
    Digits,
    /// AI 91.
    #[error("a slip begins with 91")]
    Identifier,
    /// The check digit.
    #[error("the check digit fits (modulus 10, weight 3 from the right, 91 included)")]
    CheckDigit,
    /// A date.
    #[error("the due date is a day of the calendar, or 999999")]
    DueDate,
}

/// Whether a number is meant to be a slip: such a number is read or refused, never taken for a payer's barcode.
#[must_use]
pub fn looks_like(text: &str) -> bool {
    text.len() == SLIP_DIGITS && text.starts_with(AI) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Modulus 10 with weights 3, 1, 3, … from the right. `None` where a character is no digit.
#[must_use]
pub fn check_digit(digits: &str) -> Option<char> {
    let sum = digits
        .chars()
        .rev()
        .zip([3, 1].into_iter().cycle())
        .try_fold(0_u32, |sum, (c, weight)| Some((sum + c.to_digit(10)? * weight) % 10))?;
    char::from_digit((10 - sum) % 10, 10)
}

/// Reads a slip.
///
/// # Errors
/// The first rule that it breaks, and where.
pub fn read(code: &PaymentCode) -> Result<Slip, Breach<Rule>> {
    let text = code.expose();
    let breach = |offset, rule| Breach { offset, rule };
    if let Some(at) = text.bytes().position(|byte| !byte.is_ascii_digit()) {
        return Err(breach(at, Rule::Digits));
    }
    if text.len() != SLIP_DIGITS {
        return Err(breach(text.len().min(SLIP_DIGITS), Rule::Length));
    }
    if !text.starts_with(AI) {
        return Err(breach(0, Rule::Identifier));
    }
    let (body, check) = text.split_at(SLIP_DIGITS - 1);
    if !check_digit(body).is_some_and(|digit| check.starts_with(digit)) {
        return Err(breach(SLIP_DIGITS - 1, Rule::CheckDigit));
    }
    let digit = |at: usize| text.as_bytes().get(at).map_or(0, |byte| byte.saturating_sub(b'0'));
    Ok(Slip {
        issuer: text[2..8].to_owned(),
        free: text[8..29].to_owned(),
        reissued: digit(29),
        due: due_date(&text[30..36]).ok_or(breach(30, Rule::DueDate))?,
        stamp: digit(36),
        amount: Yen::new(text[37..43].parse().unwrap_or(0)),
    })
}

/// `YYMMDD`; the outer `None` is a day that no calendar has.
fn due_date(digits: &str) -> Option<Option<CivilDate>> {
    if digits == NO_DUE_DATE {
        return Some(None);
    }
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i8>().ok();
    CivilDate::new(CENTURY + i16::from(part(0..2)?), part(2..4)?, part(4..6)?).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `devices.md` 1: one vendor's sample, check digit 4.
    const SAMPLE: &str = "9191234500000000000000452087500401310029500";

    fn sealed(body: &str) -> PaymentCode {
        PaymentCode::new(format!("{body}{}", check_digit(body).unwrap())).unwrap()
    }

    #[test]
    fn the_sample_reads_as_its_parts() {
        assert_eq!(check_digit(SAMPLE), Some('4'));
        let slip = read(&sealed(SAMPLE)).unwrap();
        assert_eq!((slip.issuer.as_str(), slip.free.as_str()), ("912345", "000000000000004520875"));
        assert_eq!((slip.reissued, slip.stamp, slip.amount), (0, 0, Yen::new(29_500)));
        assert_eq!(slip.due, CivilDate::new(2004, 1, 31));
        assert!(!format!("{slip:?}").contains("4520875"));
        let without = SAMPLE.replacen("040131", "999999", 1);
        assert_eq!(read(&sealed(&without)).unwrap().due, None);
    }

    #[test]
    fn jan_has_the_same_check_digit() {
        // GS1 General Specifications, 7.9: 629104150021 → 3.
        assert_eq!(check_digit("629104150021"), Some('3'));
        assert_eq!(check_digit("62910415002X"), None);
    }

    #[test]
    fn broken_slips_name_rule_and_place() {
        let refused = |text: &str| read(&PaymentCode::new(text).unwrap()).unwrap_err();
        for (text, offset, rule) in [
            (format!("{SAMPLE}5"), 43, Rule::CheckDigit),
            (SAMPLE.to_owned(), 43, Rule::Length),
            (format!("{SAMPLE}40"), 44, Rule::Length),
            (format!("9{SAMPLE}"), 0, Rule::Identifier),
            (SAMPLE.replace('5', "X"), 7, Rule::Digits),
            (sealed(&SAMPLE.replacen("040131", "040231", 1)).expose().to_owned(), 30, Rule::DueDate),
        ] {
            assert_eq!(refused(&text), Breach { offset, rule }, "{text}");
        }
    }

    #[test]
    fn every_single_wrong_digit_is_found() {
        let good = sealed(SAMPLE).expose().to_owned();
        for at in 2..good.len() {
            for digit in b'0'..=b'9' {
                let mut bytes = good.clone().into_bytes();
                if std::mem::replace(&mut bytes[at], digit) != digit {
                    let code = PaymentCode::new(String::from_utf8(bytes).unwrap()).unwrap();
                    assert_eq!(read(&code).unwrap_err().rule, Rule::CheckDigit);
                }
            }
        }
    }
}
