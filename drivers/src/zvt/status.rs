//! Status information (04 0F) as an [`Approval`]: what a terminal says of a payment or of its day (`devices.md` E1, M3, M6).
//!
//! Invariants: a field that is absent stays absent; the card number keeps four digits; an amount that is no whole yen is not rounded.

use domain::{id::BrandCode, money::Yen, payment::Approval};

use super::{
    bmp::{self, Fields},
    command::CURRENCY_YEN,
    config::CurrencyExponent,
    redact,
};
use crate::cat::BrandTotal;

/// TLV tag of the long trace number.
const LONG_TRACE: u32 = 0x1F2B;
/// One brand of BMP 60: count (1, binary), amount (6, BCD).
const TOTAL_BYTES: usize = 7;
/// The brands of BMP 60 in their order: girocard, JCB, Mastercard, American Express, Visa, Diners, other.
const TOTAL_BRANDS: [&str; 7] = ["credit", "jcb", "mastercard", "amex", "visa", "diners", "credit"];

/// What a status information says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// BMP 27.
    pub code: Option<u8>,
    /// BMP 04 in the terminal's units.
    pub units: Option<i64>,
    /// BMP 49 names another currency than yen.
    pub foreign_currency: bool,
    /// BMP 37: trace of the payment that this one takes back.
    pub takes_back: Option<String>,
    /// BMP 60 is present: this is about a day, not about a payment.
    pub totals: Option<Vec<BrandTotal>>,
    /// Everything that identifies the payment.
    pub approval: Approval,
}

/// How an amount compares with what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountCheck {
    /// Equal, or the terminal does not say (`devices.md` E1).
    Agrees,
    /// A hundred times more or less: the exponent of the currency is wrong (`devices.md` M3).
    WrongExponent,
    /// Another amount.
    Differs,
}

impl Status {
    /// Reads the fields of a 04 0F.
    #[must_use]
    pub fn read(fields: &Fields, exponent: CurrencyExponent) -> Self {
        let units = fields.get(bmp::AMOUNT).and_then(bmp::bcd_number);
        Self {
            code: fields.byte(bmp::RESULT),
            units,
            foreign_currency: fields.get(bmp::CURRENCY).is_some_and(|currency| currency != CURRENCY_YEN),
            takes_back: fields.digits(bmp::ORIGINAL_TRACE),
            totals: fields.get(bmp::TOTALS).map(|bytes| totals(bytes, exponent)),
            approval: Approval {
                settled_amount: units.and_then(|units| exponent.to_yen(units)),
                brand: brand(fields),
                terminal_id: fields.digits(bmp::TERMINAL_ID),
                slip_number: fields.digits(bmp::RECEIPT),
                trace_number: fields
                    .tlv(LONG_TRACE)
                    .and_then(bmp::bcd_digits)
                    .or_else(|| fields.digits(bmp::TRACE)),
                approval_code: fields.get(bmp::AUTHORISATION).map(ascii).filter(|code| !code.is_empty()),
                masked_account: fields.get(bmp::PAN).map(redact::account),
                terminal_time: time(fields),
                ..Approval::default()
            },
        }
    }

    /// The result code as it is recorded.
    #[must_use]
    pub fn code_text(&self) -> String {
        self.code.map_or_else(|| "--".to_owned(), |code| format!("{code:02X}"))
    }

    /// Compares the amount with what was asked.
    #[must_use]
    pub fn check_amount(&self, asked: Yen, exponent: CurrencyExponent) -> AmountCheck {
        let (Some(units), Some(asked)) = (self.units, exponent.to_units(asked)) else {
            return AmountCheck::Agrees;
        };
        if units == asked {
            AmountCheck::Agrees
        } else if units.checked_mul(100) == Some(asked) || asked.checked_mul(100) == Some(units) {
            AmountCheck::WrongExponent
        } else {
            AmountCheck::Differs
        }
    }
}

fn ascii(bytes: &[u8]) -> String {
    redact::terminal_text(bytes).trim_matches(['\0', ' ']).to_owned()
}

/// `MM-DD HH:MM:SS`; the year is not on the wire.
fn time(fields: &Fields) -> Option<String> {
    let (date, time) = (fields.digits(bmp::DATE)?, fields.digits(bmp::TIME)?);
    let pair = |text: &str, at: usize| text.get(at..at + 2).map(str::to_owned);
    Some(format!(
        "{}-{} {}:{}:{}",
        pair(&date, 0)?,
        pair(&date, 2)?,
        pair(&time, 0)?,
        pair(&time, 2)?,
        pair(&time, 4)?
    ))
}

/// The brand by card type, else by card name, else `credit`; without either, unknown.
fn brand(fields: &Fields) -> Option<BrandCode> {
    let by_type = match fields.byte(bmp::CARD_TYPE) {
        Some(0x06) => Some("mastercard"),
        Some(0x08) => Some("amex"),
        Some(0x0A | 0x0B | 0x0D) => Some("visa"),
        Some(0x0C) => Some("diners"),
        Some(0x0E) => Some("jcb"),
        _ => None,
    };
    let name = fields.get(bmp::CARD_NAME).map(|name| ascii(name).to_ascii_lowercase());
    let by_name = name.as_deref().and_then(|name| {
        ["visa", "mastercard", "jcb", "amex", "american express", "diners"]
            .into_iter()
            .find(|brand| name.contains(brand))
            .map(|brand| if brand == "american express" { "amex" } else { brand })
    });
    let known = by_type.or(by_name);
    let other = (fields.byte(bmp::CARD_TYPE).is_some() || name.is_some()).then_some("credit");
    known.or(other)?.parse().ok()
}

/// BMP 60: first and last receipt (2 + 2), then the brands. Brands of the same code are added; empty ones are left out.
fn totals(bytes: &[u8], exponent: CurrencyExponent) -> Vec<BrandTotal> {
    let mut found: Vec<BrandTotal> = Vec::new();
    let slots = bytes.get(4..).unwrap_or(&[]).chunks_exact(TOTAL_BYTES);
    for (slot, brand) in slots.zip(TOTAL_BRANDS) {
        let [count, amount @ ..] = slot else { continue };
        let Some(amount) = bmp::bcd_number(amount).and_then(|units| exponent.to_yen(units)) else { continue };
        if *count == 0 && amount == Yen::ZERO {
            continue;
        }
        let count = u32::from(*count);
        match found.iter_mut().find(|total| total.brand == brand) {
            Some(total) => {
                total.count += count;
                total.amount = total.amount.saturating_add(amount);
            }
            None => found.push(BrandTotal { brand: brand.to_owned(), count, amount }),
        }
    }
    found
}

/// Whether an end-of-day block is one that can be read whole.
#[must_use]
pub fn totals_are_whole(fields: &Fields, exponent: CurrencyExponent) -> bool {
    fields.get(bmp::TOTALS).is_some_and(|bytes| {
        let slots = bytes.get(4..).unwrap_or(&[]);
        slots.len() == TOTAL_BYTES * TOTAL_BRANDS.len()
            && slots.chunks_exact(TOTAL_BYTES).all(|slot| {
                slot.get(1..).and_then(bmp::bcd_number).is_some_and(|units| exponent.to_yen(units).is_some())
            })
    })
}

/// A status that repeats the pending pre-authorisations as "none": receipt FFFF (`protocols.md` 4.2).
#[must_use]
pub fn lists_no_pre_authorisation(fields: &Fields) -> bool {
    fields.get(bmp::RECEIPT).is_none_or(|receipt| receipt == [0xFF, 0xFF])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Status {
        Status::read(&Fields::parse(bytes), CurrencyExponent::Zero)
    }

    #[test]
    fn amounts_are_compared_only_where_given() {
        let status = |amount: &[u8]| read(&[&[bmp::RESULT, 0x00][..], amount].concat());
        let thousand = [4, 0, 0, 0, 0, 0x10, 0x00];
        for (amount, asked, expected) in [
            (&thousand[..], 1_000, AmountCheck::Agrees),
            (&thousand, 100_000, AmountCheck::WrongExponent),
            (&thousand, 10, AmountCheck::WrongExponent),
            (&thousand, 900, AmountCheck::Differs),
            (&[], 300, AmountCheck::Agrees),
        ] {
            let check = status(amount).check_amount(Yen::new(asked), CurrencyExponent::Zero);
            assert_eq!(check, expected, "{asked}");
        }
    }

    #[test]
    fn brands_come_from_type_then_name() {
        for (fields, brand) in [
            (&[bmp::CARD_TYPE, 0x0A][..], Some("visa")),
            (&[bmp::CARD_TYPE, 0x0E], Some("jcb")),
            (&[bmp::CARD_TYPE, 0x2E], Some("credit")),
            (&[bmp::CARD_NAME, 0xF0, 0xF4, b'V', b'I', b'S', b'A'], Some("visa")),
            (&[bmp::RESULT, 0], None),
        ] {
            assert_eq!(read(fields).approval.brand.as_ref().map(BrandCode::as_str), brand, "{fields:02X?}");
        }
    }

    #[test]
    fn day_totals_by_brand() {
        let mut bytes = vec![0, 1, 0, 9];
        for (count, amount) in [(1_u8, 500), (0, 0), (2, 600), (0, 0), (3, 900), (0, 0), (1, 40)] {
            bytes.push(count);
            bytes.extend(bmp::to_bcd::<6>(amount).unwrap());
        }
        let total = |brand: &str, count, amount| BrandTotal {
            brand: brand.to_owned(),
            count,
            amount: Yen::new(amount),
        };
        assert_eq!(
            totals(&bytes, CurrencyExponent::Zero),
            [total("credit", 2, 540), total("mastercard", 2, 600), total("visa", 3, 900)]
        );
    }

    #[test]
    fn a_long_trace_wins_and_text_is_trimmed() {
        let status = read(&[
            bmp::TRACE,
            0,
            1,
            0x23,
            bmp::AUTHORISATION,
            b'A',
            b'1',
            b'2',
            b'3',
            b' ',
            b' ',
            b' ',
            0,
            bmp::TLV,
            6,
            0x1F,
            0x2B,
            3,
            0x12,
            0x34,
            0x56,
        ]);
        assert_eq!(status.approval.trace_number.as_deref(), Some("123456"));
        assert_eq!(status.approval.approval_code.as_deref(), Some("A123"));
    }
}
