//! Taking the money: a registered sale, cash.

use askama::Template;
use domain::{money::Yen, sale::Line};

use super::{Field, sell::RouteButton};
use crate::web::shell::Shell;

/// A registered sale that waits for its money.
#[derive(Debug, Clone, Template)]
#[template(path = "pay.html")]
pub struct PayPage {
    /// Around the page.
    pub shell: Shell,
    /// The sale.
    pub sale: String,
    /// Command id of the payment.
    pub command: String,
    /// Command id of 取引中止.
    pub abandon_command: String,
    /// 明細
    pub lines: Vec<Line>,
    /// Sum.
    pub total: Yen,
    /// Ways of paying.
    pub routes: Vec<RouteButton>,
    /// Nothing to pay: issue without payment.
    pub free: bool,
    /// Asked for where the same amount by the same method is in doubt.
    pub repeat_reason: Option<Field>,
    /// Reason of 取引中止.
    pub abandon_reason: Field,
    /// Command id of a payment that a scan begins.
    pub scan_command: String,
    /// Scans so far; none where no scanner stands at the counter.
    pub scans: Option<u64>,
}

/// A quick amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuickAmount {
    /// Yen.
    pub amount: Yen,
    /// Change that it gives.
    pub change: Yen,
}

/// 現金.
#[derive(Debug, Clone, Template)]
#[template(path = "cash.html")]
pub struct CashPage {
    /// Around the page.
    pub shell: Shell,
    /// The sale.
    pub sale: String,
    /// Command id.
    pub command: String,
    /// Sum.
    pub total: Yen,
    /// お預り as typed.
    pub tendered: Field,
    /// Change of what is typed, where it is enough.
    pub change: Option<Yen>,
    /// 1,000, 5,000, 10,000 as far as they are enough.
    pub quick: Vec<QuickAmount>,
}

#[cfg(test)]
pub(crate) fn sample_lines() -> Vec<Line> {
    use domain::{
        catalogue::{Owner, RevenueAccount, TaxClass},
        sale::Exemption,
    };
    let line = Line {
        item: "JUMIN".parse().unwrap(),
        name: "住民票の写し".into(),
        quantity: 2,
        unit_price: Yen::new(300),
        amount: Yen::new(600),
        group: false,
        exemption: None,
        visitor_category: None,
        account: RevenueAccount {
            account: "一般会計".into(),
            kan: "使用料及び手数料".into(),
            ko: "手数料".into(),
            moku: "総務手数料".into(),
            setsu: "戸籍住民基本台帳手数料".into(),
        },
        section: "市民課".into(),
        owner: Owner::City,
        year_rule: domain::year_rule::YearRule::default(),
        tax: TaxClass::NonTaxable,
    };
    let ground = Exemption { code: "LAW".parse().unwrap(), label: "国民年金法104条".into() };
    let free = Line { quantity: 1, amount: Yen::ZERO, exemption: Some(ground), ..line.clone() };
    vec![line, Line { group: true, ..free }]
}

#[cfg(test)]
impl PayPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::{pages::sell::sample_routes, shell::Way};
        let page = Self {
            shell: Shell::sample("支払方法", "Payment", Way::Sell),
            sale: "s".into(),
            command: "0".into(),
            abandon_command: "1".into(),
            lines: sample_lines(),
            total: Yen::new(600),
            routes: sample_routes(),
            free: false,
            repeat_reason: None,
            abandon_reason: Field::default(),
            scan_command: "2".into(),
            scans: Some(7),
        };
        let repeat = Self { repeat_reason: Some(Field::of("別のお客様")), ..page.clone() };
        let free = Self { free: true, total: Yen::ZERO, ..page.clone() };
        vec![page, repeat, free]
    }
}

#[cfg(test)]
impl CashPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let page = Self {
            shell: Shell::sample("現金", "Cash", Way::Sell),
            sale: "s".into(),
            command: "0".into(),
            total: Yen::new(750),
            tendered: Field::of("1000"),
            change: Some(Yen::new(250)),
            quick: vec![QuickAmount { amount: Yen::new(1_000), change: Yen::new(250) }],
        };
        let wrong =
            Field { value: "1,000".into(), error: Some("数字だけで入れてください。".into()) };
        vec![Self { tendered: wrong, change: None, ..page.clone() }, page]
    }
}
