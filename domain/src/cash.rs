//! Cash by denomination (金種).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::money::{Yen, YenOverflow};

/// The denominations of Japanese cash in yen, large to small.
pub const DENOMINATIONS: [i64; 10] = [10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1];
/// Largest count of one denomination that a count may name.
pub const PIECES_MAX: u32 = 100_000;

/// 金種別枚数: pieces by denomination in yen.
/// Written as a list of pairs: a map with numbers for keys does not survive a tagged JSON enum.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<(i64, u32)>", into = "Vec<(i64, u32)>")]
pub struct CashCount(BTreeMap<i64, u32>);

impl TryFrom<Vec<(i64, u32)>> for CashCount {
    type Error = CashCountError;
    fn try_from(pieces: Vec<(i64, u32)>) -> Result<Self, CashCountError> {
        Self::new(pieces)
    }
}

impl From<CashCount> for Vec<(i64, u32)> {
    fn from(count: CashCount) -> Self {
        count.0.into_iter().collect()
    }
}

/// A count that names no Japanese cash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CashCountError {
    /// No coin or note of this value.
    #[error("{0} yen is no denomination")]
    NoSuchDenomination(i64),
    /// More pieces than a drawer can hold.
    #[error("more than {PIECES_MAX} pieces of {0} yen")]
    TooMany(i64),
}

impl CashCount {
    /// A count from (denomination in yen, pieces).
    ///
    /// # Errors
    /// When a denomination does not exist or a count is out of bounds.
    pub fn new<I: IntoIterator<Item = (i64, u32)>>(pieces: I) -> Result<Self, CashCountError> {
        let mut counts = BTreeMap::new();
        for (denomination, count) in pieces {
            if !DENOMINATIONS.contains(&denomination) {
                return Err(CashCountError::NoSuchDenomination(denomination));
            }
            if count > PIECES_MAX {
                return Err(CashCountError::TooMany(denomination));
            }
            if count > 0 {
                counts.insert(denomination, count);
            }
        }
        Ok(Self(counts))
    }

    /// The pieces of one denomination.
    #[must_use]
    pub fn pieces(&self, denomination: i64) -> u32 {
        self.0.get(&denomination).copied().unwrap_or(0)
    }

    /// The value of the whole count.
    ///
    /// # Errors
    /// When the sum leaves the range of yen (a count that was checked never does).
    pub fn total(&self) -> Result<Yen, YenOverflow> {
        self.0.iter().try_fold(Yen::ZERO, |sum, (&denomination, &count)| {
            sum.checked_add(Yen::new(denomination).checked_mul(count)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_a_drawer() {
        let count = CashCount::new([(1_000, 20), (500, 10), (100, 40), (10, 100)]).unwrap();
        assert_eq!(count.total(), Ok(Yen::new(30_000)));
        assert_eq!(CashCount::new([(250, 1)]), Err(CashCountError::NoSuchDenomination(250)));
    }
}
