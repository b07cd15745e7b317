//! The merchant's code (MPM): the citizen scans it from paper or from a screen.
//!
//! [`emv`] reads what every EMVCo code must be, [`jpqr`] what JPQR asks on top, [`encode`] writes both forms: static (a printed
//! sign, the payer types the amount) and dynamic (one sale, with its amount). Invariants: [`encode`] gives only what [`decode`]
//! reads back as the same value; LEN counts characters, the CRC counts UTF-8 bytes (`protocols.md` 1.1).
//! Not here: an operator's own order code, which is an opaque URL.

pub mod emv;
pub mod jpqr;
mod rule;
pub(crate) mod tlv;

use std::collections::BTreeMap;

use domain::money::Yen;

pub use self::{jpqr::decode, rule::Rule};
use super::{Breach, crc::crc};

/// Longest code, in characters (EMVCo MPM 1.1, 3.2).
pub const CODE_LENGTH_MAX_CHARS: usize = 512;
/// The globally unique identifier of JPQR.
pub const JPQR_GUID: &str = "jp.or.paymentsjapan";
/// Where we put the JPQR account; a reader accepts 26 to 51.
const ACCOUNT_ID: u8 = 26;
/// Longest value that two digits of length can say, in characters.
const VALUE_LENGTH_MAX_CHARS: usize = 99;

/// IDs within template 62 (EMVCo MPM 1.1, 4.8).
pub mod additional {
    /// Bill number.
    pub const BILL: u8 = 1;
    /// Mobile number.
    pub const MOBILE: u8 = 2;
    /// Store label.
    pub const STORE: u8 = 3;
    /// Reference label: our number of the sale.
    pub const REFERENCE: u8 = 5;
    /// Terminal label: our counter.
    pub const TERMINAL: u8 = 7;
    /// Purpose of the transaction.
    pub const PURPOSE: u8 = 8;
}

/// Static or dynamic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// `01` = 11: used for ever, the payer types the amount.
    Static,
    /// `01` = 12: one sale.
    Dynamic(Yen),
}

/// Who is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Digits of 13, 4, 6 and 6 places: operator-side identifier and three ranks below it (store, terminal, free use).
    pub account: [String; 4],
    /// 52: merchant category code, 4 digits (9399 government services, 7991 sights).
    pub category: String,
    /// 59: 1 to 25 ASCII characters.
    pub name: String,
    /// 60: 1 to 15 ASCII characters.
    pub city: String,
    /// 61: required by JPQR.
    pub postal_code: String,
    /// 64 01: name in Japanese, 1 to 25 characters.
    pub name_ja: String,
}

/// A JPQR merchant's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mpm {
    /// Static or dynamic.
    pub amount: Amount,
    /// Who is paid.
    pub merchant: Merchant,
    /// Template 62 by ID ([`additional`]); each value 1 to 25 characters.
    pub additional: BTreeMap<u8, String>,
}

/// A value that no code can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Longer than two digits of length can say.
    #[error("the value of ID {0:02} is longer than {VALUE_LENGTH_MAX_CHARS} characters")]
    TooLong(u8),
    /// The finished code would break a rule.
    #[error("the code would break a rule {0}")]
    Breach(#[from] Breach<Rule>),
    /// The code would read back as another value.
    #[error("the code would read back as something else")]
    Ambiguous,
}

/// Writes the code, with its CRC.
///
/// # Errors
/// When a value does not fit, names or amount among them.
pub fn encode(code: &Mpm) -> Result<String, Unfit> {
    let merchant = &code.merchant;
    let mut text = object(0, "01")?;
    text += &match code.amount {
        Amount::Static => object(1, "11")?,
        Amount::Dynamic(_) => object(1, "12")?,
    };
    let mut account = object(0, JPQR_GUID)?;
    for (id, part) in (1..).zip(&merchant.account) {
        account += &object(id, part)?;
    }
    text += &object(ACCOUNT_ID, &account)?;
    text += &object(52, &merchant.category)?;
    text += &object(53, "392")?;
    if let Amount::Dynamic(yen) = code.amount {
        text += &object(54, &yen.get().to_string())?;
    }
    text += &object(58, "JP")?;
    text += &object(59, &merchant.name)?;
    text += &object(60, &merchant.city)?;
    text += &object(61, &merchant.postal_code)?;
    if !code.additional.is_empty() {
        let objects: Result<String, Unfit> =
            code.additional.iter().map(|(id, value)| object(*id, value)).collect();
        text += &object(62, &objects?)?;
    }
    text += &object(64, &format!("{}{}", object(0, "JA")?, object(1, &merchant.name_ja)?))?;
    text += "6304";
    text += &format!("{:04X}", crc(text.as_bytes()));
    if decode(&text)? == *code { Ok(text) } else { Err(Unfit::Ambiguous) }
}

fn object(id: u8, value: &str) -> Result<String, Unfit> {
    let length = value.chars().count();
    if id > 99 || length > VALUE_LENGTH_MAX_CHARS {
        return Err(Unfit::TooLong(id));
    }
    Ok(format!("{id:02}{length:02}{value}"))
}
