//! 手入力: what was typed from paper, and the forms in which it is typed.
//!
//! Invariants: what does not count says so with what to do about it; a refused form shows again what was typed, except the scan, which a
//! browser never fills in.

use askama::Template;
use domain::money::Yen;

use super::{
    exceptions::Choice,
    form::{Field, FormId},
    refunds::RefundState,
    shell::Shell,
    words::Link,
};

/// One entry in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandRow {
    /// `支払通知`, `入金`, leading to its wish.
    pub name: Link,
    /// What was typed.
    pub sentence: String,
    /// Yen that are paid.
    pub amount: Yen,
    /// もとの資料
    pub reason: String,
    /// 入力者
    pub entered_by: String,
    /// 承認者
    pub approved_by: String,
    /// The scan.
    pub scan: Option<Link>,
    /// Where the wish stands.
    pub state: RefundState,
    /// Whether runs count it.
    pub counts: bool,
    /// What to do about it.
    pub proposal: Option<String>,
    /// Records that say the same.
    pub beside: Vec<Link>,
}

/// 手入力の一覧
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "hand.html")]
pub struct HandPage {
    /// Frame.
    pub shell: Shell,
    /// Waiting for the second person.
    pub waiting: Vec<HandRow>,
    /// In force.
    pub standing: Vec<HandRow>,
    /// Taken back or sent back.
    pub ended: Vec<HandRow>,
}

/// How a value is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// A day.
    Date,
    /// Yen or a count.
    Number,
    /// A line of text.
    Text,
    /// One of several.
    Select,
}

/// One field of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandInput {
    /// Stable word.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// How it is typed.
    pub kind: InputKind,
    /// What was typed.
    pub field: Field,
    /// Whether it must be typed.
    pub required: bool,
    /// What to know.
    pub hint: &'static str,
    /// Words to choose from, of a choice.
    pub options: Vec<Choice>,
}

impl HandInput {
    /// Type and mode of the control.
    #[must_use]
    pub const fn attributes(&self) -> &'static str {
        match self.kind {
            InputKind::Date => "type=\"date\"",
            InputKind::Number => "inputmode=\"numeric\" autocomplete=\"off\"",
            InputKind::Text | InputKind::Select => "autocomplete=\"off\"",
        }
    }

    /// Whether it is a choice.
    #[must_use]
    pub const fn is_select(&self) -> bool {
        matches!(self.kind, InputKind::Select)
    }
}

/// The form.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "hand_form.html")]
pub struct HandFormPage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form and of the wish.
    pub form: FormId,
    /// Where it goes.
    pub action: &'static str,
    /// `支払通知の手入力`
    pub title: &'static str,
    /// English beside it.
    pub english: &'static str,
    /// What the form is for.
    pub lead: &'static str,
    /// Fields, in the order of the paper.
    pub inputs: Vec<HandInput>,
    /// 証ひょう
    pub scan: Field,
    /// Longest scan, in MiB.
    pub scan_mib_max: usize,
    /// もとの資料
    pub reason: Field,
    /// Longest reason, in characters.
    pub reason_max: usize,
    /// What refuses the whole, where no field is to blame.
    pub refused: Option<String>,
}
