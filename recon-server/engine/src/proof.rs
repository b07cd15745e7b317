//! What a link rests on beyond the fields it compares, and how far apart two things are that are not one.
//!
//! Invariants: everything here is rendered from the facts; a proof recorded before a field existed reads as its default.

use domain::money::Yen;
use serde::{Deserialize, Serialize};

use crate::{
    facts::{Row, Sale},
    keys::Item,
};

/// Whether a link counts, or waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// 確定
    #[default]
    Confirmed,
    /// 提案: PROPOSED_MATCH stands beside it until a person confirms.
    Proposed,
}

/// Whether it is known which is which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairing {
    /// This sale and this row are one.
    #[default]
    Unique,
    /// The members of two equal sets are one another, in no known order; this pair stands for any.
    Indeterminate,
}

/// A condition of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// 契約
    Contract,
    /// 金額
    Amount,
    /// 時刻の範囲
    Time,
    /// ブランド
    Brand,
    /// 端末番号・PosID
    Terminal,
    /// 取引番号
    TransactionId,
    /// 当方の参照番号
    Reference,
    /// 伝票番号
    Slip,
    /// 承認番号
    Approval,
    /// 支払番号下4桁
    Digits,
    /// Nothing differs: another has the better claim.
    Taken,
}

impl Predicate {
    /// The word on papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Contract => "契約",
            Self::Amount => "金額",
            Self::Time => "時刻",
            Self::Brand => "ブランド",
            Self::Terminal => "端末番号・PosID",
            Self::TransactionId => "取引番号",
            Self::Reference => "参照番号",
            Self::Slip => "伝票番号",
            Self::Approval => "承認番号",
            Self::Digits => "支払番号下4桁",
            Self::Taken => "別の取引と対応済み",
        }
    }
}

/// How far apart two things are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Distance {
    /// Calendar days, the row's less ours.
    pub days: i32,
    /// Seconds, the row's less ours.
    pub seconds: i64,
    /// Yen, the row's less ours.
    pub yen: Yen,
    /// What both have and differs.
    pub failed: Vec<Predicate>,
    /// Keys that only one of them has.
    pub missing: Vec<Predicate>,
}

/// A candidate that was looked at and not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Id of the row.
    pub id: String,
    /// Why.
    pub distance: Distance,
}

/// The proof of a link.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Proof {
    /// Version of the rule; 0 in results recorded before rules had one.
    #[serde(default)]
    pub rule_version: u16,
    /// Whether it counts.
    #[serde(default)]
    pub state: LinkState,
    /// Whether it is known which is which.
    #[serde(default)]
    pub pairing: Pairing,
    /// The set it is part of ([`crate::outcome::Outcome::sets`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// Rows of the same contract and amount within the window that were not taken.
    #[serde(default)]
    pub refused_count: u32,
    /// The nearest of them, where the stage had to choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// What a person should know, one Japanese sentence; mostly empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note_ja: String,
}

/// Every field that both sides may have, in the order of their strength.
fn fields<'a>(sale: &'a Sale, slip: Option<&'a str>, row: &'a Row) -> [(Predicate, [Option<&'a str>; 2]); 7] {
    let place = sale.sheet_number.as_deref().or(sale.terminal_id.as_deref());
    let brand = |brand: &'a Option<domain::id::BrandCode>| brand.as_ref().map(|b| b.as_str());
    [
        (
            Predicate::TransactionId,
            [sale.acquirer_transaction_id.as_deref(), row.acquirer_transaction_id.as_deref()],
        ),
        (Predicate::Reference, [sale.reference.as_deref(), row.reference.as_deref()]),
        (Predicate::Slip, [slip, row.slip_number.as_deref()]),
        (Predicate::Approval, [sale.approval_code.as_deref(), row.approval_code.as_deref()]),
        (Predicate::Digits, [sale.payer_digits.as_deref(), row.payer_digits.as_deref()]),
        (Predicate::Terminal, [place, row.terminal_id.as_deref()]),
        (Predicate::Brand, [brand(&sale.brand), brand(&row.brand)]),
    ]
}

/// The distance of a sale and a row. `same_contract` and `window_seconds` say what else was asked of them.
pub(crate) fn distance(sale: &Sale, row: &Row, same_contract: bool, window_seconds: u32) -> Distance {
    let ms = row.at.ms_since(sale.at);
    let yen = row.amount.saturating_sub(sale.amount);
    let mut failed = Vec::new();
    let conditions = [
        (Predicate::Contract, !same_contract),
        (Predicate::Amount, yen != Yen::ZERO),
        (Predicate::Time, ms.abs() > i64::from(window_seconds) * 1_000),
    ];
    failed.extend(conditions.into_iter().filter_map(|(predicate, fails)| fails.then_some(predicate)));
    let mut missing = Vec::new();
    for (predicate, sides) in fields(sale, sale.slip_number.as_deref(), row) {
        match sides {
            [Some(a), Some(b)] if a != b => failed.push(predicate),
            [Some(_), None] | [None, Some(_)] => missing.push(predicate),
            _ => {}
        }
    }
    let days = row.at.date().days_since(sale.at.date());
    Distance { days, seconds: ms / 1_000, yen, failed, missing }
}

/// Which of the identifying fields differ between an item and a row. Empty: nothing speaks against their being one.
pub(crate) fn clashes(item: &Item<'_>, row: &Row) -> Vec<Predicate> {
    let differs = |sides: [Option<&str>; 2]| matches!(sides, [Some(a), Some(b)] if a != b);
    fields(item.sale, item.slip(), row)
        .into_iter()
        .filter_map(|(predicate, sides)| differs(sides).then_some(predicate))
        .collect()
}

/// The identifying fields of an item, one bit each; terminal and brand are no identity.
pub(crate) fn identity_of_item(item: &Item<'_>) -> u8 {
    let s = item.sale;
    let has = [
        s.acquirer_transaction_id.is_some(),
        s.reference.is_some(),
        item.slip().is_some(),
        s.approval_code.is_some(),
        s.payer_digits.is_some(),
    ];
    bits(has)
}

/// The identifying fields of a row, one bit each.
pub(crate) fn identity_of_row(row: &Row) -> u8 {
    let has = [
        row.acquirer_transaction_id.is_some(),
        row.reference.is_some(),
        row.slip_number.is_some(),
        row.approval_code.is_some(),
        row.payer_digits.is_some(),
    ];
    bits(has)
}

fn bits(has: [bool; 5]) -> u8 {
    has.into_iter().fold(0, |mask, one| (mask << 1) | u8::from(one))
}
