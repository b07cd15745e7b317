//! 点検 (X) and 精算 (Z) on the screen: the same figures, from the same function, as on the slip.

use askama::Template;
use domain::{
    method::brand_label,
    settlement::{MethodRow, Settlement, TerminalDifference},
};

use super::sale::PaperRow;
use crate::web::shell::Shell;

/// X or Z.
#[derive(Debug, Clone, Template)]
#[template(path = "settlement.html")]
pub struct SettlementPage {
    /// Around the page.
    pub shell: Shell,
    /// Closed (Z) or a look in between (X).
    pub closed: bool,
    /// The figures.
    pub figures: Settlement,
    /// 取扱日 in words.
    pub day: String,
    /// Hash of the chain's head, in groups of eight, for a Z.
    pub chain_head: Option<Vec<String>>,
    /// The slip.
    pub papers: Vec<PaperRow>,
    /// あるべき在高 may be shown: after the count.
    pub show_expected: bool,
}

impl SettlementPage {
    /// Method and brand in words.
    #[must_use]
    pub fn name_of(&self, row: &&MethodRow) -> String {
        match &row.brand {
            Some(brand) => format!("{} {}", row.method.label_ja(), brand_label(brand)),
            None => row.method.label_ja().to_owned(),
        }
    }

    /// 利用券・後納 stand among the methods.
    #[must_use]
    pub fn has_claims(&self) -> bool {
        self.figures.methods.iter().any(|row| row.method.is_claim())
    }

    /// 証券 stand among the methods.
    #[must_use]
    pub fn has_securities(&self) -> bool {
        self.figures.methods.iter().any(|row| row.method.is_security())
    }

    /// Brand of a difference in words.
    #[must_use]
    pub fn brand_of(&self, row: &&TerminalDifference) -> String {
        brand_label(&row.brand)
    }
}

#[cfg(test)]
impl SettlementPage {
    pub(crate) fn samples() -> Vec<Self> {
        use super::sale::sample_papers;
        use crate::web::shell::Way;
        use domain::method::Method;
        let figures = Self::sample_figures();
        let page = Self {
            shell: Shell::sample("締めました", "Closed", Way::Close),
            closed: true,
            figures,
            day: "令和8年11月21日(土)".into(),
            chain_head: Some(vec!["0123abcd".into(), "4567cdef".into()]),
            papers: sample_papers(),
            show_expected: true,
        };
        let mut claims = page.clone();
        for row in &mut claims.figures.methods {
            row.method = if row.brand.is_some() { Method::Voucher } else { Method::PostalOrder };
        }
        let look = Self { closed: false, chain_head: None, show_expected: false, ..page.clone() };
        vec![look, page, claims]
    }

    fn sample_figures() -> Settlement {
        use domain::{
            method::Method,
            money::Yen,
            settlement::{CashPosition, ItemRow, Tally, VisitorRow},
        };
        let three = Tally { count: 3, amount: Yen::new(900) };
        let row = |method, brand: Option<&str>| MethodRow {
            method,
            route: "r".parse().unwrap(),
            brand: brand.map(|code| code.parse().unwrap()),
            sales: three,
            voids: Tally::default(),
            provisional: three,
        };
        Settlement {
            date: "2026-11-21".parse().unwrap(),
            cut: 1,
            methods: vec![row(Method::Cash, None), row(Method::CodeStatic, Some("paypay"))],
            items: vec![ItemRow {
                name: "住民票の写し".into(),
                section: "市民課".into(),
                paid_quantity: 6,
                free_quantity: 1,
                amount: Yen::new(1_800),
            }],
            visitors: vec![VisitorRow {
                category: "一般".into(),
                paid_individual: 1,
                paid_group: 20,
                free: 2,
            }],
            cash: CashPosition {
                float: Yen::new(30_000),
                takings: Yen::new(900),
                expected: Yen::new(30_900),
                counted: Some(Yen::new(30_890)),
                difference: Some(Yen::new(-10)),
                pay_in: Yen::new(900),
            },
            terminal_totals: Vec::new(),
            terminal_differences: vec![TerminalDifference {
                route: "r".parse().unwrap(),
                brand: "paypay".parse().unwrap(),
                journal: three,
                terminal: Tally::default(),
            }],
            unknowns: Vec::new(),
            late: Vec::new(),
            receipts: None,
            voided_receipts: Vec::new(),
        }
    }
}
