//! 決済手数料 of one closing, recomputed from its rows.
//!
//! Invariant: every rounding is named by the contract; the tax is taken on the closing's fee (papers C1).

use domain::money::{Yen, YenOverflow};

use crate::contract::{FeeBase, FeeRule};

/// Fee and tax on it, both positive where the sales outweigh the refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fee {
    /// 手数料
    pub fee: Yen,
    /// 消費税
    pub tax: Yen,
}

/// The fee on the signed amounts of a closing.
///
/// # Errors
/// When a sum leaves the range of yen.
pub fn fee(rule: &FeeRule, amounts: &[Yen]) -> Result<Fee, YenOverflow> {
    let charged = amounts.iter().copied().filter(|amount| rule.refund_returns_fee || !amount.is_negative());
    let fee = match rule.base {
        FeeBase::Each => charged
            .map(|amount| rule.rate.of(amount, rule.rounding))
            .try_fold(Yen::ZERO, |sum, fee| sum.checked_add(fee?))?,
        FeeBase::ClosingTotal => rule.rate.of(Yen::try_sum(charged)?, rule.rounding)?,
    };
    Ok(Fee { fee, tax: rule.tax_rate.of(fee, rule.tax_rounding)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rate::{Ppm, Rounding};

    fn rule(base: FeeBase, rounding: Rounding) -> FeeRule {
        FeeRule {
            rate: Ppm(19_800),
            base,
            rounding,
            tax_rate: Ppm(100_000),
            tax_rounding: Rounding::Floor,
            refund_returns_fee: true,
        }
    }

    /// Worked case C1: 100 × 300 at 1.98%: fee, tax, net.
    #[test]
    fn worked_case_c1() {
        let amounts = vec![Yen::new(300); 100];
        for (base, rounding, expected) in [
            (FeeBase::Each, Rounding::Floor, (500, 50, 29_450)),
            (FeeBase::Each, Rounding::HalfUp, (600, 60, 29_340)),
            (FeeBase::ClosingTotal, Rounding::Floor, (594, 59, 29_347)),
        ] {
            let Fee { fee, tax } = fee(&rule(base, rounding), &amounts).unwrap();
            assert_eq!((fee.get(), tax.get(), 30_000 - fee.get() - tax.get()), expected);
        }
    }

    #[test]
    fn refunds_give_their_fee_back_or_not() {
        let amounts = [30_450, -450].map(Yen::new);
        let returns = rule(FeeBase::ClosingTotal, Rounding::Floor);
        assert_eq!(fee(&returns, &amounts).unwrap(), Fee { fee: Yen::new(594), tax: Yen::new(59) });
        let keeps = FeeRule { refund_returns_fee: false, ..returns };
        assert_eq!(fee(&keeps, &amounts).unwrap(), Fee { fee: Yen::new(602), tax: Yen::new(60) });
    }
}
