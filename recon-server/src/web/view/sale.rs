//! 取引詳細: one sale from the application to the bank line and back (例月出納検査).
//!
//! Invariant: it shows what the journal says by value; nothing is looked up in today's price list.

use askama::Template;
use domain::money::Yen;

use super::{
    shell::Shell,
    words::{Link, Verdict},
};

/// 明細
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleLine {
    /// 項目
    pub name: String,
    /// 歳入科目
    pub account: String,
    /// 所属
    pub section: String,
    /// 単価
    pub unit_price: Yen,
    /// 数量
    pub quantity: u32,
    /// 円
    pub amount: Yen,
    /// 無料の根拠
    pub ground: Option<String>,
}

/// A name and its value, for lists of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Name.
    pub name: &'static str,
    /// Value.
    pub value: String,
    /// Where it leads.
    pub href: Option<String>,
}

impl Fact {
    /// A fact without an address.
    #[must_use]
    pub fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into(), href: None }
    }
}

/// One station of the money: journal, statement, payout, deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// 当方の記録, 会社明細, 支払予定, 口座入金.
    pub title: &'static str,
    /// English beside it.
    pub english: &'static str,
    /// How it stands.
    pub verdict: Verdict,
    /// Word where it has not come or never will.
    pub absent: Option<String>,
    /// What it says.
    pub facts: Vec<Fact>,
    /// Why it is believed to be the same money.
    pub why: Option<String>,
}

/// One entry of the journal about this sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// 世代
    pub incarnation: u32,
    /// 記録番号
    pub sequence_number: u64,
    /// 日時
    pub at: String,
    /// 何が起きたか
    pub what: String,
    /// だれが
    pub actor: String,
    /// ハッシュ, hex.
    pub hash: String,
}

/// 取引詳細
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "sale.html")]
pub struct SalePage {
    /// Frame.
    pub shell: Shell,
    /// 領収書番号, or the sale's id before there is one.
    pub title: String,
    /// Back to the report of its day.
    pub back: Link,
    /// 状態: 成立, 取消済, 結果不明.
    pub state: String,
    /// How it stands as a whole.
    pub verdict: Verdict,
    /// 取引: counter, day, receipt, method.
    pub facts: Vec<Fact>,
    /// 明細
    pub lines: Vec<SaleLine>,
    /// 合計
    pub total: Yen,
    /// 返金（戻出）を起案: where it may be asked for.
    pub refund: Option<String>,
    /// 戻出 of this sale so far.
    pub refunds: Vec<Link>,
    /// From the journal to the bank.
    pub stations: Vec<Station>,
    /// The journal's entries.
    pub entries: Vec<EntryRow>,
}
