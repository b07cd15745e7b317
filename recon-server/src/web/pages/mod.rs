//! One file per page: what is extracted, what is asked of jobs and store, what the context becomes.
//!
//! Invariant: a handler decides nothing about money; it asks a job or the store in one unit of work and fills a typed context.

mod behind_lines;
mod contract_words;
pub mod controls;
pub mod counters;
mod download;
pub mod drill;
pub mod exceptions;
pub mod expected;
pub mod finance;
pub mod hand;
pub mod imports;
pub mod month;
pub mod papers;
pub mod password;
pub mod periods;
mod preview;
mod records;
pub mod refunds;
pub mod report;
mod report_lists;
mod report_view;
mod revised;
pub mod sale;
mod second_person;
pub mod session;
mod set_lines;
pub mod set_up;
pub mod unknowns;
pub mod users;
pub mod why;

use domain::{
    id::BrandCode,
    method::{Method, brand_label},
    time::Timestamp,
};

use super::failure::PageError;

/// For every address that leads nowhere.
pub async fn nothing_here() -> PageError {
    PageError::NotFound
}

/// `11月20日 17:31`
fn day_and_time(at: Timestamp) -> String {
    let date = at.date();
    format!("{}月{}日 {}", date.month(), date.day(), at.hour_minute())
}

/// Method and brand in words.
fn method_words(method: Method, brand: Option<&BrandCode>) -> String {
    brand.map_or_else(
        || method.label_ja().to_owned(),
        |brand| format!("{} {}", method.label_ja(), brand_label(brand)),
    )
}
