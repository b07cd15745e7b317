//! 戻出: money that goes back after the close, asked for by one person and decided by another.
//!
//! Invariants: who asked sees no button to approve, whatever the role; the books through which it goes are said in words, with the
//! year; what waits stands first.

use askama::Template;
use domain::{money::Yen, time::CivilDate};

use super::{
    form::{Field, FormId},
    sale::Fact,
    shell::Shell,
    words::{Link, Verdict},
};

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundState {
    /// 承認待ち
    Waiting,
    /// 承認
    Approved,
    /// 差戻し
    Rejected,
}

impl RefundState {
    /// The word on screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "承認待ち",
            Self::Approved => "承認済",
            Self::Rejected => "差戻し",
        }
    }

    /// Its badge.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Waiting => Verdict::Pending,
            Self::Approved => Verdict::Agreed,
            Self::Rejected => Verdict::Incomplete,
        }
    }
}

/// A refund in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundLine {
    /// Its page.
    pub href: String,
    /// `令和8年度 第3号`, or a dash.
    pub number: String,
    /// The sale.
    pub sale: Link,
    /// 領収日
    pub received_on: CivilDate,
    /// 還付日
    pub refunded_on: CivilDate,
    /// 決済手段・ブランド
    pub method: String,
    /// Yen, positive.
    pub amount: Yen,
    /// The books with their year.
    pub lane: String,
    /// 返金方法
    pub way: String,
    /// 理由
    pub ground: String,
    /// Who asked.
    pub requested_by: String,
    /// Who decided, and when.
    pub decided_by: String,
    /// Where it stands.
    pub state: RefundState,
}

/// 戻出
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "refunds.html")]
pub struct RefundsPage {
    /// Frame.
    pub shell: Shell,
    /// Waiting for the second person, oldest first.
    pub waiting: Vec<RefundLine>,
    /// Decided, by 還付日.
    pub decided: Vec<RefundLine>,
    /// 還付日 from.
    pub from: Field,
    /// 還付日 to.
    pub to: Field,
    /// Sum of the approved ones that are shown.
    pub approved: Yen,
}

/// A way to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayChoice {
    /// Stable word.
    pub code: &'static str,
    /// Word.
    pub label: &'static str,
    /// What it means for the reconciliation.
    pub hint: &'static str,
}

/// 返金（戻出）の起案
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "refund_form.html")]
pub struct RefundFormPage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form.
    pub form: FormId,
    /// Where it goes.
    pub action: String,
    /// Back to the sale.
    pub back: Link,
    /// 領収書番号
    pub title: String,
    /// The sale.
    pub facts: Vec<Fact>,
    /// 領収額
    pub total: Yen,
    /// What can still be given back.
    pub left: Yen,
    /// 金額
    pub amount: Field,
    /// 理由
    pub ground: Field,
    /// 返金方法
    pub way: Field,
    /// Ways.
    pub ways: Vec<WayChoice>,
    /// 還付日
    pub refunded_on: Field,
    /// Sentence about the books, by the year of the receipt.
    pub lane_hint: String,
    /// Longest ground, in characters.
    pub ground_max: usize,
    /// What refuses the whole, where no field is to blame.
    pub refused: Option<String>,
    /// Why nothing can be asked for at all; there is no form then.
    pub closed: Option<String>,
}

/// What the reader may do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Approve or send back.
    Decide,
    /// It is the reader's own request.
    Own,
    /// Somebody has decided: the sentence.
    Decided(String),
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "refund.html")]
pub struct RefundPage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form.
    pub form: FormId,
    /// The refund.
    pub refund: RefundLine,
    /// Facts.
    pub facts: Vec<Fact>,
    /// What the reader may do.
    pub choice: Choice,
    /// 承認 or 差戻し as chosen.
    pub decision: Field,
    /// 所見
    pub note: Field,
    /// Longest note, in characters.
    pub note_max: usize,
    /// What refuses the whole, where no field is to blame.
    pub refused: Option<String>,
}
