//! A printed JPQR sheet whose content is known: the same merchant's code with this sale's amount, for the customer display.
//!
//! The payer then types no amount. Invariants: only a static code of JPQR is taken (EMVCo MPM 1.1, JPQR MPM guideline 1.0); nothing but
//! method and amount differs from the printed one. Not here: proof of payment; the clerk still sees the payer's screen.

use domain::money::Yen;
use drivers::codes::mpm::{self, Amount, Mpm};
use serde::Deserialize;

/// Most sheets of one counter.
pub const SHEETS_MAX: usize = 16;

/// One `[[jpqr_sheet]]` table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetConfig {
    /// Number (PosID) as the routes of the profile name it.
    pub number: String,
    /// What the printed symbol carries.
    pub payload: String,
}

/// A sheet that is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its number.
    pub number: String,
    code: Mpm,
}

/// A sheet that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSheet {
    /// It breaks a rule of JPQR.
    #[error("jpqr_sheet {number}: {why}")]
    Code {
        /// Which.
        number: String,
        /// Where, and which rule.
        why: String,
    },
    /// A code for one sale is no printed sheet.
    #[error("jpqr_sheet {0}: the code has an amount; a printed sheet has none")]
    NotStatic(String),
    /// The same number twice, or more than [`SHEETS_MAX`].
    #[error("jpqr_sheet {0}: named twice, or more than {SHEETS_MAX} sheets")]
    Count(String),
}

/// Reads every table.
///
/// # Errors
/// The first sheet that cannot be used.
pub fn understand(tables: &[SheetConfig]) -> Result<Vec<Sheet>, BadSheet> {
    let mut sheets: Vec<Sheet> = Vec::new();
    for table in tables {
        let number = table.number.clone();
        if sheets.len() == SHEETS_MAX || sheets.iter().any(|sheet| sheet.number == number) {
            return Err(BadSheet::Count(number));
        }
        let code = mpm::decode(&table.payload)
            .map_err(|breach| BadSheet::Code { number: number.clone(), why: breach.to_string() })?;
        if code.amount != Amount::Static {
            return Err(BadSheet::NotStatic(number));
        }
        sheets.push(Sheet { number, code });
    }
    Ok(sheets)
}

impl Sheet {
    /// The sheet's code for one sale. `None` for an amount that no code carries.
    #[must_use]
    pub fn with_amount(&self, amount: Yen) -> Option<String> {
        let code = Mpm { amount: Amount::Dynamic(amount), ..self.code.clone() };
        mpm::encode(&code).ok()
    }

    /// The merchant's name that payers see, to compare with the printed sheet.
    #[must_use]
    pub fn name_ja(&self) -> &str {
        &self.code.merchant.name_ja
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `protocols.md` 1.2, V7 and V8: the same merchant, static and for 300 yen.
    const PRINTED: &str = "00020101021126680019jp.or.paymentsjapan0113123456789012302040001030600012304060000075204939953033925802JP5911CITY OFFICE6005TOKYO6107163800164150002JA0105市民課窓口63045186";
    const FOR_300: &str = "00020101021226680019jp.or.paymentsjapan01131234567890123020400010306000123040600000752049399530339254033005802JP5911CITY OFFICE6005TOKYO6107163800164150002JA0105市民課窓口63040A40";

    fn table(payload: &str) -> SheetConfig {
        SheetConfig { number: "S-1".into(), payload: payload.into() }
    }

    #[test]
    fn a_printed_sheet_becomes_a_code_for_one_sale() {
        let sheets = understand(&[table(PRINTED)]).unwrap();
        assert_eq!(sheets[0].with_amount(Yen::new(300)).as_deref(), Some(FOR_300));
        assert_eq!((sheets[0].name_ja(), sheets[0].with_amount(Yen::ZERO)), ("市民課窓口", None));
    }

    #[test]
    fn what_is_no_printed_sheet_is_refused() {
        assert_eq!(understand(&[table(FOR_300)]), Err(BadSheet::NotStatic("S-1".into())));
        assert!(matches!(understand(&[table("0002")]), Err(BadSheet::Code { .. })));
        let twice = understand(&[table(PRINTED), table(PRINTED)]);
        assert_eq!(twice, Err(BadSheet::Count("S-1".into())));
    }
}
