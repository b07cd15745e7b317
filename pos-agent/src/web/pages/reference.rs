//! 利用券・後納, 証券: what is taken by its number.

use askama::Template;
use domain::money::Yen;

use super::Field;
use crate::web::shell::Shell;

/// The number of a coupon, an approval or a security, beside the sum that it stands for.
#[derive(Debug, Clone, Template)]
#[template(path = "reference.html")]
pub struct ReferencePage {
    /// Around the page.
    pub shell: Shell,
    /// The sale.
    pub sale: String,
    /// Command id.
    pub command: String,
    /// The way of paying, as its button says it.
    pub route: String,
    /// Its id.
    pub route_id: String,
    /// What the number is called here.
    pub number_word: String,
    /// Sum.
    pub total: Yen,
    /// What to look at before taking it.
    pub steps: Vec<&'static str>,
    /// Number as typed.
    pub reference: Field,
    /// What stands on the paper that is printed.
    pub paper: String,
    /// Scans so far; none where no scanner stands at the counter.
    pub scans: Option<u64>,
}

#[cfg(test)]
impl ReferencePage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let page = Self {
            shell: Shell::sample("利用券（クーポン）", "By number", Way::Sell),
            sale: "s".into(),
            command: "0".into(),
            route: "旅行会社クーポン".into(),
            route_id: "coupon".into(),
            number_word: "クーポン番号".into(),
            total: Yen::new(9_600),
            steps: vec!["券を預かってください。"],
            reference: Field::of("K-2207-0815"),
            paper: "利用券受領票".into(),
            scans: Some(2),
        };
        let empty =
            Field { value: String::new(), error: Some("券番号を入れてください。".into()) };
        vec![Self { reference: empty, ..page.clone() }, page]
    }
}
