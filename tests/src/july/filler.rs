//! Parties that together owe exactly a sum: drawn by weight, and at the end made to fit to the yen.
//!
//! Invariant: the parties' amounts add up to the sum, or there is an error; nothing is rounded.

use anyhow::{Result, ensure};

use super::visit::{Party, amount};
use crate::simulation::Dice;

/// Below this rest, in yen, the parties are made to fit instead of drawn.
const FITTING_FROM_YEN: i64 = 2_500;
/// Smallest rest, in yen, that can always be fitted: nine children with a coupon.
const FITS_FROM_YEN: i64 = 810;
/// Adults in one fitted party.
const ADULTS_MAX: i64 = 3;

/// A party and how often it comes, in parts of the whole.
type Weighted = (u32, &'static [(&'static str, u32)]);

/// Who comes to a small museum.
const PARTIES: [Weighted; 16] = [
    (16, &[("adult", 1)]),
    (38, &[("adult", 2)]),
    (7, &[("adult", 3)]),
    (6, &[("adult", 4)]),
    (8, &[("adult", 2), ("child", 1)]),
    (10, &[("adult", 2), ("child", 2)]),
    (4, &[("adult", 2), ("high", 1)]),
    (6, &[("adult", 1), ("child", 1)]),
    (3, &[("adult", 1), ("child", 2)]),
    (3, &[("high", 2)]),
    (2, &[("high", 1)]),
    (3, &[("adult", 4), ("child", 2)]),
    (4, &[("adult-yutai", 2)]),
    (2, &[("adult-yutai", 2), ("child-yutai", 1)]),
    (1, &[("adult-yutai", 2), ("child-yutai", 2)]),
    (2, &[("adult", 5)]),
];

/// Parties that owe `sum` yen in all.
///
/// # Errors
/// When no parties can: a sum that is too small or no multiple of ten.
pub fn parties(sum: i64, dice: &mut Dice) -> Result<Vec<Party>> {
    let mut rest = sum;
    let mut found = Vec::new();
    while rest >= FITTING_FROM_YEN {
        let party = draw(dice);
        rest -= amount(&party);
        found.push(party);
    }
    found.extend(fitting(rest)?);
    let owed: i64 = found.iter().map(amount).sum();
    ensure!(owed == sum, "parties owe {owed} yen instead of {sum}");
    Ok(found)
}

fn draw(dice: &mut Dice) -> Party {
    let whole: u32 = PARTIES.iter().map(|(weight, _)| weight).sum();
    let mut thrown = dice.below(whole);
    for (weight, party) in PARTIES {
        if thrown < weight {
            return party.to_vec();
        }
        thrown -= weight;
    }
    vec![("adult", 1)]
}

/// Parties for a small rest: coupon holders for what is odd to a hundred, full prices for the rest.
fn fitting(rest: i64) -> Result<Vec<Party>> {
    ensure!(rest == 0 || (rest >= FITS_FROM_YEN && rest % 10 == 0), "no parties owe {rest} yen");
    let pairs = (0..10_u32).flat_map(|sum| (0..=sum).map(move |adults| (adults, sum - adults)));
    let owed = |(adults, children): (u32, u32)| 270 * i64::from(adults) + 90 * i64::from(children);
    let fewest = pairs.into_iter().find(|pair| owed(*pair) <= rest && (rest - owed(*pair)) % 100 == 0);
    let Some((adults, children)) = fewest else { anyhow::bail!("no coupons for {rest} yen") };
    let coupons: Party =
        [("adult-yutai", adults), ("child-yutai", children)].into_iter().filter(|(_, n)| *n > 0).collect();
    let mut found: Vec<Party> = if coupons.is_empty() { Vec::new() } else { vec![coupons] };
    let mut left = rest - owed((adults, children));
    while left > 0 {
        let people = (left / 300).min(ADULTS_MAX);
        let mut party: Party = Vec::new();
        if people > 0 {
            party.push(("adult", u32::try_from(people)?));
        }
        left -= people * 300;
        if left > 0 && left < 300 {
            party.push(if left == 200 { ("high", 1) } else { ("child", 1) });
            left = 0;
        }
        found.push(party);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sum_is_hit_to_the_yen() {
        for seed in 0..20 {
            let mut dice = Dice::new(seed);
            for sum in [0, 810, 12_090, 37_270, 46_010, 100_050] {
                let found = parties(sum, &mut dice).unwrap();
                assert_eq!(found.iter().map(amount).sum::<i64>(), sum);
                assert!(found.iter().all(|party| !party.is_empty()));
            }
        }
        for rest in (FITS_FROM_YEN..FITTING_FROM_YEN).step_by(10) {
            assert_eq!(fitting(rest).unwrap().iter().map(amount).sum::<i64>(), rest);
        }
        assert!(parties(815, &mut Dice::new(1)).is_err());
    }
}
