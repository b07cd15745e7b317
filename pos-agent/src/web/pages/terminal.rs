//! An attempt under way: linked terminal, terminal that is not linked, printed JPQR; and a result that is not 成立.

use askama::Template;
use domain::money::Yen;

use super::{Choice, Field, sell::RouteButton};
use crate::web::shell::Shell;

/// A code that the citizen scans from the customer display, small beside the clerk's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeView {
    /// The symbol, as an SVG element made here.
    pub symbol: String,
    /// How long it is still good: `4分32秒`.
    pub left: String,
}

/// A linked terminal is at work.
#[derive(Debug, Clone, Template)]
#[template(path = "progress.html")]
pub struct ProgressPage {
    /// Around the page.
    pub shell: Shell,
    /// The attempt.
    pub attempt: String,
    /// Command id of 中止.
    pub command: String,
    /// Word of the route.
    pub route: String,
    /// The operator in the network, where it is no terminal.
    pub operator: Option<String>,
    /// Take or take back.
    pub taking_back: bool,
    /// Yen.
    pub amount: Yen,
    /// What the terminal shows or does, in Japanese.
    pub display: String,
    /// What the clerk tells the citizen.
    pub say: String,
    /// Steps: word, done.
    pub steps: Vec<(&'static str, bool)>,
    /// Seconds since it was asked for.
    pub seconds: i64,
    /// The code on the customer display.
    pub code: Option<CodeView>,
    /// 中止 was wished.
    pub cancel_asked: bool,
}

/// 不成立, 未開始: nothing was charged, by proof.
#[derive(Debug, Clone, Template)]
#[template(path = "declined.html")]
pub struct DeclinedPage {
    /// Around the page.
    pub shell: Shell,
    /// The sale.
    pub sale: String,
    /// Command id of the next payment.
    pub command: String,
    /// 不成立 or 未開始.
    pub word: &'static str,
    /// Why, in words.
    pub why: String,
    /// The device's code, where there is one.
    pub code: Option<String>,
    /// Sum.
    pub total: Yen,
    /// Ways of paying now; empty where the attempt was a void.
    pub routes: Vec<RouteButton>,
    /// The attempt was a void.
    pub taking_back: bool,
}

/// A terminal that is not linked: the amount to key, then what its slip says.
#[derive(Debug, Clone, Template)]
#[template(path = "manual.html")]
pub struct ManualPage {
    /// Around the page.
    pub shell: Shell,
    /// The attempt.
    pub attempt: String,
    /// Command id of the keyed result.
    pub command: String,
    /// Command id of 中止 before anything was keyed on the terminal.
    pub cancel_command: String,
    /// Word of the route.
    pub route: String,
    /// 端末番号
    pub terminal_id: String,
    /// Take or take back.
    pub taking_back: bool,
    /// Yen to key on the terminal.
    pub amount: Yen,
    /// Brands of the route.
    pub brands: Vec<Choice>,
    /// A brand was not chosen.
    pub brand_error: Option<String>,
    /// 伝票番号
    pub slip_number: Field,
}

/// 印刷QR: say the amount, see the completed screen, key what it shows.
#[derive(Debug, Clone, Template)]
#[template(path = "jpqr.html")]
pub struct JpqrPage {
    /// Around the page.
    pub shell: Shell,
    /// The attempt.
    pub attempt: String,
    /// Command id of the confirmation.
    pub command: String,
    /// Command id of 支払われなかった and 結果が分からない.
    pub declined_command: String,
    /// Yen to say.
    pub amount: Yen,
    /// Wallets.
    pub wallets: Vec<Choice>,
    /// A wallet was not chosen.
    pub wallet_error: Option<String>,
    /// Sheets of this counter.
    pub sheets: Vec<Choice>,
    /// 取引番号の下4けた
    pub payer_digits: Field,
    /// Amount on the payer's screen, as typed.
    pub shown_amount: Field,
    /// Set where the payer's screen shows another amount than ours.
    pub wrong: Option<WrongAmount>,
    /// The result may be left unknown.
    pub may_doubt: bool,
}

/// The payer typed another amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongAmount {
    /// On the payer's screen.
    pub shown: Yen,
    /// Too much (positive) or too little (negative).
    pub difference: Yen,
}

#[cfg(test)]
pub(crate) fn sample_brands() -> Vec<Choice> {
    [("visa", "Visa", true), ("jcb", "JCB", false), ("waon", "WAON", false)]
        .map(|(value, label, selected)| Choice { value: value.into(), label: label.into(), selected })
        .into()
}

#[cfg(test)]
impl ProgressPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let page = Self {
            shell: Shell::sample("端末で決済中", "On the terminal", Way::Sell).waiting(),
            attempt: "a".into(),
            command: "0".into(),
            route: "クレジット".into(),
            operator: None,
            taking_back: false,
            amount: Yen::new(600),
            display: "カードをかざすか、差し込んでください".into(),
            say: "「カードをお願いします」".into(),
            steps: vec![("端末に送る", true), ("カード", false), ("センター", false), ("結果", false)],
            seconds: 12,
            code: None,
            cancel_asked: false,
        };
        let symbol = crate::codes::symbol::svg("https://qr.example.jp/1").unwrap();
        let code = Some(CodeView { symbol, left: "58秒".into() });
        vec![
            Self { code, operator: Some("PayPay".into()), ..page.clone() },
            Self { operator: Some("PayPay".into()), cancel_asked: true, ..page.clone() },
            Self { cancel_asked: true, taking_back: true, ..page.clone() },
            page,
        ]
    }
}

#[cfg(test)]
impl DeclinedPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::{pages::sell::sample_routes, shell::Way};
        let page = Self {
            shell: Shell::sample("支払われていません", "Not charged", Way::Sell),
            sale: "s".into(),
            command: "0".into(),
            word: "不成立",
            why: "カード会社が承認しませんでした。".into(),
            code: Some("05".into()),
            total: Yen::new(600),
            routes: sample_routes(),
            taking_back: false,
        };
        vec![Self { code: None, routes: Vec::new(), taking_back: true, ..page.clone() }, page]
    }
}

#[cfg(test)]
impl ManualPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let page = Self {
            shell: Shell::sample("端末に金額を打ってください", "Key the amount", Way::Sell),
            attempt: "a".into(),
            command: "0".into(),
            cancel_command: "1".into(),
            route: "電子マネー".into(),
            terminal_id: "T-0001".into(),
            taking_back: false,
            amount: Yen::new(600),
            brands: sample_brands(),
            brand_error: None,
            slip_number: Field::default(),
        };
        let wrong = Field {
            value: "1/2".into(), error: Some("英字と数字だけで入れてください。".into())
        };
        let refused = Self {
            brand_error: Some("ブランドを選んでください。".into()),
            slip_number: wrong,
            ..page.clone()
        };
        vec![page, Self { taking_back: true, ..refused }]
    }
}

#[cfg(test)]
impl JpqrPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let page = Self {
            shell: Shell::sample("コード決済（印刷QR）", "Printed JPQR", Way::Sell),
            attempt: "a".into(),
            command: "0".into(),
            declined_command: "1".into(),
            amount: Yen::new(600),
            wallets: sample_brands(),
            wallet_error: None,
            sheets: vec![Choice { value: "00001".into(), label: "00001".into(), selected: true }],
            payer_digits: Field::default(),
            shown_amount: Field::default(),
            wrong: None,
            may_doubt: true,
        };
        let over = WrongAmount { shown: Yen::new(6_000), difference: Yen::new(5_400) };
        let short = WrongAmount { shown: Yen::new(60), difference: Yen::new(-540) };
        let refused =
            Self { wallet_error: Some("選んでください。".into()), wrong: Some(over), ..page.clone() };
        vec![page.clone(), refused, Self { wrong: Some(short), ..page }]
    }
}
