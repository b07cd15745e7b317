//! Typed contexts of every page. Each has a template in `templates/` and, for tests, samples that show it full and empty.
//!
//! Always: a context holds words and amounts ready to show; it decides nothing. Money is `Yen` until the template writes it.

pub mod closing;
pub mod day;
pub mod devices;
pub mod display;
pub mod lists;
pub mod opening;
pub mod paying;
pub mod reference;
pub mod sale;
pub mod scan;
pub mod sell;
pub mod settlement;
pub mod terminal;
pub mod unknown;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use domain::cash::DENOMINATIONS;

use super::{fields::Fields, typed::Typed};

/// What was typed into a field, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// As typed; kept when the form comes back.
    pub value: String,
    /// What to type instead.
    pub error: Option<String>,
}

impl Field {
    /// The text that a form sent under `name`.
    #[must_use]
    pub fn typed(fields: &Fields, name: &str) -> Self {
        Self { value: fields.text(name).to_owned(), error: None }
    }

    /// A text to start with.
    #[must_use]
    pub fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// Takes the value of a parse, or keeps its sentence beside the field. A code that a scanner typed is not shown again.
    pub fn take<T>(&mut self, parsed: Result<T, Typed>) -> Option<T> {
        if let Err(why) = &parsed {
            self.error = Some(why.to_string());
            if matches!(why, Typed::Scanned(_)) {
                self.value.clear();
            }
        }
        parsed.ok()
    }
}

/// Something to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Value in the form.
    pub value: String,
    /// Words.
    pub label: String,
    /// Chosen now.
    pub selected: bool,
}

/// One denomination of a cash count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenominationRow {
    /// Yen of one piece.
    pub yen: i64,
    /// `1,000円札`
    pub label: String,
    /// Pieces as typed.
    pub pieces: Field,
}

/// The rows of a cash count, with what a form sent.
#[must_use]
pub fn denomination_rows(fields: &Fields) -> Vec<DenominationRow> {
    DENOMINATIONS
        .iter()
        .map(|&yen| DenominationRow {
            yen,
            label: format!("{}円{}", domain::money::Yen::new(yen), if yen >= 1_000 { "札" } else { "玉" }),
            pieces: Field::typed(fields, &format!("pieces-{yen}")),
        })
        .collect()
}

/// The answer that shows a page.
pub fn show(page: &impl Template) -> Response {
    show_as(StatusCode::OK, page)
}

/// The answer that shows a form again, with what was typed and what to do.
pub fn show_again(page: &impl Template) -> Response {
    show_as(StatusCode::UNPROCESSABLE_ENTITY, page)
}

fn show_as(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        // A template that cannot be written is our fault, not the clerk's: the test that renders every sample keeps it so.
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "画面を作れませんでした。前の画面に戻ってください。")
            .into_response(),
    }
}
