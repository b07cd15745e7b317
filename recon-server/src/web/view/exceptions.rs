//! 不一致: every difference and everything under way, filtered.
//!
//! Invariant: what the filter hides is counted, so that an empty page is never taken for "nothing differs".

use askama::Template;
use domain::money::Yen;

use super::{
    form::Field,
    report_lists::Break,
    shell::Shell,
    words::{Link, Verdict},
};

/// One choice of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The stable word.
    pub value: String,
    /// The word on the screen.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// 振込名義の提案
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasLine {
    /// 振込依頼人名
    pub kana: String,
    /// 契約
    pub contract: String,
    /// The form in which one asks for it.
    pub ask: String,
    /// Deposits that speak for it, leading to their reasons.
    pub evidence: Vec<Link>,
    /// Deposits beyond those.
    pub evidence_more: usize,
    /// What was found.
    pub sentence: String,
}

/// 不一致
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "exceptions.html")]
pub struct ExceptionsPage {
    /// Frame.
    pub shell: Shell,
    /// The day on which the reconciliation stood.
    pub as_of: Field,
    /// 区分
    pub classes: Vec<Choice>,
    /// 契約
    pub contracts: Vec<Choice>,
    /// 窓口
    pub counters: Vec<Choice>,
    /// 判定
    pub verdicts: Vec<Choice>,
    /// First day.
    pub from: Field,
    /// Last day.
    pub to: Field,
    /// The worst of the rows shown.
    pub verdict: Verdict,
    /// Sum of the differences, signed.
    pub net: Yen,
    /// Sum of the breaks, without sign.
    pub breaks_gross: Yen,
    /// Rows that the filter hides.
    pub hidden: usize,
    /// What is open.
    pub breaks: Vec<Break>,
    /// 処理済: about what two persons have decided.
    pub settled: Vec<Break>,
    /// 振込名義の提案
    pub aliases: Vec<AliasLine>,
    /// The same rows as files.
    pub downloads: Vec<Link>,
}
