//! お知らせ and 担当者交代.

use askama::Template;

use super::Choice;
use crate::web::shell::{Chip, Shell};

/// 中央からのお知らせ: what arrived, what is not yet delivered, what needs someone.
#[derive(Debug, Clone, Template)]
#[template(path = "inbox.html")]
pub struct InboxPage {
    /// Around the page.
    pub shell: Shell,
    /// State of line and devices.
    pub chips: Vec<Chip>,
    /// Highest number journalled.
    pub received: u64,
    /// Price lists: first day in words, in force.
    pub price_lists: Vec<(String, bool)>,
    /// Sentences that need someone.
    pub remarks: Vec<String>,
}

/// 担当者交代.
#[derive(Debug, Clone, Template)]
#[template(path = "operator.html")]
pub struct OperatorPage {
    /// Around the page.
    pub shell: Shell,
    /// Command id.
    pub command: String,
    /// Staff.
    pub operators: Vec<Choice>,
}

#[cfg(test)]
impl InboxPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::{Tone, Way};
        let page = Self {
            shell: Shell::sample("中央からのお知らせ", "Inbox", Way::Inbox),
            chips: vec![Chip::new(Tone::Warn, "通信", "オフライン・未送信 12件")],
            received: 3,
            price_lists: vec![("令和8年4月1日(水)".into(), true), ("令和9年4月1日(木)".into(), false)],
            remarks: vec!["端末から、この窓口の記録にない結果が1件届いています。".into()],
        };
        vec![Self { remarks: Vec::new(), price_lists: Vec::new(), received: 0, ..page.clone() }, page]
    }
}

#[cfg(test)]
impl OperatorPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        vec![Self {
            shell: Shell::sample("担当者交代", "Change of clerk", Way::Operator),
            command: "0".into(),
            operators: vec![
                Choice { value: "c01".into(), label: "窓口担当A".into(), selected: true },
                Choice { value: "c02".into(), label: "窓口担当B".into(), selected: false },
            ],
        }]
    }
}
