//! 組として一致: sales and rows that are proven to be one another as a set, though nobody can tell which is which.
//!
//! Invariant: what is proven is said beside how many candidates there were; a set that only a person can confirm is never shown as 一致.

use domain::money::Yen;

use super::words::{Link, Verdict};

/// One set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLine {
    /// 一致 where it counts, 保留 where a person must confirm.
    pub verdict: Verdict,
    /// 「組として一致（どれがどれかは決まりません）」
    pub words: &'static str,
    /// Candidates of ours.
    pub ours: usize,
    /// Candidates of theirs.
    pub theirs: usize,
    /// How many are proven.
    pub proven: u32,
    /// Yen that are proven.
    pub amount: Yen,
    /// The sentence.
    pub sentence: String,
    /// The first candidates of ours.
    pub members: Vec<Link>,
    /// Candidates of ours beyond those.
    pub members_more: usize,
}
