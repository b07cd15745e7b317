//! `/papers`: which paper, of which day.
//!
//! Invariant: the closings listed are those that the newest run knows; nothing is offered that has no paper.

use std::cmp::Reverse;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use engine::outcome::ContractSheet;

use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::reconcile,
    web::{
        failure::PageError,
        frame,
        pages::records::counter_words,
        view::{
            form::Field,
            papers::{ClosingLine, CounterChoice, PapersPage},
            shell::Section,
            words::{Link, short_date},
        },
    },
};

/// Closings on the page.
const CLOSINGS_SHOWN_MAX: usize = 40;

/// `GET /papers`
pub async fn show(State(state): State<AppState>, user: CurrentUser) -> Result<Response, PageError> {
    let mut unit = state.store.snapshot().await?;
    let counters = unit.counters(state.tenant()).await?;
    let newest = unit.deliveries(state.tenant()).await?.iter().filter_map(|row| row.last_opened_day).max();
    drop(unit);
    // An archive is opened long after its last day: its own end is what one looks for, not today.
    let day = newest.unwrap_or_else(|| state.today().plus_days(-1));
    let as_of = crate::jobs::papers::as_of_of_month(&state, crate::jobs::month::YearMonth::of(day), None);
    let current = reconcile::current(&state, as_of).await?;
    let mut sheets: Vec<&ContractSheet> = current.recorded.sheets.iter().collect();
    sheets.sort_by_key(|sheet| (Reverse(sheet.to), sheet.label_ja.clone()));
    let page = PapersPage {
        shell: frame::shell(&state, Some(&user), Section::Papers)?,
        day: Field::typed(day.to_string()),
        counters: counters
            .iter()
            .map(|row| CounterChoice {
                id: row.counter.to_string(),
                label: counter_words(&counters, &row.counter),
            })
            .collect(),
        as_of: Field::typed(as_of.to_string()),
        closings: sheets.into_iter().take(CLOSINGS_SHOWN_MAX).map(closing).collect(),
    };
    Ok(frame::page(&page)?.into_response())
}

fn closing(sheet: &ContractSheet) -> ClosingLine {
    ClosingLine {
        sheet: Link::new(
            format!("{} 〜 {}", sheet.from, sheet.to),
            format!("/papers/contract/{}/{}", sheet.contract, sheet.to),
        ),
        contract: sheet.label_ja.clone(),
        state: format!("{} {}", short_date(sheet.expected_on), sheet.payout_state.label_ja()),
        verdict: sheet.verdict.into(),
    }
}
