//! 収納月報: the verdict, how the month was paid as the city publishes it, day by day, contract by contract, and what is still open.
//!
//! Invariants: the verdict and its reasons stand before the figures; sums come from the report, never from the page; every number
//! leads to what it is made of.

use askama::Template;
use domain::{money::Yen, time::CivilDate};

use super::{
    chart::Chart,
    report::Reason,
    report_lists::{Break, OpenUnknown},
    sets::SetLine,
    shell::Shell,
    words::{Figure, Link, Sum, Verdict, short_date},
};

/// A line of the mix table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MixLine {
    /// 決済手段
    pub label: String,
    /// 件
    pub count: i64,
    /// 円
    pub amount: Yen,
    /// 割合 with one decimal; empty where there is none.
    pub percent: String,
    /// The same in tenths of a percent, for the bar beside it.
    pub share: u32,
    /// A sum of the lines above.
    pub is_sum: bool,
    /// The days that make it up.
    pub behind: String,
}

/// The mix table, as the city publishes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    /// Cashless first, then their sum, then the rest.
    pub lines: Vec<MixLine>,
    /// 収納総額
    pub gross: Yen,
    /// 送客手数料, positive; zero is no line.
    pub commission: Yen,
    /// What is left.
    pub total: Yen,
    /// The city's word for it: 収納合計, 観覧料合計.
    pub total_label: String,
    /// Sentences below.
    pub notes: Vec<String>,
}

impl Mix {
    /// The commission as it stands in the table.
    #[must_use]
    pub fn commission_line(&self) -> Yen {
        Yen::ZERO.saturating_sub(self.commission)
    }
}

/// One day of the table under the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLine {
    /// The day.
    pub date: CivilDate,
    /// Yen in the order of [`super::chart::Series::ALL`].
    pub amounts: [Yen; 5],
    /// 合計
    pub total: Sum,
    /// 判定
    pub verdict: Option<Verdict>,
    /// 休業
    pub closed: bool,
    /// The day's report.
    pub href: String,
}

impl DayLine {
    /// `7/1(金)`
    #[must_use]
    pub fn name(&self) -> String {
        short_date(self.date)
    }
}

/// One closing of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// 締め期間
    pub period: String,
    /// Its 照合書.
    pub sheet: String,
    /// Sales, rows and the bank's line behind it.
    pub behind: String,
    /// 当方収納, refunds taken off.
    pub sales: Sum,
    /// 会社明細
    pub reported: Figure<Sum>,
    /// 手数料 with its tax.
    pub fee: Figure<Yen>,
    /// 支払予定
    pub expected: Figure<Yen>,
    /// 指定日
    pub expected_on: CivilDate,
    /// 入金
    pub deposited: Figure<Yen>,
    /// Its day.
    pub deposited_on: Option<CivilDate>,
    /// 済, 未到来, 期日経過 …
    pub state: String,
    /// 残差
    pub residual: Figure<Yen>,
    /// 判定
    pub verdict: Verdict,
    /// Why, one sentence.
    pub why: Option<String>,
}

impl Closing {
    /// The expected day.
    #[must_use]
    pub fn expected_day(&self) -> String {
        short_date(self.expected_on)
    }

    /// The day of the deposit, or nothing.
    #[must_use]
    pub fn deposited_day(&self) -> String {
        self.deposited_on.map(short_date).unwrap_or_default()
    }
}

/// A contract in the month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractCard {
    /// Anchor on the page.
    pub anchor: String,
    /// Name on papers.
    pub label: String,
    /// 受託者
    pub acquirer: String,
    /// 収納 of the month by 領収日.
    pub sales: Sum,
    /// The rows behind it.
    pub behind: String,
    /// 資料の等級
    pub grade: String,
    /// Changes of the charges that wait for a second person.
    pub waiting_terms: Vec<String>,
    /// 判定
    pub verdict: Verdict,
    /// Why, one sentence.
    pub sentence: String,
    /// Its closings.
    pub closings: Vec<Closing>,
}

/// One 過日分確定.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateRow {
    /// 領収日
    pub received_on: CivilDate,
    /// The day on which it was settled.
    pub settled_on: CivilDate,
    /// 窓口
    pub counter: String,
    /// 決済手段・ブランド
    pub method: String,
    /// 円
    pub amount: Yen,
    /// The sale.
    pub sale: Link,
}

/// One 戻出.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRow {
    /// 戻出決裁番号, or a dash.
    pub number: String,
    /// The sale.
    pub sale: Link,
    /// 領収日
    pub received_on: CivilDate,
    /// 還付日
    pub refunded_on: CivilDate,
    /// 決済手段・ブランド
    pub method: String,
    /// Yen given back, positive.
    pub amount: Yen,
    /// The books with their year.
    pub lane: String,
    /// 理由
    pub ground: String,
    /// Whether a second person approved.
    pub approved: bool,
}

/// A contract whose fee rule has to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeAlarm {
    /// What was found, one Japanese sentence.
    pub text: String,
    /// The 照合書 with everything that is known of the rule; none where the month has none of the contract.
    pub sheet: Option<Link>,
}

/// 収納月報
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "month.html")]
pub struct MonthPage {
    /// Frame.
    pub shell: Shell,
    /// `2022-07`
    pub month: String,
    /// `令和4年7月`
    pub name: String,
    /// `2022-06`
    pub previous: String,
    /// `2022-08`
    pub next: String,
    /// 判定
    pub verdict: Verdict,
    /// Who signed it and when; none while it is open.
    pub signed: Option<String>,
    /// Fee rules that no longer explain what a company keeps back: computed with the page, in no signed text.
    pub fee_alarms: Vec<FeeAlarm>,
    /// Why, the gravest first.
    pub reasons: Vec<Reason>,
    /// Reasons beyond those listed.
    pub reasons_more: usize,
    /// How it was paid.
    pub mix: Mix,
    /// Day by day, drawn.
    pub chart: Chart,
    /// Day by day, in figures.
    pub days: Vec<DayLine>,
    /// Contract by contract.
    pub contracts: Vec<ContractCard>,
    /// 不一致
    pub breaks: Vec<Break>,
    /// Those beyond the ones listed.
    pub breaks_more: usize,
    /// 過日分確定
    pub late: Vec<LateRow>,
    /// 戻出
    pub refunds: Vec<RefundRow>,
    /// Approved ones, positive.
    pub refunded: Yen,
    /// 結果不明
    pub unknowns: Vec<OpenUnknown>,
    /// CSV, JSON.
    pub downloads: Vec<Link>,
    /// `2022年8月10日` : the day on which the run stood.
    pub as_of: String,
}

impl MonthPage {
    /// All of them, listed or not.
    #[must_use]
    pub const fn breaks_count(&self) -> usize {
        self.breaks.len().saturating_add(self.breaks_more)
    }

    /// Whether nothing at all is left to say.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.verdict == Verdict::Agreed && self.reasons.is_empty()
    }
}

/// A line of the list behind a number of the month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehindLine {
    /// What: a day, a sale, a row of a day.
    pub name: Link,
    /// Beside it.
    pub content: String,
    /// 件, signed.
    pub count: i64,
    /// 円, signed.
    pub amount: Yen,
    /// 判定, where it has one.
    pub verdict: Option<Verdict>,
}

/// Lines of one kind with their sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehindGroup {
    /// Anchor on the page.
    pub anchor: &'static str,
    /// Heading.
    pub title: String,
    /// English beside it.
    pub english: &'static str,
    /// What the first column holds.
    pub first: &'static str,
    /// Lines.
    pub lines: Vec<BehindLine>,
    /// Their sum.
    pub sum: Sum,
    /// By how much the sum is not the number that was clicked, and why.
    pub note: Option<String>,
    /// Sentence where there is nothing.
    pub empty: String,
}

/// What a number of the month is made of.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "month_behind.html")]
pub struct BehindPage {
    /// Frame.
    pub shell: Shell,
    /// What was clicked.
    pub heading: String,
    /// Back.
    pub back: Link,
    /// What can be looked at beside.
    pub beside: Vec<Link>,
    /// The lists.
    pub groups: Vec<BehindGroup>,
    /// 組として一致
    pub sets: Vec<SetLine>,
}
