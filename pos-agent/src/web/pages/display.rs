//! お客様画面: what is bought, what it costs, what to do now. No form, no way to go, nothing of the counter's state.

use askama::Template;
use domain::money::Yen;

/// A line as the citizen sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayLine {
    /// Name.
    pub name: String,
    /// Copies or persons.
    pub quantity: u32,
    /// Yen.
    pub amount: Yen,
    /// Ground for ¥0.
    pub ground: Option<String>,
}

/// What is being said to the citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saying {
    /// Nobody is being served.
    Welcome,
    /// Items are being entered, or the method chosen.
    Basket {
        /// Methods that can be used now.
        methods: Vec<String>,
    },
    /// What to do for this method.
    Pay {
        /// Method.
        method: String,
        /// Sentences.
        steps: Vec<String>,
    },
    /// A code to scan from this display.
    Code {
        /// Method.
        method: String,
        /// The symbol, as an SVG element made here.
        symbol: String,
        /// How long it is still good, where it ends: `4分32秒`.
        left: Option<String>,
        /// Sentences.
        steps: Vec<String>,
    },
    /// Being checked; do not pay again.
    Checking,
    /// Nothing was charged.
    NotCharged,
    /// Done.
    Thanks {
        /// お預り and お釣り, for cash.
        cash: Option<(Yen, Yen)>,
    },
}

/// お客様画面.
#[derive(Debug, Clone, Template)]
#[template(path = "display.html")]
pub struct DisplayPage {
    /// Municipality and facility.
    pub place: String,
    /// Counter.
    pub counter: String,
    /// Sentence shown while nobody is served.
    pub welcome: String,
    /// Lines.
    pub lines: Vec<DisplayLine>,
    /// Sum.
    pub total: Yen,
    /// What is being said.
    pub saying: Saying,
}

#[cfg(test)]
impl DisplayPage {
    pub(crate) fn samples() -> Vec<Self> {
        let line = |ground: Option<&str>| DisplayLine {
            name: "住民票の写し".into(),
            quantity: 2,
            amount: Yen::new(600),
            ground: ground.map(str::to_owned),
        };
        let page = |saying| Self {
            place: "みなと市 市役所".into(),
            counter: "1番窓口".into(),
            welcome: "いらっしゃいませ".into(),
            lines: vec![line(None), line(Some("国民年金法104条"))],
            total: Yen::new(600),
            saying,
        };
        vec![
            page(Saying::Welcome),
            page(Saying::Basket { methods: vec!["現金".into(), "クレジット".into()] }),
            page(Saying::Pay {
                method: "クレジット".into(), steps: vec!["カードをかざしてください".into()]
            }),
            page(Saying::Code {
                method: "PayPay".into(),
                symbol: crate::codes::symbol::svg("https://qr.example.jp/1").unwrap(),
                left: Some("4分32秒".into()),
                steps: vec!["アプリで読み取ってください".into()],
            }),
            page(Saying::Checking),
            page(Saying::NotCharged),
            page(Saying::Thanks { cash: None }),
            page(Saying::Thanks { cash: Some((Yen::new(1_000), Yen::new(400))) }),
        ]
    }
}
