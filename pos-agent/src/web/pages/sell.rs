//! 会計: buttons of the price list, the basket, the total, the ways to pay. Two touches for a certificate paid in cash.

use askama::Template;
use domain::{id::ReceiptNumber, money::Yen};

use crate::web::shell::Shell;

/// A button of the price list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemButton {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// English.
    pub name_en: String,
    /// Unit price.
    pub price: Yen,
    /// Group price, where there is one.
    pub group_price: Option<Yen>,
    /// How many are in the basket.
    pub count: u32,
    /// The only hit of a search: Enter takes it.
    pub first_hit: bool,
}

/// A line of the basket with what `decide` makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasketLine {
    /// Place in the form.
    pub index: usize,
    /// Hidden text: item and ground.
    pub text: String,
    /// Name.
    pub name: String,
    /// Copies or persons.
    pub quantity: u32,
    /// Price of one, as charged.
    pub unit_price: Yen,
    /// As charged.
    pub amount: Yen,
    /// Sold at the group price.
    pub group: bool,
    /// Ground for ¥0.
    pub ground: Option<String>,
    /// Whether any ground applies to the item.
    pub may_be_free: bool,
}

/// A way of paying, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteButton {
    /// Route.
    pub id: String,
    /// Word on the button.
    pub label: String,
    /// How it works, short.
    pub note: String,
    /// Class in the style sheet.
    pub class: &'static str,
    /// Key.
    pub accesskey: &'static str,
    /// Why it cannot be used now.
    pub barred: Option<String>,
}

/// A ground for ¥0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroundButton {
    /// Code.
    pub code: String,
    /// Article or reason.
    pub label: String,
}

/// What the left side shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// Buttons.
    Items(Vec<ItemButton>),
    /// Grounds for one line.
    Grounds {
        /// Place of the line.
        index: usize,
        /// Its name.
        name: String,
        /// To choose from.
        grounds: Vec<GroundButton>,
    },
    /// Group override.
    Group,
}

/// A sale just done, so that the clerk can say the change while the next citizen stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSale {
    /// Where it is.
    pub href: String,
    /// Its receipt.
    pub receipt: ReceiptNumber,
    /// お釣り, for cash.
    pub change: Option<Yen>,
}

/// 会計.
#[derive(Debug, Clone, Template)]
#[template(path = "sell.html")]
pub struct SellPage {
    /// Around the page.
    pub shell: Shell,
    /// Command id that registers the sale.
    pub command: String,
    /// Command id that asks for the money.
    pub pay_command: String,
    /// What was searched.
    pub find: String,
    /// Left side.
    pub left: Left,
    /// The basket.
    pub lines: Vec<BasketLine>,
    /// As charged; none while `decide` refuses.
    pub total: Option<Yen>,
    /// People counted for the group rule, where it matters.
    pub group_note: Option<String>,
    /// `group`, `individual` or empty.
    pub group: &'static str,
    /// Reason for the override.
    pub group_reason: String,
    /// Whether a group price exists for anything here.
    pub group_possible: bool,
    /// Ways of paying.
    pub routes: Vec<RouteButton>,
    /// ¥0 with grounds: issue without payment.
    pub free: bool,
    /// The sale before.
    pub last: Option<LastSale>,
    /// Scans so far; none where no scanner stands at the counter.
    pub scans: Option<u64>,
    /// Sales that wait for payment: address and words.
    pub waiting: Vec<(String, String)>,
}

impl SellPage {
    /// Whether the left side shows the group override, whose inputs replace the hidden ones.
    #[must_use]
    pub fn choosing_group(&self) -> bool {
        self.left == Left::Group
    }

    /// The sum as a number, for the form.
    #[must_use]
    pub fn total_number(&self) -> i64 {
        self.total.map_or(-1, Yen::get)
    }
}

#[cfg(test)]
pub(crate) fn sample_routes() -> Vec<RouteButton> {
    let route = |id: &str, label: &str, note: &str, class, accesskey, barred: Option<&str>| RouteButton {
        id: id.into(),
        label: label.into(),
        note: note.into(),
        class,
        accesskey,
        barred: barred.map(str::to_owned),
    };
    vec![
        route("cash", "現金", "お預りを入れる", "cash", "z", None),
        route("card", "クレジット", "端末に金額を送る", "linked", "x", None),
        route("emoney", "電子マネー", "端末に金額を打つ", "manual", "c", Some("端末の結果を確認中です")),
        route("jpqr", "コード決済", "印刷QRを見せる", "sheet", "v", None),
    ]
}

#[cfg(test)]
impl SellPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Notice;
        let empty = Self::sample_empty();
        let line = BasketLine {
            index: 0,
            text: "JUMIN".into(),
            name: "住民票の写し".into(),
            quantity: 2,
            unit_price: Yen::new(300),
            amount: Yen::new(600),
            group: false,
            ground: None,
            may_be_free: true,
        };
        let free = BasketLine {
            index: 1,
            text: "JUMIN~LAW".into(),
            amount: Yen::ZERO,
            ground: Some("国民年金法104条".into()),
            ..line.clone()
        };
        let full = Self {
            lines: vec![line, free],
            total: Some(Yen::new(600)),
            group_note: Some("22名（団体は20名から）: 団体料金・自動".into()),
            group_possible: true,
            ..empty.clone()
        };
        let mut refused = Self { total: None, left: Left::Group, group: "group", ..full.clone() };
        refused.shell.notice = Some(Notice::refused("収入の帰属が違います。"));
        let grounds = Left::Grounds {
            index: 0,
            name: "住民票の写し".into(),
            grounds: vec![GroundButton { code: "LAW".into(), label: "国民年金法104条".into() }],
        };
        vec![empty, Self { left: grounds, free: true, ..full.clone() }, full, refused]
    }

    fn sample_empty() -> Self {
        use crate::web::shell::Way;
        let item = |code: &str, name: &str, name_en: &str, price| ItemButton {
            code: code.into(),
            name: name.into(),
            name_en: name_en.into(),
            price: Yen::new(price),
            group_price: None,
            count: 0,
            first_hit: false,
        };
        Self {
            shell: Shell::sample("会計", "Sale", Way::Sell),
            command: "0".into(),
            pay_command: "1".into(),
            find: String::new(),
            left: Left::Items(vec![
                item("JUMIN", "住民票の写し", "Certificate of residence", 300),
                ItemButton {
                    count: 2,
                    first_hit: true,
                    ..item("INKAN", "印鑑登録証明書", "Seal certificate", 300)
                },
                ItemButton { group_price: Some(Yen::new(240)), ..item("ADULT", "一般", "Adult", 300) },
            ]),
            lines: Vec::new(),
            total: Some(Yen::ZERO),
            group_note: None,
            group: "",
            group_reason: String::new(),
            group_possible: false,
            routes: sample_routes(),
            free: false,
            last: None,
            scans: Some(0),
            waiting: vec![("/sale/x".into(), "支払待ち 10:20 600円".into())],
        }
    }
}
