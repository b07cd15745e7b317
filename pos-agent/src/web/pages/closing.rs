//! The evening: blind count, 端末日計, differences and reason, close.

use askama::Template;
use domain::money::Yen;

use super::{DenominationRow, Field};
use crate::web::shell::Shell;

/// One thing to do before the close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseStep {
    /// Word.
    pub word: String,
    /// Done.
    pub done: bool,
    /// What was found, or what to do.
    pub detail: String,
    /// Where to do it.
    pub href: Option<String>,
}

/// A difference that wants a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceRow {
    /// What is compared.
    pub what: String,
    /// By our journal.
    pub ours: String,
    /// By the count or the terminal.
    pub theirs: String,
    /// Difference in yen.
    pub difference: Yen,
}

/// 点検・締め: what is left to do.
#[derive(Debug, Clone, Template)]
#[template(path = "close.html")]
pub struct ClosePage {
    /// Around the page.
    pub shell: Shell,
    /// Command id of the close.
    pub command: String,
    /// Command id of the inspection.
    pub inspect_command: String,
    /// 取扱日 and 締め回 in words.
    pub day: String,
    /// Steps.
    pub steps: Vec<CloseStep>,
    /// Shown only after the count.
    pub differences: Vec<DifferenceRow>,
    /// Things to know that do not stop the close.
    pub remarks: Vec<String>,
    /// Counted, so that the differences may be shown.
    pub counted: bool,
    /// A reason is needed.
    pub reason_needed: bool,
    /// Reason, as typed.
    pub reason: Field,
    /// Nothing stops the close.
    pub ready: bool,
}

/// 実査, blind.
#[derive(Debug, Clone, Template)]
#[template(path = "count.html")]
pub struct CountPage {
    /// Around the page.
    pub shell: Shell,
    /// Command id.
    pub command: String,
    /// By denomination.
    pub rows: Vec<DenominationRow>,
    /// Sum of what is typed, where it was asked for.
    pub total: Option<Yen>,
    /// Counted before: this one replaces it.
    pub again: bool,
}

/// One brand of a terminal's totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandTotalRow {
    /// Code.
    pub brand: String,
    /// Name.
    pub label: String,
    /// 件数, first and second.
    pub count: [Field; 2],
    /// 円, first and second.
    pub amount: [Field; 2],
}

/// 端末日計 of one terminal.
#[derive(Debug, Clone, Template)]
#[template(path = "totals.html")]
pub struct TotalsPage {
    /// Around the page.
    pub shell: Shell,
    /// Command id.
    pub command: String,
    /// Route id.
    pub route: String,
    /// Word of the route.
    pub label: String,
    /// The operator in the network whose own screen has the totals, where it is no terminal.
    pub operator: Option<String>,
    /// The terminal can be asked over the wire.
    pub linked: bool,
    /// It is being asked; the page loads itself again.
    pub asking: bool,
    /// Why the last read failed.
    pub failed: Option<String>,
    /// `1` while the first entry is typed, `2` while the second is.
    pub round: u8,
    /// By brand.
    pub rows: Vec<BrandTotalRow>,
}

#[cfg(test)]
impl ClosePage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let page = Self {
            shell: Shell::sample("点検・締め", "X / Z", Way::Close),
            command: "0".into(),
            inspect_command: "1".into(),
            day: "令和8年11月21日(土) 1回目".into(),
            steps: vec![
                CloseStep { word: "現金を数える".into(), done: true, detail: "済".into(), href: None },
                CloseStep {
                    word: "端末日計: クレジット".into(),
                    done: false,
                    detail: "まだです".into(),
                    href: Some("/close/totals/card".into()),
                },
            ],
            differences: vec![DifferenceRow {
                what: "現金".into(),
                ours: "41,250円".into(),
                theirs: "41,270円".into(),
                difference: Yen::new(20),
            }],
            remarks: vec!["結果不明が1件あります。".into()],
            counted: true,
            reason_needed: true,
            reason: Field { value: String::new(), error: Some("理由を入れてください。".into()) },
            ready: true,
        };
        let early = Self {
            differences: Vec::new(),
            remarks: Vec::new(),
            counted: false,
            reason_needed: false,
            ready: false,
            ..page.clone()
        };
        vec![early, page]
    }
}

#[cfg(test)]
impl CountPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::{fields::Fields, pages::denomination_rows, shell::Way};
        let page = Self {
            shell: Shell::sample("現金を数える", "Cash count", Way::Close),
            command: "0".into(),
            rows: denomination_rows(&Fields::default()),
            total: None,
            again: false,
        };
        vec![Self { total: Some(Yen::new(41_270)), again: true, ..page.clone() }, page]
    }
}

#[cfg(test)]
impl TotalsPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let row = BrandTotalRow {
            brand: "visa".into(),
            label: "Visa".into(),
            count: [Field::of("3"), Field::default()],
            amount: [Field::of("1050"), Field::default()],
        };
        let page = Self {
            shell: Shell::sample("端末日計", "Terminal totals", Way::Close),
            command: "0".into(),
            route: "card".into(),
            label: "クレジット".into(),
            operator: None,
            linked: false,
            asking: false,
            failed: None,
            round: 1,
            rows: vec![row],
        };
        let mut asking = Self { linked: true, asking: true, ..page.clone() };
        asking.shell.refresh = true;
        let failed =
            Self { linked: true, failed: Some("端末が答えません。".into()), ..page.clone() };
        let operator = Self { operator: Some("PayPay".into()), ..page.clone() };
        let again = Self { round: 2, ..operator.clone() };
        vec![Self { round: 2, ..page.clone() }, page, asking, failed, operator, again]
    }
}
