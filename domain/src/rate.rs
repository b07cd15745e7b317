//! Rates of fees and taxes, each with a named rounding.
//!
//! Invariant: a rate times yen becomes yen only through [`Rounding`]; the default of the arithmetic library is never used.

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

use crate::money::{Yen, YenOverflow};

/// Parts per million: 1.98% is 19,800.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ppm(pub u32);

/// How a fraction of a yen becomes a yen. Contracts name one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// 切捨て: towards zero.
    Floor,
    /// 四捨五入: half away from zero.
    HalfUp,
    /// 切上げ: away from zero.
    Ceil,
}

impl Ppm {
    /// The rate applied to an amount. Negative amounts are rounded by magnitude, so that a refund gives back what the sale cost.
    ///
    /// # Errors
    /// When the result leaves the range of yen.
    pub fn of(self, amount: Yen, rounding: Rounding) -> Result<Yen, YenOverflow> {
        let strategy = match rounding {
            Rounding::Floor => RoundingStrategy::ToZero,
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::Ceil => RoundingStrategy::AwayFromZero,
        };
        Decimal::from(amount.get())
            .checked_mul(Decimal::new(i64::from(self.0), 6))
            .map(|exact| exact.round_dp_with_strategy(0, strategy))
            .and_then(|rounded| rounded.to_i64())
            .map(Yen::new)
            .ok_or(YenOverflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked case C1: 100 × 300 at 1.98%, tax 10%, floor unless said.
    #[test]
    fn worked_case_c1() {
        let (rate, tax) = (Ppm(19_800), Ppm(100_000));
        let each = |r| rate.of(Yen::new(300), r).unwrap().checked_mul(100).unwrap();
        for (fee, expected_fee, expected_tax) in [
            (each(Rounding::Floor), 500, 50),
            (each(Rounding::HalfUp), 600, 60),
            (rate.of(Yen::new(30_000), Rounding::Floor).unwrap(), 594, 59),
        ] {
            assert_eq!(fee, Yen::new(expected_fee));
            assert_eq!(tax.of(fee, Rounding::Floor).unwrap(), Yen::new(expected_tax));
        }
    }

    #[test]
    fn a_refund_mirrors_its_sale() {
        assert_eq!(Ppm(19_800).of(Yen::new(-300), Rounding::Floor), Ok(Yen::new(-5)));
        assert_eq!(Ppm(19_800).of(Yen::new(-300), Rounding::Ceil), Ok(Yen::new(-6)));
    }
}
