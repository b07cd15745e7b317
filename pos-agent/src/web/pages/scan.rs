//! 読取: the citizen shows a code, the clerk scans it, the payment begins.

use askama::Template;
use domain::money::Yen;

use super::Field;
use crate::web::shell::Shell;

/// お客様のコードを読み取る.
#[derive(Debug, Clone, Template)]
#[template(path = "scan.html")]
pub struct ScanPage {
    /// Around the page.
    pub shell: Shell,
    /// The sale.
    pub sale: String,
    /// Command id of the payment that the scan begins.
    pub command: String,
    /// Word of the route.
    pub route: String,
    /// Its id.
    pub route_id: String,
    /// Sum.
    pub total: Yen,
    /// Brands that it takes.
    pub brands: Vec<String>,
    /// Asked for where the same amount by the same method is in doubt.
    pub repeat_reason: Option<Field>,
    /// Scans so far; none where no scanner stands at the counter.
    pub scans: Option<u64>,
}

#[cfg(test)]
impl ScanPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let page = Self {
            shell: Shell::sample("お客様のコードを読み取ってください", "Scan", Way::Sell),
            sale: "s".into(),
            command: "0".into(),
            route: "コード決済（読取）".into(),
            route_id: "cpm".into(),
            total: Yen::new(600),
            brands: vec!["PayPay".into(), "d払い".into()],
            repeat_reason: None,
            scans: Some(3),
        };
        let repeat = Self { repeat_reason: Some(Field::of("別のお客様")), ..page.clone() };
        vec![repeat, Self { scans: None, brands: Vec::new(), ..page.clone() }, page]
    }
}
