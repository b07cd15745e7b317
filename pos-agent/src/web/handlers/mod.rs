//! Handlers, one file per stretch of the day. Each reads a form, makes one command, submits it, and sends the browser on.

pub(super) mod attempt;
pub(super) mod closing;
pub(super) mod day;
pub(super) mod devices;
pub(super) mod display;
pub(super) mod doubt;
pub(super) mod home;
pub(super) mod lists;
pub(super) mod pay;
pub(super) mod reference;
pub(super) mod sale;
pub(super) mod scan;
pub(super) mod sell;
mod sell_scan;
pub(super) mod totals;

use domain::{
    cash::CashCount, catalogue::PaymentRoute, id::BrandCode, method::brand_taken_on, time::CivilDate,
};

use super::{
    fields::Fields,
    pages::{Choice, DenominationRow, denomination_rows},
    typed,
};

/// What a form says of a cash count: the rows as typed, and the count where every row could be read.
fn cash_count(fields: &Fields) -> (Vec<DenominationRow>, Option<CashCount>) {
    let mut rows = denomination_rows(fields);
    let mut pieces = Vec::with_capacity(rows.len());
    for row in &mut rows {
        let parsed = typed::pieces(&row.pieces.value);
        if let Some(count) = row.pieces.take(parsed) {
            pieces.push((row.yen, count));
        }
    }
    let count = if pieces.len() == rows.len() { CashCount::new(pieces).ok() } else { None };
    (rows, count)
}

/// Brands that a route takes on a day.
fn brands_on(route: &PaymentRoute, on: CivilDate) -> Vec<BrandCode> {
    route.brands.iter().filter(|brand| brand_taken_on(brand, on)).cloned().collect()
}

/// Brands as choices; a single one is chosen already.
fn brand_choices(brands: &[BrandCode], chosen: &str) -> Vec<Choice> {
    brands
        .iter()
        .map(|brand| Choice {
            value: brand.to_string(),
            label: domain::method::brand_label(brand),
            selected: brand.as_str() == chosen || brands.len() == 1,
        })
        .collect()
}
