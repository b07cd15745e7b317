//! Money: whole yen, signed, checked.
//!
//! Invariant: no float and no rounding ever touches an amount; every operation that could leave the range says so.
//! Not here: rates and their rounding ([`crate::rate`]).

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in whole yen; negative where the books need it (refunds, fees deducted).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Yen(i64);

/// A sum left the range of `i64` yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("amount leaves the range of 64-bit yen")]
pub struct YenOverflow;

impl Yen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of `yen`.
    #[must_use]
    pub const fn new(yen: i64) -> Self {
        Self(yen)
    }

    /// The number of yen.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// `self + other`.
    ///
    /// # Errors
    /// When the sum leaves the range.
    pub fn checked_add(self, other: Self) -> Result<Self, YenOverflow> {
        self.0.checked_add(other.0).map(Self).ok_or(YenOverflow)
    }

    /// `self - other`.
    ///
    /// # Errors
    /// When the difference leaves the range.
    pub fn checked_sub(self, other: Self) -> Result<Self, YenOverflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(YenOverflow)
    }

    /// `self × quantity`.
    ///
    /// # Errors
    /// When the product leaves the range.
    pub fn checked_mul(self, quantity: u32) -> Result<Self, YenOverflow> {
        self.0.checked_mul(i64::from(quantity)).map(Self).ok_or(YenOverflow)
    }

    /// `-self`.
    ///
    /// # Errors
    /// When the negation leaves the range.
    pub fn checked_neg(self) -> Result<Self, YenOverflow> {
        self.0.checked_neg().map(Self).ok_or(YenOverflow)
    }

    /// The sum of all amounts.
    ///
    /// # Errors
    /// When the sum leaves the range.
    pub fn try_sum<I: IntoIterator<Item = Self>>(amounts: I) -> Result<Self, YenOverflow> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Adds, staying at the end of the range instead of failing. Only for folds over what was accepted before
    /// (`evolve` is total); amounts are bounded on the way in, so the end is never reached.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Subtracts, staying at the end of the range; see [`Yen::saturating_add`].
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Whether the amount is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl From<Yen> for i64 {
    fn from(yen: Yen) -> Self {
        yen.0
    }
}

/// Groups of three, `▲` for negatives as Japanese books write them: `▲1,234`.
impl fmt::Display for Yen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 3);
        if self.0 < 0 {
            text.push('▲');
        }
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_groups_of_three() {
        for (yen, text) in [
            (0, "0"),
            (300, "300"),
            (1_000, "1,000"),
            (-450, "▲450"),
            (1_234_567, "1,234,567"),
            (-12_345, "▲12,345"),
        ] {
            assert_eq!(Yen::new(yen).to_string(), text);
        }
    }

    #[test]
    fn refuses_to_leave_the_range() {
        assert_eq!(Yen::new(i64::MAX).checked_add(Yen::new(1)), Err(YenOverflow));
        assert_eq!(Yen::new(i64::MIN).checked_neg(), Err(YenOverflow));
        assert_eq!(Yen::try_sum([Yen::new(300), Yen::new(-20)]), Ok(Yen::new(280)));
    }
}
