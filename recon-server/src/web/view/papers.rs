//! 帳票: any of the papers that an officer signs, on screen and on A4, and the page from which they are called.
//!
//! Invariants: a paper is shown as the job laid it out, cell by cell; on paper there is no navigation and no colour that means
//! anything; the boxes for the seals stand at the top right.

use askama::Template;
use domain::money::Yen;

use super::{
    form::Field,
    shell::Shell,
    words::{Link, Verdict},
};

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperColumn {
    /// Heading.
    pub label: String,
    /// Figures, set to the right.
    pub is_figure: bool,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperCell {
    /// As it is written.
    pub text: String,
    /// Figures, set to the right.
    pub is_figure: bool,
    /// A day, never broken in two.
    pub is_day: bool,
    /// Where it leads: one cell of a row does.
    pub href: Option<String>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRow {
    /// Class of the style sheet: `subtotal`, `total`, `alarm` or nothing.
    pub class: &'static str,
    /// Somebody must look at it: said by a sign too.
    pub is_alarm: bool,
    /// Cells.
    pub cells: Vec<PaperCell>,
    /// なぜ: where the reason stands, with what it is about for those who do not see the row. On screens only.
    pub why: Option<Link>,
}

/// One figure of a payment statement beside ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredLine {
    /// What it is.
    pub label: &'static str,
    /// 支払明細
    pub declared: Yen,
    /// 当方の計算
    pub computed: Yen,
    /// 明細−当方
    pub difference: Yen,
}

impl DeclaredLine {
    /// Whether the two differ.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.difference != Yen::ZERO
    }
}

/// 手数料の決まり: which rule explains the contract's past payment statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeBlock {
    /// What is known, in a word.
    pub word: &'static str,
    /// Somebody must look at it.
    pub is_alarm: bool,
    /// All of it in sentences.
    pub sentences: Vec<String>,
    /// The rules in words; listed where there are several.
    pub rules: Vec<String>,
    /// The closing where it stops, and what counts the yen.
    pub links: Vec<Link>,
}

/// Few columns stand on a sheet upright.
const PORTRAIT_COLUMNS_MAX: usize = 5;

/// A paper.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "paper.html")]
pub struct PaperPage {
    /// Frame.
    pub shell: Shell,
    /// Title, e.g. 収納日計表.
    pub title: String,
    /// English beside it.
    pub english: &'static str,
    /// Lines of the head.
    pub head: Vec<(String, String)>,
    /// Columns.
    pub columns: Vec<PaperColumn>,
    /// Rows.
    pub rows: Vec<PaperRow>,
    /// 外書
    pub notes: Vec<String>,
    /// 支払明細 beside our figures; only on a 照合書 whose payment statement is here.
    pub declared: Vec<DeclaredLine>,
    /// 手数料の決まり; only on a 照合書 that is not signed, of a contract with payment statements.
    pub fees: Option<FeeBlock>,
    /// 決裁欄
    pub seals: Vec<String>,
    /// Where one came from.
    pub back: Link,
    /// The same paper of the day before and after, other papers of the day.
    pub beside: Vec<Link>,
    /// CSV, JSON.
    pub downloads: Vec<Link>,
}

impl PaperPage {
    /// Whether it stands upright on A4.
    #[must_use]
    pub fn is_portrait(&self) -> bool {
        self.columns.len() <= PORTRAIT_COLUMNS_MAX
    }

    /// Whether a row leads to its reason: a column of the screen, never of the paper.
    #[must_use]
    pub fn asks_why(&self) -> bool {
        self.rows.iter().any(|row| row.why.is_some())
    }
}

/// A counter to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterChoice {
    /// 窓口
    pub id: String,
    /// Name.
    pub label: String,
}

/// A closing whose 照合書 can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingLine {
    /// Its 照合書.
    pub sheet: Link,
    /// 契約
    pub contract: String,
    /// 指定日 and state.
    pub state: String,
    /// 判定
    pub verdict: Verdict,
}

/// 帳票
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "papers.html")]
pub struct PapersPage {
    /// Frame.
    pub shell: Shell,
    /// 取扱日 in the forms.
    pub day: Field,
    /// Counters.
    pub counters: Vec<CounterChoice>,
    /// 現在日 of the list of deposits.
    pub as_of: Field,
    /// Closings near the day, newest first.
    pub closings: Vec<ClosingLine>,
}
