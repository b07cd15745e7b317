//! Bank entries that take each other back (取消・訂正; reconciliation.md 5.5 "bank cancel"): together they are no money.
//!
//! Invariants: a pair nets to zero, under one name on one account; the taking-back entry says so (flag or 摘要) and is not earlier than
//! what it takes back. Each entry stands in at most one pair; of several equal ones the nearest before it is taken, for which it does not matter.
//! Not here: a minus that nobody calls a reversal; it may be a part of a payout ([`crate::sets`]).

use std::collections::BTreeSet;

use domain::money::Yen;

use crate::facts::Deposit;

/// Days that a reversal may lie after what it takes back.
const REVERSAL_WITHIN_DAYS: i32 = 14;
/// Words of a 摘要 by which a bank marks a reversal.
const REVERSAL_WORDS: [&str; 6] = ["取消", "訂正", "トリケシ", "テイセイ", "ﾄﾘｹｼ", "ﾃｲｾｲ"];

/// Whether the bank says that an entry takes another back.
fn says_so(deposit: &Deposit) -> bool {
    deposit.reversal || REVERSAL_WORDS.iter().any(|word| deposit.summary.contains(word))
}

/// Places of all entries that are part of a pair.
pub(crate) fn pairs(deposits: &[&Deposit]) -> BTreeSet<usize> {
    let mut by_day: Vec<usize> = (0..deposits.len()).collect();
    by_day.sort_by_key(|place| (deposits[*place].booked_on, *place));
    let mut gone = BTreeSet::new();
    for place in by_day.iter().copied().filter(|place| says_so(deposits[*place])) {
        let back = deposits[place];
        if back.amount == Yen::ZERO || gone.contains(&place) {
            continue;
        }
        let taken_back = |other: &&usize| {
            let first = deposits[**other];
            **other != place
                && !gone.contains(*other)
                && !says_so(first)
                && first.account == back.account
                && first.amount.get() == back.amount.get().saturating_neg()
                && (first.remitter_kana == back.remitter_kana || back.remitter_kana.is_empty())
                && (0..=REVERSAL_WITHIN_DAYS).contains(&back.booked_on.days_since(first.booked_on))
        };
        if let Some(first) = by_day.iter().rev().find(taken_back).copied() {
            gone.extend([first, place]);
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, day: &str, amount: i64, kana: &str, summary: &str) -> Deposit {
        Deposit {
            id: id.to_owned(),
            account: "main".to_owned(),
            file: String::new(),
            row: 1,
            booked_on: day.parse().unwrap(),
            amount: Yen::new(amount),
            remitter_kana: kana.to_owned(),
            summary: summary.to_owned(),
            reversal: false,
            by_hand: false,
        }
    }

    #[test]
    fn pairs_net_to_zero() {
        let flagged = Deposit { reversal: true, ..entry("b", "2026-08-04", -500, "ｶ", "") };
        let other_account =
            Deposit { account: "side".to_owned(), ..entry("e", "2026-08-03", 500, "ｶ", "") };
        for (case, entries, expected) in [
            ("flag", vec![entry("a", "2026-08-03", 500, "ｶ", ""), flagged.clone()], vec![0, 1]),
            (
                "word",
                vec![entry("a", "2026-08-03", 500, "ｶ", ""), entry("b", "2026-08-03", -500, "", "ﾌﾘｺﾐﾄﾘｹｼ")],
                vec![0, 1],
            ),
            (
                "unsaid",
                vec![entry("a", "2026-08-03", 500, "ｶ", ""), entry("b", "2026-08-04", -500, "ｶ", "")],
                vec![],
            ),
            ("other sum", vec![entry("a", "2026-08-03", 501, "ｶ", ""), flagged.clone()], vec![]),
            ("later", vec![entry("a", "2026-08-05", 500, "ｶ", ""), flagged.clone()], vec![]),
            ("long ago", vec![entry("a", "2026-07-03", 500, "ｶ", ""), flagged.clone()], vec![]),
            ("other name", vec![entry("a", "2026-08-03", 500, "ﾖ", ""), flagged.clone()], vec![]),
            ("other account", vec![other_account, flagged.clone()], vec![]),
            (
                "the nearest of two",
                vec![
                    entry("a", "2026-08-01", 500, "ｶ", ""),
                    entry("c", "2026-08-03", 500, "ｶ", ""),
                    flagged.clone(),
                ],
                vec![1, 2],
            ),
            ("once", vec![entry("a", "2026-08-03", 500, "ｶ", ""), flagged.clone(), flagged], vec![0, 1]),
        ] {
            let deposits: Vec<&Deposit> = entries.iter().collect();
            assert_eq!(pairs(&deposits).into_iter().collect::<Vec<_>>(), expected, "{case}");
        }
    }
}
