//! Before the first sale: 業務開始, the clock that a person has to confirm, and pages that say why nothing opens yet.

use askama::Template;
use domain::money::Yen;

use super::{Choice, DenominationRow, Field};
use crate::web::shell::Shell;

/// 業務開始.
#[derive(Debug, Clone, Template)]
#[template(path = "opening.html")]
pub struct OpeningPage {
    /// Around the page.
    pub shell: Shell,
    /// Command id of the form.
    pub command: String,
    /// The date to confirm, `YYYY-MM-DD`.
    pub date: String,
    /// The same in words.
    pub date_words: String,
    /// The box is ticked.
    pub confirmed: bool,
    /// Staff.
    pub operators: Vec<Choice>,
    /// つり銭準備金 by denomination.
    pub rows: Vec<DenominationRow>,
    /// Its sum, where it was asked for.
    pub total: Option<Yen>,
    /// The last close, in words.
    pub last_close: Option<String>,
}

/// Why nothing can be done here now, and what to do.
#[derive(Debug, Clone, Template)]
#[template(path = "stop.html")]
pub struct StopPage {
    /// Around the page.
    pub shell: Shell,
    /// What is the matter, one sentence.
    pub lead: String,
    /// What to do, step by step.
    pub steps: Vec<String>,
    /// Where to go: address and words.
    pub action: Option<(String, String)>,
}

/// 時計の確認.
#[derive(Debug, Clone, Template)]
#[template(path = "clock.html")]
pub struct ClockPage {
    /// Around the page.
    pub shell: Shell,
    /// Command id of the form.
    pub command: String,
    /// What the clock did, one sentence.
    pub what: String,
    /// Last time in the journal.
    pub last: String,
    /// What the clock says.
    pub now: String,
    /// In the person's words.
    pub reason: Field,
}

#[cfg(test)]
impl OpeningPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::{
            fields::Fields,
            pages::denomination_rows,
            shell::{Notice, Way},
        };
        let shell = Shell::sample("業務開始", "Opening", Way::Elsewhere);
        let rows = denomination_rows(&Fields::new([("pieces-1000", "20"), ("pieces-500", "abc")]));
        let page = Self {
            shell,
            command: "0".into(),
            date: "2026-11-21".into(),
            date_words: "令和8年11月21日(土)".into(),
            confirmed: false,
            operators: vec![
                Choice { value: "c01".into(), label: "窓口担当A".into(), selected: true },
                Choice { value: "c02".into(), label: "窓口担当B".into(), selected: false },
            ],
            rows,
            total: None,
            last_close: Some("令和8年11月20日(金) 1回目".into()),
        };
        let mut again = Self { total: Some(Yen::new(30_000)), confirmed: true, ..page.clone() };
        again.shell.notice = Some(Notice::refused("日付を確かめて、印を付けてください。"));
        vec![page, again]
    }
}

#[cfg(test)]
impl StopPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let page = Self {
            shell: Shell::sample("前日の締めが済んでいません", "Yesterday is still open", Way::Elsewhere),
            lead: "令和8年11月20日(金) の業務が締められていません。".into(),
            steps: vec!["金庫の現金を数えます。".into(), "「締め」に進みます。".into()],
            action: Some(("/close".into(), "前日の締めに進む".into())),
        };
        vec![Self { action: None, ..page.clone() }, page]
    }
}

#[cfg(test)]
impl ClockPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        vec![Self {
            shell: Shell::sample("時計の確認", "Clock check", Way::Elsewhere),
            command: "0".into(),
            what: "時計が戻っています。".into(),
            last: "2026-11-21 10:24:00".into(),
            now: "2026-11-21 09:10:00".into(),
            reason: Field { value: String::new(), error: Some("理由を入れてください。".into()) },
        }]
    }
}
