//! Splits a sum over weights so that the parts add up to it exactly: largest remainder, ties to the earlier part.
//!
//! Invariant: Σ parts = total, for any weights; a negative total is split like its magnitude.

/// The parts of `total`, one per weight. Negative weights count as 0; where all are 0, the first part takes everything.
#[must_use]
pub fn allocate(total: i64, weights: &[i64]) -> Vec<i64> {
    let weights: Vec<i128> = weights.iter().map(|w| i128::from((*w).max(0))).collect();
    let sum: i128 = weights.iter().sum();
    let magnitude = i128::from(total.unsigned_abs());
    if sum == 0 {
        return (0..weights.len()).map(|i| if i == 0 { total } else { 0 }).collect();
    }
    let mut parts: Vec<i128> = weights.iter().map(|w| magnitude * w / sum).collect();
    let left = magnitude - parts.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(magnitude * weights[*i] % sum), *i));
    for i in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[i] += 1;
    }
    let sign = if total < 0 { -1 } else { 1 };
    parts.into_iter().map(|part| i64::try_from(sign * part).unwrap_or(total)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts() {
        for (total, weights, expected) in [
            (653, &[30_000][..], &[653][..]),
            (100, &[1, 1, 1], &[34, 33, 33]),
            (-100, &[1, 1, 1], &[-34, -33, -33]),
            (7, &[0, 0], &[7, 0]),
            (10, &[5, -3, 5], &[5, 0, 5]),
            // Worked case C3, pro rata: fee 594 over 9,300 and 20,700.
            (594, &[9_300, 20_700], &[184, 410]),
            (1, &[], &[]),
        ] {
            assert_eq!(allocate(total, weights), expected, "{total} {weights:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(total in any::<i64>(), weights in prop::collection::vec(-5_i64..1_000_000_000, 1..20)) {
            let parts = allocate(total, &weights);
            prop_assert_eq!(parts.iter().map(|p| i128::from(*p)).sum::<i128>(), i128::from(total));
            prop_assert!(parts.iter().all(|p| p.signum() * total.signum() >= 0));
        }
    }
}
