//! Lists: 本日の取引, 結果不明, who got how much change.

use askama::Template;
use domain::money::Yen;

use super::sale::PaperRow;
use crate::web::shell::{Chip, Shell};

/// A sale of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TodayRow {
    /// Where it is.
    pub href: String,
    /// `HH:MM`
    pub at: String,
    /// Receipt number, short.
    pub receipt: String,
    /// Items in words.
    pub items: String,
    /// How it was paid, in words.
    pub method: String,
    /// Sum.
    pub total: Yen,
    /// State in words with a mark.
    pub state: Chip,
    /// 暫定
    pub provisional: bool,
}

/// 本日の取引.
#[derive(Debug, Clone, Template)]
#[template(path = "today.html")]
pub struct TodayPage {
    /// Around the page.
    pub shell: Shell,
    /// Newest first.
    pub rows: Vec<TodayRow>,
    /// Papers that wait for a person.
    pub papers: Vec<PaperRow>,
    /// Sales completed and not taken back: number and yen.
    pub count: usize,
    /// Of these, yen.
    pub sum: Yen,
    /// Older rows that are not shown.
    pub left_out: usize,
}

/// An attempt in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownListRow {
    /// Where it is.
    pub href: String,
    /// When, date and time in words.
    pub at: String,
    /// How old, in words.
    pub age: String,
    /// Method and brand in words.
    pub method: String,
    /// Yen in doubt.
    pub amount: Yen,
    /// Until when the operator must be asked, in words.
    pub deadline: Option<String>,
    /// Less than a week is left.
    pub urgent: bool,
    /// The exit taken, in words.
    pub exit: String,
}

/// 過誤納 that waits for its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverpaymentRow {
    /// When it opened, in words.
    pub at: String,
    /// Yen.
    pub amount: Yen,
    /// Why, in words.
    pub cause: &'static str,
    /// The sale.
    pub href: String,
}

/// 結果不明一覧.
#[derive(Debug, Clone, Template)]
#[template(path = "unknowns.html")]
pub struct UnknownsPage {
    /// Around the page.
    pub shell: Shell,
    /// Oldest first.
    pub rows: Vec<UnknownListRow>,
    /// 過誤納
    pub overpayments: Vec<OverpaymentRow>,
}

/// A cash payer who got change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Where the sale is.
    pub href: String,
    /// `HH:MM`
    pub at: String,
    /// Receipt number, short.
    pub receipt: String,
    /// Items in words.
    pub items: String,
    /// お預り
    pub tendered: Yen,
    /// お釣り
    pub change: Yen,
}

/// お釣り一覧, for a day whose cash does not agree.
#[derive(Debug, Clone, Template)]
#[template(path = "change.html")]
pub struct ChangePage {
    /// Around the page.
    pub shell: Shell,
    /// Only change from this amount.
    pub minimum: Yen,
    /// Largest change first.
    pub rows: Vec<ChangeRow>,
}

#[cfg(test)]
impl TodayPage {
    pub(crate) fn samples() -> Vec<Self> {
        use super::sale::sample_papers;
        use crate::web::shell::{Tone, Way};
        let row = TodayRow {
            href: "/sale/s".into(),
            at: "10:12".into(),
            receipt: "000042".into(),
            items: "住民票の写し×2".into(),
            method: "PayPay".into(),
            total: Yen::new(600),
            state: Chip::new(Tone::Good, "", "完了"),
            provisional: true,
        };
        let page = Self {
            shell: Shell::sample("本日の取引", "Today", Way::Today),
            rows: vec![row],
            papers: sample_papers(),
            count: 1,
            sum: Yen::new(600),
            left_out: 3,
        };
        vec![Self { rows: Vec::new(), papers: Vec::new(), left_out: 0, ..page.clone() }, page]
    }
}

#[cfg(test)]
impl UnknownsPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let row = UnknownListRow {
            href: "/attempt/a".into(),
            at: "11月21日 10:12".into(),
            age: "2日".into(),
            method: "電子マネー 交通系IC".into(),
            amount: Yen::new(600),
            deadline: Some("令和9年1月15日(金)".into()),
            urgent: true,
            exit: "預り証".into(),
        };
        let case = OverpaymentRow {
            at: "11月21日 10:12".into(),
            amount: Yen::new(2_700),
            cause: "金額の打ち間違い",
            href: "/sale/s".into(),
        };
        let page = Self {
            shell: Shell::sample("結果不明の一覧", "Unknown results", Way::Unknowns),
            rows: vec![row],
            overpayments: vec![case],
        };
        vec![Self { rows: Vec::new(), overpayments: Vec::new(), ..page.clone() }, page]
    }
}

#[cfg(test)]
impl ChangePage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let row = ChangeRow {
            href: "/sale/s".into(),
            at: "10:12".into(),
            receipt: "000042".into(),
            items: "住民票の写し×2".into(),
            tendered: Yen::new(1_000),
            change: Yen::new(400),
        };
        let page = Self {
            shell: Shell::sample("お釣り一覧", "Change given", Way::Today),
            minimum: Yen::ZERO,
            rows: vec![row],
        };
        vec![Self { rows: Vec::new(), ..page.clone() }, page]
    }
}
