//! The records behind a number: sales, statement rows, bank lines of one row of the report.
//!
//! Invariant: the sum at the foot is the number that was clicked, or the page says by how much it is not.

use askama::Template;
use domain::money::Yen;

use super::{
    sets::SetLine,
    shell::Shell,
    words::{Figure, Link, Verdict},
};

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillRow {
    /// 日時
    pub at: String,
    /// What it is: 売上, 取消, 明細行, 入金.
    pub kind: String,
    /// Its own number: receipt, slip, transaction or bank line; leads to the record.
    pub record: Link,
    /// 内容
    pub content: String,
    /// 円, signed.
    pub amount: Yen,
    /// What it is tied to.
    pub tied_to: Option<Link>,
    /// How it is judged.
    pub verdict: Verdict,
}

/// One kind of records with their sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillGroup {
    /// Anchor on the page.
    pub anchor: String,
    /// Heading.
    pub title: String,
    /// English beside it.
    pub english: String,
    /// Records in time order.
    pub rows: Vec<DrillRow>,
    /// Their sum.
    pub sum: Figure<Yen>,
    /// Sentence where there is nothing.
    pub empty: String,
}

/// The records behind a row of the report.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "drill.html")]
pub struct DrillPage {
    /// Frame.
    pub shell: Shell,
    /// What was clicked: day, counter, method and brand.
    pub heading: String,
    /// Back to the report.
    pub back: Link,
    /// Sales, statement rows, bank lines.
    pub groups: Vec<DrillGroup>,
    /// 組として一致
    pub sets: Vec<SetLine>,
}
