//! The lists under the daily report: 不一致, 結果不明, 契約別照合, 資料, 窓口の到達.
//!
//! Invariant: every entry says why in one sentence and leads to the records behind it.

use domain::money::Yen;

use super::{
    report::DayState,
    words::{Figure, Link, Verdict},
};

/// One exception: 不一致一覧.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Anchor on the page; stable across runs.
    pub anchor: String,
    /// 区分 in words (当方のみ, 会社のみ, 金額相違, …).
    pub class: String,
    /// The class as `reconciliation.md` 5.10 names it.
    pub code: String,
    /// Whether it is a break of money or something under way.
    pub verdict: Verdict,
    /// `40件中1件`, where it is not known which of its members it is about.
    pub of_members: Option<String>,
    /// 窓口 or 契約 that it belongs to.
    pub place: String,
    /// 当方
    pub ours: Figure<Yen>,
    /// 先方
    pub theirs: Figure<Yen>,
    /// 差, signed.
    pub difference: Yen,
    /// The sentence why.
    pub why: String,
    /// What to do next.
    pub next_step: String,
    /// もとの記録: journal entry, statement row, bank line.
    pub members: Vec<Link>,
    /// 反証期限 with the days that are left, of a chargeback.
    pub due: Option<String>,
    /// What two persons decided about it.
    pub settled: Option<String>,
    /// The form in which one asks for a decision about it.
    pub ask: Option<Link>,
}

/// A result that nobody can tell yet: 結果不明一覧.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenUnknown {
    /// Address of the decision page.
    pub href: String,
    /// When the payment was asked for.
    pub at: String,
    /// 窓口
    pub counter: String,
    /// 決済手段・ブランド
    pub method: String,
    /// Yen in doubt.
    pub amount: Yen,
    /// Days since.
    pub age_days: i32,
    /// 照会期限, where the brand publishes one.
    pub deadline: Option<String>,
    /// Days left to the deadline; negative when it has passed.
    pub days_left: Option<i32>,
    /// What is known.
    pub why: String,
}

impl OpenUnknown {
    /// Days left, in words.
    #[must_use]
    pub fn left(&self) -> String {
        match self.days_left {
            None => "—".to_owned(),
            Some(days) if days < 0 => format!("{}日超過", days.unsigned_abs()),
            Some(0) => "本日まで".to_owned(),
            Some(days) => format!("あと{days}日"),
        }
    }

    /// Whether the deadline is near (a week) or has passed.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        const URGENT_DAYS: i32 = 7;
        self.days_left.is_some_and(|days| days <= URGENT_DAYS)
    }
}

/// One line of a 照合書: its number, words, and figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLine {
    /// 行
    pub number: u32,
    /// 内容
    pub label: String,
    /// 件
    pub count: Option<i64>,
    /// 円, signed.
    pub amount: Figure<Yen>,
    /// A sum of lines above: printed with a rule.
    pub is_sum: bool,
    /// The records behind it.
    pub behind: Option<String>,
}

impl SheetLine {
    /// The number of cases, `▲1` for a refund.
    #[must_use]
    pub fn cases(&self) -> String {
        self.count.map_or_else(String::new, |count| Yen::new(count).to_string())
    }
}

/// 照合書 of one contract and closing period: the identity from sales to the bank, with its residual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractSheet {
    /// Anchor on the page.
    pub anchor: String,
    /// 契約
    pub contract: String,
    /// 締め期間
    pub period: String,
    /// 契約の条件 (rate, rounding, closing and payout day) in one line.
    pub terms: String,
    /// The lines.
    pub lines: Vec<SheetLine>,
    /// 原因不明差額: green only at exactly 0.
    pub residual: Figure<Yen>,
    /// 判定
    pub verdict: Verdict,
    /// Why, where it is not 一致.
    pub why: Option<String>,
}

/// What became of an expected file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// 受領
    Received,
    /// 未着, and its day has not come.
    NotYetDue,
    /// 資料未着
    Missing,
    /// 取込拒否
    Refused,
}

impl Receipt {
    /// The word on screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Received => "受領",
            Self::NotYetDue => "到着前",
            Self::Missing => "資料未着",
            Self::Refused => "取込拒否",
        }
    }

    /// What it does to the verdict.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Received => Verdict::Agreed,
            Self::NotYetDue => Verdict::Pending,
            Self::Missing | Self::Refused => Verdict::Incomplete,
        }
    }
}

/// 資料の受領状況
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// 資料
    pub source: String,
    /// 対象期間
    pub period: String,
    /// What became of it.
    pub receipt: Receipt,
    /// When it came.
    pub received_at: Option<String>,
    /// Rows in it.
    pub content: Option<u32>,
    /// Its receipt, or the upload form.
    pub action: Option<Link>,
}

/// 窓口の締めと到達
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterDelivery {
    /// 施設・窓口
    pub counter: String,
    /// How far the day has come.
    pub state: DayState,
    /// 締め時刻
    pub closed_at: Option<String>,
    /// 最終連絡
    pub last_contact: Option<String>,
    /// Whether the head is the one that the settlement slip prints; otherwise it is where the chain stands now.
    pub on_slip: bool,
    /// 世代
    pub incarnation: u32,
    /// 記録番号 of the chain's head.
    pub sequence_number: u64,
    /// 鎖の先頭: SHA-256, hex.
    pub head: String,
}

impl CounterDelivery {
    /// The head in groups of eight, as slips print it, so that a person can compare.
    #[must_use]
    pub fn head_groups(&self) -> Vec<String> {
        const GROUP_CHARACTERS: usize = 8;
        let characters: Vec<char> = self.head.chars().collect();
        characters.chunks(GROUP_CHARACTERS).map(|group| group.iter().collect()).collect()
    }
}
