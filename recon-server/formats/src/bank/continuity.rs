//! Whether a file carries on where the one before ended: its opening balance is the other's closing balance.
//!
//! Source: reconciliation.md 6.1, "gates" (next file's opening = this closing). Invariants: pure; says one thing per account, in the
//! order of the account keys; refuses nothing, because only the person who has both files can tell which one is wrong.

use std::collections::BTreeMap;

use domain::{money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::zengin::BankAccountBlock;

use super::model::Account;

/// The two ends of one account block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
    /// Key of the account.
    pub account: String,
    /// First day.
    pub from: Option<CivilDate>,
    /// Last day.
    pub to: Option<CivilDate>,
    /// Balance before.
    pub opening: Option<Yen>,
    /// Balance after.
    pub closing: Option<Yen>,
}

impl From<&BankAccountBlock> for Ends {
    fn from(block: &BankAccountBlock) -> Self {
        Self {
            account: block.account_key(),
            from: block.period_from,
            to: block.period_to,
            opening: Some(block.opening),
            closing: Some(block.closing),
        }
    }
}

impl From<&Account> for Ends {
    fn from(account: &Account) -> Self {
        Self {
            account: account.account_key.clone(),
            from: account.period_from,
            to: account.period_to,
            opening: account.opening,
            closing: account.closing,
        }
    }
}

/// How one account of the next file stands to the file before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Continuity {
    /// Opening equals the closing before.
    Continues,
    /// The account was not in the file before.
    First,
    /// The account was in the file before and is not in this one.
    Absent,
    /// Opening differs from the closing before: movements between the two files are missing.
    Gap {
        /// Closing balance of the file before.
        closing: Yen,
        /// Opening balance of the next.
        opening: Yen,
    },
    /// Days that both files have, first and last: balances cannot be compared, entries may come twice.
    Overlaps {
        /// First day in both.
        from: CivilDate,
        /// Last day in both.
        to: CivilDate,
    },
    /// The next file lies wholly before the other.
    Earlier,
    /// One of the two has no balance.
    Unknown,
}

/// One account's continuity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountContinuity {
    /// Key of the account.
    pub account: String,
    /// How it stands.
    pub continuity: Continuity,
}

impl AccountContinuity {
    /// One Japanese sentence; none where there is nothing to say.
    #[must_use]
    pub fn sentence_ja(&self) -> Option<String> {
        let account = &self.account;
        match self.continuity {
            Continuity::Continues | Continuity::First => None,
            Continuity::Absent => {
                Some(format!("口座 {account} は前のファイルにありましたが、このファイルにありません。"))
            }
            Continuity::Gap { closing, opening } => Some(format!(
                "口座 {account} の取引前残高は{opening}円ですが、前のファイルの取引後残高は{closing}円です（差額{}円）。間の期間の明細を取り込んでください。",
                opening.saturating_sub(closing)
            )),
            Continuity::Overlaps { from, to } => Some(format!(
                "口座 {account} の{from}から{to}までの明細は、前のファイルにもあります。同じ明細は一度だけ数えます。"
            )),
            Continuity::Earlier => Some(format!(
                "口座 {account} の期間は、前のファイルより古いものです。取り込む順番を確かめてください。"
            )),
            Continuity::Unknown => Some(format!(
                "口座 {account} の残高がファイルにないため、前のファイルとのつながりを確かめられません。"
            )),
        }
    }
}

/// Compares the blocks of two files. A file that has an account more than once is taken from its first to its last block;
/// within one file, call it with the blocks one after the other.
#[must_use]
pub fn continuity(previous: &[Ends], next: &[Ends]) -> Vec<AccountContinuity> {
    let (before, after) = (whole(previous), whole(next));
    let accounts: std::collections::BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    accounts
        .into_iter()
        .map(|account| AccountContinuity {
            account: account.to_owned(),
            continuity: match (before.get(account), after.get(account)) {
                (Some(before), Some(after)) => compare(before, after),
                (None, _) => Continuity::First,
                (Some(_), None) => Continuity::Absent,
            },
        })
        .collect()
}

/// Each account from its first block's opening to its last block's closing.
fn whole(blocks: &[Ends]) -> BTreeMap<&str, Ends> {
    let mut accounts: BTreeMap<&str, Ends> = BTreeMap::new();
    for block in blocks {
        accounts
            .entry(block.account.as_str())
            .and_modify(|ends| {
                ends.from = ends.from.zip(block.from).map(|(a, b)| a.min(b));
                ends.to = ends.to.zip(block.to).map(|(a, b)| a.max(b));
                ends.closing = block.closing;
            })
            .or_insert_with(|| block.clone());
    }
    accounts
}

fn compare(before: &Ends, after: &Ends) -> Continuity {
    if let (Some(before_from), Some(before_to), Some(from), Some(to)) =
        (before.from, before.to, after.from, after.to)
    {
        if to < before_from {
            return Continuity::Earlier;
        }
        // One shared day is not yet an overlap: files may be cut within a day, and then the balances join.
        let joins = before.closing.is_some() && before.closing == after.opening && from >= before_to;
        if from <= before_to && !joins {
            return Continuity::Overlaps { from: from.max(before_from), to: to.min(before_to) };
        }
    }
    match (before.closing, after.opening) {
        (Some(closing), Some(opening)) if closing == opening => Continuity::Continues,
        (Some(closing), Some(opening)) => Continuity::Gap { closing, opening },
        _ => Continuity::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(from: &str, to: &str, opening: i64, closing: i64) -> Ends {
        Ends {
            account: "a".to_owned(),
            from: from.parse().ok(),
            to: to.parse().ok(),
            opening: Some(Yen::new(opening)),
            closing: Some(Yen::new(closing)),
        }
    }

    #[test]
    fn one_verdict_per_account() {
        let before = ends("2026-08-01", "2026-08-05", 100, 300);
        let day = |text: &str| text.parse::<CivilDate>().unwrap();
        for (next, expected) in [
            (ends("2026-08-06", "2026-08-07", 300, 50), Continuity::Continues),
            (ends("2026-08-05", "2026-08-07", 300, 50), Continuity::Continues),
            (
                ends("2026-08-07", "2026-08-07", 250, 50),
                Continuity::Gap { closing: Yen::new(300), opening: Yen::new(250) },
            ),
            (
                ends("2026-08-04", "2026-08-07", 300, 50),
                Continuity::Overlaps { from: day("2026-08-04"), to: day("2026-08-05") },
            ),
            (
                ends("2026-08-01", "2026-08-05", 100, 300),
                Continuity::Overlaps { from: day("2026-08-01"), to: day("2026-08-05") },
            ),
            (ends("2026-07-01", "2026-07-31", 0, 100), Continuity::Earlier),
            (Ends { opening: None, ..ends("2026-08-06", "2026-08-07", 0, 0) }, Continuity::Unknown),
            (
                Ends { from: None, ..ends("2026-08-06", "2026-08-07", 299, 0) },
                Continuity::Gap { closing: Yen::new(300), opening: Yen::new(299) },
            ),
        ] {
            assert_eq!(continuity(std::slice::from_ref(&before), &[next])[0].continuity, expected);
        }
    }

    #[test]
    fn accounts_come_and_go() {
        let other = |name: &str| Ends { account: name.to_owned(), ..ends("2026-08-01", "2026-08-05", 1, 2) };
        let said =
            continuity(&[other("a"), other("b")], &[Ends { opening: Some(Yen::new(2)), ..other("c") }]);
        let kinds: Vec<_> = said.iter().map(|a| (a.account.as_str(), a.continuity)).collect();
        assert_eq!(kinds, [("a", Continuity::Absent), ("b", Continuity::Absent), ("c", Continuity::First)]);
        assert!(said[0].sentence_ja().is_some_and(|s| s.contains("ありません")));
        assert_eq!(said[2].sentence_ja(), None);
    }

    /// An account in two blocks of one file is one stretch: first opening, last closing.
    #[test]
    fn blocks_of_one_file_are_joined() {
        let first = ends("2026-08-01", "2026-08-02", 10, 20);
        let second = ends("2026-08-03", "2026-08-05", 20, 35);
        let next = ends("2026-08-06", "2026-08-06", 35, 36);
        assert_eq!(
            continuity(&[first.clone(), second.clone()], std::slice::from_ref(&next))[0].continuity,
            Continuity::Continues
        );
        assert_eq!(continuity(&[first], &[second, next])[0].continuity, Continuity::Continues);
    }
}
