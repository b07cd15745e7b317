//! 収納日報: was yesterday whole? One page per day: the verdict with its reasons, the table, the lists behind it.
//!
//! Invariants: the reasons stand before the figures; sums of the page come from the report, never from the page; the gross of
//! breaks stands beside the net, so that +1,000 and −1,000 are not green (DESIGN 3.9).

use askama::Template;
use domain::{money::Yen, time::CivilDate};

use super::{
    month::LateRow,
    report_lists::{Break, ContractSheet, CounterDelivery, FileState, OpenUnknown},
    shell::Shell,
    words::{Figure, Link, Sum, Verdict, short_date},
};

/// One reason for the verdict, first the ones that hold the day open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// How grave.
    pub verdict: Verdict,
    /// The sentence.
    pub text: String,
    /// Where it can be dealt with.
    pub action: Option<Link>,
}

/// The figures of a row, a subtotal or the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// 売上
    pub sales: Sum,
    /// 取消
    pub voids: Sum,
    /// 純額
    pub net: Yen,
    /// 端末日計
    pub terminal: Figure<Sum>,
    /// 会社報告
    pub reported: Figure<Sum>,
    /// 決済手数料 with its tax.
    pub fee: Figure<Yen>,
    /// 入金予定額
    pub expected: Figure<Yen>,
    /// 入金予定日; more than one day in a subtotal is no day.
    pub expected_on: Option<CivilDate>,
    /// 入金額
    pub deposited: Figure<Yen>,
    /// 差異, signed.
    pub difference: Figure<Yen>,
}

impl Figures {
    /// The expected day, or a dash.
    #[must_use]
    pub fn expected_day(&self) -> String {
        self.expected_on.map_or_else(|| "—".to_owned(), short_date)
    }
}

/// One row: a method and brand at one counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// 決済手段
    pub method: String,
    /// ブランド
    pub brand: Option<String>,
    /// Beside the figures: 暫定, 返金, 結果不明.
    pub notes: Vec<String>,
    /// The figures.
    pub figures: Figures,
    /// 判定
    pub verdict: Verdict,
    /// Why, where the verdict is not 一致.
    pub why: Option<String>,
    /// Address of the list behind this row.
    pub behind: String,
}

/// How far a counter's day has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayState {
    /// 締め済・到達済
    Delivered,
    /// Closed at the counter as far as known, not all entries are here.
    NotDelivered,
    /// 未締め
    Open,
    /// 未開始: nothing of this day has come.
    Silent,
    /// 休業, entered by a person.
    Holiday,
}

impl DayState {
    /// The word on screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Delivered => "締め済・全件到達",
            Self::NotDelivered => "未到達あり",
            Self::Open => "未締め",
            Self::Silent => "連絡なし",
            Self::Holiday => "休業",
        }
    }

    /// What the state does to the verdict.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Delivered | Self::Holiday => Verdict::Agreed,
            Self::NotDelivered | Self::Open | Self::Silent => Verdict::Incomplete,
        }
    }
}

/// A counter's part of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterBlock {
    /// Anchor on the page.
    pub anchor: String,
    /// 施設
    pub facility: String,
    /// 窓口
    pub counter: String,
    /// How far its day has come.
    pub state: DayState,
    /// Rows in the order of the papers.
    pub rows: Vec<Row>,
    /// 小計
    pub subtotal: Figures,
    /// Judgement of the counter.
    pub verdict: Verdict,
}

/// The sums in large figures under the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// 合計
    pub figures: Figures,
    /// 不一致の総額: sum of the sizes.
    pub breaks_gross: Yen,
    /// 不一致の差引: sum with signs.
    pub breaks_net: Yen,
    /// 件数
    pub breaks_count: u32,
    /// 結果不明
    pub unknown: Sum,
}

impl Totals {
    /// Whether signed breaks cancel each other, so that the net alone would look better than it is.
    #[must_use]
    pub fn breaks_cancel(&self) -> bool {
        self.breaks_gross != Yen::ZERO
            && self.breaks_net.get().unsigned_abs() < self.breaks_gross.get().unsigned_abs()
    }
}

/// 収納日報
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "report.html")]
pub struct ReportPage {
    /// Frame.
    pub shell: Shell,
    /// 取扱日
    pub date: CivilDate,
    /// The verdict of the whole day.
    pub verdict: Verdict,
    /// Why, the gravest first.
    pub reasons: Vec<Reason>,
    /// Sums.
    pub totals: Totals,
    /// By counter.
    pub counters: Vec<CounterBlock>,
    /// 過日分確定 of the day.
    pub late: Vec<LateRow>,
    /// 不一致一覧
    pub breaks: Vec<Break>,
    /// 結果不明一覧
    pub unknowns: Vec<OpenUnknown>,
    /// 契約別照合
    pub contracts: Vec<ContractSheet>,
    /// 資料の受領状況
    pub files: Vec<FileState>,
    /// 窓口の締めと到達, with the head of each chain.
    pub deliveries: Vec<CounterDelivery>,
    /// 帳票 of the day, and its month.
    pub papers: Vec<Link>,
    /// 発行番号: the snapshot that all figures are from.
    pub snapshot: String,
    /// When the reconciliation that is shown ran.
    pub reconciled_at: String,
}

impl ReportPage {
    /// Whether nothing at all is left to say: only then does the page claim that the day is whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.verdict == Verdict::Agreed && self.reasons.is_empty()
    }

    /// Entries of the list that are no difference: under way, or waiting for something.
    #[must_use]
    pub fn waiting_count(&self) -> usize {
        self.breaks.iter().filter(|one| one.verdict != Verdict::Differs).count()
    }

    /// The day before.
    #[must_use]
    pub fn previous(&self) -> CivilDate {
        self.date.plus_days(-1)
    }

    /// The day after.
    #[must_use]
    pub fn next(&self) -> CivilDate {
        self.date.plus_days(1)
    }
}
