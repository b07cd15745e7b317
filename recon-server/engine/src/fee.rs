//! 決済手数料 of one closing, recomputed from its rows by the rules that were in force on their days.
//!
//! Invariants: every rounding is named by the contract; the tax is taken on the closing's fee (papers C1), or is a part of it where the
//! rate includes it. Rows under different rules never share a rounding: each rule has its own sum, and the fees are added.

use std::collections::BTreeMap;

use domain::{
    id::BrandCode,
    money::{Yen, YenOverflow},
    time::CivilDate,
};

use crate::contract::{Contract, FeeBase, FeeRule, TaxForm};

/// Parts per million of the whole.
const MILLION: i128 = 1_000_000;

/// Fee and tax on it, both positive where the sales outweigh the refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fee {
    /// 手数料
    pub fee: Yen,
    /// 消費税
    pub tax: Yen,
}

impl Fee {
    /// `self + other`.
    ///
    /// # Errors
    /// When the sum leaves the range of yen.
    pub fn plus(self, other: Self) -> Result<Self, YenOverflow> {
        Ok(Self { fee: self.fee.checked_add(other.fee)?, tax: self.tax.checked_add(other.tax)? })
    }

    /// Fee and tax in one figure, as it is kept back.
    ///
    /// # Errors
    /// When the sum leaves the range of yen.
    pub fn with_tax(self) -> Result<Yen, YenOverflow> {
        self.fee.checked_add(self.tax)
    }
}

/// One amount that a fee is taken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// The day of the sale.
    pub day: CivilDate,
    /// ブランド, where it is known.
    pub brand: Option<BrandCode>,
    /// Signed: sale positive, refund negative.
    pub amount: Yen,
}

/// The fee of a closing by the rules of a contract, each on the rows of its own days.
///
/// # Errors
/// When a sum leaves the range of yen.
pub fn dated_fee(contract: &Contract, charged: &[Charged]) -> Result<Fee, YenOverflow> {
    let mut segments: BTreeMap<Option<CivilDate>, (FeeRule, Vec<&Charged>)> = BTreeMap::new();
    for one in charged {
        let terms = contract.terms_on(one.day);
        // Without history the rule is the same on every day: one segment.
        let since = (!contract.terms.is_empty()).then_some(terms.valid_from);
        segments.entry(since).or_insert_with(|| (terms.fee, Vec::new())).1.push(one);
    }
    segments.into_values().try_fold(Fee::default(), |sum, (rule, rows)| sum.plus(fee(&rule, &rows)?))
}

/// What makes one base: the place of a row, or a day and brand, or nothing.
type BaseKey<'a> = (usize, Option<CivilDate>, Option<&'a BrandCode>);

/// The fee of one rule on the signed amounts of a closing.
///
/// # Errors
/// When a sum leaves the range of yen.
pub fn fee(rule: &FeeRule, rows: &[&Charged]) -> Result<Fee, YenOverflow> {
    let mut bases: BTreeMap<BaseKey<'_>, Vec<Yen>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        if rule.refund_returns_fee || !row.amount.is_negative() {
            let key = match rule.base {
                FeeBase::Each => (place, None, None),
                FeeBase::BrandDay => (0, Some(row.day), row.brand.as_ref()),
                FeeBase::ClosingTotal => (0, None, None),
            };
            bases.entry(key).or_default().push(row.amount);
        }
    }
    let of_base = |amounts: Vec<Yen>| -> Result<Yen, YenOverflow> {
        let base = Yen::try_sum(amounts)?;
        let fee = rule.rate.of(base, rule.rounding)?;
        Ok(if base > Yen::ZERO { fee.max(rule.minimum) } else { fee })
    };
    let kept = bases.into_values().try_fold(Yen::ZERO, |sum, base| sum.checked_add(of_base(base)?))?;
    match rule.tax_form {
        TaxForm::Separate => Ok(Fee { fee: kept, tax: rule.tax_rate.of(kept, rule.tax_rounding)? }),
        TaxForm::Included => {
            let tax = tax_within(rule, kept)?;
            Ok(Fee { fee: kept.checked_sub(tax)?, tax })
        }
    }
}

/// The tax inside a figure that includes it: `kept × t ÷ (1 + t)`, rounded by magnitude as the contract says.
fn tax_within(rule: &FeeRule, kept: Yen) -> Result<Yen, YenOverflow> {
    let (rate, size) = (i128::from(rule.tax_rate.0), i128::from(kept.get().unsigned_abs()));
    let (above, below) = (size * rate, MILLION + rate);
    let tax = match rule.tax_rounding {
        domain::rate::Rounding::Floor => above / below,
        domain::rate::Rounding::HalfUp => (above * 2 + below) / (below * 2),
        domain::rate::Rounding::Ceil => (above + below - 1) / below,
    };
    let tax = i64::try_from(tax).map_err(|_| YenOverflow)?;
    Ok(Yen::new(if kept.is_negative() { -tax } else { tax }))
}

#[cfg(test)]
mod tests;
