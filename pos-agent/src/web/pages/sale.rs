//! A completed sale: what was paid, the change, the paper; 再発行 and 取消.

use askama::Template;
use domain::{money::Yen, sale::Line};

use super::Field;
use crate::web::shell::{Chip, Shell};

/// A paper of the sale and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRow {
    /// Number of the print job.
    pub job: u32,
    /// 領収書, 再発行 1回目, 取消票 …
    pub name: String,
    /// State in words with a mark.
    pub chip: Chip,
    /// What to do, where something is to be done.
    pub todo: Option<String>,
    /// Waits for a person to look at the paper.
    pub ask: bool,
    /// Command id of the answer.
    pub command: String,
    /// Word for: let it rest.
    pub seen: &'static str,
    /// Word for: print again.
    pub again: &'static str,
}

/// A completed, voided or abandoned sale.
#[derive(Debug, Clone, Template)]
#[template(path = "sale.html")]
pub struct SalePage {
    /// Around the page.
    pub shell: Shell,
    /// The sale.
    pub sale: String,
    /// Command id of 再発行.
    pub reprint_command: String,
    /// Receipt number in words.
    pub receipt: String,
    /// State in words with a mark.
    pub state: Chip,
    /// 明細
    pub lines: Vec<Line>,
    /// Sum.
    pub total: Yen,
    /// How it was paid: word and value.
    pub facts: Vec<(String, String)>,
    /// お預り and お釣り.
    pub cash: Option<(Yen, Yen)>,
    /// Papers.
    pub papers: Vec<PaperRow>,
    /// May be voided here now.
    pub voidable: bool,
    /// May be printed again.
    pub reprintable: bool,
    /// A paper is on its way; the page loads itself again.
    pub waiting: bool,
}

/// 取消: what will happen, and the reason.
#[derive(Debug, Clone, Template)]
#[template(path = "void.html")]
pub struct VoidPage {
    /// Around the page.
    pub shell: Shell,
    /// The sale.
    pub sale: String,
    /// Command id.
    pub command: String,
    /// Receipt number in words.
    pub receipt: String,
    /// How it was paid, in words.
    pub method: String,
    /// Sum.
    pub total: Yen,
    /// What happens and what the brand or terminal allows.
    pub advice: Vec<String>,
    /// Reasons to touch instead of typing.
    pub reasons: Vec<&'static str>,
    /// Reason as typed.
    pub reason: Field,
}

#[cfg(test)]
pub(crate) fn sample_papers() -> Vec<PaperRow> {
    use crate::web::shell::Tone;
    let row = |job, name: &str, tone, word: &str, todo: Option<&str>, ask| PaperRow {
        job,
        name: name.into(),
        chip: Chip::new(tone, "印刷", word),
        todo: todo.map(str::to_owned),
        ask,
        command: "0".into(),
        seen: "紙は出ている",
        again: "出ていない・もう一度印刷",
    };
    vec![
        row(1, "領収書", Tone::Good, "印刷済", None, false),
        row(2, "再発行 1回目", Tone::Bad, "印刷不明", Some("紙が出ているか見てください。"), true),
    ]
}

#[cfg(test)]
impl SalePage {
    pub(crate) fn samples() -> Vec<Self> {
        use super::paying::sample_lines;
        use crate::web::shell::{Tone, Way};
        let page = Self {
            shell: Shell::sample("会計が済みました", "Completed", Way::Sell),
            sale: "s".into(),
            reprint_command: "0".into(),
            receipt: "JUMIN-01-1-000042".into(),
            state: Chip::new(Tone::Good, "取引", "完了"),
            lines: sample_lines(),
            total: Yen::new(600),
            facts: vec![("支払方法".into(), "現金".into())],
            cash: Some((Yen::new(1_000), Yen::new(400))),
            papers: sample_papers(),
            voidable: true,
            reprintable: true,
            waiting: false,
        };
        let mut waiting = Self { cash: None, waiting: true, ..page.clone() };
        waiting.shell.refresh = true;
        vec![Self { voidable: false, reprintable: false, papers: Vec::new(), ..page.clone() }, page, waiting]
    }
}

#[cfg(test)]
impl VoidPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        vec![Self {
            shell: Shell::sample("取消", "Void", Way::Today),
            sale: "s".into(),
            command: "0".into(),
            receipt: "JUMIN-01-1-000042".into(),
            method: "現金".into(),
            total: Yen::new(600),
            advice: vec!["600円をお客様に返します。".into()],
            reasons: vec!["数の打ち間違い"],
            reason: Field::default(),
        }]
    }
}
